"""Write rows as CSV (RFC 4180) without a cell that a spreadsheet would execute."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TextIO

from captions import escaping
from captions.report.rows import Column, Row, Value, as_text

LIST_SEPARATOR = "; "
"""What separates names in a cell: a name may have a comma, and files of corrections are read with semicolons."""


def write(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO, delimiter: str = ",") -> None:
    """Write a line of keys, then a line for each row."""
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    keys, cell = [column.key for column in columns], escaping.cell
    writer.writerows(
        [cell(value, delimiter) if type(value) is str else _not_text(value, delimiter) for value in map(row.get, keys)]
        for row in rows
    )


def _not_text(value: Value, delimiter: str) -> str | int | None:
    """Return a value as a cell; the writer itself writes None and whole numbers fastest.

    A negative number is safe, but text that starts with ``-`` may be a formula.
    """
    if value is None or type(value) is int:
        return value
    if isinstance(value, tuple):
        return escaping.cell(LIST_SEPARATOR.join(value), delimiter)
    return str(value) if type(value) in (float, date) else escaping.cell(as_text(value), delimiter)
