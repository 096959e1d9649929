"""``captions usage``: whose pictures were used, how often, when; what changed; what is left of the agreements."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from captions.cli import options as o
from captions.cli import usage_tables
from captions.cli.open_store import opened_store
from captions.cli.output import note, opened
from captions.report import write_rows


class Group(StrEnum):
    """What uses are counted by."""

    supplier = "supplier"
    agency = "agency"
    creator = "creator"
    publication = "publication"
    month = "month"
    quarter = "quarter"
    year = "year"
    scope = "scope"


class Also(StrEnum):
    """What is told of uses besides their number."""

    articles = "articles"
    creators = "creators"
    days = "days"


def usage(
    db_url: o.Database = o.DATABASE,
    by: Annotated[
        list[Group] | None, typer.Option("--by", help="Count by this, by default supplier; repeatable.")
    ] = None,
    also: Annotated[
        list[Also] | None, typer.Option("--also", help="Tell this too; slow on a large database; repeatable.")
    ] = None,
    of_agreements: Annotated[
        bool, typer.Option("--agreements", help="What of each agreement is used up, and what it has cost.")
    ] = False,
    on: Annotated[
        date | None, typer.Option("--on", parser=o.last_day, metavar="DAY", help="With --agreements: as of this day.")
    ] = None,
    uncredited: Annotated[
        bool, typer.Option("--uncredited", help="Uses without a credit, and their share; by publication or --by.")
    ] = False,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option("--compare", metavar="PERIOD PERIOD", help="What changed between 2025, 2025-Q3 or 2025-07."),
    ] = None,
    agency: o.Agency = None,
    publication: o.Publication = None,
    since: o.Since = None,
    until: o.Until = None,
    agencies: o.Agencies = None,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    output: o.Output = None,
) -> None:
    """Count the pictures in the database, most used first.

    A use counts once for each agency and each creator its credit line names, and once in the total.

    \b
    Examples:
      captions usage --by supplier --since 2024
      captions usage --by creator --limit 20
      captions usage --by agency --by month --agency Reuters --format csv
      captions usage --agreements --on 2026-05-18
      captions usage --uncredited
      captions usage --compare 2025 2026
    """
    asked = usage_tables.Asked(
        by=tuple(dict.fromkeys(group.value for group in by or ())),
        also=tuple(dict.fromkeys(it.value for it in also or ())),
        agency=agency,
        publication=publication,
        since=since,
        until=until,
        limit=limit,
        shown=form in (o.Listing.table, o.Listing.markdown),
    )
    given = {"--agreements": of_agreements, "--uncredited": uncredited, "--compare": compare is not None}
    if len(chosen := [name for name, is_given in given.items() if is_given]) > 1:
        raise typer.BadParameter(f"{chosen[0]} and {chosen[1]} answer two questions; ask one")
    if on is not None and not of_agreements:
        raise typer.BadParameter("goes with --agreements", param_hint="--on")
    with opened_store(db_url) as engine:
        if of_agreements:
            # The clock is read here and nowhere below.
            today = date.today() if on is None else on
            found = usage_tables.of_agreements(engine, o.words(agencies, db_url), today, asked)
        else:
            spans = usage_tables.spans(engine, asked, lambda: o.words(agencies, db_url))
            if compare is not None:
                found = usage_tables.changes(engine, asked, compare, spans)
            else:
                found = (usage_tables.uncredited if uncredited else usage_tables.uses)(engine, asked, spans)
    columns = found.columns
    if of_agreements and form is o.Listing.table:
        # Beside ten columns, sentences would stand a word a line, and cut names and days; they follow the table.
        columns = [column for column in columns if column.key != "note"]
    with opened(output, for_spreadsheet=form is o.Listing.csv) as stream:
        write_rows(found.name, columns, found.rows, form.value, stream, found.head)
    for row in found.rows if columns is not found.columns else ():
        if row["note"]:
            note(f"agreement {row['agreement']} with {row['supplier']}: {row['note']}")
    o.tell_cut(found.listed, found.groups)
    if not found.rows:
        note(found.nothing)
