"""``captions agency``: the register of agencies, whether they were used, and what a newsroom adds to it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import agency_edit
from captions.cli import options as o
from captions.cli.agency_edit import Kind, Name
from captions.errors import CaptionsError
from captions.report import Column, Row, Value, write_rows

if TYPE_CHECKING:
    from captions.lexicon.agencies import Agency

app = typer.Typer(
    help="The register of agencies: look into it, add to it.", no_args_is_help=True, rich_markup_mode=None
)

_LIST = (
    Column("name", "Name", wide=True),
    Column("kind", "Kind"),
    Column("country", "Country"),
    Column("uses", "Uses", number=True),
    Column("aliases", "Aliases", wide=True, cut=80),
)
_SHOW = (
    Column("name", "Name"),
    Column("kind", "Kind"),
    Column("country", "Country"),
    Column("aliases", "Aliases"),
    Column("weak_aliases", "Aliases beside a label or in a chain only"),
    Column("parent", "Belongs to"),
    Column("distributors", "Passed on by"),
    Column("leads", "Printed first in the line"),
    Column("ambiguous", "Also a word"),
    Column("uses", "Uses"),
    Column("lines", "Credit lines"),
)


@app.command("list")
def list_(
    db_url: o.Database = o.DATABASE,
    used: Annotated[bool, typer.Option("--used", help="Only those that stand in a credit in the database.")] = False,
    kind: Annotated[Kind | None, typer.Option("--kind", help="Only this kind.")] = None,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    agencies: o.Agencies = None,
) -> None:
    """List the agencies of the register, with their uses where there is a database.

    \b
    Example:
      captions agency list --used
    """
    words = o.words(agencies, db_url)
    counts = _counts(db_url, needed=used)
    rows = [
        {**_row(agency), "uses": counts.get(agency.name, (0, 0))[0]}
        for agency in sorted(words.agencies.values(), key=lambda agency: (agency.name.casefold(), agency.name))
        if (kind is None or agency.kind == kind.value) and (not used or counts.get(agency.name, (0, 0))[0])
    ]
    shown = rows if limit is None else rows[:limit]
    write_rows("agencies", _LIST, shown, form.value, sys.stdout, {"total": len(rows)})
    o.tell_cut(len(shown), len(rows))


@app.command()
def show(
    name: Name,
    db_url: o.Database = o.DATABASE,
    form: o.ListingFormat = o.Listing.table,
    agencies: o.Agencies = None,
) -> None:
    """Show what the register knows of an agency.

    \b
    Example:
      captions agency show Retuers
    """
    from captions.audit.spelling import Register

    words = o.words(agencies, db_url)
    found = words.agency(name)
    if found is None:
        near = Register(words).near(name)
        hint = f"did you mean {near}?" if near else "see: captions agency list"
        raise CaptionsError(f"no agency {name!r} in the register; {hint}")
    uses, lines = _counts(db_url, needed=False).get(found.name, (0, 0))
    row: dict[str, Value] = {**_row(found), "uses": uses, "lines": lines}
    if form is o.Listing.table:
        columns = (Column("what", "Agency"), Column("value", found.name, wide=True))
        told: list[Row] = [{"what": c.title, "value": row[c.key]} for c in _SHOW[1:] if row[c.key]]
        write_rows("agencies", columns, told, "table", sys.stdout)
    else:
        write_rows("agencies", _SHOW, [row], form.value, sys.stdout)


app.command("add")(agency_edit.add)
app.command("alias")(agency_edit.alias)
app.command("merge")(agency_edit.merge)
app.command("merges")(agency_edit.merges)


def _row(agency: Agency) -> dict[str, Value]:
    return {
        "name": agency.name,
        "kind": agency.kind,
        "country": agency.country,
        "aliases": agency.aliases,
        "weak_aliases": agency.weak_aliases,
        "parent": agency.parent,
        "distributors": agency.distributors,
        "leads": agency.leads,
        "ambiguous": agency.ambiguous,
    }


def _counts(url: str, *, needed: bool) -> dict[str, tuple[int, int]]:
    """Uses and credit lines of each agency; of no database nothing, unless it is needed."""
    if not needed and "://" not in url and not Path(url).exists():
        return {}
    import captions_db as db

    engine = db.open_store(url)
    try:
        return {party.name: (party.uses, party.lines) for party in db.parties(engine)}
    finally:
        engine.dispose()
