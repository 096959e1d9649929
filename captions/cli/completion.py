"""Complete names and codes with the Tab key, from the database; without one, or in case of an error, with nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import typer

_MOST = 200
Kind = Literal["creator", "agency", "publication"]


def stored_names(kind: Kind) -> Callable[[typer.Context, str], list[str]]:
    """Return a function that lists the stored names of a kind that start with what is typed so far."""

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        url = str(ctx.params.get("db_url") or "")
        if not url or ("://" not in url and not Path(url).is_file()):
            return []
        try:
            import captions_db as db

            engine = db.open_store(url)
            try:
                return db.names_starting(engine, kind, incomplete, _MOST)
            finally:
                engine.dispose()
        except Exception:  # noqa: BLE001, RUF100 - a message would appear in the middle of what is being typed
            return []

    return complete


def codes(incomplete: str) -> list[tuple[str, str]]:
    """Return the audit codes that start with what is typed so far, each with its meaning."""
    from captions.audit.codes import CODES

    return [(code, row.meaning) for code, row in CODES.items() if code.startswith(incomplete.upper())]


supplier, creator, publication = stored_names("agency"), stored_names("creator"), stored_names("publication")
