"""Judge each group of credits against the agreements, and store the verdicts that SQL joins to the uses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import captions_db.audit as store

from captions import dates
from captions.licensing.agreements import Agreement, DateRange, in_force
from captions.licensing.coverage import Coverage, CoveragePeriod, CreditGroup
from captions.licensing.quotas import Period, may_be_in, numbered, period_of, period_within
from captions.model import Credit
from captions.text import name_key

ReadCredits = Callable[[Collection[int]], Mapping[int, Credit]]


@dataclass(frozen=True, slots=True)
class UsesWithoutDay:
    """Uses without a day that may count against agreements."""

    agreements: tuple[int, ...]
    """The agreements that may cover them, by number."""
    certain: int | None
    """The agreement that covers them on any of the days."""
    published_in: str
    """The month or year of publication; empty if unknown."""
    count: int

    @property
    def days(self) -> DateRange:
        """Return the days that they may be of; open if unknown."""
        return DateRange(*dates.period_days(self.published_in)) if self.published_in else DateRange(None, None)


@dataclass(frozen=True, slots=True)
class JudgedParties:
    """The suppliers and freelancers whose uses are judged; the verdicts on them are those of a full audit."""

    suppliers: tuple[int, ...] = ()
    """Suppliers by number."""
    freelancers: frozenset[str] = frozenset()
    """Freelancers by name key."""


class Judgment:
    """The verdicts of the agreements on all uses in a store."""

    def __init__(
        self,
        audit: store.Audit,
        coverage: Coverage,
        read: ReadCredits,
        only: JudgedParties | None = None,
        on: date | None = None,
    ) -> None:
        """Use the tables of an audit; ``read`` returns credits by id.

        ``only`` limits whose uses are judged, ``on`` the quotas to those that count uses of this day.
        """
        self.audit, self.coverage, self._read, self._only, self._on = audit, coverage, read, only, on
        self.groups: list[CreditGroup] = []
        self.without_day: list[UsesWithoutDay] = []
        self._counts: list[QuotaCounts] | None = None

    def note(self, *, unchecked: bool = False) -> None:
        """Group the credits by what agreements distinguish, judge each group, and store the verdicts.

        Call it once the licensed uses are known, which need no agreement. With ``unchecked``, a supplier without an
        agreement is reported even before the first agreement is recorded.
        """
        audit, groups = self.audit, dict[CreditGroup, int]()
        self._group_kinds(groups)
        if freelancers := self.coverage.freelancers if self._only is None else self._only.freelancers:
            self._put_members(audit.credits_of_creators(lambda name: name_key(name) in freelancers), groups)
        audit.join_members()
        self.groups = list(groups)
        by_group: dict[int, list[tuple[str, int]]] = {}
        for group_id, published_in, count in audit.count_undated():
            by_group.setdefault(group_id, []).append((published_in, count))
        named = audit.own_publications() if groups else ()
        publications = audit.publications() if named else []
        for group, group_id in groups.items():
            for name in self.coverage.own_publications(group, publications, named):
                audit.put_own(group_id, name)
            if self.coverage.agreements or unchecked:
                self._judge(group, group_id, by_group.get(group_id, ()))
            elif not group.free:
                audit.put_coverage(group_id, None, None)

    def _group_kinds(self, groups: dict[CreditGroup, int]) -> None:
        """Group all credits of a kind at once, except those that differ in what a group depends on."""
        audit, coverage = self.audit, self.coverage
        kinds = audit.kinds_of_credits(None if self._only is None else self._only.suppliers)
        firsts = self._read({kind.credit_id for kind in kinds})
        for kind in kinds:
            first = firsts[kind.credit_id]
            if first.supplier is not None and coverage.exclusions(first.supplier):
                self._put_members(audit.credits_of_kind(kind), groups)
                continue
            if coverage.may_be_free(first):
                # One of several agencies may sell the picture.
                self._put_members(audit.credits_of_kind(kind, of_several=True), groups)
            alone = coverage.group(coverage.supplier_only(first))
            if alone is not None:
                audit.put_kind(kind, groups.setdefault(alone, len(groups)))

    def _put_members(self, credit_ids: list[int], groups: dict[CreditGroup, int]) -> None:
        for row_id, credit in sorted(self._read(set(credit_ids)).items()):
            if (group := self.coverage.group(credit)) is not None:
                self.audit.put_member(row_id, groups.setdefault(group, len(groups)))

    def _judge(self, group: CreditGroup, group_id: int, without_day: Collection[tuple[str, int]]) -> None:
        for period in self.coverage.periods(group):
            self._put(group_id, period, None)
        for published_in, count in without_day:
            verdict = self.coverage.without_day(group, published_in)
            self._put(group_id, verdict, published_in)
            possible = tuple(a.id for a in self.coverage.possible(group, published_in) if a.id is not None)
            certain = verdict.agreement.id if verdict.agreement else None
            self.without_day.append(UsesWithoutDay(possible, certain, published_in, count))

    def _put(self, group_id: int, period: CoveragePeriod, within: str | None) -> None:
        is_reported = period.code is not None and period.code in self.audit.ranks
        self.audit.put_coverage(
            group_id,
            period.first,
            period.last,
            within=within,
            agreement_id=period.agreement.id if period.agreement else None,
            code=period.code if is_reported else None,
            remark_id=self.audit.remark(period.message, period.command) if is_reported else None,
        )

    def counts(self) -> list[QuotaCounts]:
        """Return what counts against the quota of each agreement that has one, by number."""
        if self._counts is not None:
            return self._counts
        limited = {a.id: a for a in self._agreements() if a.quota is not None and a.id is not None}
        days: dict[int, list[tuple[date, int]]] = {number: [] for number in limited}
        counted = self.audit.count_days(sorted(limited), *self._days_of(limited.values())) if limited else ()
        for agreement_id, day, count in counted:
            days[agreement_id].append((day, count))
        self._counts = [self._counts_of(a, sorted(days[number])) for number, a in sorted(limited.items())]
        return self._counts

    def _agreements(self) -> Iterable[Agreement]:
        """Return the agreements whose quotas are counted."""
        if self._on is None:
            return self.coverage.agreements
        found = {a.id: a for group in self.groups for a in self.coverage.of_group(group) if in_force(a, self._on)}
        return found.values()

    def _days_of(self, limited: Collection[Agreement]) -> tuple[date | None, date | None]:
        """Return the days whose uses must be counted: those of the quota periods, unless all are."""
        if self._on is None or any(a.quota_days is not None for a in limited):
            return None, None
        periods = [period_of(a, self._on) for a in limited]
        return min(it.first or date.min for it in periods), max(it.last or date.max for it in periods)

    def put_full_periods(self) -> bool:
        """Store the quota periods that reached 80% (CR305) or the quota (CR304); return whether there are any."""
        audit, found = self.audit, False
        for counts in self.counts():
            a = counts.agreement
            quota, under = a.quota or 0, f"under agreement {a.id} with {a.supplier}"
            for days in numbered(a, counts.days, counts.certain):
                if self._on is not None and not days.first <= self._on <= days.last:
                    continue
                if a.id is not None and ("CR304" if days.mark is None else "CR305") in audit.ranks:
                    found = True
                    audit.put_period(
                        a.id, (days.first, days.last), before=days.before, beyond=days.beyond, mark=days.mark,
                        remark_id=audit.remark(f"use {{n}} of {quota} in {days.period} {under}"),
                    )  # fmt: skip
        return found

    def _counts_of(self, agreement: Agreement, days: list[tuple[date, int]]) -> QuotaCounts:
        certain: dict[Period, int] = {}
        unknown = []
        for uses in self.without_day:
            if agreement.id not in uses.agreements:
                continue
            period = period_within(agreement, uses.days) if uses.certain == agreement.id else None
            if period is None:
                unknown.append(uses)
            else:
                certain[period] = certain.get(period, 0) + uses.count
        return QuotaCounts(agreement, days, certain, unknown)


@dataclass(frozen=True, slots=True)
class QuotaCounts:
    """The uses that count against the quota of an agreement."""

    agreement: Agreement
    days: list[tuple[date, int]]
    """The uses by day."""
    certain: Mapping[Period, int]
    """Uses without a day that are known to fall in a period."""
    unknown: list[UsesWithoutDay]
    """Uses that may or may not count, or in more than one period."""

    def unknown_in(self, period: Period) -> int:
        """Return how many further uses may fall in a period."""
        return sum(uses.count for uses in self.unknown if may_be_in(period, uses.days))
