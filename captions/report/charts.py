"""Draw charts for a page: a bar chart is a table with a bar per row; the chart of months has a table below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from captions import escaping
from captions.audit.overview import Month, Quota
from captions.report.rows import Row, as_text
from captions.text import count as number

BARS = 12
"""The most suppliers with a bar."""
MONTHS = 60
"""The most months; a longer period is charted by year."""
PERIODS = 40
"""The most quota periods with a bar; the fullest are chosen."""
_HEIGHT, _TOP, _FOOT = 200, 18, 20
_NEAR = 80


def heads(*titles: str) -> str:
    """Return the head of a table and the start of its body. ``#`` before a title aligns numbers right."""
    cells = [
        f'<th scope="col"{" class=number" * title.startswith("#")}>{title.removeprefix("#")}</th>'
        if title
        else "<td></td>"
        for title in titles
    ]
    return f"<thead><tr>{''.join(cells)}</tr></thead>\n<tbody>\n"


def of_suppliers(suppliers: Sequence[tuple[str | None, int]], credited: int, uses: int) -> Iterator[str]:
    """Yield a table with a bar for each of the most used suppliers, and for the rest."""
    named = [(name, count) for name, count in suppliers if name is not None]
    unclear = sum(count for name, count in suppliers if name is None) - (uses - credited)
    most = max((count for _, count in suppliers), default=0)
    rows = [_bar(escaping.markup(name), count, most, uses) for name, count in named[:BARS]]
    if rest := named[BARS:]:
        rows.append(_bar(f"<i>{len(rest)} more</i>", sum(count for _, count in rest), most, uses))
    for name, count in (("supplier unclear", unclear), ("no credit", uses - credited)):
        if count > 0:
            rows.append(_bar(f"<i>{name}</i>", count, most, uses))
    label = f"Uses by supplier: {number(len(named), 'supplier')} of {number(uses, 'use')}, most first"
    yield f'<table class="bars" aria-label="{label}">\n'
    yield heads("Supplier", "", "#Uses", "#Share")
    yield from rows
    yield "</tbody>\n</table>\n"
    if rest:
        yield "<p class=soft>For all, run <code>captions usage --by supplier</code></p>\n"


def of_risk(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table with the uncovered uses of each supplier and their cost."""
    yield '<table aria-label="Cost of uses without an agreement, by supplier">\n'
    yield heads("Supplier", "#Uses", "#Cost")
    for row in rows:
        name, uses, cost = (escaping.markup(as_text(row[key])) for key in ("supplier", "uses", "at_risk"))
        yield f'<tr><th scope="row" dir="auto">{name}</th><td class="number">{uses}</td>'
        yield f'<td class="number">{cost}</td></tr>\n'
    yield "</tbody>\n</table>\n"


def _bar(name: str, count: int, most: int, uses: int) -> str:
    return (
        f'<tr><th scope="row" dir="auto">{name}</th><td class="bar">{_rect(count, max(most, 1), "bar-fill")}</td>'
        f'<td class="number">{count}</td><td class="number">{share(count, uses)}</td></tr>\n'
    )


def _rect(count: int, whole: int, kind: str, ground: bool = False) -> str:
    wide = min(100.0, 100 * count / whole)
    under = '<rect class="bar-ground" width="100%" height="14"/>' if ground else ""
    bar = f'<rect class="{kind}" width="{wide:.2f}%" height="14"/>'
    return f'<svg aria-hidden="true" width="100%" height="14">{under}{bar}</svg>'


def share(count: int, whole: int) -> str:
    """Return ``93%``; never round to 0% or 100%."""
    if not whole:
        return "–"
    percent = round(100 * count / whole)
    if percent == 0 and count:
        return "under 1%"
    return "over 99%" if percent == 100 and count < whole else f"{percent}%"


def of_months(months: Sequence[Month], undated: int) -> Iterator[str]:
    """Yield a chart of uses by month, or by year for many months, and the same figures as a table."""
    columns, by = _columns(months)
    if columns:
        yield from _picture(columns, by)
    if undated:
        yield f"<p class=soft>Undated uses, in no {by}: {undated}.</p>\n"
    if columns:
        yield f"<details>\n<summary>Uses by {by} as a table</summary>\n<table>\n"
        yield heads(by.capitalize(), "#Uses", "#Without a credit")
        for label, *counts in columns:
            numbers = "".join(f'<td class="number">{count}</td>' for count in counts)
            yield f'<tr><th scope="row">{label}</th>{numbers}</tr>\n'
        yield "</tbody>\n</table>\n</details>\n"


def _columns(months: Sequence[Month]) -> tuple[list[tuple[str, int, int]], str]:
    if not months:
        return [], "month"
    known = {(m.year, m.month): m for m in months}
    first, last = (m.year * 12 + m.month - 1 for m in (months[0], months[-1]))
    if last - first < MONTHS:
        every = [(at // 12, at % 12 + 1) for at in range(first, last + 1)]
        filled = [known.get(key, Month(*key, 0)) for key in every]
        return [(str(m), m.uses, m.uncredited) for m in filled], "month"
    years: dict[int, tuple[int, int]] = {}
    for m in months:
        uses, uncredited = years.get(m.year, (0, 0))
        years[m.year] = (uses + m.uses, uncredited + m.uncredited)
    return [(f"{year:04}", *counts) for year, counts in sorted(years.items())], "year"


def _picture(columns: Sequence[tuple[str, int, int]], by: str) -> Iterator[str]:
    most = max(uses for _, uses, _ in columns) or 1
    first, last = columns[0][0], columns[-1][0]
    top = next(label for label, uses, _ in columns if uses == most)
    foot = _TOP + _HEIGHT
    yield f'<svg role="img" width="100%" height="{foot + _FOOT}" aria-label="Uses by {by} from {first} to {last}; '
    yield f'the peak is {most}, in {top}. The figures are in the table below.">\n'
    yield f'<text x="0" y="12">{most}</text><line class="axis" x1="0" x2="100%" y1="{_TOP}" y2="{_TOP}"/>'
    yield f'<line class="axis" x1="0" x2="100%" y1="{foot}" y2="{foot}"/>\n'
    step = 100 / max(len(columns), 6)
    spoken = ""
    for at, (label, uses, uncredited) in enumerate(columns):
        left, wide = f"{(at + 0.12) * step:.2f}%", f"{0.76 * step:.2f}%"
        high, without = (round(_HEIGHT * count / most, 1) for count in (uses, uncredited))
        yield f'<g><title>{label}: {uses}, {uncredited} without a credit</title><rect class="bar-fill" x="{left}" '
        yield f'y="{foot - high:.1f}" width="{wide}" height="{high}"/>'
        if uncredited:
            yield f'<rect class="bar-near" x="{left}" y="{foot - without:.1f}" width="{wide}" height="{without}"/>'
        yield "</g>"
        if label[:4] != spoken:
            spoken = label[:4]
            yield f'<text x="{left}" y="{foot + 15}">{spoken}</text>'
        yield "\n"
    yield "</svg>\n"
    if any(uncredited for _, _, uncredited in columns):
        yield "<p class=soft>The lower part of each column, in another color, shows uses without a credit.</p>\n"


def of_quotas(quotas: Iterable[Quota]) -> Iterator[str]:
    """Yield a table with a bar for each quota period, or for the fullest if there are many."""
    every = list(quotas)
    fullest = sorted(every, key=lambda q: -q.used / q.quota)[:PERIODS]
    chosen = every if len(every) <= PERIODS else [quota for quota in every if quota in fullest]
    yield '<table class="bars quotas" aria-label="Uses of each quota by period">\n'
    yield heads("Agreement", "Period", "", "#Used", "#Quota", "Status")
    for quota in chosen:
        kind, state = _state(quota)
        yield (
            f'<tr><th scope="row" dir="auto">{escaping.markup(quota.supplier)} '
            f"<small>no. {quota.agreement}</small></th>"
            f'<td class="day">{escaping.markup(quota.period or "–")}</td>'
            f'<td class="bar">{_rect(quota.used, quota.quota, kind, ground=True)}</td>'
            f'<td class="number">{quota.used}</td><td class="number">{quota.quota}</td><td>{state}</td></tr>\n'
        )
    yield "</tbody>\n</table>\n"
    if len(every) > len(chosen):
        yield f"<p class=soft>The fullest {len(chosen)} of {len(every)}. "
        yield "For all, run <code>captions usage --agreements</code></p>\n"


def _state(quota: Quota) -> tuple[str, str]:
    """Return the color of the bar, and the status in words."""
    over = quota.used - quota.quota
    if over > 0:
        kind, state = "bar-over", f'<span class="error">exceeded by {over}</span>'
    elif quota.used * 100 >= quota.quota * _NEAR:
        kind, state = "bar-near", f'<span class="warning">{share(quota.used, quota.quota)}</span>'
    else:
        kind, state = "bar-fill", share(quota.used, quota.quota) if quota.used else "no uses"
    if quota.undated:
        # They may count in this period or in another.
        state += f' <small><span class="warning">unknown:</span> {quota.undated} more undated</small>'
    return kind, state
