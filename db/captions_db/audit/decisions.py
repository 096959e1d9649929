"""Group the reported findings by the fact that decides them, in the store: a million findings need no memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import date
from itertools import islice
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Table,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
)

from captions_db import models as m
from captions_db.audit import listing
from captions_db.audit import work_tables as t
from captions_db.audit.listing import ReportedFinding
from captions_db.bulk import in_chunks

Decides = Literal["line", "supplier", "article", "command", "period", "message", "use"]
"""What decides the findings of a code, if they have it; see :func:`_kinds`."""
LOOSE, LINE, SUPPLIER, ARTICLE, COMMAND, MESSAGE, USE = range(7)
"""The kinds of facts: the command of findings without a use, a credit line, a supplier, an article, a command, a text,
a use."""
PARTS = 10_000
"""Amounts are stored in ten-thousandths, because databases add whole numbers exactly."""
_PAGE = 500
Prices = Mapping[int, tuple[str, int]]


class LooseFinding(NamedTuple):
    """A finding without a use: the rank of its code, the number of its supplier if that is an agency, and its texts."""

    rank: int
    supplier_id: int | None
    message: str
    source: str
    command: str
    grade: str | None
    about: str


class DecisionRow(NamedTuple):
    """The findings of a code that one decision settles."""

    id: int
    rank: int
    kind: int
    findings: int
    uses: int
    articles: int
    undated: int
    """Findings on uses without a day."""
    first: date | None
    last: date | None
    costs: tuple[tuple[str | None, int, int], ...]
    """Currency, uses and amount, by currency; the currency of an unknown amount is None."""
    examples: tuple[tuple[int, ReportedFinding | LooseFinding], ...]
    """The first findings, each with the rank of its code."""


class Grouping:
    """The decisions of an audit; create it after all findings are found."""

    def __init__(
        self,
        connection: Connection,
        decides: Mapping[int, Decides],
        severities: Mapping[int, int],
        can_be_typed: Callable[[str], bool],
        chosen: ColumnElement[bool],
    ) -> None:
        """Accept what decides the codes and how severe they are, by rank, and whether a command can name a line.

        ``chosen`` is the condition on the findings that the audit reports.
        """
        self._connection, self._decides, self._severities = connection, decides, severities
        self._chosen = chosen
        self._can_be_typed = can_be_typed
        self._loose = 0

    def add_loose(self, findings: Iterator[LooseFinding]) -> None:
        """Add the findings without a use, in report order."""
        while page := list(islice(findings, 5_000)):
            rows = [{"id": n, **row._asdict()} for n, row in enumerate(page, self._loose + 1)]
            self._loose += len(rows)
            self._connection.execute(insert(t.loose), rows)

    def group(self, prices: Prices, quota_prices: Prices, priced: Set[int]) -> int:
        """Group the findings; return the number of decisions.

        ``prices`` are currency and amount by group of credits, ``quota_prices`` by agreement whose quota is exceeded;
        ``priced`` the ranks of codes whose uses cost money.
        """
        self._put_same_lines()
        self._put_same_remarks()
        self._put_causes()
        count = self._put_decisions()
        self._put_prices(t.price, prices)
        self._put_prices(t.agreement_price, quota_prices)
        self._put_money(priced)
        self._sort()
        return count

    def rows(self, examples: int) -> Iterator[DecisionRow]:
        """Yield the decisions in report order, each with its first findings."""
        decision, order = t.decision.c, t.decision_order.c
        fields = ("id", "rank", "kind", "findings", "uses", "articles", "undated", "first", "last")
        statement = (
            select(*(decision[name] for name in fields), decision.at)
            .select_from(t.decision_order.join(t.decision, decision.id == order.decision_id))
            .order_by(order.place)
        )
        place = 0
        while page := self._connection.execute(statement.where(order.place.between(place + 1, place + _PAGE))).all():
            place += _PAGE
            found = self._at([row.at + n for row in page for n in range(min(examples, row.findings))])
            costs = self._costs([row.id for row in page])
            for *values, at in page:
                own = tuple(found[at + n] for n in range(min(examples, values[3])))
                yield DecisionRow._make((*values, costs.get(values[0], ()), own))

    def use_ids(self, decisions: Sequence[int]) -> dict[int, list[int]]:
        """Return the uses of some decisions, in order, by the number of the decision."""
        cause, decision = t.cause.c, t.decision.c
        within = cause.at.between(decision.at, decision.at + decision.findings - 1)
        of_use = select(decision.id, cause.use_id).distinct().select_from(t.decision.join(t.cause, within))
        found: dict[int, list[int]] = {}
        for chunk in in_chunks(decisions):
            rows = of_use.where(decision.id.in_(chunk), cause.use_id.is_not(None)).order_by(cause.use_id)
            for decision_id, use_id in self._connection.execute(rows):
                found.setdefault(decision_id, []).append(use_id)
        return found

    def _put_same_lines(self) -> None:
        """Note which credits share a line, and whose line no command can name."""
        credit, line_id = m.credit.c, func.min(m.credit.c.id).label("line_id")
        shared = select(credit.line, line_id).group_by(credit.line).having(func.count() > 1).subquery()
        rows = select(credit.id, shared.c.line_id).select_from(m.credit.join(shared, shared.c.line == credit.line))
        self._connection.execute(insert(t.same_line).from_select(["credit_id", "line_id"], rows))
        lines = self._connection.execute(select(credit.id, credit.line).execution_options(yield_per=5_000))
        odd = [row_id for row_id, line in lines if not self._can_be_typed(line)]
        for start in range(0, len(odd), 500):
            some = odd[start : start + 500]
            self._connection.execute(t.same_line.delete().where(t.same_line.c.credit_id.in_(some)))
            self._connection.execute(insert(t.same_line), [{"credit_id": n, "line_id": t.NONE} for n in some])

    def _put_same_remarks(self) -> None:
        """Note the first of the remarks that one decision settles: with one command, else with one text."""
        ranks = [rank for rank, what in self._decides.items() if what in ("command", "period", "message")]
        used = select(t.found.c.remark_id).where(t.found.c.rank.in_(ranks), self._chosen)
        remark = t.remark.c
        same = func.coalesce(remark.clear, remark.text)
        rows = select(remark.id, func.min(remark.id).over(partition_by=same)).where(remark.id.in_(used))
        self._connection.execute(insert(t.same_remark).from_select(["remark_id", "first_id"], rows))

    def _put_causes(self) -> None:
        """Note what decides each finding, sorted by decision, then in report order, those without a use first."""
        found, remark, loose = t.found.c, t.remark.c, t.loose.c
        attached = (
            select(*(found.rank, *self._facts(), t.article_order.c.place, found.position, found.remark_id))
            .add_columns(found.number, found.use_id, found.article_id, found.credit_id, found.used_on)
            .select_from(
                t.found.join(t.article_order, t.article_order.c.article_id == found.article_id)
                .join(t.remark, remark.id == found.remark_id)
                .outerjoin(t.same_line, t.same_line.c.credit_id == found.credit_id)
                .outerjoin(t.same_remark, t.same_remark.c.remark_id == found.remark_id)
            )
            .where(self._chosen)
        )
        alike = func.min(loose.id).over(partition_by=[loose.rank, loose.command])
        of_supplier = loose.supplier_id.is_not(None)
        unattached = select(
            loose.rank,
            case((of_supplier, SUPPLIER), else_=LOOSE),
            case((of_supplier, loose.supplier_id), else_=alike),
            literal(0),
            loose.id,
            *(cast(null(), Integer) for _ in range(5)),
            cast(null(), Date),
        )
        names = [column.name for column in t.cause.c if column.name != "at"]
        rows = attached.union_all(unattached).subquery().c
        by = range(names.index("remark_id") + 1)
        in_order = select(*rows).order_by(*(rows[n] for n in by))
        self._connection.execute(insert(t.cause).from_select(names, in_order))

    def _facts(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Return the expressions for the kind and the number of the fact that decides a finding."""
        use, own = t.found.c, t.remark.c.clear.is_not(None)
        line_id = func.coalesce(t.same_line.c.line_id, use.credit_id)
        number = {LINE: line_id, SUPPLIER: use.supplier_id, ARTICLE: use.article_id, USE: use.use_id}
        first = func.coalesce(t.same_remark.c.first_id, t.found.c.remark_id)
        number |= {COMMAND: first, MESSAGE: first}
        by_line = [(use.credit_id.is_(None), ARTICLE), (line_id == t.NONE, USE), (literal(True), LINE)]
        always: dict[Decides, list[tuple[ColumnElement[bool], int]]] = {
            "line": [(own, USE), *by_line],
            "supplier": [(own, USE), (use.supplier_id.is_not(None), SUPPLIER), *by_line],
            "article": [(own, USE), (literal(True), ARTICLE)],
            "command": [(own, COMMAND), *by_line],
            "period": [(own, COMMAND), (use.used_on.is_(None), ARTICLE), *by_line],
            "message": [(own, USE), (literal(True), MESSAGE)],
            "use": [(literal(True), USE)],
        }
        whens = []
        for what, conditions in always.items():
            ranks = [rank for rank, by in self._decides.items() if by == what]
            if ranks:
                whens += [(and_(t.found.c.rank.in_(ranks), condition), kind) for condition, kind in conditions]
        facts = case(*((condition, number[kind]) for condition, kind in whens))
        return case(*((condition, literal(kind)) for condition, kind in whens)), facts

    def _put_decisions(self) -> int:
        """Count the findings, uses and articles of each decision; return the number of decisions."""
        cause = t.cause.c
        fact = (cause.rank, cause.kind, cause.fact)
        counts = (
            *(func.count(), func.count(cause.use_id.distinct()), func.count(cause.article_id.distinct())),
            func.count(cause.use_id) - func.count(cause.used_on),
        )
        at = func.min(cause.at)
        rows = select(*fact, *counts, func.min(cause.used_on), func.max(cause.used_on), at).group_by(*fact).order_by(at)
        names = ["rank", "kind", "fact", "findings", "uses", "articles", "undated", "first", "last", "at"]
        self._connection.execute(insert(t.decision).from_select(names, rows))
        return self._connection.execute(select(func.count()).select_from(t.decision)).scalar_one()

    def _put_prices(self, table: Table, prices: Prices) -> None:
        key = table.c.keys()[0]
        if rows := [{key: number, "currency": name, "amount": amount} for number, (name, amount) in prices.items()]:
            self._connection.execute(insert(table), rows)

    def _put_money(self, priced: Set[int]) -> None:
        cause, decision, price, own = t.cause.c, t.decision.c, t.price.c, t.agreement_price.c
        fact = (cause.rank, cause.kind, cause.fact)
        currency = func.coalesce(own.currency, price.currency)
        amount = func.coalesce(func.sum(func.coalesce(own.amount, price.amount)), 0)
        # Grouped before it is joined: there are far fewer decisions than findings.
        costs = (
            select(*fact, currency.label("currency"), func.count().label("uses"), amount.label("amount"))
            .select_from(
                t.cause.outerjoin(t.member, t.member.c.credit_id == cause.credit_id)
                .outerjoin(t.price, price.group_id == t.member.c.group_id)
                .outerjoin(t.period, t.period.c.id == cause.remark_id)
                .outerjoin(t.agreement_price, own.agreement_id == t.period.c.agreement_id)
            )
            .where(cause.rank.in_(sorted(priced)), cause.use_id.is_not(None))
            .group_by(*fact, currency)
            .subquery()
        )
        same = [decision[name] == costs.c[name] for name in ("rank", "kind", "fact")]
        rows_ = select(decision.id, costs.c.currency, costs.c.uses, costs.c.amount).join_from(
            costs, t.decision, and_(*same)
        )
        self._connection.execute(insert(t.decision_money).from_select([*t.decision_money.c.keys()], rows_))

    def _sort(self) -> None:
        """Sort the decisions: errors first, then known money, then unknown money, then the number of findings."""
        decision, money, first = t.decision.c, t.decision_money.c, t.cause.c
        known = case((money.currency.is_not(None), money.amount))
        total = (
            select(money.decision_id, func.sum(known).label("known"), func.count().label("some"))
            .group_by(money.decision_id)
            .subquery()
        )
        severity = case(*((decision.rank == rank, level) for rank, level in self._severities.items()), else_=0)
        by = (
            severity,
            func.coalesce(total.c.known, 0).desc(),
            func.coalesce(total.c.some, 0).desc(),
            decision.findings.desc(),
            *(decision.rank, first.place, first.position, first.remark_id),
        )
        rows = (
            select(decision.id)
            .select_from(
                t.decision.join(t.cause, first.at == decision.at).outerjoin(total, total.c.decision_id == decision.id)
            )
            .order_by(*by)
        )
        self._connection.execute(insert(t.decision_order).from_select(["decision_id"], rows))

    def _costs(self, ids: Sequence[int]) -> dict[int, tuple[tuple[str | None, int, int], ...]]:
        money = t.decision_money.c
        rows = self._connection.execute(
            select(money.decision_id, money.currency, money.uses, money.amount).where(money.decision_id.in_(ids))
        )
        costs: dict[int, tuple[tuple[str | None, int, int], ...]] = {}
        for decision_id, currency, uses, amount in sorted(rows, key=lambda row: (row[0], row[1] or "")):
            costs[decision_id] = (*costs.get(decision_id, ()), (currency, uses, int(amount)))
        return costs

    def _at(self, places: Sequence[int]) -> dict[int, tuple[int, ReportedFinding | LooseFinding]]:
        """Return the findings at some places among those by decision."""
        cause, loose = t.cause.c, t.loose.c
        found: dict[int, tuple[int, ReportedFinding | LooseFinding]] = {**listing.decided_at(self._connection, places)}
        without_use = t.cause.join(t.loose, (loose.id == cause.position) & cause.use_id.is_(None))
        rows = select(cause.at, *(loose[name] for name in LooseFinding._fields)).select_from(without_use)
        for chunk in in_chunks([at for at in places if at not in found]):
            for at, *fields in self._connection.execute(rows.where(cause.at.in_(chunk))):
                found[at] = (fields[0], LooseFinding._make(fields))
        return found
