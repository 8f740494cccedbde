"""Stories written in turns"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There is no way back but the copy that is made before."""
    op.create_table('stories',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('category', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('thread', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('age_restricted', sa.Boolean().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('starter', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('created', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('panel', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('stale', sa.Boolean().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('guild', 'id', name=op.f('pk_stories')),
    sa.UniqueConstraint('guild', 'key', name=op.f('uq_stories_guild_key')),
    sqlite_strict=True
    )
    with op.batch_alter_table('stories', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stories_guild_stage_id'), ['guild', 'stage', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stories_guild_thread'), ['guild', 'thread'], unique=False)
        batch_op.create_index('ix_stories_stale', ['guild'], unique=False, sqlite_where=sa.text('stale = 1'))
        batch_op.create_index(batch_op.f('ix_stories_starter_guild'), ['starter', 'guild'], unique=False)

    op.create_table('story_alarms',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('story', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'story'], ['stories.guild', 'stories.id'], name=op.f('fk_story_alarms_guild_story')),
    sa.PrimaryKeyConstraint('guild', 'story', 'name', name=op.f('pk_story_alarms')),
    sqlite_strict=True
    )
    with op.batch_alter_table('story_alarms', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_story_alarms_at'), ['at'], unique=False)

    op.create_table('story_drafts',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('story', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('spans', sa.Text(), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'story'], ['stories.guild', 'stories.id'], name=op.f('fk_story_drafts_guild_story')),
    sa.PrimaryKeyConstraint('guild', 'story', 'member', name=op.f('pk_story_drafts')),
    sqlite_strict=True
    )
    with op.batch_alter_table('story_drafts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_story_drafts_member_guild'), ['member', 'guild'], unique=False)

    op.create_table('story_events',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('story', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('member', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'story'], ['stories.guild', 'stories.id'], name=op.f('fk_story_events_guild_story')),
    sa.PrimaryKeyConstraint('guild', 'story', 'number', name=op.f('pk_story_events')),
    sa.UniqueConstraint('guild', 'key', name=op.f('uq_story_events_guild_key')),
    sqlite_strict=True
    )
    with op.batch_alter_table('story_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_story_events_member_guild'), ['member', 'guild'], unique=False)

    op.create_table('story_messages',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('message', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('story', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('turn', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'story'], ['stories.guild', 'stories.id'], name=op.f('fk_story_messages_guild_story')),
    sa.PrimaryKeyConstraint('guild', 'message', name=op.f('pk_story_messages')),
    sqlite_strict=True
    )
    with op.batch_alter_table('story_messages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_story_messages_guild_story_turn'), ['guild', 'story', 'turn'], unique=False)

    op.create_table('story_seats',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('story', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'story'], ['stories.guild', 'stories.id'], name=op.f('fk_story_seats_guild_story')),
    sa.PrimaryKeyConstraint('guild', 'member', 'story', name=op.f('pk_story_seats')),
    sqlite_strict=True
    )
    with op.batch_alter_table('story_seats', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_story_seats_guild_story'), ['guild', 'story'], unique=False)
        batch_op.create_index(batch_op.f('ix_story_seats_member_guild'), ['member', 'guild'], unique=False)
