"""Read the pages in WARC files, and the texts in WET files (with FastWARC)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from captions.decoding import decode, decode_page
from captions.sources import source
from captions.sources.records import RecordNames, make
from captions.sources.source import (
    Facts,
    Options,
    Read,
    RecordPlace,
    Source,
    Unread,
    UnreadableError,
    digest_of_record,
)
from captions.sources.streams import CallbackStream, at_once

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_PAGES = ("text/html", "application/xhtml+xml")
_TEXT = "text/plain"


def read_warc(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read each page that the server delivered successfully, and each text that was made from a page (WET)."""
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType
    except ImportError:
        raise UnreadableError("WARC needs FastWARC: pip install 'captions[warc]'") from None
    kinds = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    named, number = RecordNames(name), 0
    # FastWARC asks for the position of a stream, which pipes and compressed files do not have.
    pages = CallbackStream(at_once(stream))
    waiting: tuple[Source | Unread, WarcRecord] | None = None
    try:
        for record in ArchiveIterator(pages, record_types=kinds, parse_http=True, auto_decode="all"):
            if waiting is not None:  # only now its record has been unpacked to the end
                yield _placed(*waiting, options)
                waiting = None
            if _is_page(record) or _is_text(record):
                number += 1
                waiting = _of_record(record, named, number, name), record
    except (OSError, ValueError, UnreadableError) as error:
        if waiting is not None:
            yield _placed(*waiting, options)
        if isinstance(error, UnreadableError):
            raise
        others = "; the pages before the damage were read" if number else ""
        raise UnreadableError(f"broken WARC file{others}") from None
    if waiting is not None:
        yield _placed(*waiting, options)
    if not number:
        raise UnreadableError("no article in it: the WARC file has no pages")


def _is_page(record: WarcRecord) -> bool:
    """Return whether a record is a page that the server delivered successfully."""
    http = record.http_headers
    return _kind(record) in _PAGES and (http is None or http.status_code in (200, 203))


def _is_text(record: WarcRecord) -> bool:
    """Return whether a record is the text of a page, as in the WET files of Common Crawl."""
    return record.http_headers is None and record.headers.get("WARC-Type") == "conversion" and _kind(record) == _TEXT


def _kind(record: WarcRecord) -> str:
    http = record.http_headers
    kind = (record.http_content_type if http is not None else record.headers.get("Content-Type")) or ""
    return kind.split(";")[0].strip().lower()


def _of_record(record: WarcRecord, named: RecordNames, number: int, name: str) -> Source | Unread:
    url = record.headers.get("WARC-Target-URI")
    at = f"{name}#{url or number}"
    try:
        data = record.reader.read(source.LARGEST + 1)
    except (OSError, ValueError):
        return Unread(at, "broken page")
    if len(data) > source.LARGEST:
        return Unread(at, source.too_large())
    facts = Facts(url=url)
    if _is_text(record):
        text, notes = decode(data)
        if not any(char.isalpha() for char in text):
            return Unread(at, "no article in it: not one letter")
        digest = digest_of_record(text, False, facts)
        return Source(named.of(url, number, digest), text, digest, notes, facts=facts)
    text, notes = decode_page(data, record.http_charset if record.http_headers is not None else None)
    return make(text, facts, url, named, number, at, notes)


def _placed(found: Source | Unread, record: WarcRecord, options: Options) -> Source | Unread:
    """Return an article with its place in the file."""
    if isinstance(found, Unread):
        return found
    begin = record.stream_pos
    offset, length = (begin, None) if options.members is None else options.members.find(begin) or (None, None)
    return replace(found, place=RecordPlace(record.record_id, offset, length))
