"""Record decisions and undo them, through the same corrections and waivers as the command line.

Each write checks, in its own transaction, that nobody has decided on the same subject since the person looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import captions_db as db
from captions_db.meanwhile import Check
from sqlalchemy import Connection

from captions.audit import waivers
from captions.audit.decisions import Decision
from captions.audit.stored_findings import recheck_lines
from captions.audit.waivers import Waiver
from captions.corrections import corrections
from captions.desk.queue import DeskQueues
from captions.desk.review import subject_of, version_of
from captions.desk.store import DeskContext
from captions.errors import CaptionsError
from captions.licensing import license_repository, repository

KINDS = ("correction", "waiver", "agreement", "license")
"""The decisions that can be undone on the desk."""
DEFAULT_REASON = "decided on the desk"


class MeanwhileError(Exception):
    """Somebody else decided on the same subject after the person had looked."""

    def __init__(self, past: db.PastDecision | None, message: str = "") -> None:
        """Name the latest decision."""
        done = "undone" if past is not None and past.undone else "recorded"
        super().__init__(message or (f"{past.kind} {past.id} {done} by {past.who}" if past else "changed"))
        self.past = past


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded decision, to undo it."""

    kind: str
    ids: tuple[int, ...]
    uses: int = 0

    @property
    def name(self) -> str:
        """Return ``correction-12``, or ``waiver-3-4`` if it is several."""
        return "-".join((self.kind, *map(str, self.ids)))


def recorded_of(name: str) -> Recorded | None:
    """Return a decision by its name; None if it is not one."""
    kind, *ids = name.split("-")
    if kind not in KINDS or not ids or not all(it.isascii() and it.isdigit() and len(it) < 10 for it in ids):
        return None
    if len(ids) > 1 and kind != "waiver":
        return None
    return Recorded(kind, tuple(map(int, ids)))


def correct(
    store: DeskContext,
    decision: Decision,
    seen: str,
    who: str,
    *,
    supplier: str = "",
    creators: Sequence[str] = (),
    reason: str = "",
) -> Recorded:
    """Correct the line of a decision; raise MeanwhileError if somebody decided on it after ``seen``."""
    subject, use = subject_of(decision), decision.examples[0].use
    if subject.line is None or use is None or use.credit is None:
        raise CaptionsError("this decision is not about a credit line; add an agreement or waive it")
    name = corrections.name(supplier)
    if name:
        name = store.supplier_named(name)
    named = {agency.casefold() for agency in use.credit.agencies}
    correction = corrections.Correction(
        subject.line,
        creators=corrections.names(creators),
        # A supplier that the line does not print is an agency of the line from now on.
        agencies=(*use.credit.agencies, name) if name and name.casefold() not in named else None,
        supplier=name,
        reason=reason or DEFAULT_REASON,
        who=who,
    )
    corrections.checked(correction, store.words)
    ((line, result),) = corrections.correct(store.engine, [correction], store.words, _unless(subject, seen))
    recheck_lines(store.engine, [line], store.words, store.today())
    return Recorded("correction", (result.id,), result.uses)


def waive(queues: DeskQueues, decision: Decision, seen: str, who: str, *, reason: str, until: date | None) -> Recorded:
    """Waive all findings of a decision; raise MeanwhileError likewise."""
    store = queues.store
    if until is not None and until < store.today():
        raise CaptionsError(f"{until} is in the past, so this waives nothing; choose a later day, or leave it empty")
    subject = subject_of(decision)
    whole = waivers.Waiver(decision.code, until=until, reason=reason, who=who)
    records = _limited(queues, decision, whole)
    found = waivers.waive(store.engine, records, _unless(subject, seen))
    # A waiver that somebody had recorded before is not undone with these.
    numbers = {it.id for it in found if it.new} or {it.id for it in found}
    return Recorded("waiver", tuple(sorted(numbers)), decision.uses)


def _limited(queues: DeskQueues, decision: Decision, whole: Waiver) -> list[Waiver]:
    """Return the waivers of a decision: of its line, supplier or article, or of each of its uses."""
    kind, subject = decision.key.split(" ", 2)[1], subject_of(decision)
    if kind == "line":
        return [replace(whole, line=subject.line)]
    if kind == "supplier" and subject.supplier is not None:
        return [replace(whole, supplier=subject.supplier)]
    if kind == "article":
        return [replace(whole, source=subject.source)]
    found = waivers.of_uses(queues.store.engine, whole, queues.uses_of(decision.key))
    return found or [replace(whole, source=decision.examples[0].source)]


def _unless(subject: db.DecisionSubject, seen: str) -> Check:
    def check(connection: Connection) -> None:
        history = db.decided(connection, subject)
        if version_of(history) != seen:
            raise MeanwhileError(max(history, key=lambda it: it.when, default=None))

    return check


def undo(store: DeskContext, recorded: Recorded, who: str, reason: str) -> None:
    """Undo a decision; raise MeanwhileError if somebody has undone it already."""
    why = reason or "undone on the desk"
    undo_one = {
        "correction": db.undo_correction,
        "agreement": repository.undo,
        "license": license_repository.undo,
    }
    try:
        if recorded.kind == "waiver":
            db.undo_waivers(store.engine, recorded.ids, who, why)
        else:
            (number,) = recorded.ids
            undo_one[recorded.kind](store.engine, number, who, why)
    except (ValueError, CaptionsError) as error:
        raise MeanwhileError(None, str(error).partition(";")[0]) from None
