"""``captions credit``: read credit lines, without the database."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from captions.cli import options as o
from captions.cli.output import note
from captions.errors import CaptionsError
from captions.model import Credit
from captions.report import Column, Row, write_rows

COLUMNS = (
    Column("line", "Credit line", wide=True),
    Column("creators", "Creators", wide=True),
    Column("agencies", "Agencies", wide=True),
    Column("supplier", "Supplier", wide=True),
    Column("qualifiers", "Qualifiers"),
    Column("restrictions", "Restrictions"),
    Column("copyright_notice", "Copyright notice"),
    Column("license", "License"),
    Column("license_url", "License URL"),
    Column("licensor_url", "Licensor URL"),
    Column("rule", "Rule"),
    Column("confidence", "Confidence", number=True),
)
_ALWAYS = ("line", "creators", "agencies", "supplier")


def credit(
    lines: Annotated[
        list[str], typer.Argument(metavar="LINE", help="Credit lines; - reads them from stdin, one per line.")
    ],
    explain: Annotated[bool, typer.Option("--explain", help="Show how each line is read, step by step.")] = False,
    form: o.ListingFormat = o.Listing.table,
    agencies: o.Agencies = None,
) -> None:
    """Read credit lines, without the database.

    Shows who made the picture, who distributed it, and who supplied it.

    \b
    Examples:
      captions credit "(photo credit: AMMAR AWAD/REUTERS)"
      captions credit --explain "picture alliance/dpa | Jan Woitas"
      captions credit --format csv - < lines.txt
    """
    from captions.credit.parser import explain as steps_of
    from captions.credit.parser import parse_credits

    words = o.words(agencies)
    given = [line for argument in lines for line in (_from_stdin() if argument == "-" else [argument])]
    if not any(line.strip() for line in given):
        raise CaptionsError("no credit line is given; pass one in quotes, or - to read lines from stdin")
    if not explain:
        rows = [row(credit) for line in given for credit in parse_credits(line, words)]
        columns = _filled(rows) if form is o.Listing.table else COLUMNS
        write_rows("credits", columns, rows, form.value, sys.stdout)
        return
    if form is o.Listing.json:
        from captions.report import as_json

        read = [
            {**as_json.object_of(COLUMNS, row(credit)), "steps": steps_of(line, words)}
            for line in given
            for credit in parse_credits(line, words)
        ]
        as_json.write({"credits": read}, sys.stdout)
        return
    columns = (Column("step", "Step"), Column("result", "Result", wide=True))
    for line in given:
        steps: list[Row] = [{"step": step, "result": result} for step, result in steps_of(line, words)]
        write_rows("steps", columns, steps, form.value, sys.stdout)


def row(credit: Credit) -> Row:
    """Return a credit as a row with the keys of :data:`COLUMNS`."""
    return {column.key: getattr(credit, column.key) for column in COLUMNS}


def _filled(rows: Sequence[Row]) -> Sequence[Column]:
    """Return the columns that have a value in any row; leave rule and confidence to ``--explain``."""
    hidden = ("rule", "confidence")
    return [c for c in COLUMNS if c.key in _ALWAYS or (c.key not in hidden and any(r[c.key] for r in rows))]


def _from_stdin() -> Iterator[str]:
    from captions.decoding import decode

    text, notes = decode(sys.stdin.buffer.read())
    for remark in notes:
        note(f"standard input: {remark}")
    yield from (line for line in text.splitlines() if line.strip())
