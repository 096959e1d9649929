"""Opening the store: where it is, what state it is in, and how a connection to it behaves.

SQLite is the default, PostgreSQL comes by URL. What is SQLite's alone is marked as such below.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, inspect, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

from db.errors import (
    LockedStoreError,
    MissingStoreError,
    NewerStoreError,
    NotAStoreError,
    OlderStoreError,
    ReadOnlyStoreError,
    StoreError,
    UnknownSchemeError,
    UnusableStoreError,
)
from db.translation import shown, translated

HEAD = "0001"
"""The schema this program reads and writes: the newest in ``db/migrations/versions`` (held by a test)."""

BUSY_TIMEOUT = 10.0
"""Seconds to wait for another writer's transaction, which is one batch of articles, before giving up."""

_BEGIN = "store_begin"
"""The execution option that says how a connection begins a transaction on SQLite."""

LARGE_CACHE, SMALL_CACHE = 65_536, 16_384
"""KiB that SQLite may hold of a file. An audit comes back to pages of all indexes; a batch of articles takes a few
megabytes, and a larger cache made writing no faster, but each process of an ingest larger as the store grew."""

_POSTGRES_WRITER_LOCK = 0x63617074
"""The key of the advisory lock that writers on PostgreSQL hold: ``capt`` in ASCII."""


def open_store(
    url: str, *, create: bool = False, busy_timeout: float = BUSY_TIMEOUT, cache: int = LARGE_CACHE
) -> Engine:
    """Open a store: a path (``captions.db``), ``sqlite:///PATH`` or ``postgresql+psycopg://...``.

    With ``create`` the store is opened for writing, and made where there is none; without, it must be there.
    ``cache`` is LARGE_CACHE for questions to all of it, SMALL_CACHE for batches and for looking single rows up.
    Gives an engine for the functions of ``db.store`` and ``db.queries``; call its ``dispose()`` at the end.

    Raises a StoreError for what is not there, not a store, locked, read-only, or of another schema. Nothing
    has been created or changed then.
    """
    engine = connect(url, create=create, busy_timeout=busy_timeout, cache=cache)
    try:
        with engine.connect() as connection:
            found = schema_version(connection)
        if found is None and not create:
            raise MissingStoreError(f"{where(engine)} is empty; run: captions ingest PATH")
        if found is not None:
            _check_version(found, where(engine))
        if create:
            _prepare_to_write(engine, new=found is None)
    except BaseException:
        engine.dispose()
        raise
    return engine


def upgrade_store(url: str, *, busy_timeout: float = BUSY_TIMEOUT) -> str:
    """Bring the schema of an existing store up to this program's; give the version it has now: ``"0001"``.

    It goes through whole or not at all. Copy the file before, all the same. Uses that are not counted yet, or wrongly,
    are counted. Raises as ``open_store`` does.
    """
    from db.counts import count_again, count_uses, wrong_counts  # they need this module
    from db.upgrade import upgrade  # not above: Alembic takes 0.2 s to import, and is needed once a schema

    engine = connect(url, create=False, busy_timeout=busy_timeout)
    try:
        with engine.connect() as connection:
            found = schema_version(connection)
        if found is None:
            raise MissingStoreError(f"{where(engine)} is empty; run: captions ingest PATH")
        if found > HEAD:
            _check_version(found, where(engine))
        if found < HEAD:
            upgrade(engine)
        if wrong_counts(engine):
            count_again(engine)
        count_uses(engine)
    finally:
        engine.dispose()
    return HEAD


def where(engine: Engine) -> str:
    """Name the database of an engine in a message: the path, or the URL without its password."""
    url = engine.url
    if url.get_backend_name() == "sqlite":
        # A URI stands there only for a file on a read-only place, see `_sqlite_url`.
        return shown((url.database or "").removeprefix("file://"))
    return shown(url.render_as_string(hide_password=True))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that overlaps no other writer's; rolls back if it raises."""
    options: dict[str, Any] = {_BEGIN: "BEGIN IMMEDIATE"}
    if engine.dialect.name == "postgresql":
        # Else it would see the store as it was before it waited for the other writers.
        options["isolation_level"] = "READ COMMITTED"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            lock_out_writers(connection)
        yield connection


def lock_out_writers(connection: Connection) -> None:
    """Do what BEGIN IMMEDIATE does on SQLite, to the end of the transaction. PostgreSQL only.

    Without it one writer may delete the caption that is nobody's any more while another begins to use it.
    """
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_POSTGRES_WRITER_LOCK})"))


@contextmanager
def without_transaction(engine: Engine) -> Iterator[Connection]:
    """Give a connection that begins no transaction on SQLite: some pragmas do nothing inside one."""
    options: dict[str, Any] = {_BEGIN: ""}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "READ COMMITTED"  # as for `writing`
    with engine.connect().execution_options(**options) as connection:
        yield connection


def schema_version(connection: Connection) -> str | None:
    """Give the version of the schema: ``"0001"``; None of a database without a table.

    Raises NotAStoreError for a database that holds something else.
    """
    tables = inspect(connection)
    if tables.has_table("alembic_version"):
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        # Other programs keep their versions in a table of this name too, as hexadecimal digits.
        if version is not None and re.fullmatch(r"[0-9]{4}", version) and tables.has_table("use"):
            return str(version)
    elif not tables.get_table_names():
        return None
    raise NotAStoreError(
        f"{where(connection.engine)} holds something other than captions; name another database with --db"
    )


def connect(url: str, *, create: bool, busy_timeout: float = BUSY_TIMEOUT, cache: int = LARGE_CACHE) -> Engine:
    """Make the engine for a path or a URL, whatever its schema. Raises StoreError as ``open_store`` does."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(_sqlite_url(address, create), connect_args={"timeout": busy_timeout})
        _behave_on_sqlite(engine, cache)
    else:
        try:
            # What is read in several statements is of one moment, as on SQLite.
            engine = create_engine(address, isolation_level="REPEATABLE READ")
        except ModuleNotFoundError as error:
            raise UnusableStoreError("PostgreSQL needs a driver: pip install 'captions[postgresql]'") from error
        _behave_on_postgresql(engine, busy_timeout)

    @event.listens_for(engine, "handle_error")
    def translate(context: ExceptionContext) -> None:
        meant = translated(context.original_exception, where(engine))
        if meant is not None:
            raise meant from context.original_exception

    return engine


def _prepare_to_write(engine: Engine, *, new: bool) -> None:
    """Make the schema where there is none, and find out now, not in an hour, whether one can write."""
    if new:
        from db.upgrade import upgrade

        upgrade(engine)
    if engine.dialect.name == "sqlite":  # SQLite only
        with suppress(LockedStoreError), without_transaction(engine) as connection:
            # Kept in the file: readers then never wait for a writer. If another program is in the way just
            # now, the next one sets it.
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    with writing(engine):
        pass


def _check_version(found: str, place: str) -> None:
    if found < HEAD:
        raise OlderStoreError(f"{place} has schema {found}, older than {HEAD}; run: captions db upgrade")
    if found > HEAD:
        raise NewerStoreError(
            f"{place} has schema {found}, newer than this program's {HEAD}; upgrade captions to use it"
        )


def _address(url: str) -> URL:
    """Read what the user typed. A password in it never gets into a message."""
    scheme, mark, _rest = url.partition("://")
    if not mark:
        return URL.create("sqlite", database=url)
    known = "use a path, sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME"
    if scheme not in {"sqlite", "postgres", "postgresql", "postgresql+psycopg"}:
        raise UnknownSchemeError(f"unknown kind of database {shown(scheme)!r}; {known}")
    try:
        address = make_url(url)
    except (exc.ArgumentError, ValueError) as error:
        raise UnknownSchemeError(f"cannot read this {scheme} URL of a database; {known}") from error
    if scheme != "sqlite":
        return address.set(drivername="postgresql+psycopg")
    if address.host or address.query:
        raise UnknownSchemeError(f"an sqlite URL has three slashes, a path, and no options; {known}")
    return address


def _sqlite_url(address: URL, create: bool) -> URL:
    """Look at the file before SQLite does, which would create or change it. SQLite only."""
    name = address.database or ""
    place = shown(name)
    if not name or name.startswith(":memory:") or "\0" in name:
        raise UnknownSchemeError("a store is a file; name it with --db PATH")
    path = Path(name)
    try:
        if not path.parent.is_dir():
            raise MissingStoreError(f"no folder {shown(str(path.parent))} for a database; make it first")
        if not path.exists():
            if not create:
                raise MissingStoreError(f"no database at {place}; run: captions ingest PATH")
            if not _writable(path.parent):
                raise ReadOnlyStoreError(f"cannot make a database at {place}: its folder cannot be written")
            return address
        if not path.is_file():
            raise NotAStoreError(f"{place} is not a file; name a database file with --db")
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise UnusableStoreError(f"cannot open {place}: {error.strerror or error}") from error
    if head and head != b"SQLite format 3\0":
        raise NotAStoreError(f"{place} is not an SQLite database; name another file with --db")
    if create and not _writable(path):
        raise ReadOnlyStoreError(f"{place} cannot be written; check the permissions of the file")
    if not create and not _writable(path.parent) and not Path(f"{name}-wal").exists():
        # In a folder where SQLite cannot make its helper files, a store can be read only if it is told that
        # nobody is writing it.
        query = {"uri": "true", "mode": "ro", "immutable": "1"}
        return URL.create("sqlite", database=path.absolute().as_uri(), query=query)
    return address


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _behave_on_postgresql(engine: Engine, busy_timeout: float) -> None:
    """Set what every connection does, and refuse a database that cannot hold every text. PostgreSQL only."""

    @event.listens_for(engine, "connect")
    def set_options(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        try:
            cursor.execute("SHOW server_encoding")
            (encoding,) = cursor.fetchone() or ("",)
            if encoding != "UTF8":
                raise UnusableStoreError(
                    f"{where(engine)} holds {encoding}, not UTF-8; make one with: createdb -E UTF8 -T template0 NAME"
                )
            cursor.execute(f"SET lock_timeout = {max(1, int(busy_timeout * 1000))}")
            # Days are cast to text; they must look as on SQLite whatever the server's settings are.
            cursor.execute("SET datestyle = 'ISO, YMD'")
            # It takes longer to compile a question than to answer it.
            cursor.execute("SET jit = off")
            connection.commit()
        finally:
            cursor.close()


def _behave_on_sqlite(engine: Engine, cache: int) -> None:
    """Set what every connection does. SQLite only."""

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # Else the driver begins transactions itself, and too late: after the read that decides what to write.
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            cursor.execute("PRAGMA foreign_keys=ON")
            # With WAL: a power cut may lose the last batches, but breaks nothing.
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute(f"PRAGMA cache_size=-{cache}")
            # Pages, 32 MB: an index page that changes in every batch is then copied into the file less often,
            # which makes writing faster by an eighth.
            cursor.execute("PRAGMA wal_autocheckpoint=8000")
        finally:
            cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
        if statement:
            connection.exec_driver_sql(statement)


__all__ = [
    "BUSY_TIMEOUT",
    "HEAD",
    "LARGE_CACHE",
    "SMALL_CACHE",
    "StoreError",
    "connect",
    "open_store",
    "schema_version",
    "upgrade_store",
    "where",
    "without_transaction",
    "writing",
]
