"""Authors are asked before publishing; the further messages of a gallery post are told from a card's"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There is no way back but the copy that is made before."""
    number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    for column in (
        sa.Column('kind', sa.Text(), nullable=False, server_default='revise'),
        sa.Column('licence', sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column('at', sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column('channel', number, nullable=True),
        sa.Column('message', number, nullable=True),
    ):
        op.add_column('suggestions', column)
    op.create_index('ix_suggestions_open', 'suggestions', ['at'], sqlite_where=sa.text("state = 'open'"))
    # Where the gallery is another channel than the card's, its parts are those of the post.
    op.execute(
        "UPDATE cards SET kind = 'published-part' WHERE kind = 'part'"
        " AND EXISTS (SELECT 1 FROM cards AS post WHERE post.guild = cards.guild AND post.work = cards.work"
        "  AND post.channel = cards.channel AND post.kind = 'published')"
        " AND NOT EXISTS (SELECT 1 FROM cards AS card WHERE card.guild = cards.guild"
        "  AND card.work = cards.work AND card.channel = cards.channel AND card.kind = 'card')"
    )
