"""The desk's application: its screens, the HTTP API if it is there, and what they answer when something fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec

import captions_db as db
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from captions import __version__
from captions.desk.access import Access
from captions.desk.audits import AuditRunningError
from captions.desk.guard import Guard, TooLargeError
from captions.desk.pages import message, visitor_of
from captions.desk.queue import DeskQueues
from captions.desk.screens import articles, contracts, decision, log, pairs, queue, suppliers
from captions.desk.store import DeskContext
from captions.errors import CaptionsError

RETRY_AFTER = "5"
"""Seconds after which a browser or program may try again while another program has locked the store."""
_STATIC = {"desk.css": "text/css", "desk.js": "text/javascript", "icon.svg": "image/svg+xml"}


def desk_app(store: DeskContext, access: Access) -> ASGIApp:
    """Return the desk's application, with the HTTP API if it is installed, behind its guard."""
    screens = screens_app(store)
    if find_spec("captions.desk.api") is None:
        return Guard(screens, access)
    module = import_module("captions.desk.api.app")
    problem: type[Exception] = import_module("captions.desk.api.problems").ProblemError

    def allow(request: Request, scope: str) -> str:
        user = visitor_of(request).user
        if scope not in user.scopes:
            raise problem(403, f"{user.name} may not do this; it needs the scope {scope}")
        return user.name

    api: ASGIApp = module.api_app(store, allow=allow)

    async def joined(scope: Scope, receive: Receive, send: Send) -> None:
        # The API starts and stops its readers; the screens have nothing to start.
        own = scope["type"] == "http" and not scope["path"].startswith("/v1/")
        await (screens if own else api)(scope, receive, send)

    return Guard(joined, access)


def screens_app(store: DeskContext) -> FastAPI:
    """Return the application without its guard: its routes expect a visitor in the request's state."""
    app = FastAPI(title="captions desk", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.store, app.state.queues = store, DeskQueues(store)
    for screen in (queue, decision, pairs, articles, suppliers, contracts, log):
        app.include_router(screen.router)
    app.add_api_route("/static/{name}", _static, methods=["GET"])
    app.add_api_route("/sign-out", _sign_out, methods=["POST"])
    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        CaptionsError: _cannot,
        db.BaseStoreError: _store_fails,
        HTTPException: _refused,
        RequestValidationError: _invalid,
        TooLargeError: _too_large,
        AuditRunningError: _auditing,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
    return app


async def _static(name: str) -> Response:
    if name not in _STATIC:
        return Response("no such file\n", 404, media_type="text/plain")
    data = (files("captions.desk") / "static" / name).read_bytes()
    return Response(data, media_type=_STATIC[name])


async def _sign_out(request: Request) -> Response:
    request.state.access.close_session(request.state.visitor.key)
    return Response("signed out\n", media_type="text/plain")


async def _cannot(request: Request, error: Exception) -> Response:
    """Show what a person can put right: a wrong date, a name without an agreement."""
    return message(request, 422, "That did not work", f"{error}.", _back(request))


async def _store_fails(request: Request, error: Exception) -> Response:
    """Ask to try again while another program has locked the store; otherwise say what is wrong with it."""
    if isinstance(error, db.BlankStoreError):
        return await _cannot(request, error)
    if not isinstance(error, db.LockedStoreError):
        if isinstance(error, db.InternalStoreError):
            raise error
        return message(request, 500, "The database cannot be used", f"{error}.", _back(request))
    answer = message(request, 503, "The database is busy", f"{error}. Nothing was changed.", _back(request))
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer


async def _auditing(request: Request, error: Exception) -> Response:
    """Ask to wait for an audit; the browser asks again by itself."""
    answer = message(request, 503, "Auditing", f"{error}. This page looks again every few seconds.", [("/", "Queue")])
    answer.headers["Retry-After"] = answer.headers["Refresh"] = RETRY_AFTER
    if request.method != "GET":
        answer.headers["Refresh"] = f"{RETRY_AFTER}; url=/"
    return answer


async def _refused(request: Request, error: Exception) -> Response:
    status, detail = (error.status_code, str(error.detail)) if isinstance(error, HTTPException) else (500, "")
    titles = {403: "Not allowed", 404: "Not found"}
    return message(request, status, titles.get(status) or HTTPStatus(status).phrase.capitalize(), f"{detail}.")


async def _invalid(request: Request, error: Exception) -> Response:
    names = ""
    if isinstance(error, RequestValidationError):
        names = ", ".join(sorted({str(it["loc"][-1]) for it in error.errors()}))
    return message(request, 422, "That did not work", f"The address has a wrong value: {names}.")


async def _too_large(request: Request, error: Exception) -> Response:
    del error
    return message(request, 413, "Too large", "Send a single article, not an archive.")


def _back(request: Request) -> list[tuple[str, str]]:
    path = request.url.path
    return [(path, "Back")] if request.method == "GET" and path != "/" else [("/", "Queue")]
