"""Rollups: stored counts of uses for the most common groupings.

Each table has the columns that it groups by, and ``uses``, which is never 0. An unknown value is 0 in a party's column,
and "" in a period's or publication's. A use counts in one row for each agency or creator in its credit.
``captions_db.rollups`` updates them: deleted and changed uses wait in ``count_change`` until they are counted, and uses
with ids above ``counted.last_use`` are not counted yet.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, Table

from captions_db.column_types import Text
from captions_db.models.base import METADATA

CHAIN = ("agency_id", "creator_id")
"""Columns in which one use may have several values."""

_TYPES = {"month": Text, "quarter": Text, "year": Text, "publication": Text}


def _columns(names: str, *, key: bool = False) -> list[Column[Any]]:
    return [
        Column(name, _TYPES.get(name, Integer)(), nullable=False, primary_key=key, autoincrement=False)
        for name in names.split()
    ]


def _by(name: str, by: str) -> Table:
    keys = _columns(by, key=True)
    return Table(name, METADATA, *keys, *_columns("uses"), sqlite_with_rowid=False)


# The first table with all requested columns answers a query, so small tables come first.
COUNTS = (
    _by("uses_by_supplier", "supplier_id month publication"),
    _by("uses_by_agency", "agency_id supplier_id month publication"),
    _by("uses_by_creator_and_publication", "creator_id publication"),
    _by("uses_by_creator_and_supplier", "creator_id supplier_id"),
    _by("uses_by_creator_and_agency", "creator_id agency_id"),
    _by("uses_by_creator_and_year", "creator_id year"),
    _by("uses_by_creator_and_quarter", "creator_id quarter"),
    _by("uses_by_creator_and_month", "creator_id month"),
)

count_change = Table(
    "count_change",
    METADATA,
    Column("id", Integer, primary_key=True),
    # The columns of CHAIN that the row also groups by: "", "agency_id", "creator_id" or both.
    Column("chain", Text(), nullable=False),
    *_columns("agency_id creator_id supplier_id month publication uses"),
)

counted = Table("counted", METADATA, *_columns("last_use", key=True))


def keys_of(table: Table) -> list[str]:
    """Return the columns that a rollup groups by: ``["creator_id", "year"]``."""
    return [column.name for column in table.c if column.name != "uses"]


def chain_of(keys: list[str]) -> str:
    """Return those of some columns in which a use may have several values, as in ``count_change.chain``."""
    return " ".join(name for name in CHAIN if name in keys)
