"""Write the texts that are hardest for a regular expression: its own parts, repeated, and then an end that fails."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.support.regex_steps import ONE_CHARACTER, REPEATS, Node, one, tree_of

# Characters of the kinds that patterns distinguish; those that a pattern names are added.
_CHARACTERS = [
    *map(chr, range(9, 14)), " ", *map(chr, range(33, 127)), "\0", "\x1b",
    *"éÉß©…：＝／（）「」“”’–·€中가あяЯאع\u00a0\u200b\u200d\u2028\ufeff\U0001f4f7",
]  # fmt: skip
# Repeats of fewer are short.
_LONG = 8
# Of each pattern: the characters repeated, the alternatives of a body, the places of a repeat, and the ends of each.
_MOST_SETS, _MOST_CHOICES, _MOST_ALIKE, _MOST_ENDS = 8, 5, 3, 3
# A repeat of more is not satisfied before the text is long.
_MOST_COPIES = 64


class Pump(NamedTuple):
    """A text to make longer: what leads to the repeated body, the body, and what ends it."""

    lead: str
    body: str
    end: str


def pumps(pattern: re.Pattern[Any]) -> set[Pump]:
    """Return texts that make each repeat of a pattern as long as possible, and then make the match fail."""
    return {pump for pump in _Pumps(pattern).all() if pump.body}


class _Pumps:
    def __init__(self, pattern: re.Pattern[Any]) -> None:
        self._tree = tree_of(pattern)
        self._binary = isinstance(pattern.pattern, bytes)
        self._flags = self._tree.state.flags
        self._characters = [c for c in _CHARACTERS if not self._binary or ord(c) < 256] + self._literals()
        self._distinct = self._of_sets()
        self._seen: Counter[str] = Counter()

    def all(self) -> Iterator[Pump]:
        whole = {self._sample(list(self._tree), full, "") for full in (False, True)}
        for text in whole | {text[:-1] for text in whole}:
            yield from (Pump("", text, end) for end in ("", "!", "\0"))
        for lead, body, ends in self._repeats(list(self._tree), {""}):
            yield from (Pump(lead, body, end) for end in ends)
            yield Pump("!", lead + body, "")
            yield Pump("", lead, "")

    def _repeats(self, nodes: list[Node], before: set[str]) -> Iterator[tuple[str, str, list[str]]]:
        """Yield each long repeat: a text that leads to it, its body, and ends at which it fails."""
        for at, node in enumerate(nodes):
            leads = {b + self._sample(nodes[:at], full, "") for b in before for full in (False, True)}
            if str(node[0]) in REPEATS and node[1][1] >= _LONG:
                self._seen[str(node)] += 1
                if self._seen[str(node)] <= _MOST_ALIKE:
                    body = list(node[1][2])
                    yield from ((lead, text, self._ends(body)) for lead in leads for text in self._bodies(body))
            for inner in _inner(node):
                yield from self._repeats(inner, leads)

    def _bodies(self, nodes: list[Node]) -> set[str]:
        signs = ("", *self._distinct[:_MOST_SETS])
        found = {self._sample(nodes, full, sign) for full in (False, True) for sign in signs}
        return found | {self._sample(nodes, True, "", choice) for choice in range(1, _MOST_CHOICES)}

    def _ends(self, nodes: list[Node]) -> list[str]:
        """Return nothing, and characters that do not continue a repeat."""
        test = self._test(nodes[0]) if len(nodes) == 1 and str(nodes[0][0]) in ONE_CHARACTER else lambda _: False
        return ["", *[c for c in self._distinct if not test(c)][-_MOST_ENDS:]]

    def _sample(self, nodes: list[Node], full: bool, wanted: str, choice: int = 0) -> str:
        """Return a text that nodes match, of a wanted character where possible: the shortest, or one with all parts.

        ``choice`` is the number of the alternative of each branch.
        """
        out = ""
        for node in nodes:
            operation, given = str(node[0]), node[1]
            if operation in ONE_CHARACTER:
                out += self._character(node, wanted)
            elif operation == "BRANCH":
                out += self._sample(list(given[1][choice % len(given[1])]), full, wanted, choice)
            elif operation in REPEATS:
                times = min(max(given[0], min(given[1], 1)) if full else given[0], _MOST_COPIES)
                out += self._sample(list(given[2]), full, wanted, choice) * times
            elif operation in ("SUBPATTERN", "ATOMIC_GROUP"):
                out += self._sample(_inner(node)[0], full, wanted, choice)
            elif operation == "ASSERT" and given[0] < 0:
                out += self._sample(list(given[1]), full, wanted, choice)
        return out

    def _character(self, node: Node, wanted: str) -> str:
        test = self._test(node)
        if wanted and test(wanted):
            return wanted
        return next((c for c in ("a", "A", "1", " ", *self._characters) if test(c)), "")

    def _test(self, node: Node) -> Callable[[str], bool]:
        match = one(node, self._flags).match
        return lambda char: match(char.encode("latin-1") if self._binary else char) is not None

    def _literals(self) -> list[str]:
        codes = [node[1] for node in _nodes(list(self._tree)) if str(node[0]) == "LITERAL"]
        codes += [code for node in _nodes(list(self._tree)) if str(node[0]) == "IN" for code in _codes(node[1])]
        return list(dict.fromkeys(map(chr, codes)))

    def _of_sets(self) -> list[str]:
        """Return a character for each combination of sets that accept it, those in most sets first."""
        sets = {str(node): node for node in _nodes(list(self._tree)) if str(node[0]) in ("IN", "ANY", "NOT_LITERAL")}
        tests = [self._test(node) for node in list(sets.values())[:24]]
        found: dict[tuple[bool, ...], str] = {}
        for char in self._characters:
            found.setdefault(tuple(test(char) for test in tests), char)
        return [found[accepted] for accepted in sorted(found, key=sum, reverse=True)]


def _codes(items: list[Node]) -> Iterator[int]:
    for operation, given in items:
        if str(operation) == "LITERAL":
            yield given
        elif str(operation) == "RANGE":
            yield from given


def _nodes(nodes: list[Node]) -> Iterator[Node]:
    """Yield all nodes of a tree."""
    for node in nodes:
        yield node
        for inner in _inner(node):
            yield from _nodes(inner)


def _inner(node: Node) -> list[list[Node]]:
    """Return the lists of nodes inside a node."""
    operation, given = str(node[0]), node[1]
    if operation == "BRANCH":
        return [list(branch) for branch in given[1]]
    if operation in REPEATS:
        return [list(given[2])]
    if operation == "SUBPATTERN":
        return [list(given[3])]
    if operation == "ATOMIC_GROUP":
        return [list(given)]
    return [list(given[1])] if operation in ("ASSERT", "ASSERT_NOT") else []
