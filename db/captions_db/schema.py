"""The version of a store's schema, and upgrades of it with Alembic.

Alembic takes 0.2 s to import, so only upgrades, and new PostgreSQL databases, import it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from captions_db.connection import lock_out_writers, where, without_transaction
from captions_db.errors import NewerStoreError, NotAStoreError, OlderStoreError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0012"
"""The schema that this program reads and writes: the newest in ``migrations/versions``, as a test checks."""

NEWEST = Path(__file__).parent / "migrations" / "newest.sql"
"""The statements that create ``HEAD`` in SQLite."""


def schema_version(connection: Connection) -> str | None:
    """Return the version of the schema, like ``"0001"``; None for a database without tables.

    Raise NotAStoreError for a database of another program.
    """
    tables = inspect(connection)
    if tables.has_table("alembic_version"):
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        # Other programs use a table of this name too, with hexadecimal versions.
        if version is not None and re.fullmatch(r"[0-9]{4}", version) and tables.has_table("use"):
            return str(version)
    elif not tables.get_table_names():
        return None
    raise NotAStoreError(f"{where(connection.engine)} is not a captions database; choose another with --db")


def check_version(found: str, place: str) -> None:
    """Raise OlderStoreError or NewerStoreError if a schema is not this program's."""
    if found < HEAD:
        raise OlderStoreError(f"{place} has schema {found}, older than {HEAD}; run: captions db upgrade")
    if found > HEAD:
        raise NewerStoreError(
            f"{place} has schema {found}, newer than this program's {HEAD}; upgrade captions to use it"
        )


def upgrade(engine: Engine) -> None:
    """Upgrade the schema to ``HEAD`` in one transaction; create it in an empty database.

    Raise NotAStoreError if rows would refer to missing rows, and BaseStoreError as any write does.
    """
    with without_transaction(engine) as connection:
        sqlite = connection.dialect.name == "sqlite"
        try:
            if sqlite:
                # SQLite changes a table by copying and dropping it. With foreign keys on, the drop deletes
                # every row that refers to it. The pragma has no effect inside a transaction.
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("BEGIN EXCLUSIVE")
            else:
                lock_out_writers(connection)
            # Check again: another program may have created the schema while this one waited.
            found = schema_version(connection)
            if found is None and sqlite:
                create_newest(connection)
            elif found != HEAD:
                run_steps(connection)
            if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise NotAStoreError(f"{where(engine)} has references to missing rows; restore it from a backup")
            connection.commit()
        finally:
            if connection.in_transaction():
                connection.rollback()
            # Do not return it to the pool, where it would be used without foreign keys.
            connection.invalidate()


def create_newest(connection: Connection) -> None:
    """Create ``HEAD`` in an empty SQLite database without its history, which takes 20 times as long to run.

    A test compares the result with that of the migrations, and writes ``newest.sql`` again on request.
    """
    for statement in NEWEST.read_text(encoding="utf-8").split(";\n\n"):
        connection.exec_driver_sql(statement)


def run_steps(connection: Connection, to: str = "head") -> None:
    """Run the revisions from a connection's schema to another one, in its transaction."""
    if connection.dialect.name == "sqlite":
        # Otherwise a copy cannot take its table's name while a view names the dropped table.
        connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
    from alembic import command

    command.upgrade(configuration(connection), to)


def configuration(connection: Connection) -> Config:
    """Return Alembic's settings for a connection, without a file."""
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
