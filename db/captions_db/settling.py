"""Note on stored findings what has settled them, or may have changed them, since they were stored.

A waiver settles the findings that it matches. A correction, a merge, an agreement or a license marks those that it may
have changed: only an audit can tell, as :func:`probes` prepares for corrected lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    update,
)

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
    """Settle the findings that these waivers match, if they are in force."""
    if not numbers or not _has_any(connection):
        return
    waiver, touched = m.waiver.c, set()
    in_force = waiver.undone.is_(None) & (waiver.until.is_(None) | (waiver.until >= date.today()))
    for chunk in in_chunks(sorted(numbers)):
        for row in connection.execute(select(m.waiver).where(waiver.id.in_(chunk), in_force).order_by(waiver.id)).all():
            new = {"settled_by": f"waiver {row.id}", "settled_at": utc(row.added), "settled_until": row.until}
            for matching in _matching(connection, row):
                touched |= _settle(connection, matching, new)
    _recount(connection, touched)


def _settle(connection: Connection, which: ColumnElement[bool], new: Row) -> set[int]:
    """Settle the findings that are open, or that would be open again sooner; return their decisions."""
    finding, until = m.stored_finding.c, new["settled_until"]
    ends_sooner = finding.settled_until.is_not(None) if until is None else finding.settled_until < until
    which = which & (finding.settled_by.is_(None) | ends_sooner)
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


def reopen(connection: Connection, waiver: int) -> None:
    """Reopen what a waiver settled, unless another waiver in force settles it too."""
    if _has_any(connection):
        _reopen(connection, m.stored_finding.c.settled_by == f"waiver {waiver}")


def _reopen(connection: Connection, which: ColumnElement[bool]) -> None:
    finding, decision = m.stored_finding.c, m.stored_decision.c
    touched = set(connection.scalars(select(finding.decision_id).where(which).distinct()))
    if not touched:
        return
    new = {"settled_by": None, "settled_at": None, "settled_until": None}
    connection.execute(update(m.stored_finding).where(which).values(new))
    _recount(connection, touched)
    codes = {
        code
        for chunk in in_chunks(sorted(touched))
        for code in connection.scalars(select(decision.code).where(decision.id.in_(chunk)).distinct())
    }
    again = select(m.waiver.c.id).where(m.waiver.c.code.in_(sorted(codes)))
    settle_by_waivers(connection, connection.scalars(again).all())


def mark_lines(connection: Connection, lines: Mapping[str, str]) -> None:
    """Mark the findings on uses with these credit lines as possibly outdated: ``{"AP/dpa": "correction 7"}``."""
    if not _has_any(connection):
        return
    credit = m.credit.c
    for chunk in in_chunks(sorted(lines)):
        found: defaultdict[str, list[int]] = defaultdict(list)
        for row_id, line in connection.execute(select(credit.id, credit.line).where(credit.line.in_(chunk))):
            found[lines[line]].append(row_id)
        for by, ids in found.items():
            mark_credits(connection, ids, by)


def mark_credits(connection: Connection, credit_ids: Collection[int], by: str) -> None:
    """Mark the findings on uses with these credits as possibly outdated, also those that a correction settled."""
    if not _has_any(connection):
        return
    finding = m.stored_finding.c
    for chunk in in_chunks(sorted(credit_ids)):
        which = finding.use_id.in_(_uses_with(chunk))
        _reopen(connection, which & finding.settled_by.like("correction %"))
        new = {"outdated_since": datetime.now(UTC), "outdated_by": by}
        connection.execute(update(m.stored_finding).where(which).values(new))


def mark_agreement(connection: Connection, number: int) -> None:
    """Mark the decisions that an agreement affects as possibly outdated."""
    party = select(m.party.c.name).join(m.agreement, m.agreement.c.party_id == m.party.c.id)
    suppliers = connection.scalars(party.where(m.agreement.c.id == number)).all()
    mark_terms(connection, f"agreement {number}", suppliers)


def mark_terms(connection: Connection, by: str, suppliers: Collection[str] | None = None) -> None:
    """Mark the decisions that agreements and licenses affect as possibly outdated; None means any supplier's."""
    if not _has_any(connection):
        return
    decision = m.stored_decision.c
    which = decision.on_terms.is_(True) & decision.outdated_since.is_(None)
    if suppliers is not None:
        which &= or_(decision.supplier.is_(None), decision.supplier.in_(sorted(suppliers)))
    connection.execute(update(m.stored_decision).where(which).values(outdated_since=datetime.now(UTC), outdated_by=by))


def _uses_with(credit_ids: Collection[int]) -> Any:
    return select(m.use.c.id).where(m.use.c.credit_id.in_(credit_ids))


def _has_any(connection: Connection) -> bool:
    return connection.execute(select(m.stored_audit.c.id).limit(1)).first() is not None


def open_on(today: date) -> ColumnElement[int]:
    """Return the expression for the open findings of a decision on a day, when a waiver may have ended."""
    finding, decision = m.stored_finding.c, m.stored_decision.c
    still = select(func.count()).where(finding.decision_id == decision.id, _ON_STORED_USE)
    still = still.where(finding.settled_by.is_(None) | (finding.settled_until < today))
    return case((decision.settled_until < today, still.scalar_subquery()), else_=decision.open)


_ON_STORED_USE = m.stored_finding.c.use_id.is_(None) | (
    select(m.use.c.id).where(m.use.c.id == m.stored_finding.c.use_id).exists()
)
"""The condition on findings whose use was not removed or read again."""


def _recount(connection: Connection, decision_ids: Collection[int]) -> None:
    """Count the open findings of some decisions again."""
    finding, decision = m.stored_finding.c, m.stored_decision.c
    of_decision = (finding.decision_id == decision.id, _ON_STORED_USE)
    is_open = select(func.count()).where(*of_decision, finding.settled_by.is_(None)).scalar_subquery()
    until = select(func.min(finding.settled_until)).where(*of_decision).scalar_subquery()
    for chunk in in_chunks(sorted(decision_ids)):
        changed = update(m.stored_decision).where(decision.id.in_(chunk))
        connection.execute(changed.values(open=is_open, settled_until=until))


def leave_uses(connection: Connection, use_ids: Select[tuple[int]]) -> None:
    """Stop counting the findings on uses that are about to be deleted."""
    finding, decision = m.stored_finding.c, m.stored_decision.c
    which = finding.settled_by.is_(None) & finding.use_id.in_(use_ids)
    counts = select(finding.decision_id, func.count()).where(which).group_by(finding.decision_id)
    # Subtracted, because counting all findings of a decision again for each batch of articles would take too long.
    rows = [{"of": number, "fewer": count} for number, count in connection.execute(counts)]
    if rows:
        fewer = update(m.stored_decision).where(decision.id == bindparam("of"))
        connection.execute(fewer.values(open=decision.open - bindparam("fewer")), rows)


Decided = set[tuple[str, int, datetime | None, date | None]]


def decided(connection: Connection) -> Decided:
    """Return the decisions that affect findings, each with its table, its number, and whether and how it ended."""
    found: Decided = set()
    for table in (m.waiver, m.correction, m.agreement, m.license_, m.party_merge):
        ends = table.c.ends if table is m.agreement else null()
        for row in connection.execute(select(table.c.id, table.c.undone, ends)):
            found.add((table.name, *row))
    return found


def settle_since(connection: Connection, before: Decided) -> None:
    """Note on all stored findings what was decided since ``before``, the result of :func:`decided` at that time."""
    changed: defaultdict[str, list[int]] = defaultdict(list)
    for name, number in sorted({(name, number) for name, number, *_ in decided(connection) - before}):
        changed[name].append(number)
    settle_by_waivers(connection, changed["waiver"])
    correction, merge = m.correction.c, m.party_merge.c
    for chunk in in_chunks(changed["correction"]):
        lines = connection.execute(select(correction.line, correction.id).where(correction.id.in_(chunk)))
        mark_lines(connection, {line: f"correction {number}" for line, number in lines})
    for number in changed["agreement"]:
        mark_agreement(connection, number)
    for number in changed["license"]:
        mark_terms(connection, f"license {number}")
    for chunk in in_chunks(changed["party_merge"]):
        for name, into in connection.execute(select(merge.name, merge.merged_into).where(merge.id.in_(chunk))).all():
            chain, party = m.credit_party.c, m.party.c
            of = select(chain.credit_id).join(m.party, party.id == chain.party_id).where(party.name.in_((name, into)))
            mark_credits(connection, set(connection.scalars(of)), f"merge into {into}")
            mark_terms(connection, f"merge into {into}")


def leave_gone_uses(connection: Connection, audit_id: int) -> None:
    """Stop counting the findings of an audit on uses that were deleted while it ran."""
    finding, decision = m.stored_finding.c, m.stored_decision.c
    gone = select(decision.id).join(m.stored_finding, finding.decision_id == decision.id).distinct()
    _recount(connection, connection.scalars(gone.where(decision.audit_id == audit_id, ~_ON_STORED_USE)).all())


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
        .where(
            decision.code.in_(sorted(codes)),
            finding.settled_by.is_(None) | finding.settled_until.is_not(None),
            finding.outdated_by.like("correction %"),
        )
        .group_by(use.credit_id, decision.code)
        .order_by(use.credit_id, decision.code)
    )
    with engine.connect() as connection:
        if not _has_any(connection):
            return []
        return [
            Probe(*row)
            for chunk in in_chunks(sorted(lines))
            for row in connection.execute(
                statement.where(use.credit_id.in_(select(m.credit.c.id).where(m.credit.c.line.in_(chunk))))
            )
        ]


def put_probed(engine: Engine, gone: Iterable[Probe], unchanged: Iterable[Probe]) -> None:
    """Settle the findings that a correction cleared, and clear the marks of those that it did not change."""
    finding, decision = m.stored_finding.c, m.stored_decision.c
    cleared: Row = {"settled_by": finding.outdated_by, "settled_at": finding.outdated_since, "settled_until": None}
    touched: set[int] = set()

    def of(probe: Probe) -> ColumnElement[bool]:
        return (
            finding.use_id.in_(_uses_with([probe.credit_id]))
            & finding.decision_id.in_(select(decision.id).where(decision.code == probe.code))
            & finding.outdated_by.like("correction %")
        )

    with writing(engine) as connection:
        for probe in gone:
            touched |= _settle(connection, of(probe), cleared)
        for probe in unchanged:
            connection.execute(update(m.stored_finding).where(of(probe)).values(outdated_by=None, outdated_since=None))
        _recount(connection, touched)
