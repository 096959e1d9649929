"""Read files with a single article: plain text, a web page, or a page saved with its pictures (MHTML)."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import Message
from typing import BinaryIO

from captions.decoding import decode, decode_page, is_page
from captions.sources import to_page
from captions.sources.source import HEAD, Facts, Options, Read, Source, UnreadableError, digest_of
from captions.sources.streams import whole

_HEADER = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*+:[^\n]*+\n(?:[ \t][^\n]*+\n)*){2,}\r?\n")
_KIND = re.compile(rb"^content-type:\s*(?:multipart/|text/html)", re.IGNORECASE | re.MULTILINE)
# A page may come after a message of the program that made it: `Notice: Undefined variable ...`.
_ROOT = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
# An article body exported without a surrounding page begins with one of these elements.
_FRAGMENT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(p|div|section|figure|h[1-6]|header|table|ul|blockquote)(?:\s[^<>]*)?>", re.IGNORECASE
)


def is_mhtml(head: bytes) -> bool:
    """Return whether a file begins with message headers that announce HTML or several parts."""
    header = _HEADER.match(head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
    return header is not None and _KIND.search(header[0]) is not None


def is_html(head: bytes) -> bool:
    """Return whether a file is a web page, or the body of one."""
    start = _FRAGMENT.match(head)
    return is_page(head) or (start is not None and b"</" + start[1].lower() in head.lower())


def may_be_page(head: bytes) -> bool:
    """Return whether there is any markup, so that a file may be a page if its name says so."""
    return b"<!" in head or b"</" in head


def read_text(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read a plain text."""
    data = whole(stream)
    text, notes = decode(data)
    yield _source(name, text, data, notes, page=False)


def read_page(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read a web page, or the HTML of an article's body."""
    data = whole(stream)
    text, notes = decode_page(data)
    is_whole = is_page(data) or _ROOT.search(data, 0, HEAD) is not None
    yield _source(name, text if is_whole else to_page.page(text), data, notes, page=True)


def read_mhtml(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read the page in a message, with the URL it was saved from."""
    data = whole(stream)
    message = email.message_from_bytes(data.lstrip(b"\r\n"), policy=email.policy.compat32)
    part = _root(message)
    if part is None:
        raise UnreadableError("no article in it: the saved page or message has no HTML part")
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes) or not body.strip():
        raise UnreadableError("no article in it: the HTML part is empty or broken")
    text, notes = decode_page(body, part.get_content_charset())
    address = part.get("Content-Location") or message.get("Snapshot-Content-Location") or ""
    url = re.sub(r"\s+", "", str(address))
    facts = Facts(url=url if url.startswith(("http://", "https://")) else None)
    yield _source(name, text, data, notes, page=True, facts=facts)


def _root(message: Message) -> Message | None:
    """Return the part that ``start`` names, or else the first HTML part."""
    start = message.get_param("start")
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    named = (part for part in pages if start and str(part.get("Content-ID", "")).strip() == str(start).strip())
    return next(named, pages[0] if pages else None)


def _source(name: str, text: str, data: bytes, notes: tuple[str, ...], *, page: bool, facts: Facts = Facts()) -> Source:  # noqa: B008 - frozen
    if not any(char.isalpha() for char in text):
        raise UnreadableError("no article in it: not one letter")
    return Source(name, text, digest_of(data), notes, page, facts)
