"""``captions agency add``, ``alias``, ``merge`` and ``merges``: edit the newsroom's own register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions import escaping
from captions.cli import options as o
from captions.cli.inputs import agency_names, database_name, has_database, opened_store, user_name
from captions.cli.merge_edit import write_merges
from captions.cli.output import count, locked, note
from captions.errors import CaptionsError, VocabularyError
from captions.files.targets import replaced
from captions.lexicon.agencies import KINDS
from captions.text import tidy

if TYPE_CHECKING:
    from captions.corrections.merges import Merged
    from captions.lexicon.user_register import Change, OwnRegister

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The name or an alias of the agency.", autocompletion=agency_names)
]
Kind = StrEnum("Kind", {kind: kind for kind in KINDS})  # type: ignore[misc]
_AGENCY = Kind("agency")
NewName = Annotated[str, typer.Argument(metavar="NAME", help="The name to use in reports and agreements.")]
AgencyKind = Annotated[Kind, typer.Option("--kind", help="The kind of organization.")]
Aliases = Annotated[list[str], typer.Option("--alias", metavar="SPELLING", help="Another spelling; repeatable.")]
WeakAliases = Annotated[
    list[str],
    typer.Option(
        "--weak-alias",
        metavar="SPELLING",
        help="A spelling that counts only after a label or in a chain; repeatable.",
    ),
]
Country = Annotated[str, typer.Option("--country", metavar="CODE", help="ISO 3166 code: IE.", show_default=False)]
Parent = Annotated[
    str | None,
    typer.Option(
        "--parent", metavar="NAME", help="The agency that owns it or sends its bills.", autocompletion=agency_names
    ),
]
Distributors = Annotated[
    list[str],
    typer.Option(
        "--distributor",
        metavar="NAME",
        help="An agency that distributes its pictures; repeatable.",
        autocompletion=agency_names,
    ),
]
Leads = Annotated[bool, typer.Option("--leads", help="It prints its own name first in the credit line.")]
Ambiguous = Annotated[bool, typer.Option("--ambiguous", help="All its spellings are also ordinary words.")]
Spellings = Annotated[list[str], typer.Argument(metavar="SPELLING", help="Other spellings of its name.")]
Weak = Annotated[bool, typer.Option("--weak", help="Count the spellings only after a label or in a chain.")]
MergedName = Annotated[
    str, typer.Argument(metavar="FROM", help="The name to merge into the other.", autocompletion=agency_names)
]
IntoName = Annotated[
    str, typer.Argument(metavar="INTO", help="The agency that keeps its name.", autocompletion=agency_names)
]
Undo = Annotated[bool, typer.Option("--undo", help="Separate the two names in the database again; needs --reason.")]


def add(
    name: NewName,
    kind: AgencyKind = _AGENCY,
    alias: Aliases = [],  # noqa: B006 - typer copies it
    weak: WeakAliases = [],  # noqa: B006 - typer copies it
    country: Country = "",
    parent: Parent = None,
    distributor: Distributors = [],  # noqa: B006 - typer copies it
    leads: Leads = False,
    ambiguous: Ambiguous = False,
    agencies: o.Agencies = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Add an agency to your own register.

    That is the --agencies file, or agencies.toml next to the database. The file is created if it does not exist; its
    other entries and comments do not change.

    \b
    Examples:
      captions agency add "Tidewater Pictures" --alias "Tidewater Photo"
      captions agency add "Gull Point Gazette" --kind publisher --parent Reuters
    """
    from captions.lexicon import user_register
    from captions.lexicon.agencies import Agency

    row = Agency(
        name, kind.value, country, tuple(alias), tuple(weak), parent, tuple(distributor), (), leads, False, ambiguous
    )
    with _locked_register(agencies, db_url) as register:
        change = user_register.added(register, row)
        _save(register, change)
    typer.echo(escaping.line(f"added {change.name} to {register.path}"))
    _note_stored_credits(db_url)


def alias(
    name: Name,
    spellings: Spellings,
    weak: Weak = False,
    agencies: o.Agencies = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Add spellings of an agency to your own register. Case, accents, spaces and dots are ignored anyway.

    A built-in agency is copied to your register; your entry takes precedence over the built-in one.

    \b
    Examples:
      captions agency alias Reuters "Reuter Bild" RTRS
      captions agency alias "Tidewater Pictures" TP --weak
    """
    from captions.lexicon import user_register

    with _locked_register(agencies, db_url) as register:
        change = user_register.aliased(register, name, spellings, weak=weak)
        _save(register, change)
    if not change.spellings:
        typer.echo(escaping.line(f"{change.name} has these spellings already: {_all(spellings)}"))
        return
    typer.echo(escaping.line(f"added to {change.name} in {register.path}: {_all(change.spellings)}"))
    _note_stored_credits(db_url)


def merge(
    gone: MergedName,
    into: IntoName,
    undo: Undo = False,
    reason: o.Reason = "",
    who: o.Who = None,
    agencies: o.Agencies = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Merge two names of one agency.

    Uses, agreements and waivers of FROM become those of INTO. FROM becomes a spelling of INTO in your own register. The
    database changes at once, without reading articles again; credit lines stay as printed. --undo does not change the
    register.

    \b
    Examples:
      captions agency merge "Gull Point Press" "Gull Point Gazette"
      captions agency merge "Gull Point Press" "Gull Point Gazette" --undo \\
        --reason "two companies, says their lawyer"
    """
    from captions.corrections import merges
    from captions.lexicon import user_register

    if undo:
        register = user_register.read(o.register_path(agencies, db_url))
        with opened_store(db_url) as engine:
            done = merges.undo(engine, register, gone, into, user_name(who), o.required(reason, "--reason"))
        typer.echo(escaping.line(f"separated {gone} from {into}: {_changed(done)}"))
        note(f"if {register.path} lists the spelling, remove it there as well; see: captions agency show {into}")
        return
    with _locked_register(agencies, db_url) as register:
        change = user_register.merged(register, gone, into)
        if not has_database(db_url):
            _save(register, change)
            place = database_name(db_url)
            typer.echo(escaping.line(f"merged {gone} into {change.name} in {register.path}; no database at {place}"))
            return
        with opened_store(db_url) as engine, _saving(register, change):
            done = merges.merge(engine, change, user_name(who), " ".join(reason.split()))
    typer.echo(escaping.line(f"merged {gone} into {change.name}: {_changed(done)}"))
    if done.creators:
        lines = f"{count(done.creators, 'credit line')} {'lists' if done.creators == 1 else 'list'}"
        note(f"{lines} {gone} as a creator; to change that, read the articles again: captions ingest PATH")


def merges(
    every: Annotated[bool, typer.Option("--all", help="Include merges that were undone.")] = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """List the agencies merged into others in the database.

    \b
    Example:
      captions agency merges --all --format csv
    """
    write_merges("agency", form, limit, db_url, every=every)


def _changed(done: Merged) -> str:
    counts = {"credit line": done.credits, "use": done.uses, "agreement": done.agreements, "waiver": done.waivers}
    return ", ".join(count(number, noun) for noun, number in counts.items())


def _all(spellings: Sequence[str]) -> str:
    return ", ".join(map(tidy, spellings))


@contextmanager
def _locked_register(agencies: Path | None, url: str) -> Iterator[OwnRegister]:
    """Read the newsroom's own register, and keep other commands from changing it until the block ends."""
    from captions.lexicon import user_register

    path = o.register_path(agencies, url)
    with locked(path.resolve().parent):
        yield user_register.read(path)


@contextmanager
def _saving(register: OwnRegister, change: Change) -> Iterator[None]:
    """Replace the register when the block ends; keep the old one if the block fails."""
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


def _save(register: OwnRegister, change: Change) -> None:
    with _saving(register, change):
        pass


def _note_stored_credits(url: str) -> None:
    """Say that credits read earlier are not affected, if there is a database."""
    if has_database(url):
        note("credits in the database do not change; to apply the new register, run: captions ingest PATH")
