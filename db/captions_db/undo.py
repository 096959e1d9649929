"""Undo what a person decided. Nothing is deleted, so that an auditor can see who decided what, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, select, update

from captions_db.rows import filled, storable


def undo(connection: Connection, table: Table, number: int, who: str, reason: str) -> Any:
    """Mark a row as undone and return it as it was. Raise ValueError if it is missing or already undone."""
    row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    if row is None:
        raise ValueError(f"no {table.name} {number}")
    if row.undone is not None:
        raise ValueError(f"{table.name} {number} was already undone by {row.undone_by}")
    values = {"undone": datetime.now(UTC), "undone_by": storable(who), "undone_reason": storable(reason)}
    connection.execute(update(table).where(table.c.id == number).values(filled(values)))
    return row
