"""Write rows as a table that fits the terminal; without color in a pipe or under NO_COLOR."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import islice
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from captions import escaping
from captions.report import table_widths
from captions.report.rows import Column, Row, Value, as_text

WIDTH = 100
"""The width in a file or pipe unless COLUMNS is set, so that output is the same everywhere."""
PART = 500
"""The rows in each part of a long table on a terminal."""
_HEAD = 2
GAP_OF_BOX = 1
"""The space between two columns that is not padding."""
_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def write(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO) -> None:
    """Write a table; texts are never parsed as markup, and control characters are removed.

    On a terminal, a long table is written in parts, each with its header, while its rows arrive.
    """
    if not stream.isatty():
        buffer = StringIO()
        to_file = console(buffer)
        to_file.print(_table(columns, rows, to_file.width))
        stream.writelines(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())
        return
    terminal, rest = console(stream), iter(rows)
    part = list(islice(rest, PART))
    while True:
        terminal.print(_table(columns, part, terminal.width))
        if not (part := list(islice(rest, PART))):
            return


def write_screen(columns: Sequence[Column], rows: Sequence[Row], stream: TextIO, height: int) -> int:
    """Write the first rows of a table, as many as fit into ``height`` lines but at least one; return their number."""
    terminal, listed = console(stream), rows[:height]
    while True:
        table = _table(columns, listed, terminal.width)
        count = len(terminal.render_lines(table)) - _HEAD
        if count <= height or len(listed) <= 1:
            terminal.print(table)
            return len(listed)
        listed = listed[: max(1, min(len(listed) - 1, len(listed) * height // count))]


def lines(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO) -> int:
    """Return the number of lines of a table."""
    terminal = console(stream)
    return len(terminal.render_lines(_table(columns, rows, terminal.width)))


def write_facts(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO) -> None:
    """Write a table without a header, at the same width in a file and on a terminal."""
    buffer = StringIO()
    width = console(stream).width
    Console(file=buffer, width=width, markup=False, emoji=False, highlight=False).print(
        _table(columns, rows, width, head=False)
    )
    stream.writelines(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def _table(columns: Sequence[Column], rows: Iterable[Row], width: int, *, head: bool = True) -> Table:
    """Lay out a table; see :mod:`captions.report.table_widths`."""
    listed = list(rows)
    cells = [[_text(column, row.get(column.key)) for row in listed] for column in columns]
    chosen, widths, gap = table_widths.fitted(columns, cells, width)
    # Without a box of its own, a column's padding is all of the gap.
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold", show_header=head,
        padding=(0, gap - GAP_OF_BOX, 0, 0),
    )  # fmt: skip
    for at, own in zip(chosen, widths, strict=True):
        column = columns[at]
        table.add_column(
            table_widths.wrapped(column.title, own), justify="right" if column.number else "left", no_wrap=True,
            overflow="crop", width=own,
        )  # fmt: skip
    for n in range(len(listed)):
        table.add_row(*[_cell(columns[at], cells[at][n], own) for at, own in zip(chosen, widths, strict=True)])
    return table


def console(stream: TextIO) -> Console:
    """Return a console for a stream, as wide as the terminal or :data:`WIDTH`."""
    wide = os.environ.get("COLUMNS", "")
    width = None if stream.isatty() else int(wide) if wide.isdigit() and int(wide) > 0 else WIDTH
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)


def _text(column: Column, value: Value) -> str:
    text = as_text(value)
    return escaping.short(text, column.cut) if column.cut else escaping.line(text)


def _cell(column: Column, text: str, width: int) -> Text:
    fit = table_widths.shortened_path if column.path else table_widths.wrapped
    return Text(fit(text, width), style=_STYLES.get(text.partition(" ")[0], "") if column.width else "")
