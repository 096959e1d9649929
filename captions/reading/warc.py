"""WARC, the archive of the web: the pages among its responses (with FastWARC)."""

from __future__ import annotations

from typing import BinaryIO

from captions.decoding import decode_page
from captions.reading import items
from captions.reading.items import Facts, Options, Read, Unread, UnreadableError
from captions.reading.records import Names, make

_PAGES = ("text/html", "application/xhtml+xml")


def read_warc(stream: BinaryIO, name: str, options: Options) -> Read:
    """Reads each page that was answered with success."""
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType
    except ImportError:
        raise UnreadableError("a WARC file, which needs FastWARC: pip install 'captions[warc]'") from None
    named, number = Names(name), 0
    kinds = WarcRecordType.response | WarcRecordType.resource
    for record in ArchiveIterator(stream, record_types=kinds, parse_http=True, auto_decode="all"):
        http = record.http_headers
        if http is not None and http.status_code not in (200, 203):
            continue
        kind = (record.http_content_type if http is not None else record.headers.get("Content-Type")) or ""
        if kind.split(";")[0].strip().lower() not in _PAGES:
            continue
        number += 1
        url = record.headers.get("WARC-Target-URI")
        at = f"{name}#{url or number}"
        if record.content_length > items.LARGEST:
            yield Unread(at, items.too_large())
            continue
        data = record.reader.read(items.LARGEST + 1)
        if len(data) > items.LARGEST:
            yield Unread(at, items.too_large())
        elif not data.strip():
            yield Unread(at, "an empty page")
        else:
            text, notes = decode_page(data, record.http_charset if http is not None else None)
            yield make(text, Facts(url=url), url, named, number, at, notes)
    if not number:
        raise UnreadableError("no article in it: a WARC without a page, or a broken one")
