"""The queue: one row per decision, worst first, kept between requests until the store changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import captions_db as db
from starlette.requests import Request

from captions.audit.codes import CODES
from captions.audit.decisions import Decision, DecisionGroups
from captions.audit.request import AuditRequest
from captions.audit.run import audited
from captions.desk.store import DeskContext
from captions.licensing import terms

LONGEST = 20_000
"""Decisions in memory at most; the worst come first."""
_KEPT = 8
"""Filters whose queues are found."""


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
class QueueList:
    """The decisions of a queue, and how many findings it has in all."""

    state: tuple[int, ...]
    """The state of the store that it was read from."""
    rows: OrderedDict[str, Decision]
    total: int
    """The number of decisions, also of those beyond :data:`LONGEST`."""
    findings: int


class DeskQueues:
    """The queues of a desk."""

    def __init__(self, store: DeskContext) -> None:
        """Start without any."""
        self.store = store
        self._kept: OrderedDict[QueueFilter, QueueList] = OrderedDict()
        self._settled: set[str] = set()
        self._keys: dict[str, str] = {}

    def current(self, wanted: QueueFilter) -> QueueList:
        """Return the queue as the store is now."""
        with self.store.lock:
            state = (*db.decision_state(self.store.engine), self.store.today().toordinal())
            found = self._kept.get(wanted)
            if found is None or found.state != state:
                found = self._read(wanted, state)
                # Whatever the audit still finds is open, whoever has undone it.
                self._settled -= found.rows.keys()
            self._kept[wanted] = found
            self._kept.move_to_end(wanted)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return found

    def earlier(self, wanted: QueueFilter) -> QueueList:
        """Return the queue as it was last read, to go on in its order without another audit."""
        with self.store.lock:
            found = self._kept.get(wanted)
        return found or self.current(wanted)

    def settle(self, key: str, recorded: str) -> None:
        """Note that a decision was recorded, ``correction-12``, since the queue was read."""
        with self.store.lock:
            self._settled.add(key)
            self._keys[recorded] = key

    def reopen(self, recorded: str) -> str | None:
        """Return the key of a decision that was undone, which is open again; None if it was recorded elsewhere."""
        with self.store.lock:
            key = self._keys.pop(recorded, None)
            self._settled.discard(key or "")
        return key

    def next_after(self, wanted: QueueFilter, key: str) -> str | None:
        """Return the key of the next open decision, from the top again at the end; None if none is left."""
        keys = list(self.earlier(wanted).rows)
        at = keys.index(key) if key in keys else -1
        with self.store.lock:
            settled = {*self._settled, key}
        return next((each for each in [*keys[at + 1 :], *keys[: max(0, at)]] if each not in settled), None)

    def _read(self, wanted: QueueFilter, state: tuple[int, ...]) -> QueueList:
        request = of_filter(self.store, wanted)
        with audited(self.store.engine, request, self.store.words, today=self.store.today()) as result:
            groups = DecisionGroups(result)
            rows = OrderedDict((it.key, it) for it in islice(groups, LONGEST))
            return QueueList(state, rows, len(groups), sum(result.counts.values()))


def of_filter(store: DeskContext, wanted: QueueFilter) -> AuditRequest:
    """Return the audit whose decisions a filter lists; raise CaptionsError if its period is not one."""
    first, last, _ = terms.calendar_period(wanted.period) if wanted.period else (None, None, "")
    return replace(
        store.request,
        codes=frozenset([wanted.code]) if wanted.code else frozenset(),
        supplier=None if wanted.supplier is None else store.supplier_named(wanted.supplier),
        publication=wanted.publication,
        since=first,
        until=last,
    )


def in_rows(rows: QueueList, first: int, number: int) -> Iterator[Decision]:
    """Yield some decisions of a queue."""
    return islice(rows.rows.values(), first, first + number)


def code_or_none(text: str) -> str | None:
    """Return an audit code that a person typed; None for another text."""
    code = text.strip().upper()
    return code if code in CODES else None


def queues_of(request: Request) -> DeskQueues:
    """Return the queues of the desk that a request is for."""
    queues: DeskQueues = request.app.state.queues
    return queues
