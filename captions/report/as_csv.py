"""Write rows as CSV (RFC 4180) without a cell that a spreadsheet would execute."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

from captions import escaping
from captions.report.rows import Column, Row, Value, as_text


def write(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO) -> None:
    """Write a line of keys, then a line for each row."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    for row in rows:
        writer.writerow([_cell(row.get(column.key)) for column in columns])


def _cell(value: Value) -> str:
    # A negative number is safe, but text that starts with `-` may be a formula.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return escaping.cell(as_text(value))
