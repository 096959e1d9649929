"""Read the rows of a CSV file so that a broken row costs only itself."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from captions.sources import source


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row with the number of its first line, or the reason why it cannot be read."""

    line: int
    cells: list[str]
    problem: str = ""


def rows(lines: Iterable[str], delimiter: str) -> Iterator[CsvRow]:
    """Yield the rows of a table with a header, which is the first row; raise ``csv.Error`` if the header is broken.

    A quote that is never closed swallows the rows after it. Such a row is reported, and reading continues at the next
    line that begins a row with as many cells as the header.
    """
    csv.field_size_limit(source.LARGEST)
    reader = _Lines(lines)
    strict = csv.reader(reader, delimiter=delimiter, strict=True)
    loose = csv.reader(reader, delimiter=delimiter)
    width = 0
    while True:
        reader.start()
        try:
            row = CsvRow(reader.first, _cells(strict, loose, reader))
        except StopIteration:
            return
        except csv.Error as error:
            if not width:
                raise
            reader.back(keeping=1)
            last = _resume(strict, reader, width)
            yield CsvRow(reader.first, [], _problem(error, reader.first, last))
            continue
        width = width or len(row.cells)
        if len(row.cells) > width and any(cell.strip() for cell in row.cells[width:]):
            problem = f"{len(row.cells)} cells, but the header has {width}; quote cells that contain {delimiter!r}"
            row = CsvRow(row.line, [], problem)
        yield row


class _Lines:
    """Lines that can be read again: those of the current row."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._number = 0
        self.first = 1
        """The number of the row's first line."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._taken.append(line)
        self._number += 1
        return line

    @property
    def count(self) -> int:
        """The number of lines read since the row began."""
        return len(self._taken)

    def start(self) -> None:
        """Begin a row."""
        self._taken.clear()
        self.first = self._number + 1

    def back(self, keeping: int = 0) -> None:
        """Go back to the row's first line, or to the one after ``keeping`` lines."""
        self._again.extendleft(reversed(self._taken[keeping:]))
        self._number -= len(self._taken) - keeping
        del self._taken[keeping:]


def _cells(strict: Iterator[list[str]], loose: Iterator[list[str]], reader: _Lines) -> list[str]:
    """Return the cells of the next row; raise ``csv.Error`` if a quote is not closed.

    Quotes inside a cell that are not doubled do no harm in a row of one line: ``"He said "yes", and left"``.
    """
    try:
        return next(strict)
    except csv.Error as error:
        is_open = "unexpected end" in str(error)
        reader.back()
        cells = next(loose)
        if is_open or reader.count > 1:
            raise
        return cells


def _resume(strict: Iterator[list[str]], reader: _Lines, width: int) -> int:
    """Go to the next line that begins a row of the table, and return the number of the last line before it."""
    skipped = reader.count
    while True:
        try:
            cells = next(strict)
        except StopIteration:
            return reader.first + skipped - 1
        except csv.Error:
            cells = []
        is_row = len(cells) == width
        reader.back(keeping=skipped)
        if is_row:
            return reader.first + skipped - 1
        next(reader)
        skipped += 1


def _problem(error: csv.Error, first: int, last: int) -> str:
    if "field larger" in str(error):
        return f"broken CSV: {error}"
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    return f"broken CSV: a quote in {where} is not closed"
