"""Back up a store while others use it.

A plain copy of an SQLite file can miss everything that is still in its write-ahead log.
"""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine

from captions_db.connection import where, without_transaction
from captions_db.driver_errors import translate_error
from captions_db.errors import LockedStoreError

_MOST_WAITS = 40
"""How often to wait a quarter of a second for another program that has locked the store."""
_OF_THE_COPY = ("SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_READONLY")


def backup(engine: Engine, path: str | Path) -> None:
    """Write a complete copy of an SQLite store to ``path``, a new file, while others read and write. SQLite only.

    Raise LockedStoreError if another program has locked the store, and BaseStoreError if it or the copy fails.
    """
    waits = 0

    def wait(status: int, _remaining: int, _total: int) -> None:
        nonlocal waits
        waits += status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if waits > _MOST_WAITS:
            raise LockedStoreError(f"{where(engine)} is locked by another program; close it, or wait, then try again")

    with without_transaction(engine) as connection:
        source: Any = connection.connection.driver_connection
        try:
            with closing(sqlite3.connect(path)) as copy:
                # In one step: the copy is the store at one moment, whatever others write meanwhile.
                source.backup(copy, progress=wait)
                copy.execute("PRAGMA journal_mode=DELETE")  # a single file, without a log next to it
        except sqlite3.Error as error:
            of_copy = getattr(error, "sqlite_errorname", "").startswith(_OF_THE_COPY)
            known = translate_error(error, "the backup" if of_copy else where(engine))
            if known is None:
                raise
            raise known from error


def dump_command(engine: Engine, path: str | Path) -> str:
    """Return the command that backs up a PostgreSQL database to ``path``, without the password. PostgreSQL only."""
    url = engine.url
    query = {name: value for name, value in url.query.items() if "password" not in name}
    address = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return f"pg_dump --format=custom --file={shlex.quote(str(path))} {shlex.quote(str(address))}"
