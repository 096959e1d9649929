"""Compare the uses of two periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine

from captions_db.queries.date_spans import DateSpan
from captions_db.queries.usage import agency_usage, by_uses


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A group of uses in two periods; ``values`` as in ``UsageRow``."""

    values: tuple[str | None, ...]
    before: int
    after: int
    unclear: str | None = None
    """Why the supplier is unclear."""


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """Groups of uses, largest change first. ``total`` and ``groups`` are complete, whatever the limit."""

    by: tuple[str, ...]
    rows: tuple[ChangeRow, ...]
    total: ChangeRow
    groups: int


def usage_changes(
    engine: Engine,
    by: Sequence[str],
    before: tuple[date, date],
    after: tuple[date, date],
    *,
    agency: str | None = None,
    publication: str | None = None,
    supplier: str | None = None,
    creator: str | None = None,
    unclear: bool = False,
    limit: int | None = None,
    spans: Sequence[DateSpan] = (),
) -> ChangeTable:
    """Count uses in groups in two periods, each from a first to a last day.

    Filters and groups as in ``agency_usage``; a group counts 0 in a period without uses.
    """
    earlier, later = (
        agency_usage(
            engine,
            by,
            agency=agency,
            since=first,
            until=last,
            publication=publication,
            supplier=supplier,
            creator=creator,
            unclear=unclear,
            counts=(),
            spans=spans,
        )
        for first, last in (before, after)
    )
    was = {(row.values, row.unclear): row.uses for row in earlier.rows}
    now = {(row.values, row.unclear): row.uses for row in later.rows}
    rows = [ChangeRow(key[0], was.get(key, 0), now.get(key, 0), key[1]) for key in {**was, **now}]
    rows.sort(key=_order)
    total = ChangeRow((), earlier.total.uses, later.total.uses)
    return ChangeTable(tuple(by), tuple(rows[:limit]), total, len(rows))


def _order(row: ChangeRow) -> tuple[Any, ...]:
    return -abs(row.after - row.before), *by_uses(row.after, row.values, row.unclear)
