"""Fill the templates. Every text is shown as text: escaped, and without control and invisible characters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from captions import escaping
from captions.audit.codes import CODES
from captions.desk.access import Access, Visitor
from captions.desk.guard import POLICY
from captions.text import count

SCREENS = (
    ("/", "Queue"),
    ("/pairs", "Pairs"),
    ("/search", "Search"),
    ("/suppliers", "Suppliers"),
    ("/agreements", "Agreements"),
    ("/log", "Log"),
    ("/drop", "Drop a page"),
)
"""The screens in the navigation."""


def _as_text(value: object) -> object:
    """Return what the page shows for a value."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup):
        return escaping.lines(value)
    if isinstance(value, datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M}"
    return value


def link(path: str, **query: object) -> str:
    """Return a path with a query, without the values that are empty: ``link("/search", q="ferry")``."""
    # Lists become several values; a date is written as such.
    pairs = [(name, value) for name, value in query.items() if value not in (None, "", (), [])]
    return f"{path}?{urlencode(pairs, doseq=True)}" if pairs else path


def safe_url(url: str | None) -> str | None:
    """Return a URL that a page may link to or show a picture from; None unless it is http or https."""
    return escaping.address(url)


def exact(text: str) -> Markup:
    """Return a text for ``<pre>`` that the browser reads back as it is: line ends and control characters too."""
    # HTML has no NUL; browsers replace it by this character in any case.
    escaped = str(Markup.escape(text.replace("\0", "\ufffd")))
    return Markup(escaped.replace("\r", "&#13;"))  # noqa: S704 - it is escaped


def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("captions.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_as_text,
    )
    helpers: Mapping[str, Callable[..., Any]] = {
        "count": count,
        "exact": exact,
        "link": link,
        "safe_url": safe_url,
        "short": escaping.short,
        "amount": lambda number: f"{number:,}",
    }
    env.globals.update(helpers, codes=CODES, screens=SCREENS)
    return env


ENVIRONMENT = _environment()


def visitor_of(request: Request) -> Visitor:
    """Return who sends a request; the guard has made sure that there is somebody."""
    visitor: Visitor = request.state.visitor
    return visitor


def access_of(request: Request) -> Access:
    """Return who may use the desk."""
    access: Access = request.state.access
    return access


def page(
    request: Request, template: str, *, status: int = 200, picture_url: str | None = None, **values: object
) -> HTMLResponse:
    """Return a page; with ``picture_url``, its reader asked for this picture from the network."""
    visitor = visitor_of(request)
    text = ENVIRONMENT.get_template(template).render(
        here=request.url.path,
        user=visitor.user,
        form_token=access_of(request).form_token(visitor),
        may_decide="decide" in visitor.user.scopes,
        **values,
    )
    headers = None
    if picture_url is not None:
        # Servers may send a browser on to another host, with HTTPS.
        allowed = f"img-src 'self' https: {_origin(picture_url)}"
        headers = {"Content-Security-Policy": POLICY.replace("img-src 'self'", allowed)}
    return HTMLResponse(text, status, headers)


def _origin(url: str) -> str:
    """Return the origin of a URL as a policy names it; empty if it has characters that end the name."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return origin if origin.isascii() and not set(origin) & set(" ;,'\"") else ""


def message(
    request: Request, status: int, title: str, text: str, links: Sequence[tuple[str, str]] = ()
) -> HTMLResponse:
    """Return a page with a message, and where to go on."""
    return page(request, "message.html", status=status, title=title, text=text, links=links or (("/", "Queue"),))
