"""Compare two credits: do they name the same parties, and can both be right for one picture?

:func:`relate` is the comparison: two lists of names are the same, compatible (one names fewer), or different. What
counts as one name is the caller's question: the same letters, a person's name with a letter lost, or one party of the
register. :func:`parties` and :func:`owed` ask it of two credits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Protocol

from captions.credit.names import same_person
from captions.model import Credit
from captions.text import name_key

Same = Callable[[str, str], bool]


class Relation(StrEnum):
    """How one list of names relates to another."""

    SAME = "same"
    """Each names whom the other names."""
    COMPATIBLE = "compatible"
    """One names whom the other names, but not all of them; or nobody."""
    DIFFERENT = "different"
    """Each names somebody whom the other does not."""


class Owed(Protocol):
    """Whom a credit owes the picture to: a Credit, or what the audit keeps of one."""

    @property
    def supplier(self) -> str | None:
        """The agency that supplied the picture."""

    @property
    def creators(self) -> tuple[str, ...]:
        """The persons who made it."""


def relate(
    one: Collection[str],
    other: Collection[str],
    same: Same,
    *,
    around_one: Collection[str] | None = None,
    around_other: Collection[str] | None = None,
) -> Relation:
    """Return how two lists of names relate: with :func:`same_person`, ``["Jo Reed"]`` and ``["JO REED", "AP"]`` are
    compatible.

    ``around_one`` and ``around_other`` are wider lists in which a name counts as named too, such as the agencies of
    a credit whose creators are compared: a single word may be read as either.
    """
    return _relation(
        _covers(other if around_other is None else around_other, one, same),
        _covers(one if around_one is None else around_one, other, same),
    )


def parties(one: Credit, other: Credit) -> Relation:
    """Return how the creators and agencies of two credits relate, by their letters.

    ``Jo Reed/AP`` and ``AP/JO REED`` are the same, ``Jo Reed`` is compatible with both.
    """
    first, second = ({*map(name_key, named(credit))} for credit in (one, other))
    return _relation(first <= second, second <= first)


def named(credit: Credit) -> tuple[str, ...]:
    """Return all whom a credit names, creators first."""
    return (*credit.creators, *credit.agencies)


def owed(one: Owed, other: Owed) -> Relation:
    """Return whether two credits can both be right for one picture: DIFFERENT if not.

    Two suppliers differ, or each credit has a creator whom the other does not name; ``GEORG HOCHMUT`` is Georg
    Hochmuth. A credit that says less than the other is compatible.
    """
    creators = relate(one.creators, other.creators, same_person)
    if one.supplier and other.supplier:
        return creators if name_key(one.supplier) == name_key(other.supplier) else Relation.DIFFERENT
    return creators if creators is not Relation.SAME or one.supplier == other.supplier else Relation.COMPATIBLE


def says_the_same(one: Credit, other: Credit) -> bool:
    """Return whether two credits say the same to the letter, in whatever order they name the agencies."""
    return (one.supplier, one.creators, sorted(one.agencies), one.qualifiers) == (
        other.supplier,
        other.creators,
        sorted(other.agencies),
        other.qualifiers,
    )


def _relation(first: bool, second: bool) -> Relation:
    """Return the relation of two lists: whether the other names all of the first, and whether the first all of it."""
    if first and second:
        return Relation.SAME
    return Relation.COMPATIBLE if first or second else Relation.DIFFERENT


def _covers(names: Collection[str], some: Collection[str], same: Same) -> bool:
    return all(any(same(name, known) for known in names) for name in some)
