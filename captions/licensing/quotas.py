"""Quotas: the periods that they count, and the uses that reach or exceed them.

A quota counts the uses of a calendar month, quarter or year, of the whole term, or of any number of days in a row. It
is full once its number is reached: use 500 of 500 is the last one that the agreement covers.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from captions.licensing.agreements import Agreement, DateRange, in_force

_ALWAYS = DateRange(None, None)
WARNING = (4, 5)
"""The share of a quota at which CR305 warns: 80%."""
_NAMES = {1: "day", 7: "week"}
# Not calendar.month_name, which depends on the locale.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """The days whose uses count against a quota, within the agreement's own; None is open."""

    first: date | None
    last: date | None
    name: str
    """``May 2026``, ``Q2 2026``, ``2026``, or the days of the term."""


@dataclass(frozen=True, slots=True)
class NumberedDays:
    """The days of a period whose uses are to be numbered, from ``before`` + 1."""

    first: date
    last: date
    before: int
    beyond: int | None
    """The last use that the quota covers, if it is exceeded."""
    mark: int | None
    """The use at which to warn, if it is not."""
    period: str


def quota_text(agreement: Agreement) -> str | None:
    """Return the quota as it is entered: ``500/month``, ``500/30d``; None without a quota."""
    return None if agreement.quota is None else f"{agreement.quota}/{quota_unit(agreement)}"


def quota_unit(agreement: Agreement) -> str | None:
    """Return what a quota counts, in short: ``month``, ``week`` or ``30d``; None without a quota."""
    days = agreement.quota_days
    return agreement.quota_period if days is None else _NAMES.get(days, f"{days}d")


def quota_words(agreement: Agreement) -> str:
    """Return the quota in words: ``500 per month``, ``500 in 30 days``."""
    days = agreement.quota_days
    unit = agreement.quota_period if days is None else _NAMES.get(days)
    return f"{agreement.quota} per {unit}" if unit else f"{agreement.quota} in {days} days"


def warning_at(quota: int) -> int:
    """Return the use that reaches 80% of a quota: the 400th of 500, the third of 3, the first of 1."""
    part, whole = WARNING
    return -(-quota * part // whole)


def period_of(agreement: Agreement, day: date) -> Period:
    """Return the quota period of a day, limited to the agreement's own days.

    For ``500/month`` from May 10, 2026, May 20 is in the period May 10 to 31, named ``May 2026``; the quota is not
    prorated. For ``500/30d``, it is the 30 days that end on the day. Raise ValueError if the agreement has no quota or
    is not in force on the day.
    """
    if agreement.quota is None:
        raise ValueError("an agreement without quota has no periods")
    if not in_force(agreement, day):
        raise ValueError(f"the agreement is not in force on {day}")
    if agreement.quota_days is not None:
        first = _back(day, agreement.quota_days)
        return Period(max(first, agreement.starts or first), day, _window_name(agreement.quota_days, day))
    if agreement.quota_period in (None, "term"):
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


def _back(day: date, days: int) -> date:
    """Return the first of so many days that end on a day."""
    return date.fromordinal(max(day.toordinal() - days + 1, 1))


def _window_name(days: int, last: date) -> str:
    return str(last) if days == 1 else f"the {days} days to {last}"


def numbered(
    agreement: Agreement, counts: Sequence[tuple[date, int]], certain: Mapping[Period, int]
) -> Iterator[NumberedDays]:
    """Yield the days with uses beyond a quota, or else with the use that reaches 80% of it.

    ``counts`` are the covered uses by day; ``certain`` counts those without a day that are known to fall in a period,
    which come first.
    """
    if agreement.quota_days is not None:
        yield from _numbered_in_windows(agreement, agreement.quota_days, sorted(counts))
        return
    quota = agreement.quota or 0
    warning = warning_at(quota)
    for period, days in _by_period(agreement, counts).items():
        before = certain.get(period, 0)
        mark = max(warning, before + 1)  # the first use with a day, if those without one reach 80%
        total = before + sum(count for _, count in days)
        if total < warning:
            continue
        # An exceeded quota no longer needs its 80% warning.
        exceeded, at = total > quota, 0
        least = quota + 1 if exceeded else mark
        while at + 1 < len(days) and before + days[at][1] < least:
            before += days[at][1]
            at += 1
        last = days[-1 if exceeded else at][0]
        yield NumberedDays(
            days[at][0], last, before, quota if exceeded else None, None if exceeded else mark, period.name
        )


def _by_period(agreement: Agreement, counts: Sequence[tuple[date, int]]) -> dict[Period, list[tuple[date, int]]]:
    found: dict[Period, list[tuple[date, int]]] = {}
    for day, count in sorted(counts):
        found.setdefault(period_of(agreement, day), []).append((day, count))
    return found


def _numbered_in_windows(agreement: Agreement, days: int, counts: Sequence[tuple[date, int]]) -> Iterator[NumberedDays]:
    """Yield each day with uses that exceed the quota of the days to it, or reach 80% of it.

    Warn once in so many days, and not if the quota is exceeded within the days that follow.
    """
    quota = agreement.quota or 0
    warning = warning_at(quota)
    windows = [(day, used - count, used) for (day, count), used in zip(counts, _windows(days, counts), strict=True)]
    full = [day for day, _, used in windows if used > quota]
    warned: date | None = None
    at = 0
    for day, before, used in windows:
        name = _window_name(days, day)
        while at < len(full) and full[at] < day:
            at += 1
        if used > quota:
            yield NumberedDays(day, day, before, quota, None, name)
        elif before < warning <= used:
            soon = at < len(full) and (full[at] - day).days < days
            if not soon and (warned is None or (day - warned).days >= days):
                warned = day
                yield NumberedDays(day, day, before, None, warning, name)


def _windows(days: int, counts: Sequence[tuple[date, int]]) -> list[int]:
    """Return for each day with uses how many there are in the days that end on it."""
    used, start, out = 0, 0, []
    for day, count in counts:
        used += count
        while counts[start][0] < _back(day, days):
            used -= counts[start][1]
            start += 1
        out.append(used)
    return out


def used_by_period(
    agreement: Agreement,
    counts: Sequence[tuple[date, int]],
    certain: Mapping[Period, int],
    within: DateRange = _ALWAYS,
) -> dict[Period, int]:
    """Return the uses in each period that has any; of a quota over days in a row, only the fullest such days.

    ``within`` leaves out periods without one of these days, and days in a row that end on another.
    """
    if agreement.quota_days is not None:
        ordered = sorted(counts)
        windows = zip(_windows(agreement.quota_days, ordered), ordered, strict=True)
        ending = (
            window
            for window in windows
            if may_be_in(Period(within.first, within.last, ""), DateRange(window[1][0], window[1][0]))
        )
        used, (day, _) = max(ending, key=lambda window: window[0], default=(0, (date.min, 0)))
        return {period_of(agreement, day): used} if used else {}
    found = {period: sum(count for _, count in days) for period, days in _by_period(agreement, counts).items()}
    return {
        period: found.get(period, 0) + certain.get(period, 0)
        for period in {**found, **certain}
        if may_be_in(period, within)
    }


def period_within(agreement: Agreement, days: DateRange) -> Period | None:
    """Return the period that all these days are in; None if they may be in several, or in none."""
    if agreement.quota_days is not None or days.first is None or days.last is None:
        whole = agreement.quota_period == "term" and agreement.starts is None and agreement.ends is None
        return Period(None, None, str(DateRange(None, None))) if whole else None
    if not (in_force(agreement, days.first) and in_force(agreement, days.last)):
        return None
    period = period_of(agreement, days.first)
    return period if period == period_of(agreement, days.last) else None


def may_be_in(period: Period, days: DateRange) -> bool:
    """Return whether one of these days is in a period."""
    starts_in_time = period.last is None or days.first is None or days.first <= period.last
    return starts_in_time and (period.first is None or days.last is None or period.first <= days.last)
