"""A small model of agreements and licenses, which judges each use day by day: the reference for the audit of a store.

It is written from the documentation, not from the program, and imports none of it. It is slow and has no SQL.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_ORDER = ("staff", "free", "flat", "per-use")


@dataclass(frozen=True)
class Deal:
    """An agreement with ``party``: an agency, or a freelancer if ``person``."""

    number: int
    party: str
    person: bool
    kind: str
    starts: date | None
    ends: date | None
    scopes: tuple[str, ...]
    quota: int | None
    per: str | int | None
    """month, year, term, or a number of days in a row."""


@dataclass(frozen=True)
class Right:
    """The license of one picture."""

    number: int
    picture: str
    starts: date | None
    ends: date | None
    scopes: tuple[str, ...]
    archive_years: int


@dataclass(frozen=True)
class Shown:
    """A picture in an article; ``when`` is a day, ``2026-02``, ``2026``, or empty if nothing is known."""

    source: str
    position: int
    when: str
    party: str | None
    person: bool
    picture: str
    free: bool = False


Found = set[tuple[str, int, str]]
"""Source (``agreement 3`` for a finding on no use), position (0) and code."""


def verdicts(
    shown: Sequence[Shown], deals: Sequence[Deal], rights: Sequence[Right], scope: str | None, today: date
) -> Found:
    """Return the findings on agreements and licenses that an audit must report."""
    found: Found = set()
    counted: dict[int, list[tuple[date, Shown]]] = defaultdict(list)
    vague: list[tuple[Shown, list[Deal | None]]] = []
    for use in shown:
        if use.party is None:
            continue
        found |= {(use.source, use.position, "CR310") for _ in _outlasted(use, deals, rights, scope, today)}
        if any(_licensed(use, right, scope) for right in rights):
            continue
        code = _code(use, deals, scope)
        if code:
            found.add((use.source, use.position, code))
        if use.person and not _theirs(use, deals):
            continue
        days = list(_days(use.when))
        if len(use.when) == 10:
            deal = _cover(use, deals, days[0], scope)
            if deal and deal.quota:
                counted[deal.number].append((days[0], use))
        else:
            vague.append((use, [_cover(use, deals, day, scope) for day in _possible(days, use, deals)]))
    for deal in deals:
        if deal.quota:
            found |= set(_quota(deal, sorted(counted[deal.number], key=_place), vague))
    return found


def _place(item: tuple[date, Shown]) -> tuple[date, str, int]:
    day, use = item
    return day, use.source, use.position


def _days(when: str) -> Iterator[date]:
    if len(when) == 10:
        yield date.fromisoformat(when)
    elif len(when) == 7:
        year, month = map(int, when.split("-"))
        yield from (date(year, month, day) for day in range(1, calendar.monthrange(year, month)[1] + 1))
    elif when:
        yield from (date(int(when), 1, 1) + timedelta(n) for n in range(366 if calendar.isleap(int(when)) else 365))


def _possible(days: list[date], use: Shown, deals: Sequence[Deal]) -> list[date]:
    """Return the days to look at: those of the use, or if nothing is known every day on which a verdict may change."""
    if days:
        return days
    edges = {day for deal in _theirs(use, deals) for day in (deal.starts, deal.ends) if day}
    near = {day + timedelta(n) for day in edges for n in (-1, 0, 1)}
    return sorted(near) or [date(2026, 1, 1)]


def _theirs(use: Shown, deals: Sequence[Deal]) -> list[Deal]:
    own = [deal for deal in deals if (deal.party, deal.person) == (use.party, use.person)]
    return sorted(own, key=lambda deal: (_ORDER.index(deal.kind), deal.starts or date.min, deal.number))


def _on(it: Deal | Right, day: date) -> bool:
    return (it.starts is None or it.starts <= day) and (it.ends is None or day <= it.ends)


def _in_scope(it: Deal | Right, scope: str | None) -> bool:
    return scope is None or not it.scopes or scope in it.scopes


def _cover(use: Shown, deals: Sequence[Deal], day: date, scope: str | None) -> Deal | None:
    return next((deal for deal in _theirs(use, deals) if _on(deal, day) and _in_scope(deal, scope)), None)


def _code(use: Shown, deals: Sequence[Deal], scope: str | None) -> str | None:
    own = _theirs(use, deals)
    if use.free and not own:
        return None
    if not own:
        return "CR103" if use.person else "CR301" if deals else None
    days = list(_days(use.when))
    codes = {_code_on(use, own, day, scope) for day in days}
    if len(codes) == 1:
        return codes.pop()
    if not days and any(deal.starts is None and deal.ends is None and _in_scope(deal, scope) for deal in own):
        return None
    return "CR302" if any(_in_scope(deal, scope) for deal in own) else "CR303"


def _code_on(use: Shown, own: Sequence[Deal], day: date, scope: str | None) -> str | None:
    if _cover(use, own, day, scope) or use.free:
        return None
    return "CR303" if any(_on(deal, day) for deal in own) else "CR302"


def _licensed(use: Shown, right: Right, scope: str | None) -> bool:
    if right.picture != use.picture or not _in_scope(right, scope):
        return False
    days = list(_days(use.when))
    return all(_on(right, day) for day in days) if days else right.starts is None and right.ends is None


def _outlasted(
    use: Shown, deals: Sequence[Deal], rights: Sequence[Right], scope: str | None, today: date
) -> Iterator[Right]:
    """Yield the license that ended, if the article may no longer show the picture."""
    own = [right for right in rights if right.picture == use.picture]
    days = list(_days(use.when))
    ended = []
    for right in own:
        early = bool(days) and right.starts is not None and days[-1] < right.starts
        late = bool(days) and right.ends is not None and days[0] > right.ends
        years = 0 if early or late else right.archive_years
        until = None if right.ends is None else right.ends.replace(year=right.ends.year + years)
        if (until is None or today <= until) and not (early and right.starts and today < right.starts):
            return
        if not early:
            ended.append((until, right.number, right, late))
    if not ended:
        return
    *_, right, late = max(ended, key=lambda item: (item[0] or date.max, item[1]))
    if not (late and len(use.when) == 10 and _cover(use, deals, days[0], scope)):
        yield right


def _period(deal: Deal, day: date) -> tuple[int, ...]:
    return {"month": (day.year, day.month), "year": (day.year,)}.get(str(deal.per), ())


def _quota(
    deal: Deal, dated: list[tuple[date, Shown]], vague: list[tuple[Shown, list[Deal | None]]]
) -> Iterator[tuple[str, int, str]]:
    quota = deal.quota or 0
    mark = -(-quota * 4 // 5)
    first: dict[tuple[int, ...], int] = defaultdict(int)
    for use, covers in vague:
        if deal not in covers:
            continue
        days = list(_days(use.when))
        sure = all(cover == deal for cover in covers) and not isinstance(deal.per, int)
        sure = sure and (len({_period(deal, day) for day in days}) == 1 if days else _always(deal))
        if sure:
            first[_period(deal, days[0]) if days else ()] += 1
        else:
            yield f"agreement {deal.number}", 0, "CR305"
    if isinstance(deal.per, int):
        yield from _in_a_row(deal, deal.per, dated, quota, mark)
        return
    for period in {_period(deal, day) for day, _ in dated} | set(first):
        uses = [use for day, use in dated if _period(deal, day) == period]
        numbers = list(enumerate(uses, first[period] + 1))
        beyond = [use for number, use in numbers if number > quota]
        yield from ((use.source, use.position, "CR304") for use in beyond)
        if not beyond and numbers and numbers[-1][0] >= mark:
            use = next(use for number, use in numbers if number >= mark)
            yield use.source, use.position, "CR305"
        if first[period] > quota:
            yield f"agreement {deal.number}", 0, "CR304"
        elif first[period] >= mark and not uses:
            yield f"agreement {deal.number}", 0, "CR305"


def _always(deal: Deal) -> bool:
    return deal.per == "term" and deal.starts is None and deal.ends is None


def _in_a_row(
    deal: Deal, length: int, dated: list[tuple[date, Shown]], quota: int, mark: int
) -> Iterator[tuple[str, int, str]]:
    """Number each use by those in the days that end with its own, itself included."""

    def number(at: int) -> int:
        day = dated[at][0]
        return sum((day - other).days < length for other, _ in dated[: at + 1])

    numbers = [number(at) for at in range(len(dated))]
    full = [dated[at][0] for at, n in enumerate(numbers) if n > quota]
    warned: date | None = None
    for at, (day, use) in enumerate(dated):
        if numbers[at] > quota:
            yield use.source, use.position, "CR304"
        soon = any(0 <= (other - day).days < length for other in full)
        if numbers[at] == mark and not soon and (warned is None or (day - warned).days >= length):
            warned = day
            yield use.source, use.position, "CR305"
