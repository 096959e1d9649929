"""Waivers of findings: add, list and undo them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, select

from captions_db import models as m
from captions_db import settling
from captions_db.audit.suppressions import Suppression
from captions_db.bulk import in_chunks, insert_dated
from captions_db.connection import reading, writing
from captions_db.meanwhile import Check, nothing
from captions_db.overlay import current_merges
from captions_db.records import AddResult, DecisionRecord
from captions_db.rows import Row, digest, optional, record_of, storable, storable_source
from captions_db.undo import undo

_MEANING = ("code", "supplier", "line", "source", "caption_digest", "until")


@dataclass(frozen=True, slots=True)
class WaiverRecord(DecisionRecord):
    """A waiver: findings with its code and with every other field that is not None are set aside.

    See ``captions_db.models.decisions``.
    """

    code: str
    supplier: str | None = None
    line: str | None = None
    source: str | None = None
    caption_digest: str | None = None
    """With ``source``, the use; ``""`` for a use without a caption."""
    until: date | None = None
    reason: str = ""
    who: str = ""

    @property
    def meaning(self) -> tuple[object, ...]:
        """Return what the waiver sets aside and until when, without the person and the reason."""
        return (self.code, self.supplier, self.line, self.source, self.caption_digest, self.until)


@dataclass(frozen=True, slots=True)
class UseKey:
    """The identity of a use across ingests: its article's source and its caption's digest (``""`` without one)."""

    source: str
    caption_digest: str
    line: str | None = None
    """Its credit line, if it has one."""


def add_waivers(engine: Engine, records: Sequence[WaiverRecord], check: Check = nothing) -> list[AddResult]:
    """Store waivers, all or none; skip a waiver that sets aside the same findings as a current one.

    ``check`` is called first, in the same transaction.
    """
    results: list[AddResult] = []
    with writing(engine) as connection:
        check(connection)
        known = {record.meaning: record.id for record in read_waivers(connection) if record.undone is None}
        merges = current_merges(connection)
        for record in records:
            row = _waiver_row(record, merges)
            meaning = tuple(row[name] for name in _MEANING)
            number = known.get(meaning)
            results.append(AddResult(number or insert_dated(connection, m.waiver, row), new=number is None))
            known[meaning] = results[-1].id
        settling.settle_by_waivers(connection, [result.id for result in results if result.new])
    return results


def waivers(engine: Engine | Connection) -> list[WaiverRecord]:
    """Return all waivers, undone ones included, in the order in which they were added."""
    with reading(engine) as connection:
        return read_waivers(connection)


def is_waived(engine: Engine, record: WaiverRecord) -> bool:
    """Return whether a current waiver sets aside the same findings."""
    with engine.connect() as connection:
        row = _waiver_row(record, current_merges(connection))
        meaning = tuple(row[name] for name in _MEANING)
        return any(known.undone is None and known.meaning == meaning for known in read_waivers(connection))


def suppressions_of(connection: Connection, records: Sequence[WaiverRecord]) -> list[Suppression]:
    """Return what waivers would set aside, stored or not."""
    merges = current_merges(connection)
    rows = [_waiver_row(record, merges) for record in records]
    return [Suppression(*(row[name] for name in _MEANING[:-1])) for row in rows]


def sources_ending(engine: Engine, text: str) -> list[str]:
    """Return the articles, picture files and failed files that end with a text, or only the one that equals it."""
    columns = (m.article.c.source, m.image_file.c.path, m.ingest_failure.c.source)
    with engine.connect() as connection:
        for column in columns:
            if connection.execute(select(column).where(column == text).limit(1)).first():
                return [text]
        found = {
            source
            for column in columns
            for source in connection.execute(select(column).where(column.endswith(text, autoescape=True))).scalars()
        }
    return sorted(source for source in found if source.endswith(text))


def use_in(engine: Engine, source: str, position: int) -> int | None:
    """Return the use in one position of an article; None if there is none."""
    use = m.use.c
    of_article = (m.article.c.source == source, use.position == position)
    with engine.connect() as connection:
        statement = select(use.id).join_from(m.use, m.article, m.article.c.id == use.article_id).where(*of_article)
        return connection.execute(statement).scalar()


def undo_waiver(engine: Engine, number: int, who: str, reason: str) -> None:
    """Undo a waiver. Raise ValueError if it is missing or already undone."""
    undo_waivers(engine, [number], who, reason)


def undo_waivers(engine: Engine, numbers: Collection[int], who: str, reason: str) -> None:
    """Undo waivers, all or none. Raise ValueError if one is missing or already undone."""
    with writing(engine) as connection:
        for number in numbers:
            undo(connection, m.waiver, number, who, reason)
        for number in numbers:
            settling.reopen(connection, number)


def use_keys(engine: Engine | Connection, use_ids: Collection[int]) -> dict[int, UseKey]:
    """Return the key of each use by its id; leave out unknown ids."""
    use = m.use.c
    with reading(engine) as connection:
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


def read_waivers(connection: Connection) -> list[WaiverRecord]:
    """Return all waivers, undone ones included, by number."""
    return [record_of(WaiverRecord, row) for row in connection.execute(select(m.waiver).order_by(m.waiver.c.id))]


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
