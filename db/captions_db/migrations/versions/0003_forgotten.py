"""Keep the articles that people remove, so that they can be restored."""

import sqlalchemy as sa
from alembic import op

from captions_db.column_types import Text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forgotten",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", Text(), nullable=False),
        sa.Column("identity", Text(), nullable=False),
        sa.Column("url", Text(), nullable=True),
        sa.Column("headline", Text(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("content", Text(), nullable=False),
        sa.Column("reason", Text(), nullable=False),
        sa.Column("who", Text(), nullable=False),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", Text(), nullable=True),
        sa.Column("undone_reason", Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("forgotten")
