"""Weigh a text in a picture's box as its credit; see :mod:`captions.page.evidence`."""

from __future__ import annotations

from collections.abc import Iterator

from captions.caption.buttons import is_button
from captions.caption.bylines import is_reporter
from captions.caption.candidates import LIKELY, POSSIBLE, SURE, read
from captions.caption.line_shapes import CLOCK_INSIDE, is_dated
from captions.credit.parser import Reading
from captions.credit.rights import YEAR
from captions.lexicon.vocabulary import Vocabulary
from captions.page import site_text
from captions.page.element_names import AUTHOR, CAPTION, CREDIT, SOURCE
from captions.page.evidence import LONG, Evidence, Setting, is_byline, says_who_is_shown, weighed
from captions.text import STOPS, has_cjk, match_key

_SMALL = frozenset(("small", "cite", "em", "i", "footer", "sub", "sup"))
# Places where a copyright notice with a year is the site's own.
_ELSEWHERE = frozenset(("outside", "behind the article"))
# A text with more words is not a credit, unless it has fewer characters than this.
_VERY_LONG, _SHORT = 26, 140
# How sure a line's own words show a credit: all of it, or what is cut off.
_CREDITS = {SURE: "sure credit", LIKELY: "likely credit", POSSIBLE: "possible credit"}
_CUTS = {SURE: "sure cut", LIKELY: "likely cut", POSSIBLE: "possible cut"}


def may_be_credit(text: str, setting: Setting) -> bool:
    """Return whether a text is short enough for a credit, or its elements are named one; a fast test."""
    return len(text) <= _SHORT or bool(setting.flags & CREDIT) or len(text.split()) <= _VERY_LONG


def of(text: str, setting: Setting, words: Vocabulary) -> tuple[Evidence, Reading]:
    """Weigh a text as a credit; return the evidence and its reading as a credit line."""
    reading = read(text, words)
    names = _credit_evidence(text, reading, setting)
    more = ("says who is shown",) if says_who_is_shown(text, words) else ()
    if is_byline(text, words):
        more = (*more, "byline")
    return weighed("page-credit", ("bias", *more, *names)), reading


def of_template(reading: Reading, template: int) -> tuple[str, ...]:
    """Return what other boxes of the same shape say: 1 for clear credits in the same slot, -1 for names of people."""
    unclear = reading.label is None and not reading.registered
    if template > 0:
        return ("template, unclear",) if unclear else ("template",)
    return ("template against",) if template < 0 and unclear else ()


def _credit_evidence(text: str, reading: Reading, at: Setting) -> Iterator[str]:
    if not at.rest:  # else the caption in front of it is weighed by them
        yield from at.line.place
    yield from _of_reading(reading)
    if at.strength:
        yield (_CUTS if at.rest else _CREDITS)[at.strength]
    if at.is_in_figure and not at.flags & CREDIT:
        yield "in a figure"
    yield from _of_names(text, reading, at)
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
    if not reading.clean and not reading.is_rights_only:
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
    elif reading.is_rights_only or any(party.kind == "mark" for party in reading.parties):
        yield "qualifier"
    elif not reading.registered:
        yield "nobody"


def _of_names(text: str, reading: Reading, at: Setting) -> Iterator[str]:
    """Yield what the names of the text's elements say."""
    if at.flags & CREDIT:
        readable = reading.clean or reading.is_rights_only or bool(reading.registered) or reading.label is not None
        yield "named credit" if readable else "named credit, unclear"
        if at.flags & CAPTION and at.tag != "figcaption":
            yield "named both"
    elif at.flags & AUTHOR:
        yield "named author behind a caption" if at.rest and at.is_last and reading.clean else "named author"
    elif at.flags & SOURCE:
        yield "named source"
    elif at.flags & CAPTION and not at.rest and at.line.is_alone:
        yield "named caption"
    if at.rest and is_reporter(text):
        yield "reporter behind a caption"
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


def _is_named(reading: Reading, at: Setting) -> bool:
    """Return whether a name is in an element named a credit or a source, where one word is as likely as two."""
    return (reading.clean or reading.is_rights_only) and bool(at.flags & (CREDIT | SOURCE))


def _of_length(text: str, reading: Reading, at: Setting) -> Iterator[str]:
    """Yield what speaks against a credit in the text's number of words, its end and its first letter."""
    count = len(text.split())
    unlabeled = reading.label is None
    if count > LONG:
        yield "very long" if count > _VERY_LONG else "long"
    elif count == 1 and unlabeled and not reading.registered and not has_cjk(text) and not _is_named(reading, at):
        yield "one word"
    if text[-1:] in STOPS and count > 4 and unlabeled:
        yield "sentence"
    if text[:1].islower() and unlabeled:
        yield "small letter"


def _of_words(text: str, reading: Reading, at: Setting) -> Iterator[str]:
    """Yield what speaks against a credit in the text's words and length, and what the page's data has."""
    unlabeled = reading.label is None
    yield from _of_length(text, reading, at)
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
