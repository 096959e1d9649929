"""Count in the store what a report shows besides its findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

import captions_db.audit as store
from captions_db.audit import overview as counted

from captions.audit.codes import CODES, reading
from captions.audit.overview import ARTICLES, AtRisk, AuditedArticle, Month, Overview, PrintedCaption, Quota
from captions.licensing.agreements import Agreement, period_of
from captions.licensing.coverage import Coverage

UNCOVERED = frozenset(code for code in reading("agreements") if CODES[code].severity == "error")
"""The codes of uses that no agreement covers; their cost is at risk."""
QUOTAS = reading("quotas")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_CENT = Decimal("0.01")


def overview(audit: store.Audit, coverage: Coverage, undated: Mapping[int, int]) -> Overview:
    """Count the reported uses, and list those of the first articles.

    ``undated`` has, by agreement, the number of undated uses that may count against its quota.
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
        quotas=_quotas(audit, coverage, undated) if audit.ranks.keys() >= QUOTAS else (),
        at_risk=_at_risk(audit, coverage) if audit.ranks.keys() >= UNCOVERED and coverage.agreements else None,
        articles=_articles(audit),
    )


def _quotas(audit: store.Audit, coverage: Coverage, undated: Mapping[int, int]) -> list[Quota]:
    """Return each quota period with uses, and a row for each agreement whose quota is unused."""
    limited = {a.id: a for a in coverage.agreements if a.quota is not None and a.id is not None}
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


def _at_risk(audit: store.Audit, coverage: Coverage) -> AtRisk:
    ranks = [rank for code, rank in audit.ranks.items() if code in UNCOVERED]
    uses = unpriced = 0
    amounts: dict[str, Decimal] = {}
    for supplier, count in counted.uncovered(audit.connection, ranks):
        uses += count
        prices = [price for a in coverage.of_supplier(supplier or "") if (price := price_of_use(a)) is not None]
        if not prices:
            unpriced += count
            continue
        currency, amount = prices[-1]
        amounts[currency] = amounts.get(currency, Decimal(0)) + amount * count
    return AtRisk(uses, tuple(sorted(amounts.items())), unpriced)


def price_of_use(agreement: Agreement) -> tuple[str, Decimal] | None:
    """Return the price of one use under an agreement, with its currency; None if the terms do not show it.

    A flat price is divided by all uses that the quota allows, to the cent: 12000 EUR for a year at 100 per month gives
    10.00 EUR.
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


def _articles(audit: store.Audit) -> Iterator[AuditedArticle]:
    rows = counted.uses_by_article(audit.connection, audit.where, ARTICLES)
    for _, group in groupby(rows, key=lambda row: row.article_id):
        uses = list(group)
        head = uses[0]
        captions = [PrintedCaption(use.use_id, use.position, use.caption or "", use.credit) for use in uses]
        yield AuditedArticle(head.source, head.headline, head.publication, head.published, head.url, captions)
