"""Routes that read the store: uses, findings, usage and quotas."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Annotated, Any, Literal

import captions_db as db
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from captions.audit.balances import accounts
from captions.audit.codes import CODES
from captions.audit.request import AuditRequest
from captions.audit.run import audited
from captions.desk.api import paging, problems
from captions.desk.api.articles import Territory, UseScope, one_territory
from captions.desk.api.decided import use_tag
from captions.desk.api.dependencies import DeskStore, MayRead, Store
from captions.desk.api.paging import After, Limit
from captions.desk.api.problems import ProblemError
from captions.desk.api.reading import finding_data
from captions.desk.api.rows import quota_data, use_data
from captions.errors import CaptionsError
from captions.lexicon.publications import publication_key
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
    paper = stored_name(store, publication)
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
    return paging.tagged(request, use_data(found), use_tag(store, found))


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
    """Audit the store, and list the findings, worst first; filters choose the uses to report."""
    if unknown := [it for it in code if it not in CODES]:
        raise CaptionsError(f"query.code: unknown code {unknown[0]!r}; see docs/audit.md")
    key = paging.key_in(after, int, str, bool, str, int, str)
    known = store.words.agency(supplier) if supplier is not None else None
    request = AuditRequest(
        frozenset(code), frozenset(severity), store.grades, supplier if known is None else known.name,
        stored_name(store, publication), since, until, scope, one_territory(territory), waived, use=use,
    )  # fmt: skip
    with audited(store.engine, request, store.words, today=date.today()) as result:
        report = report_of(result)
        start = tuple(key) if key else None
        rest = (finding for finding in result if start is None or finding.order > start)
        page = list(islice(rest, limit + 1))
        decisions = [report.key_of(it) if report.key_of else None for it in page]
        totals, notes = report.totals, report.all_notes()
    listed = [{**finding_data(it), "decision": key} for it, key in zip(page[:limit], decisions, strict=False)]
    more = paging.cursor(page[limit - 1].order) if len(page) > limit else None
    return paging.plain({"totals": totals, "notes": notes, "findings": listed, "next": more})


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
        publication=stored_name(store, publication),
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
    balances = accounts(store.engine, store.words, on or date.today())
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


def stored_name(store: DeskStore, publication: str | None) -> str | None:
    """Return the current name of a publication, or an unknown name as given."""
    if publication is None:
        return None
    return db.publication_name(store.engine, publication, publication_key(publication)) or publication
