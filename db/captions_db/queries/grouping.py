"""Columns and joins to group uses by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Text, case, cast, func, literal_column, null, or_, select

from captions_db import models as m
from captions_db.periods import period_of
from captions_db.queries.filters import use_filters

CHAIN = ("agency", "creator")
"""Groupings in which one use may be in several groups."""

TIMES = ("month", "quarter", "year")
UNCLEAR = "unclear"
"""Why no supplier is known: a grouping of uses without one."""
UNCREDITED, PHOTOGRAPHER_ONLY, AMBIGUOUS = "uncredited", "photographer only", "ambiguous line"
"""No credit, or one that names nobody; a photographer, but no agency; agencies, but not which of them is paid."""


class UsageGroup(NamedTuple):
    """A group of uses; parties are ids."""

    values: tuple[Any, ...]
    uses: int


class UsageFilter(NamedTuple):
    """The uses to count; see ``agency_usage``."""

    agencies: Sequence[int] | None = None
    since: date | None = None
    until: date | None = None
    publication: str | None = None
    uncredited: bool = False
    suppliers: Sequence[int] | None = None
    creators: Sequence[int] | None = None
    unclear: bool = False
    """Only uses whose supplier is unclear."""

    def conditions(self, by: Sequence[str]) -> list[ColumnElement[bool]]:
        """Return conditions on table ``use``, written so that SQLite reads the index in grouping order."""
        out = use_filters(self.agencies, None, None, self.publication)
        day: ColumnElement[Any] = m.use.c.used_on
        if self.agencies is None and set(by) & {"supplier", *CHAIN}:
            # Otherwise SQLite reads the index of days and then sorts: five times as slow for a year.
            day = func.coalesce(day, null())
        if self.since is not None:
            out.append(day >= self.since)
        if self.until is not None:
            out.append(day <= self.until)
        if self.uncredited:
            out.append(m.use.c.credit_id.is_(None))
        if self.suppliers is not None:
            out.append(m.use.c.supplier_id.in_(self.suppliers))
        if self.creators is not None:
            chain = m.credit_party.c
            theirs = select(chain.credit_id).where(chain.party_id.in_(self.creators), chain.role == "creator")
            out.append(m.use.c.credit_id.in_(theirs))
        if self.unclear:
            # An index of uses by credit finds them.
            no_supplier = select(m.credit.c.id).where(m.credit.c.supplier_id.is_(None))
            out.append(or_(m.use.c.credit_id.is_(None), m.use.c.credit_id.in_(no_supplier)))
        return out


def inner_columns(by: Sequence[str]) -> list[ColumnElement[Any]]:
    """Return the columns of ``use`` to count by first, in the order of one of its indexes."""
    use = m.use.c
    asked = set(by)
    dated = bool(asked & {*TIMES, "scope"})
    published = [use.publication] if "publication" in asked else []
    if asked & {*CHAIN, UNCLEAR}:
        if "supplier" in asked or "scope" in asked:
            # One credit has one supplier.
            return [use.credit_id, use.supplier_id, *([use.used_on] if dated else []), *published]
        return [use.credit_id, *([use.used_on] if dated else []), *published]
    if asked & {"supplier", "scope"}:
        return [use.supplier_id, use.used_on, *published] if dated else [*published, use.supplier_id]
    return [use.used_on, *published] if asked else []


def outer_columns(
    by: Sequence[str],
    source: FromClause,
    parties: Sequence[int] | None,
    spans: FromClause | None,
    *,
    of: FromClause | None = None,
) -> tuple[list[ColumnElement[Any]], FromClause, list[ColumnElement[bool]]]:
    """Return the columns to group by (parties by id), the tables to select from, and conditions on those tables.

    ``source`` is table ``use``, or its counts by :func:`inner_columns`; or a join of ``of`` with other tables.
    """
    counted = source if of is None else of
    columns: list[ColumnElement[Any]] = []
    narrower: list[ColumnElement[bool]] = []
    for name in by:
        if name == "supplier":
            columns.append(counted.c.supplier_id)
        elif name in CHAIN:
            chain = m.credit_party.alias(name)
            source = source.outerjoin(chain, (chain.c.credit_id == counted.c.credit_id) & (chain.c.role == name))
            columns.append(chain.c.party_id)
            if name == "agency" and parties is not None:
                narrower.append(chain.c.party_id.in_(parties))
        elif name == UNCLEAR:
            columns.append(_reason(counted))
        elif name == "publication":
            columns.append(counted.c.publication)
        elif name == "scope":
            if spans is None:
                raise ValueError("scope needs spans")
            day = func.coalesce(cast(counted.c.used_on, Text), "")
            within = (spans.c.supplier_id == counted.c.supplier_id) & day.between(spans.c.first, spans.c.last)
            source = source.outerjoin(spans, within)
            columns.append(spans.c.label)
        else:
            # Both engines store or cast a day as 2023-10-07, and share no function for months.
            columns.append(period_of(name, cast(counted.c.used_on, Text)))
    return columns, source, narrower


def _reason(counted: FromClause) -> ColumnElement[Any]:
    """Return why the supplier of a credit is unclear."""
    chain = m.credit_party.alias("named")

    def names(role: str) -> ColumnElement[bool]:
        of_role = (chain.c.credit_id == counted.c.credit_id) & (chain.c.role == literal_column(f"'{role}'"))
        return select(chain.c.credit_id).where(of_role).correlate_except(chain).exists()

    return case(
        (names("agency"), literal_column(f"'{AMBIGUOUS}'")),
        (names("creator"), literal_column(f"'{PHOTOGRAPHER_ONLY}'")),
        else_=literal_column(f"'{UNCREDITED}'"),
    )
