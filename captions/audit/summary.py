"""Count in the store what a report shows besides its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

import captions_db.audit as store
from captions_db.audit import overview as counted

from captions.audit.codes import CODES, reading
from captions.audit.overview import (
    ARTICLES,
    AtRisk,
    AuditedArticle,
    Month,
    Overview,
    PrintedCaption,
    Quota,
    SupplierAtRisk,
)
from captions.licensing.agreements import Agreement
from captions.licensing.coverage import CreditGroup
from captions.licensing.judging import Judgment
from captions.licensing.quotas import Period, quota_unit, used_by_period

UNCOVERED = frozenset(code for code in reading("agreements") if CODES[code].severity == "error")
"""The codes of uses that no agreement covers; their cost is at risk."""
QUOTAS = reading("quotas")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_CENT = Decimal("0.01")


def overview(audit: store.Audit, judgment: Judgment, is_about: Callable[[str], bool]) -> Overview:
    """Count the reported uses, and list those of the first articles; ``is_about`` chooses the parties with quotas."""
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
        quotas=_quotas(judgment, is_about) if audit.ranks.keys() >= QUOTAS else (),
        articles=_articles(audit),
    )


def _quotas(judgment: Judgment, is_about: Callable[[str], bool]) -> list[Quota]:
    """Return each quota period with uses, and a row for each agreement whose quota is unused."""
    listed = []
    for counts in judgment.counts():
        a = counts.agreement
        if not is_about(a.supplier):
            continue
        used = used_by_period(a, counts.days, counts.certain)
        rows = sorted(used.items(), key=lambda item: item[0].first or date.min)
        for period, count in rows or [(Period(None, None, ""), 0)]:
            unknown = counts.unknown_in(period)
            listed.append(Quota(a.id or 0, a.supplier, period.name, count, a.quota or 0, quota_unit(a) or "", unknown))
    return sorted(listed, key=lambda quota: quota.supplier.casefold())


def at_risk(audit: store.Audit, judgment: Judgment) -> AtRisk:
    """Return the cost of the reported uses that no agreement or license covers, by supplier."""
    ranks = [rank for code, rank in audit.ranks.items() if code in UNCOVERED]
    of_quota = quota_prices(judgment)
    uses: dict[tuple[CreditGroup | None, str | None], tuple[int, Decimal]] = {}
    for group_id, agreement, count in counted.uncovered(audit.connection, ranks):
        group = None if group_id is None else judgment.groups[group_id]
        of = None if group is None else CreditGroup(group.supplier, creator=group.creator)
        price = of_quota.get(agreement or 0) or (None if of is None else _price_of(of, judgment))
        currency, amount = price or (None, Decimal(0))
        so_far, cost = uses.get((of, currency), (0, Decimal(0)))
        uses[of, currency] = (so_far + count, cost + amount * count)
    rows = [
        SupplierAtRisk(group.supplier if group else None, count, currency, cost if currency else None)
        for (group, currency), (count, cost) in uses.items()
    ]
    return AtRisk(tuple(sorted(rows, key=lambda row: (-row.uses, row.supplier or "", row.currency or ""))))


def prices(judgment: Judgment) -> dict[int, tuple[str, Decimal]]:
    """Return the price of a use of each group of credits, with its currency, by the group's number, if it is known."""
    return {n: price for n, group in enumerate(judgment.groups) if (price := _price_of(group, judgment)) is not None}


def quota_prices(judgment: Judgment) -> dict[int, tuple[str, Decimal]]:
    """Return the known price of a use under each agreement with a quota, by number: that of a use beyond the quota."""
    limited = {a.id: price_of_use(a) for a in judgment.coverage.agreements if a.id is not None and a.quota is not None}
    return {number: price for number, price in limited.items() if price is not None and price[1]}


def _price_of(group: CreditGroup, judgment: Judgment) -> tuple[str, Decimal] | None:
    known = [p for a in judgment.coverage.of_group(group) if (p := price_of_use(a)) is not None and p[1]]
    return known[-1] if known else None


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
    if a.quota is None:
        return None
    periods = 1
    if a.quota_days is not None:
        if a.starts is None or a.ends is None:
            return None
        periods = -(-((a.ends - a.starts).days + 1) // a.quota_days)
    elif a.quota_period != "term":
        if a.starts is None or a.ends is None:
            return None
        size = _MONTHS[a.quota_period or ""]
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
