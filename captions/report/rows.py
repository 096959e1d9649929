"""Columns and rows of a listing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = str | int | float | bool | date | Decimal | tuple[str, ...] | None
Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a listing. ``key`` names it in JSON and CSV, ``title`` in tables."""

    key: str
    title: str
    number: bool = False
    """Align right."""
    wide: bool = False
    """Use the remaining width."""
    cut: int = 0
    """Cut texts in a table to this many characters; 0 does not cut."""
    width: int = 0
    """The width in a table; 0 fits the content."""
    path: bool = False
    """In a narrow table, leave out the first folders: ``…/07-bibliothek.txt``."""
    rank: int = 0
    """In a narrow table, leave out the columns of the highest rank first; 0 keeps a column."""


def as_text(value: Value) -> str:
    """Return a value as text: None gives ``""``, a date ``2024-05-18``, a sum ``80.00``, a tuple ``a, b``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def as_data(value: Value) -> object:
    """Return a value for JSON: a date or a sum as text, a tuple as a list."""
    if isinstance(value, date | Decimal):
        return as_text(value)
    return list(value) if isinstance(value, tuple) else value
