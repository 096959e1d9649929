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
        "{where} is locked by another program; close it, or wait, then try again",
    ),
    (
        "SQLITE_LOCKED",
        LockedStoreError,
        "{where} is locked by another program; close it, or wait, then try again",
    ),
    (
        "SQLITE_NOTADB",
        NotAStoreError,
        "{where} is not an SQLite database; choose another file with --db",
    ),
    (
        "SQLITE_CORRUPT",
        NotAStoreError,
        "{where} is damaged; restore it from a backup, or ingest into a new database",
    ),
    (
        "SQLITE_FULL",
        FullStoreError,
        "the disk of {where} is full; free some space and run the command again",
    ),
    (
        "SQLITE_READONLY",
        ReadOnlyStoreError,
        "{where} is read-only; check the permissions of the file and its folder",
    ),
    (
        "SQLITE_CANTOPEN",
        UnusableStoreError,
        "cannot open {where}; check the permissions of the file and its folder",
    ),
    (
        "SQLITE_IOERR",
        UnusableStoreError,
        "cannot read or write the disk of {where}; check the disk and its free space",
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
        return FullStoreError(f"the disk of {printable(where)} is full; free some space and try again")
    if state == "55P03":
        return LockedStoreError(f"{printable(where)} is locked by another program; wait, then try again")
    if state == "25006":
        return ReadOnlyStoreError(f"{printable(where)} is read-only; choose a server that accepts writes")
    if state == "42501":
        return ReadOnlyStoreError(f"{printable(where)} does not allow this user to write; ask its owner for permission")
    if type(error).__name__ == "OperationalError" and not isinstance(error, exc.SQLAlchemyError):
        reason = printable(str(error).partition("\n")[0])
        if re.search(r'FATAL: +database "[^"]*" does not exist', reason):
            return MissingStoreError(
                f"no database at {printable(where)}; create it with: createdb -E UTF8 -T template0 NAME"
            )
        return UnusableStoreError(f"cannot use {printable(where)}: {reason}; check the address and the server")
    return None
