"""Answer every error as problem details (RFC 9457): one sentence that says what is wrong and what to try."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import captions_db as db
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from captions.desk.audits import AuditRunningError
from captions.errors import CaptionsError

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
_BUSY = {"Retry-After": str(RETRY_SECONDS)}


class ProblemDetails(BaseModel):
    """What is wrong with a request."""

    type: str = Field("about:blank", description="Always `about:blank`: the status says what kind of problem it is.")
    title: str = Field(description="The meaning of the status.")
    status: int
    detail: str = Field(description="What is wrong, and what to try.")


class ProblemError(Exception):
    """A request that cannot be answered, with the status and one sentence for the client."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep the status, the sentence and further headers."""
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})


def busy(detail: str) -> ProblemError:
    """Return the problem of a request that will work in a moment."""
    return ProblemError(503, detail, _BUSY)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of problems for OpenAPI."""
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def answer(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return a problem as an answer."""
    problem = ProblemDetails(
        type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=_printable(detail)
    )
    return JSONResponse(problem.model_dump(), status, dict(headers or {}), MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Turn the errors of the program and of the framework into problems."""

    @app.exception_handler(ProblemError)
    async def problem(_request: Request, error: ProblemError) -> JSONResponse:
        return answer(error.status, error.detail, error.headers)

    @app.exception_handler(AuditRunningError)
    async def auditing(_request: Request, error: AuditRunningError) -> JSONResponse:
        return answer(503, str(error), _BUSY)

    @app.exception_handler(CaptionsError)
    async def mistake(_request: Request, error: CaptionsError) -> JSONResponse:
        return answer(422, str(error))

    @app.exception_handler(db.BaseStoreError)
    async def store_error(_request: Request, error: db.BaseStoreError) -> JSONResponse:
        if isinstance(error, db.LockedStoreError | db.FullStoreError | db.UnusableStoreError):
            return answer(503, str(error), _BUSY)
        return answer(422 if isinstance(error, db.NumberStoreError | db.BlankStoreError) else 500, str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return answer(422, f"{place}: {first['msg']}")

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> JSONResponse:
        return answer(error.status_code, str(error.detail), error.headers)


def _printable(text: str) -> str:
    """Return a text that UTF-8 can encode."""
    return text.encode("utf-8", "replace").decode()
