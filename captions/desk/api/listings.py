"""Routes that read the store: uses, findings, usage and quotas."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import Annotated, Any, Literal

import captions_db as db
from captions_db.audit import stored_listing as stored
from captions_db.audit.stored_listing import StoredAudit, StoredFilter
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from captions.audit.balances import accounts
from captions.audit.codes import CODES, SEVERITIES
from captions.audit.request import AuditRequest
from captions.audit.run import audited
from captions.audit.stored_results import numbered_findings
from captions.desk.api import paging, problems
from captions.desk.api.articles import NO_AGREEMENTS, Territory, UseScope, audit_request
from captions.desk.api.decided import use_tag
from captions.desk.api.dependencies import MayDecide, MayRead, Store
from captions.desk.api.paging import After, Limit
from captions.desk.api.problems import ProblemError
from captions.desk.api.reading import finding_data
from captions.desk.api.rows import quota_data, use_data
from captions.desk.store import DeskStore
from captions.errors import CaptionsError
from captions.licensing.usage import scope_spans
from captions.report.audit_report import report_of

router = APIRouter()
Grouping = Literal["supplier", "agency", "creator", "publication", "month", "quarter", "year", "scope"]
Named = Annotated[str | None, Query(max_length=500)]
Severity = Literal["error", "warning", "info"]


class UsesPage(BaseModel):
    """A page of uses, by number."""

    total: int = Field(description="The number of uses that the filters choose.")
    uses: list[dict[str, Any]]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class FindingsPage(BaseModel):
    """A page of findings, worst first."""

    audited: datetime | None = Field(description="When they were found; null for an audit of this moment.")
    changed_since: str = Field(description="What has changed since: `2 ingests and 14 decisions`; empty if nothing.")
    totals: dict[str, Any] = Field(description="The totals of the audit, whatever the page shows.")
    notes: list[str]
    findings: list[dict[str, Any]]
    next: str | None


class UsagePage(BaseModel):
    """Groups of uses, most used first."""

    total: dict[str, Any]
    groups: int
    rows: list[dict[str, Any]]
    next: str | None


@router.get("/uses", response_model=UsesPage)
def uses(
    store: Store,
    _user: MayRead,
    supplier: Named = None,
    agency: Named = None,
    creator: Named = None,
    publication: Named = None,
    since: date | None = None,
    until: date | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Response:
    """List picture uses."""
    key = paging.key_in(after, int)
    paper = store.publication_named(publication)
    filters = db.FoundFilters(paper, agency, supplier, creator)
    last = max(0, min(key[0], 2**31 - 1)) if key else 0
    found = db.uses_after(store.engine, last, limit + 1, filters, since, until)
    counted = db.agency_usage(
        store.engine, agency=agency, supplier=supplier, creator=creator, publication=paper, since=since, until=until,
        counts=(),
    )  # fmt: skip
    more = paging.cursor([found[limit - 1].use_id]) if len(found) > limit else None
    return paging.plain({"total": counted.total.uses, "uses": list(map(use_data, found[:limit])), "next": more})


@router.get("/uses/{use_id}", responses=problems.responses(404))
def use(request: Request, store: Store, _user: MayRead, use_id: int) -> Response:
    """Return a use. Its ETag changes with its article, its reading, and each decision about it."""
    found = db.use_by_id(store.engine, use_id)
    if found is None:
        raise ProblemError(404, f"no use {use_id} in the store")
    return paging.tagged(request, use_data(found), use_tag(store.engine, found))


@router.get("/findings", response_model=FindingsPage)
def findings(
    store: Store,
    _user: MayRead,
    code: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006 - FastAPI copies it
    severity: Annotated[list[Severity], Query(max_length=3)] = [],  # noqa: B006 - FastAPI copies it
    supplier: Named = None,
    publication: Named = None,
    since: date | None = None,
    until: date | None = None,
    scope: UseScope | None = None,
    territory: Territory = None,
    use: int | None = None,
    waived: bool = False,
    limit: Limit = 100,
    after: After = None,
) -> Response:
    """List the findings of the last stored audit that nothing has settled since, worst first.

    If no audit is stored, this audits first. With `use` or `waived`, it audits at once, and nothing is stored; also
    with a `scope` or a `territory` for which no audit is stored: `POST /v1/audits` stores one.
    """
    if unknown := [it for it in code if it not in CODES]:
        raise CaptionsError(f"query.code: unknown code {unknown[0]!r}; see docs/audit.md")
    asked = audit_request(store, scope, territory)
    which = StoredFilter(
        frozenset(code), frozenset(severity), None if supplier is None else store.supplier_named(supplier),
        store.publication_named(publication), since, until,
    )  # fmt: skip
    if use is None and not waived and (audit := stored_audit(store, asked)) is not None:
        return _stored_page(store, audit, which, limit, after)
    request = replace(
        asked, codes=which.codes, severities=which.severities, supplier=which.supplier, publication=which.publication,
        since=since, until=until, waived=waived, use=use,
    )  # fmt: skip
    return _audited_page(store, request, limit, after)


def _stored_page(store: DeskStore, audit: StoredAudit, which: StoredFilter, limit: int, after: str | None) -> Response:
    key = paging.key_in(after, int)
    last, today = key[0] if key else 0, store.today()
    rows = stored.findings(store.engine, audit.id, which, today=today, after=last, limit=limit + 1)
    totals = stored.totals(store.engine, audit.id, which, today=today)
    by_severity: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
    by_code: dict[str, int] = {}
    for (code, severity), count in totals.items():
        by_severity[severity] += count
        by_code[code] = by_code.get(code, 0) + count
    keys = {row.id: row.key for row in rows}
    found = numbered_findings(store.engine, rows[:limit])
    return paging.plain({
        "audited": audit.audited,
        "changed_since": store.audits.since(audit),
        "totals": {"findings": sum(by_code.values()), "by_severity": by_severity, "by_code": by_code},
        "notes": [] if db.agreements(store.engine) else [NO_AGREEMENTS],
        "findings": [{**finding_data(it), "decision": keys[number]} for number, it in found],
        "next": paging.cursor([rows[limit - 1].id]) if len(rows) > limit else None,
    })  # fmt: skip


def _audited_page(store: DeskStore, request: AuditRequest, limit: int, after: str | None) -> Response:
    key = paging.key_in(after, int, str, bool, str, int, str)
    with audited(store.engine, request, store.words, today=store.today()) as result:
        report = report_of(result)
        start = tuple(key) if key else None
        rest = (finding for finding in result if start is None or finding.order > start)
        page = list(islice(rest, limit + 1))
        decisions = [report.key_of(it) if report.key_of else None for it in page]
        totals, notes = report.totals, report.all_notes()
    listed = [{**finding_data(it), "decision": key} for it, key in zip(page[:limit], decisions, strict=False)]
    more = paging.cursor(page[limit - 1].order) if len(page) > limit else None
    answer = {"audited": None, "changed_since": "", "totals": totals, "notes": notes}
    return paging.plain({**answer, "findings": listed, "next": more})


class AuditAnswer(BaseModel):
    """A stored audit."""

    audited: datetime
    findings: int
    decisions: int


@router.post("/audits", response_model=AuditAnswer, status_code=201)
def audit(store: Store, _user: MayDecide, scope: UseScope | None = None, territory: Territory = None) -> Response:
    """Audit the store, and store the findings for `/v1/findings`.

    If that takes long, it answers 503 and goes on; asking again waits for it.
    """
    found = store.audits.anew(audit_request(store, scope, territory))
    return paging.plain({"audited": found.audited, "findings": found.findings, "decisions": found.decisions}, 201)


def stored_audit(store: DeskStore, asked: AuditRequest) -> StoredAudit | None:
    """Return the stored audit of a question: the newsroom's own is made if none is stored."""
    return store.audits.current(asked) if asked == store.request else store.audits.latest(asked)


@router.get("/usage", response_model=UsagePage)
def usage(
    store: Store,
    _user: MayRead,
    by: Annotated[list[Grouping], Query(max_length=4)] = ["supplier"],  # noqa: B006 - FastAPI copies it
    supplier: Named = None,
    agency: Named = None,
    creator: Named = None,
    publication: Named = None,
    since: date | None = None,
    until: date | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Response:
    """Count picture uses in groups; a use counts once for each agency and creator of its line, once in the total."""
    groups = tuple(dict.fromkeys(by))
    key = paging.key_in(after, int, list, str)
    table = db.agency_usage(
        store.engine,
        groups,
        agency=agency,
        supplier=supplier,
        creator=creator,
        publication=store.publication_named(publication),
        since=since,
        until=until,
        unclear=True,
        counts=(),
        spans=scope_spans(store.engine, store.words) if "scope" in groups else (),
    )
    keys = [usage_key(row) for row in table.rows]
    start = next((n for n, it in enumerate(keys) if key is None or it > _comparable(key)), len(keys))
    page = table.rows[start : start + limit]
    rows = [{**dict(zip(groups, row.values, strict=True)), "uses": row.uses, "unclear": row.unclear} for row in page]
    last = page[-1] if page and start + limit < len(keys) else None
    more = None if last is None else paging.cursor([last.uses, list(last.values), last.unclear or ""])
    return paging.plain({"total": {"uses": table.total.uses}, "groups": table.groups, "rows": rows, "next": more})


@router.get("/agreements/{agreement_id}/quota", responses=problems.responses(404))
def quota(request: Request, store: Store, _user: MayRead, agreement_id: int, on: date | None = None) -> Response:
    """Return how much of an agreement is used on a day; by default, today."""
    balances = accounts(store.engine, store.words, on or store.today())
    found = next((it for it in balances if it.agreement.id == agreement_id), None)
    if found is None:
        raise ProblemError(404, f"no agreement {agreement_id} in the store")
    return paging.tagged(request, quota_data(found))


def usage_key(row: db.UsageRow) -> tuple[int, list[tuple[bool, str]], str]:
    """Return the key by which groups are sorted."""
    return _comparable([row.uses, row.values, row.unclear or ""])


def _comparable(key: list[Any]) -> tuple[int, list[tuple[bool, str]], str]:
    uses, values, unclear = key
    return -uses, [(value is None, str(value or "")) for value in values], unclear
