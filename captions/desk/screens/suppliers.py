"""Suppliers: agreements, quotas at their pace, the articles with most findings, and the statement to send."""

from __future__ import annotations

import io
from typing import Literal

import captions_db as db
from captions_db.audit import stored_listing as stored
from captions_db.audit.stored_listing import StoredFilter
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from captions.audit.balances import accounts
from captions.audit.payee import freelancer_named, supplier_named
from captions.audit.statement import statement
from captions.desk.forms import Reads
from captions.desk.pages import page
from captions.desk.queue import queues_of
from captions.desk.store import DeskContext
from captions.errors import CaptionsError
from captions.licensing import terms
from captions.licensing.agreements import DateRange
from captions.licensing.repository import listed
from captions.report import statement_report
from captions.report.statement_report import StatementReport
from captions.text import name_key, tidy

router = APIRouter(dependencies=[Reads])
_WORST = 10
_TYPES = {"csv": "text/csv", "json": "application/json", "html": "text/html"}


@router.get("/suppliers")
def suppliers(request: Request, name: str = "") -> HTMLResponse:
    """List the suppliers by uses, or show one."""
    store, asked = queues_of(request).store, tidy(name)
    if not asked:
        table = db.agency_usage(store.engine, by=("supplier",), limit=200)
        return page(request, "suppliers.html", table=table)
    freelancers = {name_key(it.supplier) for it in listed(store.engine) if it.creator}
    if name_key(asked) in freelancers:
        payee = freelancer_named(store.engine, asked)
    else:
        payee = supplier_named(store.engine, store.words, asked)
    today = store.today()
    own = [it for it in accounts(store.engine, store.words, today) if payee.has(it.agreement)]
    worst, findings = _worst(store, payee.name)
    quarter = f"{today.year}-Q{(today.month + 2) // 3}"
    return page(
        request, "supplier.html", payee=payee, accounts=own, worst=worst, findings=findings, period=quarter, today=today
    )


@router.get("/suppliers/statement")
def download(request: Request, name: str, period: str = "", form: Literal["csv", "json", "html"] = "csv") -> Response:
    """Return the statement of a supplier or freelancer over a month, quarter or year as a file."""
    store = queues_of(request).store
    first, last, label = terms.calendar_period(period) if period else (None, None, "all days")
    try:
        payee = supplier_named(store.engine, store.words, name)
    except CaptionsError:
        payee = freelancer_named(store.engine, name)
    today = store.today()
    found = statement(store.engine, store.words, payee, DateRange(first, last), today)
    stream = io.StringIO()
    statement_report.write(StatementReport(found, label, today), form, stream)
    # Spreadsheets read CSV as UTF-8 only if it begins with this mark.
    data = stream.getvalue().encode("utf-8-sig" if form == "csv" else "utf-8")
    disposition = {"Content-Disposition": f'attachment; filename="statement.{form}"'}
    return Response(data, media_type=f"{_TYPES[form]}; charset=utf-8", headers=disposition)


def _worst(store: DeskContext, supplier: str) -> tuple[list[tuple[str, int]], int]:
    """Return the articles with most findings about a supplier, and the number of all its findings."""
    which, today = StoredFilter(supplier=supplier), store.today()
    audit = store.audits.current(store.request).id
    total = sum(stored.totals(store.engine, audit, which, today=today).values())
    return stored.worst_articles(store.engine, audit, which, today=today, limit=_WORST), total
