"""Recognize the text that sites print around articles: standard lines, headings of readers' comments, notices.

The words are in ``captions/data/site_text.toml``, in the languages sites are built in.
"""

from __future__ import annotations

import re
from functools import lru_cache

from captions.lexicon import tables
from captions.text import match_key

# In characters: a longer text is not a standard line.
_LONGEST = 130
_WORDS = ("comments", "rights")


@lru_cache(maxsize=1)
def _tables() -> dict[str, tuple[str, ...]]:
    """Return the lists of words by table; the lines of all languages are one list."""
    read = tables.load("site_text.toml")
    read.only({"lines", *_WORDS})
    lines = read.table("lines")
    return read.word_lists(_WORDS) | {"lines": tuple(line for language in lines for line in lines.texts(language))}


@lru_cache(maxsize=1)
def _lines() -> frozenset[str]:
    return frozenset(map(match_key, _tables()["lines"]))


@lru_cache(maxsize=1)
def _comments() -> re.Pattern[str]:
    words = "|".join(map(re.escape, _tables()["comments"]))
    return re.compile(rf"^\W*(?:\d[\d.,]*\s)?(?:{words})\b.{{0,20}}$", re.IGNORECASE)


@lru_cache(maxsize=1)
def _rights() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _tables()["rights"])), re.IGNORECASE)


def is_line(text: str) -> bool:
    """Return whether a text is a standard line of the site: ``"Read more"``, ``"ANZEIGE"``."""
    return len(text) <= _LONGEST and match_key(text) in _lines()


def heads_comments(text: str) -> bool:
    """Return whether a text is the heading of the readers' comments: ``"27 Comments"``, ``"Kommentare"``."""
    return len(text) <= _LONGEST and _comments().match(text) is not None


def is_notice(text: str) -> bool:
    """Return whether a text is a notice about the whole site: ``"© 2026 Example. All rights reserved."``."""
    return _rights().search(text) is not None
