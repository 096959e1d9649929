"""Read and write JPEG segments: APP1 (EXIF, XMP), APP13 (IIM) and APP11 (content credentials)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from captions.embedded import c2pa
from captions.embedded.edit import LargeError, Parts, Rewriter
from captions.embedded.photoshop import resources, with_iim
from captions.embedded.source import MOST, Blocks, ByteSource, Piece

EXIF = b"Exif\0\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
# Some image servers write these variants of the header.
XMP_HEADERS = (XMP, b"XMP\0://ns.adobe.com/xap/1.0/\0", b"XMP\0http://ns.adobe.com/xap/1.0/\0")
EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
PHOTOSHOP = b"Photoshop 3.0\0"
_MPF = b"MPF\0"
_JUMBF = b"JP"
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_APP0, _APP1, _APP2, _APP11, _APP13 = 0xE0, 0xE1, 0xE2, 0xEB, 0xED
_SCAN, _END = 0xDA, 0xD9
# Where to resume after invalid bytes: a segment that may hold metadata, the frame header, or the scan.
_MARKER = re.compile(rb"\xff[\xc0-\xcf\xda\xdb\xe1\xe2\xed]", re.DOTALL)
_FAR = 1 << 16
_ROOM = 0xFFFF - 2
"""The limit on a segment, in bytes."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment: its marker, its start and end including the marker, and its content."""

    marker: int
    start: int
    end: int
    data: bytes


def segments(source: ByteSource, blocks: Blocks) -> Iterator[Segment]:
    """Yield the segments up to the scan, which comes last and without data."""
    at = 2
    for _ in range(MOST):
        head = source.at(at, 4)
        if len(head) < 2:
            blocks.note("truncated: ends before the picture data")
            return
        if head[0] != 0xFF:
            blocks.note("broken: a segment marker is missing")
            found = _MARKER.search(source.at(at, _FAR))
            if found is None:
                return
            at += found.start()
            continue
        if head[1] == 0xFF:  # fill bytes
            at += 1
            continue
        if head[1] in _WITHOUT_LENGTH:
            at += 2
            continue
        if head[1] in (_SCAN, _END) or len(head) < 4:
            yield Segment(head[1], at, source.size, b"")
            return
        length = struct.unpack(">H", head[2:])[0]
        data = source.at(at + 4, length - 2)
        if length < 2 or len(data) < length - 2:
            blocks.note("truncated: ends inside the metadata")
        yield Segment(head[1], at, at + 2 + max(length, 2), data)
        at += 2 + max(length, 2)
    blocks.note("too many segments: only the first 20,000 were read")


def walk(source: ByteSource, blocks: Blocks) -> None:
    """Find the metadata blocks in a JPEG file."""
    boxes: list[bytes] = []
    exif: list[bytes] = []
    signed: list[tuple[int, int, bytes]] = []
    last = 0
    for segment in segments(source, blocks):
        last, data = segment.marker, segment.data
        if last in _SIZES and len(data) >= 5 and blocks.width is None:
            blocks.height, blocks.width = struct.unpack(">HH", data[1:5])
        elif last == _APP1 and data[:6] == EXIF:
            exif.append(data[6:])
        elif last == _APP1 and (header := _xmp_header(data)):
            if blocks.fits(len(data), "XMP"):
                blocks.xmp.append(data[len(header) :])
        elif last == _APP1 and data.startswith(EXTENDED) and len(data) >= len(EXTENDED) + 40:
            _extended(data[len(EXTENDED) :], blocks)
        elif last == _APP13 and data.startswith(PHOTOSHOP):
            # Resources that exceed a segment continue in the next one.
            if blocks.fits(len(data), "Photoshop resources"):
                boxes.append(data[len(PHOTOSHOP) :])
        elif last == _APP11 and b"jumb" in data[:64]:
            blocks.content_credentials = True
            if data[:2] == _JUMBF and len(data) >= 16 and blocks.fits_signed(len(data)):
                signed.append((*struct.unpack(">HI", data[2:8]), data[8:]))
    # A second EXIF segment continues the first, or is another program's, which is not read.
    if exif and blocks.fits(sum(map(len, exif)), "EXIF"):
        blocks.exif.append(ByteSource(exif[0] + b"".join(part for part in exif[1:] if not _begins_exif(part))))
    resources(b"".join(boxes), blocks)
    blocks.credentials += c2pa.joined(signed)
    if last == _SCAN and b"\xff\xd9" not in source.at(max(0, source.size - 65_536), 65_536):
        blocks.note("truncated: the picture data is incomplete")


def _begins_exif(data: bytes) -> bool:
    return data[:4] in (b"II*\0", b"MM\0*")


def _xmp_header(data: bytes) -> bytes:
    return next((header for header in XMP_HEADERS if data.startswith(header)), b"")


def _extended(data: bytes, blocks: Blocks) -> None:
    if blocks.fits(len(data), "extended XMP"):
        length, place = struct.unpack(">II", data[32:40])
        blocks.extended.append(Piece(data[:32].decode("latin-1"), length, place, data[40:]))


def rewritten(source: ByteSource, edit: Rewriter) -> Parts:
    """Return the file with new metadata; tables and scan do not change."""
    blocks = Blocks()
    front: list[Segment] = []
    exif: list[Segment] = []
    boxes: list[bytes] = []
    others: list[Segment] = []
    for segment in segments(source, blocks):
        data = segment.data
        if segment.marker == _APP0 and not others:
            front.append(segment)
        elif segment.marker == _APP1 and data[:6] == EXIF:
            exif.append(segment)
        elif segment.marker == _APP13 and data.startswith(PHOTOSHOP):
            boxes.append(data[len(PHOTOSHOP) :])
        elif not (segment.marker == _APP1 and (_xmp_header(data) or data.startswith(EXTENDED))):
            others.append(segment)
    edit.refuse_broken(blocks.notes)
    new = _exif(exif, edit)
    new += [_segment(_APP1, XMP + packet) for packet in edit.xmp()]
    new += [_segment(_APP1, EXTENDED + piece) for piece in _extended_pieces(edit)]
    box = with_iim(b"".join(boxes), edit.iim())
    room = _ROOM - len(PHOTOSHOP)
    new += [_segment(_APP13, PHOTOSHOP + box[at : at + room]) for at in range(0, len(box), room)]
    parts: Parts = [b"\xff\xd8", *((s.start, s.end - s.start) for s in front), *new]
    parts += [(s.start, s.end - s.start) for s in others]
    return _with_later_pictures(source, parts, others)


def _exif(old: list[Segment], edit: Rewriter) -> Parts:
    if len(old) == 1:
        data = EXIF + edit.exif(old[0].data[6:])
        if len(data) <= _ROOM:
            return [_segment(_APP1, data)]
    if old:
        edit.note("EXIF has no room for the new values and was not changed")
    return [(segment.start, segment.end - segment.start) for segment in old]


def _extended_pieces(edit: Rewriter) -> list[bytes]:
    """Split extended XMP into pieces that fit into segments."""
    out = []
    room = _ROOM - len(EXTENDED) - 40
    for guid, data in edit.extended():
        for at in range(0, len(data), room):
            out.append(guid.encode() + struct.pack(">II", len(data), at) + data[at : at + room])
    return out


def _segment(marker: int, data: bytes) -> bytes:
    if len(data) > _ROOM:
        raise LargeError(f"{len(data)} bytes of metadata exceed a JPEG segment of {_ROOM}; shorten the caption")
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _with_later_pictures(source: ByteSource, parts: Parts, others: Sequence[Segment]) -> Parts:
    """Correct the offsets in the index of a file with several pictures (MPF)."""
    index = next((s for s in others if s.marker == _APP2 and s.data.startswith(_MPF)), None)
    if index is None:
        return parts
    old_base = index.start + 8
    grown = sum(len(p) if isinstance(p, bytes) else p[1] for p in parts) - source.size
    at = parts.index((index.start, index.end - index.start))
    new_base = sum(len(p) if isinstance(p, bytes) else p[1] for p in parts[:at]) + 8
    data = bytearray(index.data)
    order = "<" if data[4:6] == b"II" else ">"
    try:
        first = 4 + struct.unpack_from(order + "I", data, 8)[0]
        for entry in range(struct.unpack_from(order + "H", data, first)[0]):
            tag, _, size, place = struct.unpack_from(order + "HHII", data, first + 2 + 12 * entry)
            if tag != 0xB002:
                continue
            for row in range(4 + place, 4 + place + size, 16):
                length, offset = struct.unpack_from(order + "II", data, row + 4)
                if offset:
                    struct.pack_into(order + "I", data, row + 8, offset + old_base + grown - new_base)
                else:
                    struct.pack_into(order + "I", data, row + 4, length + grown)
    except struct.error:
        return parts
    return [*parts[:at], _segment(_APP2, bytes(data)), *parts[at + 1 :]]
