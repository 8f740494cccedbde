"""The first schema"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There is no way back but the copy that is made before."""
    op.create_table('chains',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('guild', name=op.f('pk_chains')),
    sqlite_strict=True
    )
    op.create_table('changes',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('after', sa.Text(), nullable=False),
    sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('seal', sa.Text(), nullable=False),
    sa.Column('previous', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('guild', 'number', name=op.f('pk_changes')),
    sqlite_strict=True
    )
    with op.batch_alter_table('changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_changes_by_guild'), ['by', 'guild'], unique=False)

    op.create_table('contributions',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('work', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('model', sa.Text(), nullable=False),
    sa.Column('revision', sa.Text(), nullable=False),
    sa.Column('parent', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('prompt', sa.Text(), nullable=False),
    sa.Column('sampling', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('spans', sa.Text(), nullable=False),
    sa.Column('seals', sa.Text(), nullable=False),
    sa.Column('previous', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('guild', 'number', name=op.f('pk_contributions')),
    sa.UniqueConstraint('guild', 'key', name=op.f('uq_contributions_guild_key')),
    sqlite_strict=True
    )
    with op.batch_alter_table('contributions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contributions_guild_work_number'), ['guild', 'work', 'number'], unique=False)

    op.create_table('houses',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('revision', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('guild', name=op.f('pk_houses')),
    sqlite_strict=True
    )
    op.create_table('layers',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('guild', 'level', 'id', 'field', name=op.f('pk_layers')),
    sqlite_strict=True
    )
    op.create_table('members',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('settings', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('guild', 'id', name=op.f('pk_members')),
    sqlite_strict=True
    )
    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_members_id_guild'), ['id', 'guild'], unique=False)

    op.create_table('notes',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_notes')),
    sqlite_strict=True
    )
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('nonce', sa.Text(), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('work', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('message', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('failures', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('guild', 'key', name=op.f('uq_outbox_guild_key')),
    sqlite_autoincrement=True,
    sqlite_strict=True
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_waiting', ['id'], unique=False, sqlite_where=sa.text("state = 'waiting'"))

    op.create_table('reservations',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Text(), nullable=False),
    sa.Column('tokens', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('guild', 'id', name=op.f('pk_reservations')),
    sa.UniqueConstraint('guild', 'key', name=op.f('uq_reservations_guild_key')),
    sqlite_strict=True
    )
    with op.batch_alter_table('reservations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reservations_guild_day_member_state_tokens'), ['guild', 'day', 'member', 'state', 'tokens'], unique=False)
        batch_op.create_index(batch_op.f('ix_reservations_member_guild'), ['member', 'guild'], unique=False)
        batch_op.create_index('ix_reservations_open', ['guild'], unique=False, sqlite_where=sa.text("state = 'open'"))

    op.create_table('works',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('category', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('thread', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('age_restricted', sa.Boolean().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('wish', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('take', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('licence', sa.Text(), nullable=False),
    sa.Column('source', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('key', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'source'], ['works.guild', 'works.id'], name=op.f('fk_works_guild_source')),
    sa.PrimaryKeyConstraint('guild', 'id', name=op.f('pk_works')),
    sa.UniqueConstraint('guild', 'key', name=op.f('uq_works_guild_key')),
    sqlite_strict=True
    )
    with op.batch_alter_table('works', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_works_author_guild'), ['author', 'guild'], unique=False)
        batch_op.create_index(batch_op.f('ix_works_guild_author_id'), ['guild', 'author', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_works_guild_source'), ['guild', 'source'], unique=False)
        batch_op.create_index('ix_works_writing', ['guild'], unique=False, sqlite_where=sa.text("state = 'writing'"))

    op.create_table('cards',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('message', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('work', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('take', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'work'], ['works.guild', 'works.id'], name=op.f('fk_cards_guild_work')),
    sa.PrimaryKeyConstraint('guild', 'message', name=op.f('pk_cards')),
    sqlite_strict=True
    )
    with op.batch_alter_table('cards', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cards_guild_work'), ['guild', 'work'], unique=False)
        batch_op.create_index('ix_cards_unfinished', ['guild'], unique=False, sqlite_where=sa.text('take = 0'))

    op.create_table('hands',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contribution', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'contribution'], ['contributions.guild', 'contributions.number'], name=op.f('fk_hands_guild_contribution')),
    sa.PrimaryKeyConstraint('guild', 'member', 'contribution', name=op.f('pk_hands')),
    sqlite_strict=True
    )
    with op.batch_alter_table('hands', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hands_guild_contribution'), ['guild', 'contribution'], unique=False)
        batch_op.create_index(batch_op.f('ix_hands_member_guild'), ['member', 'guild'], unique=False)

    op.create_table('suggestions',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('work', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('owner', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('instruction', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('take', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'work'], ['works.guild', 'works.id'], name=op.f('fk_suggestions_guild_work')),
    sa.PrimaryKeyConstraint('guild', 'id', name=op.f('pk_suggestions')),
    sa.UniqueConstraint('guild', 'key', name=op.f('uq_suggestions_guild_key')),
    sqlite_strict=True
    )
    with op.batch_alter_table('suggestions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_suggestions_by_guild'), ['by', 'guild'], unique=False)
        batch_op.create_index(batch_op.f('ix_suggestions_guild_work'), ['guild', 'work'], unique=False)
        batch_op.create_index(batch_op.f('ix_suggestions_owner_guild'), ['owner', 'guild'], unique=False)

    op.create_table('takes',
    sa.Column('guild', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('work', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contribution', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('parent', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ending', sa.Text(), nullable=False),
    sa.Column('instruction', sa.Text(), nullable=False),
    sa.Column('seed', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('report', sa.Text(), nullable=False),
    sa.Column('delivered', sa.Boolean().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['guild', 'contribution'], ['contributions.guild', 'contributions.number'], name=op.f('fk_takes_guild_contribution')),
    sa.ForeignKeyConstraint(['guild', 'work'], ['works.guild', 'works.id'], name=op.f('fk_takes_guild_work')),
    sa.PrimaryKeyConstraint('guild', 'work', 'number', name=op.f('pk_takes')),
    sa.UniqueConstraint('guild', 'contribution', name=op.f('uq_takes_guild_contribution')),
    sqlite_strict=True
    )
    with op.batch_alter_table('takes', schema=None) as batch_op:
        batch_op.create_index('ix_takes_undelivered', ['guild'], unique=False, sqlite_where=sa.text('delivered = 0'))
