"""Read CSV files that people edit in a spreadsheet. Errors name the file, the line and the column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from captions.errors import CaptionsError
from captions.escaping import FORMULA_SIGNS
from captions.text import decoded, tidy

T = TypeVar("T")
# The apostrophes that captions.escaping writes before a formula, at the start of a cell and within it.
_SIGN = re.escape(FORMULA_SIGNS)
_APOSTROPHES = re.compile(rf"^'(?='*+[{_SIGN}])|(?<=[;,])''(?=(?:'')*+[\s\"]*+[{_SIGN}])")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: its cells by column, with the name of the file and the line number."""

    name: str
    line: int
    cells: Mapping[str, str]

    def read(self, column: str, as_value: Callable[[str], T], default: T) -> T:
        """Return the value of a cell; ``default`` if it is empty or the column is missing.

        Raise CaptionsError, with file, line and column, if ``as_value`` does.
        """
        cell = self.cells.get(column, "")
        if not cell:
            return default
        try:
            return as_value(cell)
        except CaptionsError as error:
            raise CaptionsError(f"{self.name} line {self.line}, column {column}: {error}") from None

    def wrong(self, message: object) -> CaptionsError:
        """Return an error about the whole row."""
        return CaptionsError(f"{self.name} line {self.line}: {message}")


def rows(data: bytes, name: str, needed: Collection[str], known: Collection[str] | None = None) -> Iterator[SheetRow]:
    """Yield the rows of a file that have any text.

    ``b"supplier;from\\nReuters;2026"`` yields one row, on line 2. The delimiter is the comma, semicolon or tab that the
    first line has most of. Raise CaptionsError if the file is not CSV in UTF-8 or UTF-16, if a column of ``needed`` is
    missing, or if one is not in ``known``.
    """
    try:
        text = decoded(data)
    except UnicodeDecodeError:
        raise CaptionsError(f"{name} is not UTF-8; save it as CSV UTF-8") from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if missing := [column for column in needed if column not in header]:
            raise CaptionsError(f"{name} line 1: no column {missing[0]!r}; required: {', '.join(needed)}")
        if known is not None and (unknown := [column for column in header if column and column not in known]):
            raise CaptionsError(f"{name} line 1: unknown column {unknown[0]!r}; use {', '.join(known)}")
        if twice := [column for column in header if column and header.count(column) > 1]:
            raise CaptionsError(f"{name} line 1: column {twice[0]!r} appears twice")
        for cells in reader:
            if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
                raise CaptionsError(
                    f"{name} line {reader.line_num}: more cells than columns; quote cells that contain commas"
                )
            row = dict(zip(header, map(cell_text, cells), strict=False))
            if any(row.values()):
                yield SheetRow(name, reader.line_num, row)
    except csv.Error as error:
        raise CaptionsError(f"{name} line {reader.line_num}: not valid CSV: {error}") from None


def cell_text(cell: str) -> str:
    """Return a cell's text as one line, without the apostrophes that keep a spreadsheet from running it.

    ``"'=1+1"`` becomes ``"=1+1"``, and ``"a;''=1"`` becomes ``"a;=1"``.
    """
    text = tidy(cell)
    return _APOSTROPHES.sub("", text) if "'" in text else text
