"""Read the views for export and Datasette, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, MetaData, Table, select

VIEWS: dict[str, tuple[str, str]] = {
    "use_in_words": (
        "uses of pictures, with caption, credit line, supplier, creators and pictures",
        "source, position",
    ),
    "uncredited_uses": ("uses without any credit", "source, position"),
    "uses_without_supplier": ("uses whose credit line does not show the supplier", "source, position"),
    "supplier_usage_by_month": ("uses per supplier and month", "supplier, month"),
    "agency_usage_by_month": ("uses per agency and month", "agency, month"),
    "creator_usage_by_month": ("uses per creator and month", "creator, month"),
    "open_findings_by_decision": (
        "decisions to make on the findings of `captions audit --store`, most money first",
        "audit_id, place",
    ),
    "finding_in_words": (
        "findings of `captions audit --store`, with what settled them and how old they are",
        "finding_id",
    ),
    "unread_sources": ("sources that could not be read and are still not stored", "source, reason"),
}
"""Each view: a description of its rows, and the columns that sort them."""


def view_rows(engine: Engine, name: str) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    """Return the columns of a view and its sorted rows, a thousand at a time: ``view_rows(engine, "uncredited_uses")``.

    Days are dates, times are texts as the database writes them. Raise KeyError for an unknown view.
    """
    order = VIEWS[name][1].split(", ")
    view = Table(name, MetaData(), autoload_with=engine)
    return tuple(view.c.keys()), _rows(engine, view, order)


def _rows(engine: Engine, view: Table, order: list[str]) -> Iterator[tuple[Any, ...]]:
    # Without this, NULLs sort first on one engine and last on the other.
    by = [term for column in order for term in (view.c[column].is_(None), view.c[column])]
    with engine.connect() as connection:
        for row in connection.execute(select(view).order_by(*by).execution_options(yield_per=1_000)):
            yield tuple(row)
