"""Read the pages in WARC files (with FastWARC)."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from captions.decoding import decode_page
from captions.sources import source
from captions.sources.records import RecordNames, make
from captions.sources.source import Facts, Options, Read, Source, Unread, UnreadableError
from captions.sources.streams import CallbackStream, at_once

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_PAGES = ("text/html", "application/xhtml+xml")


def read_warc(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read each page that the server delivered successfully."""
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType
    except ImportError:
        raise UnreadableError("WARC needs FastWARC: pip install 'captions[warc]'") from None
    kinds = WarcRecordType.response | WarcRecordType.resource
    named, number = RecordNames(name), 0
    # FastWARC asks for the position of a stream, which pipes and compressed files do not have.
    pages = CallbackStream(at_once(stream))
    try:
        for record in ArchiveIterator(pages, record_types=kinds, parse_http=True, auto_decode="all"):
            if _is_page(record):
                number += 1
                yield _of_record(record, named, number, name)
    except (OSError, ValueError):
        others = "; the pages before the damage were read" if number else ""
        raise UnreadableError(f"broken WARC file{others}") from None
    if not number:
        raise UnreadableError("no article in it: the WARC file has no pages")


def _is_page(record: WarcRecord) -> bool:
    """Return whether a record is a page that the server delivered successfully."""
    http = record.http_headers
    kind = (record.http_content_type if http is not None else record.headers.get("Content-Type")) or ""
    return (http is None or http.status_code in (200, 203)) and kind.split(";")[0].strip().lower() in _PAGES


def _of_record(record: WarcRecord, named: RecordNames, number: int, name: str) -> Source | Unread:
    url = record.headers.get("WARC-Target-URI")
    at = f"{name}#{url or number}"
    try:
        data = record.reader.read(source.LARGEST + 1)
    except (OSError, ValueError):
        return Unread(at, "broken page")
    if len(data) > source.LARGEST:
        return Unread(at, source.too_large())
    text, notes = decode_page(data, record.http_charset if record.http_headers is not None else None)
    return make(text, Facts(url=url), url, named, number, at, notes)
