"""Where a use comes from: the places that its article was read from, and the program's own reading of its line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from captions_db import models as m
from captions_db.credits import parsed_credits
from captions_db.records import CreditRecord
from captions_db.rows import utc


@dataclass(frozen=True, slots=True)
class ArticlePlace:
    """A place where an article was read. Times and versions are those of the ingest runs, None if unknown."""

    source: str
    digest: str
    """The hash of what was read there; empty if unknown."""
    outdated: bool
    """Whether it has an earlier version of the article."""
    read: datetime | None
    """When this content was first read there."""
    version: str | None
    """The version of the program that read it."""
    last_read: datetime | None


@dataclass(frozen=True, slots=True)
class UseOrigin:
    """The article of a use, and how the program read its credit line."""

    article_id: int
    read_by: str | None
    """The version of the program that read the line; None without a credit."""
    parsed: CreditRecord | None
    """The program's own reading, if a person's decision changed it."""
    caption_digest: str
    """The identity of its caption across ingests; empty without a caption."""


def places_of(engine: Engine, article_id: int) -> list[ArticlePlace]:
    """Return the places where an article was read, current ones first, then by source."""
    place = m.place.c
    changed, last = m.ingest_run.alias("changed"), m.ingest_run.alias("last")
    statement = (
        select(place.source, place.digest, place.outdated, changed.c.started, changed.c.version, last.c.started)
        .select_from(
            m.place.outerjoin(changed, changed.c.id == place.changed_run).outerjoin(last, last.c.id == place.last_run)
        )
        .where(place.article_id == article_id)
    )
    with engine.connect() as connection:
        rows = connection.execute(statement).all()
    found = [
        ArticlePlace(source, digest, outdated, utc(read), version, utc(again))
        for source, digest, outdated, read, version, again in rows
    ]
    return sorted(found, key=lambda it: (it.outdated, it.source))


def use_origin(engine: Engine, use_id: int) -> UseOrigin | None:
    """Return where a use comes from; None for an unknown use."""
    use, credit = m.use.c, m.credit.c
    statement = (
        select(use.article_id, use.credit_id, credit.version, credit.parsed, m.caption.c.digest)
        .select_from(
            m.use.outerjoin(m.credit, credit.id == use.credit_id).outerjoin(m.caption, m.caption.c.id == use.caption_id)
        )
        .where(use.id == use_id)
    )
    with engine.connect() as connection:
        row = connection.execute(statement).first()
        if row is None:
            return None
        parsed = parsed_credits(connection, [row.credit_id])[row.credit_id] if row.parsed is not None else None
    return UseOrigin(row.article_id, row.version, parsed, row.digest or "")
