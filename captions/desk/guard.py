"""Refuse requests that do not come from the desk's own pages or users, and limit what a request may take.

This is an ASGI application around the desk's: whatever routes the desk has, none is reached without a user.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from captions.desk.access import Access, Visitor
from captions.text import tidy

LARGEST_REQUEST = 16 * 1024 * 1024
"""In bytes: a page or an article, not an archive."""
SECONDS = 60.0
"""How long a request may take, with the time to send its body."""
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
OPEN_PATHS = frozenset({"/v1/health"})
"""Paths that answer anybody; they show nothing of the store."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Mapping[bytes, bytes] = {
    b"content-security-policy": POLICY.encode(),
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
"""Added to each response that does not set them itself. Without a referrer, browsers send no Origin with forms."""
_SIGN_IN = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Sign in - captions desk</title></head>
<body><main><h1>captions desk</h1><p>{0}</p><form method="post" action="/sign-in">
<p><label>Token <input name="token" type="password" autocomplete="current-password" required></label>
<button>Sign in</button></p></form></main></body></html>
"""


class TooLargeError(HTTPException):
    """The body of a request is larger than allowed."""

    def __init__(self) -> None:
        """Name the limit."""
        super().__init__(413, f"the request is larger than {LARGEST_REQUEST // 1024 // 1024} MB")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a request is refused."""

    status: int
    reason: str


class Guard:
    """The desk's application behind its checks."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        """Guard an application."""
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        send = _with_headers(send)
        headers = [(name.lower(), value) for name, value in scope["headers"]]
        if scope["path"] in OPEN_PATHS:
            await self._limited(scope, receive, send)
            return
        if (refusal := self._refused(scope["method"], headers)) is not None:
            await _refuse(scope, send, refusal)
            return
        if scope["path"] == "/sign-in" and scope["method"] == "POST":
            await self._sign_in(scope, receive, send)
            return
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if scope["method"] == "GET" and "token" in query and (user := self._access.user_of(query["token"][0])):
            rest = urlencode([(name, value) for name, values in query.items() if name != "token" for value in values])
            # One slash: `//host/` would be an address on another host.
            path = "/" + quote(scope["path"].lstrip("/\\"))
            await self._welcome(self._access.open_session(user), path + (f"?{rest}" if rest else ""), send)
            return
        visitor = self._visitor(headers)
        if visitor is None and self._access.user_header and _header(headers, b"authorization") is None:
            text = "The proxy names no user of this desk; add one with: captions desk user add NAME --scope read"
            await _refuse(scope, send, _Refusal(403, text))
        elif visitor is None:
            await _refuse(scope, send, _Refusal(401, "Open the address that captions desk printed, or enter a token."))
        elif visitor.key and scope["method"] not in SAFE_METHODS and _header(headers, b"origin") is None:
            await _refuse(scope, send, _Refusal(403, "The request does not say which page it comes from."))
        else:
            scope.setdefault("state", {}).update(visitor=visitor, access=self._access)
            await self._limited(scope, receive, send)

    def _refused(self, method: str, headers: list[tuple[bytes, bytes]]) -> _Refusal | None:
        """Return why a request is refused whoever sends it; None if it is not."""
        host, origin = _header(headers, b"host"), _header(headers, b"origin")
        if host is None or host.lower() not in self._access.hosts:
            return _Refusal(400, f"Unknown host; open {self._access.origins[0]} instead.")
        if origin is not None and origin not in self._access.origins:
            return _Refusal(403, "The request comes from a page of another site.")
        site = _header(headers, b"sec-fetch-site")
        if site == "cross-site" and method not in SAFE_METHODS:
            return _Refusal(403, "The request comes from a page of another site.")
        length = _header(headers, b"content-length")
        if length is not None and (not length.isdecimal() or int(length) > LARGEST_REQUEST):
            return _Refusal(413, f"Too large: send at most {LARGEST_REQUEST // 1024 // 1024} MB.")
        return None

    def _visitor(self, headers: list[tuple[bytes, bytes]]) -> Visitor | None:
        """Return who sends a request; None if nobody knows."""
        authorization = _header(headers, b"authorization")
        if authorization is not None:
            kind, _, token = authorization.partition(" ")
            user = self._access.user_of(token.strip()) if kind.lower() == "bearer" else None
            return None if user is None else Visitor(user)
        if self._access.user_header:
            name = tidy(_header(headers, self._access.user_header.encode()) or "")
            named = self._access.named(name)
            return None if named is None else Visitor(named, f"proxy {name}")
        session = _session(headers, self._access.cookie)
        user = self._access.user_in(session) if session else None
        return None if user is None else Visitor(user, session)

    async def _sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open a session for the user of a token in a form."""
        try:
            async with asyncio.timeout(SECONDS):
                body = await _whole(receive)
        except (TimeoutError, TooLargeError):
            await _refuse(scope, send, _Refusal(413, "This is not a token."))
            return
        token = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
        user = self._access.user_of(token.strip())
        if user is None:
            await _refuse(scope, send, _Refusal(401, "No user has this token; check that you copied all of it."))
            return
        await self._welcome(self._access.open_session(user), "/", send)

    async def _welcome(self, session: str, path: str, send: Send) -> None:
        """Set the cookie, and send the browser to a page without the token in its address."""
        secure = "; Secure" if self._access.secure else ""
        cookie = f"{self._access.cookie}={session}; Path=/; HttpOnly; SameSite=Strict{secure}"
        headers = [(b"location", path.encode("ascii")), (b"set-cookie", cookie.encode())]
        await _respond(send, 303, b"", headers)

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application; a request that is too large or takes too long gets a short answer."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(SECONDS):
                await self._app(scope, _bounded(receive), noting)
        except TimeoutError:
            if not begun:
                await _refuse(scope, send, _Refusal(503, "This took too long; try again, or narrow the question."))
        except TooLargeError:
            if not begun:
                await _refuse(scope, send, _Refusal(413, f"Too large: at most {LARGEST_REQUEST // 1024 // 1024} MB."))


def _header(headers: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    """Return the value of a header; None without it. Of several, none counts."""
    found = [value for key, value in headers if key == name]
    if len(found) != 1:
        return "" if found else None
    try:
        return found[0].decode()  # as proxies send the names of users
    except UnicodeDecodeError:
        return found[0].decode("latin-1")


def _session(headers: list[tuple[bytes, bytes]], name: str) -> str:
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(_header(headers, b"cookie") or "")
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""


def _bounded(receive: Receive) -> Receive:
    """Return a source of a request's body that fails once it has given too many bytes."""
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_REQUEST:
            raise TooLargeError
        return message

    return bounded


async def _whole(receive: Receive) -> bytes:
    body, bounded = bytearray(), _bounded(receive)
    while True:
        message = await bounded()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = list(message.get("headers", ()))
            names = {name.lower() for name, _ in own}
            message["headers"] = own + [(name, value) for name, value in HEADERS.items() if name not in names]
        await send(message)

    return sending


async def _refuse(scope: Scope, send: Send, refusal: _Refusal) -> None:
    """Refuse a request: with a form to sign in, a line of text, or a problem for a program."""
    more: list[tuple[bytes, bytes]] = []
    if refusal.status == 503:
        more.append((b"retry-after", b"5"))
    if scope["path"].startswith("/v1/"):
        if refusal.status == 401:
            more.append((b"www-authenticate", b"Bearer"))
        title = HTTPStatus(refusal.status).phrase
        problem: dict[str, Any] = {"type": "about:blank", "title": title, "status": refusal.status}
        problem["detail"] = refusal.reason
        more.append((b"content-type", b"application/problem+json"))
        await _respond(send, refusal.status, json.dumps(problem).encode(), more)
    elif refusal.status == 401:
        more.append((b"content-type", b"text/html; charset=utf-8"))
        await _respond(send, 401, _SIGN_IN.format(refusal.reason).encode(), more)
    else:
        more.append((b"content-type", b"text/plain; charset=utf-8"))
        await _respond(send, refusal.status, f"{refusal.reason}\n".encode(), more)


async def _respond(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
