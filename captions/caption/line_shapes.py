"""Recognize captions, dates, paragraphs and lists of roles by the form of a line."""

from __future__ import annotations

import re

from captions.text import closing_bracket_start, has_cjk

_DATELINE = re.compile(
    r"^[A-ZÀ-Þ][^a-z(]{2,40}(?:,? [^(]{2,20})? ?\([^)]{2,30}\)\s*[-–—.:]"
    r"|^[^(]{3,40}\([^()a-z ]{2,12}\)\s?\.?[:–—-]"
)
_QUOTED = re.compile(r"^[\"“„«»‚‘「–—-].{20,}|(?<![^\n])[^\n\"“„«]*+[\"“„«].{30,}[\"”“»][,.]?\s+\w+.{0,60}$")
_DATED = re.compile(
    r"""^\W*(?:\w+\W+){0,3}
    (?:\d{1,2}[./]\s?\d{1,2}[./]\s?\d{2,4}|\d{1,2}\.?\ \w{3,12}\ \d{4}
      |\w{3,12}\ \d{1,2},\ \d{4}|\d{4}[年-]\d\d?[月-]\d\d?日?(?:\s?\d{1,2}[:：]\d\d)?)
    (?:\W.{0,40})?$""",
    re.VERBOSE,
)
CLOCK = re.compile(r"^\W*(?:\d{1,2}[:.]\d\d|\d{1,2}[./]\s?\d{1,2}[./]\s?\d{2,4}|\d{4}-\d\d-\d\d)")
CLOCK_INSIDE = re.compile(r"\b\d{1,2}[:.]\d\d(?:\s?(?:Uhr|h|am|pm|Min)\b|\b(?!\.?\d))")
ROLE = re.compile(r"^[^\W\d_][\w-]*\s?[:：]\s*(?:\S+\s*){1,3}$")  # Styling: Kate Phelan


def is_dated(text: str) -> bool:
    """Return whether a line is little more than a date or time, such as when the article appeared."""
    return CLOCK.match(text) is not None or (len(text) < 80 and _DATED.match(text) is not None)


def is_dateline(text: str) -> bool:
    """Return whether a line begins with a dateline: ``BERLIN (dpa) -``."""
    return _DATELINE.match(text) is not None


def is_article(text: str) -> bool:
    """Return whether a line reads as a paragraph rather than a caption: it has a dateline or a quotation."""
    return _DATELINE.match(text) is not None or _QUOTED.search(text) is not None


def has_words(text: str, least: int) -> bool:
    """Return whether a text has this many words or, in scripts without spaces, three times as many characters."""
    return len(text.split()) >= least or (has_cjk(text) and len(text) >= 3 * least)


def is_caption_text(text: str) -> bool:
    """Return whether a text can be a caption: it contains a word and is not all in brackets."""
    if not any(c.isalnum() for c in text):
        return False
    return not (text[:1] in "([（" and closing_bracket_start(text, len(text)) == 0)
