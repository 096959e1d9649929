"""What commands read that a person wrote: names of agencies, files of rows, who is at the keyboard."""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from captions.cli.output import note
from captions.csv_input import SheetRow, rows
from captions.errors import CaptionsError
from captions.text import tidy

if TYPE_CHECKING:
    from captions.lexicon.vocabulary import Vocabulary


def known_agency(name: str, words: Vocabulary) -> str:
    """The canonical name: ``RTR`` gives ``Reuters``. One that the register does not know is kept, and told of."""
    found = words.agency(tidy(name))
    if found is not None:
        return found.name
    from captions.audit.spelling import Register

    near = Register(words).near(name)
    note(f"no agency {name!r} in the register" + (f"; did you mean {near}?" if near else "; it is taken as it stands"))
    return tidy(name)


def agency_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The agencies whose names begin so, for a shell that completes; none where the register is broken."""
    from captions.cli import options

    register, url = ctx.params.get("agencies"), ctx.params.get("db_url")
    try:
        known = options.words(Path(register) if register else None, url).agencies
    except CaptionsError:
        return []
    return sorted(name for name in known if name.casefold().startswith(incomplete.casefold()))


def sheet_rows(path: Path, needed: Collection[str], known: Collection[str] | None = None) -> list[SheetRow]:
    """The rows of a CSV file; see :func:`captions.csv_input.rows`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CaptionsError(f"{path}: cannot be read: {error.strerror}; check the path") from None
    return list(rows(data, str(path), needed, known))


def who_says(given: str | None) -> str:
    """Who is at the keyboard: the one named, else the user of the machine."""
    name = tidy(given or os.environ.get("USER", ""))
    if name:
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise CaptionsError("nobody knows who you are here; say it with --who NAME") from None
