"""Audit uses in memory, one after another, as the reference for the audit of a store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import captions_db as db
from sqlalchemy import Engine

from captions.audit.codes import rules_for_credits, rules_for_structured_data, rules_for_uses
from captions.audit.comparison_rules import (
    Claim,
    are_apart,
    claim_of,
    conflict_message,
    first_conflict,
    is_whole,
    similarity_message,
)
from captions.audit.finding import Finding
from captions.audit.restriction_rules import of_caption, of_credit, restriction_message
from captions.audit.spelling import Register
from captions.caption.similarity import is_telling, near_pairs
from captions.lexicon.vocabulary import Vocabulary, default
from captions.licensing.coverage import IntendedUse
from captions.licensing.restrictions import RightsQuestion
from captions.model import Failure, Use
from captions.stored import use_of


def audit(uses: Iterable[Use], failures: Iterable[Failure] = (), words: Vocabulary | None = None) -> list[Finding]:
    """Return the findings on uses and the inputs that could not be read, worst first."""
    found = [*_findings(list(uses), Register(words or default()))]
    found += [Finding("CR901", failure.reason, failure.source) for failure in failures]
    return sorted(found, key=lambda finding: finding.order)


def stored_uses(engine: Engine) -> list[Use]:
    """Return all uses in a store, sorted by source and position."""
    return [use_of(row) for row in db.uses_for_audit(engine)]


def _findings(uses: Sequence[Use], register: Register) -> Iterator[Finding]:
    claims = _claims(uses)
    rules = {**rules_for_credits(), **rules_for_uses(), **rules_for_structured_data()}
    for _source, article in groupby(uses, key=lambda use: use.source):
        of_article = list(article)
        for use in of_article:
            for code, rule in rules.items():
                if message := rule(use, register):
                    yield Finding(code, message, use.source, use)
            yield from _restrictions(use, register.words)
            yield from _conflicts(use, claims)
            if use.occurrences > 1:
                yield Finding("CR401", f"printed {use.occurrences} times", use.source, use)
        for n, m in near_pairs([use.match_key for use in of_article]):
            first, second = of_article[n], of_article[m]
            yield Finding("CR402", similarity_message(first.position, first.caption), second.source, second)


def _restrictions(use: Use, words: Vocabulary) -> Iterator[Finding]:
    """Yield CR306 for the words of the credit, and for those of the caption."""
    found = of_credit(use.credit, words) if use.credit else []
    for each in (found, of_caption(use.caption, words)):
        if text := restriction_message(each, RightsQuestion(IntendedUse()), use.used_on):
            yield Finding("CR306", text, use.source, use)


def _claims(uses: Iterable[Use]) -> dict[tuple[str, str], list[Claim]]:
    """Return the credits of each caption and each picture, over all articles."""
    by_key: dict[tuple[str, str, str], list[Use]] = {}
    for use in uses:
        for kind, key in _keys(use):
            by_key.setdefault((kind, key, use.source), []).append(use)
    claims: dict[tuple[str, str], list[Claim]] = {}
    for (kind, key, _source), own in by_key.items():
        credited = [use for use in own if use.credit]
        if kind == "caption":
            unclear = len(credited) > 1 and are_apart([u.rule for u in credited], [u.images for u in credited])
        else:
            unclear = len(own) > 1 and ("" in {u.match_key for u in own} or len({u.match_key for u in own}) > 1)
        for use in () if unclear else credited:
            claims.setdefault((kind, key), []).append(claim_of(use.credit, use.source))  # type: ignore[arg-type]
    return claims


def _conflicts(use: Use, claims: dict[tuple[str, str], list[Claim]]) -> Iterator[Finding]:
    """Yield CR201 once if another use of the caption or the picture names another supplier or other creators."""
    for kind, key in _keys(use) if use.credit else ():
        if use.credit and (claim := first_conflict(use.credit, _compared(use, claims.get((kind, key), ())))):
            message = conflict_message(use.credit, claim, key if kind == "picture" else "")
            yield Finding("CR201", message, use.source, use)
            return


def _compared(use: Use, claims: Sequence[Claim]) -> Sequence[Claim]:
    """Return the claims, unless its article makes none because the key is unclear there."""
    return claims if any(claim.source == use.source for claim in claims) else ()


def _keys(use: Use) -> Iterator[tuple[str, str]]:
    """Yield the keys that two uses of a picture share: the caption, then each address."""
    if is_telling(use.match_key):
        yield "caption", use.match_key
    yield from (("picture", address) for address in sorted(use.images) if is_whole(address))
