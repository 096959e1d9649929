"""Corrections of credit lines: add, list and undo them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine, func, select

from captions_db import models as m
from captions_db import settling
from captions_db.bulk import in_chunks, insert_dated
from captions_db.connection import reading, writing
from captions_db.credits import rewrite_lines
from captions_db.meanwhile import Check, nothing
from captions_db.overlay import CorrectionRecord, correction_record, correction_row, current_corrections
from captions_db.records import AddResult
from captions_db.rollups import count_noted
from captions_db.rows import storable, utc
from captions_db.undo import undo

_ANYONE = {"reason": "", "who": ""}
"""Overrides that leave only the reading of a correction to compare."""


@dataclass(frozen=True, slots=True)
class CorrectionResult:
    """The number of a correction, whether it is new, and the number of uses with its line."""

    id: int
    new: bool
    uses: int


def add_corrections(
    engine: Engine, records: Sequence[CorrectionRecord], check: Check = nothing
) -> list[CorrectionResult]:
    """Store corrections, all or none, and apply them to the credits of their lines.

    A correction with the same reading as the line's current one is not stored again. A correction of a line that no use
    has applies once such a use is stored. The latest correction of a line applies. ``check`` is called first, in the
    same transaction.
    """
    added: list[AddResult] = []
    with writing(engine) as connection:
        check(connection)
        known = current_corrections(connection, [storable(record.line) for record in records])
        for record in records:
            row = correction_row(record)
            same = known.get(row["line"])
            if same is not None and same.id is not None and correction_row(same) | _ANYONE == row | _ANYONE:
                added.append(AddResult(same.id, new=False))
                continue
            number = insert_dated(connection, m.correction, row)
            known[row["line"]] = replace(record, line=row["line"], id=number)
            added.append(AddResult(number, new=True))
        lines = [storable(record.line) for record in records]
        rewrite_lines(connection, set(lines))
        count_noted(connection)
        new = {line: f"correction {it.id}" for it, line in zip(added, lines, strict=True) if it.new}
        settling.mark_lines(connection, new)
        uses = _uses_of(connection, set(lines))
    return [CorrectionResult(it.id, it.new, uses.get(line, 0)) for it, line in zip(added, lines, strict=True)]


def corrections(engine: Engine | Connection) -> list[CorrectionRecord]:
    """Return all corrections, undone ones included, in the order in which they were added."""
    with reading(engine) as connection:
        return [correction_record(row) for row in connection.execute(select(m.correction).order_by(m.correction.c.id))]


def undo_correction(engine: Engine, number: int, who: str, reason: str) -> tuple[CorrectionRecord, int]:
    """Undo a correction; return it and the number of uses with its line.

    The line then has its previous correction, or the parser's reading. Raise ValueError if the correction is missing or
    already undone.
    """
    with writing(engine) as connection:
        row = undo(connection, m.correction, number, who, reason)
        rewrite_lines(connection, {row.line})
        count_noted(connection)
        settling.mark_lines(connection, {row.line: f"correction {number}"})
        uses = _uses_of(connection, {row.line}).get(row.line, 0)
        return CorrectionRecord(row.line, reason=row.reason, who=row.who, id=number, added=utc(row.added)), uses


def lines_in_use(engine: Engine, lines: Collection[str]) -> set[str]:
    """Return those of the lines that a stored credit has."""
    with engine.connect() as connection:
        return {
            line
            for chunk in in_chunks({storable(line) for line in lines})
            for line in connection.execute(select(m.credit.c.line).where(m.credit.c.line.in_(chunk))).scalars()
        }


def _uses_of(connection: Connection, lines: Collection[str]) -> dict[str, int]:
    """Count the uses of each credit line."""
    return {
        line: uses
        for chunk in in_chunks(lines)
        for line, uses in connection.execute(
            select(m.credit.c.line, func.count(m.use.c.id))
            .join(m.use, m.use.c.credit_id == m.credit.c.id)
            .where(m.credit.c.line.in_(chunk))
            .group_by(m.credit.c.line)
        )
    }
