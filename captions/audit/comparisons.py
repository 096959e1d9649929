"""Compare uses: one caption or picture with several credits (CR201), nearly identical captions (CR402)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, Protocol, TypeVar

import captions_db.audit as store
from captions_db.audit.candidates import ArticleCaptions

from captions.audit.comparison_rules import (
    Claim,
    are_apart,
    claim_of,
    conflict_message,
    first_conflict,
    is_whole,
    similarity_message,
)
from captions.audit.fixes import IN_COMMAND, waive_each
from captions.caption.similarity import is_telling, may_be_near, near_pairs
from captions.model import Credit

_Row = TypeVar("_Row")


class ComparedUses(NamedTuple):
    """A message that applies to some of the compared uses."""

    message: str
    use_ids: list[int]
    command: str | None = None
    """The command that settles it; None if it depends on the use."""


class ComparableUses(Protocol):
    """The uses to compare: those of a store, or of one article; see :class:`captions_db.audit.Audit`."""

    def shared_captions(self) -> Iterator[store.SharedUse]:
        """Yield the uses of captions with several credits, by match key, source and position."""

    def shared_pictures(self) -> Iterator[store.SharedUse]:
        """Yield the uses of pictures with several credits, by URL, source and position."""

    def pictures_of(self, use_ids: list[int]) -> Mapping[int, Sequence[str]]:
        """Return the URLs of the pictures of some uses."""

    def articles_with_captions(self) -> Iterator[ArticleCaptions]:
        """Yield articles that may have nearly identical captions."""

    def captions_of(self, article_ids: list[int]) -> Iterator[tuple[int, int, int, str, str]]:
        """Yield article, use, position, match key and caption of some articles."""


class CreditsById(Protocol):
    """Credits by their ids."""

    def __getitem__(self, row_id: int) -> Credit:
        """Return a credit by its id."""

    def ahead(self, rows: Iterable[_Row], of: Callable[[_Row], Iterable[int]]) -> Iterator[_Row]:
        """Yield the rows unchanged; the credits of several may be read at once."""


CompareRule = Callable[[ComparableUses, CreditsById], Iterator[ComparedUses]]
"""A rule of scope ``pair`` or ``article``; it yields the findings on one use in the order of the report."""


def conflicting_credits(audit: ComparableUses, credits_: CreditsById) -> Iterator[ComparedUses]:
    """Yield CR201: the same caption, or else the same picture, with credits that cannot both be right."""
    reported: set[int] = set()
    for kind, rows in (("", audit.shared_captions()), ("picture", audit.shared_pictures())):
        with_credits = credits_.ahead(rows, lambda row: (row.credit_id,))
        for key, group in groupby(with_credits, key=lambda row: row.key):
            if is_whole(key) if kind else is_telling(key):
                uses = list(group)
                uses = uses if kind else _of_one_picture(audit, uses)
                for found in _conflicts_within(uses, key if kind else "", credits_, reported):
                    reported.update(found.use_ids)
                    yield found


def _of_one_picture(audit: ComparableUses, uses: Sequence[store.SharedUse]) -> list[store.SharedUse]:
    """Return the uses of a caption, without those of an article that has it under several pictures."""
    of_one: list[store.SharedUse] = []
    for _source, group in groupby(uses, key=lambda use: use.source):
        own = list(group)
        if len(own) > 1:
            pictures = audit.pictures_of([use.use_id for use in own])
            if are_apart([use.rule for use in own], [pictures.get(use.use_id, ()) for use in own]):
                continue
        of_one += own
    return of_one


def _conflicts_within(
    uses: Sequence[store.SharedUse], picture: str, credits_: CreditsById, reported: set[int]
) -> Iterator[ComparedUses]:
    claims: dict[str, Claim] = {}
    for use in uses:
        claims.setdefault(credits_[use.credit_id].line, claim_of(credits_[use.credit_id], use.source))
    by_credit: dict[int, set[int]] = {}
    for use in uses:
        if use.use_id not in reported:
            by_credit.setdefault(use.credit_id, set()).add(use.use_id)
    found = [
        (conflict_message(credits_[credit_id], claim, picture), sorted(use_ids))
        for credit_id, use_ids in by_credit.items()
        if (claim := first_conflict(credits_[credit_id], claims.values()))
    ]
    # Whoever finds out which credit is right has decided on all of them.
    all_uses = sorted(use_id for _, use_ids in found for use_id in use_ids)
    # Each finding repeats the command, so the number of uses in it is limited.
    fix = waive_each("CR201", "use", all_uses) if len(all_uses) <= IN_COMMAND else None
    yield from (ComparedUses(message, use_ids, fix) for message, use_ids in found)


def similar_captions(audit: ComparableUses, _credits: CreditsById) -> Iterator[ComparedUses]:
    """Yield CR402: two captions of one article that are nearly identical."""
    candidates = audit.articles_with_captions()
    articles = [row.article_id for row in candidates if may_be_near(row.keys.split("\n"))]
    for _article, group in groupby(audit.captions_of(articles), key=lambda row: row[0]):
        uses = list(group)
        pairs = [
            (second, similarity_message(uses[first][2], uses[first][4]))
            for first, second in near_pairs([use[3] for use in uses])
        ]
        # A report sorts the findings on one use by their messages.
        for second, message in sorted(pairs):
            yield ComparedUses(message, [uses[second][1]])
