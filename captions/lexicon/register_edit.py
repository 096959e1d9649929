"""A newsroom's own register as text: rows and spellings put in, rows taken out. What else stands there stays as it is.

All functions take the file's text and give the new one, which is read back and compared before it is given.
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
    """Other spellings for an agency: those believed anywhere, and those beside a label or in a chain only."""

    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()


def with_row(text: str, agency: Agency, *, replaces: bool = False) -> str:
    """The register with one more row, at its end. ``replaces`` says in a comment that it goes before another row.

    ``with_row("", Agency("Gull Press", "agency"))`` gives ``[[agency]]``, a name and a kind, a line each. Raises
    VocabularyError where the text can't be added to: its rows stand in ``agency = [...]``.
    """
    row = _row(agency)
    lines = [_REPLACES] * replaces + ["[[agency]]"] + [f"{key} = {_value(value)}" for key, value in row.items()]
    before = text if not text or text.endswith("\n") else f"{text}\n"
    newline = "\r\n" if "\r\n" in text else "\n"
    new = before + newline * bool(before.strip()) + "".join(line + newline for line in lines)
    return _checked(new, [*_rows(text), row], text)


def with_spellings(text: str, name: str, more: Spellings) -> str:
    """The register with more spellings in the row of that name; its lists keep their shape and their comments."""
    expected = _rows(text)
    _add_to(next(row for row in expected if row["name"] == name), more)
    new = "".join(_edited(part, lambda row: _add_to(row, more), name) for part in _parts(text))
    return _checked(new, expected, text)


def without_row(text: str, name: str, instead: str) -> str:
    """The register without the row of that name; rows that refer to it refer to ``instead``.

    Comments stay, but those between the row's own lines.
    """
    expected = [row for row in _rows(text) if row["name"] != name]
    for row in expected:
        _refer(row, name, instead)
    parts = [replace(part, header="", keys="") if part.name == name else part for part in _parts(text)]
    new = "".join(_edited(part, lambda row: _refer(row, name, instead)) for part in parts)
    return _checked(new, expected, text)


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the file: what stands before a row, its header, the lines from its first to its last key, and what
    follows those: blank lines, and comments that may be the next row's."""

    before: str
    header: str = ""
    keys: str = ""
    behind: str = ""
    name: str = ""


def _parts(text: str) -> list[_Part]:
    """The file cut into its rows; VocabularyError where they stand in ``agency = [...]``."""
    parts: list[_Part] = []
    at = 0
    for row in tomlkit.parse(text).get("agency", ()):
        if not isinstance(row, Table):
            break
        body = row.as_string()
        header = next((it for it in _HEADER.finditer(text, at) if text.startswith(body, it.end())), None)
        if header is None:
            break
        end = header.end() + len(body)
        behind = "".join(item.as_string() for _, item in takewhile(lambda it: it[0] is None, reversed(row.value.body)))
        keys = body[: len(body) - len(behind)]
        parts.append(_Part(text[at : header.start()], header[0], keys, text[end - len(behind) : end], row["name"]))
        at = end
    return [*parts, _Part(text[at:])]


def _edited(part: _Part, edit: Callable[[Any], None], name: str | None = None) -> str:
    """A piece as text, its row changed: the one of that name, or any."""
    keys = part.keys
    if keys and name in (None, part.name):
        table = tomlkit.parse(keys)
        edit(table)
        if table.as_string() != keys:
            keys = table.as_string()
            keys += "\n" * (not keys.endswith("\n"))
            if "\r\n" in part.header:
                keys = keys.replace("\r\n", "\n").replace("\n", "\r\n")
    return f"{part.before}{part.header}{keys}{part.behind}"


def _rows(text: str) -> list[Row]:
    return deepcopy(tomllib.loads(text).get("agency", []))


def _row(agency: Agency) -> Row:
    """What is to be written of a row: no key that says nothing."""
    given = ((key, getattr(agency, key)) for key in _FIELDS)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in given if value}


def _value(value: str | bool | Sequence[str]) -> str:
    if isinstance(value, str):
        # JSON's strings are TOML's, but for one control character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else f"[{', '.join(map(_value, value))}]"


def _add_to(row: Any, more: Spellings) -> None:
    for key, spellings in zip(_SPELLINGS, (more.aliases, more.weak_aliases), strict=True):
        if spellings and key not in row:
            row[key] = list(spellings)
        elif spellings:
            row[key].extend(spellings)


def _refer(row: Any, name: str, instead: str) -> None:
    """Makes what names one row name another; a row never names itself, and none twice."""
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
    """The new text, if it says what it shall and nothing else changed."""
    try:
        read = tomllib.loads(new)
    except tomllib.TOMLDecodeError:
        read = {}
    expected = tomllib.loads(old) | {"agency": list(rows)}
    if read | {"agency": read.get("agency", [])} != expected:
        raise VocabularyError("can't be changed by program as it is written; change it by hand")
    return new
