"""What the audit says about the uses without a day that count against a quota, or may count against it."""

from __future__ import annotations

from collections.abc import Iterator

from captions.licensing.judging import QuotaCounts
from captions.licensing.quotas import quota_words, warning_at


def quota_messages(counts: QuotaCounts) -> Iterator[tuple[str, str]]:
    """Yield code and message of the findings on an agreement, rather than on a use.

    Uses dated to a month or year are CR304 or CR305 if they exceed or reach 80% of the quota of a period; uses that
    may be in several periods, or in none, make it unknown (CR305).
    """
    a = counts.agreement
    quota = a.quota or 0
    dated = {day for day, _ in counts.days}
    for period, count in sorted(counts.certain.items(), key=lambda item: item[0].name):
        code = "CR304" if count > quota else "CR305"
        has_days = any((period.first or day) <= day <= (period.last or day) for day in dated)
        if count > quota or (count >= warning_at(quota) and not has_days):
            uses = f"{_uses(count)} dated {period.name}, day unknown,"
            yield code, f"{uses} of a quota of {quota_words(a)} under agreement {a.id} with {a.supplier}"
    if counts.unknown:
        by_period: dict[str, int] = {}
        for uses_ in counts.unknown:
            by_period[uses_.published_in] = by_period.get(uses_.published_in, 0) + uses_.count
        known = [f"{_uses(count)} of {period}" for period, count in sorted(by_period.items()) if period]
        undated = by_period.get("", 0)
        some = " and ".join([", ".join(known)] * bool(known) + [_uses(undated, "undated ")] * bool(undated))
        quota_ = f"quota of {quota_words(a)} of agreement {a.id} with {a.supplier}"
        yield "CR305", f"unknown: {some} can't be counted against the {quota_}"


def _uses(count: int, kind: str = "") -> str:
    return f"1 {kind}use" if count == 1 else f"{count} {kind}uses"
