"""How strongly a text in a picture's box reads as its credit or as its caption: named evidence, summed.

Each piece of evidence adds its weight from ``captions/data/evidence.toml``; none by itself accepts or rejects a text.
The sums are log-odds: 0 is as likely as not. ``docs/how_pages_are_read.md`` explains an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from captions.caption.buttons import is_button
from captions.caption.candidates import LIKELY, POSSIBLE, SURE, read
from captions.caption.evidence import weights
from captions.caption.line_shapes import CLOCK, CLOCK_INSIDE, is_dated
from captions.credit.labels import label_kind
from captions.credit.parser import Reading
from captions.credit.rights import YEAR
from captions.lexicon.vocabulary import Vocabulary
from captions.page import site_text
from captions.page.element_names import AUTHOR, CAPTION, CREDIT, PICTURE, SOURCE
from captions.page.structured import Index
from captions.text import STOPS, has_cjk, match_key, sentences

_SMALL = frozenset(("small", "cite", "em", "i", "footer", "sub", "sup"))
_COUNTER = re.compile(r"^\W*+\d++\W{0,3}(?:/|\||of|von|de|di|sur|van|av|af|z|из)?\W{0,3}\d*\W*$", re.IGNORECASE)
# Places where a copyright notice with a year is the site's own.
_ELSEWHERE = frozenset(("outside", "behind the article"))
_MIDDLE = frozenset(",;:.)]}/|%")
"""No text begins with these; the rest of one does."""
# In words: longer credits are rare, and longer ones than the second are none.
_LONG, _VERY_LONG = 14, 26
# In characters: of a loose text, and of any.
_LONG_LOOSE, _LONG_CAPTION = 250, 450
# In characters: a longer caption is no credit, whatever it names, and only a label at its start says something.
_AS_CREDIT, _LABELED = 140, 60
# How sure a line's own words show a credit: all of it, or what is cut off.
_CREDITS = {SURE: "sure credit", LIKELY: "likely credit", POSSIBLE: "possible credit"}
_CUTS = {SURE: "sure cut", LIKELY: "likely cut", POSSIBLE: "possible cut"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The names of the evidence for a reading of a text, and the sum of their weights."""

    table: str
    names: tuple[str, ...]
    score: float

    def plus(self, *names: str) -> Evidence:
        """Return the evidence with more."""
        return _weighed(self.table, (*self.names, *names)) if names else self


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


def may_be_credit(text: str, setting: Setting) -> bool:
    """Return whether a text is short enough for a credit, or its elements are named one; a fast test."""
    return len(text) <= _AS_CREDIT or bool(setting.flags & CREDIT) or len(text.split()) <= _VERY_LONG


def credit(text: str, setting: Setting, words: Vocabulary) -> tuple[Evidence, Reading]:
    """Weigh a text as a credit; return the evidence and its reading as a credit line."""
    reading = read(text, words)
    names = _credit_evidence(text, reading, setting)
    more = ("says who is shown",) if says_who_is_shown(text, words) else ()
    if _is_byline(text, words):
        more = (*more, "byline")
    return _weighed("page-credit", ("bias", *more, *names)), reading


def caption(text: str, setting: Setting, words: Vocabulary) -> Evidence:
    """Weigh a text as a caption."""
    as_credit = read(text if len(text) <= _AS_CREDIT else text[:_LABELED], words)
    return _weighed("page-caption", ("bias", *_caption_evidence(text, as_credit, setting, words)))


def of_template(reading: Reading, template: int) -> tuple[str, ...]:
    """Return what other boxes of the same shape say: 1 for clear credits in the same slot, -1 for names of people."""
    unclear = reading.label is None and not reading.registered
    if template > 0:
        return ("template, unclear",) if unclear else ("template",)
    return ("template against",) if template < 0 and unclear else ()


def beside_credit(is_loose: bool, precedes_credit: bool) -> tuple[str, ...]:
    """Return what a clear credit beside a caption says; ``precedes_credit`` if it is the next line."""
    if not is_loose:
        return ("credited",)
    between = ("between the picture and a credit",) if precedes_credit else ()
    return ("credited", "credited, loose", *between)


def says_who_is_shown(text: str, words: Vocabulary) -> bool:
    """Return whether a text begins as ``In the photo: Ida Torvik`` does."""
    start = text[:40].partition(":")
    first, _, label = start[0].strip().rpartition(" ")
    if not start[1] or not first or label_kind(label, words) is None:
        return False
    return first.split()[-1].casefold() in words.showing


def _weighed(table: str, names: tuple[str, ...]) -> Evidence:
    known = weights(table)
    return Evidence(table, names, round(sum([known.get(name, 0.0) for name in names]), 2))


def _credit_evidence(text: str, reading: Reading, at: Setting) -> Iterator[str]:
    if not at.rest:  # else the caption in front of it is weighed by them
        yield from at.line.place
    yield from _of_reading(reading)
    if at.strength:
        yield (_CUTS if at.rest else _CREDITS)[at.strength]
    if at.is_in_figure and not at.flags & CREDIT:
        yield "in a figure"
    yield from _of_names(reading, at)
    yield from _of_setting(text, reading, at)
    yield from _of_words(text, reading, at)


def _of_reading(reading: Reading) -> Iterator[str]:
    """Yield what the line itself says: a label, known agencies, a chain of names."""
    if reading.label in ("before", "by", "after"):
        yield "label"
    elif reading.label == "weak":
        yield "weak label"
    elif reading.label == "sign" or reading.credit.copyright_notice:
        yield "sign"
    organizations = [party for party in reading.parties if party.kind == "organization"]
    if any(not party.weak for party in reading.registered):
        yield "known agency"
    elif reading.registered:
        yield "weak agency"
    if not reading.clean:
        yield "unclean"
        return
    several = len(reading.persons) + len(reading.registered) + len(organizations) > 1
    if several and any(party.joint not in ("", ",", "and", "stop") for party in reading.parties):
        yield "chain"
    if "courtesy" in reading.credit.qualifiers:
        yield "courtesy"
    if reading.persons:
        yield "person"
    elif organizations:
        yield "organization"
    elif any(party.kind == "mark" for party in reading.parties):
        yield "qualifier"
    elif not reading.registered:
        yield "nobody"


def _of_names(reading: Reading, at: Setting) -> Iterator[str]:
    """Yield what the names of the text's elements say."""
    if at.flags & CREDIT:
        readable = reading.clean or bool(reading.registered) or reading.label is not None
        yield "named credit" if readable else "named credit, unclear"
        if at.flags & CAPTION and at.tag != "figcaption":
            yield "named both"
    elif at.flags & AUTHOR:
        yield "named author behind a caption" if at.rest and at.is_last and reading.clean else "named author"
    elif at.flags & SOURCE:
        yield "named source"
    elif at.flags & CAPTION and not at.rest and at.line.is_alone:
        yield "named caption"
    if at.tag in _SMALL:
        yield "small"


def _of_setting(text: str, reading: Reading, at: Setting) -> Iterator[str]:
    """Yield what the text's place among the others of its box says."""
    if at.is_edge:
        yield "own element"
        if at.rest[-1:] in STOPS:
            yield "caption ends"
        elif not has_cjk(at.rest):  # captions in these scripts end without a stop
            yield "caption goes on"
    elif at.rest:
        yield "cut"
    else:
        yield "alone" if at.line.is_alone else "own line"
    if at.is_last:
        yield "last"
    elif at.line.is_first:
        yield "first"
    yield from _of_shape(text, reading, at)
    is_linked = at.is_linked and reading.label is None and not at.flags & CREDIT
    is_heading = at.line.is_heading and "heading in the box" not in at.line.place
    for name, is_so in (
        ("heading", is_heading), ("linked", is_linked), ("loose", at.line.is_loose),
        ("inside a credit element", at.divides_credit),
    ):  # fmt: skip
        if is_so:
            yield name


def _of_shape(text: str, reading: Reading, at: Setting) -> Iterator[str]:
    """Yield what brackets and elements around a name behind a caption say."""
    if text[:1] in "([（" and text[-1:] in ")]）":
        yield "bracketed alone" if at.line.is_alone and not at.rest and reading.clean else "bracketed"
        if at.rest and reading.clean and at.is_in_figure:
            yield "bracketed name behind a caption"
    elif at.is_edge and at.is_last and reading.clean and at.is_in_figure and not at.is_linked and len(text.split()) < 6:
        yield "name in an element behind a caption"
    elif (
        at.line.follows_sentence
        and not at.rest
        and reading.clean
        and reading.persons
        and at.is_in_figure
        and not at.is_linked
    ):
        yield "name in a line behind a caption"


def _of_words(text: str, reading: Reading, at: Setting) -> Iterator[str]:
    """Yield what speaks against a credit in the text's words and length."""
    count = len(text.split())
    unlabeled = reading.label is None
    if count > _LONG:
        yield "very long" if count > _VERY_LONG else "long"
    elif count == 1 and unlabeled and not reading.registered and not has_cjk(text):
        yield "one word"
    if text[-1:] in STOPS and count > 4 and unlabeled:
        yield "sentence"
    if text[:1].islower() and unlabeled:
        yield "small letter"
    if is_dated(text) or CLOCK_INSIDE.search(text):
        yield "dated"
    if is_button(text) or site_text.is_line(text):
        yield "control"
    if site_text.is_notice(text):
        yield "site notice"
    if not _ELSEWHERE.isdisjoint(at.line.place) and YEAR.search(reading.credit.copyright_notice or ""):
        yield "site's copyright"
    if at.line.data is not None and match_key(reading.credit.line) in at.line.data.credits:
        yield "in the data"
    if unlabeled and not reading.registered and match_key(text) in at.line.alts:
        yield "repeats alt"


def _caption_evidence(text: str, reading: Reading, at: Setting, words: Vocabulary) -> Iterator[str]:
    yield from at.line.place
    if says_who_is_shown(text, words):
        yield "says who is shown"
    elif reading.label in ("before", "by", "sign") or (
        reading.clean and len(text) <= _AS_CREDIT and _names_a_source(reading)
    ):
        yield "reads as a credit"
    elif reading.label == "weak" and reading.clean:
        yield "reads as a source"
    if at.flags & CAPTION:
        yield "named caption"
    if at.flags & CREDIT and not at.divides_credit:
        yield "named credit"
    elif at.flags & AUTHOR:
        yield "named author"
    if _is_byline(text, words):
        yield "byline"
    key = match_key(text)
    if at.line.data is not None and key in at.line.data.captions:
        yield "in the data"
    if _repeats(key, at.line.alts):
        yield "repeats alt"
        if at.line.is_loose and _is_alt(key, at.line.alts) and not at.is_linked and not text.istitle():
            yield "repeats alt, loose"
    if text[0] in _MIDDLE:
        yield "fragment"
    yield from _of_caption_words(text)
    yield from _of_caption_setting(text, reading, at)


def _of_caption_setting(text: str, reading: Reading, at: Setting) -> Iterator[str]:
    """Yield what the names of a caption's elements and its place in the box say."""
    is_short = 2 <= len(text.split()) < 4 and not has_cjk(text) and text[0] not in "(["
    if at.flags & CAPTION and is_short and reading.label is None and not at.flags & CREDIT:
        yield "named, two words or three"
    if at.tag == "figcaption":
        yield "figcaption"
    elif at.is_in_figure:
        yield "figure"
    elif at.line.box_flags & PICTURE:
        yield "picture"
    if at.line.box_flags & CAPTION and not at.flags & CAPTION:
        yield "another is named"
    yield from _of_loose(text, at) if at.line.is_loose else _of_own_element(text, reading, at)
    is_heading = at.line.is_heading and "heading in the box" not in at.line.place
    for name, is_so in (("heading", is_heading), ("linked", at.is_linked), ("before", at.line.is_before)):
        if is_so:
            yield name


def _of_own_element(text: str, reading: Reading, at: Setting) -> Iterator[str]:
    """Yield what a caption's length says in an element of its picture's own."""
    if at.line.is_alone and not at.is_linked and (len(text.split()) >= 4 or has_cjk(text)):
        yield "only text"
        if at.line.is_in_row and not at.rest and reading.label is None and not _is_paragraph(text):
            yield "only text, in a row"
    if len(text) > _LONG_CAPTION:
        yield "long"


def _of_loose(text: str, at: Setting) -> Iterator[str]:
    """Yield what counts only for a text next to a picture without an element of its own."""
    yield "loose"
    if at.rest and at.strength:
        yield "cut from its credit, loose"
    if at.flags & CAPTION:
        yield "named caption, loose"
    if _is_paragraph(text):
        yield "paragraph"


def _is_paragraph(text: str) -> bool:
    """Return whether a text is as long as a paragraph of the article."""
    return sentences(text) > 2 or len(text) > _LONG_LOOSE


def _of_caption_words(text: str) -> Iterator[str]:
    cjk = has_cjk(text)
    count = len(text.split()) * (3 if cjk else 1)
    if count == 1 or (cjk and len(text) <= 4):
        yield "one word"
    elif count >= 4 or (cjk and len(text) > 10):
        yield "words"
    if text[-1:] in STOPS and count >= 4:
        yield "sentence"
    if CLOCK.match(text) or (is_dated(text) and len(text.split()) <= _LONG and not (cjk and len(text) > _LONG)):
        yield "dated"
    if _COUNTER.match(text):
        yield "counter"
    if is_button(text) or site_text.is_line(text):
        yield "control"
    if site_text.is_notice(text):
        yield "site notice"


def _is_byline(text: str, words: Vocabulary) -> bool:
    """Return whether a short text begins as a byline does: with ``By`` and no noun."""
    return text.split(" ", 1)[0].casefold() in words.bys and len(text.split()) <= _LONG


def _names_a_source(reading: Reading) -> bool:
    """Return whether a line names a known agency, or a person in a chain."""
    if any(not party.weak for party in reading.registered) or "courtesy" in reading.credit.qualifiers:
        return True
    return bool(reading.persons) and any(party.joint in ("/", "|", "via", "courtesy") for party in reading.parties)


def _is_alt(key: str, alts: frozenset[str]) -> bool:
    """Return whether several words are an alternative text, or all of it but the name of the site behind it."""
    if " " not in key and not has_cjk(key):
        return False
    return key in alts or (len(key) > 20 and any(alt.startswith(key) and len(alt) - len(key) <= 30 for alt in alts))


def _repeats(key: str, alts: frozenset[str]) -> bool:
    """Return whether a text says what the picture's alternative text says, or the longer part of it."""
    if key in alts:
        return True
    return len(key) > 20 and any(len(alt) > 20 and (alt.startswith(key) or key.startswith(alt)) for alt in alts)
