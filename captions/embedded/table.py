"""The table of fields, loaded and checked once: captions/data/embedded.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from captions.errors import VocabularyError
from captions.register import read_toml, strings
from captions.text import name_key

_FILE = "embedded.toml"
_FORMS = ("text", "lang", "seq", "bag")
_KEYS = {"name", "title", "form", "date", "xmp", "iim", "limit", "exif"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field, and where the families keep it."""

    name: str
    title: str
    form: str
    """How XMP writes it: text, lang, seq, bag."""
    xmp: tuple[tuple[str, ...], ...]
    """Paths of names with namespace: ``(("{http://purl.org/dc/elements/1.1/}creator",),)``."""
    iim: tuple[int, ...] = ()
    limit: int = 0
    """In bytes, of an IIM value; 0: none."""
    exif: tuple[tuple[str, int], ...] = ()
    """Directory ("" or "exif") and tag."""
    date: bool = False

    @property
    def several(self) -> bool:
        """Whether the field is a list."""
        return self.form in ("seq", "bag")


@dataclass(frozen=True, slots=True)
class Table:
    """All fields, by name and in order, and what goes with them."""

    fields: Mapping[str, Field]
    prefixes: Mapping[str, str]
    """Namespace -> its usual prefix."""
    by_dataset: Mapping[int, Field]
    exif_empty: frozenset[str]
    """Name keys of what cameras and programs write as a description, and is none."""


@lru_cache(maxsize=1)
def table() -> Table:
    """The table; VocabularyError names the row that is broken."""
    read = read_toml(_FILE, (files("captions") / "data" / _FILE).read_bytes())
    namespaces: dict[str, str] = read["namespaces"]
    rows = {}
    for number, row in enumerate(read["field"], 1):
        where = f"{_FILE} [[field]] {number}"
        if unknown := sorted(set(row) - _KEYS):
            raise VocabularyError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
        if row.get("form") not in _FORMS:
            raise VocabularyError(f"{where}: form must be one of {', '.join(_FORMS)}")
        paths = strings(where, "xmp", row["xmp"]) if "xmp" in row else ()
        rows[row["name"]] = Field(
            name=row["name"],
            title=row["title"],
            form=row["form"],
            xmp=tuple(tuple(_name(where, step, namespaces) for step in path.split("/")) for path in paths),
            iim=tuple(row.get("iim", ())),
            limit=row.get("limit", 0),
            exif=tuple((t.rpartition(":")[0], int(t.rpartition(":")[2], 16)) for t in row.get("exif", ())),
            date=row.get("date", False),
        )
    return Table(
        fields=rows,
        prefixes={namespace: prefix for prefix, namespace in namespaces.items()},
        by_dataset={number: field for field in rows.values() for number in field.iim},
        exif_empty=frozenset(name_key(text) for text in strings(f"{_FILE} [exif]", "empty", read["exif"]["empty"])),
    )


def _name(where: str, step: str, namespaces: Mapping[str, str]) -> str:
    prefix, _, name = step.partition(":")
    if prefix not in namespaces:
        raise VocabularyError(f"{where}: {prefix!r} is none of [namespaces]")
    return f"{{{namespaces[prefix]}}}{name}"
