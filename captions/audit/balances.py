"""The balance of each agreement, from the same verdicts as the audit."""

from __future__ import annotations

from datetime import date

import captions_db.audit as store
from sqlalchemy import Engine

from captions.audit.license_check import note_licensed_uses, pictures_for
from captions.audit.result import CreditCache
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.agreements import Agreement
from captions.licensing.balance import Account, period_on
from captions.licensing.coverage import Coverage, IntendedUse
from captions.licensing.judging import Judgment, UsesWithoutDay
from captions.licensing.quotas import Period, may_be_in
from captions.licensing.repository import agreement_of


def accounts(engine: Engine, words: Vocabulary, on: date) -> list[Account]:
    """Return the balance of each agreement on a day, sorted by supplier, start and number.

    A use counts only for the agreement that covers it in the audit. Later and licensed uses do not count.
    """
    with store.auditing(engine, {}) as audit:
        agreements = [agreement_of(record) for record in audit.agreements()]
        intended = IntendedUse()
        note_licensed_uses(audit, pictures_for(engine, words), intended, on)
        judgment = Judgment(audit, Coverage(agreements, words, intended), CreditCache(audit).of)
        judgment.note()
        days: dict[int, list[tuple[date, int]]] = {}
        for agreement_id, day, count in audit.count_days([a.id for a in agreements if a.id is not None]):
            days.setdefault(agreement_id, []).append((day, count))
        ordered = sorted(agreements, key=lambda a: (a.supplier.casefold(), a.supplier, a.starts or date.min, a.id or 0))
        return [_account(a, on, days.get(a.id or 0, []), judgment.without_day) for a in ordered]


def _account(
    agreement: Agreement, on: date, days: list[tuple[date, int]], without_day: list[UsesWithoutDay]
) -> Account:
    period = period_on(agreement, on)
    used = sum(count for day, count in days if day <= on and _is_in(period, day))
    total = sum(count for day, count in days if day <= on)
    undated = uncosted = 0
    for uses in without_day:
        first, last = uses.days.first, uses.days.last
        if agreement.id not in uses.agreements or (first is not None and first > on):
            continue
        begun = agreement.starts is None or agreement.starts <= on
        if uses.certain == agreement.id and begun and (last is None or last <= on):
            total += uses.count
            inside = (period.first is None or (first is not None and period.first <= first)) and (
                period.last is None or (last is not None and last <= period.last)
            )
            used += uses.count if inside else 0
            undated += uses.count if not inside and may_be_in(period, uses.days) else 0
        elif begun:
            uncosted += uses.count
            undated += uses.count if may_be_in(period, uses.days) else 0
    return Account(agreement, on, used, total, undated, uncosted)


def _is_in(period: Period, day: date) -> bool:
    return (period.first or date.min) <= day <= (period.last or date.max)
