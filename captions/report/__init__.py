"""Findings and rows -> table, JSON, CSV, HTML, Markdown. Writes to a stream that the caller opens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from captions.report.rows import Column, Row, Value


def write_rows(
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    form: str,
    stream: TextIO,
    head: Mapping[str, object] | None = None,
) -> None:
    """Writes a listing. ``name`` is the key of the rows in JSON, ``head`` what JSON says before them.

    Raises ValueError for a form but table, json, csv and markdown.
    """
    # Imported where used: rich takes 0.1 s, which a pipe of JSON need not wait for.
    if form == "table":
        from captions.report import as_table

        as_table.write(columns, rows, stream)
    elif form == "csv":
        from captions.report import as_csv

        as_csv.write(columns, rows, stream)
    elif form == "markdown":
        from captions.report import as_markdown

        as_markdown.write(columns, rows, stream)
    elif form == "json":
        from captions.report import as_json

        as_json.write_listing(head or {}, name, as_json.objects(columns, rows), stream)
    else:
        raise ValueError(f"no {form} form of {name}")


__all__ = ["Column", "Row", "Value", "write_rows"]
