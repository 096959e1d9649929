"""GIF: blocks. XMP stands in an application extension, as one piece and not in sub-blocks as all else."""

from __future__ import annotations

from collections.abc import Iterator

from captions.embedded.edit import Parts, Rewriter
from captions.embedded.source import HEAD, LARGEST, MOST, Blocks, Source

_APPLICATION = b"\x21\xff\x0bXMP DataXMP"
# Behind XMP: whatever byte of it a reader takes for the length of a sub-block, it ends up at the end of this.
_TRAILER = bytes([1, *range(255, -1, -1), 0])


def _extensions(source: Source, blocks: Blocks) -> Iterator[tuple[int, int, int]]:
    """Place, start of data and end of each XMP block."""
    flags = source.at(10, 1)
    at = 13 + (3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0)
    for _ in range(MOST):
        head = source.at(at, 14)
        if head[:1] == b"\x3b":
            return
        if head == _APPLICATION:
            end = _xmp_end(source, at + 14)
            if end is None:
                blocks.note("XMP has no end: not read")
                return
            yield at, at + 14, end
            at = end
        elif head[:1] == b"\x21":
            at = _skip(source, at + 2)
        elif head[:1] == b"\x2c" and len(head) >= 10:
            at = _skip(source, at + 11 + (3 << (head[9] & 7) + 1 if head[9] & 0x80 else 0))
        else:
            blocks.note("truncated: its picture has no end")
            return
        if at >= source.size:
            blocks.note("truncated: its picture has no end")
            return
    blocks.note("it has too many blocks: read as far as the first 20,000")


def _skip(source: Source, at: int) -> int:
    """The place behind a chain of sub-blocks."""
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


def _xmp_end(source: Source, start: int) -> int | None:
    tail = _TRAILER[1:]
    data = b""
    for size in (HEAD, LARGEST):
        data = source.at(start, size)
        found = data.find(tail)
        if found >= 0:
            return start + found + len(tail)
    return None


def walk(source: Source, blocks: Blocks) -> None:
    """Finds the blocks of metadata of a GIF file."""
    size = source.at(6, 4)
    if len(size) == 4:
        blocks.width, blocks.height = int.from_bytes(size[:2], "little"), int.from_bytes(size[2:], "little")
    for _, start, end in _extensions(source, blocks):
        if blocks.fits(end - start, "XMP"):
            blocks.xmp.append(source.at(start, end - start - len(_TRAILER)))


def rewritten(source: Source, edit: Rewriter) -> Parts:
    """The file with other XMP, before its first picture; all else is the same bytes but the version of an old file."""
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
