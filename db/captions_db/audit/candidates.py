"""Find the few uses that rules examine one by one: shared captions and pictures, near-identical captions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, insert, literal_column, or_, select, tuple_

from captions_db import models as m
from captions_db.audit import work_tables as t
from captions_db.audit.report_filter import OneUse
from captions_db.bulk import in_chunks
from captions_db.picture_keys import number_of

_PAGE = 5_000


class CreditKind(NamedTuple):
    """Credits with one supplier, the same qualifiers and the same public license; and the first of them."""

    credit_id: int
    supplier_id: int
    qualifiers: str
    license: str
    """Empty without a license."""


class SharedUse(NamedTuple):
    """A use that shares its caption or a picture with a use with another credit."""

    key: str
    """The caption's match key, or the picture's URL."""
    use_id: int
    credit_id: int
    source: str
    rule: str
    """The rule that found its caption."""


class CreditedUse(NamedTuple):
    """A use with its caption and the ids of its credits."""

    use_id: int
    credit_id: int
    structured_id: int | None
    publication: str | None
    caption: str
    used_on: date | None


class CaptionedUse(NamedTuple):
    """A use with its caption, by ids, and its day."""

    use_id: int
    caption_id: int
    credit_id: int | None
    used_on: date | None


class ArticleCaptions(NamedTuple):
    """The match keys of the captions in an article, one per line."""

    article_id: int
    keys: str


def kinds_of_credits(connection: Connection, suppliers: Collection[int] | None = None) -> list[CreditKind]:
    """Return the kinds of all credits with a supplier, or with some suppliers: few, however many credits there are."""
    credit = m.credit.c
    kind = (credit.supplier_id, credit.qualifiers, func.coalesce(credit.license, literal_column("''")))
    first = func.min(credit.id)
    chosen = credit.supplier_id.is_not(None) if suppliers is None else credit.supplier_id.in_(suppliers)
    statement = select(first, *kind).where(chosen).group_by(*kind).order_by(first)
    return [CreditKind(*row) for row in connection.execute(statement)]


def credits_of_kind(connection: Connection, kind: CreditKind, *, of_several: bool = False) -> list[int]:
    """Return the ids of the credits of a kind; with ``of_several``, of those that name more than one agency."""
    credit, party = m.credit.c, m.credit_party.c
    alike = (credit.supplier_id == kind.supplier_id, credit.qualifiers == kind.qualifiers)
    license_ = credit.license == kind.license if kind.license else func.coalesce(credit.license, "") == ""
    chosen = select(credit.id).where(*alike, license_).order_by(credit.id)
    if of_several:
        second = (party.credit_id == credit.id, party.role == "agency", party.place > 0)
        chosen = chosen.where(select(party.credit_id).where(*second).exists())
    return list(connection.execute(chosen).scalars())


def credits_of_creators(connection: Connection, is_meant: Callable[[str], bool]) -> list[int]:
    """Return the credits that name no agency, and one of the creators whose names ``is_meant`` accepts."""
    party, chain = m.party.c, m.credit_party.alias("other").c
    creators = _stream(connection, select(party.id, party.name).where(party.kind == "creator").order_by(party.id))
    ids = [party_id for party_id, name in creators if is_meant(name)]
    with_agency = select(chain.credit_id).where(chain.credit_id == m.credit_party.c.credit_id, chain.role == "agency")
    found = select(m.credit_party.c.credit_id).where(m.credit_party.c.role == "creator", ~with_agency.exists())
    return sorted(
        {
            credit_id
            for chunk in in_chunks(ids)
            for credit_id in connection.execute(found.where(m.credit_party.c.party_id.in_(chunk))).scalars()
        }
    )


def shared_captions(connection: Connection, only: OneUse | None = None) -> Iterator[SharedUse]:
    """Yield the uses of captions with several credits, by match key, source and position.

    ``only`` limits them to those that have the caption of one use, whatever their credits.
    """
    use, caption = m.use.c, m.caption.c
    key = caption.key_number
    if only is not None:
        alike = select(key).where(caption.id == only.caption_id).scalar_subquery()
        chosen = select(caption.id).where(key == alike).union(select(caption.id).where(caption.id == only.caption_id))
    else:
        twice = select(key).where(key.is_not(None)).group_by(key).having(func.count() > 1)
        several = (
            select(use.caption_id)
            .where(use.caption_id.is_not(None))
            .group_by(use.caption_id)
            .having(func.min(use.credit_id) != func.max(use.credit_id))
        )
        chosen = select(caption.id).where(key.in_(twice)).union(several)
    connection.execute(insert(t.shared).from_select(["caption_id"], chosen))
    statement = (
        select(caption.match_key, use.id, use.credit_id, m.article.c.source, use.rule)
        .select_from(
            m.use.join(m.caption, caption.id == use.caption_id).join(m.article, m.article.c.id == use.article_id)
        )
        # Not a join: SQLite cannot know how few captions match and would scan all uses.
        .where(use.credit_id.is_not(None), use.caption_id.in_(select(t.shared.c.caption_id)))
        .order_by(caption.match_key, m.article.c.source, use.position)
    )
    yield from map(SharedUse._make, _stream(connection, statement))


def shared_pictures(connection: Connection, only: OneUse | None = None) -> Iterator[SharedUse]:
    """Yield the uses of pictures with several credits, by URL, source and position; ``only`` as above.

    Ignore relative URLs: ``1.jpg`` is another picture in each article. Ignore a URL that an article has under several
    captions: it may be that of a placeholder.
    """
    use, image = m.use.c, m.use_image.c
    credited = m.use_image.join(m.use, use.id == image.use_id)
    whole = image.address.like("%://%")
    addresses = (
        select(image.address)
        .select_from(credited)
        .where(use.credit_id.is_not(None), whole)
        .group_by(image.address)
        .having(func.min(use.credit_id) != func.max(use.credit_id))
    )
    near: list[ColumnElement[bool]] = []
    if only is not None:
        addresses = select(image.address).where(image.use_id == only.use_id, whole)
        own = connection.execute(addresses).scalars()
        keys = m.picture_key.c.key.in_([number_of(address) for address in own])
        near = [image.use_id.in_(select(m.picture_key.c.use_id).where(keys))]
    statement = (
        select(image.address, use.id, use.credit_id, m.article.c.source, use.rule)
        .select_from(credited.join(m.article, m.article.c.id == use.article_id))
        .where(
            use.credit_id.is_not(None),
            image.address.in_(addresses),
            *near,
            tuple_(image.address, use.article_id).not_in(_under_several_captions(addresses, near)),
        )
        .order_by(image.address, m.article.c.source, use.position)
    )
    yield from map(SharedUse._make, _stream(connection, statement))


def _under_several_captions(addresses: Select[Any], near: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Return the URLs among some with each article in which uses with several captions, or with none, share them.

    ``near`` are further conditions, which an index finds.
    """
    use, image, key = m.use.c, m.use_image.c, m.caption.c.match_key
    uses = func.count(use.id.distinct())
    return (
        select(image.address, use.article_id)
        .select_from(
            m.use_image.join(m.use, use.id == image.use_id).outerjoin(m.caption, m.caption.c.id == use.caption_id)
        )
        .where(image.address.in_(addresses), *near)
        .group_by(image.address, use.article_id)
        .having(or_(func.count(key.distinct()) > 1, and_(uses > 1, func.count(key) < func.count())))
    )


def pictures_of(connection: Connection, use_ids: list[int]) -> dict[int, list[str]]:
    """Return the URLs of the pictures of some uses."""
    image = m.use_image.c
    found: dict[int, list[str]] = {}
    for start in range(0, len(use_ids), 900):
        chosen = image.use_id.in_(use_ids[start : start + 900])
        for use_id, address in connection.execute(
            select(image.use_id, image.address).where(chosen).order_by(image.use_id, image.place)
        ):
            found.setdefault(use_id, []).append(address)
    return found


def with_credits(connection: Connection, credit_ids: list[int], only: OneUse | None = None) -> Iterator[CreditedUse]:
    """Yield the uses of these credits."""
    for start in range(0, len(credit_ids), 900):
        chosen = m.use.c.credit_id.in_(credit_ids[start : start + 900])
        yield from map(CreditedUse._make, _stream(connection, _credited().where(chosen, *_is(only))))


def with_structured_credits(connection: Connection, only: OneUse | None = None) -> Iterator[CreditedUse]:
    """Yield the uses whose printed credit differs from the page's structured data."""
    use = m.use.c
    # SQLite uses the index for a bound, but scans all uses for `IS NOT NULL`.
    both = (use.structured_credit_id > 0, use.credit_id.is_not(None))
    yield from map(CreditedUse._make, _stream(connection, _credited().where(*both, *_is(only))))


def captions_with(
    connection: Connection, signs: Sequence[str], only: OneUse | None = None
) -> Iterator[tuple[int, str]]:
    """Yield the captions that contain one of some texts, in the same case, with their ids."""
    text = m.caption.c.text
    if connection.dialect.name == "sqlite":  # SQLite only: LIKE ignores case, and GLOB is fast
        found = [text.op("GLOB")(f"*{sign}*") for sign in signs]
    else:
        found = [text.like(f"%{sign}%") for sign in signs]
    statement = select(m.caption.c.id, text).where(or_(*found)).order_by(m.caption.c.id)
    if only is not None:
        statement = statement.where(m.caption.c.id == only.caption_id)
    yield from map(tuple, _stream(connection, statement))


def with_captions(
    connection: Connection, caption_ids: Sequence[int], only: OneUse | None = None
) -> Iterator[CaptionedUse]:
    """Yield the uses with these captions."""
    use = m.use.c
    columns = select(use.id, use.caption_id, use.credit_id, use.used_on)
    for start in range(0, len(caption_ids), 900):
        chosen = use.caption_id.in_(caption_ids[start : start + 900])
        yield from map(CaptionedUse._make, _stream(connection, columns.where(chosen, *_is(only)).order_by(use.id)))


def articles_with_captions(connection: Connection, only: OneUse | None = None) -> Iterator[ArticleCaptions]:
    """Yield articles with several captions, except those known to have no near-identical captions."""
    use, key, article = m.use.c, m.caption.c.match_key, m.article.c
    asked = select(article.id).where(article.near.is_not(false()))
    if only is not None:
        asked = asked.where(article.id == only.article_id)
    statement = (
        select(use.article_id, func.aggregate_strings(key, "\n"))
        .select_from(m.use.join(m.caption, m.caption.c.id == use.caption_id))
        .where(key != "", use.article_id.in_(asked))
        .group_by(use.article_id)
        .having(func.count() > 1)
    )
    yield from map(ArticleCaptions._make, _stream(connection, statement))


def captions_of(connection: Connection, article_ids: list[int]) -> Iterator[tuple[int, int, int, str, str]]:
    """Yield article, use, position, match key and caption of the captioned uses in some articles."""
    use, caption = m.use.c, m.caption.c
    for start in range(0, len(article_ids), 900):
        statement = (
            select(use.article_id, use.id, use.position, caption.match_key, caption.text)
            .select_from(m.use.join(m.caption, caption.id == use.caption_id))
            .where(use.article_id.in_(article_ids[start : start + 900]))
            .order_by(use.article_id, use.position)
        )
        for row in _stream(connection, statement):
            yield tuple(row)


def _is(only: OneUse | None) -> list[ColumnElement[bool]]:
    return [] if only is None else [m.use.c.id == only.use_id]


def _credited() -> Select[Any]:
    use, text = m.use.c, func.coalesce(m.caption.c.text, "")
    return select(use.id, use.credit_id, use.structured_credit_id, use.publication, text, use.used_on).select_from(
        m.use.outerjoin(m.caption, m.caption.c.id == use.caption_id)
    )


def _stream(connection: Connection, statement: Select[Any]) -> Iterator[Any]:
    for page in connection.execute(statement.execution_options(yield_per=_PAGE)).partitions():
        yield from page
