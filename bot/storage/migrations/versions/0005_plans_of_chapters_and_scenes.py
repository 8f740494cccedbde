"""Plans of chapters and scenes"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There is no way back but the copy that is made before."""
    op.create_table('story_plans',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('story', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('plan', sa.Text(), nullable=False),
    sa.Column('until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('card', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['guild', 'story'], ['stories.guild', 'stories.id'], name=op.f('fk_story_plans_guild_story')),
    sa.PrimaryKeyConstraint('guild', 'story', 'number', name=op.f('pk_story_plans')),
    sa.UniqueConstraint('guild', 'key', name=op.f('uq_story_plans_guild_key')),
    sqlite_strict=True
    )
    with op.batch_alter_table('story_plans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_story_plans_member_guild'), ['member', 'guild'], unique=False)
        batch_op.create_index('ix_story_plans_under_way', ['guild'], unique=False, sqlite_where=sa.text('until > 0'))
