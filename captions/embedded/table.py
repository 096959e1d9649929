"""Load the table of fields, captions/data/embedded.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from captions.lexicon import tables
from captions.text import name_key

_FORMS = ("text", "lang", "seq", "bag")
_NOTICES = ("terms", "line", "code", "")
_KEYS = {"name", "title", "form", "date", "xmp", "iim", "limit", "exif", "notice", "ai"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field, and its place in each family."""

    name: str
    title: str
    form: str
    """Its type in XMP: text, lang, seq, bag."""
    xmp: tuple[tuple[str, ...], ...]
    """Paths of names with namespace: ``(("{http://purl.org/dc/elements/1.1/}creator",),)``."""
    iim: tuple[int, ...] = ()
    limit: int = 0
    """The limit on an IIM value in bytes, or 0."""
    exif: tuple[tuple[str, int], ...] = ()
    """Directory ("" or "exif") and tag."""
    date: bool = False
    notice: str = ""
    """How a restriction may be written in it: terms, line, code; or nothing."""
    ai: str = ""
    """What a value says about how the picture was made: ``names an AI system``; or nothing."""

    @property
    def several(self) -> bool:
        """Return whether the field is a list."""
        return self.form in ("seq", "bag")


@dataclass(frozen=True, slots=True)
class FieldCode:
    """A code in a field, such as ``DMI-PROHIBITED``."""

    name: str
    means: str
    restricts: bool = False
    label: bool = False
    """Whether a picture of this type must be labeled in print."""


@dataclass(frozen=True, slots=True)
class FieldTable:
    """All fields by name, in order, and the lookups built from them."""

    fields: Mapping[str, Field]
    prefixes: Mapping[str, str]
    """Namespace -> usual prefix."""
    by_dataset: Mapping[int, Field]
    codes: Mapping[str, FieldCode]
    """By name in lower case."""
    exif_empty: frozenset[str]
    """Name keys of the filler texts that cameras and programs write as descriptions."""


@lru_cache(maxsize=1)
def table() -> FieldTable:
    """Return the table; raise VocabularyError, which names the row, if it is broken."""
    read = tables.load("embedded.toml")
    read.only({"namespaces", "exif", "field", "code"})
    prefixes, empty = read.table("namespaces"), read.table("exif")
    empty.only({"empty"})
    namespaces = {prefix: prefixes.text(prefix) for prefix in prefixes}
    rows: dict[str, Field] = {}
    by_dataset: dict[int, Field] = {}
    for row in read.rows("field"):
        field = _field(row, namespaces)
        if field.name in rows:
            raise row.error("'name' is the name of an earlier row")
        rows[field.name] = field
        for number in field.iim:
            if number in by_dataset:
                raise row.error(f"'iim' lists {number}, which {by_dataset[number].name} has already")
            by_dataset[number] = field
    codes: dict[str, FieldCode] = {}
    for row in read.rows("code"):
        code = _code(row)
        if codes.setdefault(code.name.casefold(), code) is not code:
            raise row.error("'name' is the name of an earlier row")
    return FieldTable(
        fields=rows,
        prefixes={namespace: prefix for prefix, namespace in namespaces.items()},
        by_dataset=by_dataset,
        codes=codes,
        exif_empty=frozenset(map(name_key, empty.texts("empty"))),
    )


def _field(row: tables.Table, namespaces: Mapping[str, str]) -> Field:
    row.only(_KEYS)
    return Field(
        name=row.text("name"),
        title=row.text("title"),
        form=row.choice("form", _FORMS),
        xmp=tuple(
            tuple(_name(row, step, namespaces) for step in path.split("/")) for path in row.texts("xmp", optional=True)
        ),
        iim=row.numbers("iim"),
        limit=row.number("limit", 0),
        exif=tuple(_tag(row, tag) for tag in row.texts("exif", optional=True)),
        date=row.flag("date"),
        notice=row.choice("notice", _NOTICES) if "notice" in row else "",
        ai=row.text("ai", ""),
    )


def _code(row: tables.Table) -> FieldCode:
    row.only({"name", "means", "restricts", "label"})
    return FieldCode(row.text("name"), row.text("means"), row.flag("restricts"), row.flag("label"))


def code_of(value: str) -> FieldCode | None:
    """Return the code at the end of a URL, or alone: ``.../vocab/DMI-PROHIBITED`` gives that of data mining."""
    return table().codes.get(value.rstrip("/ ").rpartition("/")[2].rpartition(":")[2].casefold())


def _name(row: tables.Table, step: str, namespaces: Mapping[str, str]) -> str:
    prefix, _, name = step.partition(":")
    if prefix not in namespaces:
        raise row.error(f"'xmp' has the prefix {prefix!r}, which is not in [namespaces]")
    return f"{{{namespaces[prefix]}}}{name}"


def _tag(row: tables.Table, text: str) -> tuple[str, int]:
    directory, _, number = text.rpartition(":")
    try:
        return directory, int(number, 16)
    except ValueError:
        raise row.error(f"'exif' lists {text!r}; write a tag as 0x013B or exif:0x9003") from None
