"""Turn errors of database drivers into one line that a person can act on, without SQL, article text or passwords."""

from __future__ import annotations

import re
from collections.abc import Collection

from captions_db.errors import (
    BaseStoreError,
    FullStoreError,
    InternalStoreError,
    LockedStoreError,
    MissingStoreError,
    NotAStoreError,
    NumberStoreError,
    ReadOnlyStoreError,
    UnusableStoreError,
)

_Kinds = tuple[tuple[str, type[BaseStoreError], str], ...]

_LOCKED = "{where} is locked by another program; close it, or wait, then try again"
_DAMAGED = "{where} is damaged; restore it from a backup, or ingest into a new database"
_FULL = "the disk of {where} is full; free some space and run the command again"
_DISK = "cannot read or write the disk of {where}; check the disk and its free space"
_TOO_LARGE = "a number is too large for {where}; use a smaller one"
_TOO_LONG = "{where} ended a transaction that took too long; run the command again, or raise the server's timeouts"
_NO_DATABASE = "no database at {where}; create it with: createdb -E UTF8 -T template0 NAME"

_SQLITE: _Kinds = (
    ("SQLITE_BUSY", LockedStoreError, _LOCKED),
    ("SQLITE_LOCKED", LockedStoreError, _LOCKED),
    ("SQLITE_PROTOCOL", LockedStoreError, _LOCKED),
    ("SQLITE_NOTADB", NotAStoreError, "{where} is not an SQLite database; choose another file with --db"),
    ("SQLITE_CORRUPT", NotAStoreError, _DAMAGED),
    ("SQLITE_FULL", FullStoreError, _FULL),
    ("SQLITE_READONLY", ReadOnlyStoreError, "{where} is read-only; check the permissions of the file and its folder"),
    ("SQLITE_CANTOPEN", UnusableStoreError, "cannot open {where}; check the permissions of the file and its folder"),
    ("SQLITE_IOERR", UnusableStoreError, _DISK),
)
"""SQLite result codes by prefix: extended codes append ``_`` and more."""

_POSTGRESQL: _Kinds = (
    ("08", UnusableStoreError, "lost the connection to {where}; check the network, then run the command again"),
    ("22003", NumberStoreError, _TOO_LARGE),
    ("25006", ReadOnlyStoreError, "{where} is read-only; choose a server that accepts writes"),
    ("25P03", UnusableStoreError, _TOO_LONG),
    ("25P04", UnusableStoreError, _TOO_LONG),
    ("28", UnusableStoreError, "{where} refuses this user; check the user, the password and the server's pg_hba.conf"),
    ("3D000", MissingStoreError, _NO_DATABASE),
    ("40", LockedStoreError, "another program changed {where} at the same moment; run the command again"),
    (
        "42501",
        ReadOnlyStoreError,
        "{where} does not allow this user to write; ask its owner for permission",
    ),
    ("53100", FullStoreError, _FULL),
    ("53200", UnusableStoreError, "the server of {where} is out of memory; wait, then run the command again"),
    ("53300", UnusableStoreError, "{where} has too many connections; close some, or wait, then run the command again"),
    ("53", UnusableStoreError, "the server of {where} lacks resources; ask its administrator to raise its limits"),
    ("55P03", LockedStoreError, _LOCKED),
    ("57014", UnusableStoreError, "{where} canceled a statement; run the command again, or raise statement_timeout"),
    ("57P04", MissingStoreError, "{where} was dropped; restore it from a backup, or ingest into a new database"),
    ("57", UnusableStoreError, "{where} shut down or closed the connection; wait, then run the command again"),
    ("58", UnusableStoreError, _DISK),
    ("XX001", NotAStoreError, _DAMAGED),
    ("XX002", NotAStoreError, _DAMAGED),
)
"""PostgreSQL's SQLSTATEs by prefix; the first two characters are the class."""

_CONNECTING: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"database \"[^\"]*\" does not exist"), "3D000"),
    (re.compile(r"too many (clients|connections)|remaining connection slots"), "53300"),
    (
        re.compile(r"authentication failed|no pg_hba\.conf entry|role \"[^\"]*\" (does not exist|is not permitted)"),
        "28000",
    ),
    (re.compile(r"the database system is (starting up|shutting down|in recovery)"), "57P03"),
    (
        re.compile(r"server closed the connection|the connection is (closed|lost)|connection to server was lost"),
        "08006",
    ),
)
"""Messages of libpq, which gives no SQLSTATE when it cannot connect or loses the connection."""


def printable(text: str) -> str:
    r"""Return a path or a message as one printable line: ``"a\nb"`` -> ``"a b"``; other control characters -> ``?``."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def translate_error(error: BaseException, where: str, secrets: Collection[str] = ()) -> BaseStoreError | None:
    """Return the BaseStoreError for an error of the driver; None for one that is not the database's.

    ``where`` is the database's name in the message, which contains none of the ``secrets``. Broken constraints and
    wrong SQL become an InternalStoreError.
    """
    if isinstance(error, (BaseStoreError, MemoryError, OSError)) or not isinstance(error, Exception):
        return None
    place = printable(where)
    if isinstance(error, OverflowError):  # SQLite's driver takes 64 bits
        return NumberStoreError(_TOO_LARGE.format(where=place))
    name = getattr(error, "sqlite_errorname", None)
    if name is not None:
        return _of(_SQLITE, name, place) or _internal(error, name, place)
    kinds = {kind.__name__ for kind in type(error).__mro__ if kind.__module__.partition(".")[0] == "psycopg"}
    state = getattr(error, "sqlstate", None)
    if state is None and kinds:
        # Only errors of connecting are quoted: others may quote a statement and its values.
        reason = printable(str(error).partition("\n")[0])
        state = next((state for pattern, state in _CONNECTING if pattern.search(reason)), None)
        if state is None and ("OperationalError" in kinds or "connection option" in reason):
            for secret in secrets:
                reason = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", reason)
            return UnusableStoreError(f"cannot use {place}: {reason}; check the address and the server")
    return (_of(_POSTGRESQL, state, place) if state else None) or _internal(error, state, place)


def _of(kinds: _Kinds, code: str, place: str) -> BaseStoreError | None:
    return next((kind(text.format(where=place)) for prefix, kind, text in kinds if code.startswith(prefix)), None)


def _internal(error: Exception, code: str | None, place: str) -> InternalStoreError:
    return InternalStoreError(f"{type(error).__name__}{f' ({code})' if code else ''} in {place}")
