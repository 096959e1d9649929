"""Read JSON Lines and JSON: one record per line, a list of records, or a single record."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from captions.sources import ninjs, source
from captions.sources.json_shapes import joined
from captions.sources.records import RecordNames, places, source_of
from captions.sources.source import Options, Read, Unread, UnreadableError
from captions.sources.streams import as_utf8, head_as_utf8, lines, whole, with_head

_START = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*(?:"|\})|\[\s*[\{\]])')
_NEXT_LINE = re.compile(rb'(?<!\s)[^\S\n]*+\n\s*+\{\s*+"')
_CHUNK = 1 << 16
_SPACE = re.compile(r"[\s,]*")
# Shared, because `json.loads` with options builds a decoder on every call.
_DECODER = json.JSONDecoder(strict=False)


def is_json(head: bytes) -> bool:
    """Return whether a file begins with a record or a list of records: ``{"`` or ``[{``."""
    return _START.match(head_as_utf8(head)) is not None


def read_json(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read records from JSON Lines, a list or a document; a bad record fails without the others."""
    head, rest = with_head(as_utf8(stream))
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    first = start.split(b"\n", 1)[0].rstrip()
    if start.startswith(b"["):
        yield from _of_list(rest, name, options)
    elif len(first) > 2 and (first.endswith(b"}") or _is_lines(start)):
        yield from _of_lines(rest, name, options)
    else:
        yield from _of_document(rest, name, options)


def _is_lines(start: bytes) -> bool:
    """Return whether each line is a record: the first line outgrows the head, or is broken and records follow."""
    is_single_line = b"\n" not in start.strip()
    return is_single_line or (_NEXT_LINE.search(start) is not None and not start.startswith((b"{\n", b"{\r")))


def _of_lines(stream: BinaryIO, name: str, options: Options) -> Read:
    named = RecordNames(name)
    for number, line in lines(stream):
        at = f"{name}:{number}"
        if line is None:
            yield Unread(at, source.too_large())
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if line.strip():
            yield from _of_text(line, named, number, at, options)


def _of_text(line: bytes, named: RecordNames, number: int, at: str, options: Options) -> Read:
    try:
        record = _DECODER.decode(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        yield Unread(at, f"broken JSON{_where(error)}")
        return
    yield from _of_record(record, named, number, at, options)


def _where(error: Exception) -> str:
    return f"{_what(error)} at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""


def _what(error: Exception) -> str:
    return f": {error.msg.lower().removesuffix(' at')}" if isinstance(error, json.JSONDecodeError) else ""


def _of_record(record: Any, named: RecordNames, number: int, at: str, options: Options) -> Read:
    if not isinstance(record, Mapping):
        yield Unread(at, "not a JSON object")
    elif not options.names and ninjs.is_ninjs(record):
        yield ninjs.source_of(record, named, number, at)
    elif (found := joined(record) or _records_in(record, 0)) is not None:
        for place, inner in enumerate(found, 1):
            yield from _of_record(inner, named, place, f"{at}:{place}", options)
    else:
        yield source_of(record, named, number, at, options)


def _of_document(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read a single record, or a document with a list of records."""
    try:
        document = _DECODER.decode(whole(stream).decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"broken JSON{_where(error)}") from None
    yield from _of_record(document, RecordNames(name), 1, name, options)


def _records_in(document: Any, depth: int) -> list[Any] | None:
    """Return the list of records that a document keeps under a common name, or None."""
    if not isinstance(document, Mapping) or depth > 2:
        return None
    for name in places(document)["records"]:
        value = document[name]
        if isinstance(value, list) and value and all(isinstance(record, dict) for record in value[:10]):
            return value
        if isinstance(value, dict) and (inner := _records_in(value, depth + 1)) is not None:
            return inner
    return None


def _of_list(stream: BinaryIO, name: str, options: Options) -> Read:
    named = RecordNames(name)
    count = 0
    for count, record in enumerate(_elements(stream), 1):
        yield from _of_record(record, named, count, f"{name}:{count}", options)
    if not count:
        raise UnreadableError("no article in it: the list is empty")


def _elements(stream: BinaryIO) -> Iterator[Any]:
    """Yield the elements of a list one by one, so that a list of any size fits in memory."""
    decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
    scan = _DECODER.raw_decode
    text, at, more, step = "", 0, True, _CHUNK
    opened = False
    while True:
        at = _after_space(text, at)
        if not opened and text[at : at + 1] == "[":
            opened, at = True, at + 1
            continue
        if opened and text[at : at + 1] == "]":
            return
        if opened and at < len(text):
            try:
                element, end = scan(text, at)
            except RecursionError:
                raise UnreadableError("broken JSON: nested too deep") from None
            except ValueError as error:
                if not more:
                    raise UnreadableError(f"broken JSON{_what(error)}; the records before it were read") from None
            else:
                if end < len(text) or not more:
                    yield element
                    at, step = end, _CHUNK
                    continue
        if not more:
            raise UnreadableError("broken JSON: the list has no end; its complete records were read")
        if len(text) - at > source.LARGEST:
            raise UnreadableError(source.too_large())
        data = stream.read(step)
        more, step = bool(data), min(step * 2, 1 << 24)  # each retry reads twice as much
        text, at = text[at:] + decode(data, not data), 0


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
