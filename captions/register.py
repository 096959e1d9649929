"""The register of those who are named in credit lines: rows of TOML -> agencies and their spellings.

Spellings are compared by :func:`captions.text.name_key`: case, accents, spaces and dots do not count.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from captions.errors import VocabularyError
from captions.text import name_key

KINDS = ("agency", "stock", "publisher", "broadcaster", "government", "platform", "organization")
_FLAGS = ("leads", "social", "ambiguous", "contributors")
_LISTS = ("aliases", "weak_aliases", "distributors", "credit_forms")
_AGENCY_KEYS = {"name", "kind", "country", "parent", *_LISTS, *_FLAGS}
# What a credit form may leave open.
CREATOR, AGENCY = "{creator}", "{agency}"
# An abbreviation this short, written in capitals, is believed only so: `MAP` is one, `map` and `Map` are words.
SHORT = 4
_SIGNS = re.compile("[/|=,]")


@dataclass(frozen=True, slots=True)
class Agency:
    """A row of the register: one who is named in credit lines and may have to be paid."""

    name: str
    kind: str
    country: str = ""
    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()
    """Spellings believed only beside a label or in a chain: ``AA``, ``PA``."""
    parent: str | None = None
    distributors: tuple[str, ...] = ()
    """Who is known to pass its pictures on."""
    credit_forms: tuple[str, ...] = ()
    """How it asks to be credited as a supplier: ``REUTERS/{creator}``, ``{creator}/{agency} via Getty Images``."""
    leads: bool = False
    """Whether it prints itself first in the line: ``picture alliance/dpa | Jan Woitas``."""
    social: bool = False
    """Whether it is a place where pictures are shown, and sells none: Facebook, YouTube."""
    ambiguous: bool = False
    """Whether its name is also a word or a paper's own name: ``BILD``, ``Sun``."""
    contributors: bool = False
    """Whether it prints the name of whoever uploaded the picture beside its own, although it is no stock library."""

    @property
    def prints_contributors(self) -> bool:
        """Return whether a name next to it is that of a contributor: ``FatCamera/Getty Images``, ``Rike/Pixelio``."""
        return self.contributors or self.kind == "stock" or (self.kind == "platform" and not self.social)


@dataclass(frozen=True, slots=True)
class Spelling:
    """Whom a spelling names, and when it is believed."""

    agency: Agency
    weak: bool
    forms: frozenset[str]
    """Where the spelling is short, the forms in which it counts: ``MAP`` is an agency, ``map`` is a word."""


Row = tuple[str, Agency]
"""Where a row stands (file and number), and what it says."""


def read_toml(name: str, data: bytes) -> dict[str, Any]:
    """The tables of a TOML file; VocabularyError names the file and the line."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise VocabularyError(f"{name}: not valid TOML: {error}") from None


def strings(where: str, key: str, value: object) -> tuple[str, ...]:
    """A list of one or more strings that are not empty, or a VocabularyError."""
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
        raise VocabularyError(f"{where}: {key} must be a list of one or more strings; leave it out where there is none")
    return tuple(value)


def rows_of(name: str, tables: Mapping[str, Any]) -> list[Row]:
    """The rows of ``[[agency]]``, each checked alone: unknown keys, kinds, empty lists."""
    rows = tables.get("agency", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise VocabularyError(f"{name}: write each agency as a table of its own, headed [[agency]]")
    return [(f"{name} row {n}", _agency(f"{name} row {n}", row)) for n, row in enumerate(rows, 1)]


def _agency(where: str, row: Mapping[str, Any]) -> Agency:
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        raise VocabularyError(f"{where}: a row needs a name")
    where = f"{where} ({name})"
    if unknown := sorted(set(row) - _AGENCY_KEYS):
        raise VocabularyError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(_AGENCY_KEYS))}")
    kind = row.get("kind")
    if kind not in KINDS:
        raise VocabularyError(f"{where}: kind must be one of {', '.join(KINDS)}")
    lists = {k: strings(where, k, row[k]) if k in row else () for k in _LISTS}
    for form in lists["credit_forms"]:
        left = form.replace(CREATOR, "", 1).replace(AGENCY, "", 1)
        if "{" in left or "}" in left or CREATOR not in form or not name_key(left):
            raise VocabularyError(
                f"{where}: the credit form {form!r} must hold {CREATOR} once, {AGENCY} once or not, and a name"
            )
    for key in ("country", "parent"):
        if not isinstance(row.get(key, ""), str):
            raise VocabularyError(f"{where}: {key} must be a string")
    for key in _FLAGS:
        if not isinstance(row.get(key, False), bool):
            raise VocabularyError(f"{where}: {key} must be true or false")
    return Agency(
        name,
        kind,
        row.get("country", ""),
        lists["aliases"],
        lists["weak_aliases"],
        row.get("parent"),
        lists["distributors"],
        lists["credit_forms"],
        *(row.get(key, False) for key in _FLAGS),
    )


def by_name(rows: Iterable[Row]) -> dict[str, Agency]:
    """The rows by canonical name; VocabularyError where two share one, or one names a row that is not there."""
    agencies: dict[str, Agency] = {}
    places: dict[str, str] = {}
    for where, agency in rows:
        if agency.name in agencies:
            raise VocabularyError(f"{where}: {agency.name} stands already in {places[agency.name]}")
        agencies[agency.name], places[agency.name] = agency, where
    for agency in agencies.values():
        for other in (*agency.distributors, *([agency.parent] if agency.parent else [])):
            if other not in agencies:
                raise VocabularyError(f"{places[agency.name]} ({agency.name}): no row is named {other!r}")
    return agencies


def spellings(rows: Iterable[Row]) -> tuple[dict[str, Spelling], dict[tuple[str, ...], Agency]]:
    """Name key -> spelling; and those printed with a slash or the like inside: the name keys of their parts -> agency.

    VocabularyError where two rows claim one spelling.
    """
    found: dict[str, Spelling] = {}
    places: dict[str, str] = {}
    compounds: dict[tuple[str, ...], Agency] = {}
    for where, agency in rows:
        for alias in (agency.name, *agency.aliases, *agency.weak_aliases):
            key, weak = name_key(alias), agency.ambiguous or alias in agency.weak_aliases
            if not key:
                raise VocabularyError(f"{where} ({agency.name}): the spelling {alias!r} has no letter")
            known = found.get(key)
            if known and known.agency.name != agency.name:
                taken = f"{places[key]} ({known.agency.name})"
                raise VocabularyError(f"{where} ({agency.name}): the spelling {alias!r} stands already in {taken}")
            forms: frozenset[str] = frozenset()
            if len(key) <= SHORT and key.isascii() and alias.isupper():
                plain = {key.upper()} if alias.isalpha() else set()  # CTK for ČTK
                forms = frozenset({alias, alias.upper(), *plain}) | (known.forms if known else frozenset())
            elif known is not None:
                forms = frozenset()
            found[key] = Spelling(agency, weak and (known is None or known.weak), forms)
            places.setdefault(key, where)
            if _SIGNS.search(alias):
                compounds[tuple(name_key(part) for part in _SIGNS.split(alias))] = agency
    return found, compounds


def printed(agencies: Mapping[str, Agency]) -> Iterable[str]:
    """All spellings that are believed anywhere."""
    for agency in agencies.values():
        yield from (agency.name, *agency.aliases)


def user_rows(path: Path) -> tuple[list[Row], tuple[str, ...]]:
    """The rows of a user's own register, and the creators it lists as staff."""
    try:
        tables = read_toml(str(path), path.read_bytes())
    except OSError as error:
        raise VocabularyError(f"{path}: cannot be read: {error.strerror}; check the path of the register") from None
    if unknown := sorted(set(tables) - {"agency", "staff"}):
        raise VocabularyError(f"{path}: unknown table {unknown[0]!r}; known are [[agency]] and staff")
    return rows_of(str(path), tables), strings(str(path), "staff", tables["staff"]) if "staff" in tables else ()
