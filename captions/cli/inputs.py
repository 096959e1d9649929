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
