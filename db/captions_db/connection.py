"""Connections to a database: its path or URL, the engine, and how each connection and transaction behaves.

SQLite is the default; a URL selects PostgreSQL. Code for only one of them says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

from captions_db.driver_errors import printable, translate_error
from captions_db.errors import (
    MissingStoreError,
    NotAStoreError,
    ReadOnlyStoreError,
    UnknownSchemeError,
    UnusableStoreError,
)

BUSY_TIMEOUT = 10.0
"""Seconds to wait for another writer's transaction, which is one batch of articles."""

_BEGIN = "store_begin"
"""The execution option with the statement that begins a transaction on SQLite."""

LARGE_CACHE, SMALL_CACHE = 65_536, 16_384
"""KiB of a file that SQLite may cache. An audit rereads pages of all indexes; a batch of articles takes a few
megabytes, and a larger cache does not make writing faster but makes each process of an ingest larger."""

_HIDING: dict[str, Any] = {"hide_parameters": True}
"""Settings of every engine: SQLAlchemy's own errors quote no values, which are texts of articles."""

_POSTGRES_WRITER_LOCK = 0x63617074
"""The key of the writers' advisory lock on PostgreSQL: ``capt`` in ASCII."""


_SHOWN = frozenset({"host", "port"})
"""The options of a URL that messages show; others may contain passwords."""


def where(engine: Engine) -> str:
    """Return the name of an engine's database for a message; see :func:`name_of`."""
    return _name(engine.url)


def name_of(url: str) -> str:
    """Return the name of a database for a message: the path, or the URL without its password and most options.

    ``postgresql://me:secret@host/captions`` gives ``postgresql+psycopg://me:***@host/captions``. Raise
    UnknownSchemeError as ``open_store`` does.
    """
    return _name(_address(url))


def address_of(engine: Engine) -> str:
    """Return the URL with which another process can open the database of an engine; it may contain a password."""
    return engine.url.render_as_string(hide_password=False)


def _name(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        # Only a read-only file has a URI here, see `_sqlite_url`.
        return printable((url.database or "").removeprefix("file://"))
    public = url.difference_update_query(set(url.query) - _SHOWN)
    return printable(public.render_as_string(hide_password=True))


def _secrets(url: URL) -> list[str]:
    """Return the parts of a URL that no message may contain."""
    options = [text for name, text in url.normalized_query.items() if name not in _SHOWN]
    return [secret for secret in (str(url.password or ""), *(text for texts in options for text in texts)) if secret]


@contextmanager
def reading(source: Engine | Connection) -> Iterator[Connection]:
    """Yield a connection to read with: this one, within its transaction, or a new one."""
    if isinstance(source, Connection):
        yield source
        return
    with source.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that overlaps no other writer's; roll back if the block raises."""
    options: dict[str, Any] = {_BEGIN: "BEGIN IMMEDIATE"}
    if engine.dialect.name == "postgresql":
        # Otherwise it would see the store as it was before it waited for other writers.
        options["isolation_level"] = "READ COMMITTED"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            lock_out_writers(connection)
        yield connection


def begin_writing(connection: Connection) -> None:
    """Commit, and begin a transaction on this connection that overlaps no other writer's, as ``writing`` does."""
    connection.commit()
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="READ COMMITTED")
    else:
        connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
    connection.begin()
    if connection.dialect.name == "postgresql":
        lock_out_writers(connection)


def lock_out_writers(connection: Connection) -> None:
    """Wait for other writers and lock them out until the transaction ends. PostgreSQL only: SQLite has BEGIN IMMEDIATE.

    Without it, one writer may delete a caption without uses while another begins to use it.
    """
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_POSTGRES_WRITER_LOCK})"))


@contextmanager
def without_transaction(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that begins no transaction on SQLite: some pragmas have no effect inside one."""
    options: dict[str, Any] = {_BEGIN: ""}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "READ COMMITTED"  # as for `writing`
    with engine.connect().execution_options(**options) as connection:
        yield connection


def connect(url: str, *, create: bool, busy_timeout: float = BUSY_TIMEOUT, cache: int = LARGE_CACHE) -> Engine:
    """Return the engine for a path or a URL, whatever its schema. Raise BaseStoreError as ``open_store`` does."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(_sqlite_url(address, create), connect_args={"timeout": busy_timeout}, **_HIDING)
        _behave_on_sqlite(engine, cache)
    else:
        try:
            # Several statements read one snapshot, as on SQLite.
            engine = create_engine(address, isolation_level="REPEATABLE READ", **_HIDING)
        except ModuleNotFoundError as error:
            raise UnusableStoreError("PostgreSQL needs a driver: pip install 'captions[postgresql]'") from error
        _behave_on_postgresql(engine, busy_timeout)
    translate_errors(engine, where(engine))
    return engine


def translate_errors(engine: Engine, place: str) -> None:
    """Have an engine raise BaseStoreErrors, which name its database ``place``, instead of its driver's errors."""
    secrets = _secrets(engine.url)

    @event.listens_for(engine, "handle_error")
    def translate(context: ExceptionContext) -> None:
        store_error = translate_error(context.original_exception, place, secrets)
        if store_error is not None:
            raise store_error from context.original_exception


def _address(url: str) -> URL:
    """Return the URL that the user typed; its password never appears in a message."""
    scheme, mark, _rest = url.partition("://")
    known = "use a path, sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME"
    if not mark:
        return URL.create("sqlite", database=url)
    if scheme not in {"sqlite", "postgres", "postgresql", "postgresql+psycopg"}:
        raise UnknownSchemeError(f"unknown database type {printable(scheme)!r}; {known}")
    try:
        address = make_url(url)
    except (exc.ArgumentError, ValueError) as error:
        raise UnknownSchemeError(f"invalid {scheme} URL; {known}") from error
    if scheme != "sqlite":
        if "@" in (address.host or ""):
            raise UnknownSchemeError("invalid postgresql URL: write an @ in the password as %40")
        if not all(port.isdigit() for port in address.normalized_query.get("port", ())):
            raise UnknownSchemeError(f"invalid port in the postgresql URL; {known}")
        return address.set(drivername="postgresql+psycopg")
    if address.host or address.query:
        raise UnknownSchemeError(f"an SQLite URL needs three slashes, a path and no options; {known}")
    return address


def _sqlite_url(address: URL, create: bool) -> URL:
    """Return the URL of a file after checking it: SQLite itself would create or change it. SQLite only."""
    name = address.database or ""
    place = printable(name)
    if not name or name.startswith(":memory:") or "\0" in name:
        raise UnknownSchemeError("an SQLite database must be a file; choose one with --db PATH")
    path = Path(name)
    try:
        if not path.parent.is_dir():
            raise MissingStoreError(f"no folder {printable(str(path.parent))} for the database; create it first")
        if not path.exists():
            if not create:
                raise MissingStoreError(f"no database at {place}; run: captions ingest PATH")
            if not _writable(path.parent):
                raise ReadOnlyStoreError(f"cannot create {place}: its folder is read-only; choose another with --db")
            return address
        if not path.is_file():
            raise NotAStoreError(f"{place} is not a file; choose a database file with --db")
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise UnusableStoreError(f"cannot open {place}: {error.strerror or error}") from error
    if head and head != b"SQLite format 3\0":
        raise NotAStoreError(f"{place} is not an SQLite database; choose another file with --db")
    if create and not _writable(path):
        raise ReadOnlyStoreError(f"{place} is read-only; check the file's permissions")
    if not create and not _writable(path.parent) and not Path(f"{name}-wal").exists():
        # SQLite cannot create its helper files in this folder, and then reads a file only as immutable.
        query = {"uri": "true", "mode": "ro", "immutable": "1"}
        return URL.create("sqlite", database=path.absolute().as_uri(), query=query)
    return address


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _behave_on_postgresql(engine: Engine, busy_timeout: float) -> None:
    """Set the options of every connection; refuse a database that cannot store every text. PostgreSQL only."""

    @event.listens_for(engine, "connect")
    def set_options(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        try:
            cursor.execute("SHOW server_encoding")
            (encoding,) = cursor.fetchone() or ("",)
            if encoding != "UTF8":
                raise UnusableStoreError(
                    f"{where(engine)} uses {encoding}, not UTF-8; create one with: createdb -E UTF8 -T template0 NAME"
                )
            cursor.execute(f"SET lock_timeout = {max(1, int(busy_timeout * 1000))}")
            # Days are cast to text, which must be the same as on SQLite whatever the server's settings are.
            cursor.execute("SET datestyle = 'ISO, YMD'")
            # Compiling a query takes longer than running it.
            cursor.execute("SET jit = off")
            connection.commit()
        finally:
            cursor.close()


def _behave_on_sqlite(engine: Engine, cache: int) -> None:
    """Set the options of every connection. SQLite only."""

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # Otherwise the driver begins transactions itself, after the read that decides what to write.
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            cursor.execute("PRAGMA foreign_keys=ON")
            # With WAL, a power cut may lose the last batches but damages nothing.
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute(f"PRAGMA cache_size=-{cache}")
            # Pages, 32 MB: index pages that change in every batch are copied into the file less often, which
            # makes writing an eighth faster.
            cursor.execute("PRAGMA wal_autocheckpoint=8000")
        finally:
            cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
        if statement:
            connection.exec_driver_sql(statement)
