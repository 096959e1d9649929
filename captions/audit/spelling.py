"""The register as the audit asks it: who is known, and what is a misprint of a known name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from captions.lexicon.vocabulary import Vocabulary
from captions.text import name_key

# Names shorter than this are not compared: any two abbreviations are a letter or two apart.
SHORTEST = 5
# How many letters may be wrong: a swap, a doubled or a missing letter, or two of them.
_FURTHEST = 2
_SELLERS = ("platform", "stock")


class Register:
    """Wraps a vocabulary; what is asked often is worked out once."""

    def __init__(self, words: Vocabulary) -> None:
        """Takes the vocabulary with which the articles were read."""
        self.words = words
        self._near: dict[str, str | None] = {}

    def is_platform(self, agency: str) -> bool:
        """Whether an agency only passes on what others made: a platform or a stock library."""
        row = self.words.agencies.get(agency)
        return row is not None and row.kind in _SELLERS

    def is_social(self, agency: str) -> bool:
        """Whether anybody shows anything there: naming it tells where a picture was found, not who allowed it."""
        row = self.words.agencies.get(agency)
        return row is not None and row.social

    def near(self, name: str) -> str | None:
        """The one canonical name that ``name`` may be a misprint of: ``Rueters`` gives ``Reuters``."""
        if name not in self._near:
            found = set(self._neighbours(name_key(name)))
            self._near[name] = found.pop() if len(found) == 1 else None
        return self._near[name]

    def _neighbours(self, key: str) -> Iterator[str]:
        """The canonical names of the spellings near a key. An archive has unknown names by the ten thousand."""
        letters = _letters(key)
        for length in range(len(key) - _FURTHEST, len(key) + _FURTHEST + 1):
            for other, spelling, name in self._long.get(length, ()):
                # A letter put in or taken out adds or takes one from the set of letters, a changed one both.
                if (letters ^ other).bit_count() <= 2 * _FURTHEST and are_near(key, spelling):
                    yield name

    def misprint(self, agency: str, line: str) -> str | None:
        """The misprint of an agency in a line: ``Retuers``; None where the name is right, or another."""
        wrong = self._misprints.get(agency)
        if not wrong:
            return None
        key = name_key(line)
        if name_key(agency) in key:
            return None
        return next((alias for alias in wrong if name_key(alias) in key), None)

    @cached_property
    def _long(self) -> dict[int, list[tuple[int, str, str]]]:
        """Length -> (letters, name key, canonical name) of the spellings long enough to be compared."""
        out: dict[int, list[tuple[int, str, str]]] = {}
        for key, spelling in self.words.spellings.items():
            if len(key) >= SHORTEST:
                out.setdefault(len(key), []).append((_letters(key), key, spelling.agency.name))
        return out

    @cached_property
    def _misprints(self) -> dict[str, list[str]]:
        """Canonical name -> the aliases that are misprints of it, longest first."""
        out: dict[str, list[str]] = {}
        for agency in self.words.agencies.values():
            key = name_key(agency.name)
            whole = set(agency.name.split())
            # `Volkskrant` for `de Volkskrant` leaves a word out: a shorter name, not a misprint.
            wrong = [
                alias
                for alias in (*agency.aliases, *agency.weak_aliases)
                if are_near(key, name_key(alias)) and not set(alias.split()) <= whole
            ]
            if wrong:
                out[agency.name] = sorted(wrong, key=lambda alias: (-len(alias), alias))
        return out


def are_near(one: str, other: str) -> bool:
    """Whether two keys differ by one letter, long ones by two: ``retuers`` and ``reuters``."""
    if one == other or min(len(one), len(other)) < SHORTEST:
        return False
    allowed = _FURTHEST if min(len(one), len(other)) >= 10 else 1
    return abs(len(one) - len(other)) <= allowed and _distance(one, other, allowed) <= allowed


def _letters(key: str) -> int:
    """The set of letters in a key, as bits; letters far apart in Unicode may share one."""
    bits = 0
    for char in key:
        bits |= 1 << ord(char) % 61
    return bits


def _distance(one: str, other: str, limit: int) -> int:
    """How many letters to put in, take out, change or swap; ``limit + 1`` if more than ``limit``."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row_before = row, before
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j - 1] + 1, previous[j] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, row_before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before = previous
    return row[-1]
