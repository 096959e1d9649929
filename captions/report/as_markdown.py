"""Rows -> a table in Markdown, for a message or a wiki. Texts from articles only say what they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from captions.report import safe
from captions.report.rows import Column, Row, as_text


def write(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO) -> None:
    """Writes a line of titles, then a line for each row; numbers stand on the right."""
    stream.write(_line([safe.markdown(column.title) for column in columns]))
    stream.write(_line(["---:" if column.number else "---" for column in columns]))
    for row in rows:
        stream.write(_line([safe.markdown(as_text(row.get(column.key))) for column in columns]))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
