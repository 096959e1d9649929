"""Routes for articles: check one, ingest one, show one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

import captions_db as db
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from captions.audit.request import AuditRequest
from captions.desk.api import paging, problems
from captions.desk.api.dependencies import AccessScope, MayRead, Store, services
from captions.desk.api.problems import ProblemError
from captions.desk.api.readers import ArticleReaders, ReadersBusyError
from captions.desk.api.reading import CheckedArticle, Outcome, SentArticle, SentFormat, Task, ToCheck, ToIngest
from captions.desk.api.rows import article_data
from captions.desk.store import DeskStore
from captions.errors import CaptionsError
from captions.ingest import records
from captions.licensing import terms
from captions.sources import Unread
from captions.sources.source import digest_of

router = APIRouter()
LARGEST_BODY = 16 * 1024 * 1024
"""In bytes; the longest of 3,000 real articles has 0.2 MB."""
NO_AGREEMENTS = "no agreements are recorded, so none is checked"
_FORMS: dict[str, SentFormat] = {"text/html": "html", "text/plain": "text", "application/json": "ninjs"}
UseScope = Literal["web", "print", "syndication", "social"]
Territory = Annotated[str | None, Query(max_length=20, description="An ISO 3166 code, or a group such as EU.")]
Name = Annotated[str | None, Query(max_length=1_000, description="The article's name in findings.")]
Url = Annotated[str | None, Query(max_length=4_000, description="The article's URL.")]
Publication = Annotated[str | None, Query(max_length=500, description="Its publication, if the article names none.")]
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The article: a page, a text, or a ninjs item.",
        "content": {
            "text/html": {"schema": {"type": "string"}},
            "text/plain": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "object", "description": "An item in ninjs 1, 2 or 3."}},
        },
    }
}


class CheckedCaption(BaseModel):
    """A caption that was read, with its credit."""

    position: int
    caption: str
    credit: str | None
    creators: list[str]
    agencies: list[str]
    supplier: str | None
    qualifiers: list[str]
    images: list[str]


class CheckAnswer(BaseModel):
    """The result of a check."""

    outcome: Literal["pass", "warn", "block"] = Field(description="`block` for an error, `warn` for a warning.")
    captions: list[CheckedCaption]
    findings: list[dict[str, Any]] = Field(description="Findings, worst first, as in `captions check --format json`.")
    notes: list[str] = Field(description="What was not checked.")


class IngestAnswer(BaseModel):
    """What happened to an article."""

    article: int = Field(description="Its number in the store.")
    state: Literal["new", "changed", "unchanged"]
    captions: int


@router.post("/check", response_model=CheckAnswer, openapi_extra=_BODY, responses=problems.responses(413, 415))
async def check(
    request: Request,
    scope: UseScope | None = None,
    territory: Territory = None,
    on: date | None = None,
    name: Name = None,
    url: Url = None,
    publication: Publication = None,
) -> Response:
    """Check an article before it is published; nothing is stored.

    Agreements, licenses, corrections and waivers count as in the store, on the day `on`, else on the article's own
    date, else today. Quotas, and what other articles say about a picture, need an audit: see `/v1/findings`.
    """
    await _allowed(request, "check")
    sent = await _sent(request, name, url, publication)
    store = services(request).store
    audit = audit_request(store, scope, territory)
    found = await run_in_threadpool(_run, services(request).readers, ToCheck(sent, audit, on, store.today()))
    assert isinstance(found, CheckedArticle)  # noqa: S101 - for mypy
    outcome = "block" if "error" in found.severities else "warn" if "warning" in found.severities else "pass"
    notes = ["quotas not counted; see /v1/findings"]
    if not found.has_agreements:
        notes.append(NO_AGREEMENTS)
    return paging.plain({"outcome": outcome, "captions": found.captions, "findings": found.findings, "notes": notes})


@router.post(
    "/articles", response_model=IngestAnswer, openapi_extra=_BODY, status_code=200,
    responses={201: {"model": IngestAnswer, "description": "The article is new."}, **problems.responses(413, 415)},
)  # fmt: skip
async def ingest(
    request: Request,
    name: Name = None,
    url: Url = None,
    publication: Publication = None,
    published: Annotated[date | None, Query(description="Its date, if the article gives none.")] = None,
) -> Response:
    """Store an article, or store it again after it has changed. It is known by its URL, else by its content."""
    await _allowed(request, "decide")
    sent = await _sent(request, name, url, publication, published)
    answer = await run_in_threadpool(_ingest, services(request).store, services(request).readers, sent)
    response = paging.plain(answer.model_dump())
    response.status_code = 201 if answer.state == "new" else 200
    response.headers["Location"] = f"/v1/articles/{answer.article}"
    return response


@router.get("/articles/{article_id}", responses=problems.responses(404))
def show(request: Request, store: Store, _user: MayRead, article_id: int) -> Response:
    """Return an article with its clean text and its uses."""
    found = db.article_by_id(store.engine, article_id)
    if found is None:
        raise ProblemError(404, f"no article {article_id} in the store")
    return paging.tagged(request, article_data(found))


async def _allowed(request: Request, scope: AccessScope) -> str:
    return await run_in_threadpool(services(request).allow, request, scope)


def audit_request(store: DeskStore, scope: str | None, territory: str | None) -> AuditRequest:
    """Return the newsroom's audit, for another intended use if given."""
    own = store.request
    return replace(own, scope=scope or own.scope, territory=one_territory(territory) or own.territory)


def one_territory(text: str | None) -> str | None:
    """Return a territory's code; raise ProblemError if the text is not one territory."""
    if text is None:
        return None
    found = terms.territories(text)
    if len(found) != 1:
        raise ProblemError(422, "query.territory: not one territory; use one code, or a group such as EU")
    return found[0]


async def _sent(
    request: Request, name: str | None, url: str | None, publication: str | None, published: date | None = None
) -> SentArticle:
    """Read the body of a request; raise ProblemError if it is too large, empty, or of another type."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = _FORMS.get(kind)
    if form is None:
        raise ProblemError(415, f"send the article with Content-Type: {', '.join(_FORMS)}")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise ProblemError(413, f"the article is larger than {LARGEST_BODY // 1024 // 1024} MB")
    if not body.strip():
        raise ProblemError(422, "the request has no body; send the article as its body")
    data = bytes(body)
    known = " ".join((name or "").split()) or url or f"api:{digest_of(data)[:12]}"
    return SentArticle(data, form, known, url or None, publication or None, published)


def _run(readers: ArticleReaders, task: Task) -> Outcome:
    try:
        outcome = readers.run(task)
    except ReadersBusyError:
        raise problems.busy("all readers are busy; try again in a moment") from None
    if isinstance(outcome, Unread):
        raise CaptionsError(f"the article could not be read: {outcome.reason}")
    return outcome


def _ingest(store: DeskStore, readers: ArticleReaders, sent: SentArticle) -> IngestAnswer:
    record = _run(readers, ToIngest(sent))
    assert isinstance(record, db.ArticleRecord)  # noqa: S101 - for mypy
    run = db.start_run(store.engine, store.settings.version, store.settings.publication)
    records.write(store.engine, run, [record], (), (), store.words)
    summary = db.finish_run(store.engine, run)
    found = db.article_text(store.engine, record.source)
    if found is None:  # removed by someone else since
        raise problems.busy("the article was removed meanwhile; send it again")
    return IngestAnswer(
        article=found.id,
        state="new" if summary.new else "changed" if summary.changed else "unchanged",
        captions=len(found.uses),
    )
