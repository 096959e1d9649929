"""Read the fields above a Markdown text: TOML between ``+++``, or the plain part of YAML between ``---``."""

from __future__ import annotations

import re
import tomllib
from typing import Any

_SIGNS = ("---", "+++")
_LINE = re.compile(r"([ \t]*+)(-[ \t]++)?(?:([\w][\w .-]{0,60}):(?:[ \t]++|$))?(.*)")
_BLOCK_SIGNS = ("|", ">", "|-", ">-", "|+", ">+")
# In characters: a longer beginning is not fields.
_LONGEST = 40_000


def split(text: str) -> tuple[dict[str, Any], str]:
    """Return the fields above a text, and the text below them; without fields, return the text as it is."""
    lines = text[:_LONGEST].removeprefix("\ufeff").splitlines(keepends=True)
    sign = lines[0].strip() if lines else ""
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == sign), 0) if sign in _SIGNS else 0
    if not end:
        return {}, text
    try:
        inside = "".join(lines[1:end])
        fields = tomllib.loads(inside) if sign == "+++" else _yaml(inside)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}, text
    start = sum(map(len, lines[: end + 1])) + text.startswith("\ufeff")
    return (fields, text[start:]) if fields else ({}, text)


def _yaml(text: str) -> dict[str, Any]:
    """Read mappings, lists and texts by their indentation; leave out anything else."""
    root: dict[str, Any] = {}
    # Each level: its indentation, its mapping, and the name of its last field.
    stack: list[tuple[int, dict[str, Any], str]] = [(-1, {"": root}, "")]
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None or not line.strip() or line.lstrip().startswith("#"):
            continue
        depth, dash, name, value = len(found[1]), found[2], found[3], found[4].strip()
        if dash and name:
            depth += len(dash)
        while len(stack) > 1 and depth < stack[-1][0]:
            stack.pop()
        if name is None:
            _add(stack[-1][1], stack[-1][2], _scalar(value), listed=bool(dash))
            continue
        if dash or depth > stack[-1][0]:
            holder, key = stack[-1][1], stack[-1][2]
            if dash and depth == stack[-1][0]:
                stack.pop()
                holder, key = stack[-1][1], stack[-1][2]
            inner: dict[str, Any] = root if len(stack) == 1 else {}
            if inner is not root:
                _add(holder, key, inner, listed=bool(dash))
            stack.append((depth, inner, name))
        stack[-1] = (stack[-1][0], stack[-1][1], name)
        stack[-1][1].setdefault(name, "" if value in _BLOCK_SIGNS else _scalar(value))
    return root


def _add(holder: dict[str, Any], name: str, value: Any, *, listed: bool) -> None:
    known = holder.get(name)
    if listed:
        holder[name] = [*known, value] if isinstance(known, list) else [value]
    elif isinstance(value, dict):
        holder[name] = value
    elif isinstance(known, str):
        holder[name] = f"{known} {value}".strip()


def _scalar(value: str) -> Any:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].replace("''", "'") if value[0] == "'" else value[1:-1].replace('\\"', '"')
    if value.startswith("[") and value.endswith("]"):
        return [_scalar(part.strip()) for part in value[1:-1].split(",") if part.strip()]
    return value
