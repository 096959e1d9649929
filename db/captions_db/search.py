"""Text as it is stored for search, and as it is asked for: case folded, diacritics off, signs to spaces."""

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
"""Letters that people type without their stroke, and that Unicode does not take apart."""

_LAST_KEPT_CLASS = 9
"""Combining classes up to this (nukta, kana voicing, virama) make another letter, not an accented one."""


class _Folding(dict[int, str | None]):
    """For ``str.translate``: works out what becomes of a character when it is first met."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        category = unicodedata.category(char)
        result: str | None
        if category == "Cf" or unicodedata.combining(char) > _LAST_KEPT_CLASS:
            result = None  # soft hyphens, zero-width marks, accents: words go on without them
        elif category[0] in "LNM":
            result = _LETTERS.get(char, char)
        else:
            result = " "
        self[code] = result
        return result


_FOLDING = _Folding()
_ASCII_FOLDING = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


def fold(text: str) -> str:
    """Give a text without what does not matter in search: ``"Foto: MÜLLER/Getty"`` -> ``"foto muller getty"``.

    Words are parted by one space.
    """
    if text.isascii():
        return " ".join(text.translate(_ASCII_FOLDING).split())
    # Twice: taking a letter apart may give a capital one.
    letters = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(_FOLDING)
    # Put together again: else one Hangul syllable would be found as the beginning of another.
    return " ".join(unicodedata.normalize("NFC", letters).split())


_UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u1100-\u11ff\uac00-\ud7ff"  # Hangul: with spaces, but with endings that one does not search for
    "]+"
)
"""Runs of letters in scripts that put no spaces between words."""

_LONGEST = 60
"""Letters of a word that count: PostgreSQL takes no word of more than 2,046 bytes."""

_MOST = 2_000
"""Words of a text that count: PostgreSQL takes no more than a megabyte of them."""

_WHOLE = 2
"""Letters up to which a word is looked for whole only: ``AP`` is not the beginning of ``April``."""


class Wanted(NamedTuple):
    """A word asked for: as it stands in ``search_text``; ``open`` if a word that only begins so will do."""

    word: str
    open: bool


def search_text(text: str) -> str:
    """Give the form of a text that is stored for search: ``"Foto: 東京 Tower"`` -> ``"foto 東京 京 tower"``.

    Of a script without spaces it holds each two letters that stand together, and the last one: any part of it is
    found by its own pairs, and a single letter as the beginning of a pair.
    """
    folded = fold(text)
    if not folded.isascii():
        folded = " ".join(_UNSPACED.sub(_pairs, folded).split())
    words = folded.split(" ")
    if len(words) > _MOST or len(folded) > _LONGEST:
        return " ".join(word[:_LONGEST] for word in words[:_MOST])
    return folded


def wanted(text: str) -> list[Wanted]:
    """Give what must stand in a ``search_text`` for a text to be found: ``"hafen AP"`` ->
    ``[Wanted("hafen", True), Wanted("ap", False)]``; empty for nothing but signs.
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
    """Give the form for comparing names: ``"dpa / Picture-Alliance"`` -> ``"dpa picture alliance"``.

    A name of nothing but signs is compared as it stands.
    """
    return fold(name) or name.casefold().strip()
