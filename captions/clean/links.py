"""Clean the URLs of links and pictures for republishing: absolute, harmless and without trackers."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from captions.lexicon.trackers import tracks

# In characters: browsers and mail programs truncate longer URLs.
_LONGEST = 2_000
# Characters with a meaning in HTML or Markdown, white space, and invisible characters.
_UNSAFE = re.compile(
    r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ud800-\udfff\"'<>\\^`{|}()]"
)


def link(address: object, base: str | None) -> str | None:
    """Return the clean URL of a link, or None; only ``http``, ``https`` and ``mailto`` are allowed.

    ``"/ferry?utm_source=x&page=2"`` on ``https://echo.example/a`` gives ``https://echo.example/ferry?page=2``. Links
    within the page give None, and so do relative links if the page's URL is unknown.
    """
    if not isinstance(address, str) or address.strip().startswith("#"):
        return None
    return _absolute(address, base, ("http", "https", "mailto"))


def picture(address: object, base: str | None) -> str | None:
    """Return the clean URL of a picture, or None; only ``http`` and ``https`` are allowed, not ``data:``."""
    return _absolute(address, base, ("http", "https")) if isinstance(address, str) else None


def _absolute(address: str, base: str | None, schemes: tuple[str, ...]) -> str | None:
    if not address.strip() or len(address) > _LONGEST:
        return None
    try:
        joined = urljoin(base or "", address.strip())
        if joined.startswith("//"):
            joined = f"https:{joined}"
        parts = urlsplit(joined)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in schemes or (parts.scheme != "mailto" and not host):
        return None
    if parts.scheme == "mailto":
        return _quoted(urlunsplit((parts.scheme, "", parts.path, "", ""))) if "@" in parts.path else None
    query = "&".join(pair for pair in parts.query.split("&") if pair and not tracks(pair))
    return _quoted(urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment)))


def _quoted(address: str) -> str:
    """Escape invisible characters and those with a meaning in HTML or Markdown."""
    return _UNSAFE.sub(lambda match: quote(match[0], safe="", errors="replace"), address)
