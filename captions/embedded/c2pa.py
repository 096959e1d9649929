"""Read the digital source types that content credentials (C2PA) name; signatures are not checked."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Iterator

from captions.embedded import cbor
from captions.embedded.characters import clean
from captions.embedded.source import Blocks

_DEEPEST = 16
_MOST = 4_000
"""The limit on boxes; manifests have a few dozen."""
_LARGEST = 1 << 20
"""The limit on all assertions of a file, in bytes; thumbnails, which may be larger, are not read."""
_MOST_TYPES = 20
_KEY = "digitalsourcetype"
_TYPE = re.compile(r"[A-Za-z][\w:/.#-]{2,200}", re.ASCII)
_BROKEN = "content credentials are broken: read up to the error"


def source_types(blocks: Blocks) -> tuple[str, ...]:
    """Return the digital source types in the manifests of a file, each once, in their order.

    A manifest has one for this picture, and for each picture that it was made from: a crop of an AI picture is still
    one. ``http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia`` is a type.
    """
    found: dict[str, None] = {}
    room = _LARGEST
    for data in blocks.credentials:
        for kind, content in _contents(data, blocks):
            room -= len(content)
            if room < 0:
                blocks.note(f"content credentials with more than {_LARGEST} bytes of assertions: not all were read")
                return tuple(found)
            for key, value in _texts(kind, content, blocks):
                name = clean(value)
                if key.rpartition(":")[2].casefold() == _KEY and _TYPE.fullmatch(name) and len(found) < _MOST_TYPES:
                    found.setdefault(name)
    return tuple(found)


def superbox(data: bytes) -> bytes:
    """Return the box of the manifests in a container's own box, which may have a header before it."""
    at = data.find(b"jumb", 4, 64)
    return data[at - 4 :] if at >= 0 else b""


def joined(segments: Iterable[tuple[int, int, bytes]]) -> list[bytes]:
    """Join the parts of boxes, which JPEG splits into segments: the box's number, the part's number, its data."""
    boxes: dict[int, dict[int, bytes]] = {}
    for box, part, data in segments:
        boxes.setdefault(box, {}).setdefault(part, data)
    out = []
    for parts in boxes.values():
        # Each part repeats the header of the box, of 8 or 16 bytes.
        repeated = 16 if next(iter(parts.values()))[:4] == b"\0\0\0\1" else 8
        out.append(b"".join(data[repeated if n else 0 :] for n, (_, data) in enumerate(sorted(parts.items()))))
    return out


def _contents(data: bytes, blocks: Blocks) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the content of each box that holds data, in any box of boxes."""
    waiting = [(0, len(data), 0)]
    count = 0
    while waiting:
        at, end, depth = waiting.pop()
        inner: list[tuple[int, int, int]] = []
        while at + 8 <= end:
            count += 1
            length, kind = struct.unpack(">I4s", data[at : at + 8])
            start = at + 8
            if length == 1:
                length, start = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
            elif length == 0:
                length = end - at
            if length < start - at or at + length > end or count > _MOST or depth > _DEEPEST:
                blocks.note(_BROKEN)
                length = end - at
            if count > _MOST or depth > _DEEPEST:
                return
            if kind == b"jumb":
                inner.append((start, at + length, depth + 1))
            elif kind in (b"cbor", b"json"):
                yield kind, data[start : at + length]
            elif kind == b"brob":
                blocks.note("content credentials are compressed: not read")
            at += length
        waiting += reversed(inner)


def _texts(kind: bytes, content: bytes, blocks: Blocks) -> Iterator[tuple[str, str]]:
    """Yield the texts in a content with their keys."""
    try:
        if kind == b"cbor":
            yield from cbor.texts(content)
        else:
            yield from _json_texts(json.loads(content))
    except (ValueError, RecursionError):
        blocks.note(_BROKEN)


def _json_texts(value: object) -> Iterator[tuple[str, str]]:
    waiting = [("", value)]
    while waiting:
        key, found = waiting.pop()
        if isinstance(found, str):
            yield key, found
        elif isinstance(found, list):
            waiting += [("", item) for item in reversed(found)]
        elif isinstance(found, dict):
            waiting += [(str(name), item) for name, item in reversed(found.items())]
