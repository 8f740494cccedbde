"""Filters, reviews and the moderation log"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There is no way back but the copy that is made before."""
    op.create_table('filter_books',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('revision', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('guild', name=op.f('pk_filter_books')),
    sqlite_strict=True
    )
    op.create_table('filter_lines',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('wanted', sa.Boolean().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('guild', 'id', name=op.f('pk_filter_lines')),
    sa.UniqueConstraint('guild', 'text', name=op.f('uq_filter_lines_guild_text')),
    sqlite_strict=True
    )
    with op.batch_alter_table('filter_lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_filter_lines_by_guild'), ['by', 'guild'], unique=False)

    op.create_table('filter_rules',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('changed', sa.Text(), nullable=False),
    sa.Column('seen', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('hits', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('guild', 'id', name=op.f('pk_filter_rules')),
    sqlite_strict=True
    )
    with op.batch_alter_table('filter_rules', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_filter_rules_by_guild'), ['by', 'guild'], unique=False)

    op.create_table('handled',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('member', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('action', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rules', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('guild', 'id', name=op.f('pk_handled')),
    sa.UniqueConstraint('guild', 'digest', name=op.f('uq_handled_guild_digest')),
    sqlite_strict=True
    )
    with op.batch_alter_table('handled', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_handled_guild_at'), ['guild', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_handled_member_guild'), ['member', 'guild'], unique=False)

    op.create_table('moderation_heads',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('dropped', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('base', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('guild', name=op.f('pk_moderation_heads')),
    sqlite_strict=True
    )
    op.create_table('moderation_log',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('actor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('subject', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('after', sa.Text(), nullable=False),
    sa.Column('seals', sa.Text(), nullable=False),
    sa.Column('previous', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('guild', 'number', name=op.f('pk_moderation_log')),
    sqlite_strict=True
    )
    with op.batch_alter_table('moderation_log', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_moderation_log_actor_guild'), ['actor', 'guild'], unique=False)
        batch_op.create_index(batch_op.f('ix_moderation_log_guild_at'), ['guild', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_moderation_log_guild_member_number'), ['guild', 'member', 'number'], unique=False)
        batch_op.create_index(batch_op.f('ix_moderation_log_member_guild'), ['member', 'guild'], unique=False)

    op.create_table('reviews',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('category', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('thread', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('age_restricted', sa.Boolean().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('spots', sa.Text(), nullable=False),
    sa.Column('resume', sa.Text(), nullable=False),
    sa.Column('lang', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('due', sa.Text(), nullable=False),
    sa.Column('claimant', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('claimed', sa.Text(), nullable=True),
    sa.Column('decider', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('decided', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('desk', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('message', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('told', sa.Boolean().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('guild', 'id', name=op.f('pk_reviews')),
    sa.UniqueConstraint('guild', 'key', name=op.f('uq_reviews_guild_key')),
    sqlite_strict=True
    )
    with op.batch_alter_table('reviews', schema=None) as batch_op:
        batch_op.create_index('ix_reviews_approved', ['guild', 'id'], unique=False, sqlite_where=sa.text("state = 'approved'"))
        batch_op.create_index(batch_op.f('ix_reviews_claimant_guild'), ['claimant', 'guild'], unique=False)
        batch_op.create_index(batch_op.f('ix_reviews_decider_guild'), ['decider', 'guild'], unique=False)
        batch_op.create_index('ix_reviews_due', ['due'], unique=False, sqlite_where=sa.text("state IN ('waiting', 'draft')"))
        batch_op.create_index('ix_reviews_kept', ['decided'], unique=False, sqlite_where=sa.text("decided IS NOT NULL AND text != ''"))
        batch_op.create_index(batch_op.f('ix_reviews_member_guild'), ['member', 'guild'], unique=False)
        batch_op.create_index('ix_reviews_open', ['guild', 'id'], unique=False, sqlite_where=sa.text("state = 'waiting'"))
        batch_op.create_index('ix_reviews_untold', ['guild'], unique=False, sqlite_where=sa.text('told = 0'))
