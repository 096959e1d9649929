"""List articles, parties and runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection, Engine, distinct, func, select

from captions_db import models as m
from captions_db.records import FailureRecord, PartyKind, RunSummary
from captions_db.rows import storable, utc


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """A stored article without its text, and the number of its uses."""

    id: int
    source: str
    url: str | None
    headline: str | None
    publication: str | None
    published: date | None
    published_in: str | None
    """The month or year of publication if the day is unknown, or a guessed day: ``2024-05-03?``."""
    language: str | None
    uses: int


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A creator or an agency, with the numbers of its credit lines and uses."""

    name: str
    kind: str
    aliases: tuple[str, ...]
    lines: int
    uses: int


def articles(engine: Engine, *, limit: int | None = None) -> Iterator[ArticleRow]:
    """Yield the stored articles, sorted by source, a thousand at a time."""
    column = m.article.c
    uses = select(func.count()).where(m.use.c.article_id == column.id).scalar_subquery()
    statement = (
        select(
            column.id,
            column.source,
            column.url,
            column.headline,
            column.publication,
            column.published,
            column.published_in,
            column.language,
            uses,
        )
        .order_by(column.source)
        .limit(limit)
    )
    with engine.connect() as connection:
        for row in connection.execute(statement.execution_options(yield_per=1_000)):
            yield ArticleRow(*row)


def parties(engine: Engine, *, kind: PartyKind = "agency") -> list[PartyRow]:
    """Return the agencies or the creators, sorted by name, with sorted aliases."""
    party, chain, use = m.party.c, m.credit_party.c, m.use.c
    with engine.connect() as connection:
        aliases: dict[int, list[str]] = defaultdict(list)
        for party_id, alias in connection.execute(select(m.party_alias.c.party_id, m.party_alias.c.alias)):
            aliases[party_id].append(alias)
        found = connection.execute(
            select(party.id, party.name, func.count(distinct(chain.credit_id)), func.count(use.id))
            .select_from(
                m.party.outerjoin(m.credit_party, (chain.party_id == party.id) & (chain.role == kind)).outerjoin(
                    m.use, use.credit_id == chain.credit_id
                )
            )
            .where(party.kind == kind)
            .group_by(party.id, party.name)
        ).all()
    rows = [
        PartyRow(name, kind, tuple(sorted(aliases[party_id])), lines, uses) for party_id, name, lines, uses in found
    ]
    return sorted(rows, key=lambda row: row.name)


def names_starting(engine: Engine, kind: PartyKind | Literal["publication"], start: str, limit: int) -> list[str]:
    """Return the first names of agencies, creators or publications that start like this, in any case."""
    party, spelling = m.party.c, m.publication_spelling.c
    column = spelling.name if kind == "publication" else party.name
    query = select(column).where(column.istartswith(storable(start), autoescape=True)).order_by(column).limit(limit)
    with engine.connect() as connection:
        return list(connection.scalars(query if kind == "publication" else query.where(party.kind == kind)))


def run_summaries(engine: Engine, *, limit: int | None = None) -> list[RunSummary]:
    """Return the ingest runs, latest first, with their failures.

    Those without a version read nothing: see :func:`captions_db.articles.add_own_publications`.
    """
    run = m.ingest_run.c
    with engine.connect() as connection:
        ids = connection.scalars(select(run.id).where(run.version != "").order_by(run.id.desc()).limit(limit))
        return [summary for run_id in ids.all() if (summary := run_summary(connection, run_id))]


def run_summary(connection: Connection, run_id: int) -> RunSummary | None:
    """Return a run with its failures, sorted by source; None for an unknown id."""
    run = connection.execute(select(m.ingest_run).where(m.ingest_run.c.id == run_id)).first()
    if run is None:
        return None
    failure = m.ingest_failure.c
    failures = connection.execute(select(failure.source, failure.reason).where(failure.run_id == run_id))
    return RunSummary(
        id=run.id,
        started=utc(run.started),
        finished=utc(run.finished),
        version=run.version,
        read=run.new + run.changed + run.unchanged,
        new=run.new,
        changed=run.changed,
        unchanged=run.unchanged,
        failed=run.failed,
        failures=tuple(sorted((FailureRecord(*row) for row in failures), key=lambda it: (it.source, it.reason))),
        elsewhere=run.elsewhere,
    )
