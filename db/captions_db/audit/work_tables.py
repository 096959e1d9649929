"""The working tables of an audit: temporary, of one connection, gone when it closes.

Verdicts are few (of a credit, of a group of credits over days) and findings many: a finding holds ids and one number,
and the text that goes with it stands once, in ``remark``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, Index, Integer, MetaData, Table, Text
from sqlalchemy.schema import CreateTable

_METADATA = MetaData()


def _temporary(name: str, *columns: Column[Any] | Index) -> Table:
    # A rowid is what SQLite keeps anyway; without one each insert would look for its place.
    return Table(f"audit_{name}", _METADATA, *columns, prefixes=["TEMPORARY"])


def _number(name: str, **options: Any) -> Column[Any]:
    return Column(name, Integer, autoincrement=False, **options)


remark = _temporary("remark", _number("id", primary_key=True), Column("text", Text), Column("clear", Text))
"""What a finding says, and the command that clears it; NULL where that is told by use."""

on_credit = _temporary(
    "on_credit", _number("credit_id", primary_key=True), _number("rank", primary_key=True), _number("remark_id")
)
"""A finding on every use with this credit."""

on_use = _temporary("on_use", _number("rank"), _number("use_id"), _number("remark_id"))
"""A finding on one use."""

shared = _temporary("shared", _number("caption_id", primary_key=True))
"""Captions that may be credited in several ways."""

kind = _temporary(
    "kind", _number("supplier_id"), Column("qualifiers", Text), Column("licensed", Boolean), _number("group_id")
)
"""Of which group all credits are that have one supplier, the same qualifiers, and a license or none."""

member = _temporary("member", _number("credit_id", primary_key=True), _number("group_id"))
"""Credits that all agreements treat alike: one supplier, the same excluded collections."""

single_group = _temporary("single_group", _number("supplier_id", primary_key=True), _number("group_id"))
"""Suppliers whose credits are all of one group: their uses are found without looking at credits."""

own = _temporary("own", _number("group_id"), Column("publication", Text))
"""Publications in which a group's uses need no agreement."""

coverage = _temporary(
    "coverage",
    _number("group_id"),
    Column("first", Date),
    Column("last", Date),
    Column("undated", Boolean),
    _number("agreement_id"),
    _number("rank"),
    _number("remark_id"),
)
"""What the agreements say of a group from a first to a last day, or of its uses without a day."""

period = _temporary(
    "period",
    _number("id", primary_key=True),
    _number("agreement_id"),
    Column("first", Date),
    Column("last", Date),
    _number("before"),
    _number("beyond"),
    _number("mark"),
    _number("remark_id"),
)
"""Days whose uses are numbered from ``before`` + 1: those ``beyond`` a quota are told, or the one on the ``mark``."""

reach = _temporary(
    "reach",
    _number("period_id"),
    _number("group_id"),
    _number("supplier_id"),
    Column("first", Date),
    Column("last", Date),
)
"""Where the uses of a period are looked for: a group, whose uses have one supplier, from a first to a last day."""

suppression = _temporary(
    "suppression",
    Column("why", Text),
    _number("rank"),
    _number("supplier_id"),
    _number("credit_id"),
    _number("article_id"),
    _number("caption_id"),
)
"""What waivers and a baseline set aside: ANY where they set no limit, NONE for a use without credit or caption."""

article_order = _temporary("article_order", _number("article_id", primary_key=True), _number("place"))

found = _temporary(
    "found",
    _number("rank"),
    _number("use_id"),
    _number("article_id"),
    _number("position"),
    _number("remark_id"),
    _number("number"),
    Column("suppressed_by", Text),
)
"""Findings as the steps make them; ``aside`` tells what sets one aside: waiver or baseline."""

listed = _temporary(
    "listed",
    # Given by the database, in the order in which rows come: quicker than to number them in the statement.
    Column("n", Integer, primary_key=True),
    _number("use_id"),
    _number("remark_id"),
    _number("number"),
)
"""The findings that are reported, in the report's order."""

ANY, NONE = 0, -1


def create(connection: Connection) -> None:
    """Make the working tables, empty, on this connection."""
    if connection.dialect.name == "sqlite":  # SQLite only
        # KiB: what does not fit goes to a file, so that memory stays bounded.
        connection.exec_driver_sql("PRAGMA temp.cache_size=-65536")
    for table in _METADATA.sorted_tables:
        connection.execute(CreateTable(table))
    for index in (
        Index("audit_kind_of", kind.c.supplier_id, kind.c.qualifiers),
        Index("audit_coverage_of", coverage.c.group_id, coverage.c.undated, coverage.c.first),
        Index("audit_period_of", period.c.agreement_id, period.c.first),
        Index("audit_own_of", own.c.group_id, own.c.publication),
        Index("audit_suppression_of", *suppression.c),
    ):
        index.create(connection)
