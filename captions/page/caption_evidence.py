"""Weigh a text in a picture's box as its caption; see :mod:`captions.page.evidence`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from captions.caption.buttons import is_button
from captions.caption.candidates import read
from captions.caption.line_shapes import CLOCK, is_dated
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.page import site_text
from captions.page.element_names import AUTHOR, CAPTION, CREDIT, PICTURE
from captions.page.evidence import LONG, Evidence, Setting, is_byline, says_who_is_shown, weighed
from captions.text import STOPS, has_cjk, match_key, sentences

_COUNTER = re.compile(r"^\W*+\d++\W{0,3}(?:/|\||of|von|de|di|sur|van|av|af|z|из)?\W{0,3}\d*\W*$", re.IGNORECASE)
_MIDDLE = frozenset(",;:.)]}/|%")
"""No text begins with these; the rest of one does."""
# In characters: of a loose text, and of any.
_LONG_LOOSE, _LONG_CAPTION = 250, 450
# In characters: a longer text is not read as a credit, and only a label at its start counts.
_AS_CREDIT, _LABELED = 140, 60


def of(text: str, setting: Setting, words: Vocabulary) -> Evidence:
    """Weigh a text as a caption."""
    as_credit = read(text if len(text) <= _AS_CREDIT else text[:_LABELED], words)
    return weighed("page-caption", ("bias", *_caption_evidence(text, as_credit, setting, words)))


def beside_credit(is_loose: bool, precedes_credit: bool) -> tuple[str, ...]:
    """Return what a clear credit beside a caption says; ``precedes_credit`` if it is the next line."""
    if not is_loose:
        return ("credited",)
    between = ("between the picture and a credit",) if precedes_credit else ()
    return ("credited", "credited, loose", *between)


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
    if is_byline(text, words):
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
    if CLOCK.match(text) or (is_dated(text) and len(text.split()) <= LONG and not (cjk and len(text) > LONG)):
        yield "dated"
    if _COUNTER.match(text):
        yield "counter"
    if is_button(text) or site_text.is_line(text):
        yield "control"
    if site_text.is_notice(text):
        yield "site notice"


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
