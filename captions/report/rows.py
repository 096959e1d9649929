"""What all listings share: columns, and the values of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

Value = str | int | float | bool | date | tuple[str, ...] | None
Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a listing. ``key`` names it in JSON and CSV, ``title`` in tables."""

    key: str
    title: str
    number: bool = False
    """Numbers stand on the right."""
    wide: bool = False
    """Takes what room is left."""
    cut: int = 0
    """In a table, texts are cut to this many characters; 0: never."""
    width: int = 0
    """In a table, the column is this wide; 0: as wide as it needs."""


def as_text(value: Value) -> str:
    """A value in words: None gives ``""``, a tuple its items with commas, a date ``2024-05-18``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def as_data(value: Value) -> object:
    """A value as JSON knows it: a date as text, a tuple as a list."""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
