"""One decision: what the witnesses say, and the keys that settle it."""

from __future__ import annotations

from typing import Annotated

import captions_db as db
from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from captions.audit.decisions import Decision
from captions.desk import deciding, log
from captions.desk.deciding import MeanwhileError, recorded_of
from captions.desk.forms import Reads, SentForm, sent
from captions.desk.pages import link, message, page, safe_url, visitor_of
from captions.desk.queue import DeskQueues, QueueFilter, code_or_none, queues_of
from captions.desk.review import REASONS, review
from captions.desk.screens.queue import filter_of
from captions.errors import CaptionsError, InputError

router = APIRouter(dependencies=[Reads])
Decided = Annotated[SentForm, Depends(sent("decide"))]
_SIDE = 480
"""Of a scanned picture on the screen, in pixels."""


@router.get("/decision")
def decision(request: Request, key: str = "", done: str = "", picture: int = 0) -> HTMLResponse:
    """Show one decision; with ``picture``, show this picture of the article from its address."""
    queues, wanted = queues_of(request), filter_of(request)
    found = queues.decision(key)
    if found is None:
        return _settled(request, queues, wanted, key, 404)
    facts = review(queues.store, found)
    addresses = facts.use.images if facts.use is not None else ()
    return page(
        request,
        "decision.html",
        picture_url=safe_url(addresses[picture - 1]) if 0 < picture <= len(addresses) else None,
        review=facts,
        wanted=wanted,
        following=queues.next_after(wanted, key),
        left=queues.counts(wanted).decisions,
        picture=picture if 0 < picture <= len(addresses) else 0,
        addresses=addresses,
        reasons=REASONS,
        recorded=recorded_of(done),
        last=log.last_of(queues.store, visitor_of(request).user.name),
    )


@router.post("/decision")
async def decide(request: Request, form: Decided) -> Response:
    """Record a decision, and go on to the next."""
    return await run_in_threadpool(_decide, request, form)


def _decide(request: Request, form: SentForm) -> Response:
    queues, wanted, key = queues_of(request), _filter(form), form.whole("key")
    found = queues.decision(key)
    if found is None:
        return _settled(request, queues, wanted, key, 412)
    try:
        recorded = _record(queues, found, form)
    except MeanwhileError as error:
        again = link("/decision", key=key, **wanted.query())
        what = f"Nothing was changed: {error}. Look at it again before you decide."
        who = error.past.who if error.past else "somebody"
        return message(
            request,
            412,
            f"Decided by {who} meanwhile",
            what,
            [(again, "Look again"), (_next(queues, wanted, key), "Next")],
        )
    queues.remember(key, recorded.name)
    return RedirectResponse(_next(queues, wanted, key, recorded.name), 303)


def _record(queues: DeskQueues, found: Decision, form: SentForm) -> deciding.Recorded:
    store, seen = queues.store, form.text("seen")
    # The button decides what is recorded, not a reason that was typed before.
    if form.text("waive") or form.text("do") == "waive":
        reason = form.text("waive") or form.required("other_reason", "the reason")
        return deciding.waive(queues, found, seen, form.who, reason=reason, until=form.last_day("until"))
    supplier = form.text("supplier") or form.text("other_supplier")
    creators = form.text("creator").split(";") if form.text("creator") else []
    if not supplier and not creators:
        raise CaptionsError("nothing is chosen; choose a supplier, type a creator, or give a reason to waive it")
    return deciding.correct(
        store, found, seen, form.who, supplier=supplier, creators=creators, reason=form.text("reason")
    )


@router.post("/undo")
async def undo(request: Request, form: Decided) -> Response:
    """Undo a decision; go back to it, or to the log."""
    return await run_in_threadpool(_undo, request, form)


def _undo(request: Request, form: SentForm) -> Response:
    queues = queues_of(request)
    recorded = recorded_of(form.text("recorded"))
    if recorded is None:
        raise CaptionsError("this is not a decision that can be undone here; see the log")
    try:
        deciding.undo(queues.store, recorded, form.who, form.text("reason"))
    except MeanwhileError as error:
        return message(request, 412, "Changed meanwhile", f"Nothing was changed: {error}.", [("/log", "Log")])
    key = queues.reopened(recorded.name)
    if key is None or form.text("from") == "log":
        return RedirectResponse(link("/log", undone=recorded.name), 303)
    return RedirectResponse(link("/decision", key=key, **_filter(form).query()), 303)


@router.get("/uses/{number}/picture")
def scanned(request: Request, number: int) -> Response:
    """Return a scanned picture of a use, made small."""
    # Imported here because the picture readers take 0.1 s to load.
    from pathlib import Path

    from captions.imaging.hashing import thumbnail

    engine = queues_of(request).store.engine
    links = db.images_of_uses(engine, [number])
    for image in db.images_by_ids(engine, [it.image_id for it in links]):
        for path in image.paths:
            try:
                if Path(path).is_file():  # since the scan, it may have become a pipe, which would block
                    return Response(thumbnail(path, _SIDE), media_type="image/jpeg")
            except (InputError, OSError):
                continue
    return Response("no scanned picture\n", 404, media_type="text/plain")


def _settled(request: Request, queues: DeskQueues, wanted: QueueFilter, key: str, status: int) -> HTMLResponse:
    """Say who settled a decision, if somebody did."""
    links = [(_next(queues, wanted, key), "Next"), (link("/", **wanted.query()), "Queue")]
    code, kind, fact = (*key.split(" ", 2), "", "")[:3]
    past = None
    if code_or_none(code) and kind in ("line", "supplier", "article"):
        subject = db.DecisionSubject(code, **{"source" if kind == "article" else kind: fact})
        with queues.store.engine.connect() as connection:
            past = max(db.decided(connection, subject), key=lambda it: it.when, default=None)
    if past is None:
        text = "Something has settled this, or the last audit did not find it."
        return message(request, status, "Nothing left to decide", text, links)
    text = f"{past.kind} {past.id} {'undone' if past.undone else 'recorded'} by {past.who}."
    return message(request, status, f"Decided by {past.who} meanwhile", text, [*links, ("/log", "Log")])


def _filter(form: SentForm) -> QueueFilter:
    code = form.text("f_code")
    return QueueFilter(
        code_or_none(code) if code else None,
        form.text("f_supplier") or None,
        form.text("f_publication") or None,
        form.text("f_period") or None,
    )


def _next(queues: DeskQueues, wanted: QueueFilter, key: str, done: str = "") -> str:
    following = queues.next_after(wanted, key)
    return link("/decision" if following else "/", key=following, **wanted.query(), done=done)
