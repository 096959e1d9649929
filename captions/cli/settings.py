"""Read ``captions.toml``, the settings of a newsroom: found from the working folder upward, the first one counts.

An option is preferred to the environment, the environment to this file, and this file to the default.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from captions.errors import CaptionsError

T = TypeVar("T")
FILE = "captions.toml"
OFF = "off"
GRADES = (OFF, "error", "warning", "info")
"""What ``[codes]`` can make of an audit code."""
_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The settings in a file; None or empty for those that it does not have."""

    path: Path | None = None
    """The file; None if there is none."""
    database: str | None = None
    agencies: Path | None = None
    baseline: Path | None = None
    scope: str | None = None
    territory: str | None = None
    publications: Mapping[Path, str] = field(default_factory=dict)
    """The newsroom's own publications, by the folder of their articles."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """A severity or ``off``, by audit code."""

    @property
    def name(self) -> str:
        """Return the path as a message names it: relative to the working folder."""
        return short_path(self.path) if self.path is not None else ""

    def grades(self) -> Mapping[str, str]:
        """Return :attr:`codes`; raise CaptionsError for a code that does not exist."""
        if self.codes:
            from captions.audit.codes import CODES  # imported here: commands without an audit need no rules

            for code in self.codes:
                if code not in CODES:
                    raise CaptionsError(f"{self.name}: codes.{code}: {_unknown('code', code, CODES)}")
        return self.codes


def current() -> SettingsFile:
    """Return the settings of the working folder; raise CaptionsError if their file is not valid."""
    folder = Path.cwd()
    if (path := _found(folder)) is None:
        return SettingsFile()
    status = path.stat()
    return _read_once(path, folder, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=1)
def _read_once(path: Path, folder: Path, changed: int, size: int) -> SettingsFile:
    """Return the settings of a file; paths in them are relative to ``folder``, the working folder."""
    return read(path)


def short_path(path: Path) -> str:
    """Return a path relative to the working folder, as the user would type it."""
    try:
        return os.path.relpath(path)
    except ValueError:  # on another drive
        return str(path)


def _found(folder: Path) -> Path | None:
    """Return the first file in a folder and those above it, up to the user's home or the root."""
    home = _expanded("~")
    for place in (folder, *folder.parents):
        if (path := place / FILE).is_file():
            return path
        if place == home:
            break
    return None


def read(path: Path) -> SettingsFile:
    """Read a file of settings. CaptionsError names the file and the key, and says what is allowed."""
    import tomllib

    name = short_path(path)
    try:
        values = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise CaptionsError(f"cannot read {name}: {error.strerror}; check its permissions") from None
    except UnicodeDecodeError:
        raise CaptionsError(f"{name} is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise CaptionsError(f"{name} is not valid TOML: {error}; see docs/settings.md") from None
    for key in values:
        if key not in KEYS:
            raise CaptionsError(f"{name}: {_unknown('key', key, KEYS)}")
    found: dict[str, Any] = {}
    for key, value in values.items():
        attribute, as_setting = KEYS[key]
        try:
            found[attribute] = as_setting(value, path.parent)
        except CaptionsError as error:
            raise CaptionsError(f"{name}: {key}{error}") from None
    return SettingsFile(path, **found)


def _expanded(path: str) -> Path:
    """Return a path in which ``~`` is the user's home, if that is known."""
    with suppress(RuntimeError):
        return Path(path).expanduser()
    return Path(path)


def _unknown(kind: str, name: str, known: Collection[str]) -> str:
    near = get_close_matches(name.casefold(), [each.casefold() for each in known], 1)
    meant = next((each for each in known if near and each.casefold() == near[0]), None)
    hint = f"did you mean {meant!r}?" if meant else f"use {', '.join(known)}"
    return f"unknown {kind} {name!r}; {hint}"


def _text(value: object, folder: Path) -> str:
    del folder
    if not isinstance(value, str) or not value.strip():
        raise CaptionsError(": must be text in quotes, and not empty")
    return value.strip()


def _path(value: object, folder: Path) -> Path:
    return Path(short_path(folder / _expanded(_text(value, folder))))


def _database(value: object, folder: Path) -> str:
    text = _text(value, folder)
    if text.startswith(_SQLITE):
        return f"{_SQLITE}{_path(text.removeprefix(_SQLITE), folder)}"
    return text if "://" in text else str(_path(text, folder))


def _scope(value: object, folder: Path) -> str:
    from captions.licensing import terms

    del folder
    if value not in terms.table().scopes:
        raise CaptionsError(f": must be one of {', '.join(terms.table().scopes)}, not {value!r}")
    return str(value)


def _territory(value: object, folder: Path) -> str:
    from captions.licensing import terms

    try:
        found = terms.territories(_text(value, folder))
    except CaptionsError as error:
        raise CaptionsError(f": {str(error).removeprefix(': ')}") from None
    if len(found) != 1:
        raise CaptionsError(f": {value!r} is not one territory; use one code, or a group such as EU")
    return found[0]


def _table(value: object, key: str, as_value: Callable[[object, str], T]) -> dict[str, T]:
    if not isinstance(value, dict):
        raise CaptionsError(f": must be a table; write [{key}] on a line of its own")
    return {name: as_value(each, name) for name, each in value.items()}


def _publications(value: object, folder: Path) -> dict[Path, str]:
    def publication(name: object, of: str) -> str:
        if not isinstance(name, str) or not name.strip():
            raise CaptionsError(f'."{of}": must be the name of a publication in quotes')
        return " ".join(name.split())

    names = _table(value, "publications", publication)
    return {_path(place, folder) if place.strip() else folder: name for place, name in names.items()}


def _codes(value: object, folder: Path) -> dict[str, str]:
    del folder

    def grade(text: object, code: str) -> str:
        if text not in GRADES:
            raise CaptionsError(f".{code}: must be one of {', '.join(GRADES)}, not {text!r}")
        return str(text)

    return {code.upper(): text for code, text in _table(value, "codes", grade).items()}


KEYS: Mapping[str, tuple[str, Callable[[object, Path], object]]] = {
    "database": ("database", _database),
    "agencies": ("agencies", _path),
    "baseline": ("baseline", _path),
    "for": ("scope", _scope),
    "territory": ("territory", _territory),
    "publications": ("publications", _publications),
    "codes": ("codes", _codes),
}
"""Each key of the file, the field it fills, and the function that reads its value."""
