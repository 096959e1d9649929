"""Insert, update and look up many rows at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, MetaData, Table, func, insert, literal_column, select, update
from sqlalchemy.sql.schema import Column

from captions_db.rows import Row, filled

T = TypeVar("T")

_CHUNK = 900
"""Values in one IN (...): SQLite before 3.32 allows 999 parameters in a statement."""


def in_chunks(values: Collection[T]) -> Iterator[list[T]]:
    """Cut values into lists short enough for one statement."""
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that have the same columns; do nothing without rows."""
    if rows:
        connection.execute(insert(table), rows)


def insert_dated(connection: Connection, table: Table, row: Row) -> int:
    """Insert a decision, added now, and return its id."""
    added = insert(table).values(**filled(row), added=datetime.now(UTC)).returning(table.c.id)
    return int(connection.execute(added).scalar_one())


def insert_staged(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows in order, like ``insert_rows``; on SQLite in one statement, from a temporary table.

    SQLite writes its full-text index with every statement that changes it: one statement per row takes four to eight
    times as long (SQLite 3.40, batches of 1,200 uses, into 24,000 and into a million).
    """
    if connection.dialect.name != "sqlite" or not rows:
        insert_rows(connection, table, rows)
        return
    with _staged(connection, table, rows) as stage:
        staged_rows = select(*stage.c).order_by(literal_column("rowid"))
        connection.execute(insert(table).from_select([*rows[0]], staged_rows))


def update_staged(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Update the rows with these ids in one statement; do nothing without rows.

    ``update_staged(connection, credit, [{"id": 7, "supplier_id": 3}])``
    """
    if rows:
        with _staged(connection, table, rows) as stage:
            new = {column.name: column for column in stage.c if column.name != "id"}
            connection.execute(update(table).where(table.c.id == stage.c.id).values(new))


@contextmanager
def _staged(connection: Connection, table: Table, rows: Sequence[Row]) -> Iterator[Table]:
    """Yield a temporary table with rows for another table."""
    stage = _stage_of(table, tuple(rows[0]))
    stage.create(connection, checkfirst=False)
    connection.execute(insert(stage), rows)
    yield stage
    stage.drop(connection, checkfirst=False)


@lru_cache(maxsize=100)
def _stage_of(table: Table, names: tuple[str, ...]) -> Table:
    """Return the same object for the same columns: SQLAlchemy caches what it compiles for each object."""
    columns = [Column(name, table.c[name].type) for name in names]
    return Table(f"staged_{table.name}", MetaData(), *columns, prefixes=["TEMPORARY"])


def ids_by(connection: Connection, column: Column[Any], values: Collection[str]) -> dict[str, int]:
    """Return the ids of the rows with these values in a unique column; leave out missing values."""
    id_column = column.table.c.id
    return {
        value: row_id
        for chunk in in_chunks(values)
        for value, row_id in connection.execute(select(column, id_column).where(column.in_(chunk)))
    }


def insert_with_ids(connection: Connection, table: Table, key: str, rows: Sequence[Row]) -> dict[Any, int]:
    """Insert new rows under the next free ids; return the ids by ``row[key]``.

    Querying the ids afterwards would take as long as writing. The ids are safe to assign because writers exclude each
    other (``captions_db.connection.writing``).
    """
    if not rows:
        return {}
    first = connection.execute(select(func.coalesce(func.max(table.c.id), 0) + 1)).scalar_one()
    for row_id, row in enumerate(rows, first):
        row["id"] = row_id
    connection.execute(insert(table), rows)
    return {row[key]: row["id"] for row in rows}
