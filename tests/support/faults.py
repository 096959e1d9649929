"""Raise an error at the n-th call of a database driver: a statement, a fetch, a commit or a new connection.

The faults are in the drivers' own connections and cursors, below SQLAlchemy and the store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, event


class Faults:
    """Count the calls of drivers, and raise an error at one of them."""

    def __init__(self) -> None:
        self.calls = 0
        self._at: int | None = None
        self._error: Callable[[], BaseException] = MemoryError

    def call(self) -> None:
        """Count a call, which may be the one that fails."""
        self.calls += 1
        if self.calls == self._at:
            raise self._error()

    @contextmanager
    def at(self, number: int | None, error: Callable[[], BaseException]) -> Iterator[None]:
        """Raise the error at this call in the block, counted from 1; at none for None."""
        self.calls, self._at, self._error = 0, number, error
        try:
            yield
        finally:
            self._at = None

    @property
    def sqlite(self) -> type[sqlite3.Connection]:
        """Return the class of connections to SQLite whose calls count."""
        call = self.call

        class Connection(sqlite3.Connection):
            def cursor(self, factory: Any = None) -> Any:
                return super().cursor(factory or cursor)

            def commit(self) -> None:
                call()
                super().commit()

        cursor = _counted(sqlite3.Cursor, call)
        return Connection

    @property
    def psycopg(self) -> type[psycopg.Connection[Any]]:
        """Return the class of connections to PostgreSQL whose calls count."""
        call = self.call

        class Connection(psycopg.Connection[Any]):
            def __init__(self, *arguments: Any, **options: Any) -> None:
                super().__init__(*arguments, **options)
                self.cursor_factory = _counted(psycopg.Cursor, call)
                self.server_cursor_factory = _counted(psycopg.ServerCursor, call)

            def commit(self) -> None:
                call()
                super().commit()

        return Connection


def _counted(base: Any, call: Callable[[], None]) -> Any:
    """Return a class of cursors that count their calls."""

    def counted(name: str) -> Callable[..., Any]:
        def method(self: Any, *arguments: Any, **options: Any) -> Any:
            call()
            return getattr(base, name)(self, *arguments, **options)

        return method

    names = ("execute", "executemany", "fetchone", "fetchmany", "fetchall")
    return type(base.__name__, (base,), {name: counted(name) for name in names})


@contextmanager
def faults() -> Iterator[Faults]:
    """Yield faults in every connection that a store opens in the block."""
    found = Faults()
    opened: list[psycopg.Connection[Any]] = []

    def connect(dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        found.call()
        if dialect.name == "sqlite":
            options["factory"] = found.sqlite
            return None
        opened.append(found.psycopg.connect(*arguments, **options))
        return opened[-1]

    event.listen(Engine, "do_connect", connect)
    try:
        yield found
    finally:
        event.remove(Engine, "do_connect", connect)
        for connection in opened:  # SQLAlchemy leaves those open that it could not set up
            connection.close()


def io_error(kind: str) -> Exception:
    """Return the error of a broken disk as the driver raises it."""
    if kind == "postgresql":
        return psycopg.errors.IoError("could not read block 7 in file")
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_WRITE"
    return error
