"""What a page prints around its articles: its own lines, the heading of its readers' comments, its notices.

The words are in ``captions/data/chrome.toml``, in the languages sites are built in.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from captions.text import match_key

# In characters: what is longer is none of a page's lines.
_LONGEST = 130
# In characters, longer than each in the table; and how many stand in a row at most: `Enlarge | Toggle caption`.
_BUTTON, _MOST_BUTTONS = 60, 4


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    return tomllib.loads((files("captions") / "data" / "chrome.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _lines() -> frozenset[str]:
    return frozenset(match_key(line) for lines in _tables()["lines"].values() for line in lines)


@lru_cache(maxsize=1)
def _buttons() -> tuple[str, ...]:
    """Longest first: of two that end a text, the longer is the button."""
    return tuple(sorted(_tables()["buttons"]["words"], key=len, reverse=True))


@lru_cache(maxsize=1)
def _comments() -> re.Pattern[str]:
    words = "|".join(map(re.escape, _tables()["comments"]["words"]))
    return re.compile(rf"^\W*(?:\d[\d.,]*\s)?(?:{words})\b.{{0,20}}$", re.IGNORECASE)


@lru_cache(maxsize=1)
def _rights() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _tables()["rights"]["words"])), re.IGNORECASE)


def is_line(text: str) -> bool:
    """Whether a text is a line of the page: ``"Read more"``, ``"ANZEIGE"``."""
    return len(text) <= _LONGEST and match_key(text) in _lines()


def is_button(text: str) -> bool:
    """Whether a text is that of a button or a link by a picture: ``"Enlarge"``, ``", opens new tab"``."""
    return len(text) <= _BUTTON and text.strip(" ,|·").lower() in _buttons()


def without_button(text: str) -> str:
    """A picture's text without the buttons at its end: ``"A dog. Jo Reed/AP Enlarge this image"``."""
    for _ in range(_MOST_BUTTONS):
        tail = text[-_BUTTON:].lower()
        if not tail.endswith(_buttons()):
            break
        found = next(button for button in _buttons() if tail.endswith(button))
        left = text[: -len(found)]
        if not left.strip(" ,|·"):
            break
        run_on = text[len(left)].isupper() and not text[-2:].isupper()  # Jo Reed/APShow more
        if left[-1].isalpha() and found[0].isascii() and not run_on:
            break  # a word that only ends like one
        text = left.rstrip(" ,|·")
    return text


def heads_comments(text: str) -> bool:
    """Whether the readers' comments begin with a text: ``"27 Comments"``, ``"Kommentare"``."""
    return len(text) <= _LONGEST and _comments().match(text) is not None


def is_notice(text: str) -> bool:
    """Whether a text is what sites write of all that they print: ``"© 2026 Example. All rights reserved."``."""
    return _rights().search(text) is not None
