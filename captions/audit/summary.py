"""What a report tells beside its findings, counted in the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

import captions_db.audit as store
from captions_db.audit import overview as counted

from captions.audit.codes import CODES, reading
from captions.audit.overview import ARTICLES, AtRisk, Month, Overview, Printed, Quota, Read
from captions.licensing.agreements import Agreement, period_of
from captions.licensing.coverage import Agreements

UNCOVERED = frozenset(code for code in reading("agreements") if CODES[code].severity == "error")
"""Codes of uses that no agreement covers: what they cost is at risk."""
QUOTAS = reading("quotas")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_CENT = Decimal("0.01")


def overview(audit: store.Audit, held: Agreements, undated: Mapping[int, int]) -> Overview:
    """Counts the uses that are reported on, and lists those of the first articles.

    ``undated`` are, by agreement, the uses without a day which may count on its quota.
    """
    days = counted.by_day(audit.connection, audit.where)
    months: dict[tuple[int, int], tuple[int, int]] = {}
    for day, uses, uncredited in days:
        if day is not None:
            before = months.get((day.year, day.month), (0, 0))
            months[day.year, day.month] = (before[0] + uses, before[1] + uncredited)
    return Overview(
        credited=sum(uses - uncredited for _, uses, uncredited in days),
        suppliers=counted.by_supplier(audit.connection, audit.where),
        months=[Month(*key, *counts) for key, counts in sorted(months.items())],
        undated=sum(uses for day, uses, _ in days if day is None),
        quotas=_quotas(audit, held, undated) if audit.ranks.keys() >= QUOTAS else (),
        at_risk=_at_risk(audit, held) if audit.ranks.keys() >= UNCOVERED else None,
        articles=_articles(audit),
    )


def _quotas(audit: store.Audit, held: Agreements, undated: Mapping[int, int]) -> list[Quota]:
    """Each period of each quota in which uses were counted; agreements whose quota none counts on have a row, too."""
    limited = {a.id: a for a in held.held if a.quota is not None and a.id is not None}
    used: dict[tuple[int, date | None, str], int] = {}
    for agreement_id, day, count in audit.count_days(sorted(limited)) if limited else ():
        period = period_of(limited[agreement_id], day)
        key = (agreement_id, period.first, period.name)
        used[key] = used.get(key, 0) + count
    for agreement_id in limited.keys() - {key[0] for key in used}:
        used[agreement_id, None, ""] = 0
    listed = []
    for (agreement_id, _first, name), count in sorted(
        used.items(), key=lambda item: (item[0][0], item[0][1] or date.min)
    ):
        a = limited[agreement_id]
        listed.append(
            Quota(
                agreement_id, a.supplier, name, count, a.quota or 0, a.quota_period or "", undated.get(agreement_id, 0)
            )
        )
    return sorted(listed, key=lambda quota: quota.supplier.casefold())


def _at_risk(audit: store.Audit, held: Agreements) -> AtRisk:
    ranks = [rank for code, rank in audit.ranks.items() if code in UNCOVERED]
    uses = unpriced = 0
    amounts: dict[str, Decimal] = {}
    for supplier, count in counted.uncovered(audit.connection, ranks):
        uses += count
        prices = [price for a in held.with_(supplier or "") if (price := price_of_use(a)) is not None]
        if not prices:
            unpriced += count
            continue
        currency, amount = prices[-1]
        amounts[currency] = amounts.get(currency, Decimal(0)) + amount * count
    return AtRisk(uses, tuple(sorted(amounts.items())), unpriced)


def price_of_use(agreement: Agreement) -> tuple[str, Decimal] | None:
    """What one use costs under an agreement, with its currency; None where that cannot be told.

    Of a per-use agreement its price; of a flat one its price parted by all uses that its quota lets, to the cent:
    12000 EUR for a year of 100 a month gives 10.00 EUR.
    """
    a = agreement
    if a.price is None or a.currency is None:
        return None
    if a.kind == "per-use":
        return a.currency, a.price
    if a.quota is None or a.quota_period is None:
        return None
    periods = 1
    if a.quota_period != "term":
        if a.starts is None or a.ends is None:
            return None
        size = _MONTHS[a.quota_period]
        first, last = ((day.year * 12 + day.month - 1) // size for day in (a.starts, a.ends))
        periods = last - first + 1
    return a.currency, (a.price / (a.quota * periods)).quantize(_CENT, ROUND_HALF_UP)


def _articles(audit: store.Audit) -> Iterator[Read]:
    rows = counted.uses_by_article(audit.connection, audit.where, ARTICLES)
    for _, group in groupby(rows, key=lambda row: row.article_id):
        uses = list(group)
        head = uses[0]
        captions = [Printed(use.use_id, use.position, use.caption or "", use.credit) for use in uses]
        yield Read(head.source, head.headline, head.publication, head.published, head.url, captions)
