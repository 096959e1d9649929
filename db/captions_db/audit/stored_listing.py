"""Read stored findings without another audit: by decision in report order, or one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, exists, func, or_, select

from captions_db import models as m
from captions_db import settling
from captions_db.meanwhile import DECIDED
from captions_db.rows import record_of
from captions_db.search import name_key


@dataclass(frozen=True, slots=True)
class StoredAudit:
    """An audit whose findings are stored; ``question`` is the JSON with which it was stored."""

    id: int
    question: str
    audited: datetime
    version: str
    findings: int
    decisions: int


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """What one decision settles; see ``captions_db.models.stored_audits``."""

    id: int
    place: int
    key: str
    code: str
    severity: str
    message: str
    about: str
    supplier: str | None
    command: str
    cost: str
    costs: str
    unpriced: int
    findings: int
    uses: int
    articles: int
    example: str
    example_use: int | None
    open: int
    """The number of its findings that nothing settles on the day for which it was read."""
    settled_until: date | None
    outdated_since: datetime | None
    outdated_by: str | None


class StoredFinding(NamedTuple):
    """An open finding, and what its decision says about it."""

    id: int
    use_id: int | None
    source: str
    message: str
    key: str
    code: str
    severity: str
    command: str
    about: str


@dataclass(frozen=True, slots=True)
class StoredFilter:
    """Which stored findings to list; None and an empty set list all."""

    codes: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    supplier: str | None = None
    publication: str | None = None
    since: date | None = None
    until: date | None = None

    def of_decision(self) -> list[ColumnElement[bool]]:
        """Return the conditions on decisions."""
        decision = m.stored_decision.c
        found: list[ColumnElement[bool]] = []
        if self.codes:
            found.append(decision.code.in_(sorted(self.codes)))
        if self.severities:
            found.append(decision.severity.in_(sorted(self.severities)))
        return found

    def of_finding(self, connection: Connection) -> ColumnElement[bool] | None:
        """Return the condition on findings, with uses or without; None if the filter needs none."""
        days = (self.publication, self.since, self.until)
        if self.supplier is None and days == (None, None, None):
            return None
        use, finding = m.use.c, m.stored_finding.c
        on_use, alone = [use.id == finding.use_id], [finding.use_id.is_(None)]
        if self.supplier is not None:
            key, party = name_key(self.supplier), m.party.c
            on_use.append(use.supplier_id.in_(select(party.id).where(party.kind == "agency", party.name_key == key)))
            names = select(finding.supplier).where(finding.use_id.is_(None), finding.supplier.is_not(None)).distinct()
            alone.append(finding.supplier.in_([it for it in connection.scalars(names) if name_key(it) == key]))
        if days != (None, None, None):
            article = m.article.c
            of_article: list[ColumnElement[bool]] = []
            for table, found in ((use, on_use), (article, of_article)):
                day = use.used_on if table is use else article.published
                found += [table.publication == self.publication] if self.publication is not None else []
                found += [day >= self.since] if self.since is not None else []
                found += [day <= self.until] if self.until is not None else []
            alone.append(finding.source.in_(select(article.source).where(*of_article)))
        return or_(exists().where(*on_use), and_(*alone))


EVERYTHING = StoredFilter()


def audits(engine: Engine) -> list[StoredAudit]:
    """Return the stored audits, latest first."""
    column = m.stored_audit.c
    with engine.connect() as connection:
        rows = connection.execute(select(m.stored_audit).order_by(column.audited.desc(), column.id.desc()))
        return [record_of(StoredAudit, row) for row in rows]


def changes_since(engine: Engine, moment: datetime) -> tuple[int, int]:
    """Return how many ingests changed articles, and how many decisions were recorded or undone, since a moment."""
    run = m.ingest_run.c
    ingests = select(func.count()).where(
        func.coalesce(run.finished, run.started) >= moment, run.new + run.changed + run.failed > 0
    )
    with engine.connect() as connection:
        decisions = sum(
            connection.execute(
                select(func.count()).select_from(table).where((table.c.added >= moment) | (table.c.undone >= moment))
            ).scalar_one()
            for table in DECIDED
        )
        ended = select(func.count()).select_from(m.agreement).where(m.agreement.c.ended >= moment)
        decisions += connection.execute(ended).scalar_one()
        return connection.execute(ingests).scalar_one(), decisions


def decisions(
    engine: Engine,
    audit_id: int,
    which: StoredFilter = EVERYTHING,
    *,
    today: date,
    after: int = 0,
    skip: int = 0,
    limit: int = 50,
    settled: bool = False,
    certain: bool = False,
) -> list[StoredDecision]:
    """Return the decisions with open findings after a place in report order; with ``settled``, all of them.

    With ``certain``, leave out those whose findings a later decision may have changed.
    """
    decision, finding = m.stored_decision.c, m.stored_finding.c
    with engine.connect() as connection:
        where = _chosen(connection, audit_id, which, today, settled=settled)
        where.append(decision.place > after)
        if certain:
            unchanged = (finding.decision_id == decision.id, _is_open(today), finding.outdated_since.is_(None))
            where += [decision.outdated_since.is_(None), exists().where(*unchanged)]
        statement = _on(today).where(*where).order_by(decision.place).offset(skip).limit(limit)
        return [record_of(StoredDecision, row, open=row.open_now) for row in connection.execute(statement)]


def decision(engine: Engine, audit_id: int, key: str, *, today: date) -> StoredDecision | None:
    """Return a decision by its key, whether anything settles it or not."""
    column = m.stored_decision.c
    with engine.connect() as connection:
        row = connection.execute(_on(today).where(column.audit_id == audit_id, column.key == key)).first()
        return None if row is None else record_of(StoredDecision, row, open=row.open_now)


def _on(today: date) -> Select[Any]:
    return select(m.stored_decision, settling.open_on(today).label("open_now"))


def counts(engine: Engine, audit_id: int, which: StoredFilter = EVERYTHING, *, today: date) -> tuple[int, int]:
    """Return the number of decisions with open findings, and of these findings."""
    with engine.connect() as connection:
        where = _chosen(connection, audit_id, which, today)
        found = connection.execute(select(func.count(), func.sum(settling.open_on(today))).where(*where)).one()
    return found[0], int(found[1] or 0)


def totals(
    engine: Engine, audit_id: int, which: StoredFilter = EVERYTHING, *, today: date
) -> dict[tuple[str, str], int]:
    """Return the number of open findings by code and severity."""
    decision, finding = m.stored_decision.c, m.stored_finding.c
    by = (decision.code, decision.severity)
    with engine.connect() as connection:
        of_finding = which.of_finding(connection)
        if of_finding is None:
            where = _chosen(connection, audit_id, which, today)
            statement = select(*by, func.sum(settling.open_on(today))).where(*where)
        else:
            statement = (
                select(*by, func.count())
                .select_from(m.stored_decision.join(m.stored_finding, finding.decision_id == decision.id))
                .where(decision.audit_id == audit_id, *which.of_decision(), _is_open(today), of_finding)
            )
        rows = connection.execute(statement.group_by(*by).order_by(*by))
        return {(code, severity): int(count) for code, severity, count in rows}


def findings(
    engine: Engine,
    audit_id: int,
    which: StoredFilter = EVERYTHING,
    *,
    today: date,
    after: int = 0,
    limit: int = 50,
) -> list[StoredFinding]:
    """Return the open findings after one of them, by its number: by severity and code, then by decision."""
    decision, finding = m.stored_decision.c, m.stored_finding.c
    with engine.connect() as connection:
        of_finding = which.of_finding(connection)
        first, last = connection.execute(
            select(func.min(decision.id), func.max(decision.id)).where(decision.audit_id == audit_id)
        ).one()
        # The sum keeps SQLite from reading the findings by decision, and sorting all of them for each page.
        within = (finding.decision_id + 0).between(first or 0, last or 0)
        where = [within, finding.id > after, _is_open(today), *which.of_decision()]
        return _found(connection, where if of_finding is None else [*where, of_finding], limit)


def findings_of(engine: Engine, decision_id: int, *, today: date, limit: int) -> list[StoredFinding]:
    """Return the first open findings of a decision, without those on uses that are gone."""
    finding = m.stored_finding.c
    there = or_(finding.use_id.is_(None), exists().where(m.use.c.id == finding.use_id))
    with engine.connect() as connection:
        return _found(connection, [finding.decision_id == decision_id, _is_open(today), there], limit)


def worst_articles(
    engine: Engine, audit_id: int, which: StoredFilter, *, today: date, limit: int
) -> list[tuple[str, int]]:
    """Return the articles with most open findings on their uses, and the numbers of these."""
    decision, finding = m.stored_decision.c, m.stored_finding.c
    with engine.connect() as connection:
        of_finding = which.of_finding(connection)
        where = [decision.audit_id == audit_id, finding.use_id.is_not(None), _is_open(today), *which.of_decision()]
        rows = connection.execute(
            select(finding.source, func.count())
            .select_from(m.stored_decision.join(m.stored_finding, finding.decision_id == decision.id))
            .where(*where, *([] if of_finding is None else [of_finding]))
            .group_by(finding.source)
            .order_by(func.count().desc(), finding.source)
            .limit(limit)
        )
        return [(source, number) for source, number in rows]


def use_ids(
    engine: Engine, decision_id: int, *, after: int = 0, limit: int = 50, open_on: date | None = None
) -> Sequence[int]:
    """Return the uses with a finding of a decision, by number, after one of them; only those open on a day if given."""
    finding = m.stored_finding.c
    which = [finding.decision_id == decision_id, finding.use_id > after]
    if open_on is not None:
        which.append(_is_open(open_on))
    with engine.connect() as connection:
        found = select(finding.use_id).where(*which).distinct().order_by(finding.use_id).limit(limit)
        return [int(number) for number in connection.scalars(found)]


def count_uses(engine: Engine, decision_id: int, *, today: date) -> int:
    """Return the number of uses with an open finding of a decision."""
    finding = m.stored_finding.c
    counted = select(func.count(finding.use_id.distinct())).where(finding.decision_id == decision_id, _is_open(today))
    with engine.connect() as connection:
        return connection.execute(counted).scalar_one()


def _found(connection: Connection, where: list[ColumnElement[bool]], limit: int) -> list[StoredFinding]:
    decision, finding = m.stored_decision.c, m.stored_finding.c
    names = ("key", "code", "severity", "command", "about")
    rows = connection.execute(
        select(finding.id, finding.use_id, finding.source, finding.message, *(decision[name] for name in names))
        .select_from(m.stored_finding.join(m.stored_decision, decision.id == finding.decision_id))
        .where(*where)
        .order_by(finding.id)
        .limit(limit)
    )
    return [StoredFinding._make(row) for row in rows]


def _chosen(
    connection: Connection, audit_id: int, which: StoredFilter, today: date, *, settled: bool = False
) -> list[ColumnElement[bool]]:
    """Return the conditions on the decisions that a filter chooses."""
    decision, finding = m.stored_decision.c, m.stored_finding.c
    where = [decision.audit_id == audit_id, *which.of_decision()]
    if not settled:
        where.append((decision.open > 0) | (decision.settled_until < today))
    if (of_finding := which.of_finding(connection)) is not None:
        # Joined by hand: the condition has a subquery of its own, which must see this finding.
        of_decision = select(finding.id).where(finding.decision_id == decision.id, of_finding)
        where.append(exists(of_decision if settled else of_decision.where(_is_open(today))))
    return where


def _is_open(today: date) -> ColumnElement[bool]:
    finding = m.stored_finding.c
    return or_(finding.settled_by.is_(None), finding.settled_until < today)
