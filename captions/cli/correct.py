"""``captions correct``: record what a credit line means, for all its uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import completion
from captions.cli import options as o
from captions.cli.default_command import DEFAULT, DefaultCommand, DefaultGroup
from captions.cli.inputs import known_agency, opened_store, sheet, user_name
from captions.cli.output import DECISION, UNDONE, count, decision_row, note, numbered, write_decisions
from captions.files.csv_input import rows
from captions.report import Column, Row

if TYPE_CHECKING:
    from captions.corrections.corrections import Correction
    from captions.lexicon.vocabulary import Vocabulary

app = typer.Typer(cls=DefaultGroup, help="Correct how a credit line is read.", rich_markup_mode=None)
_TABLE = (
    Column("id", "No.", number=True),
    Column("line", "Credit line", wide=True, cut=80),
    Column("means", "Meaning", wide=True, cut=120),
    *DECISION,
)
_DATA = (
    *(column for column in _TABLE if column.key in ("id", "state", "line")),
    Column("creators", "Creators"),
    Column("agencies", "Agencies"),
    Column("supplier", "Supplier"),
    Column("qualifiers", "Qualifiers"),
    Column("license", "License"),
    *(column for column in _TABLE if column.key in ("reason", "who", "recorded")),
    *UNDONE,
)
Line = Annotated[str | None, typer.Argument(metavar="LINE", help="The credit line as printed.", show_default=False)]
Creators = Annotated[
    list[str],
    typer.Option("--creator", metavar="NAME", help="A creator of the picture.", autocompletion=completion.creator),
]
Agencies = Annotated[
    list[str],
    typer.Option("--agency", metavar="NAME", help="An agency that the line names.", autocompletion=completion.supplier),
]
Supplier = Annotated[
    str | None,
    typer.Option(
        "--supplier",
        metavar="NAME",
        help="The agency that the picture was licensed from.",
        autocompletion=completion.supplier,
    ),
]
Qualifiers = Annotated[
    list[str], typer.Option("--mark", metavar="QUALIFIER", help="A qualifier: handout, pool, archive, ...")
]
License = Annotated[str | None, typer.Option("--license", metavar="NAME", help="A public license: CC BY-SA 4.0, ...")]
CorrectionsFile = Annotated[
    Path | None, typer.Option("--file", metavar="CSV", help="Correct all the lines in this file.")
]
Number = Annotated[int, typer.Argument(metavar="N", help="The number of the correction.")]


@app.command(DEFAULT, cls=DefaultCommand, hidden=True)
def correct(
    line: Line = None,
    creator: Creators = [],  # noqa: B006 - typer copies it
    agency: Agencies = [],  # noqa: B006 - typer copies it
    supplier: Supplier = None,
    mark: Qualifiers = [],  # noqa: B006 - typer copies it
    license_: License = None,
    reason: o.Reason = "",
    file: CorrectionsFile = None,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Correct how a credit line is read, for all its uses, including articles ingested later.

    Facts you leave out stay as read; `none` means that there is no such fact. --creator, --agency and --mark are
    repeatable. A file has the columns line, creators, agencies, supplier, qualifiers, license and reason; separate
    several names with `;`. It can also be an audit in CSV in which you edited the columns creators, agencies,
    supplier and qualifiers; rows without an edit are skipped.

    \b
    Examples:
      captions correct "AP/dpa | Jo Reed" --supplier dpa --reason "asked the desk"
      captions correct "Tower Bridge / dpa" --creator none --reason "a place"
      captions correct --file corrections.csv --reason "spring cleaning"
      captions audit --format csv -o audit.csv
      captions correct --file audit.csv --reason "asked the desk"
      captions correct list
      captions correct undo 3 --reason "it was the other picture"
    """
    from captions.corrections import corrections

    words = o.words(agencies, db_url)
    correction = corrections.Correction(
        line or "",
        corrections.names(creator),
        corrections.names(agency),
        corrections.name(supplier),
        corrections.names(mark),
        corrections.name(license_),
        reason=" ".join(reason.split()),
        who=user_name(who),
    )
    if (line is None) == (file is None):
        raise typer.BadParameter("give either a credit line or --file")
    if file is None:
        given = [corrections.checked(correction, words)]
    elif correction.meaning[1:] != (None,) * 5:
        raise typer.BadParameter("with --file, give the meaning of each line in the file, not as options")
    else:
        given = _in_file(file, words, correction, db_url)
    if file is None or given:
        _store(given, words, db_url)
    else:
        typer.echo("corrected 0 lines: no row differs from what was read")


def _in_file(file: Path, words: Vocabulary, named: Correction, db_url: str) -> list[Correction]:
    """Return the corrections in a file: a list of corrections, or an audit that was edited in a spreadsheet."""
    from captions.corrections import corrections, edited_audit

    data = sheet(file)  # read once: it may be a pipe
    if edited_audit.is_audit(found := list(rows(data, str(file), ()))):
        with opened_store(db_url) as engine:
            return edited_audit.edited(engine, found, words, named.reason, named.who)
    found = list(rows(data, str(file), ("line",), corrections.CORRECTION_COLUMNS))
    return [corrections.correction_from(row, words, named.reason, named.who) for row in found]


def _store(given: Sequence[Correction], words: Vocabulary, db_url: str) -> None:
    """Store corrections under the canonical names of their agencies, and print how many uses changed."""
    from captions.audit.stored_findings import recheck_lines
    from captions.corrections import corrections

    with opened_store(db_url, create=True) as engine:
        stored = corrections.correct(engine, _with_canonical_names(given, words), words)
        recheck_lines(engine, [line for line, result in stored if result.new], words, date.today())
    for line, result in stored:
        if not result.new:
            note(f"correction {result.id} of {line!r} is the same")
        elif not result.uses:
            note(f"no article has the line {line!r} yet; correction {result.id} will apply to it later")
    new = [result for _, result in stored if result.new]
    numbers = f": {numbered('correction', [result.id for result in new])}" if new else ""
    typer.echo(f"corrected {count(len(new), 'line')}, {count(sum(result.uses for result in new), 'use')}{numbers}")


def _with_canonical_names(given: Sequence[Correction], words: Vocabulary) -> list[Correction]:
    canonical = {
        name: known_agency(name, words)
        for correction in given
        for name in (*(correction.agencies or ()), correction.supplier or "")
        if name
    }
    return [
        replace(
            correction,
            agencies=None
            if correction.agencies is None
            else tuple(dict.fromkeys(canonical[name] for name in correction.agencies)),
            supplier=canonical[correction.supplier] if correction.supplier else correction.supplier,
        )
        for correction in given
    ]


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Include corrections that were replaced or undone.")] = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """List the corrections in force, or all that were ever recorded.

    \b
    Example:
      captions correct list --all --format csv
    """
    from captions.corrections import corrections

    with opened_store(db_url) as engine:
        listed = [_row(correction, state) for correction, state in corrections.corrections(engine)]
    if form is o.Listing.csv:
        listed = [{key: "none" if value in ("", ()) else value for key, value in row.items()} for row in listed]
    write_decisions("corrections", _TABLE, _DATA, listed, form, limit, every=every)


@app.command()
def undo(
    number: Number,
    reason: o.RequiredReason,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Undo a correction; the credit line is read as before it.

    \b
    Example:
      captions correct undo 3 --reason "it was the other picture"
    """
    from captions.corrections import corrections

    with opened_store(db_url) as engine:
        undone, uses = corrections.undo_correction(engine, number, user_name(who), o.required(reason, "--reason"))
    typer.echo(f"undid correction {number} of {undone.line!r}: {count(uses, 'use')}")


def _row(correction: Correction, state: str) -> Row:
    meaning = {
        "creators": correction.creators,
        "agencies": correction.agencies,
        "supplier": correction.supplier,
        "qualifiers": correction.qualifiers,
        "license": correction.license,
    }
    return {
        "id": correction.id,
        "line": correction.line,
        "means": "; ".join(
            f"{name}: {(value if isinstance(value, str) else ', '.join(value)) or 'none'}"
            for name, value in meaning.items()
            if value is not None
        ),
        **meaning,
        **decision_row(correction, state),
    }
