"""Read the input of commands: agency names, CSV files, the user's name, the database."""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from captions.cli import options
from captions.cli.output import note
from captions.errors import CaptionsError
from captions.files.csv_input import SheetRow, rows
from captions.text import tidy

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from captions.lexicon.vocabulary import Vocabulary

_MOST_NAMES = 100_000
_NEAREST, _ALIKE = 3, 0.75
"""How many names a note suggests, and how much of their letters they share."""


@contextmanager
def opened_store(url: str, *, create: bool = False) -> Iterator[Engine]:
    """Open a database and close it at the end; with ``create``, make it if it does not exist."""
    import captions_db as db

    engine = db.open_store(url, create=create)
    try:
        yield engine
    finally:
        engine.dispose()


def has_database(url: str) -> bool:
    """Return whether there may be a database: a URL, or a path that exists."""
    return "://" in url or Path(url).exists()


def note_missing(decisions: Engine | None, url: str) -> None:
    """Say on stderr that there is no database to take agreements from."""
    if decisions is None:
        note(f"no database {database_name(url)}, so no agreement or license is known; choose one with --db")


def database_name(url: str) -> str:
    """Return the name of a database for a message, without its password: see :func:`captions_db.name_of`."""
    import captions_db as db

    return db.name_of(url)


def known_agency(name: str, words: Vocabulary) -> str:
    """Return the canonical name of an agency, ``Reuters`` for ``RTR``; return an unknown name as typed, with a note."""
    found = words.agency(tidy(name))
    if found is not None:
        return found.name
    from captions.audit.spelling import Register

    near = Register(words).near(name)
    note(f"agency {name!r} is not in the register; " + (f"did you mean {near}?" if near else "using it as typed"))
    return tidy(name)


def stored_publication(engine: Engine, name: str | None) -> str | None:
    """Return the current name of a publication, ``Harbor Echo`` for ``HARBOR ECHO GmbH``; note an unknown name."""
    if name is None:
        return None
    import captions_db as db

    from captions.lexicon.publications import publication_key

    found = db.publication_name(engine, name, publication_key(name))
    if found is None:
        note(f"no article in the database is from {name!r}; list the publications with: captions publication list")
    return found or name


def note_unknown_names(
    engine: Engine, *, agency: str | None = None, supplier: str | None = None, creator: str | None = None
) -> None:
    """Note each name that no credit in the database has, with those that may be meant."""
    import captions_db as db

    if agency is not None and not db.agencies_named(engine, agency):
        _note_unknown(engine, "agency", agency, f"no credit line in the database names the agency {agency!r}")
    if supplier is not None and not db.agencies_named(engine, supplier):
        _note_unknown(engine, "supplier", supplier, f"no picture in the database is from the supplier {supplier!r}")
    if creator is not None and not db.creators_named(engine, creator):
        _note_unknown(engine, "creator", creator, f"no credit line in the database names the creator {creator!r}")


def _note_unknown(engine: Engine, what: str, name: str, message: str) -> None:
    import captions_db as db

    stored = db.names_starting(engine, "creator" if what == "creator" else "agency", "", _MOST_NAMES)
    near = " or ".join(_near(name, stored))
    note(f"{message}; " + (f"did you mean {near}?" if near else f"list them with: captions usage --by {what}"))


def _near(name: str, stored: Collection[str]) -> list[str]:
    """Return up to three names that have all words of ``name``, in any order, or else one with similar letters."""
    from difflib import get_close_matches

    from captions_db.search import fold

    asked = fold(name)
    keys = {fold(other): other for other in stored}
    if found := [other for key, other in keys.items() if asked and set(asked.split()).issubset(key.split())]:
        return found[:_NEAREST]
    keys = {word: other for key, other in keys.items() for word in key.split()} | keys
    return [keys[key] for key in get_close_matches(asked, keys, 1, _ALIKE)]


def agency_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the agencies that start with ``incomplete``, for shell completion; none if the register is broken."""
    register, url = ctx.params.get("agencies"), ctx.params.get("db_url")
    try:
        known = options.words(Path(register) if register else None, url).agencies
    except CaptionsError:
        return []
    return sorted(name for name in known if name.casefold().startswith(incomplete.casefold()))


def sheet_rows(path: Path, needed: Collection[str], known: Collection[str] | None = None) -> list[SheetRow]:
    """Return the rows of a CSV file; see :mod:`captions.files.csv_input`. Raise CaptionsError if it cannot be read."""
    return list(rows(sheet(path), str(path), needed, known))


def sheet(path: Path) -> bytes:
    """Return the content of a file; raise CaptionsError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CaptionsError(f"cannot read {path}: {error.strerror}; check the path") from None


def user_name(given: str | None) -> str:
    """Return who makes a decision: ``given``, else the user of the machine. Raise CaptionsError if that is unknown."""
    name = tidy(given or os.environ.get("USER", ""))
    if name:
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise CaptionsError("cannot determine your user name; pass --who NAME") from None
