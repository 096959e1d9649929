"""Group the reported findings by the fact that decides them, in the store: a million findings need no memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
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

Decides = Literal["line", "supplier", "article", "command", "period", "message", "use"]
"""What decides the findings of a code, if they have it; see :func:`_kinds`."""
LOOSE, LINE, SUPPLIER, ARTICLE, COMMAND, MESSAGE, USE = range(7)
"""The kinds of facts: the command of findings without a use, a credit line, a supplier, an article, a command, a text,
a use."""
PARTS = 10_000
"""Amounts are stored in ten-thousandths, because databases add whole numbers exactly."""
_PAGE = 500


class LooseFinding(NamedTuple):
    """A finding without a use: the rank of its code, its supplier's number if it has one, its command and its data."""

    rank: int
    supplier_id: int | None
    command: str
    finding: str


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
    examples: tuple[tuple[int, ReportedFinding | str], ...]
    """The first findings, each with the rank of its code; the data of a finding without a use."""


class Grouping:
    """The decisions of an audit; create it after the findings are listed."""

    def __init__(
        self,
        connection: Connection,
        decides: Mapping[int, Decides],
        severities: Mapping[int, int],
        can_be_typed: Callable[[str], bool],
    ) -> None:
        """Accept what decides the codes and how severe they are, by rank, and whether a command can name a line."""
        self._connection, self._decides, self._severities = connection, decides, severities
        self._can_be_typed = can_be_typed
        self._loose = 0

    def add_loose(self, findings: Iterator[LooseFinding]) -> None:
        """Add the findings without a use, in report order."""
        while page := list(islice(findings, 5_000)):
            rows = [{"id": n, **row._asdict()} for n, row in enumerate(page, self._loose + 1)]
            self._loose += len(rows)
            self._connection.execute(insert(t.loose), rows)

    def group(self, prices: Mapping[int, tuple[str, int]], priced: Sequence[int]) -> int:
        """Group the findings; return the number of decisions.

        ``prices`` are currency and amount by group of credits; ``priced`` the ranks of codes whose uses cost money.
        """
        self._put_same_lines()
        self._put_same_remarks()
        self._put_causes()
        self._count()
        self._put_money(prices, priced)
        return self._sort()

    def rows(self, examples: int) -> Iterator[DecisionRow]:
        """Yield the decisions in report order, each with its first findings."""
        decision, order = t.decision.c, t.decision_order.c
        statement = (
            select(
                *(decision.id, decision.rank, decision.kind, decision.findings, decision.uses, decision.articles),
                *(decision.undated, decision.first, decision.last),
            )
            .select_from(t.decision_order.join(t.decision, decision.id == order.decision_id))
            .order_by(order.place)
        )
        place, at = 0, 1
        while page := self._connection.execute(statement.where(order.place.between(place + 1, place + _PAGE))).all():
            place += _PAGE
            costs = self._costs([row.id for row in page])
            starts = []
            for row in page:
                starts.append(at)
                at += row.findings
            found = self._at([s + n for s, row in zip(starts, page, strict=True) for n in range(min(examples, row[3]))])
            for start, row in zip(starts, page, strict=True):
                own = tuple(found[start + n] for n in range(min(examples, row.findings)))
                yield DecisionRow(*row, costs.get(row.id, ()), own)

    def findings(self, first: int, last: int) -> Iterator[tuple[int, ReportedFinding | str]]:
        """Yield the findings by decision, from one place to another, inclusive, each with the rank of its code."""
        for start in range(first, last + 1, _PAGE):
            found = self._at(range(start, min(start + _PAGE - 1, last) + 1))
            yield from (found[at] for at in sorted(found))

    def use_ids(self, decision_id: int) -> list[int]:
        """Return the uses of a decision, by number."""
        cause, decision = t.cause.c, t.decision.c
        rows = self._connection.execute(
            select(cause.use_id)
            .distinct()
            .select_from(t.decision.join(t.cause, _same_fact()))
            .where(decision.id == decision_id)
        )
        return sorted(rows.scalars())

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
        used = select(t.listed.c.remark_id).where(t.listed.c.rank.in_(ranks))
        remark = t.remark.c
        same = func.coalesce(remark.clear, remark.text)
        rows = select(remark.id, func.min(remark.id).over(partition_by=same)).where(remark.id.in_(used))
        self._connection.execute(insert(t.same_remark).from_select(["remark_id", "first_id"], rows))

    def _put_causes(self) -> None:
        """Note what decides each finding."""
        use, listed, remark, loose = m.use.c, t.listed.c, t.remark.c, t.loose.c
        facts = self._facts()
        rows = select(
            *(listed.n, listed.rank, *facts, use.id, use.article_id, use.credit_id, use.used_on),
        ).select_from(
            t.listed.join(m.use, use.id == listed.use_id)
            .join(t.remark, remark.id == listed.remark_id)
            .outerjoin(t.same_line, t.same_line.c.credit_id == use.credit_id)
            .outerjoin(t.same_remark, t.same_remark.c.remark_id == listed.remark_id)
        )
        columns = list(t.cause.c.keys())
        self._connection.execute(insert(t.cause).from_select(columns, rows))
        alike = func.min(loose.id).over(partition_by=[loose.rank, loose.command])
        of_supplier = loose.supplier_id.is_not(None)
        unattached = select(
            -loose.id,
            loose.rank,
            case((of_supplier, SUPPLIER), else_=LOOSE),
            case((of_supplier, loose.supplier_id), else_=alike),
            *(cast(null(), Integer) for _ in range(3)),
            cast(null(), Date),
        )
        self._connection.execute(insert(t.cause).from_select(columns, unattached))

    def _facts(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Return the expressions for the kind and the number of the fact that decides a finding."""
        use, own = m.use.c, t.remark.c.clear.is_not(None)
        line_id = func.coalesce(t.same_line.c.line_id, use.credit_id)
        number = {LINE: line_id, SUPPLIER: use.supplier_id, ARTICLE: use.article_id, USE: use.id}
        first = func.coalesce(t.same_remark.c.first_id, t.listed.c.remark_id)
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
                whens += [(and_(t.listed.c.rank.in_(ranks), condition), kind) for condition, kind in conditions]
        facts = case(*((condition, number[kind]) for condition, kind in whens))
        return case(*((condition, literal(kind)) for condition, kind in whens)), facts

    def _count(self) -> None:
        cause = t.cause.c
        rows = select(
            *(cause.rank, cause.kind, cause.fact, func.count(), func.count(cause.use_id.distinct())),
            func.count(cause.article_id.distinct()),
            func.count(cause.use_id) - func.count(cause.used_on),
            *(func.min(cause.used_on), func.max(cause.used_on), func.min(cause.n)),
        ).group_by(cause.rank, cause.kind, cause.fact)
        names = ["rank", "kind", "fact", "findings", "uses", "articles", "undated", "first", "last", "at"]
        self._connection.execute(insert(t.decision).from_select(names, rows))

    def _put_money(self, prices: Mapping[int, tuple[str, int]], priced: Sequence[int]) -> None:
        if prices:
            rows = [
                {"group_id": group, "currency": currency, "amount": amount}
                for group, (currency, amount) in prices.items()
            ]
            self._connection.execute(insert(t.price), rows)
        cause, decision, price = t.cause.c, t.decision.c, t.price.c
        costs = (
            select(decision.id, price.currency, func.count(), func.coalesce(func.sum(price.amount), 0))
            .select_from(
                t.cause.join(t.decision, _same_fact())
                .outerjoin(t.member, t.member.c.credit_id == cause.credit_id)
                .outerjoin(t.price, price.group_id == t.member.c.group_id)
            )
            .where(cause.rank.in_(priced), cause.use_id.is_not(None))
            .group_by(decision.id, price.currency)
        )
        self._connection.execute(insert(t.decision_money).from_select(list(t.decision_money.c.keys()), costs))

    def _sort(self) -> int:
        """Sort the decisions: errors first, then known money, then unknown money, then the number of findings."""
        decision, money, cause = t.decision.c, t.decision_money.c, t.cause.c
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
            *(decision.rank, *_in_order(decision.at)),
        )
        rows = (
            select(decision.id)
            .select_from(t.decision.outerjoin(total, total.c.decision_id == decision.id))
            .order_by(*by)
        )
        self._connection.execute(insert(t.decision_order).from_select(["decision_id"], rows))
        place = t.decision_order.c.place
        findings = (
            select(cause.n)
            .select_from(
                t.cause.join(t.decision, _same_fact()).join(
                    t.decision_order, t.decision_order.c.decision_id == decision.id
                )
            )
            .order_by(place, *_in_order(cause.n))
        )
        self._connection.execute(insert(t.decided).from_select(["n"], findings))
        return self._connection.execute(select(func.count()).select_from(t.decision)).scalar_one()

    def _costs(self, ids: Sequence[int]) -> dict[int, tuple[tuple[str | None, int, int], ...]]:
        money = t.decision_money.c
        rows = self._connection.execute(
            select(money.decision_id, money.currency, money.uses, money.amount).where(money.decision_id.in_(ids))
        )
        costs: dict[int, tuple[tuple[str | None, int, int], ...]] = {}
        for decision_id, currency, uses, amount in sorted(rows, key=lambda row: (row[0], row[1] or "")):
            costs[decision_id] = (*costs.get(decision_id, ()), (currency, uses, int(amount)))
        return costs

    def _at(self, places: Sequence[int]) -> dict[int, tuple[int, ReportedFinding | str]]:
        """Return the findings at some places among those by decision."""
        decided, loose = t.decided.c, t.loose.c
        numbers: dict[int, int] = {}
        for start in range(0, len(places), 900):
            chosen = select(decided.at, decided.n).where(decided.at.in_(places[start : start + 900]))
            numbers.update((at, n) for at, n in self._connection.execute(chosen))
        attached = listing.listed_at(self._connection, sorted(n for n in numbers.values() if n > 0))
        found: dict[int, tuple[int, ReportedFinding | str]] = {**attached}
        ids = sorted(-n for n in numbers.values() if n < 0)
        for start in range(0, len(ids), 900):
            rows = select(loose.id, loose.rank, loose.finding).where(loose.id.in_(ids[start : start + 900]))
            found.update((-row_id, (rank, text)) for row_id, rank, text in self._connection.execute(rows))
        return {at: found[n] for at, n in numbers.items()}


def _same_fact() -> ColumnElement[bool]:
    cause, decision = t.cause.c, t.decision.c
    return (decision.rank == cause.rank) & (decision.kind == cause.kind) & (decision.fact == cause.fact)


def _in_order(n: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return what sorts findings as the report does: those without a use first."""
    return case((n < 0, 0), else_=1), func.abs(n)
