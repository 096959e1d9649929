"""Load the TOML tables of the program and the user, and check their content.

Every error is one VocabularyError that names the file, the table or row, and the key:
``captions/data/embedded.toml, [[field]] row 3 (credit_line): 'form' must be one of text, lang, seq, bag; got 'txt'``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from importlib.resources import files
from typing import Any

from captions.errors import VocabularyError
from captions.text import decoded

DATA = files("captions") / "data"


class Table:
    """A TOML table that knows its place, so that its readers raise errors with the file, the row and the key."""

    __slots__ = ("_file", "_values", "where")

    def __init__(self, file: str, where: str, values: Mapping[str, Any]) -> None:
        """Store the file's name, the table's place for error messages, and its values."""
        self._file = file
        self._values = values
        self.where = where

    def __contains__(self, key: str) -> bool:
        """Return whether the table has a key."""
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        """Return the keys in the order of the file."""
        return iter(self._values)

    def error(self, message: str) -> VocabularyError:
        """Return an error about this table; the caller raises it."""
        return VocabularyError(f"{self.where}: {message}")

    def only(self, known: Collection[str]) -> None:
        """Raise VocabularyError if the table has a key that is not in ``known``."""
        for key in self._values:
            if key not in known:
                raise self.error(f"unknown key {key!r}; known keys are {', '.join(sorted(known))}")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string; only one with a default may be missing or blank."""
        value = self._value(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self._wrong(key, "a string" if default is not None else "a string that is not blank")
        return value

    def choice(self, key: str, choices: Collection[str]) -> str:
        """Return a string that is one of ``choices``."""
        value = self._value(key, None)
        if not isinstance(value, str) or value not in choices:
            raise self._wrong(key, f"one of {', '.join(choices)}")
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; false if the key is missing."""
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """Return a whole number of 0 or more."""
        value = self._value(key, default)
        if not _is_number(value):
            raise self._wrong(key, "a whole number, 0 or more")
        return int(value)

    def amount(self, key: str) -> float:
        """Return a number, which may be negative or have decimals."""
        value = self._value(key, None)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, "a number")
        return float(value)

    def numbers(self, key: str) -> tuple[int, ...]:
        """Return a list of distinct whole numbers; empty if the key is missing."""
        value = self._values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not value or not all(map(_is_number, value)):
            raise self._wrong(key, "a list of one or more whole numbers; leave it out if there are none")
        return self._distinct(key, value)

    def texts(self, key: str, *, optional: bool = False, distinct: bool = True) -> tuple[str, ...]:
        """Return a list of one or more strings that are not blank.

        Only an optional list may be missing, but no list may be empty. A list with a string twice is an error unless
        ``distinct`` is off.
        """
        if optional and key not in self._values:
            return ()
        value = self._value(key, None)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
            hint = "; leave it out if there are none" if optional else ""
            raise self._wrong(key, f"a list of one or more strings that are not blank{hint}")
        return self._distinct(key, value) if distinct else tuple(value)

    def table(self, key: str) -> Table:
        """Return the table below a key: ``[key]``."""
        value = self._value(key, None)
        if not isinstance(value, dict):
            raise self._wrong(key, f"a table, headed [{key}]")
        return Table(self._file, f"{self._file}, [{key}]", value)

    def tables(self) -> dict[str, Table]:
        """Return all tables below this one; every key must have one."""
        return {key: self.table(key) for key in self._values}

    def word_lists(self, names: Collection[str], key: str = "words") -> dict[str, tuple[str, ...]]:
        """Return the list in each of the tables ``names``; each must exist and have only this key."""
        return {name: self.words(name, key) for name in names}

    def words(self, name: str, key: str = "words") -> tuple[str, ...]:
        """Return the list in one table that has only this key."""
        table = self.table(name)
        table.only({key})
        return table.texts(key)

    def rows(self, key: str, *, optional: bool = False) -> list[Table]:
        """Return the tables of a list: ``[[key]]``. Messages name each by its number and its ``name``."""
        value = self._value(key, [] if optional else None)
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self._wrong(key, f"a list of tables, each headed [[{key}]]")
        place = f"{self._file}, [[{key}]] row"
        return [Table(self._file, f"{place} {n}{_name(row)}", row) for n, row in enumerate(value, 1)]

    def _value(self, key: str, default: Any) -> Any:
        value = self._values.get(key, default)
        if value is None:
            raise self.error(f"{key!r} is missing")
        return value

    def _distinct(self, key: str, values: list[Any]) -> tuple[Any, ...]:
        if len(set(values)) != len(values):
            twice = next(value for at, value in enumerate(values) if value in values[:at])
            raise self.error(f"{key!r} lists {twice!r} twice")
        return tuple(values)

    def _wrong(self, key: str, expected: str) -> VocabularyError:
        value = self._values.get(key)
        printed = f"[[{key}]]" if isinstance(value, list) and value and isinstance(value[0], dict) else repr(value)
        return self.error(f"{key!r} must be {expected}; got {printed if len(printed) <= 60 else f'{printed[:60]}...'}")


def load(name: str) -> Table:
    """Return the tables of a file in ``captions/data``."""
    return parse(f"captions/data/{name}", (DATA / name).read_bytes())


def parse(file: str, data: bytes) -> Table:
    """Return the tables of a TOML file; ``file`` is its name in messages."""
    try:
        return Table(file, file, tomllib.loads(decoded(data)))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise VocabularyError(f"{file}: not valid TOML: {error}") from None


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _name(row: Mapping[str, Any]) -> str:
    name = row.get("name")
    return f" ({name})" if isinstance(name, str) and name.strip() else ""
