"""The statement of a supplier or freelancer: its uses in a period, with the audit's verdicts and prices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

import captions_db.audit as store
from captions_db.audit import accounted
from captions_db.audit.accounted import AccountedUse, PartyUses
from sqlalchemy import Engine

from captions.audit.license_check import note_licensed_uses, pictures_for
from captions.audit.parties import Parties
from captions.audit.payee import Payee
from captions.audit.result import CreditCache
from captions.audit.summary import price_of_use
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing import licenses
from captions.licensing.agreements import Agreement, DateRange
from captions.licensing.coverage import Coverage, IntendedUse
from captions.licensing.judging import Judgment
from captions.licensing.license_repository import license_of
from captions.licensing.licenses import License
from captions.licensing.quotas import Period, may_be_in, used_by_period
from captions.licensing.repository import agreement_of
from captions.text import name_key

_RANKS = {"CR301": 0, "CR302": 1, "CR303": 2, "CR304": 3}
"""The findings that make a price unknown."""
PER_USE, LICENSE, EXEMPT, ELSEWHERE, UNKNOWN = "per-use", "license", "not needed", "elsewhere", "unknown"
"""How a use is paid for: by the kind of its agreement, by its license, or so; ``elsewhere`` under an agreement with
another."""
_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class StatementUse:
    """A use on a statement."""

    use: AccountedUse
    images: tuple[str, ...]
    line: str
    creators: tuple[str, ...]
    supplier: str | None
    paid: str
    """How it is paid for: ``per-use``, ``flat``, ``license`` ...; ``unknown`` if no terms apply, or unclear ones."""
    agreement: Agreement | None = None
    license: License | None = None
    price: Decimal | None = None
    """The price of a use that is paid for by itself; None if it is paid for otherwise, or unknown."""
    currency: str | None = None
    note: str = ""
    """Why the price is unknown, or who else is paid."""

    @property
    def unpriced(self) -> bool:
        """Return whether something may be owed, but the price is unknown."""
        return self.paid == UNKNOWN


@dataclass(frozen=True, slots=True)
class AgreementShare:
    """An agreement with the payee, and how much of its quota is used in one of the quota's periods."""

    agreement: Agreement
    uses: int
    """The uses of the statement, with a day, that it covers; with a period, those of the period."""
    period: Period | None = None
    """None without a quota."""
    used: int | None = None
    """All dated uses in the quota's period, also outside the statement's."""
    unknown: int = 0
    """Further uses that may fall in the period."""

    @property
    def left(self) -> int | None:
        """Return the uses left in the quota, negative if it is exceeded; None without a quota or if unknown."""
        quota = self.agreement.quota
        return None if quota is None or self.used is None or self.unknown else quota - self.used


@dataclass(frozen=True, slots=True)
class PayeeStatement:
    """The uses of a supplier or freelancer in a period."""

    payee: Payee
    days: DateRange
    uses: tuple[StatementUse, ...]
    """By day, source and position."""
    without_day: tuple[StatementUse, ...]
    """Uses without a day, or dated only to a month or year, that may be of the period."""
    unclear: tuple[StatementUse, ...]
    """Uses whose line names the payee, but does not show whose the picture is."""
    agreements: tuple[AgreementShare, ...]

    @property
    def totals(self) -> tuple[tuple[str, Decimal, int], ...]:
        """Return by currency the sum of the prices of the dated uses, and the number of these uses."""
        sums: dict[str, tuple[Decimal, int]] = {}
        for use in self.uses:
            if use.price is not None and use.currency is not None:
                amount, count = sums.get(use.currency, (Decimal(0), 0))
                sums[use.currency] = (amount + use.price, count + 1)
        return tuple((currency, *sums[currency]) for currency in sorted(sums))

    @property
    def unpriced(self) -> int:
        """Return the number of dated uses whose price is unknown; no total includes them."""
        return sum(use.unpriced for use in self.uses)


def statement(engine: Engine, words: Vocabulary, payee: Payee, days: DateRange, today: date) -> PayeeStatement:
    """Return the statement of a supplier or freelancer over some days; coverage and prices are those of the audit.

    A supplier's statement also has the uses of the agencies below it that its agreements cover.
    """
    with store.auditing(engine, _RANKS) as audit:
        audit.confine(store.ReportFilter(since=days.first, until=days.last))
        agreements = [agreement_of(record) for record in audit.agreements()]
        coverage = Coverage(agreements, words, IntendedUse())
        parties = Parties(audit, words, [payee])
        audit.licensed.confine(parties.condition())
        note_licensed_uses(audit, pictures_for(engine, words), IntendedUse(), today)
        credits_ = CreditCache(audit)
        judgment = Judgment(audit, coverage, credits_.of, parties.judged)
        judgment.note(unchecked=True)
        beyond: dict[int, str] = {}
        if judgment.put_full_periods():
            audit.flush()
            audit.statements.reach()
            audit.order_articles("reached")
            audit.statements.beyond_quota("CR304", "CR305")
            beyond = accounted.beyond_quota(audit.connection, _RANKS["CR304"])
        audit.flush()
        uses = PartyUses(audit.connection, parties.supplier_ids, days.first, days.last)
        reader = _UseReader(audit, judgment, payee, beyond)
        dated = tuple(reader.described(uses.dated()))
        unclear = sorted(uses.unclear(parties.unclear()), key=_place)
        return PayeeStatement(
            payee,
            days,
            dated,
            tuple(reader.described(use for use in uses.without_day() if _may_be_of(use, days))),
            tuple(reader.unclear(use for use in unclear if _may_be_of(use, days))),
            tuple(_shares(judgment, payee, days, dated)),
        )


class _UseReader:
    """Describe uses: their credits, pictures, agreements, licenses and prices."""

    def __init__(self, audit: store.Audit, judgment: Judgment, payee: Payee, beyond: Mapping[int, str]) -> None:
        self._audit, self._judgment, self._payee, self._beyond = audit, judgment, payee, beyond
        self._credits = CreditCache(audit)
        self._agreements = {a.id: a for a in judgment.coverage.agreements}
        self._licenses = {record.id: license_of(record) for record in audit.licensed.licenses()}

    def described(self, uses: Iterable[AccountedUse]) -> Iterator[StatementUse]:
        """Yield uses of the payee, and those of agencies below it that its agreements cover."""
        for use, images in self._with_images(uses):
            agreement = self._agreements.get(use.agreement_id)
            credit = self._credits[use.credit_id]
            own = self._payee.creator or name_key(credit.supplier or "") == name_key(self._payee.name)
            if own or (agreement is not None and self._payee.has(agreement)):
                plain = self._plain(use, images)
                yield plain if plain.license else replace(plain, **self._paid(use, agreement))

    def unclear(self, uses: Iterable[AccountedUse]) -> Iterator[StatementUse]:
        """Yield uses whose supplier is unclear."""
        for use, images in self._with_images(uses):
            plain = self._plain(use, images)
            yield plain if plain.license else replace(plain, note="supplier unclear")

    def _with_images(self, uses: Iterable[AccountedUse]) -> Iterator[tuple[AccountedUse, tuple[str, ...]]]:
        rest = iter(uses)
        while page := list(islice(rest, _PAGE)):
            self._credits.of({use.credit_id for use in page})
            images = self._audit.pictures_of([use.use_id for use in page])
            for use in page:
                yield use, tuple(images.get(use.use_id, ()))

    def _plain(self, use: AccountedUse, images: tuple[str, ...]) -> StatementUse:
        credit, license_ = self._credits[use.credit_id], self._licenses.get(use.license_id or 0)
        paid = UNKNOWN if license_ is None else LICENSE
        return StatementUse(use, images, credit.line, credit.creators, credit.supplier, paid, license=license_)

    def _paid(self, use: AccountedUse, agreement: Agreement | None) -> dict[str, Any]:
        """Return how a use is paid for that has no license of its own."""
        if use.own:
            return {"paid": EXEMPT, "note": "the publication's own picture"}
        if agreement is None:
            return self._without_agreement(use)
        found: dict[str, Any] = {"agreement": agreement, "paid": agreement.kind}
        if (note := self._beyond.get(use.use_id)) is not None:
            return {**found, "paid": UNKNOWN, "note": note}
        if not self._payee.has(agreement):
            return {**found, "paid": ELSEWHERE, "note": f"agreement {agreement.id} with {agreement.supplier}"}
        if agreement.kind != PER_USE:
            return found
        price = price_of_use(agreement)
        if price is None:
            return {**found, "paid": UNKNOWN, "note": f"agreement {agreement.id} has no price"}
        return {**found, "currency": price[0], "price": price[1]}

    def _without_agreement(self, use: AccountedUse) -> dict[str, Any]:
        if use.remark is not None:
            return {"note": use.remark}
        group = self._judgment.groups[use.group_id] if use.group_id is not None else None
        if group is None:
            return {"note": "supplier unclear"}
        possible = [] if use.used_on else self._judgment.coverage.possible(group, use.published_in)
        if possible or not group.free:
            numbers = " or ".join(str(a.id) for a in possible)
            return {"note": f"the day decides whether agreement {numbers} applies"}
        return {"paid": EXEMPT, "note": "a free source, or a public license"}


def _place(use: AccountedUse) -> tuple[bool, date, str, int]:
    return use.used_on is None, use.used_on or date.min, use.source, use.position


def _may_be_of(use: AccountedUse, days: DateRange) -> bool:
    """Return whether a use may have appeared on one of some days."""
    known = licenses.days_of(use.used_on, use.published_in) or DateRange(None, None)
    return may_be_in(Period(days.first, days.last, ""), known)


def _shares(
    judgment: Judgment, payee: Payee, days: DateRange, uses: Iterable[StatementUse]
) -> Iterator[AgreementShare]:
    """Yield the payee's agreements of the statement's days, by start and number, once for each period of a quota."""
    covered: dict[int | None, list[date]] = {}
    for use in uses:
        if use.agreement is not None and use.use.used_on is not None:
            covered.setdefault(use.agreement.id, []).append(use.use.used_on)
    counts = {it.agreement.id: it for it in judgment.counts()}
    term = Period(days.first, days.last, "")
    own = [a for a in judgment.coverage.agreements if payee.has(a) and may_be_in(term, DateRange(a.starts, a.ends))]
    for a in sorted(own, key=lambda a: (a.starts or date.min, a.id or 0)):
        of_quota, here = counts.get(a.id), covered.get(a.id, [])
        if of_quota is None:
            yield AgreementShare(a, len(here))
            continue
        used = used_by_period(a, of_quota.days, of_quota.certain, days)
        for period in sorted(used, key=lambda period: period.first or date.min):
            of_period = sum(may_be_in(period, DateRange(day, day)) for day in here)
            yield AgreementShare(a, of_period, period, used[period], of_quota.unknown_in(period))
        if not used:
            unknown = sum(it.count for it in of_quota.unknown if may_be_in(term, it.days))
            yield AgreementShare(a, len(here), None, 0, unknown)
