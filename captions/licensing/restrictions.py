"""Decide what a restriction bars: a territory, a medium, the sale, the archive, and until when.

:mod:`captions.credit.notices` reads restrictions from text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from captions.licensing.terms import members

if TYPE_CHECKING:
    from captions.licensing.coverage import IntendedUse

Kind = Literal[
    "territory", "medium", "sale", "archive", "embargo", "expires", "period", "once", "purpose", "alteration", "crop",
    "credit", "context", "mining", "permission", "unclear",
]  # fmt: skip
Verdict = Literal["bars", "undecided", "permits"]
SYNDICATION = "syndication"
# The media that a scope prints in, and those of which some may be the newsroom's.
_MEDIA = {"web": {"online", "mobile"}, "social": {"social", "online"}, "print": {"print"}}
_PERHAPS = {
    "web": {"video"},
    "social": {"video", "mobile"},
    "print": {"newspapers", "magazines", "tabloids", "books", "covers"},
}
# Groups whose members are beyond doubt: whoever permits only the Middle East may not mean all that belongs to it here.
_EXACT = frozenset({"ANZ", "BALTICS", "BENELUX", "DACH", "EEA", "EU", "NORDIC", "SCANDINAVIA", "VISEGRAD"})
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RightsQuestion:
    """What is asked of a restriction: may a picture be used so, seen from a day?"""

    intended: IntendedUse
    today: date | None = None
    """Decides whether an embargo is over for what is passed on today; None if unknown."""

    @property
    def scope(self) -> str | None:
        """Return the intended scope."""
        return self.intended.scope

    @property
    def territory(self) -> str | None:
        """Return the intended territory."""
        return self.intended.territory

    @property
    def is_specific(self) -> bool:
        """Return whether a scope or a territory is given."""
        return self.scope is not None or self.territory is not None


@dataclass(frozen=True, slots=True)
class Restriction:
    """One thing that a notice forbids: ``GERMANY OUT`` is a territory, DE, and ``NO SALES`` a sale."""

    kind: Kind
    words: str
    """The words that say so, as printed."""
    values: tuple[str, ...] = ()
    """Territories or groups, media, a purpose, or the time of an embargo in ISO 8601, as precise as given."""
    only: bool = False
    """Permit only the values, instead of barring them."""
    places: tuple[str, ...] = ()
    """The territories to which another kind is limited: ``NO SALES IN JAPAN``."""

    def __str__(self) -> str:
        """Return the rule in short: ``territory not DE``, ``medium only print``, ``embargo 2024-05-04T18:00+02:00``."""
        values = (*self.values, *self.places)
        if self.kind in ("territory", "medium", "sale", "archive", "purpose", "alteration", "crop", "mining"):
            return " ".join((self.kind, "only" if self.only else "not", *values))
        if self.kind == "embargo":
            return f"embargo {' '.join(values) or '?'}"
        return " ".join((self.kind, *({"credit": ("must",), "context": ("only",)}.get(self.kind, values))))


def verdict(restriction: Restriction, asked: RightsQuestion, used_on: date | None = None) -> Verdict:
    """Return whether a restriction bars a use on a day; what the words leave open is undecided.

    ``GERMANY OUT`` bars DE and permits FR; ``NO SALES`` bars syndication; an embargo bars until its time.
    """
    if restriction.places and restriction.kind != "territory":
        inside = _of_territory(restriction.places, asked.territory)
        if inside == "permits":
            return "permits"
        found = _JUDGES[restriction.kind](restriction, asked, used_on)
        return "undecided" if found == "bars" and inside == "undecided" else found
    return _JUDGES[restriction.kind](restriction, asked, used_on)


def _territory(restriction: Restriction, asked: RightsQuestion, used_on: date | None) -> Verdict:
    if not restriction.only:
        return _of_territory(restriction.values, asked.territory)
    if asked.territory is None:
        return "undecided"
    if not members((asked.territory,)) <= members(restriction.values):
        return "bars"
    exact = [value for value in restriction.values if len(value) == 2 or value in _EXACT]
    return "permits" if members((asked.territory,)) <= members(exact) else "undecided"


def _of_territory(barred: tuple[str, ...], territory: str | None) -> Verdict:
    """Return whether a territory is, or contains, a barred one."""
    if territory is None:
        return "undecided"
    return "bars" if members((territory,)) & members(barred) else "permits"


def _medium(restriction: Restriction, asked: RightsQuestion, used_on: date | None) -> Verdict:
    scope, values = asked.scope, {*restriction.values}
    if scope not in _MEDIA:
        return "undecided"
    if restriction.only:
        if values & _MEDIA[scope]:
            return "permits"
        return "undecided" if values & _PERHAPS[scope] else "bars"
    if values & _MEDIA[scope]:
        return "bars"
    return "undecided" if values & _PERHAPS[scope] else "permits"


def _sale(restriction: Restriction, asked: RightsQuestion, used_on: date | None) -> Verdict:
    if asked.scope is None:
        return "undecided"
    return "bars" if asked.scope == SYNDICATION else "permits"


def _embargo(restriction: Restriction, asked: RightsQuestion, used_on: date | None) -> Verdict:
    """Compare whole days, a day apart if no time zone is given, because the time of a use is not known."""
    day, until = _day_of(asked, used_on), _until(restriction)
    if day is None or until is None:
        return "undecided"
    first, last = until
    return "bars" if day < first else "permits" if day > last else "undecided"


def _until(restriction: Restriction) -> tuple[date, date] | None:
    """Return the first and last day on which the time of an embargo may fall, anywhere on earth."""
    if not restriction.values:
        return None
    day = date.fromisoformat(restriction.values[0][:10])
    zoned = restriction.values[0][16:] != ""
    if date.min < day < date.max and "T" in restriction.values[0] and not zoned:
        return day - _ONE_DAY, day + _ONE_DAY
    return day, day


def _expires(restriction: Restriction, asked: RightsQuestion, used_on: date | None) -> Verdict:
    last, day = date.fromisoformat(restriction.values[0][:10]), _day_of(asked, used_on)
    if day is not None and day > last:
        return "bars"
    # What was printed in time may still be online.
    if day is None or (asked.today is not None and asked.today > last):
        return "undecided"
    return "permits"


def _day_of(asked: RightsQuestion, used_on: date | None) -> date | None:
    """Return the day of the use in question: for syndication, the day on which someone asks."""
    return asked.today if asked.scope == SYNDICATION else used_on


def _once(restriction: Restriction, asked: RightsQuestion, used_on: date | None) -> Verdict:
    return "bars" if asked.scope == SYNDICATION else "undecided"


def _purpose(restriction: Restriction, asked: RightsQuestion, used_on: date | None) -> Verdict:
    """Return the verdict for a newsroom: its own uses are editorial, and what others print is not known."""
    if ("internal" in restriction.values) if restriction.only else ("editorial" in restriction.values):
        return "bars"
    return "undecided" if asked.scope in (None, SYNDICATION) else "permits"


def _mining(restriction: Restriction, asked: RightsQuestion, used_on: date | None) -> Verdict:
    return "permits" if asked.scope else "undecided"


def _undecided(restriction: Restriction, asked: RightsQuestion, used_on: date | None) -> Verdict:
    return "undecided"


_JUDGES = {
    "territory": _territory,
    "medium": _medium,
    "sale": _sale,
    "archive": _undecided,
    "embargo": _embargo,
    "expires": _expires,
    "period": _undecided,
    "once": _once,
    "purpose": _purpose,
    "alteration": _undecided,
    "crop": _undecided,
    "credit": _undecided,
    "context": _undecided,
    "mining": _mining,
    "permission": _undecided,
    "unclear": _undecided,
}
