"""Votes, and the ink of takes"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There is no way back but the copy that is made before."""
    op.create_table('polls',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('work', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('opener', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('options', sa.Text(), nullable=False),
    sa.Column('opened', sa.Text(), nullable=False),
    sa.Column('closes', sa.Text(), nullable=True),
    sa.Column('open', sa.Boolean().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('message', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('key', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'work'], ['works.guild', 'works.id'], name=op.f('fk_polls_guild_work')),
    sa.PrimaryKeyConstraint('guild', 'id', name=op.f('pk_polls')),
    sa.UniqueConstraint('guild', 'key', name=op.f('uq_polls_guild_key')),
    sqlite_strict=True
    )
    with op.batch_alter_table('polls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_polls_guild_open'), ['guild', 'open'], unique=False)
        batch_op.create_index(batch_op.f('ix_polls_guild_work'), ['guild', 'work'], unique=False)
        batch_op.create_index('ix_polls_open', ['closes'], unique=False, sqlite_where=sa.text('open = 1'))
        batch_op.create_index(batch_op.f('ix_polls_opener_guild'), ['opener', 'guild'], unique=False)

    op.create_table('ballots',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('poll', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('option', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'poll'], ['polls.guild', 'polls.id'], name=op.f('fk_ballots_guild_poll')),
    sa.PrimaryKeyConstraint('guild', 'poll', 'member', name=op.f('pk_ballots')),
    sqlite_strict=True
    )
    with op.batch_alter_table('ballots', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ballots_member_guild'), ['member', 'guild'], unique=False)

    op.create_table('inks',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('work', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('take', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tokens', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'work', 'take'], ['takes.guild', 'takes.work', 'takes.number'], name=op.f('fk_inks_guild_work_take')),
    sa.PrimaryKeyConstraint('guild', 'work', 'take', name=op.f('pk_inks')),
    sqlite_strict=True
    )
