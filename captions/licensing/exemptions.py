"""What needs no agreement: the staff, the publication's own, and sources that are free, with what they ask for.

The table is ``[[default]]`` in ``data/terms.toml``; an agreement with the supplier goes before it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

from captions.errors import VocabularyError
from captions.lexicon import tables
from captions.lexicon.tables import Table
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit
from captions.text import name_key


@dataclass(frozen=True, slots=True)
class Default:
    """A row of the table: whom or what it covers, and what a use must print or do."""

    name: str
    kind: str
    """staff or free, as of an agreement."""
    requires: str
    agencies: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    staff: bool = False
    own: bool = False


_KEYS = frozenset(field.name for field in fields(Default))


@lru_cache(maxsize=1)
def defaults() -> tuple[Default, ...]:
    """Return the rows, in the order in which they are tried; raise VocabularyError if one is broken."""
    rows = tuple(map(_row, tables.load("terms.toml").rows("default")))
    names = [row.name for row in rows]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise VocabularyError(f"captions/data/terms.toml, [[default]]: two rows are named {twice!r}")
    return rows


def default_for(credit: Credit, words: Vocabulary, publication: str | None = None) -> Default | None:
    """The row that covers a credit; None where an agreement is needed, or nothing tells with whom.

    ``Jane Doe / Unsplash`` gives the free libraries. Staff names alone prove nothing beside an agency: a picture that
    a line credits to an agency as well is the agency's.
    """
    return next((row for row in defaults() if _covers(row, credit, words, publication)), None)


def _row(row: Table) -> Default:
    row.only(_KEYS)
    return Default(
        name=row.text("name"),
        kind=row.choice("kind", ("staff", "free")),
        requires=row.text("requires"),
        agencies=row.texts("agencies", optional=True),
        kinds=row.texts("kinds", optional=True),
        marks=row.texts("marks", optional=True),
        staff=row.flag("staff"),
        own=row.flag("own"),
    )


def _covers(row: Default, credit: Credit, words: Vocabulary, publication: str | None) -> bool:
    supplier = credit.supplier
    if row.staff:
        return (
            bool(credit.creators)
            and not credit.agencies
            and all(name_key(creator) in words.staff for creator in credit.creators)
        )
    if row.marks and any(mark in credit.qualifiers for mark in row.marks):
        return True
    if supplier is None:
        return False
    if row.own:
        return publication is not None and _canonical(publication, words) == _canonical(supplier, words)
    known = words.agencies.get(supplier)
    return supplier in row.agencies or (known is not None and known.kind in row.kinds)


def _canonical(name: str, words: Vocabulary) -> str:
    known = words.agency(name)
    return name_key(known.name if known else name)
