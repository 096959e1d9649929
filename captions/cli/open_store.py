"""Opening a database for the length of a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine


@contextmanager
def opened_store(url: str, *, create: bool = False) -> Iterator[Engine]:
    """An engine, put away at the end; with ``create`` the database is made where there is none."""
    import captions_db as db

    engine = db.open_store(url, create=create)
    try:
        yield engine
    finally:
        engine.dispose()
