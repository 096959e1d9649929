"""Set aside findings by waivers and a baseline: resolved to ids once, then matched to each finding."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, case, cast, func, insert, literal, null, or_, select
from sqlalchemy.sql.schema import Column

from captions_db import models as m
from captions_db.audit import work_tables as t
from captions_db.bulk import in_chunks
from captions_db.places import names_at
from captions_db.rows import storable, storable_source
from captions_db.search import name_key

_LIMITS = ("supplier_id", "credit_id", "article_id", "caption_id")
_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Suppression:
    """Findings that a waiver or a baseline sets aside; None sets no limit."""

    code: str
    supplier: str | None = None
    line: str | None = None
    source: str | None = None
    caption_digest: str | None = None
    """Empty for a use without a caption."""
    no_line: bool = False
    """Whether it applies to uses without a credit only."""


def waivers(connection: Connection, today: date) -> list[Suppression]:
    """Return the waivers in force on a day."""
    column = m.waiver.c
    in_force = column.undone.is_(None) & (column.until.is_(None) | (column.until >= today))
    fields = (column.code, column.supplier, column.line, column.source, column.caption_digest)
    found = [Suppression(*row) for row in connection.execute(select(*fields).where(in_force).order_by(column.id))]
    named = names_at(connection, {it.source for it in found if it.source})
    return [replace(it, source=named.get(it.source or "", it.source)) for it in found]


def put(connection: Connection, why: str, suppressions: Iterable[Suppression], ranks: Mapping[str, int]) -> None:
    """Write suppressions by ids; skip names that are not stored, which match nothing."""
    wanted = (suppression for suppression in suppressions if suppression.code in ranks)
    suppliers: Mapping[str, Sequence[int]] = {}
    lines: Mapping[str, Sequence[int]] = {}
    while batch := list(islice(wanted, _BATCH)):
        if not suppliers and any(row.supplier is not None for row in batch):
            suppliers = _suppliers(connection)
        if not lines and any(row.line is not None for row in batch):
            lines = _lines(connection)
        sources = {storable_source(row.source) for row in batch if row.source}
        articles = _ids(connection, m.place.c.source, m.place.c.article_id, sources)
        captions = _ids(
            connection, m.caption.c.digest, m.caption.c.id, {row.caption_digest for row in batch if row.caption_digest}
        )
        rows = [
            {
                "why": why,
                "rank": ranks[row.code],
                "supplier_id": supplier,
                "credit_id": credit,
                "article_id": article,
                "caption_id": caption,
            }
            for row in batch
            for supplier in _of(None if row.supplier is None else name_key(storable(row.supplier)), suppliers)
            for credit in ([t.NONE] if row.no_line else _of(None if row.line is None else storable(row.line), lines))
            for article in _of(None if row.source is None else storable_source(row.source), articles)
            for caption in ([t.NONE] if row.caption_digest == "" else _of(row.caption_digest, captions))
        ]
        if rows:
            connection.execute(insert(t.suppression), rows)


def tests(connection: Connection, rank: ColumnElement[int]) -> ColumnElement[Any]:
    """Return the expression for what sets aside a finding on table ``use``: ``waiver``, ``baseline`` or NULL.

    It has one lookup for each combination of limits that occurs: by supplier, by supplier and line, ...
    """
    use, suppression = m.use.c, t.suppression.c
    values = {
        "supplier_id": select(m.credit.c.supplier_id)
        .where(m.credit.c.id == use.credit_id)
        .correlate(m.use)
        .scalar_subquery(),
        "credit_id": func.coalesce(use.credit_id, t.NONE),
        "article_id": use.article_id,
        "caption_id": func.coalesce(use.caption_id, t.NONE),
    }
    limited = [case((suppression[name] == t.ANY, 0), else_=1).label(name) for name in _LIMITS]
    shapes = connection.execute(select(suppression.why, *limited).distinct()).all()
    whens = []
    for why in ("waiver", "baseline"):
        found = [
            select(literal(1))
            .select_from(t.suppression)
            .where(
                suppression.why == why,
                suppression.rank == rank,
                *(
                    suppression[name] == (values[name] if is_limited else t.ANY)
                    for name, is_limited in zip(_LIMITS, shape[1:], strict=True)
                ),
            )
            .correlate_except(t.suppression)
            .exists()
            for shape in sorted(tuple(row) for row in shapes)
            if shape[0] == why
        ]
        if found:
            whens.append((or_(*found), literal(why)))
    return case(*whens) if whens else cast(null(), Text)


def _of(value: str | None, ids: Mapping[str, Sequence[int]]) -> Sequence[int]:
    return [t.ANY] if value is None else ids.get(value, ())


def _suppliers(connection: Connection) -> dict[str, list[int]]:
    rows = connection.execute(select(m.party.c.name_key, m.party.c.id).where(m.party.c.kind == "agency"))
    return _grouped((key, row_id) for key, row_id in rows)


def _lines(connection: Connection) -> dict[str, list[int]]:
    """Return the credits of each line: several if they differ in rights."""
    return _grouped((line, row_id) for line, row_id in connection.execute(select(m.credit.c.line, m.credit.c.id)))


def _ids(
    connection: Connection, column: Column[Any], ids: Column[Any], values: Collection[str]
) -> dict[str, list[int]]:
    """Return the id of each value of a unique column, in a list."""
    return {
        value: [row_id]
        for chunk in in_chunks(sorted(values))
        for value, row_id in connection.execute(select(column, ids).where(column.in_(chunk)))
    }


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
