"""Turn errors of database drivers into one line that a person can act on."""

from __future__ import annotations

import re

from sqlalchemy import exc

from captions_db.errors import (
    BaseStoreError,
    FullStoreError,
    LockedStoreError,
    MissingStoreError,
    NotAStoreError,
    ReadOnlyStoreError,
    UnusableStoreError,
)

_SQLITE: tuple[tuple[str, type[BaseStoreError], str], ...] = (
    (
        "SQLITE_BUSY",
        LockedStoreError,
        "{where} is locked by another program; wait for it to end, or close it, and try again",
    ),
    (
        "SQLITE_LOCKED",
        LockedStoreError,
        "{where} is locked by another program; wait for it to end, or close it, and try again",
    ),
    (
        "SQLITE_NOTADB",
        NotAStoreError,
        "{where} is not an SQLite database; name another file with --db, or move this one away",
    ),
    (
        "SQLITE_CORRUPT",
        NotAStoreError,
        "{where} is damaged; restore it from a copy, or ingest into a new database",
    ),
    (
        "SQLITE_FULL",
        FullStoreError,
        "no room left on the disk of {where}; free some and run the same command again",
    ),
    (
        "SQLITE_READONLY",
        ReadOnlyStoreError,
        "{where} cannot be written; check the permissions of the file and of its folder",
    ),
    (
        "SQLITE_CANTOPEN",
        UnusableStoreError,
        "cannot open {where}; check the permissions of the file and of its folder",
    ),
    (
        "SQLITE_IOERR",
        UnusableStoreError,
        "the disk of {where} gives errors on reading or writing; check it, and its free space",
    ),
)
"""SQLite result codes by prefix: extended codes append ``_`` and more."""


def printable(text: str) -> str:
    r"""Return a path or a message as one printable line: ``"a\nb"`` -> ``"a b"``; other control characters -> ``?``."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def translate_error(error: BaseException, where: str) -> BaseStoreError | None:
    """Return the BaseStoreError for a driver's error, or None for an internal error.

    ``where`` is the database's name in the message. Broken constraints and wrong SQL are internal errors: they keep
    their traceback.
    """
    code = getattr(error, "sqlite_errorname", None)
    if code is not None:
        for beginning, kind, message in _SQLITE:
            if code.startswith(beginning):
                return kind(message.format(where=printable(where)))
        return None
    # PostgreSQL. An error on connecting has no state.
    state = getattr(error, "sqlstate", None)
    if state == "53100":
        return FullStoreError(f"no room left on the disk of {printable(where)}; free some and try again")
    if state == "55P03":
        return LockedStoreError(f"{printable(where)} is locked by another program; try again when it has ended")
    if state == "25006":
        return ReadOnlyStoreError(f"{printable(where)} cannot be written: the server is read-only")
    if state == "42501":
        return ReadOnlyStoreError(f"{printable(where)} may not be changed by this user; ask its owner for the right")
    if type(error).__name__ == "OperationalError" and not isinstance(error, exc.SQLAlchemyError):
        reason = printable(str(error).partition("\n")[0])
        if re.search(r'FATAL: +database "[^"]*" does not exist', reason):
            return MissingStoreError(
                f"no database at {printable(where)}; make it with: createdb -E UTF8 -T template0 NAME"
            )
        return UnusableStoreError(f"cannot use {printable(where)}: {reason}; check the address and the server")
    return None
