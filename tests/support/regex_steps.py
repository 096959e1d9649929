"""Count the steps that a backtracking matcher takes, as Python's ``re`` would, because ``re`` itself counts none.

A pattern is compiled from the tree that Python's own parser makes of it; single characters and anchors are matched by
``re``. ``tests/test_regexes.py`` checks that both find the same matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from re import _compiler, _parser  # type: ignore[attr-defined]  # the tree of a pattern has no public name
from typing import Any, AnyStr, TypeAlias

Node: TypeAlias = tuple[Any, Any]
"""An operation and its arguments, as the parser makes them."""

ONE_CHARACTER = frozenset(("LITERAL", "NOT_LITERAL", "IN", "ANY"))
REPEATS = frozenset(("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"))
_ENDLESS = _parser.MAXREPEAT
_FAILED = -1


class TooManyStepsError(Exception):
    """A match takes more steps than allowed."""


def tree_of(pattern: re.Pattern[Any]) -> Any:
    """Return the tree of a pattern."""
    return _parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)


def one(node: Node, flags: int) -> re.Pattern[Any]:
    """Return a pattern for a single node of a tree."""
    state = _parser.State()
    state.flags = flags
    found: re.Pattern[Any] = _compiler.compile(_parser.SubPattern(state, [node]), flags)
    return found


class Matcher:
    """A pattern that counts its steps: instructions, characters and returns to an earlier choice.

    ``Matcher(re.compile("a*b")).count("search", "aaaa", 1000)`` is 25. Raise TooManyStepsError above the limit, and
    NotImplementedError for backreferences.
    """

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        tree = tree_of(pattern)
        self._flags: int = tree.state.flags
        self._loops = 0
        self._one = lru_cache(maxsize=None)(self._leaf)
        self._code = self._program(list(tree), self._flags)
        self._whole = self._program([*tree, (_parser.AT, _parser.AT_END_STRING)], self._flags)
        self.steps = self._limit = 0

    def count(self, method: str, text: AnyStr, limit: int) -> int:
        """Return the number of steps for ``match``, ``fullmatch``, ``search`` or, for all matches, ``finditer``."""
        for _ in self.spans(method, text, limit):
            if method != "finditer":
                break
        return self.steps

    def spans(self, method: str, text: AnyStr, limit: int) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each match."""
        self.steps, self._limit = 0, limit
        code = self._whole if method == "fullmatch" else self._code
        at, last = 0, len(text) if method in ("search", "finditer") else 0
        while at <= last:
            self.steps += 1
            end = self._run(code, text, at, (0,) * self._loops)
            if end != _FAILED:
                yield at, end
            at = max(end, at + 1)

    def _run(self, code: list[Any], text: AnyStr, at: int, starts: tuple[int, ...]) -> int:
        """Return the end of a match at a position, or _FAILED; ``starts`` are where the turns of loops began."""
        waiting: list[Any] = []
        place = 0
        while True:
            self.steps += 1
            if self.steps > self._limit:
                raise TooManyStepsError
            kind, *given = code[place]
            place += 1
            if kind == "character":
                at = at + 1 if at < len(text) and given[0](text[at : at + 1]) else _FAILED
            elif kind == "run":
                at = self._characters(given, text, at, (place, starts), waiting)
            elif kind == "choose":
                chosen = given[0](text[at : at + 1])
                waiting += [(other, at, starts, 0) for other in reversed(chosen[1:])]
                at, place = (at, chosen[0]) if chosen else (_FAILED, place)
            elif kind == "go":
                place = given[0]
            elif kind == "check":
                at = given[0](text, at) if given[0] else at
            elif kind == "around":
                at = self._around(given, text, at, starts)
            elif kind == "atomic":
                at = self._run(given[0], text, at, starts)
            elif kind == "turn":
                starts = (*starts[: given[0]], at, *starts[given[0] + 1 :])
            elif kind == "turned":
                place = given[1] if starts[given[0]] != at else place
            else:
                return at
            if at == _FAILED:
                if not waiting:
                    return _FAILED
                place, at, starts, more = waiting.pop()
                step = (more > 0) - (more < 0)
                if more != step:
                    waiting.append((place, at + step, starts, more - step))

    def _characters(self, given: list[Any], text: AnyStr, at: int, state: tuple[Any, ...], waiting: list[Any]) -> int:
        """Match a repeated character, and leave the other numbers of it waiting."""
        run, kind = given[0], given[3]
        least: int = given[1]
        size: int = min(run.match(text, at).end() - at, given[2])
        if size < least:
            self.steps += size
            return _FAILED
        if kind == "MIN_REPEAT":
            # Each further character is paid for when its turn comes.
            if size > least:
                waiting.append((state[0], at + least + 1, state[1], size - least))
            return at + least
        self.steps += size
        if kind == "MAX_REPEAT" and size > least:
            waiting.append((state[0], at + size - 1, state[1], least - size))
        return at + size

    def _around(self, given: list[Any], text: AnyStr, at: int, starts: tuple[int, ...]) -> int:
        code, back, expected = given
        found = at >= back and self._run(code, text, at - back, starts) != _FAILED
        return at if found is expected else _FAILED

    def _program(self, nodes: list[Node], flags: int) -> list[Any]:
        code: list[Any] = []
        self._add(nodes, flags, code)
        return [*code, ("end",)]

    def _add(self, nodes: list[Node], flags: int, code: list[Any]) -> None:
        for node in nodes:
            operation, given = str(node[0]), node[1]
            if operation in ONE_CHARACTER:
                code.append(("character", self._member(node, flags)))
            elif operation == "SUBPATTERN":
                self._add(list(given[3]), (flags | given[1]) & ~given[2], code)
            elif operation == "BRANCH":
                self._add_choice([list(branch) for branch in given[1]], flags, code)
            elif operation in REPEATS:
                self._add_repeat(operation, given, flags, code)
            elif operation == "ATOMIC_GROUP":
                code.append(("atomic", self._program(list(given), flags)))
            elif operation in ("ASSERT", "ASSERT_NOT"):
                direction, inner = given
                back = inner.getwidth()[0] if direction < 0 else 0
                code.append(("around", self._program(list(inner), flags), back, operation == "ASSERT"))
            elif operation == "AT":
                code.append(("check", self._anchor(node, flags)))
            else:
                raise NotImplementedError(operation)

    def _add_choice(self, branches: list[list[Node]], flags: int, code: list[Any]) -> None:
        first = [self._first(branch, flags) for branch in branches]
        code.append(None)
        choice, starts, ends = len(code) - 1, [], []
        for branch in branches:
            starts.append(len(code))
            self._add(branch, flags, code)
            ends.append(len(code))
            code.append(None)
        for end in ends:
            code[end] = ("go", len(code))
        choose = lru_cache(maxsize=None)(
            lambda char: tuple(s for s, test in zip(starts, first, strict=True) if not test or (char and test(char)))
        )
        code[choice] = ("choose", choose)

    def _first(self, branch: list[Node], flags: int) -> Callable[[Any], bool] | None:
        """Return a test of the character that a branch begins with, or None if it may begin otherwise."""
        if branch and str(branch[0][0]) in ONE_CHARACTER:
            return self._member(branch[0], flags)
        return None

    def _add_repeat(self, kind: str, given: Any, flags: int, code: list[Any]) -> None:
        least, most, body = given
        if len(body) == 1 and str(body[0][0]) in ONE_CHARACTER:
            run = one((_parser.MAX_REPEAT, (0, _ENDLESS, body)), flags)
            code.append(("run", run, least, most, kind))
        elif kind == "POSSESSIVE_REPEAT":
            code.append(("atomic", self._program([(_parser.MAX_REPEAT, given)], flags)))
        else:
            self._add_loop(kind, given, flags, code)

    def _add_loop(self, kind: str, given: Any, flags: int, code: list[Any]) -> None:
        least, most, body = given
        for _ in range(least):
            self._add(list(body), flags, code)
        loop, self._loops = self._loops, self._loops + 1
        choices = []
        for _ in range(1 if most == _ENDLESS else most - least):
            choices.append(len(code))
            code.append(None)
            code.append(("turn", loop))
            self._add(list(body), flags, code)
            if most == _ENDLESS:
                code.append(("turned", loop, choices[0]))
        for choice in choices:
            both = (choice + 1, len(code)) if kind == "MAX_REPEAT" else (len(code), choice + 1)
            code[choice] = ("choose", lambda _, both=both: both)

    def _member(self, node: Node, flags: int) -> Callable[[Any], bool]:
        operation, given = node
        return self._one(str(operation), tuple(given) if isinstance(given, list) else given, flags)

    def _leaf(self, operation: str, given: Any, flags: int) -> Callable[[Any], bool]:
        node = (getattr(_parser, operation), list(given) if operation == "IN" else given)
        pattern = one(node, flags)
        return lru_cache(maxsize=None)(lambda char: pattern.match(char) is not None)

    def _anchor(self, node: Node, flags: int) -> Callable[[Any, int], int]:
        pattern = one(node, flags)
        return lambda text, at: at if pattern.match(text, at) else _FAILED
