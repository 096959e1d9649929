"""Agreements: their coverage, quota periods, overlaps and gaps.

Days are the articles' own publication dates; no time zone is applied.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from captions import dates
from captions.csv_input import SheetRow
from captions.errors import CaptionsError
from captions.licensing import terms
from captions.licensing.terms import KINDS, PERIODS, members
from captions.text import tidy

COLUMNS = (
    "supplier", "kind", "from", "to", "scope", "territory", "quota", "price", "currency", "exclude", "below",
    "requires", "note",
)  # fmt: skip
"""The columns of a CSV file of agreements."""

_ONE_DAY = timedelta(days=1)
# Not calendar.month_name, which depends on the locale.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract with a supplier. A missing start, end, scope or territory is unlimited."""

    supplier: str
    """The canonical name."""
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
    """month, quarter, year or term."""
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


@dataclass(frozen=True, slots=True)
class Period:
    """The days whose uses count against a quota, within the agreement's own; None is open."""

    first: date | None
    last: date | None
    name: str
    """``May 2026``, ``Q2 2026``, ``2026``, or the days of the term."""


def check(agreement: Agreement) -> Agreement:
    """Return the agreement, or raise CaptionsError if its terms contradict each other."""
    a = agreement
    if not a.supplier.strip():
        raise CaptionsError("the supplier is missing; name it")
    if a.kind not in KINDS:
        raise CaptionsError(f"unknown kind {a.kind!r}; use {', '.join(KINDS)}")
    if a.starts and a.ends and a.ends < a.starts:
        raise CaptionsError(f"the end {a.ends} is before the start {a.starts}; swap the two dates")
    if (a.quota is None) != (a.quota_period is None) or (a.quota is not None and a.quota < 1):
        raise CaptionsError("a quota needs a number and a period, such as 500/month")
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


def covers(agreement: Agreement, day: date | None, scope: str | None = None, territory: str | None = None) -> bool:
    """Return whether an agreement covers a day, a scope and a territory; a scope or territory of None is not checked.

    A group of territories is covered if all its members are. The supplier is not checked.
    """
    if not in_force(agreement, day):
        return False
    if scope is not None and agreement.scopes and scope not in agreement.scopes:
        return False
    if territory is None or not agreement.territories:
        return True
    return members((territory,)) <= members(agreement.territories)


def period_of(agreement: Agreement, day: date) -> Period:
    """Return the quota period of a day, limited to the agreement's own days.

    For ``500/month`` from May 10, 2026, May 20 is in the period May 10 to 31, named ``May 2026``; the quota is not
    prorated. Raise ValueError if the agreement has no quota or is not in force on the day.
    """
    if agreement.quota_period is None:
        raise ValueError("an agreement without quota has no periods")
    if not in_force(agreement, day):
        raise ValueError(f"the agreement is not in force on {day}")
    if agreement.quota_period == "term":
        whole = DateRange(agreement.starts, agreement.ends)
        return Period(whole.first, whole.last, str(whole))
    first, last, name = _calendar_period(agreement.quota_period, day)
    return Period(max(first, agreement.starts or first), min(last, agreement.ends or last), name)


def _calendar_period(period: str, day: date) -> tuple[date, date, str]:
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    start = (day.month - 1) // months * months + 1
    end = start + months - 1
    first = date(day.year, start, 1)
    last = date(day.year, end, calendar.monthrange(day.year, end)[1])
    quarter = f"Q{(day.month + 2) // 3} {day.year}"
    names = {"month": f"{_MONTHS[day.month - 1]} {day.year}", "quarter": quarter, "year": str(day.year)}
    return first, last, names[period]


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


def renewed(agreement: Agreement, ends: date, price: Decimal | None = None) -> Agreement:
    """Return the same terms, starting the day after the end; raise CaptionsError if there is no end or it is later."""
    if agreement.ends is None or agreement.ends == date.max:
        raise CaptionsError(
            f"agreement {agreement.id} has no end date to renew from; set it with: captions agreement end"
        )
    fresh = replace(
        agreement,
        starts=agreement.ends + _ONE_DAY,
        ends=ends,
        price=agreement.price if price is None else price,
        **_RECORD_FIELDS,
    )
    return check(fresh)


def from_row(row: SheetRow) -> Agreement:
    """Return the agreement in a CSV row with some of :data:`COLUMNS`; CaptionsError names line and column."""
    quota, period = row.read("quota", terms.quota, None) or (None, None)
    currency = row.read("currency", terms.currency, None)
    try:
        return check(
            Agreement(
                supplier=row.cells.get("supplier", ""),
                kind=row.read("kind", terms.kind, "flat"),
                starts=row.read("from", dates.parse, None),
                ends=row.read("to", lambda text: dates.parse(text, last=True), None),
                scopes=row.read("scope", terms.scopes, ()),
                territories=row.read("territory", terms.territories, ()),
                excluded=row.read("exclude", _names, ()),
                below=row.read("below", terms.yes, False),
                quota=quota,
                quota_period=period,
                price=row.read("price", lambda text: terms.money(text, currency), None),
                currency=currency,
                requires=row.cells.get("requires") or None,
                note=row.cells.get("note") or None,
            )
        )
    except CaptionsError as error:
        raise error if str(error).startswith(f"{row.name} line") else row.wrong(error) from None


def as_row(agreement: Agreement) -> dict[str, str]:
    """Return the cells under :data:`COLUMNS`, which :func:`from_row` reads back as the same terms."""
    a = agreement
    cells = {
        "supplier": a.supplier,
        "kind": a.kind,
        "from": a.starts,
        "to": a.ends,
        "scope": ";".join(a.scopes),
        "territory": ";".join(a.territories),
        "quota": None if a.quota is None else f"{a.quota}/{a.quota_period}",
        "price": None if a.price is None else format(a.price, "f"),
        "currency": a.currency,
        "exclude": ";".join(a.excluded),
        "below": "yes" if a.below else "",
        "requires": a.requires,
        "note": a.note,
    }
    return {name: "" if value is None else str(value) for name, value in cells.items()}


def _names(text: str) -> tuple[str, ...]:
    # Not split at commas, which company names contain.
    return tuple(dict.fromkeys(part for part in map(tidy, text.split(";")) if part))
