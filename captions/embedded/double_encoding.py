"""Repair UTF-8 that was read as Windows-1252 or Latin-1 and encoded again: ``JosÃ©`` for ``José``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_MOST_ROUNDS = 3
"""Some values went through several programs that did the same."""
_UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
# Windows-1252 has letters and signs for the bytes from 0x80 to 0x9F, Latin-1 control characters. Programs mix both.
_BYTES = {bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0x100) if byte not in _UNDEFINED}
_BYTES |= {chr(byte): byte for byte in range(0x80, 0x100)}
_LATER = "".join(re.escape(char) for char, byte in _BYTES.items() if byte < 0xC0)
_SEQUENCE = re.compile(f"[Â-ß][{_LATER}]|[à-ï][{_LATER}]{{2}}|[ð-ô][{_LATER}]{{3}}")
_CUT = re.compile(f"(?:[Â-ô]|[à-ô][{_LATER}]|[ð-ô][{_LATER}]{{2}})$")
"""The beginning of a sequence at the end of a value that was cut."""
_LATIN_LEADS = frozenset("ÂÃÄÅÆÈ")
"""Those of letters with accents and of Latin-1 signs: À to ƿ, and Romanian ș and ț."""
_AFTER_CAPITALS = frozenset("…’”‘“»«°™®©·–—‹›‚„¡¿ºª¹²³£€¢\xa0")
"""Signs that may follow a capital letter in correct text: ``ATÉ AMANHÃ…``."""
_BETWEEN_WORDS = frozenset("’‘“”…–—·\xa0")
_C1 = re.compile("[\x80-\x9f]")


@dataclass(frozen=True, slots=True)
class _EncodedChar:
    """Characters that are the bytes of one character in UTF-8."""

    start: int
    end: int
    text: str
    char: str


def mend(text: str) -> str:
    """Return the text with the characters that were encoded twice or more often: ``JosÃ© MartÃ­`` is ``José Martí``.

    The repair must be certain. ``AMANHÃ…`` is left alone, because it may end in an ellipsis. A character that
    IIM cut at the end is dropped.
    """
    mended = candidate = text
    for _ in range(_MOST_ROUNDS):
        before, candidate = candidate, _decoded_once(candidate)
        if candidate == before:
            break
        if not _C1.search(candidate):
            mended = candidate
    return mended


def _decoded_once(text: str) -> str:
    if text.isascii():
        return text
    found = list(_sequences(text))
    certain = sum(_is_certain(text, item, found[at - 1] if at else None) for at, item in enumerate(found))
    if not certain:
        return text
    end = len(text)
    if (cut := _CUT.search(text)) and cut.start() >= found[-1].end:
        end = cut.start()
    covered = sum(item.end - item.start for item in found) + len(text) - end
    # Some program may have added a correct sign, such as ©; then one accident must not decide.
    if covered < sum(char in _BYTES for char in text) and certain < 2:
        return text
    parts, at = [], 0
    for item in found:
        parts += [text[at : item.start], item.char]
        at = item.end
    return "".join([*parts, text[at:end]])


def _sequences(text: str) -> Iterator[_EncodedChar]:
    at = 0
    while match := _SEQUENCE.search(text, at):
        at = match.start() + 1
        try:
            char = bytes(_BYTES[part] for part in match.group()).decode("utf-8")
        except UnicodeDecodeError:
            continue
        at = match.end()
        yield _EncodedChar(match.start(), at, match.group(), char)


def _is_certain(text: str, item: _EncodedChar, previous: _EncodedChar | None) -> bool:
    """Return whether correct text cannot contain these characters in this place."""
    before, after = text[item.start - 1 : item.start], text[item.end : item.end + 1]
    follows = previous is not None and previous.end == item.start
    if len(item.text) > 2:
        # Quotes and dashes, emoji, or at least two characters of a script: one may be `é”…`.
        return item.text[0] in "âð" or (follows and previous is not None and len(previous.text) > 2)
    if follows and previous is not None and _script(previous.char) == _script(item.char) != "LATIN":
        return True
    if item.text[0] not in _LATIN_LEADS:
        return False
    if item.text[1] not in _AFTER_CAPITALS or before.islower():
        return True
    if item.text[0] == "Â":
        return not before.isalpha()
    # `CAFÉ’s` has no ɒ, but `SÃ£o` is São.
    ends_word = item.text[1] in _BETWEEN_WORDS and before.isupper()
    return item.char.isalpha() and after.islower() and not ends_word


def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]
