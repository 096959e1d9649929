"""``captions usage``: count picture uses, compare periods, and show what is left of agreements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli import screen, usage_tables
from captions.cli.inputs import note_unknown_names, opened_store, stored_publication
from captions.cli.output import for_report, format_of, note, note_limit, opened
from captions.report import Column, write_rows

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from captions.files.targets import Targets
    from captions.lexicon.vocabulary import Vocabulary


class GroupBy(StrEnum):
    """Ways to group uses."""

    supplier = "supplier"
    agency = "agency"
    creator = "creator"
    publication = "publication"
    month = "month"
    quarter = "quarter"
    year = "year"
    scope = "scope"
    group = "group"


class ExtraCount(StrEnum):
    """Facts about a group besides its number of uses."""

    articles = "articles"
    creators = "creators"
    days = "days"


By = Annotated[
    list[GroupBy] | None,
    typer.Option("--by", help="Group by this; repeatable.  [default: supplier]"),
]
Also = Annotated[
    list[ExtraCount] | None,
    typer.Option("--also", help="Show this as well; repeatable, slow on a large database."),
]
OfAgreements = Annotated[
    bool, typer.Option("--agreements", help="Show how much of each agreement is used, and what it has cost.")
]
On = Annotated[
    date | None,
    typer.Option(
        "--on", parser=o.last_day, metavar="DATE", help="With --agreements: as of this date.  [default: today]"
    ),
]
Uncredited = Annotated[
    bool, typer.Option("--uncredited", help="Count uses without a credit, by publication unless --by is given.")
]
Compare = Annotated[
    tuple[str, str] | None,
    typer.Option("--compare", metavar="PERIOD PERIOD", help="Compare two years (2025), quarters (2025-Q3) or months."),
]


def usage(
    db_url: o.Database = o.DATABASE,
    by: By = None,
    also: Also = None,
    of_agreements: OfAgreements = False,
    on: On = None,
    uncredited: Uncredited = False,
    compare: Compare = None,
    agency: o.Agency = None,
    supplier: o.Supplier = None,
    creator: o.Creator = None,
    publication: o.Publication = None,
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
    """Count the picture uses in the database, most used first.

    A use counts once for each agency and each creator its credit line names, and once in the total. Uses whose supplier
    is unclear are counted by the reason: `uncredited`, `photographer only` or `ambiguous line`. A table of months,
    quarters or years only is in date order.

    \b
    Examples:
      captions usage --by supplier --since 2024
      captions usage --by creator --limit 20
      captions usage --by group --period 2026-Q3
      captions usage --by agency --by month --agency Reuters --format csv
      captions usage --agreements --on 2026-05-18
      captions usage --uncredited
      captions usage --compare 2025 2026
    """
    form = format_of(chosen, output, o.Listing.table)
    first, last, _ = o.days_of_period(period, since, until)
    between = o.separator(delimiter, is_csv=form is o.Listing.csv)
    targets = for_report(output, (agencies,), overwrite=overwrite)
    height = screen.height(output, limit, table=form is o.Listing.table, every=every)
    filters = usage_tables.Filters(agency, publication, supplier, creator)
    # The last row on a screen counts all uses.
    query = _query(by, also, filters, (first, last), limit if height is None else height - 1, form)
    _check_modes({"--agreements": of_agreements, "--uncredited": uncredited, "--compare": compare is not None}, on)
    with opened_store(db_url) as engine:
        query = query.of_publication(stored_publication(engine, publication))
        if of_agreements:
            # The only place where the clock is read.
            table = usage_tables.of_agreements(engine, o.words(agencies, db_url), on or date.today(), query)
        else:
            note_unknown_names(engine, agency=agency, supplier=supplier, creator=creator)
            table = _counts(engine, query, lambda: o.words(agencies, db_url), compare, uncredited=uncredited)
    _write(table, form, output, targets, between, notes_apart=of_agreements, on_screen=height is not None)


def _query(
    by: list[GroupBy] | None,
    also: list[ExtraCount] | None,
    filters: usage_tables.Filters,
    days: tuple[date | None, date | None],
    limit: int | None,
    form: o.Listing,
) -> usage_tables.UsageQuery:
    return usage_tables.UsageQuery(
        by=tuple(dict.fromkeys(group.value for group in by or ())),
        also=tuple(dict.fromkeys(extra.value for extra in also or ())),
        named=filters,
        since=days[0],
        until=days[1],
        limit=limit,
        for_people=form in (o.Listing.table, o.Listing.markdown),
    )


def _check_modes(modes: dict[str, bool], on: date | None) -> None:
    """Raise BadParameter for two kinds of table at once, or a date without agreements."""
    if len(chosen := [name for name, is_given in modes.items() if is_given]) > 1:
        raise typer.BadParameter(f"{chosen[0]} and {chosen[1]} cannot be combined")
    if on is not None and not modes["--agreements"]:
        raise typer.BadParameter("needs --agreements", param_hint="--on")


def _counts(
    engine: Engine,
    query: usage_tables.UsageQuery,
    words: Callable[[], Vocabulary],
    compare: tuple[str, str] | None,
    *,
    uncredited: bool,
) -> usage_tables.UsageReport:
    spans = usage_tables.spans(engine, query, words)
    if compare is not None:
        return usage_tables.changes(engine, query, compare, spans)
    if uncredited:
        return usage_tables.uncredited(engine, query, spans)
    return usage_tables.uses(engine, query, spans, words)


def _write(
    table: usage_tables.UsageReport,
    form: o.Listing,
    output: Path | None,
    targets: Targets,
    delimiter: str,
    *,
    notes_apart: bool,
    on_screen: bool,
) -> None:
    """Write a table, and on stderr what it leaves out."""
    columns: Sequence[Column] = table.columns
    apart = notes_apart and form is o.Listing.table
    if apart:
        # Next to ten columns, a note would break into a word per line; it follows the table instead.
        columns = [column for column in columns if column.key != "note"]
    with opened(output, targets, for_spreadsheet=form is o.Listing.csv) as stream:
        write_rows(table.name, columns, table.rows, form.value, stream, table.head, delimiter)
    for row in table.rows if apart else ():
        if row["note"]:
            note(f"agreement {row['agreement']} with {row['supplier']}: {row['note']}")
    note_limit(table.listed, table.groups, on_screen=on_screen, which=table.which)
    if not table.rows:
        note(table.empty_note)
