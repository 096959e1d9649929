"""Routes that record decisions: corrections, waivers and licenses, and undo them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import captions_db as db
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from captions.audit import waivers
from captions.audit.stored_findings import recheck_lines
from captions.caption.similarity import is_telling
from captions.corrections import corrections
from captions.desk.api import paging, problems
from captions.desk.api.decided import unless_changed
from captions.desk.api.dependencies import MayDecide, MayRead, Store
from captions.desk.api.paging import IfMatch
from captions.desk.api.problems import ProblemError
from captions.desk.api.rows import correction_data, license_data, waiver_data
from captions.desk.store import DeskStore
from captions.errors import CaptionsError
from captions.licensing import license_repository, licenses, terms
from captions.licensing.licenses import License
from captions.text import match_key, tidy

router = APIRouter()
Text = Annotated[str, Field(max_length=2_000)]
Names = Annotated[list[Text], Field(max_length=50)]
Why = Annotated[str, Field(min_length=1, max_length=2_000, description="Why; stored with your name.")]
UseNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CorrectionSent(_Sent):
    """What a credit line means. A missing fact stays as read; `[]` or `""` means that there is none."""

    line: Text | None = Field(None, description="The credit line as printed; or give `use`.")
    use: UseNumber | None = Field(None, description="A use with this credit line.")
    creators: Names | None = None
    agencies: Names | None = None
    supplier: Text | None = None
    qualifiers: Names | None = None
    license: Text | None = None
    reason: Why


class WaiverSent(_Sent):
    """Findings to set aside: with a code, and about a supplier, a line, an article or a use; all of those given."""

    code: Text
    supplier: Text | None = None
    line: Text | None = None
    source: Text | None = Field(None, description="The article's name, or the end of it.")
    use: UseNumber | None = None
    until: date | None = Field(None, description="The last day; by default, no end.")
    reason: Why


class LicenseSent(_Sent):
    """The license of a picture, which its URL, the supplier's number or its caption identifies."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    invoice: Text
    image: Text | None = Field(None, description="The picture's URL in articles.")
    asset: Text | None = Field(None, description="The supplier's number of the picture.")
    caption: Text | None = None
    starts: date | None = Field(None, alias="from")
    ends: date | None = Field(None, alias="to")
    scopes: Names = []
    territories: Names = []
    archive_years: Annotated[int, Field(ge=0, le=100)] | None = None
    price: Annotated[str, Field(max_length=20, examples=["180.50"])] | None = None
    currency: Annotated[str, Field(max_length=10)] | None = None
    note: Text | None = None


class UndoSent(_Sent):
    """Why a decision is undone."""

    reason: Why


@router.post("/corrections", status_code=201, responses=problems.responses(404, 412))
def correct(store: Store, user: MayDecide, sent: CorrectionSent, if_match: IfMatch = None) -> Response:
    """Correct how a credit line is read, for all its uses, also those ingested later."""
    if (sent.line is None) == (sent.use is None):
        raise CaptionsError("give either a line or a use")
    check = unless_changed(store.engine, sent.use, if_match)
    correction = corrections.Correction(
        sent.line if sent.line is not None else _line_of(store, sent.use or 0),
        _names(sent.creators),
        _agencies(store, sent.agencies),
        _agency(store, sent.supplier),
        _names(sent.qualifiers),
        None if sent.license is None else tidy(sent.license),
        reason=tidy(sent.reason),
        who=user,
    )
    given = corrections.checked(correction, store.words)
    ((line, result),) = corrections.correct(store.engine, [given], store.words, check)
    recheck_lines(store.engine, [line], store.words, store.today())
    return _recorded(store, "corrections", result.id, new=result.new, more={"uses": result.uses})


@router.post("/waivers", status_code=201, responses=problems.responses(404, 412))
def waive(store: Store, user: MayDecide, sent: WaiverSent, if_match: IfMatch = None) -> Response:
    """Set findings aside. A waiver that no finding matches is refused."""
    if not any((sent.supplier, sent.line, sent.source, sent.use)):
        raise CaptionsError("give a supplier, a line, a source or a use")
    if not tidy(sent.reason):
        raise CaptionsError("a waiver needs a reason")
    if sent.until is not None and sent.until < store.today():
        raise CaptionsError(f"{sent.until} is in the past, so this waives nothing; choose a later day")
    check = unless_changed(store.engine, sent.use, if_match)
    line = None if sent.line is None else tidy(sent.line)
    waiver = waivers.Waiver(waivers.code_of(sent.code), _agency(store, sent.supplier), line, until=sent.until)
    waiver, use = replace(waiver, reason=tidy(sent.reason), who=user), sent.use
    if sent.source is not None:
        source, of_place = waivers.named_source(store.engine, sent.source)
        waiver, use = replace(waiver, source=source), use or of_place
    if use is not None:
        waiver = waivers.of_use(store.engine, waiver, use)
    count = waivers.matching(store.engine, [waiver], store.words, store.today())
    if not count and not waivers.is_waived(store.engine, waiver):
        raise CaptionsError(f"no open {waiver.code} finding matches, so nothing is waived; see /v1/findings")
    (result,) = waivers.waive(store.engine, [waiver], check)
    return _recorded(store, "waivers", result.id, new=result.new, more={"findings": count})


@router.post("/licenses", status_code=201)
def license_picture(store: Store, user: MayDecide, sent: LicenseSent) -> Response:
    """Record the license of a picture. Its uses on these days need no agreement, and count against no quota."""
    if sent.image is not None and licenses.address_key(sent.image) is None:
        raise CaptionsError("body.image: not the URL of a picture; use one such as https://cdn.example/crane.jpg")
    caption = None if sent.caption is None else tidy(sent.caption)
    key = None if caption is None else match_key(caption)
    if key is not None and not is_telling(key):
        raise CaptionsError("body.caption: too short to identify a picture")
    currency = None if sent.currency is None else terms.currency(sent.currency)
    given = License(
        tidy(sent.invoice),
        sent.starts,
        sent.ends,
        terms.scopes(",".join(sent.scopes)),
        terms.territories(",".join(sent.territories)),
        sent.archive_years,
        None if sent.price is None else terms.money(sent.price, currency),
        currency,
        None if sent.image is None else sent.image.strip(),
        None if sent.asset is None else licenses.asset_number(sent.asset),
        caption=caption,
        caption_key=key,
        note=tidy(sent.note or "") or None,
        added_by=user,
    )
    ((number, new),) = license_repository.add(store.engine, [licenses.check(given)])
    return _recorded(store, "licenses", number, new=new)


@router.get("/corrections/{number}", responses=problems.responses(404))
def correction(request: Request, store: Store, _user: MayRead, number: int) -> Response:
    """Return a correction."""
    return paging.tagged(request, _found(store, "corrections", number))


@router.get("/waivers/{number}", responses=problems.responses(404))
def waiver(request: Request, store: Store, _user: MayRead, number: int) -> Response:
    """Return a waiver."""
    return paging.tagged(request, _found(store, "waivers", number))


@router.get("/licenses/{number}", responses=problems.responses(404))
def license_(request: Request, store: Store, _user: MayRead, number: int) -> Response:
    """Return the license of a picture."""
    return paging.tagged(request, _found(store, "licenses", number))


@router.post("/corrections/{number}/undo", responses=problems.responses(404, 409, 412))
def undo_correction(store: Store, user: MayDecide, number: int, sent: UndoSent, if_match: IfMatch = None) -> Response:
    """Undo a correction; the line is read as before it."""
    return _undone(store, "corrections", number, if_match, corrections.undo_correction, user, sent.reason)


@router.post("/waivers/{number}/undo", responses=problems.responses(404, 409, 412))
def undo_waiver(store: Store, user: MayDecide, number: int, sent: UndoSent, if_match: IfMatch = None) -> Response:
    """Undo a waiver; its findings are reported again."""
    return _undone(store, "waivers", number, if_match, waivers.undo_waiver, user, sent.reason)


@router.post("/licenses/{number}/undo", responses=problems.responses(404, 409, 412))
def undo_license(store: Store, user: MayDecide, number: int, sent: UndoSent, if_match: IfMatch = None) -> Response:
    """Undo a license entered by mistake; it stays on record."""
    return _undone(store, "licenses", number, if_match, license_repository.undo, user, sent.reason)


def _line_of(store: DeskStore, use: int) -> str:
    found = db.use_by_id(store.engine, use)
    if found is None or found.credit is None:
        raise CaptionsError(f"use {use} has no credit line to correct")
    return found.credit.line


def _names(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(dict.fromkeys(filter(None, map(tidy, names))))


def _agencies(store: DeskStore, names: Sequence[str] | None) -> tuple[str, ...] | None:
    known = None if names is None else [_agency(store, name) or "" for name in names]
    return _names(known)


def _agency(store: DeskStore, name: str | None) -> str | None:
    """Return the canonical name of an agency, or an unknown name as given."""
    found = None if name is None else store.words.agency(tidy(name))
    return found.name if found is not None else None if name is None else tidy(name)


def _find(store: DeskStore, kind: str, number: int) -> dict[str, Any] | None:
    if kind == "corrections":
        return next((correction_data(*it) for it in corrections.corrections(store.engine) if it[0].id == number), None)
    if kind == "waivers":
        today = store.today()
        return next((waiver_data(*it) for it in waivers.waivers(store.engine, today) if it[0].id == number), None)
    every = (it for undone in (False, True) for it in license_repository.listed(store.engine, undone=undone))
    return next((license_data(it) for it in every if it.id == number), None)


def _found(store: DeskStore, kind: str, number: int) -> dict[str, Any]:
    found = _find(store, kind, number)
    if found is None:
        raise ProblemError(404, f"no {kind.removesuffix('s')} {number} in the store")
    return found


def _recorded(store: DeskStore, kind: str, number: int, *, new: bool, more: dict[str, Any] | None = None) -> Response:
    """Answer with a decision: 201 if it is new, 200 if it was recorded before."""
    found = _found(store, kind, number)
    response = paging.plain({**found, **(more or {})}, 201 if new else 200)
    response.headers["Location"] = f"/v1/{kind}/{number}"
    response.headers["ETag"] = paging.etag(found)
    return response


def _undone(
    store: DeskStore,
    kind: str,
    number: int,
    if_match: str | None,
    undo: Callable[..., object],
    user: str,
    reason: str,
) -> Response:
    what = f"{kind.removesuffix('s')} {number}"
    before = _found(store, kind, number)
    by = before.get("undone_by")
    if not paging.matches(if_match, paging.etag(before)):
        raise ProblemError(412, f"{what} has changed" + (f": undone by {by}" if by else ""))
    if before["undone"] is not None:
        raise ProblemError(409, f"{what} was already undone by {by}")
    if not tidy(reason):
        raise CaptionsError("to undo a decision, give a reason")
    try:
        undo(store.engine, number, user, tidy(reason))
    except CaptionsError as error:  # somebody else was faster
        raise ProblemError(409, str(error).partition(";")[0]) from None
    after = _found(store, kind, number)
    response = paging.plain(after)
    response.headers["ETag"] = paging.etag(after)
    return response
