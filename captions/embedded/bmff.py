"""Read AVIF, HEIC and JPEG 2000, which consist of nested boxes; the ``meta`` box lists EXIF and XMP as items."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from captions.embedded import c2pa
from captions.embedded.source import LARGEST, Blocks, ByteSource

_MOST = 4_000
"""The limit on boxes, items and extents; tiled pictures have a few hundred."""
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_IIM = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
_EXIF = b"JpgTiffExif->JP2"
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"jp2 ": "JP2", b"jpx ": "JP2"}
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its kind, and the start and end of its content."""

    kind: bytes
    start: int
    end: int


def format_of(head: bytes) -> str | None:
    """Return the format that a file's first bytes indicate, or None."""
    if head[4:12] == b"jP  \r\n\x87\n":
        return "JP2"
    if head[4:8] != b"ftyp":
        return None
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))]
    known = [_BRANDS.get(brand) or ("HEIC" if brand in _HEIC else None) for brand in brands]
    # All these files have the brand mif1; the other brand is specific.
    return next((k for k in known if k == "AVIF"), next((k for k in known if k), None))


def boxes(source: ByteSource, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between ``start`` and ``end``."""
    for _ in range(_MOST):
        head = source.at(start, 16)
        if start + 8 > end or len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head[:8])
        inside = start + 8
        if length == 1 and len(head) == 16:
            length, inside = struct.unpack(">Q", head[8:])[0], start + 16
        elif length == 0:
            length = end - start
        if length < inside - start:
            return
        yield Box(kind, inside, min(start + length, end))
        start += length


def walk(source: ByteSource, blocks: Blocks) -> None:
    """Find the metadata blocks in a file of boxes."""
    last = 0
    for box in boxes(source, 0, source.size):
        last = box.end
        if box.kind == b"meta":
            _meta(source, box, blocks)
        elif box.kind == b"jp2h":
            for inner in boxes(source, box.start, box.end):
                if inner.kind == b"ihdr":
                    blocks.height, blocks.width = source.number(">I", inner.start), source.number(">I", inner.start + 4)
        elif box.kind == b"uuid":
            _uuid(source, box, blocks)
        elif box.kind == b"jumb":
            blocks.content_credentials = True
            if blocks.fits_signed(box.end - box.start):
                data = source.at(box.start, box.end - box.start)
                blocks.credentials.append(struct.pack(">I4s", 8 + len(data), b"jumb") + data)
    if last < source.size and source.size - last >= 8:
        blocks.note("broken: unknown data after the last box")


def _uuid(source: ByteSource, box: Box, blocks: Blocks) -> None:
    name, start = source.at(box.start, 16), box.start + 16
    if name == _C2PA:
        blocks.content_credentials = True
        if blocks.fits_signed(box.end - start):
            blocks.credentials.append(c2pa.superbox(source.at(start, box.end - start)))
    elif name in (_XMP, _IIM, _EXIF) and blocks.fits(box.end - start, "metadata"):
        data = source.at(start, box.end - start)
        if name == _XMP:
            blocks.xmp.append(data)
        elif name == _IIM:
            blocks.iim.append(data)
        else:
            blocks.exif.append(ByteSource(data))


def _meta(source: ByteSource, meta: Box, blocks: Blocks) -> None:
    inner = {box.kind: box for box in boxes(source, meta.start + 4, meta.end)}
    if b"iprp" in inner:
        _size(source, inner[b"iprp"], blocks)
    if b"iinf" not in inner or b"iloc" not in inner:
        return
    kinds = dict(_items(source, inner[b"iinf"]))
    data_box = inner.get(b"idat")
    for item, extents in _places(source, inner[b"iloc"], data_box.start if data_box else None, kinds):
        length = sum(length or source.size for _, length in extents)
        if not blocks.fits(min(length, source.size), "metadata"):
            continue
        data = _joined(source, extents)
        if len(data) < min(length, source.size):
            blocks.note("truncated: the metadata is beyond the end of the file")
        if kinds[item] == "xmp":
            blocks.xmp.append(data)
        elif len(data) > 4:
            # The offset of the TIFF header comes first: usually 0, or 6 for `Exif\0\0`.
            blocks.exif.append(ByteSource(data[4 + int.from_bytes(data[:4], "big") :]))


def _joined(source: ByteSource, extents: list[tuple[int, int]]) -> bytes:
    """Join the parts of an item; a length of 0 means the whole file."""
    parts: list[bytes] = []
    room = LARGEST
    for place, length in extents:
        parts.append(source.at(place, min(length or source.size, room)))
        room -= len(parts[-1])
    return b"".join(parts)


def _size(source: ByteSource, properties: Box, blocks: Blocks) -> None:
    """Record the size of the largest picture; the others are tiles, masks and thumbnails."""
    for container in boxes(source, properties.start, properties.end):
        if container.kind != b"ipco":
            continue
        for box in boxes(source, container.start, container.end):
            width, height = source.number(">I", box.start + 4), source.number(">I", box.start + 8)
            if box.kind == b"ispe" and width and height and width * height > (blocks.width or 0) * (blocks.height or 0):
                blocks.width, blocks.height = width, height


def _items(source: ByteSource, listed: Box) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the EXIF and XMP items."""
    version = source.at(listed.start, 1)
    start = listed.start + (6 if version == b"\0" else 8)
    for box in boxes(source, start, listed.end):
        data = source.at(box.start, min(box.end - box.start, 512))
        if box.kind != b"infe" or len(data) < 12 or data[0] not in (2, 3):
            continue
        wide = 4 if data[0] == 3 else 2
        number, rest = int.from_bytes(data[4 : 4 + wide], "big"), data[4 + wide + 2 :]
        if rest[:4] == b"Exif":
            yield number, "exif"
        elif rest[:4] == b"mime" and b"application/rdf+xml" in rest:
            yield number, "xmp"


def _places(
    source: ByteSource, box: Box, data_start: int | None, wanted: dict[int, str]
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Yield the wanted items with the positions of their parts."""
    data = source.at(box.start, min(box.end - box.start, LARGEST))
    if len(data) < 8:
        return
    remaining = set(wanted)
    version = data[0]
    offset_size, length_size, base_size = data[4] >> 4, data[4] & 15, data[5] >> 4
    index_size = data[5] & 15 if version in (1, 2) else 0
    wide = 4 if version == 2 else 2
    at = 6 + wide
    for _ in range(min(int.from_bytes(data[6:at], "big"), _MOST)):
        number = int.from_bytes(data[at : at + wide], "big")
        at += wide
        method = 0
        if version in (1, 2):
            method = data[at + 1] & 15 if at + 1 < len(data) else 0
            at += 2
        base = int.from_bytes(data[at + 2 : at + 2 + base_size], "big")
        at += 2 + base_size
        count = int.from_bytes(data[at : at + 2], "big")
        at += 2
        extents = []
        # Parts described by zero bytes could be declared in any number.
        for _ in range(min(count, _MOST if index_size + offset_size + length_size else 1)):
            at += index_size
            offset = int.from_bytes(data[at : at + offset_size], "big")
            length = int.from_bytes(data[at + offset_size : at + offset_size + length_size], "big")
            at += offset_size + length_size
            extents.append((base + offset + ((data_start or 0) if method == 1 else 0), length))
            if at > len(data):
                return
        if number in remaining and method in (0, 1):
            remaining.remove(number)
            yield number, extents
