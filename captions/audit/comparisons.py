"""Compare uses: one caption or picture with several credits (CR201), near captions (CR402)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import captions_db.audit as store

from captions.audit.comparison_rules import Claim, claim_of, conflict_message, first_conflict, is_whole, near_message
from captions.audit.result import Credits
from captions.caption.similarity import is_telling, may_be_near, near_pairs


class Verdict(NamedTuple):
    """A finding on some uses; plain values."""

    code: str
    message: str
    use_ids: list[int]


def compared(audit: store.Audit, lines: Credits) -> Iterator[Verdict]:
    """Yield the findings of the codes that are reported; those of one use come in the order of the report."""
    if "CR201" in audit.ranks:
        yield from _conflicts(audit, lines)
    if "CR402" in audit.ranks:
        yield from _near(audit)


def _conflicts(audit: store.Audit, lines: Credits) -> Iterator[Verdict]:
    """CR201: the same caption, or else the same picture, with credits that cannot both be right."""
    told: set[int] = set()
    for kind, rows in (("", audit.shared_captions()), ("picture", audit.shared_pictures())):
        with_credits = lines.ahead(rows, lambda row: (row.credit_id,))
        for key, group in groupby(with_credits, key=lambda row: row.key):
            if is_whole(key) if kind else is_telling(key):
                for verdict in _claims(list(group), key if kind else "", lines, told):
                    told.update(verdict.use_ids)
                    yield verdict


def _claims(uses: Sequence[store.SharedUse], picture: str, lines: Credits, told: set[int]) -> Iterator[Verdict]:
    claims: dict[str, Claim] = {}
    for use in uses:
        claims.setdefault(lines[use.credit_id].line, claim_of(lines[use.credit_id], use.source))
    by_credit: dict[int, set[int]] = {}
    for use in uses:
        if use.use_id not in told:
            by_credit.setdefault(use.credit_id, set()).add(use.use_id)
    for credit_id, use_ids in by_credit.items():
        if claim := first_conflict(lines[credit_id], claims.values()):
            yield Verdict("CR201", conflict_message(lines[credit_id], claim, picture), sorted(use_ids))


def _near(audit: store.Audit) -> Iterator[Verdict]:
    """CR402: two captions of one article that are nearly the same."""
    found = audit.articles_with_captions()
    articles = [row.article_id for row in found if may_be_near(row.keys.split("\n"))]
    for _article, group in groupby(audit.captions_of(articles), key=lambda row: row[0]):
        uses = list(group)
        pairs = [(other, near_message(uses[one][2], uses[one][4])) for one, other in near_pairs([u[3] for u in uses])]
        # Findings of one use are told in the order of their texts.
        for other, message in sorted(pairs):
            yield Verdict("CR402", message, [uses[other][1]])
