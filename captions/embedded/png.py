"""Read and write PNG chunks: XMP in iTXt, EXIF in eXIf, and ImageMagick's profiles in hexadecimal texts."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from captions.embedded.edit import Parts, Rewriter
from captions.embedded.photoshop import resources, with_iim
from captions.embedded.source import LARGEST, MOST, Blocks, ByteSource

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP = b"XML:com.adobe.xmp"
_TEXTS = (b"iTXt", b"tEXt", b"zTXt")
_PROFILE = b"Raw profile type "
_HEX = re.compile(rb"\s*\w+\s+(\d+)\s+([0-9a-fA-F\s]*)")


@dataclass(frozen=True, slots=True)
class PngChunk:
    """A chunk: its kind, its start and end including length and checksum, and its data if it is metadata."""

    kind: bytes
    start: int
    end: int
    data: bytes


def chunks(source: ByteSource, blocks: Blocks) -> Iterator[PngChunk]:
    """Yield all chunks, with data only for those that may hold metadata."""
    at = len(SIGNATURE)
    for _ in range(MOST):
        head = source.at(at, 8)
        if len(head) < 8:
            blocks.note("truncated: the picture data is incomplete")
            return
        length, kind = struct.unpack(">I4s", head)
        wanted = kind in (b"IHDR", b"eXIf", *_TEXTS)
        data = source.at(at + 8, length) if wanted and blocks.fits(length, "text") else b""
        yield PngChunk(kind, at, at + 12 + length, data)
        at += 12 + length
        if kind == b"IEND":
            return
    blocks.note("too many chunks: only the first 20,000 were read")


def walk(source: ByteSource, blocks: Blocks) -> None:
    """Find the metadata blocks in a PNG file."""
    for chunk in chunks(source, blocks):
        if chunk.kind == b"IHDR" and len(chunk.data) >= 8:
            blocks.width, blocks.height = struct.unpack(">II", chunk.data[:8])
        elif chunk.kind == b"eXIf":
            blocks.exif.append(ByteSource(chunk.data.removeprefix(b"Exif\0\0")))
        elif chunk.kind == b"caBX":
            blocks.content_credentials = True
            length = chunk.end - chunk.start - 12
            if blocks.fits_signed(length):
                blocks.credentials.append(source.at(chunk.start + 8, length))
        elif chunk.kind in _TEXTS and chunk.data:
            _text(chunk, blocks)


def _text(chunk: PngChunk, blocks: Blocks) -> None:
    name = chunk.data.partition(b"\0")[0]
    if name != _XMP and not name.startswith(_PROFILE):
        return
    data = _unpacked(chunk, blocks)
    if name == _XMP:
        blocks.xmp.append(data)
        return
    kind, profile = name.removeprefix(_PROFILE).lower(), _from_hex(data)
    if kind == b"xmp":
        blocks.xmp.append(profile)
    elif kind in (b"exif", b"app1"):
        if profile.startswith(b"http://"):
            blocks.xmp.append(profile.partition(b"\0")[2])
        else:
            blocks.exif.append(ByteSource(profile.removeprefix(b"Exif\0\0")))
    elif kind in (b"iptc", b"8bim") and profile[:1] == b"\x1c":
        blocks.iim.append(profile)
    elif kind in (b"iptc", b"8bim"):
        resources(profile.removeprefix(b"Photoshop 3.0\0"), blocks)


def _unpacked(chunk: PngChunk, blocks: Blocks) -> bytes:
    rest = chunk.data.partition(b"\0")[2]
    if chunk.kind == b"tEXt":
        return rest
    if chunk.kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        if not packed:
            return rest
    else:
        rest = rest[1:]
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(rest, LARGEST)
    except zlib.error:
        blocks.note("a compressed text is broken: not read")
        return b""
    if unpacking.unconsumed_tail:
        blocks.note(f"a compressed text of more than {LARGEST} bytes: not read")
        return b""
    return data if blocks.fits(len(data), "a compressed text") else b""


def _from_hex(data: bytes) -> bytes:
    found = _HEX.match(data)
    if found is None:
        return b""
    digits = re.sub(rb"\s", b"", found[2])
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))[: int(found[1][:9])]


def rewritten(source: ByteSource, edit: Rewriter) -> Parts:
    """Return the file with new metadata; other chunks do not change, and IIM is written only if present."""
    blocks = Blocks()
    found = list(chunks(source, blocks))
    edit.refuse_broken(blocks.notes)
    parts: Parts = [SIGNATURE]
    for chunk in found:
        name = chunk.data.partition(b"\0")[0] if chunk.kind in _TEXTS else b""
        kind = name.removeprefix(_PROFILE).lower() if name.startswith(_PROFILE) else b""
        if name == _XMP or kind == b"xmp":
            continue
        if chunk.kind == b"eXIf":
            parts.append(_chunk(b"eXIf", edit.exif(chunk.data)))
        elif kind in (b"iptc", b"8bim", b"exif", b"app1"):
            profile = _profile(kind, _from_hex(_unpacked(chunk, blocks)), edit)
            parts.append(_chunk(b"zTXt", name + b"\0\0" + zlib.compress(_as_hex(kind, profile))) if profile else b"")
        else:
            parts.append((chunk.start, chunk.end - chunk.start))
        if chunk.kind == b"IHDR":
            parts += [_chunk(b"iTXt", _XMP + b"\0\0\0\0\0" + packet) for packet in edit.xmp()]
    return parts


def _profile(kind: bytes, old: bytes, edit: Rewriter) -> bytes:
    """Return the new content of a hexadecimal text; empty if it was XMP, which now has its own chunk."""
    if kind in (b"iptc", b"8bim"):
        return with_iim(b"" if old[:1] == b"\x1c" else old.removeprefix(b"Photoshop 3.0\0"), edit.iim())
    if old.startswith(b"http://"):
        return b""
    head = b"Exif\0\0" if old.startswith(b"Exif\0\0") else b""
    return head + edit.exif(old.removeprefix(head))


def _as_hex(kind: bytes, data: bytes) -> bytes:
    digits = data.hex().encode()
    lines = b"\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return b"\n%s\n%8d\n%s\n" % (kind, len(data), lines)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
