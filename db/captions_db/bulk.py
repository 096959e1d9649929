"""Many rows at once: what the writers of all tables share."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, MetaData, Table, func, insert, literal_column, select, update
from sqlalchemy.sql.schema import Column

from captions_db.rows import Row

T = TypeVar("T")

_CHUNK = 900
"""Values in one IN (...): SQLite before 3.32 takes 999 in a statement."""


def in_chunks(values: Collection[T]) -> Iterator[list[T]]:
    """Cut values into lists short enough for one statement; none of no values."""
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that have the same columns; nothing of no rows."""
    if rows:
        connection.execute(insert(table), rows)


def insert_dated(connection: Connection, table: Table, row: Row) -> int:
    """Insert a row, added now, and return its id."""
    added = insert(table).values(**row, added=datetime.now(UTC)).returning(table.c.id)
    return int(connection.execute(added).scalar_one())


def insert_staged(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows as ``insert_rows`` does, in their order; on SQLite in one statement, out of a temporary table.

    SQLite writes its index of words out with each statement that changes it: with a statement a row, that takes four
    to eight times as long (SQLite 3.40, batches of 1,200 uses, into 24,000 and into a million).
    """
    if connection.dialect.name != "sqlite" or not rows:
        insert_rows(connection, table, rows)
        return
    with _staged(connection, table, rows) as stage:
        staged_rows = select(*stage.c).order_by(literal_column("rowid"))
        connection.execute(insert(table).from_select([*rows[0]], staged_rows))


def update_staged(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Set the columns of the rows that have these ids, in one statement, as ``insert_staged`` inserts them.

    ``update_staged(connection, credit, [{"id": 7, "supplier_id": 3}])``; nothing of no rows.
    """
    if rows:
        with _staged(connection, table, rows) as stage:
            new = {column.name: column for column in stage.c if column.name != "id"}
            connection.execute(update(table).where(table.c.id == stage.c.id).values(new))


@contextmanager
def _staged(connection: Connection, table: Table, rows: Sequence[Row]) -> Iterator[Table]:
    """A temporary table with rows that are meant for another."""
    stage = _stage_of(table, tuple(rows[0]))
    stage.create(connection, checkfirst=False)
    connection.execute(insert(stage), rows)
    yield stage
    stage.drop(connection, checkfirst=False)


@lru_cache(maxsize=100)
def _stage_of(table: Table, names: tuple[str, ...]) -> Table:
    """The same object each time: SQLAlchemy keeps what it has compiled for it, and would keep it of each new one."""
    columns = [Column(name, table.c[name].type) for name in names]
    return Table(f"staged_{table.name}", MetaData(), *columns, prefixes=["TEMPORARY"])


def ids_by(connection: Connection, column: Column[Any], values: Collection[str]) -> dict[str, int]:
    """Give the ids of the rows with these values in a unique column; values not stored are left out."""
    id_column = column.table.c.id
    return {
        value: row_id
        for chunk in in_chunks(values)
        for value, row_id in connection.execute(select(column, id_column).where(column.in_(chunk)))
    }


def insert_with_ids(connection: Connection, table: Table, key: str, rows: Sequence[Row]) -> dict[Any, int]:
    """Insert rows that are known to be missing, under the next free ids, which they get; gives the id by ``row[key]``.

    Asking for the ids afterwards would take as long as writing. Nobody else can take them meanwhile: writers
    keep each other out (``db.connection.writing``).
    """
    if not rows:
        return {}
    first = connection.execute(select(func.coalesce(func.max(table.c.id), 0) + 1)).scalar_one()
    for row_id, row in enumerate(rows, first):
        row["id"] = row_id
    connection.execute(insert(table), rows)
    return {row[key]: row["id"] for row in rows}
