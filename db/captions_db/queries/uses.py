"""Return uses with their captions, credits and pictures: for the audit, or of one stored article."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, Connection, Engine, select

from captions_db import models as m
from captions_db.bulk import in_chunks
from captions_db.connection import reading
from captions_db.queries.filters import agency_ids, use_filters
from captions_db.queries.found_filters import FoundFilters
from captions_db.records import CreditRecord, Place
from captions_db.rows import storable, storable_source

_PAGE = 1_000
"""Uses in memory at once."""

_CACHED_CREDITS = 10_000
"""Credits cached between pages: most lines repeat."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A use: a caption with its credit in an article. Unknown values are None; without a caption, ``caption`` is ""."""

    use_id: int
    source: str
    url: str | None
    headline: str | None
    publication: str | None
    published: date | None
    position: int
    caption: str
    match_key: str
    credit: CreditRecord | None
    occurrences: int
    places: tuple[Place, ...]
    images: tuple[str, ...]
    rule: str
    structured_credit: CreditRecord | None = None
    """The credit in the page's structured data, if it differs from the printed one."""


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """A stored article, with its uses in the order of their positions."""

    id: int
    source: str
    url: str | None
    headline: str | None
    publication: str | None
    publication_read: str | None
    """The publication's name as the article or the user gave it."""
    published: date | None
    published_in: str | None
    """The month or year of publication if the day is unknown."""
    language: str | None
    text: str
    run_id: int | None
    """The run that stored or last changed it; None if it was written without a run."""
    uses: tuple[AuditRow, ...]


def uses_for_audit(
    engine: Engine,
    *,
    since: date | None = None,
    until: date | None = None,
    publication: str | None = None,
    agency: str | None = None,
) -> Iterator[AuditRow]:
    """Yield every use, sorted by source and position, a thousand at a time; filters as in ``agency_usage``.

    All uses are from one snapshot: later writes do not affect them.
    """
    with engine.connect() as connection:
        parties = None if agency is None else agency_ids(connection, agency)
        yield from _rows(connection, use_filters(parties, since, until, publication))


def use_by_id(engine: Engine | Connection, use_id: int) -> AuditRow | None:
    """Return the use with this id, or None."""
    if not 0 < use_id < 2**31:  # PostgreSQL rejects comparisons with numbers too large for an id
        return None
    with reading(engine) as connection:
        return next(_rows(connection, [m.use.c.id == use_id]), None)


def uses_by_ids(engine: Engine, use_ids: Collection[int]) -> Iterator[AuditRow]:
    """Yield the uses with these ids; leave out unknown ids."""
    with engine.connect() as connection:
        for chunk in in_chunks(sorted(use_ids)):
            yield from _rows(connection, [m.use.c.id.in_(chunk)])


def uses_after(
    engine: Engine, last: int, limit: int, filters: FoundFilters, since: date | None = None, until: date | None = None
) -> list[AuditRow]:
    """Return the next uses after the one numbered ``last``, by number, as far as filters and days choose them."""
    with engine.connect() as connection:
        where = [*filters.conditions(connection), *use_filters(None, since, until, None)]
        chosen = select(m.use.c.id).where(m.use.c.id > last, *where).order_by(m.use.c.id).limit(limit)
        ids = connection.execute(chosen).scalars().all()
        found = [row for chunk in in_chunks(ids) for row in _rows(connection, [m.use.c.id.in_(chunk)])]
    return sorted(found, key=lambda row: row.use_id)


def uses_of_articles(connection: Connection, article_ids: Sequence[int]) -> Iterator[AuditRow]:
    """Yield the uses of these articles."""
    for chunk in in_chunks(article_ids):
        yield from _rows(connection, [m.use.c.article_id.in_(chunk)])


def article_text(engine: Engine, key: str) -> StoredArticle | None:
    """Return the stored article read at this place, else with this URL or identity, else with this id ("17"); or None.

    If several articles share the URL, return the first stored.
    """
    column = m.article.c
    here = select(m.place.c.article_id).where(m.place.c.source == storable_source(key))
    conditions = [column.id.in_(here), column.identity == storable(key), column.url == storable(key)]
    # PostgreSQL rejects comparisons with numbers too large for an id.
    if key.isascii() and key.isdigit() and len(key) < 10:
        conditions.append(column.id == int(key))
    with engine.connect() as connection:
        found = (_article(connection, condition) for condition in conditions)
        return next((article for article in found if article is not None), None)


def article_by_id(engine: Engine, number: int) -> StoredArticle | None:
    """Return the stored article with this id, or None."""
    if not 0 < number < 2**31:
        return None
    with engine.connect() as connection:
        return _article(connection, m.article.c.id == number)


def _article(connection: Connection, condition: ColumnElement[bool]) -> StoredArticle | None:
    column = m.article.c
    columns = [column[field.name] for field in fields(StoredArticle) if field.name != "uses"]
    found = connection.execute(select(*columns).where(condition).order_by(column.id).limit(1)).first()
    if found is None:
        return None
    return StoredArticle(**found._mapping, uses=tuple(_rows(connection, [m.use.c.article_id == found.id])))


def _rows(connection: Connection, where: Sequence[ColumnElement[bool]]) -> Iterator[AuditRow]:
    use, article, caption = m.use.c, m.article.c, m.caption.c
    statement = (
        select(
            use.id,
            article.source,
            article.url,
            article.headline,
            article.publication,
            article.published,
            use.position,
            caption.text,
            caption.match_key,
            use.credit_id,
            use.occurrences,
            use.places,
            use.rule,
            use.structured_credit_id,
        )
        .join_from(m.use, m.article, article.id == use.article_id)
        .outerjoin(m.caption, caption.id == use.caption_id)
        .where(*where)
        .order_by(article.source, use.position)
    )
    read: dict[int, CreditRecord] = {}
    for page in connection.execute(statement.execution_options(yield_per=_PAGE)).partitions():
        if len(read) > _CACHED_CREDITS:
            read.clear()
        wanted = {credit_id for row in page for credit_id in (row.credit_id, row.structured_credit_id)}
        read |= credits_by_id(connection, sorted(wanted - read.keys() - {None}))
        images = images_of_page(connection, [row.id for row in page])
        for row in page:
            text, key, credit_id, occurrences, places, rule, structured_id = row[7:]
            yield AuditRow(
                *row[:7],  # from use_id to position, in the order of the statement
                caption=text or "",
                match_key=key or "",
                credit=read.get(credit_id or 0),
                occurrences=occurrences,
                places=_places(places),
                images=tuple(images.get(row.id, ())),
                rule=rule,
                structured_credit=read.get(structured_id or 0),
            )


@lru_cache(maxsize=1_000)
def _strings(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored))


def _places(stored: str) -> tuple[Place, ...]:
    return tuple((shape, start, end) for shape, start, end in json.loads(stored))


def images_of_page(connection: Connection, use_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the URLs of the pictures of some uses, in order."""
    images: dict[int, list[str]] = defaultdict(list)
    column = m.use_image.c
    for chunk in in_chunks(use_ids):
        for use_id, address in connection.execute(
            select(column.use_id, column.address).where(column.use_id.in_(chunk)).order_by(column.use_id, column.place)
        ):
            images[use_id].append(address)
    return images


def credits_by_id(connection: Connection, credit_ids: Sequence[int]) -> dict[int, CreditRecord]:
    """Return credits by id."""
    found: dict[int, CreditRecord] = {}
    for chunk in in_chunks(credit_ids):
        found |= _credits(connection, m.credit_party.c.credit_id.in_(chunk), m.credit.c.id.in_(chunk))
    return found


def credits_between(connection: Connection, first: int, last: int) -> dict[int, CreditRecord]:
    """Return the credits in a range of ids, by id."""
    return _credits(connection, m.credit_party.c.credit_id.between(first, last), m.credit.c.id.between(first, last))


def _credits(
    connection: Connection, in_chain: ColumnElement[bool], in_rows: ColumnElement[bool]
) -> dict[int, CreditRecord]:
    chain: dict[tuple[int, str], list[str]] = defaultdict(list)
    column, credit = m.credit_party.c, m.credit.c
    for credit_id, role, name in connection.execute(
        select(column.credit_id, column.role, m.party.c.name)
        .join(m.party, m.party.c.id == column.party_id)
        .where(in_chain)
        .order_by(column.credit_id, column.role, column.place)
    ).all():
        chain[credit_id, role].append(name)
    rows = connection.execute(
        select(
            credit.id,
            credit.line,
            credit.qualifiers,
            credit.restrictions,
            credit.copyright_notice,
            credit.license,
            credit.license_url,
            credit.licensor_url,
            credit.rule,
            credit.confidence,
        )
        .where(in_rows)
        .order_by(credit.id)
    ).all()
    return {
        row_id: CreditRecord(
            line=line,
            creators=tuple(chain.get((row_id, "creator"), ())),
            agencies=tuple(chain.get((row_id, "agency"), ())),
            supplier=next(iter(chain.get((row_id, "supplier"), ())), None),
            qualifiers=_strings(qualifiers),
            restrictions=_strings(restrictions),
            copyright_notice=notice,
            license=license_,
            license_url=license_url,
            licensor_url=licensor_url,
            rule=rule,
            confidence=confidence,
        )
        for (
            row_id,
            line,
            qualifiers,
            restrictions,
            notice,
            license_,
            license_url,
            licensor_url,
            rule,
            confidence,
        ) in rows
    }
