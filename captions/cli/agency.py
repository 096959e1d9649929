"""``captions agency``: list, show and edit the register of agencies."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import agency_edit
from captions.cli import options as o
from captions.cli.agency_edit import Kind, Name
from captions.cli.inputs import has_database, opened_store
from captions.cli.output import write_facts, write_listing
from captions.errors import CaptionsError
from captions.report import Column, Value, write_rows

if TYPE_CHECKING:
    from captions.lexicon.agencies import Agency

app = typer.Typer(help="Look up and edit the register of agencies.", no_args_is_help=True, rich_markup_mode=None)

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
    Column("weak_aliases", "Weak aliases"),
    Column("parent", "Parent"),
    Column("distributors", "Distributors"),
    Column("leads", "Printed first"),
    Column("ambiguous", "Ambiguous"),
    Column("uses", "Uses"),
    Column("lines", "Credit lines"),
)


@app.command("list")
def list_(
    db_url: o.Database = o.DATABASE,
    used: Annotated[bool, typer.Option("--used", help="Only agencies credited in the database.")] = False,
    kind: Annotated[Kind | None, typer.Option("--kind", help="Only agencies of this kind.")] = None,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    agencies: o.Agencies = None,
) -> None:
    """List the agencies in the register.

    If there is a database, show how often each was used.

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
    write_listing("agencies", _LIST, rows, form, limit)


@app.command()
def show(
    name: Name,
    db_url: o.Database = o.DATABASE,
    form: o.ListingFormat = o.Listing.table,
    agencies: o.Agencies = None,
) -> None:
    """Show an agency's entry in the register.

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
        raise CaptionsError(f"agency {name!r} is not in the register; {hint}")
    uses, lines = _counts(db_url, needed=False).get(found.name, (0, 0))
    row: dict[str, Value] = {**_row(found), "uses": uses, "lines": lines}
    if form is o.Listing.table:
        write_facts("Agency", found.name, _SHOW[1:], row)
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
    """Return the uses and credit lines of each agency; nothing if there is no database and it is not needed."""
    if not needed and not has_database(url):
        return {}
    import captions_db as db

    with opened_store(url) as engine:
        return {party.name: (party.uses, party.lines) for party in db.parties(engine)}
