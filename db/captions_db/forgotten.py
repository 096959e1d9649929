"""Remove articles, so that they can be restored.

A forgotten article that is read again is stored again, like any new one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select

from captions_db import models as m
from captions_db import rollups
from captions_db.articles import delete_articles, write_batch
from captions_db.bulk import in_chunks, insert_rows
from captions_db.connection import writing
from captions_db.credits import parsed_credits
from captions_db.publications import drop_unread_spellings
from captions_db.queries.uses import AuditRow, uses_of_articles
from captions_db.readings import is_url, keyed
from captions_db.records import ArticleRecord, CreditRecord, UseRecord
from captions_db.rows import Row, filled, record_of, storable, storable_source
from captions_db.undo import undo

_FACTS = ("source", "text", "url", "headline", "published_in", "language", "near")
_AT_ONCE = 400
"""Articles in memory at once."""


@dataclass(frozen=True, slots=True)
class ForgettableArticle:
    """A stored article that a person may remove."""

    id: int
    source: str
    url: str | None
    headline: str | None
    publication: str | None
    published: date | None
    uses: int


@dataclass(frozen=True, slots=True)
class ForgottenRecord:
    """An article that a person removed."""

    id: int
    source: str
    url: str | None
    headline: str | None
    uses: int
    reason: str
    who: str
    added: datetime
    undone: datetime | None = None
    undone_by: str | None = None
    undone_reason: str | None = None


def articles_at(engine: Engine, keys: Collection[str], identities: Collection[str] = ()) -> list[ForgettableArticle]:
    """Return the articles read at one of these places, or with one of these URLs or identities; sorted by source."""
    place, article = m.place.c, m.article.c
    names = {storable_source(key) for key in keys}
    urls = {storable(key) for key in keys}
    with engine.connect() as connection:
        found: dict[int, ForgettableArticle] = {}
        for chunk in in_chunks(names):
            here = select(place.article_id).where(place.source.in_(chunk))
            found |= _found(connection, article.id.in_(here))
        for column, values in ((article.url, urls), (article.identity, set(identities))):
            for chunk in in_chunks(values):
                found |= _found(connection, column.in_(chunk))
    return _sorted(found)


def articles_of_run(engine: Engine, run: int) -> list[ForgettableArticle]:
    """Return the articles that a run stored first; sorted by source. Raise ValueError for an unknown run."""
    place, article = m.place.c, m.article.c
    with engine.connect() as connection:
        if connection.execute(select(m.ingest_run.c.id).where(m.ingest_run.c.id == run)).first() is None:
            raise ValueError(f"no run {run}")
        first = select(place.article_id).group_by(place.article_id).having(func.min(place.first_run) == run)
        return _sorted(_found(connection, article.id.in_(first)))


def places_below(engine: Engine, folders: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield each place in these files and folders with the id of its article, sorted by place."""
    place = m.place.c
    below = [place.source == name if name else place.source.is_not(None) for name in folders] + [
        place.source.startswith(f"{name}{sign}", autoescape=True) for name in folders if name for sign in "/!#:"
    ]
    statement = select(place.source, place.article_id).where(or_(*below)).order_by(place.source)
    with engine.connect() as connection:
        for row in connection.execute(statement.execution_options(yield_per=1_000)):
            yield row.source, row.article_id


def articles_only_at(engine: Engine, lost: Collection[str]) -> list[ForgettableArticle]:
    """Return the articles all of whose places are among these; sorted by source."""
    place, article = m.place.c, m.article.c
    names = {storable_source(name) for name in lost}
    with engine.connect() as connection:
        counts: defaultdict[int, int] = defaultdict(int)
        for chunk in in_chunks(names):
            for (number,) in connection.execute(select(place.article_id).where(place.source.in_(chunk))):
                counts[number] += 1
        found: dict[int, ForgettableArticle] = {}
        for ids in in_chunks(sorted(counts)):
            places = select(place.article_id, func.count()).where(place.article_id.in_(ids)).group_by(place.article_id)
            gone = [number for number, total in connection.execute(places) if counts[number] == total]
            found |= _found(connection, article.id.in_(gone))
    return _sorted(found)


def forget(engine: Engine, articles: Sequence[int], who: str, reason: str = "") -> int:
    """Remove articles in one transaction; return how many uses went with them."""
    decision = filled({"who": storable(who), "reason": storable(reason), "added": datetime.now(UTC)})
    uses = 0
    with writing(engine) as connection:
        for start in range(0, len(articles), _AT_ONCE):
            ids = list(articles[start : start + _AT_ONCE])
            rows = [row | decision for row in rows_of_articles(connection, ids)]
            insert_rows(connection, m.forgotten, rows)
            uses += sum(row["uses"] for row in rows)
            delete_articles(connection, ids)
        drop_unread_spellings(connection)
        rollups.count_noted(connection)
    return uses


def forgotten(engine: Engine) -> list[ForgottenRecord]:
    """Return the articles that people removed, also those restored since, in the order in which they were removed."""
    with engine.connect() as connection:
        columns = [column for column in m.forgotten.c if column.name not in {"content", "identity"}]
        rows = connection.execute(select(*columns).order_by(m.forgotten.c.id))
        return [record_of(ForgottenRecord, row) for row in rows]


def restore(engine: Engine, numbers: Sequence[int], who: str, reason: str) -> int:
    """Restore removed articles in one transaction; return how many of them were not stored again meanwhile.

    Raise ValueError if one is missing or was restored already.
    """
    new = 0
    with writing(engine) as connection:
        for number in numbers:
            row = undo(connection, m.forgotten, number, who, reason)
            new += _restored(connection, row.identity, json.loads(row.content))
    rollups.count_uses(engine)
    return new


def _found(connection: Connection, which: ColumnElement[bool]) -> dict[int, ForgettableArticle]:
    article = m.article.c
    uses = select(func.count()).where(m.use.c.article_id == article.id).scalar_subquery()
    columns = (article.id, article.source, article.url, article.headline, article.publication, article.published)
    rows = connection.execute(select(*columns, uses).where(which))
    return {row.id: ForgettableArticle(*row) for row in rows}


def _sorted(found: dict[int, ForgettableArticle]) -> list[ForgettableArticle]:
    return sorted(found.values(), key=lambda it: (it.source, it.id))


def rows_of_articles(connection: Connection, ids: Sequence[int]) -> list[Row]:
    """Return the rows of table ``forgotten`` for these articles, without the decision."""
    uses: defaultdict[int, list[AuditRow]] = defaultdict(list)
    numbers: dict[int, tuple[int | None, int | None]] = {}
    for row in uses_of_articles(connection, ids):
        numbers[row.use_id] = (None, None)
        uses[row.use_id].append(row)
    use, article, place = m.use.c, m.article.c, m.place.c
    owners: dict[int, int] = {}
    for use_id, article_id, credit_id, structured_id in connection.execute(
        select(use.id, use.article_id, use.credit_id, use.structured_credit_id).where(use.article_id.in_(ids))
    ):
        owners[use_id], numbers[use_id] = article_id, (credit_id, structured_id)
    credits_ = parsed_credits(connection, sorted({it for pair in numbers.values() for it in pair if it is not None}))
    records: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for use_id, [row] in uses.items():
        own, structured = (credits_[it] if it is not None else None for it in numbers[use_id])
        records[owners[use_id]].append(asdict(_use(row, own, structured)))
    places: defaultdict[int, list[Row]] = defaultdict(list)
    for found in connection.execute(select(m.place).where(place.article_id.in_(ids)).order_by(place.source)).mappings():
        places[found["article_id"]].append({name: found[name] for name in found if name != "article_id"})
    picture = m.uncaptioned_picture.c
    pictures: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for article_id, address, alt in connection.execute(
        select(picture.article_id, picture.address, picture.alt)
        .where(picture.article_id.in_(ids))
        .order_by(picture.article_id, picture.place)
    ):
        pictures[article_id].append((address, alt))
    spelling = m.publication_spelling.c
    of_these = select(article.publication_read).where(article.id.in_(ids))
    spellings = select(spelling.name, spelling.key).where(spelling.name.in_(of_these))
    keys = {row.name: row.key for row in connection.execute(spellings)}
    out = []
    for found in connection.execute(select(m.article).where(article.id.in_(ids)).order_by(article.source)).mappings():
        own_uses = sorted(records[found["id"]], key=lambda it: it["position"])
        record = {name: found[name] for name in _FACTS}
        record |= {
            "publication": found["publication_read"],
            "publication_key": keys.get(found["publication_read"], ""),
            "published": found["published"] and found["published"].isoformat(),
            "identity": found["identity"] if is_url(found["identity"]) else None,
            "uses": own_uses,
            "uncaptioned": pictures[found["id"]],
        }
        content = {
            "record": record,
            "run": found["run_id"],
            "places": places[found["id"]],
        }
        out.append(
            {name: found[name] for name in ("source", "identity", "url", "headline")}
            | {"uses": len(own_uses), "content": json.dumps(content, ensure_ascii=False)}
        )
    return out


def _use(row: AuditRow, credit: CreditRecord | None, structured: CreditRecord | None) -> UseRecord:
    return UseRecord(
        row.position, row.caption, row.match_key, credit, row.occurrences, row.places, row.images, row.rule, structured
    )


def record_of_content(content: dict[str, Any]) -> ArticleRecord:
    """Return the article in a row of :func:`rows_of_articles`, without its place."""
    read = dict(content["record"])
    uses = tuple(_use_of(use) for use in read.pop("uses"))
    published = read.pop("published")
    uncaptioned = tuple((address, alt) for address, alt in read.pop("uncaptioned"))
    return keyed(
        ArticleRecord(
            **read,
            content_hash="",
            uses=uses,
            published=None if published is None else date.fromisoformat(published),
            uncaptioned=uncaptioned,
        )
    )


def _restored(connection: Connection, identity: str, content: dict[str, Any]) -> bool:
    """Store a removed article and its places again; return whether it was not stored again meanwhile."""
    record = record_of_content(content)
    rows = {row["source"]: row for row in content["places"]}
    place, article = m.place.c, m.article.c
    article_id = connection.execute(select(article.id).where(article.identity == identity)).scalar()
    is_new = article_id is None
    if article_id is None:
        run = m.ingest_run.c
        version = connection.execute(select(run.version).order_by(run.id.desc()).limit(1)).scalar()
        is_used = connection.execute(select(place.source).where(place.source == record.source)).first() is not None
        own = rows.pop(record.source, {})
        record = replace(
            record,
            source=f"{record.source}:restored" if is_used else record.source,
            content_hash=own.get("content_hash") or "restored",
            digest=own.get("digest", ""),
        )
        write_batch(connection, content["run"], [record], str(version or ""))
        article_id = connection.execute(select(place.article_id).where(place.source == record.source)).scalar_one()
    known = set(connection.scalars(select(place.source).where(place.source.in_(list(rows)))))
    insert_rows(
        connection, m.place, [row | {"article_id": article_id} for name, row in rows.items() if name not in known]
    )
    return is_new


def _use_of(use: dict[str, Any]) -> UseRecord:
    credits_ = {name: _credit_of(use[name]) for name in ("credit", "structured_credit")}
    places = tuple(tuple(place) for place in use["places"])
    return UseRecord(**{**use, **credits_, "places": places, "images": tuple(use["images"])})


def _credit_of(credit: dict[str, Any] | None) -> CreditRecord | None:
    if credit is None:
        return None
    values: dict[str, Any] = {name: tuple(it) if isinstance(it, list) else it for name, it in credit.items()}
    return CreditRecord(**values)
