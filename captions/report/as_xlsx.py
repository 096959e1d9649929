"""Write rows as a workbook with typed cells (XLSX): dates and numbers are values, and text is never a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from captions import escaping
from captions.errors import CaptionsError
from captions.report.rows import Column, Row, Value, as_text

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

WORKBOOK_WRITER = "written by captions"
"""The comment in the properties of a workbook."""
_FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets count days from 1900, which they take for a leap year; earlier days are text."""
_LONGEST = 32_767
_MOST_ROWS = 1_048_575
_MADE = datetime(2000, 1, 1)
"""A fixed time, because the same rows give the same bytes."""
_WIDTHS = {True: 12, False: 24}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    heading: str = ""
    """A line above the table."""


def write(title: str, sheets: Iterable[Sheet], path: Path) -> None:
    """Write a workbook; raise CaptionsError if XlsxWriter is not installed or a sheet has too many rows."""
    try:
        from xlsxwriter import Workbook
    except ModuleNotFoundError:
        raise CaptionsError("XLSX needs XlsxWriter: pip install 'captions[xlsx]'") from None
    with Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}) as book:
        book.set_properties({"title": escaping.line(title), "comments": WORKBOOK_WRITER, "created": _MADE})
        head, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            if len(sheet.rows) > _MOST_ROWS:
                raise CaptionsError(f"{len(sheet.rows):,} uses do not fit on a sheet; choose a shorter period, or CSV")
            page = book.add_worksheet(sheet.name)
            top = 0
            if sheet.heading:
                page.write_string(0, 0, escaping.line(sheet.heading), head)
                top = 2
            page.freeze_panes(top + 1, 0)
            for at, column in enumerate(sheet.columns):
                page.set_column(at, at, _WIDTHS[column.number])
                page.write_string(top, at, column.title, head)
            for number, row in enumerate(sheet.rows, top + 1):
                for at, column in enumerate(sheet.columns):
                    _put(page, number, at, row.get(column.key), day)


def _put(page: Worksheet, number: int, at: int, value: Value, day: Format) -> None:
    if value is None:
        return
    if isinstance(value, date) and value >= _FIRST_DAY:
        page.write_datetime(number, at, value, day)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        page.write_number(number, at, value)
    else:
        page.write_string(number, at, escaping.short(as_text(value), _LONGEST))
