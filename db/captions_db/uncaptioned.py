"""Store and list the pictures that articles print with neither caption nor credit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select

from captions_db import models as m
from captions_db.bulk import in_chunks
from captions_db.rows import storable

_PAGE = 5_000


class UncaptionedPicture(NamedTuple):
    """A picture with neither caption nor credit: its article's source, its URL and its alternative text."""

    source: str
    address: str
    alt: str


def put_uncaptioned(connection: Connection, pictures: Mapping[int, Iterable[tuple[str, str]]]) -> None:
    """Store the pictures of articles by the articles' ids; they must have none yet."""
    rows = [
        {"article_id": article_id, "place": place, "address": storable(address), "alt": storable(alt)}
        for article_id, found in pictures.items()
        for place, (address, alt) in enumerate(found)
    ]
    if rows:
        connection.execute(insert(m.uncaptioned_picture), rows)


def delete_uncaptioned(connection: Connection, article_ids: Sequence[int]) -> None:
    """Delete the pictures of articles."""
    for chunk in in_chunks(article_ids):
        connection.execute(delete(m.uncaptioned_picture).where(m.uncaptioned_picture.c.article_id.in_(chunk)))


def uncaptioned_pictures(
    connection: Connection,
    *,
    publication: str | None = None,
    since: date | None = None,
    until: date | None = None,
    run: int | None = None,
    source: str | None = None,
    part: str = "",
) -> Iterator[UncaptionedPicture]:
    """Yield the pictures of the articles that the limits select, by source and place; None sets no limit.

    ``part`` has ASCII letters and digits of the URL, in any case.
    """
    picture, article = m.uncaptioned_picture, m.article.c
    conditions: list[ColumnElement[bool]] = []
    if publication is not None:
        conditions.append(article.publication == storable(publication))
    if since is not None:
        conditions.append(article.published >= since)
    if until is not None:
        conditions.append(article.published <= until)
    if run is not None:
        conditions.append(article.run_id == run)
    if source is not None:
        conditions.append(article.source == source)
    if part:
        conditions.append(picture.c.address.ilike(f"%{part}%"))
    statement = (
        select(article.source, picture.c.address, picture.c.alt)
        .join_from(picture, m.article, article.id == picture.c.article_id)
        .where(*conditions)
        .order_by(article.source, picture.c.place)
    )
    for page in connection.execute(statement.execution_options(yield_per=_PAGE)).partitions():
        yield from map(UncaptionedPicture._make, page)


def find_uncaptioned(
    engine: Engine,
    part: str,
    matches: Callable[[str], bool],
    *,
    publication: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[UncaptionedPicture]:
    """Return the pictures whose URL has ``part`` and is one that ``matches`` accepts, by source and place."""
    with engine.connect() as connection:
        found = uncaptioned_pictures(connection, publication=publication, since=since, until=until, part=part)
        return [picture for picture in found if matches(picture.address)]


def uncaptioned_of(engine: Engine, source: str) -> list[UncaptionedPicture]:
    """Return the pictures of an article, from top to bottom."""
    with engine.connect() as connection:
        return list(uncaptioned_pictures(connection, source=source))
