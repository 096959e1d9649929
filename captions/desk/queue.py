"""The queue: one row per decision, worst first, as the last stored audit found them and nothing has settled since."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from captions_db.audit import stored_listing as stored
from captions_db.audit.stored_listing import StoredAudit, StoredDecision, StoredFilter
from starlette.requests import Request

from captions.audit import stored_results
from captions.audit.codes import CODES
from captions.audit.decisions import Decision
from captions.desk.store import DeskContext
from captions.licensing import terms

_REMEMBERED = 10_000
"""Recorded decisions whose places in the queue are known, to return to them after an undo."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which decisions to list; None lists all."""

    code: str | None = None
    supplier: str | None = None
    publication: str | None = None
    period: str | None = None
    """A month, a quarter or a year: ``2026-Q3``."""

    def query(self) -> dict[str, str]:
        """Return the filter as the query of an address."""
        given = {
            "code": self.code,
            "supplier": self.supplier,
            "publication": self.publication,
            "period": self.period,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many decisions are left, and the open findings that they settle."""

    decisions: int
    findings: int


class DeskQueues:
    """The queue of a desk."""

    def __init__(self, store: DeskContext) -> None:
        """Start without any decision to return to."""
        self.store = store
        self._lock = threading.Lock()
        self._keys: dict[str, str] = {}

    def audit(self) -> StoredAudit:
        """Return the audit that the queue lists; audit first if none is stored."""
        return self.store.audits.current(self.store.request)

    def counts(self, wanted: QueueFilter) -> QueueCounts:
        """Count what is left."""
        which = self._which(wanted)
        return QueueCounts(*stored.counts(self.store.engine, self.audit().id, which, today=self.store.today()))

    def page(self, wanted: QueueFilter, first: int, number: int) -> list[StoredDecision]:
        """Return some decisions that are left, in order."""
        return stored.decisions(
            self.store.engine,
            self.audit().id,
            self._which(wanted),
            today=self.store.today(),
            skip=first,
            limit=number,
        )

    def decision(self, key: str) -> Decision | None:
        """Return a decision with its examples; None if nothing is left of it."""
        found = self.row(key)
        return None if found is None else stored_results.decision_of(self.store.engine, found, self.store.today())

    def row(self, key: str) -> StoredDecision | None:
        """Return a decision as it is stored, even if it is settled; None for an unknown key."""
        return stored.decision(self.store.engine, self.audit().id, key, today=self.store.today())

    def uses_of(self, key: str) -> list[int]:
        """Return the uses with an open finding of a decision."""
        found = self.row(key)
        if found is None:
            return []
        return [*stored.use_ids(self.store.engine, found.id, limit=found.open, open_on=self.store.today())]

    def next_after(self, wanted: QueueFilter, key: str) -> str | None:
        """Return the key of the next decision, from the top again at the end; None if none is left.

        It passes over those that a later decision may have settled: only another audit can tell.
        """
        audit, which = self.audit().id, self._which(wanted)
        found = stored.decision(self.store.engine, audit, key, today=self.store.today())
        for after in dict.fromkeys((0 if found is None else found.place, 0)):
            rows = stored.decisions(
                self.store.engine, audit, which, today=self.store.today(), after=after, limit=2, certain=True
            )
            if keys := [row.key for row in rows if row.key != key]:
                return keys[0]
        return None

    def remember(self, key: str, recorded: str) -> None:
        """Note which decision of the queue was recorded as ``correction-12``."""
        with self._lock:
            self._keys[recorded] = key
            while len(self._keys) > _REMEMBERED:
                del self._keys[next(iter(self._keys))]

    def reopened(self, recorded: str) -> str | None:
        """Return the key of a decision that was undone; None if it was recorded elsewhere."""
        with self._lock:
            return self._keys.pop(recorded, None)

    def _which(self, wanted: QueueFilter) -> StoredFilter:
        first, last, _ = terms.calendar_period(wanted.period) if wanted.period else (None, None, "")
        return StoredFilter(
            frozenset([wanted.code]) if wanted.code else frozenset(),
            supplier=None if wanted.supplier is None else self.store.supplier_named(wanted.supplier),
            publication=self.store.publication_named(wanted.publication),
            since=first,
            until=last,
        )


def code_or_none(text: str) -> str | None:
    """Return an audit code that a person typed; None for another text."""
    code = text.strip().upper()
    return code if code in CODES else None


def queues_of(request: Request) -> DeskQueues:
    """Return the queues of the desk that a request is for."""
    queues: DeskQueues = request.app.state.queues
    return queues
