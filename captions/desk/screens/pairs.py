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
from captions.caption.similarity import near_pairs
from captions.desk import deciding
from captions.desk.deciding import MeanwhileError
from captions.desk.forms import Reads, SentForm, sent
from captions.desk.pages import link, message, page
from captions.desk.queue import DeskQueues, QueueFilter, queues_of
from captions.desk.review import subject_of, version_of
from captions.model import Use
from captions.stored import stored_uses, use_of

router = APIRouter(dependencies=[Reads])
Decided = Annotated[SentForm, Depends(sent("decide"))]
PAIRED = ("CR201", "CR402")
"""The codes about two uses: conflicting credits of one picture, and nearly identical captions."""
_PAGE = 20
_MOST = 8
"""Uses of one answer that the screen shows; nobody settles what is not shown."""
ANSWERS = {
    "CR201": {"same": "same picture, both credits are right", "different": "different pictures"},
    "CR402": {"same": "same picture, described twice", "different": "different pictures with similar captions"},
}
"""What is recorded as the reason of a waiver, by code and answer."""


@dataclass(frozen=True, slots=True)
class UsePair:
    """Uses side by side: two, or more if one answer settles them together."""

    decision: Decision
    uses: tuple[Use, ...]
    more: int
    """The uses that the screen does not show."""
    seen: str
    """The version of the decisions about it when it was shown."""


@router.get("/pairs")
def pairs(request: Request, undo: str = "") -> HTMLResponse:
    """Show the pairs that nobody has judged."""
    queues = queues_of(request)
    found: list[UsePair] = []
    total = 0
    for code in PAIRED:
        wanted = QueueFilter(code=code)
        total += queues.counts(wanted).decisions
        for row in queues.page(wanted, 0, _PAGE - len(found)):
            decision = queues.decision(row.key)
            pair = None if decision is None else _pair(queues, decision)
            found += [] if pair is None else [pair]
    return page(request, "pairs.html", pairs=found, total=total, answers=ANSWERS, undo=undo)


@router.post("/pairs")
async def judge(request: Request, form: Decided) -> Response:
    """Record that two uses show the same picture, or different ones."""
    return await run_in_threadpool(_judge, request, form)


def _judge(request: Request, form: SentForm) -> Response:
    queues, key = queues_of(request), form.whole("key")
    answers = ANSWERS.get(key.partition(" ")[0], {})
    decision = queues.decision(key) if answers else None
    reason = answers.get(form.text("answer"))
    if decision is None or reason is None:
        return message(
            request, 412, "Decided meanwhile", "Nothing was changed: this pair is settled.", [("/pairs", "Pairs")]
        )
    try:
        recorded = deciding.waive(queues, decision, form.text("seen"), form.who, reason=reason, until=None)
    except MeanwhileError as error:
        who = error.past.who if error.past else "somebody"
        what = f"Nothing was changed: {error}."
        return message(request, 412, f"Decided by {who} meanwhile", what, [("/pairs", "Pairs")])
    queues.remember(key, recorded.name)
    return RedirectResponse(link("/pairs", undo=recorded.name), 303)


def _pair(queues: DeskQueues, decision: Decision) -> UsePair | None:
    """Return the uses that an answer settles; None if they are gone."""
    engine, listed = queues.store.engine, queues.uses_of(decision.key)
    if decision.code == "CR402":
        uses = stored_uses(engine, decision.examples[0].source) or []
        near = [(first, second) for first, second in near_pairs([it.match_key for it in uses])
                if uses[second].id in listed]  # fmt: skip
        found = [uses[at] for at in sorted({at for pair in near for at in pair})]
    else:
        found = sorted(map(use_of, db.uses_by_ids(engine, listed)), key=lambda it: (it.source, it.position))
    if not found:
        return None
    with engine.connect() as connection:
        seen = version_of(db.decided(connection, subject_of(decision)))
    return UsePair(decision, tuple(found[:_MOST]), len(found[_MOST:]), seen)
