"""Read the tag directories of TIFF, BigTIFF and EXIF, and write by appending a new first directory.

Pillow reads a TIFF's directories only with ``Image.open``, which refuses large pictures and warns of broken ones.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from captions.embedded.photoshop import resources
from captions.embedded.source import LARGEST, Blocks, ByteSource

XMP, IIM, RESOURCES, EXIF, C2PA = 700, 33723, 34377, 0x8769, 0xCD41
_WIDTH, _HEIGHT = 256, 257
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_BYTE, _ASCII, _UNDEFINED = 1, 2, 7
_ENTRIES = 4_096
"""The limit on entries in a directory; real ones have fewer than 200."""


@dataclass(frozen=True, slots=True)
class TiffEntry:
    """A tag in a directory."""

    tag: int
    kind: int
    count: int
    place: int
    """The position of its value."""
    raw: bytes
    """The original bytes of the entry."""

    @property
    def length(self) -> int:
        """Return the length of the value in bytes."""
        return self.count * _SIZES.get(self.kind, 1)


class Tiff:
    """The directories of a TIFF file or an EXIF block."""

    def __init__(self, source: ByteSource) -> None:
        """Read the header; ``first`` is 0 if it is invalid."""
        self.source = source
        head = source.at(0, 16)
        self.order = "<" if head[:2] == b"II" else ">"
        version = struct.unpack(self.order + "H", head[2:4])[0] if len(head) >= 8 and head[:2] in (b"II", b"MM") else 0
        self.big = version == 43
        self.offset_form = self.order + ("Q" if self.big else "I")
        self.first = (source.number(self.offset_form, 8 if self.big else 4) or 0) if version in (42, 43) else 0

    def directory(self, place: int) -> dict[int, TiffEntry]:
        """Return the entries of the directory at ``place`` by tag; the first entry of a tag counts."""
        count_form = self.order + ("Q" if self.big else "H")
        count = self.source.number(count_form, place) if place else None
        if not count:
            return {}
        size, start = (20, place + 8) if self.big else (12, place + 2)
        data = self.source.at(start, min(count, _ENTRIES) * size)
        entries: dict[int, TiffEntry] = {}
        for at in range(0, len(data) - size + 1, size):
            raw = data[at : at + size]
            tag, kind = struct.unpack(self.order + "HH", raw[:4])
            number = struct.unpack(self.offset_form, raw[4 : 12 if self.big else 8])[0]
            inline = number * _SIZES.get(kind, 1) <= (8 if self.big else 4)
            value = start + at + (12 if self.big else 8)
            value = value if inline else self.source.number(self.offset_form, value) or 0
            entries.setdefault(tag, TiffEntry(tag, kind, number, value, raw))
        return entries

    def next_directory(self, place: int) -> int:
        """Return the position of the directory after the one at ``place``, or 0."""
        count = self.source.number(self.order + ("Q" if self.big else "H"), place) or 0
        return self.source.number(self.offset_form, place + (8 + count * 20 if self.big else 2 + count * 12)) or 0

    def data(self, entry: TiffEntry | None, limit: int = LARGEST) -> bytes:
        """Return the bytes of a value, up to ``limit``."""
        return b"" if entry is None else self.source.at(entry.place, min(entry.length, limit))

    def whole(self, entry: TiffEntry | None) -> int | None:
        """Return a value that is a single integer, or None."""
        if entry is None or entry.kind not in (1, 3, 4, 13, 16):
            return None
        return self.source.number(self.order + {1: "B", 2: "H", 4: "I", 8: "Q"}[_SIZES[entry.kind]], entry.place)


def walk(source: ByteSource, blocks: Blocks) -> None:
    """Find the metadata blocks of a TIFF file's first picture."""
    tiff = Tiff(source)
    entries = tiff.directory(tiff.first)
    if not entries:
        blocks.note("truncated: the first directory is missing")
        return
    blocks.width, blocks.height = tiff.whole(entries.get(_WIDTH)), tiff.whole(entries.get(_HEIGHT))
    for tag, family in ((XMP, blocks.xmp), (IIM, blocks.iim)):
        entry = entries.get(tag)
        if entry is not None and blocks.fits(entry.length, "XMP" if tag == XMP else "IIM"):
            data = tiff.data(entry)
            if len(data) < entry.length:
                blocks.note("truncated: the metadata is beyond the end of the file")
            if data:
                family.append(data)
    entry = entries.get(RESOURCES)
    if entry is not None and blocks.fits(entry.length, "Photoshop resources"):
        # Only the digest counts here: a TIFF has a separate tag for IIM.
        found = Blocks()
        resources(tiff.data(entry), found)
        blocks.iim_digest = found.iim_digest
        if not blocks.iim:
            blocks.iim = found.iim
    blocks.exif.append(source)
    signed = entries.get(C2PA)
    if signed is not None:
        blocks.content_credentials = True
        if blocks.fits_signed(signed.length):
            blocks.credentials.append(tiff.data(signed, signed.length))


def appended(tiff: Tiff, values: Mapping[int, bytes], kinds: Mapping[int, int] | None = None) -> tuple[int, bytes]:
    """Build a new first directory with these values; return its position and the bytes to append to the file.

    Everything else stays in place, so all offsets in the file remain valid; the old directory becomes unused.
    ``kinds`` are the tags' types, ASCII by default.
    """
    end = tiff.source.size + tiff.source.size % 2
    data = bytearray(b"\0" * (end - tiff.source.size))
    rows = {tag: entry.raw for tag, entry in tiff.directory(tiff.first).items()}
    inline = 8 if tiff.big else 4
    for tag, value in values.items():
        kind = (kinds or {}).get(tag, _ASCII)
        head = struct.pack(tiff.order + "HH", tag, kind) + struct.pack(tiff.offset_form, len(value))
        if len(value) <= inline:
            rows[tag] = head + value.ljust(inline, b"\0")
            continue
        rows[tag] = head + struct.pack(tiff.offset_form, tiff.source.size + len(data))
        data += value + b"\0" * (len(value) % 2)
    data += b"\0" * (-(tiff.source.size + len(data)) % 8)
    place = tiff.source.size + len(data)
    data += struct.pack(tiff.order + ("Q" if tiff.big else "H"), len(rows))
    data += b"".join(rows[tag] for tag in sorted(rows))
    data += struct.pack(tiff.offset_form, tiff.next_directory(tiff.first))
    return place, bytes(data)


def header(tiff: Tiff, first: int) -> bytes:
    """Return the header of a file with its first directory at ``first``."""
    start = tiff.source.at(0, 8 if tiff.big else 4)
    return start + struct.pack(tiff.offset_form, first)


def with_values(data: bytes, values: Mapping[int, bytes]) -> bytes:
    """Return an EXIF block with new texts in its first directory, or unchanged if it cannot be read."""
    tiff = Tiff(ByteSource(data))
    if not tiff.directory(tiff.first):
        return data
    place, more = appended(tiff, values)
    head = header(tiff, place)
    return head + data[len(head) :] + more
