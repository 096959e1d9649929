"""Changing the schema, with Alembic. Imported only when that must be done: Alembic is slow to import."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from db.errors import NotAStoreError
from db.session import HEAD, lock_out_writers, schema_version, where, without_transaction


def upgrade(engine: Engine) -> None:
    """Bring the schema up to ``HEAD``: all the steps in one transaction, or none. From nothing: make it.

    Raises NotAStoreError if rows would be left that point to nothing, and StoreError as any write does.
    """
    with without_transaction(engine) as connection:
        sqlite = connection.dialect.name == "sqlite"
        try:
            if sqlite:
                # A table that is changed on SQLite is copied and dropped. With foreign keys on, the drop
                # deletes every row that points to it. The pragma does nothing inside a transaction.
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("BEGIN EXCLUSIVE")
            else:
                lock_out_writers(connection)
            # Looked at again: another program may have made the schema while this one waited.
            if schema_version(connection) != HEAD:
                run_steps(connection)
            if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise NotAStoreError(f"{where(engine)} has rows that point to nothing; restore it from a copy")
            connection.commit()
        finally:
            if connection.in_transaction():
                connection.rollback()
            # Not back to the pool: there it would go on without foreign keys.
            connection.invalidate()


def run_steps(connection: Connection, to: str = "head") -> None:
    """Take the steps from the schema a connection sees to another, in the transaction that it is in."""
    if connection.dialect.name == "sqlite":
        # Else a copy cannot take its table's name while a view names the table that is gone.
        connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
    command.upgrade(configuration(connection), to)


def configuration(connection: Connection) -> Config:
    """Give Alembic's settings for a connection, without a file for them."""
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
