"""Compare two credits: do they name the same parties, and can both be right for one picture?

:func:`relate` compares two lists of names: they are the same, compatible (one has fewer names), or different. Its
caller decides when two names are the same: by their letters, by a person's name with a letter missing, or by the
register. :func:`parties` and :func:`owed` compare two credits.
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
    """The relation of two lists of names."""

    SAME = "same"
    """Both name the same parties."""
    COMPATIBLE = "compatible"
    """One names only some of the parties that the other names, or none."""
    DIFFERENT = "different"
    """Each names a party that the other does not."""


class Owed(Protocol):
    """The parties to whom a picture may be owed: a Credit, or the part of it that the audit stores."""

    @property
    def supplier(self) -> str | None:
        """The agency that supplied the picture."""

    @property
    def creators(self) -> tuple[str, ...]:
        """The photographers and artists."""


def relate(
    left: Collection[str],
    right: Collection[str],
    same: Same,
    *,
    all_left: Collection[str] | None = None,
    all_right: Collection[str] | None = None,
) -> Relation:
    """Return how two lists of names relate.

    With :func:`same_person`, ``["Jo Reed"]`` and ``["JO REED", "AP"]`` are compatible.

    ``all_left`` and ``all_right`` are longer lists in which a name may also appear, such as all names of a credit whose
    creators are compared: a single word may be read as a creator or as an agency.
    """
    return _relation(
        _covers(right if all_right is None else all_right, left, same),
        _covers(left if all_left is None else all_left, right, same),
    )


def parties(left: Credit, right: Credit) -> Relation:
    """Return how the creators and agencies of two credits relate, comparing names by :func:`name_key`.

    ``Jo Reed/AP`` and ``AP/JO REED`` are the same, ``Jo Reed`` is compatible with both.
    """
    left_keys, right_keys = ({*map(name_key, named(credit))} for credit in (left, right))
    return _relation(left_keys <= right_keys, right_keys <= left_keys)


def named(credit: Credit) -> tuple[str, ...]:
    """Return all names in a credit, creators first."""
    return (*credit.creators, *credit.agencies)


def owed(left: Owed, right: Owed) -> Relation:
    """Return how two credits for one picture relate; DIFFERENT means that they cannot both be right.

    They differ if their suppliers differ, or if each names a creator whom the other does not; ``GEORG HOCHMUT`` is
    Georg Hochmuth. A credit with fewer facts than the other is compatible with it.
    """
    creators = relate(left.creators, right.creators, same_person)
    if left.supplier and right.supplier:
        return creators if name_key(left.supplier) == name_key(right.supplier) else Relation.DIFFERENT
    return creators if creators is not Relation.SAME or left.supplier == right.supplier else Relation.COMPATIBLE


def are_equal(left: Credit, right: Credit) -> bool:
    """Return whether two credits have the same names and qualifiers, letter for letter; agencies in any order."""
    return (left.supplier, left.creators, sorted(left.agencies), left.qualifiers) == (
        right.supplier,
        right.creators,
        sorted(right.agencies),
        right.qualifiers,
    )


def _relation(right_has_left: bool, left_has_right: bool) -> Relation:
    """Return the relation of two lists, given whether each contains all names of the other."""
    if right_has_left and left_has_right:
        return Relation.SAME
    return Relation.COMPATIBLE if right_has_left or left_has_right else Relation.DIFFERENT


def _covers(names: Collection[str], some: Collection[str], same: Same) -> bool:
    return all(any(same(name, known) for known in names) for name in some)
