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
from captions.report.rows import Column, Row, Value, as_text

WIDTH = 100
"""The width in a file or pipe unless COLUMNS is set, so that output is the same everywhere."""
PART = 500
"""The rows in each part of a long table on a terminal."""
_HEAD = 2
_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def write(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO) -> None:
    """Write a table; texts are never parsed as markup, and control characters are removed.

    On a terminal, a long table is written in parts, each with its header, while its rows arrive.
    """
    if not stream.isatty():
        buffer = StringIO()
        console(buffer).print(_table(columns, rows))
        stream.writelines(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())
        return
    terminal, rest = console(stream), iter(rows)
    part = list(islice(rest, PART))
    while True:
        terminal.print(_table(columns, part))
        if not (part := list(islice(rest, PART))):
            return


def write_screen(columns: Sequence[Column], rows: Sequence[Row], stream: TextIO, height: int) -> int:
    """Write the first rows of a table, as many as fit into ``height`` lines but at least one; return their number."""
    terminal, listed = console(stream), rows[:height]
    while True:
        table = _table(columns, listed)
        count = len(terminal.render_lines(table)) - _HEAD
        if count <= height or len(listed) <= 1:
            terminal.print(table)
            return len(listed)
        listed = listed[: max(1, min(len(listed) - 1, len(listed) * height // count))]


def lines(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO) -> int:
    """Return the number of lines of a table."""
    return len(console(stream).render_lines(_table(columns, rows)))


def _table(columns: Sequence[Column], rows: Iterable[Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            column.title,
            justify="right" if column.number else "left",
            overflow="fold",
            no_wrap=column.number,
            ratio=1 if column.wide else None,
            width=column.width or None,
        )
    for row in rows:
        table.add_row(*[_cell(column, row.get(column.key)) for column in columns])
    return table


def console(stream: TextIO) -> Console:
    """Return a console for a stream, as wide as the terminal or :data:`WIDTH`."""
    wide = os.environ.get("COLUMNS", "")
    width = None if stream.isatty() else int(wide) if wide.isdigit() and int(wide) > 0 else WIDTH
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)


def _cell(column: Column, value: Value) -> Text:
    text = as_text(value)
    text = escaping.short(text, column.cut) if column.cut else escaping.line(text)
    return Text(text, style=_STYLES.get(text.partition(" ")[0], "") if column.width else "")
