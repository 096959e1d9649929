"""Read the digital source types in content credentials: containers, manifests, hostile boxes."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions.embedded import cbor, read
from tests.embedded.test_read import PACKET, UUIDS, _jp2, _webp
from tests.support import credentials as c
from tests.support import pictures as p
from tests.test_properties import QUICK

STORE = c.store(c.manifest(c.THUMBNAIL, c.actions(c.AI)))
C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
IN_BMFF = p.box(b"uuid", C2PA_UUID + b"\0\0\0\0manifest\0" + b"\0" * 8 + STORE)


def _tiff(data: bytes) -> bytes:
    """Return a little-endian TIFF of 32 by 24 whose first directory has only its size and a store."""
    rows = struct.pack("<HHIHH", 256, 3, 1, 32, 0) + struct.pack("<HHIHH", 257, 3, 1, 24, 0)
    rows += struct.pack("<HHII", 0xCD41, 7, len(data), 8 + 2 + 36 + 4)
    return b"II*\0" + struct.pack("<IH", 8, 3) + rows + b"\0" * 4 + data


CONTAINERS = {
    "JPEG": c.signed_jpeg(STORE),
    "JPEG, segments in another order": p.jpeg([PACKET], more=c.segments(STORE, 20_000)[::-1]),
    "JPEG, a segment twice": p.jpeg([PACKET], more=[*c.segments(STORE), *c.segments(STORE)]),
    "PNG": p.png(p.chunk(b"caBX", STORE)),
    "WebP": _webp((b"C2PA", STORE)),
    "HEIC": p.heic(PACKET, p.exif({0x8298: b"x"})) + IN_BMFF,
    "JP2": _jp2(*UUIDS) + STORE,
    "TIFF": _tiff(STORE),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_each_container_is_read(name: str) -> None:
    found = read(CONTAINERS[name])
    assert (found.content_credentials, found.c2pa_source_types, found.notes) == (True, (c.AI,), ())


@pytest.mark.parametrize(
    ("store", "types"),
    [
        (c.store(c.manifest(c.metadata(c.AI))), (c.AI,)),
        (c.store(c.manifest(c.actions(f"{c.IPTC}digitalCapture", c.AI))), (f"{c.IPTC}digitalCapture", c.AI)),
        # A crop of an AI picture: the manifest of its ingredient comes first.
        (
            c.store(c.manifest(c.actions(c.AI)), c.manifest(c.actions(c.AI, f"{c.IPTC}humanEdits"), number=2)),
            (c.AI, f"{c.IPTC}humanEdits"),
        ),
        (c.store(c.manifest(c.actions())), ()),
        (c.store(c.manifest(c.actions("not a type", ""))), ()),
        (c.store(), ()),
    ],
    ids=["JSON", "several steps", "an ingredient", "no type", "a sentence", "no manifest"],
)
def test_types_are_read_from_all_manifests(store: bytes, types: tuple[str, ...]) -> None:
    found = read(c.signed_jpeg(store))
    assert (found.c2pa_source_types, found.notes) == (types, ())


def test_signed_metadata_is_no_field_of_the_picture() -> None:
    found = read(c.signed_jpeg(STORE, [PACKET]))
    assert found.fields.present() == {"credit_line": ("AFP",)}


# --- CBOR


def _texts(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Return the texts of a value with their keys, as an independent reference."""
    if isinstance(value, str) and key:
        yield key, value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, name)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 2**64 - 1)
    | st.floats()
    | st.text(max_size=30)
    | st.binary(max_size=300),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=5),
    max_leaves=20,
)


@QUICK
@given(VALUES)
def test_all_named_texts_are_read(value: object) -> None:
    assert list(cbor.texts(c.cbor(value))) == list(_texts(value))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xbf\x61a\x7f\x62hi\x61!\xff\xff", [("a", "hi!")]),
        (b"\xa1\x61a\x9f\xa1\x61b\x61c\xff", [("b", "c")]),
        (b"\xa1\x61a\xc0\x62hi", [("a", "hi")]),
        (b"\xa2\x01\x61x\x61a\x61b", [("a", "b")]),
    ],
    ids=["lengths not declared", "a list without length", "a tag", "a number as key"],
)
def test_rare_forms_of_cbor(data: bytes, expected: list[tuple[str, str]]) -> None:
    assert list(cbor.texts(data)) == expected


@pytest.mark.parametrize(
    "data",
    [b"", b"\xa1\x61a", b"\x7a\xff\xff\xff\xff", b"\x81" * 200, b"\x9b" + b"\xff" * 8, b"\x1c", b"\xff", b"\x5f\x61a"],
    ids=["nothing", "no value", "4 GB of text", "too deep", "too many", "reserved", "a break", "text in bytes"],
)
def test_broken_cbor_is_reported(data: bytes) -> None:
    with pytest.raises(cbor.CborError):
        list(cbor.texts(data))


# --- hostile boxes

BROKEN = "content credentials are broken: read up to the error"


def _nested(levels: int) -> bytes:
    data = c.actions(c.AI)
    for _ in range(levels):
        data = p.box(b"jumb", data)
    return data


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (STORE[:-400], BROKEN),
        (_nested(2_000), BROKEN),
        (c.store(p.box(b"free", b"") * 10_000), BROKEN),
        (c.store(p.box(b"cbor", b"\x80" * 2_000_000)), "more than 1048576 bytes of assertions"),
        (c.store(p.box(b"cbor", b"\x9f" + b"\x80" * 900_000)), BROKEN),
        (c.store(p.box(b"json", b"[" * 100_000)), BROKEN),
        (c.store(p.box(b"json", b"1" * 100_000)), BROKEN),
        (c.store(p.box(b"brob", b"x")), "content credentials are compressed: not read"),
        (b"\0" * (17 << 20), "content credentials of more than"),
    ],
    ids=["cut", "deep", "boxes", "large", "values", "deep JSON", "a number", "compressed", "17 MB"],
)
def test_hostile_credentials_are_noted_in_bounded_memory(data: bytes, note: str) -> None:
    picture = p.png(p.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + PACKET), p.chunk(b"caBX", data))
    tracemalloc.start()
    try:
        found = read(picture)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert any(note in text for text in found.notes), found.notes
    assert (found.content_credentials, found.fields.credit_line) == (True, "AFP")
    assert peak < 80 << 20


@QUICK
@given(st.binary(max_size=300), st.integers(0, len(STORE)), st.integers(0, 40))
def test_no_change_of_a_store_raises(data: bytes, at: int, dropped: int) -> None:
    small = c.store(c.manifest(c.actions(c.AI), c.metadata(c.AI)))
    at %= len(small)
    changed = small[:at] + data + small[at + dropped :]
    for picture in (
        p.png(p.chunk(b"caBX", changed)),
        p.png(p.chunk(b"caBX", data)),
        c.signed_jpeg(changed or b"\0" * 9),
    ):
        types = read(picture).c2pa_source_types
        assert all(name.isprintable() and len(name) <= 201 for name in types)
