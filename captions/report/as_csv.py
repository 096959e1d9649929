"""Rows -> CSV for spreadsheets: RFC 4180, no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

from captions import escaping
from captions.report.rows import Column, Row, Value, as_text


def write(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO) -> None:
    """Writes a line of keys, then a line for each row."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    for row in rows:
        writer.writerow([_cell(row.get(column.key)) for column in columns])


def _cell(value: Value) -> str:
    # A negative number is no formula; a text that looks like one may be.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return escaping.cell(as_text(value))
