"""``captions export``: what the store holds, for other programs: CSV, JSON Lines, Parquet, ninjs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from captions.cli import options as o
from captions.cli.output import note, opened, replaced
from captions.errors import CaptionsError

if TYPE_CHECKING:
    from sqlalchemy import Engine


_NUMBERS = ("use_id", "position", "occurrences", "uses", "articles")
_BATCH = 10_000
"""Rows of a Parquet file that are in memory at once."""


class To(StrEnum):
    """The forms of an export."""

    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"
    ninjs = "ninjs"


def export(
    view: Annotated[
        str, typer.Argument(metavar="[VIEW]", help="What to export; `articles` for --to ninjs.", show_default=False)
    ] = "",
    db_url: o.Database = o.DATABASE,
    form: Annotated[To, typer.Option("--to", help="How to write it.")] = To.csv,
    output: o.Output = None,
) -> None:
    """Write a view of the database for other programs; without VIEW every use, with caption, credit and supplier.

    \b
    Views: use_in_words, uncredited_uses, uses_without_supplier, supplier_usage_by_month, agency_usage_by_month,
    creator_usage_by_month, unread_sources. ninjs holds articles, a line for each, their pictures with them.

    \b
    Example:
      captions export --to parquet -o uses.parquet
    """
    import captions_db as db

    wanted = view or ("articles" if form is To.ninjs else "use_in_words")
    known = ["articles"] if form is To.ninjs else list(db.VIEWS)
    if wanted not in known:
        raise CaptionsError(f"no view {wanted!r} to export as {form.value}; there are {', '.join(known)}")
    if form is To.parquet and (output is None or str(output) == "-"):
        raise CaptionsError("Parquet is no text; name a file with -o")
    engine = db.open_store(db_url)
    try:
        if form is To.ninjs:
            count = _ninjs(engine, output)
        elif form is To.parquet and output is not None:
            count = _parquet(engine, wanted, output)
        else:
            count = _rows(engine, wanted, form, output)
    finally:
        engine.dispose()
    note(f"{count} rows of {wanted}" + (f"; written to {output}" if output is not None else ""))


def _rows(engine: Engine, view: str, form: To, output: Path | None) -> int:
    import captions_db as db

    from captions.report import Column, as_csv

    columns, rows = db.view_rows(engine, view)
    count = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal count
        for row in rows:
            count += 1
            yield dict(zip(columns, row, strict=True))

    with opened(output, for_spreadsheet=form is To.csv) as stream:
        if form is To.csv:
            as_csv.write([Column(name, name) for name in columns], counted(), stream)
        else:
            for record in counted():
                stream.write(_line(record))
    return count


def _ninjs(engine: Engine, output: Path | None) -> int:
    from captions.report.as_ninjs import item
    from captions.stored import stored_articles

    count = 0
    with opened(output) as stream:
        for count, (source, article) in enumerate(stored_articles(engine), 1):  # noqa: B007 - told at the end
            stream.write(_line(item(source, article)))
    return count


def _line(record: dict[str, Any]) -> str:
    from captions import escaping
    from captions.report.rows import as_data

    told = {name: as_data(value) if isinstance(value, date) else value for name, value in record.items()}
    return escaping.json_text(json.dumps(told, ensure_ascii=False)) + "\n"


def _parquet(engine: Engine, view: str, output: Path) -> int:
    import captions_db as db

    try:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter
    except ModuleNotFoundError:
        raise CaptionsError("Parquet needs pyarrow: pip install 'captions[parquet]'") from None
    columns, rows = db.view_rows(engine, view)
    kinds = {name: pa.int64() for name in _NUMBERS} | {"used_on": pa.date32()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in columns])
    count = 0
    with replaced(output) as part, ParquetWriter(part, schema) as writer:
        while batch := list(islice(rows, _BATCH)):
            count += len(batch)
            values = ([_cell(value) for value in column] for column in zip(*batch, strict=True))
            arrays = [pa.array(column, field.type) for column, field in zip(values, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return count


def _cell(value: Any) -> Any:
    """A moment is text in SQLite; it is text here on every engine."""
    return value.isoformat() if isinstance(value, datetime) else value
