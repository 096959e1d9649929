"""Normalize text for search: fold case, remove diacritics, replace punctuation with spaces."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_LETTERS = {
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ı": "i",
    "ł": "l",
    "þ": "th",
}
"""Letters that people type without their stroke, and that Unicode does not decompose."""

_LAST_LETTER_CLASS = 9
"""Combining classes up to this (nukta, kana voicing, virama) make a different letter, not an accented one."""


class _Folding(dict[int, str | None]):
    """A table for ``str.translate`` that computes the folding of a character on first use."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        category = unicodedata.category(char)
        result: str | None
        if category == "Cf" or unicodedata.combining(char) > _LAST_LETTER_CLASS:
            result = None  # soft hyphens, zero-width characters and accents do not split words
        elif category[0] in "LNM":
            result = _LETTERS.get(char, char)
        else:
            result = " "
        self[code] = result
        return result


_FOLDING = _Folding()
_ASCII_FOLDING = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


def fold(text: str) -> str:
    """Fold case, accents and punctuation, which search ignores: ``"Foto: MÜLLER/Getty"`` -> ``"foto muller getty"``."""
    if text.isascii():
        return " ".join(text.translate(_ASCII_FOLDING).split())
    # Casefold again, because decomposition may yield a capital letter.
    letters = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(_FOLDING)
    # Recompose, or one Hangul syllable would match as the beginning of another.
    return " ".join(unicodedata.normalize("NFC", letters).split())


_UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u1100-\u11ff\uac00-\ud7ff"  # Hangul: spaced, but words have endings that people leave out of a search
    "]+"
)
"""Runs of letters in scripts without spaces between words."""

_LONGEST = 60
"""Letters stored of a word: PostgreSQL rejects words over 2,046 bytes."""

_MOST = 2_000
"""Words stored of a text: PostgreSQL rejects word lists over a megabyte."""

_WHOLE = 2
"""Words up to this length must match as a whole: ``AP`` must not find ``April``."""


class Wanted(NamedTuple):
    """A word to search for, as in ``search_text``; ``open`` if it may be the beginning of a longer word."""

    word: str
    open: bool


def search_text(text: str) -> str:
    """Return the form of a text that is stored for search: ``"Foto: 東京 Tower"`` -> ``"foto 東京 京 tower"``.

    In scripts without spaces, store each pair of adjacent letters and the last letter: any part of the text is found by
    its pairs, a single letter as the beginning of a pair.
    """
    folded = fold(text)
    if not folded.isascii():
        folded = " ".join(_UNSPACED.sub(_pairs, folded).split())
    words = folded.split(" ")
    if len(words) > _MOST or len(folded) > _LONGEST:
        return " ".join(word[:_LONGEST] for word in words[:_MOST])
    return folded


def wanted(text: str) -> list[Wanted]:
    """Return the words that a ``search_text`` must contain; empty for punctuation only.

    ``"hafen AP"`` -> ``[Wanted("hafen", True), Wanted("ap", False)]``
    """
    found: dict[Wanted, None] = {}
    for word in _UNSPACED.sub(lambda run: f" {run[0]} ", fold(text)).split():
        if not _UNSPACED.match(word):
            found[Wanted(word[:_LONGEST], len(word) > _WHOLE)] = None
        elif len(word) == 1:
            found[Wanted(word, True)] = None
        else:
            found |= {Wanted(word[n : n + 2], False): None for n in range(len(word) - 1)}
    return list(found)


def _pairs(run: re.Match[str]) -> str:
    letters = run[0]
    return " ".join(("", *(letters[n : n + 2] for n in range(len(letters))), ""))


def name_key(name: str) -> str:
    """Return the form for comparing names: ``"dpa / Picture-Alliance"`` -> ``"dpa picture alliance"``.

    A name of punctuation only is compared as it is.
    """
    return fold(name) or name.casefold().strip()
