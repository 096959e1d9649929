"""CSV files that people made or mended in a spreadsheet: rows with the line on which each stands.

Errors name the file, the line and the column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from captions.errors import CaptionsError
from captions.text import tidy

T = TypeVar("T")
# What our own CSV files put before a cell that a spreadsheet would run as a formula (see captions.escaping).
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: its cells by column, and where it stands."""

    name: str
    line: int
    cells: Mapping[str, str]

    def read(self, column: str, as_value: Callable[[str], T], default: T) -> T:
        """What a cell says; ``default`` of an empty one, and of a column that is not there."""
        cell = self.cells.get(column, "")
        if not cell:
            return default
        try:
            return as_value(cell)
        except CaptionsError as error:
            raise CaptionsError(f"{self.name} line {self.line}, column {column}: {error}") from None

    def wrong(self, message: object) -> CaptionsError:
        """An error of the row as a whole."""
        return CaptionsError(f"{self.name} line {self.line}: {message}")


def rows(data: bytes, name: str, needed: Collection[str], known: Collection[str] | None = None) -> Iterator[SheetRow]:
    """The rows of a file; those without any cell are left out.

    ``b"supplier;from\\nReuters;2026"`` gives one on line 2. Cells are parted by comma, semicolon or tab, whichever the
    first line has. Raises CaptionsError for what is no CSV file in UTF-8, for a column that is missing, and for one
    that is not in ``known``.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CaptionsError(f"{name} is not UTF-8; save it as CSV UTF-8") from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if missing := [column for column in needed if column not in header]:
            raise CaptionsError(f"{name} line 1: no column {missing[0]!r}; needed are {', '.join(needed)}")
        if known is not None and (unknown := [column for column in header if column and column not in known]):
            raise CaptionsError(f"{name} line 1: unknown column {unknown[0]!r}; known are {', '.join(known)}")
        if twice := [column for column in header if column and header.count(column) > 1]:
            raise CaptionsError(f"{name} line 1: column {twice[0]!r} stands there twice")
        for cells in reader:
            if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
                raise CaptionsError(f"{name} line {reader.line_num}: more cells than columns; quote those with commas")
            row = dict(zip(header, map(cell_text, cells), strict=False))
            if any(row.values()):
                yield SheetRow(name, reader.line_num, row)
    except csv.Error as error:
        raise CaptionsError(f"{name} line {reader.line_num}: no CSV: {error}") from None


def cell_text(cell: str) -> str:
    """What a cell says: one line, without the apostrophe that keeps a spreadsheet from running it.

    ``"'=1+1"`` gives ``"=1+1"``.
    """
    text = tidy(cell)
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text
