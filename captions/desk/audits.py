"""The audits that a desk reads: stored ones, made anew when somebody asks, one at a time and beside all requests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, date, datetime

from captions_db.audit import stored_listing as stored
from captions_db.audit.stored_listing import StoredAudit
from sqlalchemy import Engine

from captions.audit.request import AuditRequest
from captions.audit.stored_findings import audit_and_store, question
from captions.lexicon.vocabulary import Vocabulary
from captions.text import count

PATIENCE = 10.0
"""Seconds that a request waits for an audit."""


class AuditRunningError(Exception):
    """An audit takes longer than a request may wait."""


class DeskAudits:
    """The stored audits of a store."""

    def __init__(self, engine: Engine, words: Vocabulary, today: Callable[[], date]) -> None:
        """Start without an audit that runs."""
        self._engine, self._words, self._today = engine, words, today
        self._running: dict[str, Future[int]] = {}
        self._lock, self._one = threading.Lock(), threading.Lock()

    def latest(self, request: AuditRequest) -> StoredAudit | None:
        """Return the stored audit that was asked the same; None if there is none."""
        asked = question(request)
        return next((it for it in stored.audits(self._engine) if it.question == asked), None)

    def current(self, request: AuditRequest) -> StoredAudit:
        """Return the stored audit; without one, audit first. Raise AuditRunningError if that takes long."""
        return self.latest(request) or self.anew(request)

    def anew(self, request: AuditRequest) -> StoredAudit:
        """Audit and store the findings; raise AuditRunningError if that takes long, and goes on."""
        done = self._started(request)
        try:
            done.result(PATIENCE)
        except TimeoutError:
            if done.done():
                raise
            raise AuditRunningError("the audit is running; it may take some minutes") from None
        found = self.latest(request)
        if found is None:  # replaced at this moment
            raise AuditRunningError("another audit is running; try again in a moment")
        return found

    def is_running(self, request: AuditRequest) -> bool:
        """Return whether an audit that was asked the same is running."""
        return question(request) in self._running

    def _started(self, request: AuditRequest) -> Future[int]:
        """Return the audit that runs, or start one."""
        asked = question(request)
        with self._lock:
            if (found := self._running.get(asked)) is not None:
                return found
            done = self._running[asked] = Future[int]()
        # A daemon, so that the desk can be stopped meanwhile; a database forgets what is not committed.
        threading.Thread(target=self._run, args=(request, asked, done), daemon=True).start()
        return done

    def _run(self, request: AuditRequest, asked: str, done: Future[int]) -> None:
        try:
            with self._one:
                number = audit_and_store(self._engine, request, self._words, self._today())
        except BaseException as error:
            self._running.pop(asked, None)
            done.set_exception(error)
        else:
            self._running.pop(asked, None)
            done.set_result(number)

    def since(self, audit: StoredAudit) -> str:
        """Return what has changed since an audit: ``2 ingests and 14 decisions``; empty if nothing has."""
        ingests, decisions = stored.changes_since(self._engine, audit.audited)
        changed = [count(number, word) for number, word in ((ingests, "ingest"), (decisions, "decision")) if number]
        return " and ".join(changed)


def ago(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago a moment was: ``just now``, ``5 minutes ago``, ``2 days ago``."""
    minutes = int(((now or datetime.now(UTC)) - moment).total_seconds()) // 60
    for size, word in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            return f"{count(minutes // size, word)} ago"
    return "just now"
