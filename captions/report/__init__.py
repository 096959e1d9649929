"""Write findings and rows as tables, JSON, CSV, HTML or Markdown to an open stream."""

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
    delimiter: str = ",",
) -> None:
    """Write a listing. In JSON, ``name`` is the key of the rows, and the keys of ``head`` come first.

    ``delimiter`` separates the cells of CSV.

    Raise ValueError unless ``form`` is table, json, csv or markdown.
    """
    # Imported here because rich takes 0.1 s to load, and JSON does not need it.
    if form == "table":
        from captions.report import as_table

        as_table.write(columns, rows, stream)
    elif form == "csv":
        from captions.report import as_csv

        as_csv.write(columns, rows, stream, delimiter)
    elif form == "markdown":
        from captions.report import as_markdown

        as_markdown.write(columns, rows, stream)
    elif form == "json":
        from captions.report import as_json

        as_json.write_listing(head or {}, name, as_json.objects(columns, rows), stream)
    else:
        raise ValueError(f"{name} cannot be written as {form}")


__all__ = ["Column", "Row", "Value", "write_rows"]
