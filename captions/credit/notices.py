"""Read what a notice forbids: territory, medium, sale, archive, embargo, purpose and so on, with the words that say so.

A notice is a run of the words in ``data/restrictions.toml``, from one separator to the next or in capitals. So
``AFP/JO REED GERMANY OUT`` contains one, and ``the lights went out in Germany`` does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from captions.credit.notice_statements import Statement, statements_of
from captions.credit.notice_words import Token, tokens
from captions.lexicon.notice_tables import notice_key
from captions.lexicon.vocabulary import Vocabulary, default
from captions.licensing.restrictions import Kind, Restriction

_LONGEST = 4_000
"""In characters: a longer text is a contract."""
# The territories of a feed's media:restriction.
_CODES = re.compile(r"(?P<how>not|only) in (?P<codes>[a-z]{2}(?: [a-z]{2})*)")
# After these words, a notice names someone or something: `with permission of the Harbor Trust`.
_BEFORE_TIMES = frozenset({"before", "after"})
_OPEN = frozenset({"permission", "context"})


@dataclass(frozen=True, slots=True)
class Notice:
    """A part of a text that restricts the use of a picture, and what it forbids."""

    start: int
    end: int
    restrictions: tuple[Restriction, ...]

    @property
    def by_out(self) -> bool:
        """Return whether it has the form ``GERMANY OUT``."""
        return any(r.words.casefold().endswith(" out") for r in self.restrictions)


def restrictions_of(text: str, vocabulary: Vocabulary | None = None, *, terms: bool = False) -> tuple[Restriction, ...]:
    """Return what a text forbids, each with its words; empty if nothing.

    ``"GERMANY OUT - NO SALES"`` gives ``territory not DE`` and ``sale not``. In ``terms``, a text that can only be a
    notice, words that no rule understands are ``unclear``.
    """
    words = vocabulary or default()
    if terms and (listed := _CODES.fullmatch(text.strip())):
        codes = tuple(sorted(set(listed["codes"].upper().split())))
        return (Restriction("territory", listed.group(), codes, only=listed["how"] == "only"),)
    found = tuple(dict.fromkeys(r for notice in notices(text, words) for r in notice.restrictions))
    if found or not terms:
        return found
    bare = words.no_limits.sub(" ", text)
    if words.limits.search(bare) or words.restrictions.search(bare):
        return (Restriction("unclear", " ".join(text.split())),)
    return ()


def notices(text: str, words: Vocabulary) -> Iterator[Notice]:
    """Yield the notices in a text, in order."""
    text = text[:_LONGEST]
    if words.notice_phrases and not text.isascii():
        yield from _phrases(text, words)
    if words.notice_limits.isdisjoint(notice_key(text).split()):
        return
    blank = words.remarks.sub(_blank, words.no_limits.sub(_blank, text))
    for run in _runs(tokens(blank, words)):
        for part in _valid(run, words):
            for statement in statements_of(part.tokens):
                restrictions = tuple(statement.restrictions(text))
                if restrictions:
                    yield Notice(statement.start, statement.end, restrictions)


def _blank(m: object) -> str:
    """Return a separator as long as a phrase that restricts nothing."""
    size = len(m.group())  # type: ignore[attr-defined]  # re passes a match
    return "|".ljust(size)


def _phrases(text: str, words: Vocabulary) -> Iterator[Notice]:
    folded = text.casefold()
    if len(folded) != len(text):
        return
    spans: list[tuple[int, int]] = []
    for phrase, rule in sorted(words.notice_phrases.items(), key=lambda item: -len(item[0])):
        at = folded.find(phrase)
        end = at + len(phrase)
        if at < 0 or any(at < last and end > first for first, last in spans):
            continue
        spans.append((at, end))
        kind, _, rest = rule.partition(" ")
        values = tuple(rest.removeprefix("only ").split()) if rest != "not" else ()
        yield Notice(at, end, (Restriction(cast("Kind", kind), text[at:end], values, rest.startswith("only")),))


@dataclass(frozen=True, slots=True)
class _Run:
    """Words of notices without another word between them, and the words around them."""

    tokens: Sequence[Token]
    before: Token | None
    after: Token | None
    tail: bool = False
    """Whether it ends in words that are in no table, but belong to it."""


def _runs(found: Sequence[Token]) -> Iterator[_Run]:
    """Yield the longest runs of words that notices contain."""
    first, is_open, tail = 0, False, False
    for at, token in enumerate(found):
        is_open = (is_open and "soft" not in token.means) or _opens(found, first, at)
        tail = is_open and not token.means
        if "hard" in token.means or not (token.means or is_open):
            yield _Run(found[first:at], found[first - 1] if first else None, token, tail)
            first, is_open, tail = at + 1, False, False
    yield _Run(found[first:], found[first - 1] if first else None, None, tail)


def _opens(found: Sequence[Token], first: int, at: int) -> bool:
    """Return whether names may follow a word: ``permission``, ``embargoed until``, ``mandatory credit``."""
    token = found[at]
    if token.means & _OPEN:
        return True
    piece = {meaning for each in found[max(first, at - 4) : at] for meaning in each.means}
    if "before" in token.means and "embargo" in piece:
        return True
    return ("credit" in token.means and "must" in piece) or ("must" in token.means and "credit" in piece)


def _valid(run: _Run, words: Vocabulary) -> Iterator[_Run]:
    """Yield a run that its surroundings allow to be a notice, or else its parts in capitals."""
    run = _without_separators(run)
    if not run.tokens:
        return
    if _bounds(run.before) and (_bounds(run.after) or _ends_open(run)):
        yield run
        return
    at, every = 0, run.tokens
    while at < len(every):
        end = at
        while end < len(every) and _is_capital(every[end]):
            end += 1
        if end > at:
            after = every[end] if end < len(every) else run.after
            if _bounds(after) or not (_is_prose(after, words) or every[end - 1].means & _BEFORE_TIMES):
                yield _Run(every[at:end], every[at - 1] if at else run.before, after)
        at = max(end, at + 1)


def _without_separators(run: _Run) -> _Run:
    """Return a run without the commas and slashes around it, which separate it from other words."""
    own, before, after = list(run.tokens), run.before, run.after
    while own and "soft" in own[0].means:
        before = own.pop(0)
    while own and "soft" in own[-1].means:
        after = own.pop()
    return _Run(own, before, after, run.tail)


def _bounds(token: Token | None) -> bool:
    """Return whether a token, or the end of the text, separates."""
    return token is None or bool(token.means & {"hard", "soft"})


def _ends_open(run: _Run) -> bool:
    return any(not token.means for token in run.tokens)


def _is_capital(token: Token) -> bool:
    """Return whether a token is in capitals; separators, dates and times have no case."""
    return token.text.isupper() or not any(c.isalpha() for c in token.text)


def _is_prose(token: Token | None, words: Vocabulary) -> bool:
    """Return whether a word is one of prose rather than of a name: ``NO SALES WERE MADE``."""
    return token is not None and token.text.casefold() in words.common_words


__all__ = ["Notice", "Statement", "notices", "restrictions_of"]
