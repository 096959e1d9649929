"""Spellings of letters that some keyboards lack: ``Söder`` is also printed ``Soeder``, ``Håkon`` also ``Haakon``.

Search keys have no accents: ``soder``. A search for ``Soeder`` also finds keys with ``soder``, and then looks for the
accent in the text itself, so that ``Michael`` does not find ``Michal``.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice, product
from typing import NamedTuple

from captions_db.search import name_key, wanted

_LETTERS = {"ae": "äÄ", "oe": "öÖøØ", "ue": "üÜ", "aa": "åÅ"}
"""Two letters, and those that they replace. Folding itself makes ``ss`` of ``ß`` and ``ae`` of ``æ``."""
_PAIRS = {ord(letter): pair for pair, letters in _LETTERS.items() for letter in letters}
_PAIR = re.compile("|".join(_LETTERS))
_MOST_PAIRS = 3
"""Pairs of letters in a word that are read as one letter; more are rare, and each doubles the spellings."""
_LONG = 5
"""Shorter spellings match whole words only: ``blu`` would begin too many others."""


class WantedSpellings(NamedTuple):
    """A word to search for, as :class:`captions_db.search.Wanted`, with the keys of its other spellings."""

    word: str
    open: bool
    others: tuple[str, ...] = ()


def spelled(text: str) -> list[WantedSpellings]:
    """Return the words to search for, with their other spellings: ``Söder`` also as ``soeder``."""
    found: dict[WantedSpellings, None] = {}
    for token in text.split():
        words, written_out = wanted(token), wanted(_written_out(token))
        for at, it in enumerate(words):
            others = [written_out[at].word] if len(words) == len(written_out) else []
            others += contracted(it.word)
            spellings = dict.fromkeys(word for word in others if word != it.word)
            found[WantedSpellings(it.word, it.open, tuple(spellings))] = None
    return list(found)


def may_begin(word: str) -> bool:
    """Return whether another spelling may be the beginning of a longer word."""
    return len(word) >= _LONG


def contracted(word: str) -> list[str]:
    """Return the keys of words that ``word`` may write out: ``soeder`` gives ``["soder"]``, ``reed`` nothing."""
    choices = ((pair, pair[0]) for pair in _PAIR.findall(word)[:_MOST_PAIRS])
    return [_put(word, chosen) for chosen in islice(product(*choices), 1, None)]


def accented(word: str) -> list[str]:
    """Return how a text may print a word that ``contracted`` reads as another: ``söder``, ``sÖder``, ``søder`` ..."""
    choices = ((pair, *_LETTERS[pair], _decomposed(pair)) for pair in _PAIR.findall(word)[:_MOST_PAIRS])
    return [_put(word, chosen) for chosen in islice(product(*choices), 1, None)]


def name_keys(name: str) -> set[str]:
    """Return the keys by which names are compared in any spelling: ``Söder`` gives ``{"soder", "soeder"}``."""
    return {name_key(name), name_key(_written_out(name))}


def possible_name_keys(name: str) -> set[str]:
    """Return the keys of all names that may be the same; compare these names by :func:`name_keys`."""
    return name_keys(name) | {key for each in name_keys(name) for key in contracted(each)}


def _written_out(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_PAIRS)


def _decomposed(pair: str) -> str:
    return unicodedata.normalize("NFD", _LETTERS[pair][0])


def _put(word: str, chosen: tuple[str, ...]) -> str:
    rest = iter(chosen)
    return _PAIR.sub(lambda pair: next(rest, pair[0]), word)
