"""Writing corrections and waivers, and undoing them and agreements: nothing is deleted, an auditor asks who said so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select, update

from captions_db import models as m
from captions_db.agreements import AddResult
from captions_db.bulk import in_chunks
from captions_db.connection import writing
from captions_db.credits import put_corrected
from captions_db.overlay import CorrectionRecord, correction_row, current_corrections, current_merges
from captions_db.rollups import count_noted
from captions_db.rows import Row, digest, optional, storable, storable_source, utc


@dataclass(frozen=True, slots=True)
class WaiverRecord:
    """A finding set aside: its code, and what else is not None; see ``captions_db.models.decisions``."""

    code: str
    supplier: str | None = None
    line: str | None = None
    source: str | None = None
    caption_digest: str | None = None
    """Of a use: with ``source`` it tells which; ``""`` for one without caption."""
    until: date | None = None
    reason: str = ""
    who: str = ""
    id: int | None = None
    """Its number, once it is stored; so are those below."""
    added: datetime | None = None
    undone: datetime | None = None
    undone_by: str | None = None
    undone_reason: str | None = None

    @property
    def meaning(self) -> tuple[object, ...]:
        """What is set aside and until when, without who did it and why."""
        return (self.code, self.supplier, self.line, self.source, self.caption_digest, self.until)


@dataclass(frozen=True, slots=True)
class UseKey:
    """What tells a use across readings: its article's source, and the digest of its caption (``""`` without one)."""

    source: str
    caption_digest: str
    line: str | None = None
    """Its credit line, as far as it has one."""


@dataclass(frozen=True, slots=True)
class CorrectionResult:
    """What became of a correction: its number, whether it is new, and of how many uses it is the credit."""

    id: int
    new: bool
    uses: int


def add_corrections(engine: Engine, records: Sequence[CorrectionRecord]) -> list[CorrectionResult]:
    """Store corrections, all or none, and lay them over the credits of their lines.

    One that says what the one that holds says already is not stored again. Of a line that no use has, it is kept for
    when one comes. Of two for one line, the later holds.
    """
    out: list[AddResult] = []
    with writing(engine) as connection:
        known = current_corrections(connection, [storable(record.line) for record in records])
        for record in records:
            row = correction_row(record)
            same = known.get(row["line"])
            if (
                same is not None
                and same.id is not None
                and correction_row(same) | _WITHOUT_WHO_AND_WHY == row | _WITHOUT_WHO_AND_WHY
            ):
                out.append(AddResult(same.id, new=False))
                continue
            number = _insert(connection, m.correction, row)
            known[row["line"]] = replace(record, line=row["line"], id=number)
            out.append(AddResult(number, new=True))
        lines = [storable(record.line) for record in records]
        put_corrected(connection, set(lines))
        count_noted(connection)
        uses = _uses_of(connection, set(lines))
    return [CorrectionResult(it.id, it.new, uses.get(line, 0)) for it, line in zip(out, lines, strict=True)]


def undo_correction(engine: Engine, number: int, who: str, reason: str) -> tuple[CorrectionRecord, int]:
    """Undo a correction; gives it, and of how many uses it was the line's. What was read, or said before, holds again.

    ValueError if there is none with this number, or it is undone already.
    """
    with writing(engine) as connection:
        row = undo(connection, m.correction, number, who, reason)
        put_corrected(connection, {row.line})
        count_noted(connection)
        uses = _uses_of(connection, {row.line}).get(row.line, 0)
        return CorrectionRecord(row.line, reason=row.reason, who=row.who, id=number, added=utc(row.added)), uses


def lines_in_use(engine: Engine, lines: Collection[str]) -> set[str]:
    """Give those of these lines that a credit has."""
    with engine.connect() as connection:
        return {
            line
            for chunk in in_chunks({storable(line) for line in lines})
            for line in connection.execute(select(m.credit.c.line).where(m.credit.c.line.in_(chunk))).scalars()
        }


def add_waivers(engine: Engine, records: Sequence[WaiverRecord]) -> list[AddResult]:
    """Store waivers, all or none; one that sets the same aside as one that holds is not stored again."""
    out: list[AddResult] = []
    with writing(engine) as connection:
        known = {record.meaning: record.id for record in _waivers(connection) if record.undone is None}
        merges = current_merges(connection)
        for record in records:
            row = _waiver_row(record, merges)
            meaning = tuple(row[name] for name in _MEANING)
            number = known.get(meaning)
            out.append(AddResult(number or _insert(connection, m.waiver, row), new=number is None))
            known[meaning] = out[-1].id
    return out


def waivers(engine: Engine) -> list[WaiverRecord]:
    """Give all waivers that were ever made, in the order in which they were."""
    with engine.connect() as connection:
        return _waivers(connection)


def undo_waiver(engine: Engine, number: int, who: str, reason: str) -> None:
    """Undo a waiver. ValueError if there is none with this number, or it is undone already."""
    with writing(engine) as connection:
        undo(connection, m.waiver, number, who, reason)


def undo_agreement(engine: Engine, number: int, who: str, reason: str) -> None:
    """Undo an agreement, which counts nowhere then. ValueError if there is none with this number, or it is undone."""
    with writing(engine) as connection:
        undo(connection, m.agreement, number, who, reason)


def undo(connection: Connection, table: Table, number: int, who: str, reason: str) -> Any:
    """Undo what a person said; gives its row. ValueError if there is none with this number, or it is undone already."""
    row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    if row is None:
        raise ValueError(f"no {table.name} {number}")
    if row.undone is not None:
        raise ValueError(f"{table.name} {number} is undone already, by {row.undone_by}")
    values = {"undone": datetime.now(UTC), "undone_by": storable(who), "undone_reason": storable(reason)}
    connection.execute(update(table).where(table.c.id == number).values(values))
    return row


def use_keys(engine: Engine, use_ids: Collection[int]) -> dict[int, UseKey]:
    """Give what tells each of these uses across readings; a number that no use has is not in the answer."""
    use = m.use.c
    with engine.connect() as connection:
        return {
            use_id: UseKey(source, caption_digest or "", line)
            for chunk in in_chunks(sorted(use_ids))
            for use_id, source, caption_digest, line in connection.execute(
                select(use.id, m.article.c.source, m.caption.c.digest, m.credit.c.line)
                .join_from(m.use, m.article, m.article.c.id == use.article_id)
                .outerjoin(m.caption, m.caption.c.id == use.caption_id)
                .outerjoin(m.credit, m.credit.c.id == use.credit_id)
                .where(use.id.in_(chunk))
            )
        }


def caption_digest(match_key: str, text: str) -> str:
    """Give the digest that the store has of a caption."""
    return digest(storable(match_key), storable(text))


_WITHOUT_WHO_AND_WHY = {"reason": "", "who": ""}
_MEANING = ("code", "supplier", "line", "source", "caption_digest", "until")


def _insert(connection: Connection, table: Table, row: Row) -> int:
    number = connection.execute(insert(table).values(**row, added=datetime.now(UTC)).returning(table.c.id)).scalar_one()
    return int(number)


def _uses_of(connection: Connection, lines: Collection[str]) -> dict[str, int]:
    """Give how many uses have each of these lines as their credit."""
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


def _waivers(connection: Connection) -> list[WaiverRecord]:
    return [
        WaiverRecord(
            code=row.code,
            supplier=row.supplier,
            line=row.line,
            source=row.source,
            caption_digest=row.caption_digest,
            until=row.until,
            reason=row.reason,
            who=row.who,
            id=row.id,
            added=utc(row.added),
            undone=utc(row.undone),
            undone_by=row.undone_by,
            undone_reason=row.undone_reason,
        )
        for row in connection.execute(select(m.waiver).order_by(m.waiver.c.id))
    ]


def _waiver_row(record: WaiverRecord, merges: Mapping[str, str]) -> Row:
    line, applies_to = optional(record.line), optional(record.supplier)
    return {
        "code": storable(record.code),
        "supplier": applies_to and merges.get(applies_to, applies_to),
        "applies_to": applies_to,
        "line": line,
        "line_digest": None if line is None else digest(line),
        "source": None if record.source is None else storable_source(record.source),
        "caption_digest": record.caption_digest,
        "reason": storable(record.reason),
        "who": storable(record.who),
        "until": record.until,
    }
