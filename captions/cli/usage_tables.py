"""What ``captions usage`` answers: rows and columns for each of its questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer

from captions.licensing import terms
from captions.report import Column, Row

if TYPE_CHECKING:
    from captions_db import DateSpan
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
    Column("period", "Period", width=13),  # "2024-06-01 to": days are not broken
    Column("from", "From"),
    Column("to", "To"),
    Column("used", "Used", number=True),
    Column("quota", "Quota", number=True),
    Column("left", "Left", number=True),
    Column("quota_ends", "Quota ends", width=10),
    Column("uses", "Uses", number=True),
    Column("cost", "Cost", number=True),
    Column("cost_a_use", "A use", number=True),
    Column("currency", "Currency"),
    Column("undated", "Uses without a day", number=True),
    Column("unknown", "Unknown"),
    Column("note", "Note", wide=True),
)
_SHOWN = ("agreement", "supplier", "period", "used", "quota", "left", "quota_ends", "cost", "cost_a_use", "note")
# What a table says of the uses of which the store does not know it; in JSON null, in CSV an empty cell.
_UNKNOWN = {
    "supplier": "(none can be told)",
    "agency": "(none named)",
    "creator": "(none named)",
    "scope": "(no agreement)",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked on the command line."""

    by: tuple[str, ...]
    also: tuple[str, ...]
    agency: str | None
    publication: str | None
    since: date | None
    until: date | None
    limit: int | None
    shown: bool
    """Whether people read it: then it ends with all uses, and says in words what is not known."""

    @property
    def filters(self) -> dict[str, Any]:
        """The filters that all counts share."""
        return {"agency": self.agency, "publication": self.publication}


@dataclass(frozen=True, slots=True)
class Found:
    """A listing, and how many groups there are in all."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    listed: int
    groups: int
    head: Mapping[str, object] = field(default_factory=dict)
    name: str = "rows"
    nothing: str = "no uses"


def spans(engine: Engine, asked: Asked, words: Callable[[], Vocabulary]) -> Sequence[DateSpan]:
    """What is agreed with whom from when to when, if it is asked for."""
    if "scope" not in asked.by:
        return ()
    from captions.licensing.usage import scope_spans

    return scope_spans(engine, words())


def uses(engine: Engine, asked: Asked, of: Sequence[DateSpan]) -> Found:
    """Uses in groups."""
    import captions_db as db

    by = asked.by or ("supplier",)
    table = db.agency_usage(
        engine,
        by,
        since=asked.since,
        until=asked.until,
        limit=asked.limit,
        counts=asked.also,
        spans=of,
        **asked.filters,
    )
    told = [column for name in _ALSO if name in asked.also for column in _ALSO[name]]
    rows = [{**_groups(by, row.values, asked), **_told(row)} for row in table.rows]
    if asked.shown and rows:
        rows.append({by[0]: "All uses", **_told(table.total)})
    total = {"uses": table.total.uses, **({"articles": table.total.articles} if "articles" in asked.also else {})}
    return Found(
        [*_columns(by), _USES, *told],
        rows,
        len(table.rows),
        table.groups,
        {"total": total, "groups": table.groups},
        nothing=_nothing(asked),
    )


def uncredited(engine: Engine, asked: Asked, of: Sequence[DateSpan]) -> Found:
    """Uses without a credit in groups, and their share of all."""
    import captions_db as db

    by = asked.by or ("publication",)
    if wrong := [name for name in by if name != "publication" and name not in _TIMES]:
        raise typer.BadParameter(f"uses without a credit have no {wrong[0]}; take publication, month, quarter, year")
    if asked.agency is not None:
        raise typer.BadParameter("uses without a credit name no agency; leave out --agency")
    _no_more(asked)
    all_of, without = (
        db.agency_usage(
            engine, by, since=asked.since, until=asked.until, uncredited=only, counts=(), spans=of, **asked.filters
        )
        for only in (False, True)
    )
    count = {row.values: row.uses for row in without.rows}
    found = [(row.values, count.get(row.values, 0), row.uses) for row in all_of.rows]
    found.sort(key=lambda row: (-row[1], [(value is None, value or "") for value in row[0]]))
    rows = [{**_groups(by, values, asked), **_share(some, every)} for values, some, every in found[: asked.limit]]
    total = _share(without.total.uses, all_of.total.uses)
    if asked.shown and rows:
        rows.append({by[0]: "All uses", **total})
    head = {"total": total, "groups": len(found)}
    listed = min(len(found), asked.limit or len(found))
    return Found([*_columns(by), *_UNCREDITED], rows, listed, len(found), head, nothing=_nothing(asked))


def changes(engine: Engine, asked: Asked, periods: tuple[str, str], of: Sequence[DateSpan]) -> Found:
    """What changed in the uses from one period to another, most changed first."""
    import captions_db as db

    by = asked.by or ("supplier",)
    if _TIMES & set(by) or asked.since or asked.until:
        raise typer.BadParameter("--compare tells the times; leave out --by month, quarter and year, --since, --until")
    _no_more(asked)
    (first, until, before), (since, last, after) = map(terms.calendar_period, periods)
    table = db.usage_changes(engine, by, (first, until), (since, last), limit=asked.limit, spans=of, **asked.filters)
    rows = [{**_groups(by, row.values, asked), **_change(row.before, row.after)} for row in table.rows]
    total = _change(table.total.before, table.total.after)
    if asked.shown and rows:
        rows.append({by[0]: "All uses", **total})
    titles = {"before": before, "after": after}
    columns = [Column(c.key, titles.get(c.key, c.title), number=True) for c in _CHANGES] if asked.shown else _CHANGES
    head = {"before": before, "after": after, "total": total, "groups": table.groups}
    return Found([*_columns(by), *columns], rows, len(table.rows), table.groups, head, nothing=_nothing(asked))


def of_agreements(engine: Engine, words: Vocabulary, on: date, asked: Asked) -> Found:
    """What of each agreement is used up on a day."""
    from captions.licensing.usage import accounts

    if asked.by or asked.also or asked.since or asked.until or asked.publication:
        raise typer.BadParameter("--agreements takes --on, --agency and --limit; leave the other limits out")
    found = accounts(engine, words, on)
    if asked.agency is not None:
        known = words.agency(asked.agency)
        supplier = known.name if known else asked.agency
        found = [account for account in found if account.agreement.supplier == supplier]
    rows = [_account(account, shown=asked.shown) for account in found[: asked.limit]]
    columns = [c for c in _AGREEMENTS if c.key in _SHOWN] if asked.shown else _AGREEMENTS
    nothing = "no agreements are stored" + (f" with {asked.agency}" if asked.agency else "")
    head = {"on": on.isoformat(), "agreements_stored": len(found)}
    return Found(columns, rows, len(rows), len(found), head, name="agreements", nothing=nothing)


def _account(account: Account, *, shown: bool) -> Row:
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
        "cost": _money(account.cost, a.currency if shown else None),
        "cost_a_use": _money(account.cost_a_use, a.currency if shown else None),
        "currency": a.currency,
        "undated": account.undated,
        "unknown": account.unknown,
        "note": account.note or None,
    }
    if shown:
        row |= dict.fromkeys(account.unknown, "unknown")
        if account.state != "in force":
            row["period"] = f"{period.name} ({account.state})"
    return row


def _money(amount: Decimal | None, currency: str | None) -> str | None:
    return None if amount is None else f"{amount:f} {currency}" if currency else f"{amount:f}"


def _columns(by: Sequence[str]) -> list[Column]:
    return [Column(name, name.capitalize(), wide=True) for name in by]


def _groups(by: Sequence[str], values: Sequence[str | None], asked: Asked) -> dict[str, Any]:
    return {
        name: _UNKNOWN.get(name, "(unknown)") if value is None and asked.shown else value
        for name, value in zip(by, values, strict=True)
    }


def _told(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("uses", "articles", "creators", "first", "last")}


def _share(some: int, every: int) -> dict[str, Any]:
    return {"uncredited": some, "uses": every, "percent": round(100 * some / every, 1) if every else None}


def _change(before: int, after: int) -> dict[str, Any]:
    percent = round(100 * (after - before) / before, 1) if before else None
    return {"before": before, "after": after, "change": after - before, "percent": percent}


def _no_more(asked: Asked) -> None:
    if asked.also:
        raise typer.BadParameter("only uses are counted here; leave out --also")


def _nothing(asked: Asked) -> str:
    return "no uses" + (f" that name {asked.agency}" if asked.agency else "")
