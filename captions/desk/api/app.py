"""Build the application that serves only the API; the desk includes the same router."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import captions_db as db
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from captions import __version__
from captions.desk.api import articles, decisions, listings, paging, problems
from captions.desk.api.dependencies import AccessScope, Store
from captions.desk.api.problems import ProblemDetails
from captions.desk.api.readers import ArticleReaders
from captions.desk.api.reading import ReaderConfig
from captions.desk.store import DeskStore
from captions.processes.limits import Limits

LOCK_PATIENCE = 2.0
"""Seconds that a request waits for another writer, before it is told to come back (503)."""
READ_LIMITS = Limits(seconds=10.0, memory=512 * 1024 * 1024)
"""The time and memory for one article."""
Allow = Callable[[Request, AccessScope], str]

router = APIRouter(prefix="/v1", responses=problems.responses(401, 403, 422, 503))
router.include_router(articles.router, tags=["articles"])
router.include_router(listings.router, tags=["store"])
router.include_router(decisions.router, tags=["decisions"])
health_router = APIRouter(prefix="/v1")


class HealthAnswer(BaseModel):
    """The state of the server."""

    status: str
    version: str


@health_router.get("/health", response_model=HealthAnswer, responses=problems.responses(503))
def health(store: Store) -> Response:
    """Return whether the store can be read; no token is needed."""
    db.run_summaries(store.engine, limit=1)
    return paging.plain({"status": "ok", "version": __version__})


@dataclass(frozen=True, slots=True)
class ApiServices:
    """What the API needs, for an application without screens."""

    store: DeskStore
    readers: ArticleReaders
    allow: Allow


class BodyLimit:
    """Refuse the bodies of requests that are larger than any article, before they are in memory."""

    def __init__(self, app: ASGIApp, most: int = articles.LARGEST_BODY + 1) -> None:
        """Limit the requests to an application."""
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._most:
                raise HTTPException(413, f"the request is larger than {self._most // 1024 // 1024} MB")
            return message

        await self._app(scope, counted, send)


def reader_config(store: DeskStore) -> ReaderConfig:
    """Return what the workers need to know of a store."""
    return ReaderConfig(db.address_of(store.engine), store.words, store.settings)


def api_app(store: DeskStore, *, allow: Allow, jobs: int = 2, limits: Limits = READ_LIMITS) -> FastAPI:
    """Return the application; its readers start with the server and end with it.

    ``allow`` returns the name of the user who makes a request, or raises ProblemError.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        readers = ArticleReaders(reader_config(store), jobs, limits)
        app.state.services = ApiServices(store, readers, allow)
        try:
            yield
        finally:
            readers.close()

    app = FastAPI(
        title="captions",
        version="1",
        summary="Check articles before they are published, and read and decide what a newsroom owes.",
        openapi_url="/v1/openapi.json",
        docs_url=None,  # their pages load scripts from another server
        redoc_url=None,
        lifespan=lifespan,
    )
    add_api(app)
    return app


def add_api(app: FastAPI) -> None:
    """Add the routes of the API and its error handlers to an application with ``app.state.services``."""
    app.include_router(health_router)
    app.include_router(router)
    app.add_middleware(BodyLimit)
    problems.add_handlers(app)
    described = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schemas = described().setdefault("components", {}).setdefault("schemas", {})
            schemas["ProblemDetails"] = ProblemDetails.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        return described()

    app.openapi = openapi  # type: ignore[method-assign] # as FastAPI's documentation suggests


__all__ = ["ApiServices", "add_api", "api_app", "reader_config", "router"]
