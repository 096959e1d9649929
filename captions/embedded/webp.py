"""Read and write WebP chunks in a RIFF file; the first, VP8X, announces the others."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from captions.embedded.edit import Parts, Rewriter
from captions.embedded.source import MOST, Blocks, ByteSource

_XMP_FLAG, _EXIF_FLAG, _ALPHA_FLAG = 0x04, 0x08, 0x10


@dataclass(frozen=True, slots=True)
class WebpChunk:
    """A chunk: its kind, its start and end including header and padding, and the length of its data."""

    kind: bytes
    start: int
    end: int
    length: int


def chunks(source: ByteSource, blocks: Blocks) -> Iterator[WebpChunk]:
    """Yield all chunks."""
    at = 12
    end = 8 + int.from_bytes(source.at(4, 4), "little")
    if end > source.size + 1:
        blocks.note("truncated: the picture data is incomplete")
    for _ in range(MOST):
        head = source.at(at, 8)
        if len(head) < 8 or at >= end:
            return
        kind, length = struct.unpack("<4sI", head)
        yield WebpChunk(kind, at, at + 8 + length + length % 2, length)
        at += 8 + length + length % 2
    blocks.note("too many chunks: only the first 20,000 were read")


def walk(source: ByteSource, blocks: Blocks) -> None:
    """Find the metadata blocks in a WebP file."""
    for chunk in chunks(source, blocks):
        place = chunk.start + 8
        if chunk.kind in (b"VP8X", b"VP8 ", b"VP8L"):
            if blocks.width is None:
                blocks.width, blocks.height = _size(chunk.kind, source.at(place, 10))
        elif chunk.kind == b"XMP " and blocks.fits(chunk.length, "XMP"):
            blocks.xmp.append(source.at(place, chunk.length))
        elif chunk.kind == b"EXIF" and blocks.fits(chunk.length, "EXIF"):
            blocks.exif.append(ByteSource(source.at(place, chunk.length).removeprefix(b"Exif\0\0")))
        elif chunk.kind == b"C2PA":
            blocks.content_credentials = True
            if blocks.fits_signed(chunk.length):
                blocks.credentials.append(source.at(place, chunk.length))


def _size(kind: bytes, data: bytes) -> tuple[int | None, int | None]:
    if len(data) < 10:
        return None, None
    if kind == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return struct.unpack("<H", data[6:8])[0] & 0x3FFF, struct.unpack("<H", data[8:10])[0] & 0x3FFF


def rewritten(source: ByteSource, edit: Rewriter) -> Parts:
    """Return the file with new metadata; the picture's chunks do not change."""
    blocks = Blocks()
    found = list(chunks(source, blocks))
    if not found or found[0].kind not in (b"VP8X", b"VP8 ", b"VP8L"):
        blocks.note("broken: the first chunk is not a picture")
    edit.refuse_broken(blocks.notes)
    parts: Parts = []
    for chunk in found:
        if chunk.kind == b"EXIF":
            old = source.at(chunk.start + 8, chunk.length)
            head = b"Exif\0\0" if old.startswith(b"Exif\0\0") else b""
            parts.append(_chunk(b"EXIF", head + edit.exif(old.removeprefix(head))))
        elif chunk.kind not in (b"VP8X", b"XMP "):
            parts.append((chunk.start, chunk.end - chunk.start))
    parts += [_chunk(b"XMP ", packet) for packet in edit.xmp()]
    parts.insert(0, _chunk(b"VP8X", _head(source, found, b"EXIF" in {c.kind for c in found})))
    size = sum(len(part) if isinstance(part, bytes) else part[1] for part in parts)
    return [b"RIFF" + struct.pack("<I", size + 4) + b"WEBP", *parts]


def _head(source: ByteSource, found: list[WebpChunk], exif: bool) -> bytes:
    """Return the data of the VP8X chunk, existing or new, with the XMP flag set."""
    first = found[0]
    data = source.at(first.start + 8, 10)
    if first.kind == b"VP8X" and len(data) == 10:
        return bytes([data[0] | _XMP_FLAG]) + data[1:]
    width, height = _size(first.kind, data)
    alpha = _ALPHA_FLAG if first.kind == b"VP8L" and len(data) > 4 and data[4] & 0x10 else 0
    size = ((width or 1) - 1).to_bytes(3, "little") + ((height or 1) - 1).to_bytes(3, "little")
    return bytes([_XMP_FLAG | alpha | (_EXIF_FLAG if exif else 0), 0, 0, 0]) + size


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
