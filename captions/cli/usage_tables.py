"""Compute the tables that ``captions usage`` writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from captions.licensing import terms
from captions.report import Column, Row

if TYPE_CHECKING:
    from captions_db import DateSpan, UsageTable
    from sqlalchemy import Engine

    from captions.lexicon.vocabulary import Vocabulary
    from captions.licensing.balance import Account

_TIMES = frozenset({"month", "quarter", "year"})
_USES = Column("uses", "Uses", number=True)
_ALSO = {
    "articles": (Column("articles", "Articles", number=True),),
    "creators": (Column("creators", "Creators", number=True),),
    "days": (Column("first", "First"), Column("last", "Last")),
}
_UNCREDITED = (
    Column("uncredited", "Uncredited", number=True),
    _USES,
    Column("percent", "Percent", number=True),
)
_CHANGES = (
    Column("before", "Before", number=True),
    Column("after", "After", number=True),
    Column("change", "Change", number=True),
    Column("percent", "Percent", number=True),
)
_AGREEMENTS = (
    Column("agreement", "No.", number=True),
    Column("supplier", "Supplier", wide=True),
    Column("kind", "Kind"),
    Column("state", "State"),
    Column("period", "Period", width=13),  # fits "2024-06-01 to", so that dates do not break
    Column("from", "From"),
    Column("to", "To"),
    Column("used", "Used", number=True),
    Column("quota", "Quota", number=True),
    Column("left", "Left", number=True),
    Column("quota_ends", "Quota ends", width=10),
    Column("uses", "Uses", number=True),
    Column("cost", "Cost", number=True),
    Column("cost_a_use", "Per use", number=True, rank=1),
    Column("currency", "Currency"),
    Column("undated", "Undated uses", number=True),
    Column("unknown", "Unknown"),
    Column("note", "Note", wide=True),
)
_IN_TABLE = ("agreement", "supplier", "period", "used", "quota", "left", "quota_ends", "cost", "cost_a_use", "note")
# What a table shows for an unknown value, which is null in JSON and an empty cell in CSV.
_UNKNOWN = {
    "supplier": "(supplier unclear)",
    "agency": "(none named)",
    "creator": "(none named)",
    "scope": "(no agreement)",
}


class Filters(NamedTuple):
    """The names that choose the uses to count; None sets no limit."""

    agency: str | None = None
    publication: str | None = None
    supplier: str | None = None
    creator: str | None = None


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """The options of the command line that choose what is counted and how it is shown."""

    by: tuple[str, ...]
    also: tuple[str, ...]
    named: Filters
    since: date | None
    until: date | None
    limit: int | None
    for_people: bool
    """Whether a person reads the table: then it ends with a row of all uses and puts unknown values in words."""

    @property
    def filters(self) -> dict[str, Any]:
        """Return the filters that all counts share."""
        return self.named._asdict()

    @property
    def agency(self) -> str | None:
        """Return the agency that credit lines must name."""
        return self.named.agency

    def of_publication(self, name: str | None) -> UsageQuery:
        """Return the query for a publication by its stored name."""
        return replace(self, named=self.named._replace(publication=name))


@dataclass(frozen=True, slots=True)
class UsageReport:
    """A table of groups, with the number of groups before ``--limit``."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    listed: int
    groups: int
    head: Mapping[str, object] = field(default_factory=dict)
    name: str = "rows"
    empty_note: str = "no uses"
    which: str = ""
    """Which groups a limit leaves, if their order does not show it: ``months with most uses``."""


def spans(engine: Engine, query: UsageQuery, words: Callable[[], Vocabulary]) -> Sequence[DateSpan]:
    """Return the periods covered by agreements if uses are grouped by scope, else nothing."""
    if "scope" not in query.by:
        return ()
    from captions.licensing.usage import scope_spans

    return scope_spans(engine, words())


def uses(engine: Engine, query: UsageQuery, of: Sequence[DateSpan], words: Callable[[], Vocabulary]) -> UsageReport:
    """Count uses by group."""
    import captions_db as db

    def count(by: tuple[str, ...], limit: int | None) -> db.UsageTable:
        return db.agency_usage(
            engine,
            by,
            unclear=True,
            since=query.since,
            until=query.until,
            limit=limit,
            counts=query.also,
            spans=of,
            **query.filters,
        )

    return counted(query, count, words)


def counted(
    query: UsageQuery, count: Callable[[tuple[str, ...], int | None], UsageTable], words: Callable[[], Vocabulary]
) -> UsageReport:
    """Return the uses by group; ``count`` counts them by the groups of a database, up to a limit."""
    by = query.by or ("supplier",)
    is_grouped = "group" in by
    if is_grouped and (query.also or "supplier" in by):
        raise typer.BadParameter("--by group cannot be combined with --by supplier or --also")
    table = count(tuple("supplier" if name == "group" else name for name in by), None if is_grouped else query.limit)
    if is_grouped:
        from captions.cli.usage_groups import by_group

        table = by_group(table, by.index("group"), words(), query.limit)
    extra = [column for name in _ALSO if name in query.also for column in _ALSO[name]]
    by_date = _TIMES.issuperset(by)
    listed = sorted(table.rows, key=lambda row: _date_order(row.values)) if by_date else table.rows
    rows = [{**_groups(by, row.values, query, row.unclear), **_counts(row)} for row in listed]
    if query.for_people and rows:
        rows.append({by[0]: "All uses", **_counts(table.total)})
    total = {"uses": table.total.uses, **({"articles": table.total.articles} if "articles" in query.also else {})}
    return UsageReport(
        [*_columns(by), _USES, *extra, *_reasons(by, query)],
        rows,
        len(table.rows),
        table.groups,
        {"total": total, "groups": table.groups},
        empty_note=_empty_note(query),
        which=f"{by[0]}s with most uses" if by_date and len(by) == 1 else "",
    )


def uncredited(engine: Engine, query: UsageQuery, of: Sequence[DateSpan]) -> UsageReport:
    """Count uses without a credit by group, with their share of all uses."""
    import captions_db as db

    by = query.by or ("publication",)
    if wrong := [name for name in by if name != "publication" and name not in _TIMES]:
        raise typer.BadParameter(f"uses without a credit have no {wrong[0]}; use publication, month, quarter or year")
    for name in ("agency", "supplier", "creator"):
        if query.filters[name] is not None:
            raise typer.BadParameter(f"uses without a credit name no {name}; omit --{name}")
    _forbid_also(query)
    all_uses, without = (
        db.agency_usage(
            engine, by, since=query.since, until=query.until, uncredited=only, counts=(), spans=of, **query.filters
        )
        for only in (False, True)
    )
    count = {row.values: row.uses for row in without.rows}
    shares = [(row.values, count.get(row.values, 0), row.uses) for row in all_uses.rows]
    shares.sort(key=lambda row: db.by_uses(row[1], row[0]))
    chosen = shares[: query.limit]
    if _TIMES.issuperset(by):
        chosen.sort(key=lambda row: _date_order(row[0]))
    rows = [{**_groups(by, values, query), **_share(some, every)} for values, some, every in chosen]
    total = _share(without.total.uses, all_uses.total.uses)
    if query.for_people and rows:
        rows.append({by[0]: "All uses", **total})
    head = {"total": total, "groups": len(shares)}
    listed = min(len(shares), query.limit or len(shares))
    return UsageReport([*_columns(by), *_UNCREDITED], rows, listed, len(shares), head, empty_note=_empty_note(query))


def changes(engine: Engine, query: UsageQuery, periods: tuple[str, str], of: Sequence[DateSpan]) -> UsageReport:
    """Compare the uses of two periods by group, biggest change first."""
    import captions_db as db

    by = query.by or ("supplier",)
    if _TIMES & set(by) or query.since or query.until:
        raise typer.BadParameter("--compare sets the periods; omit --since, --until, and --by month, quarter or year")
    if "group" in by:
        raise typer.BadParameter("--compare has no groups of agencies; use --by supplier")
    _forbid_also(query)
    (first, until, before), (since, last, after) = map(terms.calendar_period, periods)
    table = db.usage_changes(
        engine, by, (first, until), (since, last), limit=query.limit, unclear=True, spans=of, **query.filters
    )
    rows = [{**_groups(by, row.values, query, row.unclear), **_change(row.before, row.after)} for row in table.rows]
    total = _change(table.total.before, table.total.after)
    if query.for_people and rows:
        rows.append({by[0]: "All uses", **total})
    titles = {"before": before, "after": after}
    columns = (
        [Column(c.key, titles.get(c.key, c.title), number=True) for c in _CHANGES] if query.for_people else _CHANGES
    )
    head = {"before": before, "after": after, "total": total, "groups": table.groups}
    all_columns = [*_columns(by), *columns, *_reasons(by, query)]
    return UsageReport(all_columns, rows, len(table.rows), table.groups, head, empty_note=_empty_note(query))


def of_agreements(engine: Engine, words: Vocabulary, on: date, query: UsageQuery) -> UsageReport:
    """Return how much of each agreement is used on a date, and what it has cost."""
    from captions.audit.balances import accounts

    if query.by or query.also or query.since or query.until or any(query.named[1:]):
        raise typer.BadParameter("--agreements can be combined only with --on, --agency and --limit")
    found = accounts(engine, words, on)
    if query.agency is not None:
        known = words.agency(query.agency)
        supplier = known.name if known else query.agency
        found = [account for account in found if account.agreement.supplier == supplier]
    rows = [_account(account, for_people=query.for_people) for account in found[: query.limit]]
    columns = [c for c in _AGREEMENTS if c.key in _IN_TABLE] if query.for_people else _AGREEMENTS
    empty_note = "no agreements are stored" + (f" with {query.agency}" if query.agency else "")
    head = {"on": on.isoformat(), "agreements_stored": len(found)}
    return UsageReport(columns, rows, len(rows), len(found), head, name="agreements", empty_note=empty_note)


def _account(account: Account, *, for_people: bool) -> Row:
    a, period = account.agreement, account.period
    row: dict[str, Any] = {
        "agreement": a.id,
        "supplier": a.supplier,
        "kind": a.kind,
        "state": account.state,
        "period": period.name,
        "from": period.first,
        "to": period.last,
        "used": account.used,
        "quota": a.quota,
        "left": account.left,
        "quota_ends": account.quota_ends,
        "uses": account.total,
        "cost": _money(account.cost, a.currency if for_people else None),
        "cost_a_use": _money(account.cost_a_use, a.currency if for_people else None),
        "currency": a.currency,
        "undated": account.without_day,
        "unknown": account.unknown,
        "note": account.note or None,
    }
    if for_people:
        row |= dict.fromkeys(account.unknown, "unknown")
        if account.state != "in force":
            row["period"] = f"{period.name} ({account.state})"
    return row


def _money(amount: Decimal | None, currency: str | None) -> str | None:
    return None if amount is None else f"{amount:f} {currency}" if currency else f"{amount:f}"


def _columns(by: Sequence[str]) -> list[Column]:
    return [Column(name, name.capitalize(), wide=True) for name in by]


def _reasons(by: Sequence[str], query: UsageQuery) -> list[Column]:
    """Return the column that says why a supplier is unclear; a person reads it in the supplier's place."""
    is_data = not query.for_people and bool({"supplier", "group"} & set(by))
    return [Column("unclear", "Supplier unclear")] if is_data else []


def _groups(
    by: Sequence[str], values: Sequence[str | None], query: UsageQuery, unclear: str | None = None
) -> dict[str, Any]:
    unknown = _UNKNOWN | {"supplier": f"({unclear})", "group": f"({unclear})"} if unclear else _UNKNOWN
    groups = {
        name: unknown.get(name, "(unknown)") if value is None and query.for_people else value
        for name, value in zip(by, values, strict=True)
    }
    return {**groups, "unclear": unclear}


def _date_order(values: Sequence[str | None]) -> list[tuple[bool, str]]:
    """Return a key that sorts months, quarters and years by date, unknown ones last."""
    return [(value is None, value or "") for value in values]


def _counts(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("uses", "articles", "creators", "first", "last")}


def _share(some: int, every: int) -> dict[str, Any]:
    return {"uncredited": some, "uses": every, "percent": round(100 * some / every, 1) if every else None}


def _change(before: int, after: int) -> dict[str, Any]:
    percent = round(100 * (after - before) / before, 1) if before else None
    return {"before": before, "after": after, "change": after - before, "percent": percent}


def _forbid_also(query: UsageQuery) -> None:
    if query.also:
        raise typer.BadParameter("--also cannot be combined with --uncredited or --compare")


def _empty_note(query: UsageQuery) -> str:
    return "no uses" + (f" that name {query.agency}" if query.agency else "")
