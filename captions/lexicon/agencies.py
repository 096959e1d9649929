"""Read the register of agencies and their spellings.

Spellings are compared by :func:`captions.text.name_key`: case, accents, spaces and dots do not count.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from captions.errors import VocabularyError
from captions.lexicon import tables
from captions.lexicon.tables import Table
from captions.text import name_key

KINDS = ("agency", "stock", "publisher", "broadcaster", "government", "platform", "organization")
_FLAGS = ("leads", "social", "ambiguous", "contributors")
_LISTS = ("aliases", "weak_aliases", "distributors", "credit_forms")
_AGENCY_KEYS = {"name", "kind", "country", "parent", *_LISTS, *_FLAGS}
# The placeholders in a credit form.
CREATOR, AGENCY = "{creator}", "{agency}"
# An abbreviation up to this length counts only in capitals: `MAP` is an agency, `map` and `Map` are words.
SHORT = 4
_SIGNS = re.compile("[/|=,]")
# In bytes; the built-in register of a thousand agencies has 0.2 MB.
_LARGEST_REGISTER = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Agency:
    """A row of the register: an organization named in credit lines, which may have to be paid."""

    name: str
    kind: str
    country: str = ""
    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()
    """Spellings that count only next to a label or in a chain: ``AA``, ``PA``."""
    parent: str | None = None
    distributors: tuple[str, ...] = ()
    """The agencies that distribute its pictures."""
    credit_forms: tuple[str, ...] = ()
    """The credit lines it requires as a supplier: ``REUTERS/{creator}``, ``{creator}/{agency} via Getty Images``."""
    leads: bool = False
    """Whether it puts itself first in the line: ``picture alliance/dpa | Jan Woitas``."""
    social: bool = False
    """Whether it is a platform that shows pictures but sells none: Facebook, YouTube."""
    ambiguous: bool = False
    """Whether its name is also a word or a paper's own name: ``BILD``, ``Sun``."""
    contributors: bool = False
    """Whether it prints the uploader's name next to its own, although it is not a stock library."""

    @property
    def prints_contributors(self) -> bool:
        """Return whether a name next to it is that of a contributor: ``FatCamera/Getty Images``, ``Rike/Pixelio``."""
        return self.contributors or self.kind == "stock" or (self.kind == "platform" and not self.social)


@dataclass(frozen=True, slots=True)
class Spelling:
    """The agency that a spelling names, and when the spelling counts."""

    agency: Agency
    weak: bool
    forms: frozenset[str]
    """The only forms that count, for a short spelling: ``MAP`` is an agency, ``map`` is a word."""


Row = tuple[str, Agency]
"""The place of a row (file, number and name), and its agency."""


def rows_of(table: Table, *, optional: bool = False) -> list[Row]:
    """Return the rows of ``[[agency]]``, each checked by itself; only an optional list may be missing."""
    return [(row.where, _agency(row)) for row in table.rows("agency", optional=optional)]


def _agency(row: Table) -> Agency:
    name = row.text("name")
    row.only(_AGENCY_KEYS)
    kind = row.choice("kind", KINDS)
    # by_name and spellings find duplicates by name key, which finds more than equal strings.
    lists = {key: row.texts(key, optional=True, distinct=False) for key in _LISTS}
    for form in lists["credit_forms"]:
        rest = form.replace(CREATOR, "", 1).replace(AGENCY, "", 1)
        if "{" in rest or "}" in rest or CREATOR not in form or not name_key(rest):
            raise row.error(f"the credit form {form!r} needs {CREATOR} once, {AGENCY} at most once, and a name")
    return Agency(
        name,
        kind,
        row.text("country", ""),
        lists["aliases"],
        lists["weak_aliases"],
        row.text("parent", "") or None,
        lists["distributors"],
        lists["credit_forms"],
        *map(row.flag, _FLAGS),
    )


def by_name(rows: Iterable[Row]) -> dict[str, Agency]:
    """Return the rows by canonical name; raise VocabularyError if two share one, or if one names a missing row."""
    agencies: dict[str, Agency] = {}
    places: dict[str, str] = {}
    for where, agency in rows:
        if agency.name in agencies:
            raise VocabularyError(f"{where}: 'name' is already the name of {places[agency.name]}")
        agencies[agency.name], places[agency.name] = agency, where
    for agency in agencies.values():
        for other in (*agency.distributors, *([agency.parent] if agency.parent else [])):
            if other not in agencies:
                raise VocabularyError(f"{places[agency.name]}: no row is named {other!r}")
    return agencies


def with_parents(name: str, agencies: Mapping[str, Agency]) -> list[str]:
    """Return an agency and those above it in the register, each once even if the register has a cycle."""
    found: dict[str, None] = {}
    at: str | None = name
    while at is not None and at not in found:
        found[at] = None
        row = agencies.get(at)
        at = row.parent if row is not None else None
    return list(found)


def spellings(rows: Iterable[Row]) -> tuple[dict[str, Spelling], dict[tuple[str, ...], Agency]]:
    """Return the spellings by name key, and the agencies printed with a slash or the like by their parts' name keys.

    Raise VocabularyError if two rows claim the same spelling.
    """
    found: dict[str, Spelling] = {}
    places: dict[str, str] = {}
    compounds: dict[tuple[str, ...], Agency] = {}
    for where, agency in rows:
        for alias in (agency.name, *agency.aliases, *agency.weak_aliases):
            key, weak = name_key(alias), agency.ambiguous or alias in agency.weak_aliases
            if not key:
                raise VocabularyError(f"{where}: the spelling {alias!r} has no letter")
            known = found.get(key)
            if known and known.agency.name != agency.name:
                raise VocabularyError(f"{where}: the spelling {alias!r} already belongs to {places[key]}")
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
    """Yield all spellings that count anywhere in a line."""
    for agency in agencies.values():
        yield from (agency.name, *agency.aliases)


def register_data(path: Path) -> bytes:
    """Return the content of a user's register; raise VocabularyError if it is not a regular file of a few MB."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise VocabularyError(f"{path}: not a regular file; check the path of the register")
        if status.st_size > _LARGEST_REGISTER:
            limit = _LARGEST_REGISTER // 1024 // 1024
            raise VocabularyError(f"{path}: larger than {limit} MB, so not a register; check the path of the register")
        return path.read_bytes()
    except OSError as error:
        raise VocabularyError(f"{path}: cannot be read: {error.strerror}; check the path of the register") from None


@dataclass(frozen=True, slots=True)
class UserRows:
    """The content of a user's own register."""

    agencies: list[Row]
    staff: tuple[str, ...]
    """The creators on the staff."""
    own: tuple[str, ...]
    """The newsroom's own publications."""


def user_rows(path: Path) -> UserRows:
    """Return the content of a user's own register."""
    table = tables.parse(str(path), register_data(path))
    table.only({"agency", "staff", "own"})
    return UserRows(
        rows_of(table, optional=True),
        table.texts("staff", optional=True, distinct=False),
        table.texts("own", optional=True, distinct=False),
    )
