"""The temporary tables of an audit, dropped when its connection closes.

Verdicts are few and findings many: a finding has ids and one number, and its text is stored once, in ``remark``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Date, Index, Integer, MetaData, Table, Text
from sqlalchemy.schema import CreateTable

from captions_db.models import stored_decision

_METADATA = MetaData()


def _temporary(name: str, *columns: Column[Any] | Index) -> Table:
    # With rowids, because SQLite inserts into a table without them more slowly.
    return Table(f"audit_{name}", _METADATA, *columns, prefixes=["TEMPORARY"])


def _number(name: str, **options: Any) -> Column[Any]:
    return Column(name, Integer, autoincrement=False, **options)


remark = _temporary("remark", _number("id", primary_key=True), Column("text", Text), Column("clear", Text))
"""The text of a finding and the command that clears it; NULL if the command depends on the use."""

on_credit = _temporary(
    "on_credit", _number("credit_id", primary_key=True), _number("rank", primary_key=True), _number("remark_id")
)
"""A finding on every use with this credit."""

on_use = _temporary("on_use", _number("rank"), _number("use_id"), _number("remark_id"))
"""A finding on one use."""

shared = _temporary("shared", _number("caption_id", primary_key=True))
"""Captions that may have several credits."""

kind = _temporary(
    "kind", _number("supplier_id"), Column("qualifiers", Text), Column("license", Text), _number("group_id")
)
"""The group of all credits with one supplier, the same qualifiers and the same public license, ``""`` without one."""

member = _temporary("member", _number("credit_id", primary_key=True), _number("group_id"))
"""Credits that all agreements treat alike: one supplier or freelancer, the same excluded collections."""

single_group = _temporary("single_group", _number("supplier_id", primary_key=True), _number("group_id"))
"""Suppliers whose credits are all in one group: their uses are found without reading credits."""

own = _temporary("own", _number("group_id"), Column("publication", Text))
"""Publications in which a group's uses need no agreement."""

coverage = _temporary(
    "coverage",
    _number("group_id"),
    Column("first", Date),
    Column("last", Date),
    Column("within", Text),
    _number("agreement_id"),
    _number("rank"),
    _number("remark_id"),
)
"""The verdict on a group from a first to a last day, or on its uses without a day: ``within`` is NULL for days, else
the month or year of publication, ``""`` if not even that is known."""

license_use = _temporary("license_use", _number("license_id"), _number("use_id"))
"""The uses of each licensed picture."""

licensed = _temporary("licensed", _number("use_id", primary_key=True), _number("license_id"))
"""Uses that a license covers, so that they need no agreement, with the first license that does."""

ended = _temporary("ended", _number("use_id"), _number("remark_id"), Column("after", Boolean))
"""Uses of pictures whose license has ended; those on a day ``after`` its end may be covered by an agreement."""

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
"""Days whose uses are numbered from ``before`` + 1: those ``beyond`` a quota are reported, or the use at the ``mark``.
"""

reach = _temporary(
    "reach",
    _number("period_id"),
    _number("group_id"),
    _number("supplier_id"),
    Column("first", Date),
    Column("last", Date),
)
"""Where to find the uses of a period: a group, its supplier, and a first and last day."""

suppression = _temporary(
    "suppression",
    Column("why", Text),
    _number("rank"),
    _number("supplier_id"),
    _number("credit_id"),
    _number("article_id"),
    _number("caption_id"),
)
"""Limits of waivers and a baseline: ANY without a limit, NONE for uses without a credit or caption."""

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
    _number("credit_id"),
    _number("supplier_id"),
    Column("used_on", Date),
)
"""All findings; ``suppressed_by`` is waiver, baseline or NULL. The credit, supplier and day of the use are repeated,
because looking up a million uses takes longer."""

listed = _temporary(
    "listed",
    # The database numbers rows as they are inserted, faster than a window function would.
    Column("n", Integer, primary_key=True),
    _number("rank"),
    _number("use_id"),
    _number("remark_id"),
    _number("number"),
)
"""The reported findings, in report order."""

loose = _temporary(
    "loose",
    _number("id", primary_key=True),
    _number("rank"),
    _number("supplier_id"),
    Column("message", Text),
    Column("source", Text),
    Column("command", Text),
    Column("grade", Text),
    Column("about", Text),
)
"""The reported findings that belong to no use, in report order."""

same_line = _temporary("same_line", _number("credit_id", primary_key=True), _number("line_id"))
"""Credits with one line: the first of them, NONE if a command cannot name the line. Other credits are missing."""

same_remark = _temporary("same_remark", _number("remark_id", primary_key=True), _number("first_id"))
"""The first of the remarks with one command, or with one text if they have no command."""

cause = _temporary(
    "cause",
    Column("at", Integer, primary_key=True),
    _number("rank"),
    _number("kind"),
    _number("fact"),
    _number("place"),
    _number("position"),
    _number("remark_id"),
    _number("number"),
    _number("use_id"),
    _number("article_id"),
    _number("credit_id"),
    Column("used_on", Date),
)
"""What decides each reported finding, sorted by it. A finding without a use has place 0, and as its position the id in
``loose``."""

decision = _temporary(
    "decision",
    Column("id", Integer, primary_key=True),
    _number("rank"),
    _number("kind"),
    _number("fact"),
    _number("findings"),
    _number("uses"),
    _number("articles"),
    _number("undated"),
    Column("first", Date),
    Column("last", Date),
    _number("at"),
)
"""The findings of a code that one decision settles: those in ``cause`` from ``at``."""

price = _temporary(
    "price", _number("group_id", primary_key=True), Column("currency", Text), Column("amount", BigInteger)
)
"""The price of a use of each group of credits, in ten-thousandths of its currency; missing if unknown."""

agreement_price = _temporary(
    "agreement_price", _number("agreement_id", primary_key=True), Column("currency", Text), Column("amount", BigInteger)
)
"""The price of a use under each agreement with a quota: what a use beyond it costs. Missing if unknown."""

decision_money = _temporary(
    "decision_money", _number("decision_id"), Column("currency", Text), _number("uses"), Column("amount", BigInteger)
)
"""The uses of a decision that no agreement covers, with their cost; no currency if it is unknown."""

decision_order = _temporary("decision_order", Column("place", Integer, primary_key=True), _number("decision_id"))
"""The decisions in report order."""

outcome = _temporary(
    "outcome", *(Column(c.name, c.type) for c in stored_decision.c if c.name not in ("id", "audit_id"))
)
"""The decisions in report order, as they are stored."""

ANY, NONE = 0, -1


def create(connection: Connection) -> None:
    """Create the empty temporary tables on this connection."""
    if connection.dialect.name == "sqlite":  # SQLite only
        # KiB: the rest goes to a file, so that memory stays bounded.
        connection.exec_driver_sql("PRAGMA temp.cache_size=-65536")
    for table in _METADATA.sorted_tables:
        connection.execute(CreateTable(table))
    for index in (
        Index("audit_kind_of", kind.c.supplier_id, kind.c.qualifiers),
        Index("audit_coverage_of", coverage.c.group_id, coverage.c.within, coverage.c.first),
        Index("audit_license_use_of", license_use.c.use_id, license_use.c.license_id),
        Index("audit_period_of", period.c.agreement_id, period.c.first),
        Index("audit_own_of", own.c.group_id, own.c.publication),
        Index("audit_suppression_of", *suppression.c),
        Index("audit_decision_of", decision.c.rank, decision.c.kind, decision.c.fact),
        Index("audit_decision_at", decision.c.at),
        Index("audit_decision_order_of", decision_order.c.decision_id),
        Index("audit_decision_money_of", decision_money.c.decision_id),
    ):
        index.create(connection)
