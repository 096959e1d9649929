"""Score how much a line of an article looks like a caption rather than a paragraph or a heading."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Iterator
from functools import lru_cache

from captions.caption.evidence import link_openers, openers, picture_openers, weights
from captions.caption.line_shapes import is_dateline
from captions.lexicon.vocabulary import Vocabulary
from captions.text import sentences

# The longest short, medium, ... and very long lines, in characters.
_SIZES = ((50, "short"), (150, "medium"), (220, "longer"), (300, "long"), (450, "very-long"))
_COUNTS = {1: "one-sentence", 2: "two-sentences", 3: "three-sentences"}
# Shorter paragraphs do not count toward the usual length, in characters.
_PARAGRAPH = 80
_QUOTE = re.compile('["“”„«»「『]')
# At least three words or, in scripts without spaces, twelve characters.
_QUOTATION = re.compile('["“”„«»「『](?:[^"“”„«»「」『』]*? ){2}[^"“”„«»「」『』]|[「『][^」』]{12}')
# The period of an abbreviation in brackets does not end a sentence: `(l.)`, `(re.)`.
_SHORT_PLACE = re.compile(r"\([a-z]{1,2}\.\)(?=\s)")
_OPENS = re.compile(r"[\"“”„«»‚‘『「–—-]")
_STOPS = ".!。！…؟।"


def usual_length(texts: Iterable[str]) -> float:
    """Return the median length of an article's paragraphs, 0 if it has fewer than three."""
    sizes = [len(text) for text in texts if len(text) >= _PARAGRAPH]
    return statistics.median(sizes) if len(sizes) > 2 else 0


def likeness(text: str, usual: float, words: Vocabulary) -> float:
    """Return how much a line looks like a caption: above 0, more like a caption than like a paragraph."""
    table = weights("line")
    return sum(table[name] for name in evidence(text, usual, words))


def evidence(text: str, usual: float, words: Vocabulary) -> Iterator[str]:
    """Yield the evidence in a line that it is a caption, or is not."""
    size = len(text)
    yield next((name for most, name in _SIZES if size < most), "endless")
    yield _COUNTS.get(sentences(text) - (len(_SHORT_PLACE.findall(text)) if "(" in text else 0), "more-sentences")
    end = text.rstrip("\"'”’»")[-1:]
    if end in ")]）】":
        yield "ends-in-bracket"
    elif end in "?？":
        yield "ends-in-question"
    elif end not in _STOPS:
        yield "ends-without-stop"
    if _QUOTATION.search(text):
        yield "quotation"
    elif _QUOTE.search(text):
        yield "quoted-word"
    if _OPENS.match(text):
        yield "opens-in-quotes"
    if is_dateline(text):
        yield "dateline"
    if text.split(None, 1)[0].strip(",").casefold() in openers():
        yield "opener"
    if usual:
        if size <= usual / 2:
            yield "half-of-usual"
        elif size > usual:
            yield "over-usual"
    start = text[:24].casefold()
    if start.startswith(picture_openers()):
        yield "says-picture"
    if start.startswith(link_openers()):
        yield "link"
    if _places(words).search(text):
        yield "place"


@lru_cache(maxsize=4)
def _places(words: Vocabulary) -> re.Pattern[str]:
    """Return a pattern for positions in a picture, in brackets or between commas: ``(left)``, ``, left,``."""
    names = sorted(words.places, key=len, reverse=True)
    short, long = ("|".join(map(re.escape, some)) for some in (names, [n for n in names if len(n) > 3]))
    return re.compile(rf"[(（](?:{short})\.?[)）]|, (?:{long}),|\b[vV]\. ?l\.", re.IGNORECASE)
