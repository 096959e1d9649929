"""Pictures that need no agreement: by staff, by the publication itself, and from free sources.

The table is ``[[exemption]]`` in ``data/terms.toml``; an agreement with the supplier takes precedence.
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
class Exemption:
    """A row of the table: what it covers, and what each use must print or do."""

    name: str
    kind: str
    """staff or free, the same kinds as for agreements."""
    requires: str
    agencies: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    staff: bool = False
    own: bool = False


_KEYS = frozenset(field.name for field in fields(Exemption))


@lru_cache(maxsize=1)
def exemptions() -> tuple[Exemption, ...]:
    """Return the rows in the order they are tried; raise VocabularyError if a row is broken."""
    rows = tuple(map(_row, tables.load("terms.toml").rows("exemption")))
    names = [row.name for row in rows]
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise VocabularyError(f"captions/data/terms.toml, [[exemption]]: two rows are named {repeated!r}")
    return rows


def exemption_for(credit: Credit, words: Vocabulary, publication: str | None = None) -> Exemption | None:
    """Return the row that covers a credit; None if it needs an agreement or names no supplier.

    ``publication`` is the newsroom's own, as the user named it; the register may name more of them.

    ``Jane Doe / Unsplash`` gives the free libraries. A staff name next to an agency is not exempt, because the picture
    may be the agency's.
    """
    return next((row for row in exemptions() if _covers(row, credit, words, publication)), None)


def _row(row: Table) -> Exemption:
    row.only(_KEYS)
    return Exemption(
        name=row.text("name"),
        kind=row.choice("kind", ("staff", "free")),
        requires=row.text("requires"),
        agencies=row.texts("agencies", optional=True),
        kinds=row.texts("kinds", optional=True),
        qualifiers=row.texts("qualifiers", optional=True),
        staff=row.flag("staff"),
        own=row.flag("own"),
    )


def _covers(row: Exemption, credit: Credit, words: Vocabulary, publication: str | None) -> bool:
    supplier = credit.supplier
    if row.staff:
        return (
            bool(credit.creators)
            and not credit.agencies
            and all(name_key(creator) in words.staff for creator in credit.creators)
        )
    if any(qualifier in credit.qualifiers for qualifier in row.qualifiers):
        return True
    if supplier is None:
        return False
    if row.own:
        key = _canonical(supplier, words)
        return key in words.own or (publication is not None and _canonical(publication, words) == key)
    known = words.agencies.get(supplier)
    return supplier in row.agencies or (known is not None and known.kind in row.kinds)


def _canonical(name: str, words: Vocabulary) -> str:
    known = words.agency(name)
    return name_key(known.name if known else name)
