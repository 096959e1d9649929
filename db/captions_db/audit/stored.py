"""Keep the findings of an audit in the store, by decision; ``stored_listing`` reads them without another audit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, Text, and_, cast, delete, func, insert, literal, select

from captions_db import models as m
from captions_db import settling
from captions_db.audit import Audit
from captions_db.audit import work_tables as t
from captions_db.connection import begin_writing
from captions_db.rows import Row

_PAGE = 5_000


def put(audit: Audit, question: str, version: str, audited: datetime, decisions: Iterator[Row]) -> int:
    """Store the grouped findings of an audit in place of those with the same question; return the audit's number.

    ``decisions`` are rows of table ``stored_decision`` in report order, without their numbers. The audit's snapshot
    ends here, so read its findings before. What was decided since the snapshot counts.
    """
    connection = audit.connection
    findings = count = 0
    # Written to a temporary table first, so that other writers wait only for the statements below.
    while page := list(islice(decisions, _PAGE)):
        connection.execute(insert(t.outcome), page)
        findings, count = findings + sum(row["findings"] for row in page), count + len(page)
    decided = settling.decided(connection)
    begin_writing(connection)
    for earlier in connection.scalars(select(m.stored_audit.c.id).where(m.stored_audit.c.question == question)).all():
        _remove(connection, earlier)
    row = {"question": question, "audited": audited, "version": version, "findings": findings, "decisions": count}
    number = int(connection.execute(insert(m.stored_audit).values(row).returning(m.stored_audit.c.id)).scalar_one())
    _copy(connection, number)
    settling.settle_since(connection, decided)
    settling.leave_gone_uses(connection, number)
    connection.commit()
    return number


def _remove(connection: Connection, audit_id: int) -> None:
    of_audit = select(m.stored_decision.c.id).where(m.stored_decision.c.audit_id == audit_id)
    connection.execute(delete(m.stored_finding).where(m.stored_finding.c.decision_id.in_(of_audit)))
    connection.execute(delete(m.stored_decision).where(m.stored_decision.c.audit_id == audit_id))
    connection.execute(delete(m.stored_audit).where(m.stored_audit.c.id == audit_id))


def _copy(connection: Connection, audit_id: int) -> None:
    """Copy the decisions and the findings from the audit's temporary tables."""
    cause, decision, outcome = t.cause.c, t.decision.c, t.outcome.c
    before = {
        table: connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        for table in (m.stored_decision, m.stored_finding)
    }
    first = literal(before[m.stored_decision])
    rows = select(first + outcome.place, literal(audit_id), *outcome).order_by(outcome.place)
    names = [column.name for column in outcome]
    connection.execute(insert(m.stored_decision).from_select(["id", "audit_id", *names], rows))
    same = [cause[name] == decision[name] for name in ("rank", "kind", "fact")]
    placed = t.cause.join(t.decision, and_(*same)).join(t.decision_order, t.decision_order.c.decision_id == decision.id)
    ids = (literal(before[m.stored_finding]) + cause.at, first + t.decision_order.c.place, cause.use_id)
    message = func.replace(t.remark.c.text, "{n}", func.coalesce(cast(cause.number, Text), "{n}"))
    # The article may have been removed since the audit read it.
    source = func.coalesce(m.article.c.source, "")
    attached = select(*ids, source, literal(None, Text), message).select_from(
        placed.join(t.remark, t.remark.c.id == cause.remark_id).outerjoin(m.article, m.article.c.id == cause.article_id)
    )
    loose = t.loose.c
    without_use = select(*ids, loose.source, func.nullif(loose.about, ""), loose.message).select_from(
        placed.join(t.loose, (loose.id == cause.position) & cause.use_id.is_(None))
    )
    columns = ["id", "decision_id", "use_id", "source", "supplier", "message"]
    for rows in (attached, without_use):
        connection.execute(insert(m.stored_finding).from_select(columns, rows))
