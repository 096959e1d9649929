"""How strongly a text in a picture's box reads as its credit or as its caption: named evidence, summed.

Each piece of evidence adds its weight from ``captions/data/evidence.toml``; none by itself accepts or rejects a text.
The sums are log-odds: 0 is as likely as not. ``docs/how_pages_are_read.md`` explains an example.
"""

from __future__ import annotations

from dataclasses import dataclass

from captions.caption.evidence import weights
from captions.credit.labels import label_kind
from captions.lexicon.vocabulary import Vocabulary
from captions.page.structured import Index

# In words: longer credits and bylines are rare.
LONG = 14


@dataclass(frozen=True, slots=True)
class Evidence:
    """The names of the evidence for a reading of a text, and the sum of their weights."""

    table: str
    names: tuple[str, ...]
    score: float

    def plus(self, *names: str) -> Evidence:
        """Return the evidence with more."""
        return weighed(self.table, (*self.names, *names)) if names else self


@dataclass(slots=True)
class LineSetting:
    """How a line is set in its box."""

    box_flags: int = 0
    is_alone: bool = False
    """Whether the box has no other text."""
    is_in_row: bool = False
    """Whether the box next to it in the article is of the same kind, as in a gallery, with no other text either."""
    is_first: bool = False
    is_last: bool = False
    is_before: bool = False
    """Whether it precedes the picture."""
    is_heading: bool = False
    is_loose: bool = False
    follows_sentence: bool = False
    """Whether it is the last line, and the one before it ends as a sentence."""
    alts: frozenset[str] = frozenset()
    """Keys of the picture's alternative text and title."""
    data: Index | None = None
    """What the page's data say about its pictures."""
    place: tuple[str, ...] = ()
    """What the place of the box on the page says."""


@dataclass(slots=True)
class Setting:
    """How a text is set in its line."""

    line: LineSetting
    flags: int = 0
    """What the names of its elements say, up to the box."""
    tag: str = ""
    is_in_figure: bool = False
    is_edge: bool = False
    """Whether an element of its own separates it from the rest of its line."""
    rest: str = ""
    """The rest of its line, if it is cut off from it."""
    is_last: bool = False
    is_linked: bool = False
    divides_credit: bool = False
    """Whether the cut is inside an element named a credit."""
    strength: int = 0
    """How sure its own words show a credit: SURE, LIKELY, POSSIBLE, or 0 for not at all."""


def says_who_is_shown(text: str, words: Vocabulary) -> bool:
    """Return whether a text begins as ``In the photo: Ida Torvik`` does."""
    start = text[:40].partition(":")
    first, _, label = start[0].strip().rpartition(" ")
    if not start[1] or not first or label_kind(label, words) is None:
        return False
    return first.split()[-1].casefold() in words.showing


def weighed(table: str, names: tuple[str, ...]) -> Evidence:
    """Return named evidence with the sum of its weights in a table."""
    known = weights(table)
    return Evidence(table, names, round(sum([known.get(name, 0.0) for name in names]), 2))


def is_byline(text: str, words: Vocabulary) -> bool:
    """Return whether a short text begins as a byline does: with ``By`` and no noun."""
    return text.split(" ", 1)[0].casefold() in words.bys and len(text.split()) <= LONG
