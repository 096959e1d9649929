"""Write content credentials (C2PA) box by box, without a signature."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

from tests.support import pictures as p

_TYPE = bytes.fromhex("00110010800000aa00389b71")
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
AI = f"{IPTC}trainedAlgorithmicMedia"


def cbor(value: object) -> bytes:
    """Return a value as CBOR."""
    if isinstance(value, str):
        data = value.encode()
        return _head(3, len(data)) + data
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, bool) or value is None:
        return {True: b"\xf5", False: b"\xf4", None: b"\xf6"}[value]
    if isinstance(value, int):
        return _head(0, value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(cbor, value))
    assert isinstance(value, dict)
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(item) for key, item in value.items())


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    for code, form, limit in ((24, ">B", 1 << 8), (25, ">H", 1 << 16), (26, ">I", 1 << 32)):
        if number < limit:
            return bytes([kind << 5 | code]) + struct.pack(form, number)
    return bytes([kind << 5 | 27]) + struct.pack(">Q", number)


def superbox(kind: bytes, label: str, *contents: bytes) -> bytes:
    """Return a box of boxes with its description."""
    described = p.box(b"jumd", kind + _TYPE + b"\x03" + label.encode() + b"\0")
    return p.box(b"jumb", described + b"".join(contents))


def actions(*source_types: str) -> bytes:
    """Return the assertion that lists how a picture was made, with a type for each step."""
    steps = [{"action": "c2pa.created", "when": "2024-05-18T09:30:00Z", "digitalSourceType": t} for t in source_types]
    return superbox(b"cbor", "c2pa.actions.v2", p.box(b"cbor", cbor({"actions": steps})))


def metadata(source_type: str) -> bytes:
    """Return the assertion that repeats IPTC metadata in JSON."""
    data = {"@context": {"Iptc4xmpExt": "x"}, "Iptc4xmpExt:DigitalSourceType": source_type}
    return superbox(b"json", "c2pa.metadata", p.box(b"json", json.dumps(data).encode()))


THUMBNAIL = superbox(
    b"\x40\xcb\x0c\x32",
    "c2pa.thumbnail.claim.jpeg",
    p.box(b"bfdb", b"\0image/jpeg\0"),
    p.box(b"bidb", b"\xff" * 70_000),
)


def manifest(*assertions: bytes, number: int = 1) -> bytes:
    """Return a manifest with these assertions and a claim."""
    claim = superbox(b"c2cl", "c2pa.claim", p.box(b"cbor", cbor({"dc:title": "pier.jpg", "signature": b"\1" * 300})))
    return superbox(b"c2ma", f"urn:uuid:{number}", superbox(b"c2as", "c2pa.assertions", *assertions), claim)


def store(*manifests: bytes) -> bytes:
    """Return the store of all manifests, as it is embedded."""
    return superbox(b"c2pa", "c2pa", *manifests)


def segments(data: bytes, room: int = 60_000) -> list[bytes]:
    """Return the JPEG segments of a store, each of which repeats the header of its box."""
    head, rest = data[:8], data[8:]
    parts = [rest[at : at + room] for at in range(0, len(rest), room)]
    return [p.segment(0xEB, b"JP" + struct.pack(">HI", 1, n) + head + part) for n, part in enumerate(parts, 1)]


def signed_jpeg(data: bytes, packets: Sequence[bytes] = ()) -> bytes:
    """Return a JPEG with a store."""
    return p.jpeg(packets, more=segments(data))
