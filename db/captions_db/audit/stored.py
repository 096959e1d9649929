"""Keep the findings of an audit in the store, by decision; ``stored_listing`` reads them without another audit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, Text, cast, delete, func, insert, literal, select

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
    ends here, so read its findings before. Waivers and corrections added since ``audited`` count.
    """
    connection = audit.connection
    findings = count = 0
    # Written to a temporary table first, so that other writers wait only for the statements below.
    while page := list(islice(decisions, _PAGE)):
        connection.execute(insert(t.outcome), page)
        findings, count = findings + sum(row["findings"] for row in page), count + len(page)
    begin_writing(connection)
    for earlier in connection.scalars(select(m.stored_audit.c.id).where(m.stored_audit.c.question == question)).all():
        _remove(connection, earlier)
    row = {"question": question, "audited": audited, "version": version, "findings": findings, "decisions": count}
    number = int(connection.execute(insert(m.stored_audit).values(row).returning(m.stored_audit.c.id)).scalar_one())
    _copy(connection, number)
    added = select(m.waiver.c.id).where(m.waiver.c.added >= audited)
    settling.settle_by_waivers(connection, connection.scalars(added).all())
    corrected = select(m.correction.c.line, m.correction.c.id).where(m.correction.c.added >= audited)
    for line, correction in connection.execute(corrected.order_by(m.correction.c.id)).all():
        settling.mark_lines(connection, [line], f"correction {correction}")
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
    of = (
        select(t.decision_order.c.place)
        .join(t.decision, decision.id == t.decision_order.c.decision_id)
        .where(decision.at <= cause.at)
        .order_by(decision.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    ids = (literal(before[m.stored_finding]) + cause.at, first + of)
    message = func.replace(t.remark.c.text, "{n}", func.coalesce(cast(cause.number, Text), "{n}"))
    attached = select(*ids, cause.use_id, m.article.c.source, literal(None, Text), message).select_from(
        t.cause.join(t.remark, t.remark.c.id == cause.remark_id).join(m.article, m.article.c.id == cause.article_id)
    )
    loose = t.loose.c
    without_use = select(*ids, cause.use_id, loose.source, func.nullif(loose.about, ""), loose.message).select_from(
        t.cause.join(t.loose, (loose.id == cause.position) & cause.use_id.is_(None))
    )
    columns = ["id", "decision_id", "use_id", "source", "supplier", "message"]
    for rows in (attached, without_use):
        connection.execute(insert(m.stored_finding).from_select(columns, rows))
