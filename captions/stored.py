"""Read rows of the store as values of ``captions.model``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from operator import attrgetter

import captions_db as db
from sqlalchemy import Engine

from captions.model import Article, Caption, Credit, Failure, Occurrence, Use

_VALUES = attrgetter(*(field.name for field in fields(Credit)))


def stored_use(engine: Engine, number: int) -> Use | None:
    """Return the stored use with this id, or None."""
    row = db.use_by_id(engine, number)
    return None if row is None else use_of(row)


def stored_uses(engine: Engine, key: str) -> list[Use] | None:
    """Return the uses of the stored article with this source, URL or id, in order; None for an unknown article."""
    row = db.article_text(engine, key)
    return None if row is None else [use_of(use) for use in row.uses]


def failures(engine: Engine, run: int | None = None) -> list[Failure]:
    """Return sources that could not be read: all in the last run, and those of earlier runs that are still not stored.

    With ``run``, consider that run only.
    """
    runs = [summary for summary in db.run_summaries(engine) if run in (None, summary.id)]
    reasons: dict[str, str] = {}
    for summary in reversed(runs):
        reasons.update((failure.source, failure.reason) for failure in summary.failures)
    last = {failure.source for failure in runs[0].failures} if runs else set()
    stored = db.known_hashes(engine, set(reasons) - last)
    return [Failure(source, reason) for source, reason in sorted(reasons.items()) if source not in stored]


def files_of(source: str) -> list[str]:
    """Return the possible files of a source, longest first: ``"a.zip!b.csv#7"``, ``"a.zip!b.csv"``, ``"a.zip"``."""
    ends = [len(source), *(at for at in range(len(source) - 1, 0, -1) if source[at] in "!#:")]
    return [source[:end] for end in ends]


def stored_article(engine: Engine, key: str) -> Article | None:
    """Return the stored article with this source, URL or id, or None."""
    row = db.article_text(engine, key)
    if row is None:
        return None
    return Article(
        text=row.text,
        captions=tuple(map(_caption, row.uses)),
        headline=row.headline,
        url=row.url,
        published=row.published,
        publication=row.publication,
        language=row.language,
    )


def stored_articles(engine: Engine) -> Iterator[tuple[str, Article]]:
    """Yield all stored articles with their sources, sorted by source, one at a time."""
    for row in db.articles(engine):
        article = stored_article(engine, row.source)
        if article is not None:
            yield row.source, article


def use_of(row: db.AuditRow) -> Use:
    """Return a stored use as the audit reads it."""
    return Use(
        source=row.source,
        position=row.position,
        caption=row.caption,
        match_key=row.match_key,
        credit=_or_none(row.credit),
        occurrences=row.occurrences,
        headline=row.headline,
        url=row.url,
        publication=row.publication,
        used_on=row.published,
        id=row.use_id,
        images=row.images,
        rule=row.rule,
        structured_credit=_or_none(row.structured_credit),
    )


def credit_of(record: db.CreditRecord) -> Credit:
    """Return a stored credit as it was parsed."""
    return Credit(*_VALUES(record))


def _or_none(record: db.CreditRecord | None) -> Credit | None:
    return None if record is None else credit_of(record)


def _caption(row: db.AuditRow) -> Caption:
    return Caption(
        text=row.caption,
        credit=_or_none(row.credit),
        occurrences=tuple(Occurrence("", start, end, None, shape) for shape, start, end in row.places),
        images=row.images,
        rule=row.rule,
        structured_credit=_or_none(row.structured_credit),
    )
