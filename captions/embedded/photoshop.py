"""Read and write Photoshop image resources, where JPEG, TIFF and PSD store IIM; read PSD files."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from captions.embedded.source import MOST, Blocks, ByteSource

IIM, EXIF, XMP, DIGEST = 0x0404, 0x0422, 0x0424, 0x0425
_SIGNATURES = (b"8BIM", b"PHUT", b"DCSR", b"AgHg", b"MeSa")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource: its number, its value, and its original bytes."""

    id: int
    data: bytes
    raw: bytes


def split(data: bytes) -> tuple[list[Resource], bytes]:
    """Split a block into resources, and return the rest if it is broken."""
    found: list[Resource] = []
    at = 0
    while len(found) < MOST and data[at : at + 4] in _SIGNATURES and len(data) >= at + 12:
        number = struct.unpack(">H", data[at + 4 : at + 6])[0]
        name_end = at + 7 + data[at + 6]
        name_end += (name_end - at) % 2
        if len(data) < name_end + 4:
            break
        size = struct.unpack(">I", data[name_end : name_end + 4])[0]
        start, end = name_end + 4, name_end + 4 + size
        if end > len(data):
            # The last resource is truncated; IIM is read up to the end.
            return found, data[at:]
        found.append(Resource(number, data[start:end], data[at : end + size % 2]))
        at = end + size % 2
    return found, data[at:]


def resources(data: bytes, blocks: Blocks) -> None:
    """Collect the metadata in a block of resources."""
    found, rest = split(data)
    for resource in found:
        if resource.id == IIM:
            blocks.iim.append(resource.data)
        elif resource.id == DIGEST and len(resource.data) == 16:
            blocks.iim_digest = resource.data
        elif resource.id == XMP:
            blocks.xmp.append(resource.data)
        elif resource.id == EXIF:
            blocks.exif.append(ByteSource(resource.data))
    if rest.strip(b"\0"):
        blocks.note("Photoshop resources are broken: read up to the error")
        if rest[:6] == b"8BIM\x04\x04" and len(rest) > 12:
            blocks.iim.append(rest[12:])


def with_iim(data: bytes, iim: bytes) -> bytes:
    """Return the resources with this IIM and its digest; the others do not change."""
    found, rest = split(data)
    new = _resource(IIM, iim) + _resource(DIGEST, hashlib.md5(iim, usedforsecurity=False).digest())
    at = next((n for n, resource in enumerate(found) if resource.id == IIM), len(found))
    others = [b"" if r.id in (IIM, DIGEST) else r.raw for r in found]
    if rest[:6] == b"8BIM\x04\x04":
        rest = b""  # the truncated IIM is replaced
    return b"".join(others[:at]) + new + b"".join(others[at:]) + rest


def with_digest(data: bytes, iim: bytes) -> bytes:
    """Return the resources with the digest of an IIM block stored elsewhere."""
    found, rest = split(data)
    digest = _resource(DIGEST, hashlib.md5(iim, usedforsecurity=False).digest())
    return b"".join(r.raw for r in found if r.id not in (IIM, DIGEST)) + digest + rest


def _resource(number: int, data: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)


def walk(source: ByteSource, blocks: Blocks) -> None:
    """Find the metadata blocks in a PSD file."""
    blocks.height, blocks.width = source.number(">I", 14), source.number(">I", 18)
    place = 26 + 4 + (source.number(">I", 26) or 0)
    length = source.number(">I", place)
    if length is None:
        blocks.note("truncated: ends before the metadata")
    elif blocks.fits(length, "Photoshop resources"):
        data = source.at(place + 4, length)
        if len(data) < length:
            blocks.note("truncated: ends inside the metadata")
        resources(data, blocks)
