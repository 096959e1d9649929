"""``captions agency``: the register of agencies, whether they were used, and what a newsroom adds to it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.names import agency_names, who_says
from captions.cli.output import note, replaced
from captions.cli.stores import opened_store
from captions.errors import CaptionsError, VocabularyError
from captions.register import KINDS
from captions.report import Column, Row, Value, safe, write_rows
from captions.text import tidy

if TYPE_CHECKING:
    from captions.merging import Merged
    from captions.own_register import Change, OwnRegister
    from captions.register import Agency

_Name = Annotated[str, typer.Argument(help="A name or an alias.", autocompletion=agency_names)]
app = typer.Typer(
    help="The register of agencies: look into it, add to it.", no_args_is_help=True, rich_markup_mode=None
)
Kind = StrEnum("Kind", {kind: kind for kind in KINDS})  # type: ignore[misc]
_AGENCY = Kind("agency")

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
    name: _Name,
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


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What reports and agreements call it.")],
    kind: Annotated[Kind, typer.Option("--kind", help="What it is.")] = _AGENCY,
    alias: Annotated[list[str], typer.Option("--alias", metavar="SPELLING", help="How it is printed, too.")] = [],  # noqa: B006 - typer copies it
    weak: Annotated[
        list[str],
        typer.Option("--weak-alias", metavar="SPELLING", help="Believed beside a label or in a chain only."),
    ] = [],  # noqa: B006 - typer copies it
    country: Annotated[str, typer.Option("--country", metavar="CODE", help="ISO 3166: IE.")] = "",
    parent: Annotated[
        str | None,
        typer.Option("--parent", metavar="NAME", help="Who owns it or sends its bills.", autocompletion=agency_names),
    ] = None,
    distributor: Annotated[
        list[str],
        typer.Option("--distributor", metavar="NAME", help="Who passes its pictures on.", autocompletion=agency_names),
    ] = [],  # noqa: B006 - typer copies it
    leads: Annotated[bool, typer.Option("--leads", help="It prints itself first in the line.")] = False,
    ambiguous: Annotated[bool, typer.Option("--ambiguous", help="All its spellings are words, too.")] = False,
    agencies: o.Agencies = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Add an agency to your own register: the file given with --agencies, else agencies.toml beside the database.

    The file is made if it is not there; what stands in it stays as it is. --alias, --weak-alias and --distributor may
    be repeated.

    \b
    Examples:
      captions agency add "Tidewater Pictures" --alias "Tidewater Photo" --country IE
      captions agency add "Gull Point Gazette" --kind publisher --parent Reuters
    """
    from captions import own_register
    from captions.register import Agency

    register = own_register.read(o.place_of_register(agencies, db_url))
    row = Agency(
        name, kind.value, country, tuple(alias), tuple(weak), parent, tuple(distributor), (), leads, False, ambiguous
    )
    change = own_register.added(register, row)
    _keep(register, change)
    typer.echo(safe.line(f"added {change.name} to {register.path}"))
    _tell_unread(db_url)


@app.command()
def alias(
    name: _Name,
    spellings: Annotated[list[str], typer.Argument(metavar="SPELLING...", help="How it is printed, too.")],
    weak: Annotated[bool, typer.Option("--weak", help="Believe them beside a label or in a chain only.")] = False,
    agencies: o.Agencies = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Give an agency other spellings, in your own register. Case, accents, spaces and dots do not count.

    An agency that comes with the program gets a row in your register, which goes before the program's.

    \b
    Examples:
      captions agency alias Reuters "Reuter Bild" RTRS
      captions agency alias "Tidewater Pictures" TP --weak
    """
    from captions import own_register

    register = own_register.read(o.place_of_register(agencies, db_url))
    change = own_register.aliased(register, name, spellings, weak=weak)
    if not change.spellings:
        typer.echo(safe.line(f"{change.name} is known by {_all(spellings)} already"))
        return
    _keep(register, change)
    typer.echo(safe.line(f"{change.name} is known by {_all(change.spellings)} now, in {register.path}"))
    _tell_unread(db_url)


@app.command()
def merge(
    gone: Annotated[
        str, typer.Argument(metavar="FROM", help="The name that is none of its own.", autocompletion=agency_names)
    ],
    into: Annotated[
        str, typer.Argument(metavar="INTO", help="The agency that it belongs to.", autocompletion=agency_names)
    ],
    undo: Annotated[bool, typer.Option("--undo", help="Part them again in the database; see --reason.")] = False,
    reason: o.Reason = "",
    who: o.Who = None,
    agencies: o.Agencies = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Say that two names are one party: uses, agreements and waivers of FROM are those of INTO, at once.

    In your own register FROM becomes spellings of INTO. In the database no article is read again: the credit lines
    stay, and what was read in them is kept beside. --undo needs a --reason and leaves the register to you.

    \b
    Examples:
      captions agency merge "Gull Point Press" "Gull Point Gazette"
      captions agency merge "Gull Point Press" "Gull Point Gazette" --undo --reason "two houses, says their lawyer"
    """
    from captions import merging, own_register

    register = own_register.read(o.place_of_register(agencies, db_url))
    stored = "://" in db_url or Path(db_url).exists()
    if undo:
        with opened_store(db_url) as engine:
            done = merging.undo(engine, register, gone, into, who_says(who), o.needed(reason, "--reason"))
        typer.echo(safe.line(f"{gone} and {into} are two again: {_changed(done)}"))
        note(f"take the spelling out of {register.path} too, if it stands there: captions agency show {into}")
        return
    change = own_register.merged(register, gone, into)
    if stored:
        with opened_store(db_url) as engine, _kept(register, change):
            done = merging.merge(engine, register, change, who_says(who), " ".join(reason.split()))
        typer.echo(safe.line(f"{gone} is {change.name}: {_changed(done)}"))
        if done.creators:
            lines = o.count(done.creators, "credit line")
            note(f"{lines} had {gone} read as a creator; that changes when the articles are read: captions ingest PATH")
    else:
        _keep(register, change)
        typer.echo(safe.line(f"{gone} is {change.name} in {register.path}; there is no database at {db_url}"))


def _changed(done: Merged) -> str:
    counts = {"credit line": done.credits, "use": done.uses, "agreement": done.agreements, "waiver": done.waivers}
    return ", ".join(o.count(number, noun) for noun, number in counts.items())


def _all(spellings: Sequence[str]) -> str:
    return ", ".join(map(tidy, spellings))


@contextmanager
def _kept(register: OwnRegister, change: Change) -> Iterator[None]:
    """Puts the changed register in its place when what is done meanwhile is done; leaves the old one if that fails."""
    from captions.vocabulary import load

    if change.text == register.text:
        yield
        return
    with replaced(register.path) as part:
        part.write_bytes(change.text.encode())
        try:
            load(part)
        except VocabularyError as error:
            raise CaptionsError(str(error).replace(str(part), str(register.path))) from None
        yield


def _keep(register: OwnRegister, change: Change) -> None:
    with _kept(register, change):
        pass


def _tell_unread(url: str) -> None:
    """Tells, where there is a database, that credits read before do not know of the change."""
    if "://" in url or Path(url).exists():
        note("credits in the database stay as they were read; to read them with it: captions ingest PATH")


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
    import db

    engine = db.open_store(url)
    try:
        return {party.name: (party.uses, party.lines) for party in db.parties(engine)}
    finally:
        engine.dispose()
