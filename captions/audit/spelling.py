"""Look up agencies for the audit: known names, and misprints of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from captions.lexicon.vocabulary import Vocabulary
from captions.text import name_key

# Shorter names are not compared, because any two abbreviations differ by a letter or two.
SHORTEST = 5
# The most letters that may be swapped, doubled, missing or wrong.
_FURTHEST = 2
_SELLERS = ("platform", "stock")


class Register:
    """A vocabulary with cached spelling lookups."""

    def __init__(self, words: Vocabulary, freelancers: frozenset[str] = frozenset()) -> None:
        """Wrap the vocabulary that read the articles; ``freelancers`` are name keys of creators with an agreement."""
        self.words, self.freelancers = words, freelancers
        self._near: dict[str, str | None] = {}
        self._misprints: dict[str, list[str]] = {}

    def is_platform(self, agency: str) -> bool:
        """Return whether an agency only distributes the work of others: a platform or a stock library."""
        row = self.words.agencies.get(agency)
        return row is not None and row.kind in _SELLERS

    def is_social(self, agency: str) -> bool:
        """Return whether an agency is a social network, where anyone may post a picture without owning it."""
        row = self.words.agencies.get(agency)
        return row is not None and row.social

    def near(self, name: str) -> str | None:
        """Return the canonical name that ``name`` may misspell, if exactly one fits: ``Rueters`` gives ``Reuters``."""
        if name not in self._near:
            found = set(self._neighbors(name_key(name)))
            self._near[name] = found.pop() if len(found) == 1 else None
        return self._near[name]

    def _neighbors(self, key: str) -> Iterator[str]:
        """Yield the canonical names with a spelling near a key; fast, since archives have 10,000s of unknown names."""
        letters = _letters(key)
        for length in range(len(key) - _FURTHEST, len(key) + _FURTHEST + 1):
            for other, spelling, name in self._long.get(length, ()):
                # An inserted or missing letter changes the set of letters by at most one, a wrong letter by two.
                if (letters ^ other).bit_count() <= 2 * _FURTHEST and are_near(key, spelling):
                    yield name

    def misprint(self, agency: str, line: str) -> str | None:
        """Return the misprint of an agency in a line: ``Retuers``; None if the name is correct or an accepted alias."""
        if agency not in self._misprints:
            self._misprints[agency] = self._misprints_of(agency)
        wrong = self._misprints[agency]
        if not wrong:
            return None
        key = name_key(line)
        if name_key(agency) in key:
            return None
        return next((alias for alias in wrong if name_key(alias) in key), None)

    @cached_property
    def _long(self) -> dict[int, list[tuple[int, str, str]]]:
        """Map each length to the (letters, name key, canonical name) of the spellings long enough to compare."""
        out: dict[int, list[tuple[int, str, str]]] = {}
        for key, spelling in self.words.spellings.items():
            if len(key) >= SHORTEST:
                out.setdefault(len(key), []).append((_letters(key), key, spelling.agency.name))
        return out

    def _misprints_of(self, name: str) -> list[str]:
        """Return the aliases that misspell a canonical name, longest first."""
        agency = self.words.agencies.get(name)
        if agency is None:
            return []
        key, whole = name_key(name), set(name.split())
        # `Volkskrant` for `de Volkskrant` omits a word: a shorter name, not a misprint.
        wrong = [
            alias
            for alias in (*agency.aliases, *agency.weak_aliases)
            if are_near(key, name_key(alias)) and not set(alias.split()) <= whole
        ]
        return sorted(wrong, key=lambda alias: (-len(alias), alias))


def are_near(key: str, other: str) -> bool:
    """Return whether two keys differ by one letter, long keys by two: ``retuers`` and ``reuters``."""
    if key == other or min(len(key), len(other)) < SHORTEST:
        return False
    allowed = _FURTHEST if min(len(key), len(other)) >= 10 else 1
    return abs(len(key) - len(other)) <= allowed and _distance(key, other, allowed) <= allowed


def _letters(key: str) -> int:
    """Return the set of letters in a key as bits; two letters may share a bit."""
    bits = 0
    for char in key:
        bits |= 1 << ord(char) % 61
    return bits


def _distance(key: str, other: str, limit: int) -> int:
    """Count the letters to insert, delete, replace or swap; return ``limit + 1`` above ``limit``."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(key, 1):
        previous, row_before = row, before
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j - 1] + 1, previous[j] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and key[i - 2] == b:
                cost = min(cost, row_before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before = previous
    return row[-1]
