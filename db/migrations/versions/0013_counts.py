"""Counts of uses by supplier, agency, creator, publication and month, kept beside them; empty until they are counted.

A publication without a name is none: in the counts the two cannot be told apart.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from db.types import Text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COUNTS = {
    "uses_by_supplier": ("supplier_id", "month", "publication"),
    "uses_by_agency": ("agency_id", "supplier_id", "month", "publication"),
    "uses_by_creator_and_publication": ("creator_id", "publication"),
    "uses_by_creator_and_supplier": ("creator_id", "supplier_id"),
    "uses_by_creator_and_agency": ("creator_id", "agency_id"),
    "uses_by_creator_and_year": ("creator_id", "year"),
    "uses_by_creator_and_quarter": ("creator_id", "quarter"),
    "uses_by_creator_and_month": ("creator_id", "month"),
}


def _columns(*names: str) -> list[sa.Column[Any]]:
    words = ("month", "quarter", "year", "publication")
    return [sa.Column(name, Text() if name in words else sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    for name, keys in _COUNTS.items():
        key = sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}"))
        op.create_table(name, *_columns(*keys, "uses"), key, sqlite_with_rowid=False)
    op.create_table(
        "count_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain", Text(), nullable=False),
        *_columns("agency_id", "creator_id", "supplier_id", "month", "publication", "uses"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_change")),
    )
    op.create_table(
        "counted",
        sa.Column("last_use", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("last_use", name=op.f("pk_counted")),
    )
    op.execute("INSERT INTO counted (last_use) VALUES (0)")
    for table in ("article", "use"):
        op.execute(f"UPDATE {table} SET publication = NULL WHERE publication = ''")  # noqa: S608 - names from above


def downgrade() -> None:
    for name in (*_COUNTS, "count_change", "counted"):
        op.drop_table(name)
