"""The log: who decided what, with undo."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from captions.desk import log
from captions.desk.forms import Reads
from captions.desk.pages import page, visitor_of
from captions.desk.queue import queues_of
from captions.text import tidy

router = APIRouter(dependencies=[Reads])
ROWS = 100


@router.get("/log")
def history(request: Request, who: str = "", undone: str = "") -> HTMLResponse:
    """Show the latest decisions, those of one person if asked."""
    found = log.entries(queues_of(request).store)
    named = tidy(who)
    chosen = [it for it in found if not named or named in (it.who, it.undone_by)]
    return page(
        request, "log.html", entries=chosen[:ROWS], total=len(chosen), who=named, undone=undone,
        last=log.last_of(queues_of(request).store, visitor_of(request).user.name),
        people=sorted({it.who for it in found if it.who}),
    )  # fmt: skip
