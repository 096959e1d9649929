"""``captions archive usage``: count the picture uses in Parquet files, without a database."""

from __future__ import annotations

from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from captions.cli import options as o
from captions.cli import screen, usage_tables
from captions.cli.output import for_report, format_of, note, note_limit, opened
from captions.errors import CaptionsError
from captions.report import write_rows


class ArchiveGroup(StrEnum):
    """Ways to group the uses in an archive."""

    supplier = "supplier"
    agency = "agency"
    creator = "creator"
    publication = "publication"
    month = "month"
    quarter = "quarter"
    year = "year"
    group = "group"


Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that captions archive read has written.")]
By = Annotated[list[ArchiveGroup] | None, typer.Option("--by", help="Group by this; repeatable.  [default: supplier]")]


def usage(
    folder: Folder,
    by: By = None,
    period: o.Period = None,
    since: o.Since = None,
    until: o.Until = None,
    agencies: o.Agencies = None,
    chosen: o.FileFormat = None,
    limit: o.Limit = None,
    every: screen.All = False,
    delimiter: o.Delimiter = None,
    output: o.Output = None,
    overwrite: o.Overwrite = False,
) -> None:
    """Count the picture uses in an archive, most used first, without a database.

    The counts are those of captions usage for the same articles: an article that was read several times counts once.
    Corrections and merged names are in a database, so they do not apply. Needs DuckDB.

    \b
    Examples:
      captions archive usage news
      captions archive usage news --by agency --by month --since 2024 --format csv
      captions archive usage news --by creator --limit 20
    """
    if find_spec("duckdb") is None or find_spec("pyarrow") is None:
        raise CaptionsError("counting an archive needs DuckDB: pip install 'captions[duckdb]'")
    from captions.archive.usage import archive_usage

    form = format_of(chosen, output, o.Listing.table)
    between = o.separator(delimiter, is_csv=form is o.Listing.csv)
    targets = for_report(output, (agencies,), overwrite=overwrite)
    height = screen.height(output, limit, table=form is o.Listing.table, every=every)
    first, last, _ = o.days_of_period(period, since, until)
    query = usage_tables.UsageQuery(
        by=tuple(dict.fromkeys(group.value for group in by or ())),
        also=(),
        named=usage_tables.Filters(),
        since=first,
        until=last,
        # The last row on a screen counts all uses.
        limit=limit if height is None else height - 1,
        for_people=form in (o.Listing.table, o.Listing.markdown),
    )
    table = usage_tables.counted(
        query,
        lambda groups, most: archive_usage(folder, groups, since=first, until=last, limit=most),
        lambda: o.words(agencies),
    )
    with opened(output, targets, for_spreadsheet=form is o.Listing.csv) as stream:
        write_rows(table.name, table.columns, table.rows, form.value, stream, table.head, between)
    note_limit(table.listed, table.groups, on_screen=height is not None)
    if not table.rows:
        note(table.empty_note)
