"""How strongly a text in a picture's box reads as its credit or as its caption: named evidence, summed.

Each piece of evidence adds its weight from ``WEIGHTS``; nothing alone accepts or rejects a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from captions.caption.buttons import is_button
from captions.caption.candidates import read
from captions.caption.line_shapes import CLOCK, CLOCK_INSIDE, is_dated
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.page import site_text
from captions.page.element_names import AUTHOR, CAPTION, CREDIT, PICTURE, SOURCE
from captions.text import has_cjk, match_key, sentences

_T = (
    json.loads(Path("/tmp/ev/weights.json").read_text())
    if Path("/tmp/ev/weights.json").exists()
    else {"credit": {}, "caption": {}}
)
CREDIT_WEIGHTS: dict[str, float] = _T["credit"]
CAPTION_WEIGHTS: dict[str, float] = _T["caption"]
# The sums from which a text is taken.
CREDIT_FROM, CAPTION_FROM = 0.3, 0.0
_SMALL = frozenset(("small", "cite", "em", "i", "footer", "sub", "sup"))
_COUNTER = re.compile(r"^\W*\d+\W{0,3}(?:/|\||of|von|de|di|sur|van|av|af|z|из)?\W{0,3}\d*\W*$", re.IGNORECASE)
# In words: longer credits are rare, and longer ones than the second are none.
_LONG, _VERY_LONG = 14, 26
_STOPS = ".!?。！？"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against a reading of a text."""

    names: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Setting:
    """How a text is set in its box."""

    flags: int = 0
    """What the names of its elements say, up to the box."""
    tag: str = ""
    figure: bool = False
    """Whether a figure element holds it."""
    box_flags: int = 0
    edge: bool = False
    """Whether an element of its own separates it from the rest of its line."""
    rest: str = ""
    """The rest of its line, where it is cut off from it."""
    alone: bool = False
    """Whether the box holds no other text."""
    first: bool = False
    last: bool = False
    before: bool = False
    """Whether it precedes the picture."""
    linked: bool = False
    heading: bool = False
    loose: bool = False
    inside_credit: bool = False
    """Whether the cut is inside an element named a credit."""
    alts: frozenset[str] = frozenset()
    """Keys of the picture's alternative text and title."""
    data_caption: str = ""
    data_credit: str = ""
    """Keys of what structured data say."""
    credited: bool = False
    """Whether another text of the box is a credit that speaks for itself."""
    place: tuple[str, ...] = ()
    """What the place of the box on the page says."""
    template: int = 0
    """1 if clear boxes of the same shape print a credit there, -1 if many of them print names of people shown."""


def credit(text: str, setting: Setting, words: Vocabulary) -> tuple[Evidence, Reading]:
    """Weigh a text as a credit; return the evidence with its reading as a credit line."""
    reading = read(text, words)
    return _summed(_credit_names(text, reading, setting), CREDIT_WEIGHTS), reading


def caption(text: str, setting: Setting, words: Vocabulary) -> Evidence:
    """Weigh a text as a caption."""
    return _summed(_caption_names(text, read(text[:200], words), setting, words), CAPTION_WEIGHTS)


def _names_a_source(reading: Reading) -> bool:
    """Return whether a line names a known agency, or a person in a chain."""
    if any(not p.weak for p in reading.registered):
        return True
    return bool(reading.persons) and any(p.joint in ("/", "|", "via", "courtesy") for p in reading.parties)


def _summed(names: Iterator[str], weights: dict[str, float]) -> Evidence:
    found = ("bias", *names)
    return Evidence(found, round(sum(weights.get(name, 0.0) for name in found), 2))


def _credit_names(text: str, reading: Reading, at: Setting) -> Iterator[str]:
    yield from at.place
    kinds = tuple(_of_reading(reading))
    yield from kinds
    kind = next(
        (
            one
            for one in (
                "label",
                "sign",
                "weak label",
                "known agency",
                "chain",
                "unclean",
                "person",
                "organization",
                "weak agency",
                "qualifier",
            )
            if one in kinds
        ),
        "nobody",
    )
    if at.loose:
        how = "loose"
    elif at.flags & CREDIT:
        how = "named credit"
    elif at.edge:
        how = "own element, caption ends" if at.rest[-1:] in _STOPS else "own element"
    elif at.rest:
        how = "cut, caption ends" if at.rest[-1:] in _STOPS else "cut"
    elif at.alone:
        how = "alone"
    else:
        how = "own line"
    yield f"{kind} | {how}"
    if at.tag == "figcaption" or at.figure:
        yield f"{kind} | in a figure"
    readable = reading.clean or bool(reading.registered) or reading.label is not None
    if at.flags & CREDIT:
        yield "named credit" if readable else "named credit, unclear"
        if at.flags & CAPTION and at.tag != "figcaption":
            yield "named both"
    elif at.flags & AUTHOR:
        yield "named author behind a caption" if at.rest and at.last and reading.clean else "named author"
    elif at.flags & SOURCE:
        yield "named source"
    elif at.flags & CAPTION and not at.edge and not at.rest and at.alone:
        yield "named caption"
    if at.tag in _SMALL:
        yield "small"
    if at.edge:
        yield "own element"
        yield "caption ends" if at.rest[-1:] in _STOPS else "caption goes on"
    elif at.rest:
        yield "cut"
    elif at.alone:
        yield "alone"
    else:
        yield "own line"
    if at.last:
        yield "last"
    elif at.first:
        yield "first"
    if text[:1] in "([（" and text[-1:] in ")]）":
        yield "bracketed"
        if at.rest and reading.clean and at.figure:
            yield "bracketed name behind a caption"
    elif at.edge and at.last and reading.clean and at.figure and len(text.split()) < 6 and not at.linked:
        yield "name in an element behind a caption"
    count = len(text.split())
    if count > _VERY_LONG:
        yield "very long"
    elif count > _LONG:
        yield "long"
    elif count == 1 and reading.label is None and not reading.registered:
        yield "one word"
    if text[-1:] in _STOPS and count > 4 and reading.label is None:
        yield "sentence"
    if text[:1].islower() and reading.label is None:
        yield "small letter"
    if is_dated(text) or CLOCK_INSIDE.search(text):
        yield "dated"
    if at.heading:
        yield "heading"
    if at.linked:
        yield "linked"
    if is_button(text) or site_text.is_line(text):
        yield "control"
    if site_text.is_notice(text):
        yield "site notice"
    if at.data_credit and match_key(reading.credit.line) == at.data_credit:
        yield "in data"
    if match_key(text) in at.alts and reading.label is None and not reading.registered:
        yield "repeats alt"
    if at.inside_credit:
        yield "inside a credit element"
    if at.loose:
        yield "loose"
    if at.template > 0:
        yield "template" if reading.label is not None or reading.registered else "template, unclear"
    elif at.template < 0 and reading.label is None and not reading.registered:
        yield "template against"


@lru_cache(maxsize=4096)
def _reading_names(reading: Reading) -> tuple[str, ...]:
    return tuple(_of_reading(reading))


def _of_reading(reading: Reading) -> Iterator[str]:
    """Yield what the line itself says: a label, known agencies, a chain of names."""
    if reading.label in ("before", "by", "after"):
        yield "label"
    elif reading.label == "weak":
        yield "weak label"
    elif reading.label == "sign" or reading.credit.copyright_notice:
        yield "sign"
    strong = [p for p in reading.registered if not p.weak]
    organizations = [p for p in reading.parties if p.kind == "organization"]
    if strong:
        yield "known agency"
    elif reading.registered:
        yield "weak agency"
    if reading.clean and len(reading.persons) + len(reading.registered) + len(organizations) > 1:
        if any(p.joint not in ("", ",", "and", "stop") for p in reading.parties):
            yield "chain"
    if reading.clean and reading.persons:
        yield "person"
    elif reading.clean and organizations:
        yield "organization"
    elif reading.clean and any(p.kind == "mark" for p in reading.parties):
        yield "qualifier"
    elif not reading.registered and reading.clean:
        yield "nobody"
    if not reading.clean:
        yield "unclean"


def _caption_names(text: str, reading: Reading, at: Setting, words: Vocabulary) -> Iterator[str]:
    yield from at.place
    if reading.label in ("before", "by", "sign") or (reading.clean and len(text) <= 140 and _names_a_source(reading)):
        yield "reads as a credit"
    if at.flags & CAPTION:
        yield "named caption"
    if at.flags & CREDIT:
        yield "named credit"
    elif at.flags & AUTHOR:
        yield "named author"
    if text.split(" ", 1)[0].casefold() in words.bys and len(text.split()) <= 8:
        yield "byline"
    key = match_key(text)
    if key and any(
        key == alt or (len(key) > 20 and (alt.startswith(key) or key.startswith(alt)) and len(alt) > 20)
        for alt in at.alts
    ):
        yield "repeats alt"
    if at.data_caption and (key == at.data_caption or (len(key) > 20 and at.data_caption.startswith(key))):
        yield "in data"
    count = len(text.split()) * (1 if not has_cjk(text) else 3)
    if count == 1 and not (has_cjk(text) and len(text) > 4):
        yield "one word"
    elif count >= 4 or (has_cjk(text) and len(text) > 10):
        yield "words"
    if text[-1:] in _STOPS and count >= 4:
        yield "sentence"
    if at.tag == "figcaption":
        yield "figcaption"
    elif at.figure:
        yield "figure"
    elif at.box_flags & PICTURE:
        yield "picture"
    if at.box_flags & CAPTION and not at.flags & CAPTION:
        yield "another is named"
    if at.heading:
        yield "heading"
    if at.linked:
        yield "linked"
    if CLOCK.match(text) or is_dated(text):
        yield "dated"
    if _COUNTER.match(text):
        yield "counter"
    if is_button(text) or site_text.is_line(text):
        yield "control"
    if site_text.is_notice(text):
        yield "site notice"
    if at.loose:
        yield "loose"
        if sentences(text) > 2 or len(text) > 250:
            yield "paragraph"
    elif len(text) > 450:
        yield "long"
    if at.before:
        yield "before"
    if at.credited:
        yield "credited"
        if at.loose:
            yield "credited, loose"
