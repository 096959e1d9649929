"""Fold the URLs under which one article is found: by scheme, ``www``, trackers, AMP and mobile editions.

The rules are rows of ``captions/data/page_urls.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import quote, unquote, urlsplit

from captions.lexicon import tables
from captions.lexicon.trackers import tracks

# In characters: PostgreSQL rejects long entries of an index, so the end of a longer URL is replaced by a digest.
_LONGEST = 1_000
# Characters that a path or a query may contain as they are.
_PLAIN = "/:@!$&'()*+,;=~-._"
_SCHEMELESS = re.compile(r"[\w-]+(?:\.[\w-]+)+/\S", re.ASCII)
# Client-side routes: their fragment selects the article.
_ROUTE = ("!", "/")
_PORTS = (":80", ":443")


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rows of ``captions/data/page_urls.toml``."""

    hosts: tuple[str, ...]
    caches: tuple[str, ...]
    starts: tuple[str, ...]
    ends: tuple[tuple[str, str], ...]
    """Ends of a path and what replaces them, the longest first."""
    parameters: dict[str, frozenset[str]]
    """Values by the name of a parameter; none for every value."""


def identity(url: str | None, canonical: str | None = None) -> str | None:
    """Return what the URLs of an article have in common, without a scheme; None if it has no URL of its own.

    ``https://www.echo.example/news/crane/?utm_source=feed#photo`` gives ``//echo.example/news/crane``. A page's
    canonical URL counts if it is on the same site. Some pages name their site's front page by mistake.
    """
    if canonical and (not url or same_site(url, canonical)) and (found := _folded(canonical)):
        return found
    return _folded(url) if url else None


def same_site(first: str, second: str) -> bool:
    """Return whether two URLs are of one site: its host, or one within the other's domain."""
    hosts = [_address(url) for url in (first, second)]
    first, second = (found[0].partition(":")[0] if found else "" for found in hosts)
    return bool(first and second) and (first == second or first.endswith(f".{second}") or second.endswith(f".{first}"))


def _folded(url: str) -> str | None:
    found = _address(url)
    if found is None:
        return None
    host, path, query, fragment = found
    path, query = _plain_path(path), _plain_query(query)
    route = f"#{fragment}" if fragment.startswith(_ROUTE) else ""
    if not path and not query and not route:
        return None
    folded = f"//{host}{path}{query}{route}"
    if len(folded) <= _LONGEST:
        return folded
    return f"{folded[:_LONGEST]}#{blake2b(folded.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"


def _address(url: str) -> tuple[str, str, str, str] | None:
    """Return host, path, query and fragment of a web page's URL; of a page in an AMP cache, its own."""
    url = url.strip()
    if "://" not in url and _SCHEMELESS.match(url):
        url = f"//{url}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https", "") or not parts.netloc:
        return None
    host, path = parts.netloc.rpartition("@")[2], parts.path
    for cache in _rules().caches:
        _, within, rest = path.partition(cache)
        if within and _SCHEMELESS.match(rest):
            host, _, path = rest.partition("/")
            path = f"/{path}"
            break
    return _plain_host(host), path, parts.query, parts.fragment


def _plain_host(host: str) -> str:
    host = host.lower().rstrip(".")
    for port in _PORTS:
        host = host.removesuffix(port)
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return host
    shorter = _without_any(host, _rules().hosts)
    while shorter != host and "." in shorter:
        host, shorter = shorter, _without_any(shorter, _rules().hosts)
    return host


def _without_any(text: str, starts: Iterable[str]) -> str:
    return next((text.removeprefix(start) for start in starts if text.startswith(start)), text)


def _plain_path(path: str) -> str:
    """Return a path without its edition and its final slashes; ``""`` for that of the front page."""
    path = _escaped(path).rstrip("/")
    for start in _rules().starts:
        if path.startswith(start):
            path = path[len(start) - 1 :]
    lower = path.lower()
    for end, instead in _rules().ends:
        if lower.endswith(end):
            return f"{path[: -len(end)]}{instead}".rstrip("/")
    return path


def _plain_query(query: str) -> str:
    """Return the parameters that select the article, sorted, with their question mark."""
    pairs = sorted(_escaped(pair) for pair in query.split("&") if pair and not tracks(pair) and not _is_edition(pair))
    return f"?{'&'.join(pairs)}" if pairs else ""


def _is_edition(pair: str) -> bool:
    name, _, value = pair.lower().partition("=")
    values = _rules().parameters.get(name)
    return values is not None and (not values or value in values)


def _escaped(text: str) -> str:
    """Return text with the same escapes however it was written: ``%7Ea é`` gives ``~a%20%C3%A9``."""
    if text.isascii() and "%" not in text and " " not in text:
        return text
    return quote(unquote(text, errors="surrogateescape"), safe=_PLAIN, errors="surrogateescape")


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    read = tables.load("page_urls.toml")
    read.only({"host", "cache", "path", "parameter"})
    hosts = [_text(row, "starts") for row in read.rows("host")]
    caches = [_text(row, "part") for row in read.rows("cache")]
    starts, ends, parameters = [], [], {}
    for row in read.rows("path"):
        if "starts" in row:
            starts.append(_text(row, "starts"))
        else:
            ends.append((_text(row, "ends", "becomes"), row.text("becomes", "")))
    for row in read.rows("parameter"):
        parameters[_text(row, "name", "values")] = frozenset(row.texts("values", optional=True))
    longest_first = sorted(ends, key=lambda end: -len(end[0]))
    return _Rules(tuple(hosts), tuple(caches), tuple(starts), tuple(longest_first), parameters)


def _text(row: tables.Table, key: str, *more: str) -> str:
    """Return a text of a row that has a reason, and no keys besides ``more``."""
    row.only({key, "reason", *more})
    row.text("reason")
    return row.text(key)
