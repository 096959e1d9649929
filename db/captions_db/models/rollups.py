"""Counts kept beside the uses: how many there are in each group that is often asked for, so that none need be counted.

Each table has the columns that it counts by, and ``uses``, which is never 0. What is not known of a use is 0 where a
party's number stands, and "" where a time or a publication does. A use stands in a row for each agency or
creator its credit names. ``captions_db.rollups`` keeps them right: what was deleted or read otherwise since stands in
``count_change`` until it is counted in, and uses with a higher number than ``counted.last_use`` are not counted yet.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, Table

from captions_db.column_types import Text
from captions_db.models.base import METADATA

CHAIN = ("agency_id", "creator_id")
"""The columns of which one use may have several values."""

_TYPES = {"month": Text, "quarter": Text, "year": Text, "publication": Text}


def _columns(names: str, *, key: bool = False) -> list[Column[Any]]:
    return [
        Column(name, _TYPES.get(name, Integer)(), nullable=False, primary_key=key, autoincrement=False)
        for name in names.split()
    ]


def _by(name: str, by: str) -> Table:
    keys = _columns(by, key=True)
    return Table(name, METADATA, *keys, *_columns("uses"), sqlite_with_rowid=False)


# The first that has all that is asked for answers, so the small ones come first.
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
    # Which of the columns below it counts by besides: "", "agency_id", "creator_id", or both.
    Column("chain", Text(), nullable=False),
    *_columns("agency_id creator_id supplier_id month publication uses"),
)

counted = Table("counted", METADATA, *_columns("last_use", key=True))


def keys_of(table: Table) -> list[str]:
    """Give the columns that a table of counts counts by: ``["creator_id", "year"]``."""
    return [column.name for column in table.c if column.name != "uses"]


def chain_of(keys: list[str]) -> str:
    """Give those of some columns of which one use may have several values, as ``count_change.chain`` has them."""
    return " ".join(name for name in CHAIN if name in keys)
