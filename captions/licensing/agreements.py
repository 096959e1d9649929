"""Agreements: what each covers, the periods of its quota, where two overlap and where nothing covers a day.

Days are those on which articles were published, as the articles say them; no time zone is applied to them.
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
"""The columns of a sheet of agreements."""

_ONE_DAY = timedelta(days=1)
# calendar.month_name speaks the language of the machine.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agreement:
    """A license that the newsroom holds with a supplier. No start or end is open; no scope or territory, no limit."""

    supplier: str
    """By canonical name."""
    kind: str = "flat"
    """flat, per-use, staff or free."""
    starts: date | None = None
    """The first day on which it is in force."""
    ends: date | None = None
    """The last day on which it is in force."""
    scopes: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    """ISO 3166 codes, and groups such as EU."""
    excluded: tuple[str, ...] = ()
    """Collections and agencies of the supplier that it does not cover."""
    below: bool = False
    """Whether it covers the agencies that stand below the supplier in the register."""
    quota: int | None = None
    quota_period: str | None = None
    """month, quarter, year or term."""
    price: Decimal | None = None
    """The whole price; of a per-use agreement, the price of one use."""
    currency: str | None = None
    requires: str | None = None
    """What a use must print or do."""
    note: str | None = None
    id: int | None = None
    """Its number in the store."""
    added: datetime | None = None
    added_by: str | None = None
    ended: datetime | None = None
    """When a person set the end; None where it ends as agreed."""
    ended_by: str | None = None
    end_reason: str | None = None
    undone: datetime | None = None
    """When a person said that it was a mistake: it counts nowhere since, and is kept."""
    undone_by: str | None = None
    undone_reason: str | None = None


_BESIDE: dict[str, Any] = dict.fromkeys(
    ("id", "added", "added_by", "ended", "ended_by", "end_reason", "undone", "undone_by", "undone_reason")
)
"""What of an agreement is not what was agreed."""


@dataclass(frozen=True, slots=True)
class Span:
    """From a first to a last day, both included; None is open."""

    first: date | None
    last: date | None

    def __str__(self) -> str:
        """``2026-01-01 to 2026-03-31``; ``until 2026-03-31``; one day alone: ``2026-01-01``."""
        if self.first == self.last and self.first is not None:
            return str(self.first)
        if self.first and self.last:
            return f"{self.first} to {self.last}"
        return f"from {self.first}" if self.first else f"until {self.last}" if self.last else "always"


@dataclass(frozen=True, slots=True)
class Period:
    """The days in which uses are counted against a quota, cut by the agreement's own; None is open."""

    first: date | None
    last: date | None
    name: str
    """``May 2026``, ``Q2 2026``, ``2026``, or the days of the term."""


def check(agreement: Agreement) -> Agreement:
    """Gives the agreement back, or raises CaptionsError where its terms do not go together."""
    a = agreement
    if not a.supplier.strip():
        raise CaptionsError("an agreement needs a supplier; name it")
    if a.kind not in KINDS:
        raise CaptionsError(f"unknown kind {a.kind!r}; known are {', '.join(KINDS)}")
    if a.starts and a.ends and a.ends < a.starts:
        raise CaptionsError(f"it would end on {a.ends}, before it starts on {a.starts}; turn the two days round")
    if (a.quota is None) != (a.quota_period is None) or (a.quota is not None and a.quota < 1):
        raise CaptionsError("a quota needs a number and a period; write 500/month")
    if a.quota_period is not None and a.quota_period not in PERIODS:
        raise CaptionsError(f"unknown period {a.quota_period!r}; known are {', '.join(PERIODS)}")
    if a.price is not None and (not a.price.is_finite() or a.price < 0):
        raise CaptionsError(f"{a.price} is no price; write 18000 or 18000.50")
    if a.kind == "per-use" and a.price is None:
        raise CaptionsError("a per-use agreement needs the price of a use; add --per-use 45 --currency EUR")
    if a.kind in ("staff", "free") and a.price is not None:
        raise CaptionsError(f"a {a.kind} agreement has no price; leave the price out, or make it flat")
    if a.price is not None and a.currency is None:
        raise CaptionsError("the price lacks its currency; add it, as EUR")
    if a.currency is not None and a.price is None:
        raise CaptionsError("the currency lacks its price; add it, or leave the currency out")
    return a


def in_force(agreement: Agreement, day: date | None) -> bool:
    """Whether an agreement is in force on a day, its first and last day included.

    Of no day it cannot be known, unless the agreement is open on both sides: False.
    """
    if day is None:
        return agreement.starts is None and agreement.ends is None
    return (agreement.starts or date.min) <= day <= (agreement.ends or date.max)


def covers(agreement: Agreement, day: date | None, scope: str | None = None, territory: str | None = None) -> bool:
    """Whether an agreement covers a use on a day, for a scope, in a territory; None there asks nothing.

    A group as territory is covered where all of it is. Whom the agreement covers is not asked here.
    """
    if not in_force(agreement, day):
        return False
    if scope is not None and agreement.scopes and scope not in agreement.scopes:
        return False
    if territory is None or not agreement.territories:
        return True
    return members((territory,)) <= members(agreement.territories)


def period_of(agreement: Agreement, day: date) -> Period:
    """The period of the quota in which a day is counted, cut where the agreement starts or ends.

    ``500/month`` from 10 May 2026 gives for 20 May the days from the 10th to the 31st, named ``May 2026``. The quota is
    not made smaller for it. ValueError of an agreement without quota, and for a day on which it is not in force.
    """
    if agreement.quota_period is None:
        raise ValueError("an agreement without quota has no periods")
    if not in_force(agreement, day):
        raise ValueError(f"the agreement is not in force on {day}")
    if agreement.quota_period == "term":
        whole = Span(agreement.starts, agreement.ends)
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


def overlap(one: Agreement, other: Agreement) -> Span | None:
    """The days on which two agreements of a supplier cover the same: days, a scope and a territory; None if none."""
    first = max((a.starts for a in (one, other) if a.starts), default=None)
    last = min((a.ends for a in (one, other) if a.ends), default=None)
    if first and last and last < first:
        return None
    if one.scopes and other.scopes and not set(one.scopes) & set(other.scopes):
        return None
    if one.territories and other.territories and not members(one.territories) & members(other.territories):
        return None
    return Span(first, last)


def gaps(agreements: Iterable[Agreement]) -> tuple[Span, ...]:
    """The days between the first start and the last end of a supplier's agreements on which none is in force."""
    found = []
    until: date | None = None
    for a in sorted(agreements, key=lambda a: (a.starts or date.min, a.ends or date.max)):
        if until is not None and a.starts is not None and until < a.starts - _ONE_DAY:
            found.append(Span(until + _ONE_DAY, a.starts - _ONE_DAY))
        if a.ends is None:
            break
        until = a.ends if until is None else max(until, a.ends)
    return tuple(found)


def remarks(new: Agreement, others: Iterable[Agreement]) -> list[str]:
    """What to tell who adds an agreement beside the others of its supplier: overlaps, and the gaps next to it."""
    known = list(others)
    said = [
        f"overlaps agreement {other.id} with {other.supplier}: {span}"
        for other in known
        if (span := overlap(new, other)) is not None
    ]
    for gap in gaps([new, *known]):
        before = new.starts is not None and gap.last == new.starts - _ONE_DAY
        after = new.ends is not None and new.ends < date.max and gap.first == new.ends + _ONE_DAY
        if before or after:
            said.append(f"no agreement with {new.supplier} is in force: {gap}")
    return said


def renewed(agreement: Agreement, ends: date, price: Decimal | None = None) -> Agreement:
    """The same terms from the day after the end on; CaptionsError where there is no end, or the new one is earlier."""
    if agreement.ends is None or agreement.ends == date.max:
        raise CaptionsError(
            f"agreement {agreement.id} has no end, so it needs no renewal; set one: captions agreement end"
        )
    fresh = replace(
        agreement,
        starts=agreement.ends + _ONE_DAY,
        ends=ends,
        price=agreement.price if price is None else price,
        **_BESIDE,
    )
    return check(fresh)


def from_row(row: SheetRow) -> Agreement:
    """The agreement in a row of a sheet with some of :data:`COLUMNS`; CaptionsError names line and column."""
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
    """The cells under :data:`COLUMNS`, from which :func:`from_row` makes the same terms."""
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
    # Not parted by commas: the names of companies have them.
    return tuple(dict.fromkeys(part for part in map(tidy, text.split(";")) if part))
