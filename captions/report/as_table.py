"""Write rows as a table that fits the terminal; without color in a pipe or under NO_COLOR."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from captions import escaping
from captions.report.rows import Column, Row, Value, as_text

WIDTH = 100
"""The width in a file or pipe unless COLUMNS is set, so that output is the same everywhere."""
_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def write(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO) -> None:
    """Write a table; texts are never parsed as markup, and control characters are removed."""
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
    if stream.isatty():
        console(stream).print(table)
        return
    buffer = StringIO()
    console(buffer).print(table)
    stream.writelines(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def console(stream: TextIO) -> Console:
    """Return a console for a stream, as wide as the terminal or :data:`WIDTH`."""
    wide = os.environ.get("COLUMNS", "")
    width = None if stream.isatty() else int(wide) if wide.isdigit() and int(wide) > 0 else WIDTH
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)


def _cell(column: Column, value: Value) -> Text:
    text = as_text(value)
    text = escaping.short(text, column.cut) if column.cut else escaping.line(text)
    return Text(text, style=_STYLES.get(text.partition(" ")[0], "") if column.width else "")
