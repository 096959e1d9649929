"""Opening a store, creating it if it is missing, and upgrading it to this program's schema and rollups."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Engine

from captions_db.connection import BUSY_TIMEOUT, LARGE_CACHE, connect, where, without_transaction, writing
from captions_db.errors import LockedStoreError, MissingStoreError
from captions_db.rollups import count_again, count_uses, wrong_counts
from captions_db.schema import HEAD, check_version, create_tables, schema_version, upgrade


def open_store(
    url: str, *, create: bool = False, busy_timeout: float = BUSY_TIMEOUT, cache: int = LARGE_CACHE
) -> Engine:
    """Open a store at a path (``captions.db``), ``sqlite:///PATH`` or ``postgresql+psycopg://...``.

    With ``create``, open it for writing, and create it if it is missing. ``cache`` is LARGE_CACHE for queries of the
    whole store, SMALL_CACHE for batches and single rows. Return an engine for
    ``captions_db.articles`` and ``captions_db.queries``; call its ``dispose()`` at the end.

    Raise a BaseStoreError if the store is missing, locked, read-only, of another schema, or not a store; nothing is
    created or changed then.
    """
    engine = connect(url, create=create, busy_timeout=busy_timeout, cache=cache)
    try:
        with engine.connect() as connection:
            found = schema_version(connection)
        if found is None and not create:
            raise MissingStoreError(f"{where(engine)} is empty; run: captions ingest PATH")
        if found is not None:
            check_version(found, where(engine))
        if create:
            _prepare_to_write(engine, new=found is None)
    except BaseException:
        engine.dispose()
        raise
    return engine


def scratch_store(path: str) -> Engine:
    """Create a store for one audit: its tables, without search and views, at a tenth of the time of a whole one."""
    engine = connect(path, create=True, busy_timeout=BUSY_TIMEOUT, cache=LARGE_CACHE)
    try:
        with writing(engine) as connection:
            create_tables(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def upgrade_store(
    url: str, *, busy_timeout: float = BUSY_TIMEOUT, before: Callable[[Engine], None] | None = None
) -> str:
    """Upgrade an existing store to this program's schema and return its version: ``"0001"``.

    Upgrade completely or not at all. Repair the rollups if they are wrong, and count the uses that they lack.
    ``before`` is called before an upgrade or a repair, and may make a backup. Raise as ``open_store`` does.
    """
    engine = connect(url, create=False, busy_timeout=busy_timeout)
    try:
        with engine.connect() as connection:
            found = schema_version(connection)
        if found is None:
            raise MissingStoreError(f"{where(engine)} is empty; run: captions ingest PATH")
        if found > HEAD:
            check_version(found, where(engine))
        wrong = found == HEAD and wrong_counts(engine)
        if before is not None and (found < HEAD or wrong):
            before(engine)
        if found < HEAD:
            upgrade(engine)
            wrong = wrong_counts(engine)
        if wrong:
            count_again(engine)
        count_uses(engine)
    finally:
        engine.dispose()
    return HEAD


def _prepare_to_write(engine: Engine, *, new: bool) -> None:
    """Create the schema if the database is empty, and check that it can be written before the work begins."""
    if new:
        upgrade(engine)
    if engine.dialect.name == "sqlite":
        with suppress(LockedStoreError), without_transaction(engine) as connection:
            # The file keeps this setting; readers then never wait for a writer. If another program has locked the
            # file now, the next one sets it.
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    with writing(engine):
        pass
