"""``captions agency add``, ``alias``, ``merge`` and ``merges``: what a newsroom says of agencies itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions import escaping
from captions.cli import options as o
from captions.cli.inputs import agency_names, who_says
from captions.cli.listing import write_said
from captions.cli.open_store import opened_store
from captions.cli.output import locked, note, replaced
from captions.errors import CaptionsError, VocabularyError
from captions.lexicon.agencies import KINDS
from captions.report import Column
from captions.text import tidy

if TYPE_CHECKING:
    from captions.corrections.merges import Merged
    from captions.lexicon.user_register import Change, OwnRegister

Name = Annotated[str, typer.Argument(help="A name or an alias.", autocompletion=agency_names)]
Kind = StrEnum("Kind", {kind: kind for kind in KINDS})  # type: ignore[misc]
_AGENCY = Kind("agency")
_MERGES = (
    Column("name", "Name", wide=True),
    Column("into", "Is", wide=True),
    Column("reason", "Reason", wide=True, cut=80),
    Column("who", "Who"),
    Column("made", "Made"),
    Column("state", "State"),
)
_ALL_OF_MERGES = (
    *_MERGES,
    Column("undone", "Undone"),
    Column("undone_by", "Undone by"),
    Column("undone_reason", "Reason of the undoing"),
)


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
    from captions.lexicon import user_register
    from captions.lexicon.agencies import Agency

    row = Agency(
        name, kind.value, country, tuple(alias), tuple(weak), parent, tuple(distributor), (), leads, False, ambiguous
    )
    with _own(agencies, db_url) as register:
        change = user_register.added(register, row)
        _keep(register, change)
    typer.echo(escaping.line(f"added {change.name} to {register.path}"))
    _tell_unread(db_url)


def alias(
    name: Name,
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
    from captions.lexicon import user_register

    with _own(agencies, db_url) as register:
        change = user_register.aliased(register, name, spellings, weak=weak)
        _keep(register, change)
    if not change.spellings:
        typer.echo(escaping.line(f"{change.name} is known by {_all(spellings)} already"))
        return
    typer.echo(escaping.line(f"{change.name} is known by {_all(change.spellings)} now, in {register.path}"))
    _tell_unread(db_url)


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
    from captions.corrections import merges
    from captions.lexicon import user_register

    if undo:
        register = user_register.read(o.place_of_register(agencies, db_url))
        with opened_store(db_url) as engine:
            done = merges.undo(engine, register, gone, into, who_says(who), o.needed(reason, "--reason"))
        typer.echo(escaping.line(f"{gone} and {into} are two again: {_changed(done)}"))
        note(f"take the spelling out of {register.path} too, if it stands there: captions agency show {into}")
        return
    with _own(agencies, db_url) as register:
        change = user_register.merged(register, gone, into)
        if "://" not in db_url and not Path(db_url).exists():
            _keep(register, change)
            typer.echo(escaping.line(f"{gone} is {change.name} in {register.path}; there is no database at {db_url}"))
            return
        with opened_store(db_url) as engine, _kept(register, change):
            done = merges.merge(engine, change, who_says(who), " ".join(reason.split()))
    typer.echo(escaping.line(f"{gone} is {change.name}: {_changed(done)}"))
    if done.creators:
        lines = o.count(done.creators, "credit line")
        note(f"{lines} had {gone} read as a creator; that changes when the articles are read: captions ingest PATH")


def merges(
    every: Annotated[bool, typer.Option("--all", help="Those undone, too.")] = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """List the names that are another agency's in the database, with who said so; or all that ever were.

    \b
    Example:
      captions agency merges --all --format csv
    """
    import captions_db as db

    with opened_store(db_url) as engine:
        told = db.merges(engine)
    rows = [
        {
            "name": one.name,
            "into": one.into,
            "reason": one.reason,
            "who": one.who,
            "made": o.moment(one.added),
            "state": "active" if one.undone is None else "undone",
            "undone": o.moment(one.undone),
            "undone_by": one.undone_by,
            "undone_reason": one.undone_reason,
        }
        for one in told
    ]
    write_said("merges", {True: _MERGES, False: _ALL_OF_MERGES}, rows, form, limit, every=every)


def _changed(done: Merged) -> str:
    counts = {"credit line": done.credits, "use": done.uses, "agreement": done.agreements, "waiver": done.waivers}
    return ", ".join(o.count(number, noun) for noun, number in counts.items())


def _all(spellings: Sequence[str]) -> str:
    return ", ".join(map(tidy, spellings))


@contextmanager
def _own(agencies: Path | None, url: str) -> Iterator[OwnRegister]:
    """The newsroom's own register, which no other command reads or changes until this one has changed it."""
    from captions.lexicon import user_register

    path = o.place_of_register(agencies, url)
    with locked(path.resolve().parent):
        yield user_register.read(path)


@contextmanager
def _kept(register: OwnRegister, change: Change) -> Iterator[None]:
    """Puts the changed register in its place when what is done meanwhile is done; leaves the old one if that fails."""
    from captions.lexicon.vocabulary import load

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
