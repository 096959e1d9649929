"""Cut listings into pages: a cursor holds the key of the last row, so that new rows never shift a page."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from fastapi import Header, Query, Request, Response

from captions.desk.api.problems import ProblemError

MOST_ROWS = 500
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="The most rows to return.")]
After = Annotated[
    str | None, Query(max_length=4_000, description="The `next` of the page before; without it, the first page.")
]
IfMatch = Annotated[
    str | None,
    Header(max_length=200, description="The ETag of what you saw: if it has changed since, nothing is done (412)."),
]


def cursor(key: Sequence[object]) -> str:
    """Return a key as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode().rstrip("=")


def key_in(text: str | None, *kinds: type) -> list[Any] | None:
    """Return the key in a cursor, None without one; raise ProblemError (422) if it is not one of ours."""
    if text is None:
        return None
    try:
        data = base64.b64decode((text + "=" * (-len(text) % 4)).encode("ascii"), altchars=b"-_", validate=True)
        key = json.loads(data)
    except (UnicodeError, binascii.Error, ValueError, RecursionError):
        key = None
    if (
        not isinstance(key, list)
        or len(key) != len(kinds)
        or not all(type(part) is kind for part, kind in zip(key, kinds, strict=True))
    ):
        raise ProblemError(422, "query.after: not a cursor of this listing; use the `next` of the page before")
    return key


def etag(value: object) -> str:
    """Return the ETag of plain data."""
    return f'"{hashlib.blake2b(as_json(value), digest_size=12).hexdigest()}"'


def as_json(value: object) -> bytes:
    """Return plain data as JSON."""
    try:
        return orjson.dumps(value, default=str)
    except orjson.JSONEncodeError:  # a lone surrogate, which UTF-8 cannot encode
        return json.dumps(value, default=str).encode()


def tagged(request: Request, value: dict[str, Any], tag: str | None = None) -> Response:
    """Answer with JSON and its ETag, or with 304 if the client has it already."""
    tag = tag or etag(value)
    if tag in [part.strip() for part in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(as_json(value), media_type="application/json", headers={"ETag": tag})


def plain(value: dict[str, Any], status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(as_json(value), status, media_type="application/json")


def matches(given: str | None, tag: str) -> bool:
    """Return whether an If-Match header allows a change of what has this ETag."""
    return given is None or given.strip() == "*" or tag in [part.strip() for part in given.split(",")]
