"""Note on stored findings what has settled them, or may have changed them, since they were stored.

A waiver settles the findings that it matches. A correction, a merge, an agreement or a license marks those that it may
have changed: only an audit can tell, as :func:`probes` prepares for corrected lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, or_, select, update

from captions_db import models as m
from captions_db.bulk import in_chunks
from captions_db.connection import writing
from captions_db.places import names_at
from captions_db.rows import Row, storable_source, utc
from captions_db.search import name_key


class Probe(NamedTuple):
    """A use whose credit line was corrected: what is found on it now is found on all uses with its credit."""

    credit_id: int
    code: str
    use_id: int
    message: str


def settle_by_waivers(connection: Connection, numbers: Collection[int]) -> None:
    """Settle the open findings that these waivers match, if they are in force."""
    if not numbers or not _has_any(connection):
        return
    waiver, touched = m.waiver.c, set()
    in_force = waiver.undone.is_(None) & (waiver.until.is_(None) | (waiver.until >= datetime.now(UTC).date()))
    for chunk in in_chunks(sorted(numbers)):
        for row in connection.execute(select(m.waiver).where(waiver.id.in_(chunk), in_force).order_by(waiver.id)).all():
            new = {"settled_by": f"waiver {row.id}", "settled_at": utc(row.added), "settled_until": row.until}
            for matching in _matching(connection, row):
                touched |= _settle(connection, matching, new)
    _recount(connection, touched)


def _settle(connection: Connection, which: ColumnElement[bool], new: Row) -> set[int]:
    """Change the findings that are open; return their decisions."""
    finding = m.stored_finding.c
    which = which & finding.settled_by.is_(None)
    touched = set(connection.scalars(select(finding.decision_id).where(which).distinct()))
    if touched:
        connection.execute(update(m.stored_finding).where(which).values(new))
    return touched


def _matching(connection: Connection, waiver: Any) -> list[ColumnElement[bool]]:
    """Return the conditions on the findings that a waiver matches: on uses, and without a use."""
    finding, use, party = m.stored_finding.c, m.use.c, m.party.c
    of_code = finding.decision_id.in_(select(m.stored_decision.c.id).where(m.stored_decision.c.code == waiver.code))
    on_use: list[ColumnElement[bool]] = []
    alone: list[ColumnElement[bool]] = [finding.use_id.is_(None)]
    if waiver.supplier is not None:
        key = name_key(waiver.supplier)
        on_use.append(use.supplier_id.in_(select(party.id).where(party.kind == "agency", party.name_key == key)))
        names = select(finding.supplier).where(finding.use_id.is_(None), finding.supplier.is_not(None)).distinct()
        alone.append(finding.supplier.in_([name for name in connection.scalars(names) if name_key(name) == key]))
    if waiver.line is not None:
        on_use.append(use.credit_id.in_(select(m.credit.c.id).where(m.credit.c.line == waiver.line)))
    if waiver.source is not None:
        source = storable_source(waiver.source)
        on_use.append(use.article_id.in_(select(m.place.c.article_id).where(m.place.c.source == source)))
        alone.append(finding.source.in_({source, *names_at(connection, {source}).values()}))
    if waiver.caption_digest == "":
        on_use.append(use.caption_id.is_(None))
    elif waiver.caption_digest is not None:
        on_use.append(use.caption_id.in_(select(m.caption.c.id).where(m.caption.c.digest == waiver.caption_digest)))
    found = [and_(of_code, finding.use_id.in_(select(use.id).where(*on_use)))]
    if waiver.line is None and waiver.caption_digest is None:
        found.append(and_(of_code, *alone))
    return found


def reopen(connection: Connection, table: str, number: int) -> None:
    """Reopen what a waiver or a correction settled, unless a waiver in force settles it too."""
    if not _has_any(connection):
        return
    finding, decision = m.stored_finding.c, m.stored_decision.c
    settled = finding.settled_by == f"{table} {number}"
    touched = set(connection.scalars(select(finding.decision_id).where(settled).distinct()))
    new = {"settled_by": None, "settled_at": None, "settled_until": None}
    connection.execute(update(m.stored_finding).where(settled).values(new))
    _recount(connection, touched)
    codes = {
        code
        for chunk in in_chunks(sorted(touched))
        for code in connection.scalars(select(decision.code).where(decision.id.in_(chunk)).distinct())
    }
    again = select(m.waiver.c.id).where(m.waiver.c.code.in_(sorted(codes)))
    settle_by_waivers(connection, connection.scalars(again).all())


def mark_lines(connection: Connection, lines: Collection[str], by: str) -> None:
    """Mark the open findings on uses with these credit lines as possibly outdated."""
    if _has_any(connection):
        for chunk in in_chunks(sorted(lines)):
            _mark(connection, m.credit.c.line.in_(chunk), by)


def mark_credits(connection: Connection, credit_ids: Collection[int], by: str) -> None:
    """Mark the open findings on uses with these credits as possibly outdated."""
    if _has_any(connection):
        for chunk in in_chunks(sorted(credit_ids)):
            _mark(connection, m.credit.c.id.in_(chunk), by)


def mark_terms(connection: Connection, by: str, suppliers: Collection[str] | None = None) -> None:
    """Mark the decisions that agreements and licenses affect as possibly outdated; None means any supplier's."""
    if not _has_any(connection):
        return
    decision = m.stored_decision.c
    which = decision.on_terms.is_(True) & decision.outdated_since.is_(None)
    if suppliers is not None:
        which &= or_(decision.supplier.is_(None), decision.supplier.in_(sorted(suppliers)))
    connection.execute(update(m.stored_decision).where(which).values(outdated_since=datetime.now(UTC), outdated_by=by))


def _mark(connection: Connection, of_credit: ColumnElement[bool], by: str) -> None:
    finding = m.stored_finding.c
    which = finding.settled_by.is_(None) & finding.use_id.in_(_uses_with(of_credit))
    new = {"outdated_since": datetime.now(UTC), "outdated_by": by}
    connection.execute(update(m.stored_finding).where(which).values(new))


def _uses_with(of_credit: ColumnElement[bool]) -> Any:
    return select(m.use.c.id).where(m.use.c.credit_id.in_(select(m.credit.c.id).where(of_credit)))


def _has_any(connection: Connection) -> bool:
    return connection.execute(select(m.stored_audit.c.id).limit(1)).first() is not None


def _recount(connection: Connection, decision_ids: Collection[int]) -> None:
    """Count the open findings of some decisions again."""
    finding, decision = m.stored_finding.c, m.stored_decision.c
    of_decision = finding.decision_id == decision.id
    is_open = select(func.count()).where(of_decision, finding.settled_by.is_(None)).scalar_subquery()
    until = select(func.min(finding.settled_until)).where(of_decision).scalar_subquery()
    for chunk in in_chunks(sorted(decision_ids)):
        changed = update(m.stored_decision).where(decision.id.in_(chunk))
        connection.execute(changed.values(open=is_open, settled_until=until))


def probes(engine: Engine, lines: Collection[str], codes: Collection[str]) -> list[Probe]:
    """Return a use for each credit with one of these lines and each of these codes that is stored as open on it."""
    finding, decision, use = m.stored_finding.c, m.stored_decision.c, m.use.c
    statement = (
        select(use.credit_id, decision.code, func.min(use.id), func.min(finding.message))
        .select_from(
            m.stored_finding.join(m.stored_decision, decision.id == finding.decision_id).join(
                m.use, use.id == finding.use_id
            )
        )
        .where(decision.code.in_(sorted(codes)), finding.settled_by.is_(None), finding.outdated_since.is_not(None))
        .group_by(use.credit_id, decision.code)
        .order_by(use.credit_id, decision.code)
    )
    with engine.connect() as connection:
        if not _has_any(connection):
            return []
        return [
            Probe(*row)
            for chunk in in_chunks(sorted(lines))
            for row in connection.execute(statement.where(finding.use_id.in_(_uses_with(m.credit.c.line.in_(chunk)))))
        ]


def put_probed(engine: Engine, gone: Iterable[Probe], unchanged: Iterable[Probe]) -> None:
    """Settle the findings that a correction cleared, and clear the marks of those that it did not change."""
    finding, decision = m.stored_finding.c, m.stored_decision.c
    touched: set[int] = set()
    with writing(engine) as connection:
        for probes_, is_gone in ((gone, True), (unchanged, False)):
            for probe in probes_:
                which = (
                    finding.use_id.in_(_uses_with(m.credit.c.id == probe.credit_id))
                    & finding.decision_id.in_(select(decision.id).where(decision.code == probe.code))
                    & finding.outdated_by.like("correction %")
                )
                new: Row = {"outdated_by": None, "outdated_since": None}
                if is_gone:
                    new |= {"settled_by": finding.outdated_by, "settled_at": finding.outdated_since}
                touched |= _settle(connection, which, new)
        _recount(connection, touched)
