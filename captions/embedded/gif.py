"""Read and write XMP in GIF files, in an application extension without the usual sub-blocks."""

from __future__ import annotations

from collections.abc import Iterator

from captions.embedded.edit import Parts, Rewriter
from captions.embedded.source import HEAD, LARGEST, MOST, Blocks, ByteSource

_APPLICATION = b"\x21\xff\x0bXMP DataXMP"
# Follows XMP, so that a reader who takes any XMP byte for a sub-block length ends up at the end.
_TRAILER = bytes([1, *range(255, -1, -1), 0])


def _extensions(source: ByteSource, blocks: Blocks) -> Iterator[tuple[int, int, int]]:
    """Yield the place, the start of data and the end of each XMP block."""
    flags = source.at(10, 1)
    at = 13 + (3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0)
    for _ in range(MOST):
        head = source.at(at, 14)
        if head[:1] == b"\x3b":
            return
        if head == _APPLICATION:
            end = _xmp_end(source, at + 14)
            if end is None:
                blocks.note("XMP is not terminated: not read")
                return
            yield at, at + 14, end
            at = end
        elif head[:1] == b"\x21":
            at = _skip(source, at + 2)
        elif head[:1] == b"\x2c" and len(head) >= 10:
            at = _skip(source, at + 11 + (3 << (head[9] & 7) + 1 if head[9] & 0x80 else 0))
        else:
            blocks.note("truncated: the picture data is incomplete")
            return
        if at >= source.size:
            blocks.note("truncated: the picture data is incomplete")
            return
    blocks.note("too many blocks: only the first 20,000 were read")


def _skip(source: ByteSource, at: int) -> int:
    """Return the place after a chain of sub-blocks."""
    data, base = b"", at
    while True:
        if not base <= at < base + len(data):
            base, data = at, source.at(at, HEAD)
            if not data:
                return source.size
        length = data[at - base]
        at += 1 + length
        if length == 0:
            return at


def _xmp_end(source: ByteSource, start: int) -> int | None:
    tail = _TRAILER[1:]
    data = b""
    for size in (HEAD, LARGEST):
        data = source.at(start, size)
        found = data.find(tail)
        if found >= 0:
            return start + found + len(tail)
    return None


def walk(source: ByteSource, blocks: Blocks) -> None:
    """Find the metadata blocks in a GIF file."""
    size = source.at(6, 4)
    if len(size) == 4:
        blocks.width, blocks.height = int.from_bytes(size[:2], "little"), int.from_bytes(size[2:], "little")
    for _, start, end in _extensions(source, blocks):
        if blocks.fits(end - start, "XMP"):
            blocks.xmp.append(source.at(start, end - start - len(_TRAILER)))


def rewritten(source: ByteSource, edit: Rewriter) -> Parts:
    """Return the file with new XMP before its first picture; otherwise only the version may change."""
    blocks = Blocks()
    old = list(_extensions(source, blocks))
    edit.refuse_broken(blocks.notes)
    flags = source.at(10, 1)
    start = 13 + (3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0)
    parts: Parts = [b"GIF89a", (6, start - 6), *(_APPLICATION + packet + _TRAILER for packet in edit.xmp())]
    for place, _, end in old:
        parts.append((start, place - start))
        start = end
    return [*parts, (start, source.size - start)]
