"""The queue: the decisions that are left, worst first, and the audit that found them."""

from __future__ import annotations

from typing import Annotated

import captions_db as db
from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from captions.audit.codes import CODES
from captions.desk import log
from captions.desk.audits import ago
from captions.desk.deciding import recorded_of
from captions.desk.forms import Reads, SentForm, sent
from captions.desk.pages import link, page, visitor_of
from captions.desk.queue import QueueFilter, code_or_none, queues_of
from captions.text import tidy

router = APIRouter(dependencies=[Reads])
ROWS = 50
"""Decisions on a page."""


def filter_of(request: Request) -> QueueFilter:
    """Return the filter in a request's query."""
    query = {name: tidy(value) or None for name, value in request.query_params.items()}
    code = query.get("code")
    return QueueFilter(
        code_or_none(code) if code else None, query.get("supplier"), query.get("publication"), query.get("period")
    )


@router.get("/")
def queue(request: Request) -> HTMLResponse:
    """Show what is left to decide, and what was done today."""
    queues = queues_of(request)
    wanted = filter_of(request)
    audit, counts = queues.audit(), queues.counts(wanted)
    text = request.query_params.get("page", "1")
    number = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    who = visitor_of(request).user.name
    done = log.done_today(queues.store)
    return page(
        request,
        "queue.html",
        wanted=wanted,
        decisions=queues.page(wanted, (number - 1) * ROWS, ROWS),
        queue=counts,
        audited=ago(audit.audited),
        since=queues.store.audits.since(audit),
        today=queues.store.today(),
        first=(number - 1) * ROWS + 1,
        number=number,
        pages=-(-counts.decisions // ROWS),
        done=sum(done.values()),
        own=done.get(who, 0),
        last=log.last_of(queues.store, who),
        all_codes=list(CODES),
        publications=db.publication_spellings(queues.store.engine, 200),
        recorded=recorded_of(request.query_params.get("done", "")),
    )


@router.post("/audit")
async def audit(request: Request, form: Annotated[SentForm, Depends(sent("decide"))]) -> Response:
    """Audit the store anew, and show the queue again."""
    del form
    store = queues_of(request).store
    await run_in_threadpool(store.audits.anew, store.request)
    return RedirectResponse(link("/"), 303)
