"""Load the articles and places that a batch may concern, and write the places afterwards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from captions_db import models as m
from captions_db.bulk import in_chunks, insert_rows
from captions_db.readings import identity_of, is_url
from captions_db.records import ArticleRecord
from captions_db.rows import Row, json_list, storable_source
from captions_db.same_articles import Held, KnownPlace, ReadingBatch


def known_hashes(engine: Engine, sources: Collection[str]) -> dict[str, str]:
    """Return the content hash of each stored place; leave out places that are not stored."""
    by_stored_name = {storable_source(source): source for source in sources}
    if not by_stored_name:
        return {}
    with engine.connect() as connection:
        found = connection.execute(_hashes_of(connection.dialect.name), {"sources": json_list(by_stored_name)})
        return {by_stored_name[source]: content_hash for source, content_hash in found.all()}


@cache
def _hashes_of(dialect: str) -> Select[Any]:
    return select(m.place.c.source, m.place.c.content_hash).where(_among(dialect))


def _among(dialect: str) -> ColumnElement[bool]:
    """Select the places in one JSON list of sources: a parameter for each would cost more than the query."""
    names = bindparam("sources", type_=Text)
    sources = func.json_each(names) if dialect == "sqlite" else func.json_array_elements_text(cast(names, JSON))
    return m.place.c.source.in_(select(sources.table_valued("value").c.value))


def note_seen(connection: Connection, run: int, sources: Collection[str]) -> None:
    """Note that a run has found these places unchanged."""
    if sources:
        statement = update(m.place).where(_among(connection.dialect.name)).values(last_run=run)
        connection.execute(statement, {"sources": json_list(map(storable_source, sources))})


def load(connection: Connection, run: int | None, records: Sequence[ArticleRecord]) -> ReadingBatch:
    """Return what is stored of the articles to which these readings may belong."""
    place, article = m.place.c, m.article.c
    sources = {storable_source(record.source) for record in records}
    rows = [
        row
        for chunk in in_chunks(sources)
        for row in connection.execute(select(m.place).where(place.source.in_(chunk)))
    ]
    keys = {record.content_key for record in records}
    alike = [
        row
        for chunk in in_chunks(keys)
        for row in connection.execute(
            select(place.content_key, place.article_id).distinct().where(place.content_key.in_(chunk))
        )
    ]
    identities = {identity for record in records for identity in (identity_of(record), record.content_key)}
    ids = {row.article_id for row in (*rows, *alike)}
    columns = (article.id, article.identity, article.source, article.rank)
    current = {
        row.id: Held(*row)
        for column, wanted in ((article.id, ids), (article.identity, identities))
        for chunk in in_chunks(wanted)
        for row in connection.execute(select(*columns).where(column.in_(chunk)))
    }
    for chunk in in_chunks([number for number, it in current.items() if not is_url(it.identity)]):
        count = select(place.article_id, func.count()).where(place.article_id.in_(chunk)).group_by(place.article_id)
        for number, places in connection.execute(count):
            current[number].places = places
    batch = ReadingBatch(
        run,
        list(current.values()),
        {
            row.source: KnownPlace(
                current[row.article_id],
                row.content_hash,
                row.digest,
                row.content_key,
                row.rank,
                row.outdated,
                row.changed_run,
            )
            for row in rows
        },
    )
    batch.note_alike((row.content_key, current[row.article_id]) for row in alike)
    return batch


def free_identities(connection: Connection, batch: ReadingBatch) -> None:
    """Let other articles take the identities that articles of this batch give up."""
    column = m.article.c
    ids = [
        it.id
        for it in batch.articles
        if it.id is not None and (it.became is not None or it.identity != it.stored_identity)
    ]
    if ids:
        moving = {"identity": literal("moving ", Text) + cast(column.id, Text)}
        connection.execute(
            update(m.article).where(column.id == bindparam("of")).values(moving), [{"of": it} for it in ids]
        )


def write_places(connection: Connection, batch: ReadingBatch) -> None:
    """Write the places of a batch, delete the articles that turned out to be others, and settle identities.

    The articles of the batch must be stored, and articles that turned out to be others must have no uses.
    """
    place, article = m.place.c, m.article.c
    gone = {it.id: it.now().id for it in batch.articles if it.id is not None and it.became is not None}
    for number, into in gone.items():
        connection.execute(update(m.place).where(place.article_id == number).values(article_id=into))
    _upsert(connection, batch)
    for chunk in in_chunks(gone):
        connection.execute(delete(m.article).where(article.id.in_(chunk)))
    renamed = [
        {"of": it.id, "to": it.identity}
        for it in batch.articles
        if it.id is not None and it.became is None and it.identity != it.stored_identity
    ]
    if renamed:
        change = update(m.article).where(article.id == bindparam("of")).values(identity=bindparam("to"))
        connection.execute(change, renamed)
    _settle(connection, batch)


def _upsert(connection: Connection, batch: ReadingBatch) -> None:
    rows: dict[bool, list[Row]] = {True: [], False: []}
    for source, it in batch.places.items():
        if it.is_read:
            row = {name: getattr(it, name) for name in _COLUMNS}
            rows[it.is_new].append(row | {"of": source, "article_id": it.article.now().id, "last_run": batch.run})
    new = [{**row, "source": row["of"], "first_run": batch.run} for row in rows[True]]
    insert_rows(connection, m.place, [{name: value for name, value in row.items() if name != "of"} for row in new])
    if rows[False]:
        values: dict[str, Any] = {name: bindparam(name) for name in rows[False][0] if name != "of"}
        connection.execute(update(m.place).where(m.place.c.source == bindparam("of")).values(values), rows[False])


_COLUMNS = ("content_hash", "digest", "content_key", "rank", "outdated", "changed_run")


def _settle(connection: Connection, batch: ReadingBatch) -> None:
    """Mark the places with earlier versions, and those to read again; name articles after a place that has them."""
    place, article = m.place.c, m.article.c
    for current in map(Held.now, batch.corrected):
        others = (place.article_id == current.id) & (place.source != current.source)
        earlier = or_(place.changed_run.is_(None), place.changed_run < batch.run)
        connection.execute(update(m.place).where(others, earlier).values(outdated=True))
    for current in map(Held.now, batch.lowered):
        others = (place.article_id == current.id) & (place.source != current.source)
        better = place.outdated.is_(False) & (place.rank > current.rank)
        connection.execute(update(m.place).where(others, better).values(content_hash=""))
    for current in map(Held.now, batch.left):
        first = select(func.min(place.source)).where(place.article_id == current.id).scalar_subquery()
        is_there = select(place.source).where(place.article_id == current.id, place.source == article.source).exists()
        change = update(m.article).where(article.id == current.id, ~is_there, first.is_not(None)).values(source=first)
        connection.execute(change)


def names_at(connection: Connection, sources: Collection[str]) -> dict[str, str]:
    """Return the names by which reports call the articles read in these places."""
    place, article = m.place.c, m.article.c
    named = select(place.source, article.source).join_from(m.place, m.article, article.id == place.article_id)
    return {
        source: name
        for chunk in in_chunks(sorted(sources))
        for source, name in connection.execute(named.where(place.source.in_(chunk)))
    }
