"""The uses of one article that is not stored, with the credits and identities that a store would give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import captions_db as db
from captions_db.audit import SharedUse, Suppression
from captions_db.audit.candidates import ArticleCaptions
from captions_db.rows import storable, storable_source
from captions_db.search import name_key

from captions.caption.similarity import may_be_near
from captions.ingest.records import Record
from captions.model import Credit, Use
from captions.stored import credit_of

_Row = TypeVar("_Row")
_ARTICLE = 1


@dataclass(frozen=True, slots=True)
class ArticleUse:
    """A use, and the facts that identify it and its credit."""

    id: int
    use: Use
    credit_key: str
    """Equal for uses with the same credit; ``""`` without one."""
    digest: str
    """The digest of its caption; ``""`` without one."""

    @property
    def position(self) -> int:
        """Return its position in the article, from 1."""
        return self.use.position

    def is_set_aside(self, aside: Suppression) -> bool:
        """Return whether the limits of a waiver include it."""
        credit = self.use.credit
        supplier = credit.supplier if credit is not None else None
        return (
            (
                aside.supplier is None
                or (supplier is not None and name_key(storable(aside.supplier)) == name_key(supplier))
            )
            and (aside.line is None or (credit is not None and storable(aside.line) == credit.line))
            and (aside.source is None or storable_source(aside.source) == self.use.source)
            and (aside.caption_digest is None or aside.caption_digest == self.digest)
        )


def uses_of(record: Record, publication: str | None, decisions: db.DecisionSnapshot) -> list[ArticleUse]:
    """Return the uses of an article with their credits as people decided them."""
    printed = [use.credit for use in record.uses]
    found = decisions.credits_of([*printed, *(use.structured_credit for use in record.uses)])
    structured = found[len(printed) :]
    source = storable_source(record.source)
    url, headline = (None if text is None else storable(text) for text in (record.url, record.headline))
    uses = []
    for number, (it, credit, data) in enumerate(zip(record.uses, found, structured, strict=False), 1):
        caption, key = storable(it.caption), storable(it.match_key)
        use = Use(
            source,
            it.position,
            caption,
            key if caption else "",
            credit_of(credit[1]) if credit is not None else None,
            it.occurrences,
            headline,
            url,
            publication,
            record.published,
            number,
            images=tuple(map(storable, it.images)),
            rule=it.rule,
            structured_credit=credit_of(data[1]) if data is not None else None,
        )
        uses.append(ArticleUse(number, use, credit[0] if credit else "", db.caption_digest(key, caption)))
    return uses


class ArticleUses:
    """The uses of one article, and their credits, as the rules that compare uses read them."""

    def __init__(self, uses: Sequence[ArticleUse]) -> None:
        """Give each distinct credit a number."""
        self.by_id = {use.id: use for use in uses}
        numbers = {key: n for n, key in enumerate(dict.fromkeys(use.credit_key for use in uses if use.credit_key), 1)}
        self._credit_ids = {use.id: numbers.get(use.credit_key, 0) for use in uses}
        self._credits = {numbers[use.credit_key]: use.use.credit for use in uses if use.credit_key}
        self._uses = sorted(uses, key=lambda use: use.position)

    def __getitem__(self, row_id: int) -> Credit:
        """Return a credit by its number."""
        credit = self._credits[row_id]
        assert credit is not None  # noqa: S101 - for mypy
        return credit

    def ahead(self, rows: Iterable[_Row], of: Callable[[_Row], Iterable[int]]) -> Iterator[_Row]:
        """Yield the rows unchanged: all credits are here."""
        yield from rows

    def shared_captions(self) -> Iterator[SharedUse]:
        """See :func:`captions_db.audit.candidates.shared_captions`."""
        captioned = sorted((use for use in self._uses if use.digest), key=lambda use: use.use.match_key)
        for key, group in groupby(captioned, key=lambda use: use.use.match_key):
            uses = list(group)
            is_twice = bool(key) and len({use.digest for use in uses}) > 1
            for use in uses:
                same = {self._credit_ids[it.id] for it in uses if it.digest == use.digest and it.credit_key}
                if use.credit_key and (is_twice or len(same) > 1):
                    yield self._shared(key, use)

    def shared_pictures(self) -> Iterator[SharedUse]:
        """See :func:`captions_db.audit.candidates.shared_pictures`."""
        of_address: dict[str, list[ArticleUse]] = {}
        for use in self._uses:
            for address in use.use.images:
                if "://" in address:
                    of_address.setdefault(address, []).append(use)
        for address, uses in sorted(of_address.items()):
            credited = [use for use in uses if use.credit_key]
            keys = [use.use.match_key for use in uses if use.digest]
            has_several = len(set(keys)) > 1 or (len({use.id for use in uses}) > 1 and len(keys) < len(uses))
            if len({use.credit_key for use in credited}) > 1 and not has_several:
                yield from (self._shared(address, use) for use in credited)

    def _shared(self, key: str, use: ArticleUse) -> SharedUse:
        return SharedUse(key, use.id, self._credit_ids[use.id], use.use.source, use.use.rule)

    def pictures_of(self, use_ids: list[int]) -> dict[int, Sequence[str]]:
        """Return the URLs of the pictures of some uses."""
        return {number: self.by_id[number].use.images for number in use_ids}

    def articles_with_captions(self) -> Iterator[ArticleCaptions]:
        """Yield the article if its captions may be nearly identical."""
        keys = [use.use.match_key for use in self._uses if use.use.match_key]
        if len(keys) > 1 and may_be_near(keys):
            yield ArticleCaptions(_ARTICLE, "\n".join(keys))

    def captions_of(self, article_ids: list[int]) -> Iterator[tuple[int, int, int, str, str]]:
        """Yield article, use, position, match key and caption of the captioned uses."""
        for use in self._uses if article_ids else ():
            if use.digest:
                yield _ARTICLE, use.id, use.position, use.use.match_key, use.use.caption
