"""``captions correct``: say what a credit line means, for all its uses, those to come too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.default_command import ITSELF, Either, Itself
from captions.cli.inputs import known_agency, sheet_rows, who_says
from captions.cli.listing import write_said
from captions.cli.open_store import opened_store
from captions.cli.output import note
from captions.report import Column, Row

if TYPE_CHECKING:
    from captions.corrections.corrections import Correction

app = typer.Typer(cls=Either, help="Say what a credit line means.", rich_markup_mode=None)
_LIST = (
    Column("id", "No.", number=True),
    Column("line", "Credit line", wide=True, cut=80),
    Column("means", "What it means", wide=True, cut=120),
    Column("reason", "Reason", wide=True, cut=80),
    Column("who", "Who"),
    Column("made", "Made"),
    Column("state", "State"),
)
_ALL = (
    *(column for column in _LIST if column.key in ("id", "state", "line")),
    Column("creators", "Creators"),
    Column("agencies", "Agencies"),
    Column("supplier", "Supplier"),
    Column("qualifiers", "Qualifiers"),
    Column("license", "License"),
    *(column for column in _LIST if column.key in ("reason", "who", "made")),
    Column("undone", "Undone"),
    Column("undone_by", "Undone by"),
    Column("undone_reason", "Reason of the undoing"),
)


@app.command(ITSELF, cls=Itself, hidden=True)
def correct(
    line: Annotated[str | None, typer.Argument(metavar="LINE", help="The credit line as printed.")] = None,
    creator: Annotated[list[str], typer.Option("--creator", metavar="NAME", help="Who made the picture.")] = [],  # noqa: B006 - typer copies it
    agency: Annotated[list[str], typer.Option("--agency", metavar="NAME", help="An agency the line names.")] = [],  # noqa: B006 - typer copies it
    supplier: Annotated[
        str | None, typer.Option("--supplier", metavar="NAME", help="Whom it was licensed from.")
    ] = None,
    mark: Annotated[list[str], typer.Option("--mark", metavar="MARK", help="handout, pool, archive, ...")] = [],  # noqa: B006 - typer copies it
    license_: Annotated[str | None, typer.Option("--license", metavar="NAME", help="CC BY-SA 4.0, ...")] = None,
    reason: o.Reason = "",
    file: Annotated[Path | None, typer.Option("--file", metavar="CSV", help="Many lines at once.")] = None,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Say what a credit line means. It goes for all its uses, and for those in articles that are read later.

    What is not said stays as it was read; `none` says that there is none. --creator, --agency and --mark may be
    repeated. A file has the columns line, creators, agencies, supplier, qualifiers, license, reason; `;` parts several.

    \b
    Examples:
      captions correct "AP/dpa | Jo Reed" --supplier dpa --reason "asked the desk, 3 May"
      captions correct "Tower Bridge / dpa" --creator none --reason "a place, no person"
      captions correct --file corrections.csv --reason "spring cleaning"
      captions correct list
      captions correct undo 3 --reason "it was the other picture"
    """
    from captions.corrections import corrections

    words = o.words(agencies, db_url)
    said = corrections.Correction(
        line or "",
        corrections.names(creator),
        corrections.names(agency),
        corrections.name(supplier),
        corrections.names(mark),
        corrections.name(license_),
        reason=" ".join(reason.split()),
        who=who_says(who),
    )
    if (line is None) == (file is None):
        raise typer.BadParameter("give a credit line, or --file with many")
    if file is not None:
        if said.meaning[1:] != (None,) * 5:
            raise typer.BadParameter("with --file, say in the file what each line means")
        rows = sheet_rows(file, ("line",), corrections.CORRECTION_COLUMNS)
        given = [corrections.correction_from(row, words, said.reason, said.who) for row in rows]
    else:
        given = [corrections.checked(said, words)]
    spelt = {
        name: known_agency(name, words) for one in given for name in (*(one.agencies or ()), one.supplier or "") if name
    }
    given = [
        replace(
            one,
            agencies=None if one.agencies is None else tuple(dict.fromkeys(spelt[name] for name in one.agencies)),
            supplier=spelt[one.supplier] if one.supplier else one.supplier,
        )
        for one in given
    ]
    with opened_store(db_url, create=True) as engine:
        done = corrections.correct(engine, given, words)
    for printed, one in done:
        if not one.new:
            note(f"correction {one.id} says the same of {printed!r} already")
        elif not one.uses:
            note(f"no article has the line {printed!r} yet; correction {one.id} is kept for when one does")
    new = [one for _, one in done if one.new]
    typer.echo(f"corrected {o.count(len(new), 'line')}: {o.count(sum(one.uses for one in new), 'use')}")


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Those replaced or undone, too.")] = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """List the corrections that hold, or all that were ever made.

    \b
    Example:
      captions correct list --all --format csv
    """
    from captions.corrections import corrections

    with opened_store(db_url) as engine:
        told = corrections.corrections(engine)
    rows = [_row(one, state) for one, state in told]
    if form is o.Listing.csv:
        rows = [{key: "none" if value in ("", ()) else value for key, value in row.items()} for row in rows]
    write_said("corrections", {True: _LIST, False: _ALL}, rows, form, limit, every=every)


@app.command()
def undo(
    number: Annotated[int, typer.Argument(metavar="N", help="The number of the correction.")],
    reason: o.NeededReason,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Undo a correction: what was read in the line, or said of it before, holds again.

    \b
    Example:
      captions correct undo 3 --reason "it was the other picture"
    """
    from captions.corrections import corrections

    with opened_store(db_url) as engine:
        undone, uses = corrections.undo_correction(engine, number, who_says(who), o.needed(reason, "--reason"))
    typer.echo(f"correction {number} of {undone.line!r} is undone: {o.count(uses, 'use')}")


def _row(one: Correction, state: str) -> Row:
    said = {
        "creators": one.creators,
        "agencies": one.agencies,
        "supplier": one.supplier,
        "qualifiers": one.qualifiers,
        "license": one.license,
    }
    return {
        "id": one.id,
        "line": one.line,
        "means": "; ".join(
            f"{what}: {(value if isinstance(value, str) else ', '.join(value)) or 'none'}"
            for what, value in said.items()
            if value is not None
        ),
        **said,
        "reason": one.reason,
        "who": one.who,
        "made": o.moment(one.added),
        "state": state,
        "undone": o.moment(one.undone),
        "undone_by": one.undone_by,
        "undone_reason": one.undone_reason,
    }
