"""Read embedded metadata: fields, families, containers, and hostile files."""

from __future__ import annotations

import hashlib
import itertools
import os
import struct
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from captions.embedded import LISTS, NAMES, Fields, read
from captions.embedded.table import table
from captions.errors import InputError
from tests.support import pictures as p
from tests.support.case_files import cases
from tests.test_properties import QUICK

CASES = cases("embedded/fields.toml")


def _file(case: dict[str, Any]) -> bytes:
    packets = [p.xmp(inside) for inside in case.get("xmp", ())]
    if "attributes" in case:
        packets.append(p.xmp("", case["attributes"]))
    datasets = [(number, text.encode()) for number, text in case.get("iim", ())]
    datasets += [(number, bytes.fromhex(data)) for number, data in case.get("iim_bytes", ())]
    block = (p.UTF8 if case.get("utf8") else b"") + p.iim(datasets)
    digest = {"fits": hashlib.md5(block, usedforsecurity=False).digest(), "other": b"\1" * 16}.get(
        case.get("digest", "")
    )
    texts = {int(tag, 16): text.encode() for tag, text in case.get("exif", {}).items()}
    dates = {int(tag, 16): text.encode() for tag, text in case.get("taken", {}).items()}
    return p.jpeg(
        packets,
        p.resources(block, digest) if datasets else b"",
        p.exif(texts, dates) if texts or dates else b"",
    )


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_fields_are_read_and_merged(case: dict[str, Any]) -> None:
    found = read(_file(case))
    expected = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in case["fields"].items()}
    assert found.fields.present() == {name: expected[name] for name in NAMES if name in expected}
    assert [item.field for item in found.disagreements] == case.get("disagree", [])
    assert [[c.field, c.value, c.whole or ""] for c in found.cuts] == case.get("cuts", [])
    assert list(found.notes) == case.get("notes", [])
    assert (found.format, found.width, found.height) == ("JPEG", 32, 24)


def test_the_table_and_the_values_have_the_same_fields() -> None:
    assert tuple(table().fields) == NAMES
    assert {name for name, field in table().fields.items() if field.several} == LISTS


PACKET = p.xmp("<photoshop:Credit>AFP</photoshop:Credit>")
BLOCK = p.iim([(80, b"Jo Reed")])
EXIF = p.exif({0x8298: b"(c) AFP", 0x013B: b"Jo Reed"})
CREDIT, CREATOR, NOTICE = ("credit_line", ("AFP",)), ("creators", ("Jo Reed",)), ("copyright_notice", ("(c) AFP",))
GIF = p.bare("GIF")
TABLE = 13 + 3 * 2 ** ((GIF[10] & 7) + 1)
IN_GIF = b"\x21\xff\x0bXMP DataXMP" + PACKET + bytes([1, *range(255, -1, -1), 0])


def _webp(*chunks: tuple[bytes, bytes]) -> bytes:
    picture = p.bare("WebP")
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + b"\x0c\0\0\0" + b"\x1f\0\0\x17\0\0" + picture[12:]
    for kind, data in chunks:
        body += kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _tiff(order: str, big: bool) -> bytes:
    """Return a TIFF of 32 by 24 with XMP, IIM and texts in its first directory."""
    values: dict[int, tuple[int, int | bytes]] = {
        256: (3, 32),
        257: (3, 24),
        700: (1, PACKET),
        33723: (7, BLOCK),
        0x8298: (2, b"(c) AFP\0"),
    }
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    head += struct.pack(order + "HHQ", 8, 0, 16) if big else struct.pack(order + "I", 8)
    count, size, place = ("Q", 20, "Q") if big else ("H", 12, "I")
    tail = len(head) + struct.calcsize(count) + size * len(values) + struct.calcsize(place)
    rows, data = b"", b""
    for tag, (kind, value) in values.items():
        number = 1 if isinstance(value, int) else len(value)
        rows += struct.pack(order + "HH" + place, tag, kind, number)
        if isinstance(value, int):
            rows += struct.pack(order + "H", value).ljust(struct.calcsize(place), b"\0")
        elif len(value) <= struct.calcsize(place):
            rows += value.ljust(struct.calcsize(place), b"\0")
        else:
            rows += struct.pack(order + place, tail + len(data))
            data += value
    return head + struct.pack(order + count, len(values)) + rows + struct.pack(order + place, 0) + data


def _jp2(*uuids: tuple[str, bytes]) -> bytes:
    return p.bare("JP2") + b"".join(p.box(b"uuid", bytes.fromhex(name) + data) for name, data in uuids)


ITXT = b"XML:com.adobe.xmp\0\0\0\0\0"
PACKED = b"XML:com.adobe.xmp\0\1\0\0\0"
PROFILES = ((b"iptc", p.resources(BLOCK)), (b"xmp", PACKET), (b"exif", b"Exif\0\0" + EXIF))
UUIDS = ("be7acfcb97a942e89c71999491e3afac", PACKET), ("33c7a4d2b81d4723a0baf1a3e097ad38", BLOCK)
IN_PSD = p.resource(0x0424, PACKET) + p.resource(0x0422, EXIF)
ALL = (CREDIT, CREATOR, NOTICE)
CONTAINERS = {
    "JPEG": (p.jpeg([PACKET], p.resources(BLOCK), EXIF), "JPEG", ALL),
    "JPEG, a newspaper's header": (p.jpeg([PACKET], header=b"XMP\0://ns.adobe.com/xap/1.0/\0"), "JPEG", (CREDIT,)),
    "JPEG, fill bytes": (p.jpeg([PACKET], more=[b"\xff\xff\xff", p.segment(0xFE, b"x")]), "JPEG", (CREDIT,)),
    "JPEG, two segments": (p.jpeg([], p.resources(BLOCK, None, p.resource(1024, b"x" * 80_000))), "JPEG", (CREATOR,)),
    "JPEG, EXIF over two segments": (
        p.jpeg(block=EXIF[:50], more=[p.segment(0xE1, b"Exif\0\0" + EXIF[50:])]),
        "JPEG",
        (CREATOR, NOTICE),
    ),
    "PNG": (p.png(p.chunk(b"iTXt", ITXT + PACKET), p.chunk(b"eXIf", EXIF)), "PNG", ALL),
    "PNG, packed": (p.png(p.chunk(b"iTXt", PACKED + zlib.compress(PACKET))), "PNG", (CREDIT,)),
    "PNG, profiles": (p.png(*(p.raw_profile(*profile) for profile in PROFILES)), "PNG", ALL),
    "WebP": (_webp((b"EXIF", EXIF), (b"XMP ", PACKET)), "WebP", ALL),
    "WebP, EXIF with its JPEG header": (_webp((b"EXIF", b"Exif\0\0" + EXIF)), "WebP", (CREATOR, NOTICE)),
    "GIF": (GIF[:TABLE] + IN_GIF + GIF[TABLE:], "GIF", (CREDIT,)),
    "TIFF": (_tiff("<", big=False), "TIFF", ALL),
    "TIFF, big-endian": (_tiff(">", big=False), "TIFF", ALL),
    "BigTIFF": (_tiff("<", big=True), "TIFF", ALL),
    "HEIC": (p.heic(PACKET, EXIF), "HEIC", ALL),
    "JP2": (_jp2(*UUIDS, (b"JpgTiffExif->JP2".hex(), EXIF)), "JP2", ALL),
    "PSD": (p.psd(p.resources(BLOCK, None, IN_PSD)), "PSD", ALL),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_each_container_is_read(name: str) -> None:
    data, form, fields = CONTAINERS[name]
    found = read(data)
    assert (found.format, found.width, found.height, found.notes) == (form, 32, 24, ())
    assert found.fields.present() == {key: dict(fields)[key] for key in NAMES if key in dict(fields)}


@pytest.mark.parametrize("form", p.FORMATS)
def test_a_picture_without_metadata_has_only_its_size(form: str) -> None:
    found = read(p.bare(form))
    assert (found.format, found.width, found.height, found.notes) == (form, 32, 24, ())
    assert found.empty


@pytest.mark.skipif("AVIF" not in p.FORMATS, reason="this Pillow writes no AVIF")
def test_avif_as_pillow_writes_it() -> None:
    found = read(p.bare("AVIF", xmp=PACKET, exif=EXIF))
    assert found.fields.present() == dict([CREATOR, CREDIT, NOTICE])


def test_a_sidecar_is_read() -> None:
    assert read(PACKET).format == "XMP"
    assert read(PACKET).fields == Fields(credit_line="AFP")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32-be"])
def test_packets_in_other_encodings(encoding: str) -> None:
    packet = p.xmp("<photoshop:Credit>Åse/NTB</photoshop:Credit>").decode().encode(encoding)
    assert read(p.jpeg([packet])).fields == Fields(credit_line="Åse/NTB")


def test_bytes_outside_utf_8_in_a_packet_are_latin() -> None:
    packet = p.xmp("<photoshop:Credit>Åse/NTB</photoshop:Credit><photoshop:City>Bodø</photoshop:City>")
    assert read(p.jpeg([packet.replace("ø".encode(), b"\xf8")])).fields == Fields(credit_line="Åse/NTB", city="Bodø")


# --- extended XMP


LONG = p.xmp(
    f"<photoshop:Instructions>{'No sales. ' * 5000}</photoshop:Instructions><photoshop:City>Bodø</photoshop:City>"
)
MAIN = p.xmp("<photoshop:Credit>AFP</photoshop:Credit>", f'xmpNote:HasExtendedXMP="{p.guid(LONG)}"')


def test_extended_xmp_is_joined_in_any_order() -> None:
    found = read(p.jpeg([MAIN], more=reversed(p.extended(LONG))))  # type: ignore[arg-type]  # any iterable will do
    assert (found.fields.credit_line, found.fields.city, found.notes) == ("AFP", "Bodø", ())
    assert len(found.fields.instructions or "") == 49_999


@pytest.mark.parametrize(
    ("pieces", "note"),
    [
        (p.extended(LONG)[:-1], "extended XMP is incomplete: not read"),
        (p.extended(LONG.replace(b"Bod", b"Mod"), p.guid(LONG)), "extended XMP does not match its digest: not read"),
        (p.extended(LONG) + p.extended(PACKET), "extended XMP does not belong to any packet: not read"),
    ],
)
def test_incomplete_or_foreign_extended_xmp_is_not_read(pieces: list[bytes], note: str) -> None:
    found = read(p.jpeg([MAIN], more=pieces))
    assert found.notes == (note,)
    assert found.fields.credit_line == "AFP"


# --- hostile and broken files


_ENTITIES = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise("abcdefghij"))
LAUGHS = f'<!DOCTYPE x [<!ENTITY a "ha">{_ENTITIES}]>'.encode() + p.xmp("<photoshop:Credit>&j;</photoshop:Credit>")
FILE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + p.xmp("<photoshop:Credit>&a;</photoshop:Credit>")
DEEP = p.xmp("<own:a>" * 5_000)
WIDE = p.xmp("<photoshop:Credit>AFP</photoshop:Credit>" + "<own:a/>" * 300_000)
HUGE = p.xmp(f"<own:a>{'x' * (50 << 20)}</own:a>")
BOMB = PACKED + zlib.compress(b"\0" * (64 << 20), 9)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "a billion laughs": (p.jpeg([LAUGHS]), "declares entities"),
    "an entity of a file": (p.jpeg([FILE]), "declares entities"),
    "elements within elements": (p.jpeg([DEEP]), "levels deep"),
    "too many elements": (p.png(p.chunk(b"iTXt", ITXT + WIDE)), "more than 100,000 elements"),
    "XMP of 50 MB": (p.png(p.chunk(b"iTXt", ITXT + HUGE)), "too large"),
    "a sidecar of 50 MB": (HUGE, "too large"),
    "a compressed text of 64 MB": (p.png(p.chunk(b"iTXt", BOMB)), "a compressed text of more than"),
    "a compressed text that is broken": (p.png(p.chunk(b"iTXt", PACKED + b"no zlib")), "a compressed text is broken"),
    "XMP that is not XML": (p.jpeg([b"hello"]), "XMP is broken: nothing was read"),
    "XMP cut off": (p.jpeg([PACKET[:-50]]), "XMP is broken: read up to the error"),
    "resources cut off": (p.jpeg([], p.resources(BLOCK)[:-6]), "Photoshop resources are broken"),
    "IIM cut off": (p.jpeg([], p.resources(BLOCK + b"\x1c\x02\x50\x00\x40Jo")), "IIM is broken"),
    "IIM with rubbish": (p.jpeg([], p.resources(BLOCK + b"rubbish")), "IIM is broken"),
    "EXIF cut off": (p.jpeg([], block=b"II*\0\xff\xff"), "EXIF is broken"),
    "EXIF beyond its end": (p.jpeg([], block=b"II*\0\xff\xff\xff\xff" + b"x" * 20), "EXIF is broken"),
    "JPEG cut in its head": (p.jpeg([PACKET])[:300], "truncated"),
    "JPEG cut in its picture": (p.bare("JPEG")[:-40], "truncated: the picture data is incomplete"),
    "JPEG without markers": (b"\xff\xd8\xffrubbish", "broken|truncated"),
    "JPEG with rubbish before its metadata": (b"\xff\xd8\xff\xe0\0\4abrubbish" + p.jpeg([PACKET])[2:], "broken"),
    "PNG cut": (p.bare("PNG")[:-20], "truncated: the picture data is incomplete"),
    "WebP cut": (p.bare("WebP")[:-20], "truncated: the picture data is incomplete"),
    "GIF cut": (GIF[:-20], "truncated: the picture data is incomplete"),
    "GIF with unterminated XMP": (GIF[:TABLE] + IN_GIF[:-100] + GIF[TABLE:], "XMP is not terminated"),
    "TIFF cut": (_tiff("<", big=False)[:20], "truncated: the first directory is missing|is beyond"),
    "HEIC cut": (p.heic(PACKET, EXIF)[:-40], "truncated: the metadata is beyond the end"),
    "PSD cut": (p.psd(p.resources(BLOCK))[:-4], "truncated: ends inside the metadata"),
    "an empty file": (b"", "an empty file"),
    "a text": (b"Hello.", "not a picture in a supported format"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_noted(name: str) -> None:
    data, note = HOSTILE[name]
    notes = " ".join(read(data).notes)
    assert any(part in notes for part in note.split("|")), notes


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("too many elements", Fields(credit_line="AFP")),
        ("XMP cut off", Fields(credit_line="AFP")),
        ("resources cut off", Fields(creators=("J",))),
        ("IIM cut off", Fields(creators=("Jo Reed", "Jo"))),
        ("JPEG with rubbish before its metadata", Fields(credit_line="AFP")),
        ("IIM with rubbish", Fields(creators=("Jo Reed",))),
        ("PNG cut", Fields()),
        ("a billion laughs", Fields()),
        ("an entity of a file", Fields()),
    ],
)
def test_readable_parts_of_hostile_files_are_read(name: str, fields: Fields) -> None:
    assert read(HOSTILE[name][0]).fields == fields


def test_the_credit_of_a_picture_with_four_billion_pixels_a_side_is_read() -> None:
    data = bytearray(p.png(p.chunk(b"iTXt", ITXT + PACKET)))
    data[16:24] = b"\x7f\xff\xff\xff" * 2
    found = read(bytes(data))
    assert (found.width, found.height, found.fields.credit_line) == (0x7FFFFFFF, 0x7FFFFFFF, "AFP")


def _many(kind: str) -> bytes:
    """Read files that would take hours or gigabytes without limits."""
    if kind == "keywords":
        inside = "".join(f"<rdf:li>{'k' * 70}{n}</rdf:li>" for n in range(20_000))
        block = p.iim([(25, b"k" * 64) for _ in range(15_000)])
        packet = p.xmp(f"<dc:subject><rdf:Bag>{inside}</rdf:Bag></dc:subject>")
        return p.psd(p.resources(block, None, p.resource(0x0424, packet)))
    if kind == "pieces":
        head = b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32
        pieces = [p.segment(0xE1, head + struct.pack(">II", 19_000, n) + b"x") for n in range(19_000)]
        return p.jpeg([p.xmp("", f'xmpNote:HasExtendedXMP="{"A" * 32}"')], more=pieces)
    if kind == "boxes":
        return p.jpeg(more=[p.segment(0xED, b"Photoshop 3.0\0" + b"x" * 800)] * 19_000)
    if kind == "packets":
        return p.jpeg([p.xmp("<own:a/>" * 7_000)] * 200)
    if kind == "bytes":
        return p.png(p.chunk(b"iTXt", ITXT + b"<x:xmpmeta>" + b"\xff" * ((4 << 20) - 100)))
    if kind == "extents":
        rows = b"".join(struct.pack(">HHH", 1 + n % 2, 0, 0xFFFF) for n in range(4_000))
        return p.heic(PACKET, EXIF, b"\0\0" + struct.pack(">H", 4_000) + rows)
    whole = struct.pack(">HHH", 2, 0, 4_000) + b"\0\0\0\0" * 4_000  # each of them the whole file
    return p.heic(b"x" * (2 << 20), EXIF, b"\x22\0" + struct.pack(">H", 1) + whole)


@pytest.mark.parametrize("kind", ["keywords", "pieces", "boxes", "packets", "bytes", "extents", "whole files"])
def test_reading_very_many_parts_ends(kind: str) -> None:
    data = _many(kind)
    tracemalloc.start()
    try:
        read(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 160 << 20


def test_a_million_chunks_end_and_memory_is_bounded() -> None:
    many = p.png(p.chunk(b"tEXt", b"a\0b") * 200_000)
    tracemalloc.start()
    try:
        notes = read(many).notes + read(HOSTILE["a compressed text of 64 MB"][0]).notes
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert notes[0] == "too many chunks: only the first 20,000 were read"
    assert peak < 32 << 20


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(p.jpeg([PACKET]))
    with path.open("ab") as file:
        file.truncate(200 << 20)
    tracemalloc.start()
    try:
        assert read(path).fields.credit_line == "AFP"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 << 20


def test_an_unreadable_path_is_reported(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, reason in (("none.jpg", "No such file"), ("", "a folder"), ("pipe", "not a regular file")):
        with pytest.raises(InputError, match=reason):
            read(tmp_path / name)


SEEDS = [data for data, _, _ in CONTAINERS.values() if len(data) < 20_000] + [p.bare(form) for form in p.FORMATS]


@QUICK
@given(st.binary(max_size=200), st.sampled_from([seed[:16] for seed in SEEDS]))
@example(b"", b"\xff\xd8\xff")
def test_no_bytes_raise(data: bytes, head: bytes) -> None:
    read(data)
    read(head + data)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Change, remove, insert and truncate bytes of a valid file."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 12))):
        at = draw(st.integers(0, max(0, min(len(data), 3000) - 1)))
        kind = draw(st.sampled_from(["set", "set", "set", "drop", "add", "cut"]))
        if kind == "set" and data:
            data[at] = draw(st.sampled_from([0, 1, 0x1C, 0x7F, 0x80, 0xD9, 0xFF]) | st.integers(0, 255))
        elif kind == "drop":
            del data[at : at + draw(st.integers(1, 40))]
        elif kind == "add":
            data[at:at] = draw(st.binary(max_size=12))
        else:
            del data[max(at, 64) :]
    return bytes(data)


@QUICK
@given(mutated())
def test_no_mutation_of_a_good_file_raises(data: bytes) -> None:
    found = read(data)
    for values in found.fields.present().values():
        assert all(value and value == value.strip() and "\x1b" not in value for value in values)
