"""Write metadata: pixels and other metadata stay, and the new values are read back."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from captions.embedded import NAMES, READ_ONLY, Fields, read, stamp
from captions.errors import CaptionsError, InputError
from captions.files.targets import Targets
from tests.embedded.test_read import CONTAINERS, ITXT, PACKET, mutated
from tests.support import pictures as p
from tests.test_properties import QUICK

VALUES = Fields(
    creators=("José Ñandú", "Zoë Åskelund of the Harbor City Courier"),
    credit_line="José Ñandú/AFP via Getty",
    caption="Islanders <queue> & wait\nfor “the” ferry. 漢字",
    copyright_notice="© 2024 Gull Photo",
    web_statement="https://rights.example/?a=1&b=2",
    licensor_name="Gull Photo",
    licensor_url="https://license.example/1",
)
WRITTEN = ("JPEG", "PNG", "WebP", "GIF", "TIFF")


def _stamped(folder: Path, data: bytes, values: Fields = VALUES) -> bytes:
    """Return the copy as bytes, and check that the picture did not change."""
    (folder / "in").write_bytes(data)
    stamped = stamp(folder / "in", folder / "out", values, targets=Targets(overwrite=True))
    assert (folder / "in").read_bytes() == data
    assert stamped.embedded == read(stamped.sidecar or stamped.path)
    return (folder / "out").read_bytes()


def _picture(form: str, data: bytes) -> list[bytes]:
    """Return the bytes of the picture itself: scan and tables, chunks, strips."""
    if form == "JPEG":
        out, at = [], 2
        while data[at + 1] != 0xDA:
            end = at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
            if not 0xE1 <= data[at + 1] <= 0xEF:
                out.append(data[at:end])
            at = end
        return [*out, data[at:]]
    if form == "PNG":
        out, at = [], 8
        while at < len(data):
            end = at + 12 + struct.unpack(">I", data[at : at + 4])[0]
            if data[at + 4 : at + 8] not in (b"iTXt", b"eXIf", b"zTXt"):
                out.append(data[at:end])
            at = end
        return out
    if form == "WebP":
        out, at = [], 12
        while at < len(data):
            end = at + 8 + struct.unpack("<I", data[at + 4 : at + 8])[0]
            if data[at : at + 4] not in (b"VP8X", b"XMP ", b"EXIF"):
                out.append(data[at:end])
            at = end + end % 2
        return out
    if form == "GIF":
        start = data.find(b"\x21\xff\x0bXMP Data")
        end = data.find(bytes([1, 0, 0])) if start < 0 else data.find(bytes(range(9, -1, -1)) + b"\0", start) + 11
        return [data[6:], b""] if start < 0 else [data[6:start] + data[end:], b""]
    with Image.open(io.BytesIO(data)) as image:
        tags = image.tag_v2  # type: ignore[attr-defined]  # a TIFF's, which this is
        return [data[at : at + size] for at, size in zip(tags[273], tags[279], strict=True)]


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("mode", ["first", "again"])
def test_no_byte_of_the_picture_changes(tmp_path: Path, form: str, mode: str) -> None:
    data = p.bare(form)
    out = _stamped(tmp_path, data)
    if mode == "again":
        out = _stamped(tmp_path, out, Fields(caption="Another."))
    assert _picture(form, out) == _picture(form, data)
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(out)) as after:
        assert (before.mode, before.size, before.tobytes()) == (after.mode, after.size, after.tobytes())


@pytest.mark.parametrize("form", WRITTEN)
def test_written_values_are_read_back(tmp_path: Path, form: str) -> None:
    _stamped(tmp_path, p.bare(form))
    found = read(tmp_path / "out")
    assert found.fields == VALUES
    assert found.disagreements == ()
    assert found.notes == ()
    assert found.iim_digest_fits == (True if form == "JPEG" else None)
    if form in ("JPEG", "TIFF"):
        assert found.iim.creators == ("José Ñandú", "Zoë Åskelund of the Harbor Cit")
        assert [cut.whole for cut in found.cuts] == [VALUES.creators[1]]


@pytest.mark.parametrize("name", [name for name in CONTAINERS if CONTAINERS[name][1] in WRITTEN])
def test_other_embedded_values_stay(tmp_path: Path, name: str) -> None:
    data = CONTAINERS[name][0]
    before = read(data)
    _stamped(tmp_path, data, Fields(caption="A ferry.", city="Bodø"))
    after = read(tmp_path / "out")
    assert after.fields == Fields.of({**before.fields.present(), "caption": ("A ferry.",), "city": ("Bodø",)})
    for family in ("xmp", "iim", "exif"):
        unchanged = before.family(family).present()
        assert {key: after.family(family).get(key) for key in unchanged} == unchanged


@pytest.mark.parametrize("name", [n for n in CONTAINERS if CONTAINERS[n][1] in WRITTEN and "two segments" not in n])
def test_families_agree_after_a_value_is_written(tmp_path: Path, name: str) -> None:
    _stamped(tmp_path, CONTAINERS[name][0], VALUES)
    found = read(tmp_path / "out")
    assert found.fields == VALUES
    assert found.disagreements == ()


@pytest.mark.parametrize("name", [name for name in CONTAINERS if CONTAINERS[name][1] not in WRITTEN])
def test_other_formats_are_copied_and_get_a_sidecar(tmp_path: Path, name: str) -> None:
    data, _, fields = CONTAINERS[name]
    assert _stamped(tmp_path, data) == data
    found = read(tmp_path / "out.xmp")
    assert found.format == "XMP"
    assert found.fields == Fields.of({**dict(fields[:1]), **VALUES.present()})


def test_the_first_packet_has_the_values_and_later_packets_do_not_contradict_them(tmp_path: Path) -> None:
    other = p.xmp("<photoshop:Credit>Other</photoshop:Credit><photoshop:City>Bodø</photoshop:City>")
    out = _stamped(tmp_path, p.jpeg([PACKET, other]), Fields(credit_line="Jo Reed/AFP"))
    assert b"Other" not in out
    assert read(out).fields == Fields(credit_line="Jo Reed/AFP", city="Bodø")


def test_unknown_properties_languages_and_structures_stay(tmp_path: Path) -> None:
    packet = p.xmp(
        '<own:note own:kind="x">Keep &lt;me&gt;</own:note><own:list><rdf:Bag><rdf:li>1</rdf:li></rdf:Bag></own:list>'
        '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">Old.</rdf:li><rdf:li xml:lang="en">Old.</rdf:li>'
        '<rdf:li xml:lang="de">Alt.</rdf:li></rdf:Alt></dc:description>',
        'own:flag="1"',
    )
    out = _stamped(tmp_path, p.jpeg([packet]), Fields(caption="New."))
    assert b'own:flag="1"' in out
    assert b'<own:note own:kind="x">Keep &lt;me&gt;</own:note>' in out
    assert b"<own:list><rdf:Bag><rdf:li>1</rdf:li></rdf:Bag></own:list>" in out
    assert b'<rdf:li xml:lang="x-default">New.</rdf:li><rdf:li xml:lang="de">Alt.</rdf:li>' in out
    assert b"Old." not in out


LICENSOR = (
    '<plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><plus:LicensorName>Old</plus:LicensorName>'
    "<plus:LicensorURL>https://old.example</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>"
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (Fields(licensor_url="https://new.example"), ("Old", "https://new.example")),
        (Fields(licensor_name="Old"), ("Old", "https://old.example")),
        (Fields(licensor_name="New"), ("New", None)),
    ],
)
def test_a_new_licensor_does_not_keep_the_address_of_the_old(
    tmp_path: Path, values: Fields, expected: tuple[str, str | None]
) -> None:
    found = read(_stamped(tmp_path, p.jpeg([p.xmp(LICENSOR)]), values)).fields
    assert (found.licensor_name, found.licensor_url) == expected


def test_iim_of_an_old_program_becomes_utf_8_and_keeps_its_other_datasets(tmp_path: Path) -> None:
    block = p.iim([(55, b"20240518"), (90, "Bodø".encode("cp1252")), (202, b"\xff\xd8\xe9"), (15, b"NEW")])
    out = _stamped(tmp_path, p.jpeg([], p.resources(block, b"\1" * 16, p.resource(0x0400, b"other"))), VALUES)
    found = read(out)
    assert (found.iim.city, found.iim.date_created, found.iim_digest_fits) == ("Bodø", "2024-05-18", True)
    for unchanged in (p.resource(0x0400, b"other"), b"\x1c\x02\xca\0\3\xff\xd8\xe9", b"\x1c\x02\x0f\0\3NEW", p.UTF8):
        assert unchanged in out


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_keeps_its_other_tags_in_their_places(tmp_path: Path, order: str) -> None:
    block = p.exif({0x010F: b"Maker & Co", 0x010E: b"DIGITAL CAMERA"}, {0x9003: b"2024:05:18 09:30:00"}, order)
    out = _stamped(tmp_path, p.jpeg(block=block))
    with Image.open(io.BytesIO(out)) as image:
        tags = image.getexif()
        assert tags[0x010F] == "Maker & Co"
        assert tags.get_ifd(0x8769) == {0x9003: "2024:05:18 09:30:00"}
    assert read(out).exif.caption == VALUES.caption
    assert block[8:] in out


def test_extended_xmp_loses_only_rewritten_properties(tmp_path: Path) -> None:
    terms = f"<photoshop:Instructions>{'No sales. ' * 5000}</photoshop:Instructions>"
    extended = p.xmp(terms + "<photoshop:Headline>Old</photoshop:Headline>")
    main = p.xmp("<photoshop:City>Bodø</photoshop:City>", f'xmpNote:HasExtendedXMP="{p.guid(extended)}"')
    data = p.jpeg([main], more=p.extended(extended))
    for values in (Fields(credit_line="AFP"), Fields(headline="New")):
        found = read(_stamped(tmp_path, data, values))
        assert found.notes == ()
        assert found.fields.city == "Bodø"
        assert found.fields.instructions == ("No sales. " * 5000).strip()
        assert found.fields.headline == (values.headline or "Old")


def test_later_pictures_of_a_file_are_found_where_its_index_says(tmp_path: Path) -> None:
    """Correct MPF offsets, which are relative to the index's own header."""
    first, second = p.bare("JPEG"), p.bare("JPEG", quality=30)

    def index(size: int, offset: int) -> bytes:
        rows = struct.pack("<IIIHH", 0x20030000, size, 0, 0, 0) + struct.pack("<IIIHH", 0, len(second), offset, 0, 0)
        head = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0xB002, 7, 32, 26) + b"\0" * 4
        return p.segment(0xE2, b"MPF\0" + head + rows)

    length = len(first) + len(index(0, 0))
    for before in (True, False):
        start = 2 if before else first.index(b"\xff\xdb")
        iim = p.segment(0xED, b"Photoshop 3.0\0" + p.resources(p.iim([(25, b"x" * 50)])))
        size = length + len(iim)
        data = first[:start] + index(size, size - start - 8) + iim + first[start:] + second
        out = _stamped(tmp_path, data)
        at = out.index(b"MPF\0")
        rows = at + 4 + 26
        assert struct.unpack("<I", out[rows + 4 : rows + 8])[0] == len(out) - len(second)
        assert out[at + 4 + struct.unpack("<I", out[rows + 24 : rows + 28])[0] :] == second


def test_exif_without_room_does_not_change(tmp_path: Path) -> None:
    long = p.exif({0x010E: b"x" * 65_440, 0x013B: b"Jo Reed"})
    (tmp_path / "in.jpg").write_bytes(p.jpeg(block=long))
    stamped = stamp(tmp_path / "in.jpg", tmp_path / "out.jpg", VALUES)
    assert stamped.notes == ("EXIF has no room for the new values and was not changed",)
    assert long in (tmp_path / "out.jpg").read_bytes()
    assert stamped.embedded.fields == VALUES


def test_a_tiff_of_several_pages_keeps_them(tmp_path: Path) -> None:
    out = io.BytesIO()
    p.image().save(out, "TIFF", save_all=True, append_images=[p.image("L")])
    stamped = _stamped(tmp_path, out.getvalue())
    with Image.open(io.BytesIO(stamped)) as image:
        assert image.n_frames == 2  # type: ignore[attr-defined]  # a TIFF's
        image.seek(1)
        assert image.tobytes() == p.image("L").tobytes()


def test_profiles_of_a_png_are_rewritten(tmp_path: Path) -> None:
    app1 = b"http://ns.adobe.com/xap/1.0/\0" + PACKET
    other = p.resource(0x0400, b"other")
    data = p.png(p.raw_profile(b"8bim", p.resources(p.iim([(80, b"Old")]), None, other)), p.raw_profile(b"APP1", app1))
    out = _stamped(tmp_path, data)
    assert read(out).fields == VALUES
    assert read(out).disagreements == ()
    assert other.hex().encode() in zlib.decompress(out[out.index(b"8bim\0\0") + 6 :]).replace(b"\n", b"")


def test_a_signed_picture_is_stamped_only_on_request(tmp_path: Path) -> None:
    signed, copy = tmp_path / "in.jpg", tmp_path / "out.jpg"
    signed.write_bytes(p.SIGNED)
    with pytest.raises(InputError, match="breaks the signature; to stamp it anyway, pass --break-signature"):
        stamp(signed, copy, VALUES)
    assert not copy.exists()
    assert "C2PA" in stamp(signed, copy, VALUES, break_signature=True).notes[0]


LARGE = p.xmp(f"<own:a>{'x' * (5 << 20)}</own:a>")
FULL = p.xmp(f"<own:a>{'x' * 64_700}</own:a>")


@pytest.mark.parametrize(
    ("data", "values", "reason"),
    [
        (p.bare("JPEG"), Fields(), "nothing to stamp"),
        (p.bare("JPEG"), Fields(caption=" \0"), "nothing to stamp"),
        (p.bare("JPEG"), Fields(date_created="2024"), "cannot be stamped"),
        (p.bare("JPEG"), Fields(caption="A ferry.", document_id="1"), "cannot be stamped"),
        (b"", VALUES, "an empty file"),
        (b"Hello.", VALUES, "not a picture"),
        (p.bare("PNG")[:-20], VALUES, "too broken to stamp"),
        (p.jpeg([PACKET])[:300], VALUES, "too broken to stamp"),
        (p.png(p.chunk(b"iTXt", ITXT + LARGE)), VALUES, "too large to preserve"),
        (p.jpeg([FULL]), VALUES, "exceed a JPEG segment"),
    ],
)
def test_a_refusal_has_a_reason_and_writes_nothing(tmp_path: Path, data: bytes, values: Fields, reason: str) -> None:
    (tmp_path / "in").write_bytes(data)
    with pytest.raises(InputError, match=reason):
        stamp(tmp_path / "in", tmp_path / "out", values)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_picture_is_never_its_own_copy(tmp_path: Path) -> None:
    (tmp_path / "in.jpg").write_bytes(p.bare("JPEG"))
    (tmp_path / "link.jpg").symlink_to("in.jpg")
    with pytest.raises(InputError, match="would replace the picture"):
        stamp(tmp_path / "in.jpg", tmp_path / "link.jpg", VALUES)
    with pytest.raises(CaptionsError, match="cannot write"):
        stamp(tmp_path / "in.jpg", tmp_path / "none" / "out.jpg", VALUES)


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)


@QUICK
@given(
    st.dictionaries(st.sampled_from(sorted(set(NAMES) - set(READ_ONLY))), TEXTS, min_size=1, max_size=5),
    st.sampled_from(
        [CONTAINERS["JPEG"][0], CONTAINERS["PNG"][0], CONTAINERS["TIFF"][0], p.bare("WebP"), p.bare("GIF")]
    ),
)
def test_any_text_is_written_and_read_back(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str], data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    values = Fields.of({name: (text,) for name, text in texts.items()})
    try:
        _stamped(folder, data, values)  # raises CaptionsError if it does not read back
    except InputError as error:
        assert "nothing to stamp" in str(error)


@QUICK
@given(mutated())
def test_a_broken_picture_is_stamped_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("broken")
    try:
        _stamped(folder, data)
    except CaptionsError:
        assert not (folder / "out").exists()
