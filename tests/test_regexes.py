"""Test that each regular expression of the program takes time in proportion to the length of its text.

Each is matched to texts that repeat its own parts, and the steps of a backtracking matcher are counted. Where a run of
characters is tried from each of its positions, write ``\\s++`` or ``(?<!\\s)\\s*``, or a bound if neither is possible.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.regex_pumps import Pump, pumps
from tests.support.regex_steps import Matcher, TooManyStepsError
from tests.support.regexes import Use, uses

# In characters: the shortest text, and the length up to which steps must have stopped growing faster than it.
SHORT, LONG = 48, 20_000
# Doubling the length may add this many times the steps that the doubling before it added. It adds 2 times as many if
# steps grow with the length, 4 times if they grow with its square.
MOST_GROWTH = 2.3
# A bounded repeat such as `{0,80}` is tried in full from each position.
MOST_STEPS = 300

USES = {(use.pattern.pattern, use.pattern.flags, use.method): use for use in uses()}


@pytest.mark.parametrize("use", USES.values(), ids=lambda use: f"{use.place}-{use.method}")
def test_steps_grow_with_the_length_of_the_text(use: Use) -> None:
    matcher, texts = Matcher(use.pattern), pumps(use.pattern)
    for text in (_text(use.pattern, pump, SHORT) for pump in texts):
        expected = use.pattern.search(text)
        # A matcher that finds the same counts the right steps.
        assert next(matcher.spans("search", text, 100_000), None) == (expected and expected.span()), text
    assert [pump for pump in texts if _is_slow(matcher, use.pattern, use.method, pump)] == []


# Patterns of other programs, of the kinds that were found in this one.
@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"(a+)+b", "match"),
        (r"(?:a|a)*b", "match"),
        (r"(?:[a-z]+:[^\n]*\r?\n(?:\t[^\n]*\r?\n)*){2,}\n", "match"),
        (r"(?:\s|<!--.*?-->)*<x", "match"),
        (r"x\s*=?\s*y", "match"),
        (r"(.+?)\s+\d$", "match"),
        (r"^(\s*)(.*?)(\s*)$", "match"),
        (r"\d+\W{0,3}\d*$", "match"),
        (r"\s*;\s*", "finditer"),
        (r"\s+$", "search"),
        (rb"\n\s*\{", "search"),
        (r"[a-z]+@", "search"),
        (r"\[x\](.*?)\[/x\]", "finditer"),
        (r"<([a-z][a-z0-9]*)[^<>]*?>", "finditer"),
        (r"(?:-\d\d)+$", "search"),
        (r"(?<=[a-z])(?=[A-Z]\w*/)", "finditer"),
        (r"[\"“].{30,}[\"”]\s", "search"),
        (r"x[^y]{0,4096}y", "search"),
    ],
)
def test_a_slow_pattern_is_found(pattern: str, method: str) -> None:
    compiled = re.compile(pattern, re.DOTALL)
    assert any(_is_slow(Matcher(compiled), compiled, method, pump) for pump in pumps(compiled))


def _is_slow(matcher: Matcher, pattern: re.Pattern[Any], method: str, pump: Pump) -> bool:
    steps: list[int] = []
    size = max(SHORT, 4 * len(pump[1]))
    while size <= LONG:
        text = _text(pattern, pump, size)
        try:
            steps.append(matcher.count(method, text, MOST_STEPS * (len(text) + SHORT)))
        except TooManyStepsError:
            return True
        if len(steps) >= 3 and steps[-1] - steps[-2] <= MOST_GROWTH * (steps[-2] - steps[-3]):
            return False
        size *= 2
    return True


def _text(pattern: re.Pattern[Any], pump: Pump, size: int) -> Any:
    """Return a text that repeats the body of a pump to about this many characters."""
    text = pump.lead + pump.body * max(1, size // len(pump.body)) + pump.end
    return text.encode("latin-1") if isinstance(pattern.pattern, bytes) else text
