"""Two names of one agency, merged: by whom and when, and what went from the one to the other."""

import sqlalchemy as sa
from alembic import op

from db.types import Text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "party_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", Text(), nullable=False),
        sa.Column("merged_into", Text(), nullable=False),
        sa.Column("agreements", Text(), nullable=False),
        sa.Column("waivers", Text(), nullable=False),
        sa.Column("reason", Text(), nullable=False),
        sa.Column("who", Text(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", Text(), nullable=True),
        sa.Column("undone_reason", Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_merge")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_party_merge_name"), "party_merge", ["name"], unique=False)


def downgrade() -> None:
    op.drop_table("party_merge")
