"""``captions export``: write the database for other programs, as CSV, JSON Lines, Parquet or ninjs."""

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
from captions.cli.inputs import opened_store
from captions.cli.output import count, for_report, format_of, is_stdout, note, opened
from captions.errors import CaptionsError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from captions.files.targets import Targets

_NUMBERS = (
    *("use_id", "position", "occurrences", "uses", "articles", "audit_id", "place", "open_findings", "findings"),
    *("finding_id", "days_old"),
)
_BATCH = 10_000
"""Rows of a Parquet file in memory at once."""


class ExportFormat(StrEnum):
    """Output formats of an export."""

    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"
    ninjs = "ninjs"


def export(
    view: Annotated[
        str, typer.Argument(metavar="VIEW", help="The view to export.  [default: use_in_words]", show_default=False)
    ] = "",
    db_url: o.Database = o.DATABASE,
    chosen: Annotated[
        ExportFormat | None,
        typer.Option(
            "--to",
            help="Output format.  [default: by the extension of the output file, else csv]",
            show_default=False,
        ),
    ] = None,
    delimiter: o.Delimiter = None,
    output: o.Output = None,
    overwrite: o.Overwrite = False,
) -> None:
    """Export a view of the database for other programs. The default view has a row for every use.

    \b
    Views: use_in_words, uncredited_uses, uses_without_supplier,
      supplier_usage_by_month, agency_usage_by_month, creator_usage_by_month,
      open_findings_by_decision, finding_in_words, unread_sources

    --to ninjs exports articles with their pictures, one per line.

    \b
    Example:
      captions export -o uses.parquet
    """
    import captions_db as db

    form = format_of(chosen, output, ExportFormat.csv)
    wanted = view or ("articles" if form is ExportFormat.ninjs else "use_in_words")
    known = ["articles"] if form is ExportFormat.ninjs else list(db.VIEWS)
    if wanted not in known:
        raise CaptionsError(f"cannot export {wanted!r} as {form.value}; choose from {', '.join(known)}")
    if form is ExportFormat.parquet and is_stdout(output):
        raise CaptionsError("Parquet is binary: choose an output file with -o")
    between = o.separator(delimiter, is_csv=form is ExportFormat.csv)
    targets = for_report(output, overwrite=overwrite)
    with opened_store(db_url) as engine:
        if form is ExportFormat.ninjs:
            number = _ninjs(engine, output, targets)
        elif form is ExportFormat.parquet and output is not None:
            number = _parquet(engine, wanted, output, targets)
        else:
            number = _rows(engine, wanted, form, output, targets, between)
    what = count(number, "article") if form is ExportFormat.ninjs else f"{count(number, 'row')} of {wanted}"
    note(f"exported {what}" + (f" to {output}" if output is not None else ""))


def _rows(engine: Engine, view: str, form: ExportFormat, output: Path | None, targets: Targets, delimiter: str) -> int:
    import captions_db as db

    from captions.report import Column, as_csv

    columns, rows = db.view_rows(engine, view)
    count = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal count
        for row in rows:
            count += 1
            yield dict(zip(columns, row, strict=True))

    with opened(output, targets, for_spreadsheet=form is ExportFormat.csv) as stream:
        if form is ExportFormat.csv:
            as_csv.write([Column(name, name) for name in columns], counted(), stream, delimiter)
        else:
            for record in counted():
                stream.write(_line(record))
    return count


def _ninjs(engine: Engine, output: Path | None, targets: Targets) -> int:
    from captions.report.as_ninjs import item
    from captions.stored import stored_articles

    count = 0
    with opened(output, targets) as stream:
        for count, (source, article) in enumerate(stored_articles(engine), 1):  # noqa: B007 - returned at the end
            stream.write(_line(item(source, article)))
    return count


def _line(record: dict[str, Any]) -> str:
    from captions import escaping
    from captions.report.rows import as_data

    values = {name: as_data(value) if isinstance(value, date) else value for name, value in record.items()}
    return escaping.json_text(json.dumps(values, ensure_ascii=False)) + "\n"


def _parquet(engine: Engine, view: str, output: Path, targets: Targets) -> int:
    import captions_db as db

    from captions.report.earlier import PARQUET_WRITER

    try:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter
    except ModuleNotFoundError:
        raise CaptionsError("Parquet needs pyarrow: pip install 'captions[archive]'") from None
    columns, rows = db.view_rows(engine, view)
    kinds = {name: pa.int64() for name in _NUMBERS} | {"used_on": pa.date32(), "confidence": pa.float64()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in columns], {"written by": PARQUET_WRITER})
    count = 0
    with targets.replaced(output) as part, ParquetWriter(part, schema) as writer:
        while batch := list(islice(rows, _BATCH)):
            count += len(batch)
            values = ([_cell(value) for value in column] for column in zip(*batch, strict=True))
            arrays = [pa.array(column, field.type) for column, field in zip(values, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return count


def _cell(value: Any) -> Any:
    """Return a value as Parquet stores it: a time is text, as in SQLite, whatever the engine."""
    return value.isoformat() if isinstance(value, datetime) else value
