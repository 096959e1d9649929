"""Agreements and licenses: add, end, undo, and import from a spreadsheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import captions_db as db
from captions_db.meanwhile import Check
from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from captions.corrections import license_sheet
from captions.desk.deciding import MeanwhileError
from captions.desk.forms import Reads, SentForm, sent
from captions.desk.pages import link, message, page
from captions.desk.queue import queues_of
from captions.errors import CaptionsError
from captions.files.csv_input import SheetRow, rows
from captions.licensing import license_repository, repository, terms
from captions.licensing.agreement_sheet import COLUMNS, from_row
from captions.licensing.agreements import Agreement
from captions.licensing.balance import state_on
from captions.licensing.licenses import License
from captions.licensing.quotas import quota_text
from captions.text import count

router = APIRouter(dependencies=[Reads])
Decided = Annotated[SentForm, Depends(sent("decide"))]


@router.get("/agreements")
def contracts(request: Request, supplier: str = "", done: str = "") -> HTMLResponse:
    """List agreements and licenses, with forms to add more."""
    store = queues_of(request).store
    return page(
        request,
        "agreements.html",
        agreements=[(it, state_on(it, store.today()), quota_text(it)) for it in repository.listed(store.engine)],
        licenses=license_repository.listed(store.engine),
        kinds=terms.KINDS,
        license_columns=license_sheet.COLUMNS,
        scopes=sorted(terms.table().scopes),
        supplier=supplier,
        done=done,
    )


@router.post("/agreements")
async def add(request: Request, form: Decided) -> Response:
    """Add an agreement."""
    cells = {name: form.text(name) for name in COLUMNS}
    agreement = from_row(SheetRow("the form", 1, {name: cell for name, cell in cells.items() if cell}))
    return await run_in_threadpool(_add, request, [agreement], form.who)


@router.post("/agreements/import")
async def import_csv(request: Request, form: Decided) -> Response:
    """Add the agreements of a CSV file, all or none."""
    file = await form.file("file")
    if file is None:
        raise CaptionsError("no file was chosen; choose a CSV file as `captions agreement export` writes it")
    name, data = file
    found = [from_row(row) for row in rows(data, name, ("supplier",), COLUMNS)]
    return await run_in_threadpool(_add, request, found, form.who)


@router.post("/agreements/end")
async def end(request: Request, form: Decided) -> Response:
    """End an agreement early, unless somebody has changed its last day meanwhile."""
    return await run_in_threadpool(_end, request, form)


@router.post("/licenses")
async def add_license(request: Request, form: Decided) -> Response:
    """Add the license of a picture."""
    cells = {name: form.text(name) for name in license_sheet.COLUMNS}
    found = license_sheet.from_row(
        SheetRow("the form", 1, {name: cell for name, cell in cells.items() if cell}), form.who
    )
    return await run_in_threadpool(_add_licenses, request, [found])


@router.post("/licenses/import")
async def import_licenses(request: Request, form: Decided) -> Response:
    """Add the licenses of a CSV file, all or none."""
    file = await form.file("file")
    if file is None:
        raise CaptionsError("no file was chosen; choose a CSV file with the columns of the form")
    name, data = file
    sheet = rows(data, name, ("invoice",), license_sheet.COLUMNS)
    return await run_in_threadpool(_add_licenses, request, [license_sheet.from_row(row, form.who) for row in sheet])


def _add(request: Request, agreements: list[Agreement], who: str) -> Response:
    store = queues_of(request).store
    named = [
        replace(it, supplier=it.supplier if it.creator else store.supplier_named(it.supplier), added_by=who)
        for it in agreements
    ]
    added = repository.add(store.engine, named)
    new = [it for it in added if it.new]
    done = f"added {len(new)}, skipped {len(added) - len(new)} that exist already"
    remarks = "; ".join(remark for it in added for remark in it.remarks)
    return RedirectResponse(link("/agreements", done=f"{done}; {remarks}" if remarks else done), 303)


def _end(request: Request, form: SentForm) -> Response:
    store, number = queues_of(request).store, form.number("agreement")
    on, reason = form.last_day("on"), form.required("reason", "the reason")
    if on is None:
        raise CaptionsError("the new last day is missing; write it as 2026-06-30")
    unless_changed = _unless_changed(number, form.text("seen"))
    try:
        with store.engine.connect() as connection:
            unless_changed(connection)
        ended = repository.end(store.engine, number, on, reason, form.who, unless_changed)
    except MeanwhileError as error:
        who = (error.past and error.past.who) or "somebody"
        what = f"Nothing was changed: {error}."
        return message(request, 412, f"Decided by {who} meanwhile", what, [("/agreements", "Agreements")])
    return RedirectResponse(link("/agreements", done=f"agreement {number} ends on {ended.ends}"), 303)


def _unless_changed(number: int, seen: str) -> Check:
    """Return a check that raises MeanwhileError if an agreement does not end any more on the day that a person saw."""

    def check(connection: Connection) -> None:
        found = db.agreement(connection, number)
        if found is None:
            raise CaptionsError(f"no agreement {number}")
        past = None
        if (when := found.undone or found.ended) is not None:
            who = found.undone_by or found.ended_by or ""
            past = db.PastDecision("agreement", number, who, when, found.undone is not None)
        if found.undone is not None:
            raise MeanwhileError(past)
        if str(found.ends) != seen:
            raise MeanwhileError(past, f"agreement {number} now ends on {found.ends}")

    return check


def _add_licenses(request: Request, found: list[License]) -> Response:
    added = license_repository.add(queues_of(request).store.engine, found)
    new = sum(is_new for _, is_new in added)
    done = f"added {new} of {count(len(added), 'license')}; the others exist already"
    if len(added) == new:
        done = f"added {count(new, 'license')}"
    return RedirectResponse(link("/agreements", done=done), 303)
