"""CR306: restrictions in the credit line, the usage terms, the caption and the picture's metadata.

What the intended use does not touch is not reported: ``GERMANY OUT`` for ``--territory FR``. What can't be decided is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import captions_db.audit as store
from captions_db.audit import candidates

from captions.audit.fixes import FixCommands
from captions.audit.result import CreditCache
from captions.credit.notices import notices, restrictions_of
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.restrictions import Restriction, RightsQuestion, verdict
from captions.model import Credit

CODE = "CR306"
CREDIT_LINE, USAGE_TERMS, CAPTION = "credit line", "usage terms", "caption"
_DATED = frozenset({"embargo", "expires"})


@dataclass(frozen=True, slots=True)
class PlaceRestrictions:
    """The restrictions in one place: the credit line, the usage terms, the caption, or a field of a picture file."""

    place: str
    restrictions: tuple[Restriction, ...]

    @property
    def is_dated(self) -> bool:
        """Return whether the day of a use decides."""
        return any(r.kind in _DATED for r in self.restrictions)


def of_credit(credit: Credit, words: Vocabulary) -> list[PlaceRestrictions]:
    """Return the restrictions of a credit; those that its line does not print come from the picture's usage terms."""
    places: dict[str, list[Restriction]] = {}
    for text in credit.restrictions:
        is_printed = credit.rule != "terms" and text.casefold() in " ".join(credit.line.split()).casefold()
        own = places.setdefault(CREDIT_LINE if is_printed else USAGE_TERMS, [])
        own += restrictions_of(text, words, terms=True)
    return [PlaceRestrictions(place, tuple(found)) for place, found in places.items() if found]


def of_caption(caption: str, words: Vocabulary) -> list[PlaceRestrictions]:
    """Return the restrictions in a caption: ``A heron on the wall. NO SALES.``"""
    found = tuple(r for notice in notices(caption, words) for r in notice.restrictions)
    return [PlaceRestrictions(CAPTION, found)] if found else []


def restriction_message(found: Iterable[PlaceRestrictions], asked: RightsQuestion, used_on: date | None) -> str | None:
    """Return what bars a use, or may; None if nothing does.

    ``credit line says NO SALES`` and, if a use is named, ``credit line says NO SALES, which bars syndication``.
    """
    messages = [text for each in found for text in _messages(each, asked, used_on)]
    return "; ".join(messages) or None


def _messages(found: PlaceRestrictions, asked: RightsQuestion, used_on: date | None) -> Iterator[str]:
    verdicts: dict[str, set[str]] = {}
    for restriction in found.restrictions:
        if restriction.kind == "credit" and found.place == CREDIT_LINE and asked.is_specific:
            continue  # MANDATORY CREDIT in a credit line that is printed
        verdicts.setdefault(restriction.words, set()).add(verdict(restriction, asked, used_on))
    barring = [words for words, results in verdicts.items() if "bars" in results]
    open_ = [words for words, results in verdicts.items() if "bars" not in results and "undecided" in results]
    if not asked.is_specific:
        if either := [words for words in verdicts if words in barring or words in open_]:
            yield f"{found.place} {_says(found.place)} {_and(either)}"
        return
    sure = f"{_and(barring)}, which {'bars' if len(barring) == 1 else 'bar'} {_use(asked)}" if barring else ""
    unsure = f"{_and(open_)}, which may bar {'it' if barring else _use(asked)}" if open_ else ""
    if sure or unsure:
        yield f"{found.place} {_says(found.place)} {', and '.join(filter(None, (sure, unsure)))}"


def _says(place: str) -> str:
    return "say" if place == USAGE_TERMS else "says"


def _use(asked: RightsQuestion) -> str:
    """Return the intended use in words: ``syndication in DE``, ``web use``, ``use in DE``."""
    scope = asked.scope or ""
    kind = scope if scope == "syndication" else f"{scope} use".strip()
    return f"{kind} in {asked.territory}" if asked.territory else kind


def _and(texts: Sequence[str]) -> str:
    *rest, last = texts
    return f"{', '.join(rest)} and {last}" if rest else last


class RestrictionFinder:
    """Find the restrictions in the credits and captions of a store."""

    def __init__(self, audit: store.Audit, credits_: CreditCache, words: Vocabulary, asked: RightsQuestion) -> None:
        """Use the credits and captions of an audit."""
        self._audit, self._credits, self._words, self._asked = audit, credits_, words, asked
        self._commands = FixCommands()

    def judge(self) -> None:
        """Note the findings, each distinct credit and caption once."""
        for row_id, credit in self._credits.having({"restrictions"}):
            found = of_credit(credit, self._words)
            # A waiver of the line sets aside all its uses, so other words than the line's need one per use.
            printed = all(each.place == CREDIT_LINE for each in found)
            if printed and not any(each.is_dated for each in found):
                if text := restriction_message(found, self._asked, None):
                    self._audit.note_credit(CODE, row_id, self._audit.remark(text))
            elif found:
                self._judge_uses(row_id, found, by_line=printed)
        self._judge_captions()

    def _judge_uses(self, credit_id: int, found: Sequence[PlaceRestrictions], *, by_line: bool) -> None:
        for row in self._audit.uses_of([credit_id]):
            if text := restriction_message(found, self._asked, row.used_on):
                self._note(row.use_id, text, by_line=by_line)

    def _judge_captions(self) -> None:
        audit, restricted = self._audit, dict[int, list[PlaceRestrictions]]()
        for caption_id, caption in candidates.captions_with(audit.connection, self._words.notice_signs, audit.only):
            if found := of_caption(caption, self._words):
                restricted[caption_id] = found
        for row in candidates.with_captions(audit.connection, list(restricted), audit.only):
            found = restricted[row.caption_id]
            credit = self._credits[row.credit_id] if row.credit_id is not None else None
            if text := restriction_message(beyond(found, known_words(credit)), self._asked, row.used_on):
                self._note(row.use_id, text, by_line=False)

    def _note(self, use_id: int, text: str, *, by_line: bool) -> None:
        command = None if by_line else self._commands.of_use(CODE, use_id)
        self._audit.note_use(CODE, use_id, self._audit.remark(text, command))


def known_words(credit: Credit | None) -> frozenset[str]:
    """Return the words of a credit's restrictions, folded."""
    return frozenset(text.casefold() for text in credit.restrictions) if credit else frozenset()


def beyond(found: Iterable[PlaceRestrictions], known: frozenset[str] | set[str]) -> list[PlaceRestrictions]:
    """Return the restrictions whose words are not reported from another place."""
    rest = [
        PlaceRestrictions(
            each.place, tuple(r for r in each.restrictions if not any(r.words.casefold() in text for text in known))
        )
        for each in found
    ]
    return [each for each in rest if each.restrictions]
