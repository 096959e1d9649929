"""Text as it is stored for search, and as it is asked for: case folded, diacritics off, signs to spaces."""

from __future__ import annotations

import unicodedata

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
    """Give the form of a text that is stored for search: ``"Foto: MÜLLER/Getty"`` -> ``"foto muller getty"``.

    Words are parted by one space. A word asked for is looked up anywhere in it, so that a part of a word is
    found too, and so is text in a script that puts no spaces between words.
    """
    if text.isascii():
        return " ".join(text.translate(_ASCII_FOLDING).split())
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_FOLDING)
    # Put together again: else one Hangul syllable would be found as the beginning of another.
    return " ".join(unicodedata.normalize("NFC", letters).split())


def name_key(name: str) -> str:
    """Give the form for comparing names: ``"dpa / Picture-Alliance"`` -> ``"dpa picture alliance"``.

    A name of nothing but signs is compared as it stands.
    """
    return fold(name) or name.casefold().strip()
