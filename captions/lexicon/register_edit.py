"""Edit the text of a newsroom's register: add and remove rows and spellings, leaving everything else unchanged.

Each function takes the file's text and returns the new text, after reading it back and comparing it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from itertools import takewhile
from typing import Any

import tomlkit
from tomlkit.items import Table

from captions.errors import VocabularyError
from captions.lexicon.agencies import Agency

Row = dict[str, Any]
_FIELDS = tuple(field.name for field in fields(Agency))
_SPELLINGS = ("aliases", "weak_aliases")
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*agency[ \t]*\]\][^\n]*\n?", re.MULTILINE)
_REPLACES = "# Replaces the row of this name that comes with the program."


@dataclass(frozen=True, slots=True)
class Spellings:
    """More spellings of an agency: those that count anywhere, and those that count only by a label or in a chain."""

    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()


def with_row(text: str, agency: Agency, *, replaces: bool = False) -> str:
    """Append a row to the register; ``replaces`` adds a comment that it overrides a built-in row.

    ``with_row("", Agency("Gull Press", "agency"))`` gives ``[[agency]]``, a name and a kind, on a line each. Raise
    VocabularyError if the text cannot be edited because its rows are in ``agency = [...]``.
    """
    row = _row(agency)
    lines = [_REPLACES] * replaces + ["[[agency]]"] + [f"{key} = {_value(value)}" for key, value in row.items()]
    before = text if not text or text.endswith("\n") else f"{text}\n"
    newline = "\r\n" if "\r\n" in text else "\n"
    new = before + newline * bool(before.strip()) + "".join(line + newline for line in lines)
    return _checked(new, [*_rows(text), row], text)


def with_spellings(text: str, name: str, more: Spellings) -> str:
    """Add spellings to the row with this name, preserving the layout and comments of its lists."""
    expected = _rows(text)
    _add_to(next(row for row in expected if row["name"] == name), more)
    new = "".join(_edited(part, lambda row: _add_to(row, more), name) for part in _parts(text))
    return _checked(new, expected, text)


def without_row(text: str, name: str, instead: str) -> str:
    """Remove the row with this name, and change references to it to ``instead``.

    Comments are preserved, except those between the row's own lines.
    """
    expected = [row for row in _rows(text) if row["name"] != name]
    for row in expected:
        _refer(row, name, instead)
    parts = [replace(part, header="", keys="") if part.name == name else part for part in _parts(text)]
    new = "".join(_edited(part, lambda row: _refer(row, name, instead)) for part in parts)
    return _checked(new, expected, text)


@dataclass(frozen=True, slots=True)
class _RowText:
    """A piece of the file: the text before a row, its header, its keys, and trailing blank lines and comments."""

    before: str
    header: str = ""
    keys: str = ""
    after: str = ""
    name: str = ""


def _parts(text: str) -> list[_RowText]:
    """Split the file into its rows; rows in ``agency = [...]`` remain unsplit."""
    parts: list[_RowText] = []
    at = 0
    for row in tomlkit.parse(text).get("agency", ()):
        if not isinstance(row, Table):
            break
        body = row.as_string()
        header = next((it for it in _HEADER.finditer(text, at) if text.startswith(body, it.end())), None)
        if header is None:
            break
        end = header.end() + len(body)
        after = "".join(item.as_string() for _, item in takewhile(lambda it: it[0] is None, reversed(row.value.body)))
        keys = body[: len(body) - len(after)]
        parts.append(_RowText(text[at : header.start()], header[0], keys, text[end - len(after) : end], row["name"]))
        at = end
    return [*parts, _RowText(text[at:])]


def _edited(part: _RowText, edit: Callable[[Any], None], name: str | None = None) -> str:
    """Return a piece as text, after editing its row if it has this name or ``name`` is None."""
    keys = part.keys
    if keys and name in (None, part.name):
        table = tomlkit.parse(keys)
        edit(table)
        if table.as_string() != keys:
            keys = table.as_string()
            keys += "\n" * (not keys.endswith("\n"))
            if "\r\n" in part.header:
                keys = keys.replace("\r\n", "\n").replace("\n", "\r\n")
    return f"{part.before}{part.header}{keys}{part.after}"


def _rows(text: str) -> list[Row]:
    return deepcopy(tomllib.loads(text).get("agency", []))


def _row(agency: Agency) -> Row:
    """Return the keys of a row that have a value."""
    values = ((key, getattr(agency, key)) for key in _FIELDS)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values if value}


def _value(value: str | bool | Sequence[str]) -> str:
    if isinstance(value, str):
        # JSON strings are valid in TOML except for one control character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else f"[{', '.join(map(_value, value))}]"


def _add_to(row: Any, more: Spellings) -> None:
    for key, spellings in zip(_SPELLINGS, (more.aliases, more.weak_aliases), strict=True):
        if spellings and key not in row:
            row[key] = list(spellings)
        elif spellings:
            row[key].extend(spellings)


def _refer(row: Any, name: str, instead: str) -> None:
    """Change references from one row to another, without self-references and duplicates."""
    if row.get("parent") == name:
        if row["name"] == instead:
            del row["parent"]
        else:
            row["parent"] = instead
    old = list(row.get("distributors", ()))
    if name in old:
        new = [n for n in dict.fromkeys(instead if n == name else n for n in old) if n != row["name"]]
        if new:
            row["distributors"] = new
        else:
            del row["distributors"]


def _checked(new: str, rows: Iterable[Row], old: str) -> str:
    """Return the new text if only the intended rows changed; otherwise raise VocabularyError."""
    try:
        read = tomllib.loads(new)
    except tomllib.TOMLDecodeError:
        read = {}
    expected = tomllib.loads(old) | {"agency": list(rows)}
    if read | {"agency": read.get("agency", [])} != expected:
        raise VocabularyError("cannot be edited automatically in its present layout; edit it by hand")
    return new
