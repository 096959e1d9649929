"""The tables in ``captions/data``, loaded and checked once: agencies, labels, marks, words.

Spellings are compared by :func:`captions.text.name_key`: case, accents, spaces and dots do not count.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from captions.errors import VocabularyError
from captions.text import has_cjk, name_key, tidy

KINDS = ("agency", "stock", "publisher", "broadcaster", "government", "platform", "organization")
_AGENCY_KEYS = {
    "name",
    "kind",
    "country",
    "aliases",
    "weak_aliases",
    "parent",
    "distributors",
    "leads",
    "ambiguous",
}
_LABEL_KEYS = ("before", "by", "after", "weak", "caption")
_WORD_KEYS = {
    "organization", "organization_endings", "organization_cjk", "titles", "particles", "and", "via", "for", "on", "by",
}  # fmt: skip
# An abbreviation this short is believed only as the register writes it, or in capitals: `MAP` is one, `map` a word.
SHORT = 4
_SMALL = frozenset(
    {"of", "the", "in", "at", "im", "am", "an", "to", "a", "och", "the", "del", "della", "des", "du", "der"}
)
_FIRST = re.compile(r"[^\W_]+")


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
    leads: bool = False
    """Whether it prints itself first in the line: ``picture alliance/dpa | Jan Woitas``."""
    ambiguous: bool = False
    """Whether its name is also a word or a paper's own name: ``BILD``, ``Sun``."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All tables, in the shapes in which they are asked."""

    agencies: Mapping[str, Agency]
    """By canonical name."""
    spellings: Mapping[str, tuple[Agency, bool, frozenset[str]]]
    """name key -> agency, whether the spelling is weak, the forms allowed where it is short (else empty)."""
    compounds: Mapping[tuple[str, ...], Agency]
    """Spellings printed with a slash or the like inside: the name keys of their parts -> agency."""
    labels: Mapping[str, str]
    """Name key of a label -> before, by, after, weak or caption."""
    label_marks: Mapping[str, str]
    """Name key of a label that says a mark as well -> the mark: ``photo courtesy of``, ``Archivfoto``."""
    after_labels: tuple[str, ...]
    """Labels that stand after the name, longest first, lower case."""
    by_starts: Mapping[str, tuple[str, ...]]
    """First word -> the labels that stand before a name without a colon, longest first, lower case."""
    by_cjk: tuple[str, ...]
    """Those of them in scripts without spaces."""
    sources: Mapping[str, tuple[str, ...]]
    """First word -> phrases that name who lent a picture, longest first: ``courtesy of``, ``cedida por``."""
    last_words: frozenset[str]
    """Name keys of the last words of all spellings: what a line that ends in an agency ends in."""
    marks: Mapping[str, str]
    """Name key of a word or phrase -> mark; ``""`` for a word that is no name and no mark."""
    placeholders: frozenset[str]
    """Marks that stand instead of a name."""
    organization_words: frozenset[str]
    organization_endings: tuple[str, ...]
    organization_cjk: tuple[str, ...]
    title_set: frozenset[str]
    title_starts: Mapping[str, tuple[str, ...]]
    """First word of a title -> the titles, longest first."""
    title_ends: Mapping[str, tuple[str, ...]]
    mark_starts: Mapping[str, tuple[tuple[str, str], ...]]
    """First word of a mark phrase -> the phrases with their marks, longest first."""
    mark_ends: Mapping[str, tuple[tuple[str, str], ...]]
    abbreviations: frozenset[str]
    """Words of titles that a full stop follows: no sentence ends there."""
    small_words: frozenset[str]
    """Words that begin with a small letter inside names: particles, prepositions, conjunctions."""
    particles: frozenset[str]
    joins: frozenset[str]
    """Words that join two names."""
    vias: frozenset[str]
    fors: frozenset[str]
    ons: frozenset[str]
    bys: frozenset[str]
    staff: frozenset[str] = field(default=frozenset())
    """Name keys of creators on the staff."""

    def agency(self, text: str) -> Agency | None:
        """The agency a text spells, weak spellings too. ``"REUTERS"`` gives Reuters' row."""
        found = self.spelling(text)
        return found[0] if found else None

    def spelling(self, text: str) -> tuple[Agency, bool] | None:
        """The agency a text spells and whether the spelling is a weak one; None if it spells none."""
        found = self.spellings.get(name_key(text))
        if found is None:
            return None
        agency, weak, forms = found
        if forms and text.strip(" .") not in forms:
            return None
        return agency, weak


def _toml(name: str, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise VocabularyError(f"{name}: not valid TOML: {error}") from None


def _strings(where: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
        raise VocabularyError(f"{where}: {key} must be a list of one or more non-empty strings")
    return tuple(value)


def _agency(where: str, row: dict[str, Any]) -> Agency:
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        raise VocabularyError(f"{where}: a row needs a name")
    where = f"{where} ({name})"
    if unknown := sorted(set(row) - _AGENCY_KEYS):
        raise VocabularyError(
            f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(_AGENCY_KEYS))}"
        )
    if row.get("kind") not in KINDS:
        raise VocabularyError(f"{where}: kind must be one of {', '.join(KINDS)}")
    lists = {k: _strings(where, k, row[k]) for k in ("aliases", "weak_aliases", "distributors") if k in row}
    for key, kind in {"country": str, "parent": str, "leads": bool, "ambiguous": bool}.items():
        if key in row and not isinstance(row[key], kind):
            raise VocabularyError(f"{where}: {key} must be {'true or false' if kind is bool else 'a string'}")
    return Agency(**{**row, **lists})


def _register(rows: Iterable[tuple[str, Agency]]) -> dict[str, Agency]:
    agencies: dict[str, Agency] = {}
    places: dict[str, str] = {}
    for where, agency in rows:
        if agency.name in agencies:
            raise VocabularyError(f"{where}: {agency.name} stands already at {places[agency.name]}")
        agencies[agency.name], places[agency.name] = agency, where
    for agency in agencies.values():
        for other in (*agency.distributors, *([agency.parent] if agency.parent else [])):
            if other not in agencies:
                raise VocabularyError(f"{places[agency.name]} ({agency.name}): no row is named {other!r}")
    return agencies


def _spellings(
    agencies: Mapping[str, Agency],
) -> tuple[dict[str, tuple[Agency, bool, frozenset[str]]], dict[tuple[str, ...], Agency]]:
    spellings: dict[str, tuple[Agency, bool, frozenset[str]]] = {}
    compounds: dict[tuple[str, ...], Agency] = {}
    for agency in agencies.values():
        for alias in (agency.name, *agency.aliases, *agency.weak_aliases):
            key, weak = name_key(alias), agency.ambiguous or alias in agency.weak_aliases
            if not key:
                raise VocabularyError(f"agencies: {agency.name}: the spelling {alias!r} has no letter")
            known = spellings.get(key)
            if known and known[0].name != agency.name:
                raise VocabularyError(
                    f"agencies: the spelling {alias!r} is claimed by {known[0].name} and by {agency.name}"
                )
            forms: frozenset[str] = frozenset()
            if len(key) <= SHORT and key.isascii():
                forms = frozenset({alias, alias.upper()}) | (known[2] if known else frozenset())
            spellings[key] = (agency, weak and (known is None or known[1]), forms)
            if any(sign in alias for sign in "/|=,"):
                parts = tuple(
                    name_key(p)
                    for p in alias.replace("|", "/").replace("=", "/").replace(",", "/").split("/")
                )
                compounds[parts] = agency
    return spellings, compounds


def _printed(agencies: Mapping[str, Agency]) -> Iterable[str]:
    for agency in agencies.values():
        yield from (agency.name, *agency.aliases)


def _labels(tables: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    labels: dict[str, str] = {}
    after: set[str] = set()
    by: set[str] = set()
    rank = {kind: at for at, kind in enumerate(_LABEL_KEYS)}
    for language, table in tables.items():
        where = f"labels.toml [{language}]"
        for kind, words in table.items():
            if kind not in rank:
                raise VocabularyError(f"{where}: unknown key {kind!r}; known are {', '.join(_LABEL_KEYS)}")
            for word in _strings(where, kind, words):
                key = name_key(word)
                # What is a label in one language and a weak one in another is a label: `foto`.
                if key not in labels or rank[kind] < rank[labels[key]]:
                    labels[key] = kind
                if kind == "after":
                    after.add(word.casefold())
                elif kind == "by":
                    by.add(word.casefold())
    longest = lambda words: tuple(sorted(words, key=lambda w: (-len(w), w)))  # noqa: E731 - a key, not a function
    return labels, longest(after), longest(by)


def _marks(tables: Mapping[str, Any]) -> tuple[dict[str, str], tuple[tuple[str, str], ...], frozenset[str]]:
    marks: dict[str, str] = {}
    phrases: list[tuple[str, str]] = []
    placeholders = set()
    for mark, table in tables.items():
        where = f"marks.toml [{mark}]"
        if unknown := sorted(set(table) - {"words", "placeholder"}):
            raise VocabularyError(f"{where}: unknown key {unknown[0]!r}; known are words, placeholder")
        value = "" if mark == "none" else mark
        if table.get("placeholder"):
            placeholders.add(value)
        for word in _strings(where, "words", table.get("words")):
            key = name_key(word)
            if key and marks.setdefault(key, value) != value:
                raise VocabularyError(f"{where}: {word!r} stands already under {marks[key]!r}")
            # Short ones count alone only: inside a line they are names (Ai Weiwei, Roy Ho, Dr. No).
            if value and (len(key) >= 4 or not key.isascii()):
                phrases.append((tidy(word).casefold(), value))
    return marks, tuple(sorted(phrases, key=lambda p: (-len(p[0]), p[0]))), frozenset(placeholders)


_T = TypeVar("_T")


def _grouped(pairs: Iterable[tuple[_T, str]]) -> dict[str, tuple[_T, ...]]:
    """Value, group -> group: values, longest first."""
    groups: dict[str, list[_T]] = {}
    for value, group in pairs:
        groups.setdefault(group, []).append(value)
    length = lambda v: (-len(v if isinstance(v, str) else str(v)), str(v))  # noqa: E731 - a key, not a function
    return {group: tuple(sorted(values, key=length)) for group, values in groups.items()}


def _sources(phrases: Iterable[tuple[str, str]], bys: Iterable[str]) -> list[str]:
    """The phrases of two words or more that end in a word like `by` or `of`."""
    ends = {*bys, "of", "de", "di", "von"}
    lenders = [(p, m) for p, m in phrases if m in ("courtesy", "supplied", "handout")]
    return [
        p
        for p, m in lenders
        if (p.rsplit(" ", 1)[-1] in ends if " " in p else m == "courtesy" and len(p) >= 7)
    ]


def _label_marks(tables: Mapping[str, Any], marks: Mapping[str, str]) -> dict[str, str]:
    """The marks that labels say: the whole label is one, or one of its words of five letters or more is."""
    out: dict[str, str] = {}
    for label in (w for table in tables.values() for words in table.values() for w in words):
        candidates = [name_key(label), *(k for w in label.split() if len(k := name_key(w)) >= 5)]
        if mark := next((m for c in candidates if (m := marks.get(c))), None):
            out[name_key(label)] = mark
    return out


def _words(tables: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    if unknown := sorted(set(tables) ^ _WORD_KEYS):
        raise VocabularyError(f"words.toml: unknown or missing key {unknown[0]!r}")
    return {key: _strings("words.toml", key, value) for key, value in tables.items()}


def _user_rows(path: Path) -> tuple[list[tuple[str, Agency]], tuple[str, ...]]:
    try:
        tables = _toml(str(path), path.read_bytes())
    except OSError as error:
        raise VocabularyError(
            f"{path}: cannot be read: {error.strerror}; check the path given to --agencies"
        ) from None
    if unknown := sorted(set(tables) - {"agency", "staff"}):
        raise VocabularyError(f"{path}: unknown table {unknown[0]!r}; known are [[agency]] and staff")
    rows = [
        (f"{path} row {n}", _agency(f"{path} row {n}", row))
        for n, row in enumerate(tables.get("agency", []), 1)
    ]
    return rows, _strings(str(path), "staff", tables["staff"]) if "staff" in tables else ()


def load(user_register: Path | None = None) -> Vocabulary:
    """Reads and checks all tables; a user's own register adds rows or replaces those of the same name.

    Raises VocabularyError, which names the file and the row: a spelling claimed twice, an unknown key, an empty list.
    """
    data = files("captions") / "data"
    read = {
        n: _toml(f"{n}.toml", (data / f"{n}.toml").read_bytes())
        for n in ("agencies", "labels", "marks", "words")
    }
    rows = [
        (f"agencies.toml row {n}", _agency(f"agencies.toml row {n}", row))
        for n, row in enumerate(read["agencies"]["agency"], 1)
    ]
    staff: tuple[str, ...] = ()
    if user_register is not None:
        own, staff = _user_rows(user_register)
        _register(own + [r for r in rows if r[1].name not in {o[1].name for o in own}])
        rows = [r for r in rows if r[1].name not in {o[1].name for o in own}] + own
    agencies = _register(rows)
    spellings, compounds = _spellings(agencies)
    labels, after, by = _labels(read["labels"])
    marks, phrases, placeholders = _marks(read["marks"])
    words = _words(read["words"])
    folded = {key: frozenset(w.casefold() for w in value) for key, value in words.items()}
    return Vocabulary(
        agencies=agencies,
        spellings=spellings,
        compounds=compounds,
        labels=labels,
        label_marks=_label_marks(read["labels"], marks),
        after_labels=after,
        by_starts=_grouped([(p, _FIRST.match(p)[0]) for p in by if _FIRST.match(p)]),  # type: ignore[index] # tested
        by_cjk=tuple(p for p in by if has_cjk(p)),
        sources=_grouped([(p, p.split(" ", 1)[0]) for p in _sources(phrases, words["by"])]),
        last_words=frozenset(name_key(re.split(r"[\s.]", s.strip(". "))[-1]) for s in _printed(agencies)),
        marks=marks,
        placeholders=placeholders,
        organization_words=folded["organization"],
        organization_endings=tuple(sorted(folded["organization_endings"])),
        organization_cjk=tuple(sorted(folded["organization_cjk"])),
        title_set=folded["titles"],
        title_starts=_grouped([(w, w.split(" ", 1)[0]) for w in folded["titles"]]),
        title_ends=_grouped([(w, w.rsplit(" ", 1)[-1]) for w in folded["titles"]]),
        mark_starts=_grouped([((p, m), p.split(" ", 1)[0].strip(".,:")) for p, m in phrases]),
        mark_ends=_grouped([((p, m), p.rsplit(" ", 1)[-1].strip(".,:")) for p, m in phrases]),
        abbreviations=frozenset(
            part.rstrip(".") for w in folded["titles"] for part in w.split() if part.endswith(".")
        ),
        small_words=folded["particles"]
        | folded["and"]
        | folded["for"]
        | folded["on"]
        | folded["by"]
        | _SMALL,
        particles=folded["particles"],
        joins=folded["and"],
        vias=folded["via"],
        fors=folded["for"],
        ons=folded["on"],
        bys=folded["by"],
        staff=frozenset(name_key(name) for name in staff),
    )


@lru_cache(maxsize=1)
def default() -> Vocabulary:
    """The tables that come with the program, loaded once."""
    return load()
