"""The log: who decided what, and when, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

import captions_db as db

from captions.audit.waivers import Waiver, waivers
from captions.corrections.corrections import Correction, corrections
from captions.desk.store import DeskContext
from captions.licensing import license_repository, repository
from captions.licensing.agreements import Agreement
from captions.licensing.licenses import License


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A decision."""

    kind: str
    """correction, waiver, agreement or license."""
    id: int
    when: datetime
    who: str
    what: str
    reason: str = ""
    undone: datetime | None = None
    undone_by: str = ""
    undone_reason: str = ""
    state: str = ""
    """replaced or expired; empty if it is in force or undone."""


def entries(store: DeskContext) -> list[LogEntry]:
    """Return all decisions, newest first."""
    return sorted(_entries(store), key=lambda it: (it.when, it.kind, it.id), reverse=True)


def done_today(store: DeskContext) -> dict[str, int]:
    """Return the number of decisions recorded today that are not undone, by person."""
    return db.decisions_since(store.engine, datetime.combine(store.today(), time.min).astimezone())


def last_of(store: DeskContext, who: str) -> db.PastDecision | None:
    """Return the latest decision of a person that is not undone."""
    return db.last_decision(store.engine, who)


def _entries(store: DeskContext) -> Iterator[LogEntry]:
    for correction, state in corrections(store.engine):
        remark = state if state == "replaced" else ""
        yield _entry("correction", correction, correction.who, what_corrected(correction), correction.reason, remark)
    for waiver, state in waivers(store.engine, store.today()):
        remark = state if state == "expired" else ""
        yield _entry("waiver", waiver, waiver.who, what_waived(waiver), waiver.reason, remark)
    agreements = [*repository.listed(store.engine), *repository.undone(store.engine)]
    for agreement in agreements:
        what = f"agreement with {agreement.supplier}" + (f" until {agreement.ends}" if agreement.ends else "")
        yield _entry("agreement", agreement, agreement.added_by or "", what, agreement.note or "", "")
    licenses = [*license_repository.listed(store.engine), *license_repository.listed(store.engine, undone=True)]
    for license_ in licenses:
        what = f"license, invoice {license_.invoice}"
        yield _entry("license", license_, license_.added_by or "", what, license_.note or "", "")


def _entry(
    kind: str, row: Correction | Waiver | Agreement | License, who: str, what: str, reason: str, state: str
) -> LogEntry:
    added = row.added or datetime.min.replace(tzinfo=UTC)
    undone_by, undone_reason = row.undone_by or "", row.undone_reason or ""
    return LogEntry(kind, row.id or 0, added, who, what, reason, row.undone, undone_by, undone_reason, state)


def what_corrected(correction: Correction) -> str:
    """Return what a correction says: ``AP/dpa: supplier dpa``."""
    named = {
        "supplier": correction.supplier,
        "creator": correction.creators,
        "agency": correction.agencies,
        "qualifier": correction.qualifiers,
        "license": correction.license,
    }
    parts = [
        f"{name} {(value if isinstance(value, str) else ', '.join(value)) or 'none'}"
        for name, value in named.items()
        if value is not None
    ]
    return f"{correction.line}: {'; '.join(parts)}"


def what_waived(waiver: Waiver) -> str:
    """Return what a waiver sets aside: ``CR104 on line Handout``."""
    limits = {"supplier": waiver.supplier, "line": waiver.line, "article": waiver.source}
    of = "; ".join(f"{name} {value}" for name, value in limits.items() if value is not None)
    caption = "" if waiver.caption_digest is None else ", one caption"
    until = f" until {waiver.until}" if waiver.until else ""
    return f"{waiver.code} on {of}{caption}{until}"
