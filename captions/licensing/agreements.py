"""Agreements: their coverage, overlaps and gaps.

Days are the articles' own publication dates; no time zone is applied.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from captions.errors import CaptionsError
from captions.licensing.terms import KINDS, PERIODS, QuotaTerms, members

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract with a supplier or a freelancer. A missing start, end, scope or territory is unlimited."""

    supplier: str
    """The canonical name of the supplier, or the name of the freelancer."""
    creator: bool = False
    """Whether it is with a freelancer, who is credited as a creator without an agency."""
    kind: str = "flat"
    """flat, per-use, staff or free."""
    starts: date | None = None
    """The first day in force."""
    ends: date | None = None
    """The last day in force."""
    scopes: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    """ISO 3166 codes, and groups such as EU."""
    excluded: tuple[str, ...] = ()
    """The supplier's collections and agencies that it does not cover."""
    below: bool = False
    """It also covers the agencies below the supplier in the register."""
    quota: int | None = None
    quota_period: str | None = None
    """month, quarter, year or term; None for a quota over :attr:`quota_days`."""
    quota_days: int | None = None
    """The quota counts the uses of any so many days in a row: 30 for ``500/30d``."""
    price: Decimal | None = None
    """The total price; for a per-use agreement, the price of one use."""
    currency: str | None = None
    requires: str | None = None
    """What each use must print or do."""
    note: str | None = None
    id: int | None = None
    """Its number in the store."""
    added: datetime | None = None
    added_by: str | None = None
    ended: datetime | None = None
    """When a person ended it early; None if it ends as agreed."""
    ended_by: str | None = None
    end_reason: str | None = None
    undone: datetime | None = None
    """When a person undid it as a mistake; it counts nowhere since."""
    undone_by: str | None = None
    undone_reason: str | None = None


_RECORD_FIELDS: dict[str, Any] = dict.fromkeys(
    ("id", "added", "added_by", "ended", "ended_by", "end_reason", "undone", "undone_by", "undone_reason")
)
"""The fields that record what happened to an agreement, with the values of a new one."""


class Terms(Protocol):
    """What limits an agreement or a license; empty sets no limit."""

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return the scopes."""

    @property
    def territories(self) -> tuple[str, ...]:
        """Return the territories."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """A first and a last day, both included; None is open."""

    first: date | None
    last: date | None

    def __str__(self) -> str:
        """Return ``2026-01-01 to 2026-03-31``, ``until 2026-03-31``, or ``2026-01-01`` for a single day."""
        if self.first == self.last and self.first is not None:
            return str(self.first)
        if self.first and self.last:
            return f"{self.first} to {self.last}"
        return f"from {self.first}" if self.first else f"until {self.last}" if self.last else "always"


def check(agreement: Agreement) -> Agreement:
    """Return the agreement, or raise CaptionsError if its terms contradict each other."""
    a = agreement
    if not a.supplier.strip():
        raise CaptionsError("the supplier is missing; name it, or a freelancer as the creator")
    if a.creator and (a.below or a.excluded):
        raise CaptionsError("a freelancer has no collections or subsidiaries; omit the exclusions")
    if a.kind not in KINDS:
        raise CaptionsError(f"unknown kind {a.kind!r}; use {', '.join(KINDS)}")
    if a.starts and a.ends and a.ends < a.starts:
        raise CaptionsError(f"the end {a.ends} is before the start {a.starts}; swap the two dates")
    counted = (a.quota_period is not None) + (a.quota_days is not None)
    if counted != (a.quota is not None) or any(number is not None and number < 1 for number in (a.quota, a.quota_days)):
        raise CaptionsError("a quota needs a number and a period, such as 500/month or 500/30d")
    if a.quota_period is not None and a.quota_period not in PERIODS:
        raise CaptionsError(f"unknown period {a.quota_period!r}; use {', '.join(PERIODS)}")
    if a.price is not None and (not a.price.is_finite() or a.price < 0):
        raise CaptionsError(f"{a.price} is not a valid price; use a number such as 18000 or 18000.50")
    if a.kind == "per-use" and a.price is None:
        raise CaptionsError("a per-use agreement needs the price of one use; add it, as in --per-use 45 --currency EUR")
    if a.kind in ("staff", "free") and a.price is not None:
        raise CaptionsError(f"a {a.kind} agreement has no price; omit the price, or use the kind flat")
    if a.price is not None and a.currency is None:
        raise CaptionsError("the price needs a currency, such as EUR")
    if a.currency is not None and a.price is None:
        raise CaptionsError("the currency needs a price; add it, or omit the currency")
    return a


def in_force(agreement: Agreement, day: date | None) -> bool:
    """Return whether an agreement is in force on a day, its first and last day included.

    Without a day, return True only if the agreement has neither start nor end.
    """
    if day is None:
        return agreement.starts is None and agreement.ends is None
    return (agreement.starts or date.min) <= day <= (agreement.ends or date.max)


def permits(terms_: Terms, scope: str | None, territory: str | None) -> bool:
    """Return whether an agreement or license permits a scope and a territory; None is not checked.

    A group of territories is permitted if all its members are.
    """
    if scope is not None and terms_.scopes and scope not in terms_.scopes:
        return False
    if territory is None or not terms_.territories:
        return True
    return members((territory,)) <= members(terms_.territories)


def covers(agreement: Agreement, day: date | None, scope: str | None = None, territory: str | None = None) -> bool:
    """Return whether an agreement covers a day, a scope and a territory; a scope or territory of None is not checked.

    The supplier is not checked.
    """
    return in_force(agreement, day) and permits(agreement, scope, territory)


def overlap(agreement: Agreement, other: Agreement) -> DateRange | None:
    """Return the days on which two agreements of a supplier share a scope and a territory; None if there are none."""
    first = max((a.starts for a in (agreement, other) if a.starts), default=None)
    last = min((a.ends for a in (agreement, other) if a.ends), default=None)
    if first and last and last < first:
        return None
    if agreement.scopes and other.scopes and not set(agreement.scopes) & set(other.scopes):
        return None
    both_limited = agreement.territories and other.territories
    if both_limited and not members(agreement.territories) & members(other.territories):
        return None
    return DateRange(first, last)


def gaps(agreements: Iterable[Agreement]) -> tuple[DateRange, ...]:
    """Return the gaps in a supplier's agreements, between the first start and the last end."""
    found = []
    until: date | None = None
    for a in sorted(agreements, key=lambda a: (a.starts or date.min, a.ends or date.max)):
        if until is not None and a.starts is not None and until < a.starts - _ONE_DAY:
            found.append(DateRange(until + _ONE_DAY, a.starts - _ONE_DAY))
        if a.ends is None:
            break
        until = a.ends if until is None else max(until, a.ends)
    return tuple(found)


def remarks(new: Agreement, others: Iterable[Agreement]) -> list[str]:
    """Describe where a new agreement overlaps the supplier's others, and the gaps next to it."""
    known = list(others)
    notes = [
        f"overlaps agreement {other.id} with {other.supplier}: {span}"
        for other in known
        if (span := overlap(new, other)) is not None
    ]
    for gap in gaps([new, *known]):
        before = new.starts is not None and gap.last == new.starts - _ONE_DAY
        after = new.ends is not None and new.ends < date.max and gap.first == new.ends + _ONE_DAY
        if before or after:
            notes.append(f"no agreement with {new.supplier} in force: {gap}")
    return notes


def renewed(
    agreement: Agreement,
    ends: date,
    price: Decimal | None = None,
    quota: QuotaTerms | None = None,
    *,
    scopes: tuple[str, ...] | None = None,
    territories: tuple[str, ...] | None = None,
    note: str | None = None,
) -> Agreement:
    """Return the same terms, starting the day after the end; raise CaptionsError if there is no end or it is later.

    The other arguments replace those of the agreement, if they are given. Its note is not repeated, for it is about
    the old agreement.
    """
    if agreement.ends is None or agreement.ends == date.max:
        raise CaptionsError(
            f"agreement {agreement.id} has no end date to renew from; set it with: captions agreement end"
        )
    if ends <= agreement.ends:
        raise CaptionsError(f"--to must be after {agreement.ends}, when agreement {agreement.id} ends")
    count, period, days = quota or (agreement.quota, agreement.quota_period, agreement.quota_days)
    fresh = replace(
        agreement,
        starts=agreement.ends + _ONE_DAY,
        ends=ends,
        price=agreement.price if price is None else price,
        quota=count,
        quota_period=period,
        quota_days=days,
        scopes=agreement.scopes if scopes is None else scopes,
        territories=agreement.territories if territories is None else territories,
        note=note,
        **_RECORD_FIELDS,
    )
    return check(fresh)
