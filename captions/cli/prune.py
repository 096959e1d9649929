"""``captions ingest --prune``: find articles whose files are no longer there, and remove them."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

import typer

from captions.cli.forget import forget_found
from captions.cli.inputs import opened_store
from captions.cli.output import note
from captions.sources import STDIN

REASON = "the file is no longer there"


def prune(paths: Sequence[str], db_url: str, *, yes: bool) -> None:
    """List the articles below these paths whose files are gone; with ``yes``, remove them.

    An article that was also read in another place, because its file was moved or copied, stays.
    """
    import captions_db as db

    from captions.sources.paths import name_of

    names = ["" if name == "." else name.rstrip("/") for name in map(name_of, paths) if name != STDIN]
    with opened_store(db_url) as engine:
        lost = [source for source, _ in db.places_below(engine, names) if names and not _is_there(source)]
        found = db.articles_only_at(engine, lost)
        if not found:
            typer.echo("no article whose file is gone")
            return
        forget_found(engine, found, None, REASON, dry_run=not yes, yes=yes)
    if not yes:
        note("to remove them, add --yes")


def _is_there(source: str) -> bool:
    """Return whether the file of a place exists, or may exist: a folder that cannot be read may hold it."""
    from captions import stored

    for name in stored.files_of(source):
        try:
            if stat.S_ISREG(Path(name).stat().st_mode):
                return True
        except (FileNotFoundError, NotADirectoryError, ValueError):
            continue
        except OSError:
            return True
    return False
