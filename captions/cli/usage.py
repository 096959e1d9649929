"""``captions usage``: whose pictures were used, how often, when."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.output import note, opened
from captions.report import Column, Row, write_rows

if TYPE_CHECKING:
    from db import UsageRow, UsageTable


class Group(StrEnum):
    """What uses are counted by."""

    supplier = "supplier"
    agency = "agency"
    creator = "creator"
    publication = "publication"
    month = "month"


_COUNTS = (
    Column("uses", "Uses", number=True),
    Column("articles", "Articles", number=True),
    Column("creators", "Creators", number=True),
    Column("first", "First"),
    Column("last", "Last"),
)
# What a table says of the uses of which the store does not know it; in JSON null, in CSV an empty cell.
_UNKNOWN = {
    "supplier": "(none can be told)",
    "agency": "(none named)",
    "creator": "(none named)",
    "publication": "(unknown)",
    "month": "(unknown)",
}


def usage(
    db_url: o.Database = o.DATABASE,
    by: Annotated[list[Group], typer.Option("--by", help="Count by this; repeatable.")] = [Group.supplier],  # noqa: B006
    agency: Annotated[
        str | None, typer.Option("--agency", metavar="NAME", help="Only lines that name this agency.")
    ] = None,
    publication: o.Publication = None,
    since: o.Since = None,
    until: o.Until = None,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    output: o.Output = None,
) -> None:
    """Count the pictures in the database, most used first.

    A use counts once for each agency and each creator its credit line names, and once in the total.

    \b
    Examples:
      captions usage --by supplier --since 2024
      captions usage --by agency --by month --agency Reuters --format csv
    """
    import db

    groups = tuple(dict.fromkeys(group.value for group in by))
    engine = db.open_store(db_url)
    try:
        table = db.agency_usage(
            engine, groups, agency=agency, since=since, until=until, publication=publication, limit=limit
        )
    finally:
        engine.dispose()
    columns = [*(Column(name, name.capitalize(), wide=True) for name in groups), *_COUNTS]
    is_table = form is o.Listing.table
    rows = [_row(groups, row, shown=is_table) for row in table.rows]
    if is_table and rows:
        rows.append(_total(groups, table))
        columns = [column for column in columns if any(row.get(column.key) is not None for row in rows)]
    head = {"total": {"uses": table.total.uses, "articles": table.total.articles}, "groups": table.groups}
    with opened(output, for_spreadsheet=form is o.Listing.csv) as stream:
        write_rows("rows", columns, rows, form.value, stream, head)
    if len(table.rows) < table.groups:
        note(f"shown: {len(table.rows)} of {table.groups}")
    if not table.rows:
        note("no uses" + (f" that name {agency}" if agency else ""))


def _row(groups: Sequence[str], row: UsageRow, *, shown: bool) -> Row:
    values = {
        name: (_UNKNOWN[name] if value is None and shown else value)
        for name, value in zip(groups, row.values, strict=True)
    }
    return {
        **values,
        "uses": row.uses,
        "articles": row.articles,
        "creators": row.creators,
        "first": row.first,
        "last": row.last,
    }


def _total(groups: Sequence[str], table: UsageTable) -> Row:
    """The last row of a table: every use once."""
    total = table.total
    return {
        groups[0]: "All uses",
        "uses": total.uses,
        "articles": total.articles,
        "creators": total.creators,
        "first": total.first,
        "last": total.last,
    }
