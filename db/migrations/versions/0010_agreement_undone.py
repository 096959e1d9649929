"""Who added an agreement and who ended it; one that was a mistake is undone, and kept with who said so and why."""

import sqlalchemy as sa
from alembic import op

from db.types import Text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WORDS = ("added_by", "ended_by", "undone_by", "undone_reason")


def upgrade() -> None:
    for name in _WORDS:
        op.add_column("agreement", sa.Column(name, Text(), nullable=True))
    op.add_column("agreement", sa.Column("undone", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in (*_WORDS, "undone"):
        op.drop_column("agreement", name)
