"""Store what the built-in tables say next to them, as Python stores compiled modules.

Reading and checking the tables takes most of the time in which a command starts. The cache is in ``__pycache__``, in
Python's own format for compiled modules. It is valid until a table, or a module that reads the tables, changes. It is
not written if Python writes no compiled modules either.
"""

from __future__ import annotations

import marshal
import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import astuple
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from captions.lexicon import tables
from captions.lexicon.agencies import Agency, Row, Spelling

_FORMAT = 1
"""Increases when the encoding below changes."""
Tables = tuple[list[Row], dict[str, Any], dict[str, Any]]
"""The rows of the register, the fields of the vocabulary that depend on them, and all other fields."""


class LazyPattern:
    """A regular expression that is compiled when it is first used; it has the methods of ``re.Pattern``."""

    def __init__(self, pattern: str, flags: int) -> None:
        """Store the expression."""
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        """Return a method of the compiled expression, and store it, so that the next use finds it at once."""
        if name.startswith("_"):
            raise AttributeError(name)
        value = self.__dict__[name] = getattr(re.compile(self.pattern, self.flags), name)
        return value


def cached(read: Callable[[], Tables]) -> Tables:
    """Return the tables from the cache, or else read them and write the cache."""
    path, key = _path(), _key()
    if path is None:
        return read()
    try:
        stored_key, *stored = marshal.loads(path.read_bytes())  # noqa: S302 - as safe as the compiled modules next to it
        if stored_key == key:
            return _decoded(stored)
    except (OSError, EOFError, ValueError, TypeError):
        pass  # missing, or damaged
    found = read()
    _write(path, marshal.dumps((key, *_encoded(found))))
    return found


def _path() -> Path | None:
    """Return the path of the cache; None if the tables are not in a folder."""
    if not isinstance(tables.DATA, Path):
        return None
    try:
        return Path(cache_from_source(str(tables.DATA / "tables.py"))).with_suffix(".tables")
    except NotImplementedError:
        return None


def _key() -> tuple[Any, ...]:
    """Return the names, sizes and times of all files that the cache depends on."""
    from captions import text

    folders = (tables.DATA, Path(__file__).parent)
    files = [entry for folder in folders if isinstance(folder, Path) for entry in os.scandir(folder) if entry.is_file()]
    found = sorted((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files)
    with suppress(OSError):
        found.append(("text", Path(text.__file__).stat().st_size, Path(text.__file__).stat().st_mtime_ns))
    return _FORMAT, sys.version, *found


def _write(path: Path, data: bytes) -> None:
    if sys.dont_write_bytecode:
        return
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):  # a folder of another user: each command reads the tables again
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def _encoded(found: Tables) -> tuple[Any, ...]:
    """Return the tables as values that marshal can write: an agency is its row's number, a pattern its source."""
    rows, of_agencies, others = found
    numbers = {id(agency): number for number, (_, agency) in enumerate(rows)}

    def field(value: Any) -> tuple[str, Any]:
        if isinstance(value, re.Pattern):
            return "pattern", (value.pattern, value.flags)
        some = next(iter(value.values()), None) if isinstance(value, Mapping) else None
        if isinstance(some, Agency):
            return "agency", {key: numbers[id(agency)] for key, agency in value.items()}
        if isinstance(some, Spelling):
            return "spelling", {key: (numbers[id(it.agency)], it.weak, it.forms) for key, it in value.items()}
        return "", value

    return (
        [(where, astuple(agency)) for where, agency in rows],
        {name: field(value) for name, value in of_agencies.items()},
        {name: field(value) for name, value in others.items()},
    )


def _decoded(stored: list[Any]) -> Tables:
    """Return the tables from their values; the reverse of :func:`_encoded`."""
    rows = [(where, Agency(*values)) for where, values in stored[0]]
    agencies = [agency for _, agency in rows]

    def field(kind: str, value: Any) -> Any:
        if kind == "pattern":
            return LazyPattern(*value)
        if kind == "agency":
            return {key: agencies[number] for key, number in value.items()}
        if kind == "spelling":
            return {key: Spelling(agencies[number], weak, forms) for key, (number, weak, forms) in value.items()}
        return value

    of_agencies, others = ({name: field(*value) for name, value in part.items()} for part in stored[1:])
    return rows, of_agencies, others
