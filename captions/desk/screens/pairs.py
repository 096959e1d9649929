"""Pairs: two uses that may show the same picture, side by side: same or different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import captions_db as db
from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from captions.audit.decisions import Decision
from captions.audit.finding import Finding
from captions.caption.similarity import near_pairs
from captions.desk import deciding
from captions.desk.deciding import MeanwhileError
from captions.desk.forms import Reads, SentForm, sent
from captions.desk.pages import link, message, page
from captions.desk.queue import QueueFilter, queues_of
from captions.desk.review import subject_of, version_of
from captions.desk.store import DeskContext
from captions.model import Use
from captions.stored import stored_uses, use_of

router = APIRouter(dependencies=[Reads])
Decided = Annotated[SentForm, Depends(sent("decide"))]
PAIRED = ("CR201", "CR402")
"""The codes about two uses: conflicting credits of one picture, and nearly identical captions."""
_PAGE = 20
ANSWERS = {
    "CR201": {"same": "same picture, both credits are right", "different": "different pictures"},
    "CR402": {"same": "same picture, described twice", "different": "different pictures with similar captions"},
}
"""What is recorded as the reason of a waiver, by code and answer."""


@dataclass(frozen=True, slots=True)
class UsePair:
    """Two uses side by side."""

    decision: Decision
    left: Use
    right: Use | None
    """None if the other use is not stored any more."""
    seen: str
    """The version of the decisions about it when it was shown."""


@router.get("/pairs")
def pairs(request: Request, undo: str = "") -> HTMLResponse:
    """Show the pairs that nobody has judged."""
    queues = queues_of(request)
    found: list[UsePair] = []
    total = 0
    for code in PAIRED:
        rows = queues.current(QueueFilter(code=code))
        total += rows.total
        for decision in rows.rows.values():
            if len(found) < _PAGE and (pair := _pair(queues.store, decision)) is not None:
                found.append(pair)
    return page(request, "pairs.html", pairs=found, total=total, answers=ANSWERS, undo=undo)


@router.post("/pairs")
async def judge(request: Request, form: Decided) -> Response:
    """Record that two uses show the same picture, or different ones."""
    return await run_in_threadpool(_judge, request, form)


def _judge(request: Request, form: SentForm) -> Response:
    queues, key = queues_of(request), form.whole("key")
    wanted = QueueFilter(code=key.partition(" ")[0])
    answers = ANSWERS.get(wanted.code or "", {})
    decision = queues.current(wanted).rows.get(key) if answers else None
    reason = answers.get(form.text("answer"))
    if decision is None or reason is None:
        return message(
            request, 412, "Decided meanwhile", "Nothing was changed: this pair is settled.", [("/pairs", "Pairs")]
        )
    try:
        recorded = deciding.waive(
            queues.store, wanted, decision, form.text("seen"), form.who, reason=reason, until=None
        )
    except MeanwhileError as error:
        who = error.past.who if error.past else "somebody"
        what = f"Nothing was changed: {error}."
        return message(request, 412, f"Decided by {who} meanwhile", what, [("/pairs", "Pairs")])
    queues.settle(key, recorded.name)
    return RedirectResponse(link("/pairs", undo=recorded.name), 303)


def _pair(store: DeskContext, decision: Decision) -> UsePair | None:
    """Return the two uses of a decision; None if it is about no use."""
    first = decision.examples[0]
    if first.use is None:
        return None
    other = _near(store, first) if first.code == "CR402" else _conflicting(store, decision, first.use)
    with store.engine.connect() as connection:
        seen = version_of(db.decided(connection, subject_of(decision)))
    return UsePair(decision, first.use, other, seen)


def _conflicting(store: DeskContext, decision: Decision, use: Use) -> Use | None:
    """Return the first other use among those whose credits conflict."""
    numbers = sorted(deciding.uses_of(store, QueueFilter(code="CR201"), decision) - {use.id or 0})
    found = sorted(map(use_of, db.uses_by_ids(store.engine, numbers)), key=lambda it: (it.source, it.position))
    lines = use.credit.line if use.credit is not None else None
    return next((it for it in found if it.credit is not None and it.credit.line != lines), None)


def _near(store: DeskContext, finding: Finding) -> Use | None:
    """Return the use of the same article whose caption is nearly identical."""
    uses = stored_uses(store.engine, finding.source) or []
    for first, second in near_pairs([it.match_key for it in uses]):
        if finding.use is not None and uses[second].id == finding.use.id:
            return uses[first]
    return None
