"""Group equal pictures, match them to uses by name, ID, caption and hash, and spool findings."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import captions_db as db
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions.audit.finding import Finding
from captions.audit.spool import Spool, SpooledFindings
from captions.embedded import Fields, read, stamp
from captions.imaging.duplicates import DuplicateGroups
from captions.imaging.hashing import NEAR, SURE, Hashes
from captions.imaging.match_keys import Keys, documents_of, ids_in, ids_of
from tests.imaging.test_hashing import saved, scene
from tests.imaging.test_scan import found, page, picture
from tests.support import pictures as p

if TYPE_CHECKING:
    from tests.conftest import Run

DOCUMENT = "0A1B2C3D4E5F60718293A4B5C6D7E8F9"


def flipped(value: int, places: int, bits: int, rng: random.Random) -> int:
    for place in rng.sample(range(bits), places):
        value ^= 1 << place
    return value


@given(st.integers(0, 2**32), st.integers(0, NEAR + 2), st.integers(SURE - 2, SURE + 2))
def test_groups_equal_those_of_pairwise_comparison(seed: int, far: int, further: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - pictures, no secrets
    pictures: list[Hashes] = []
    for _ in range(6):
        base = Hashes(rng.getrandbits(64), rng.getrandbits(256))
        pictures += [base, Hashes(flipped(base.dhash, far, 64, rng), flipped(base.phash, further, 256, rng))]
    same = DuplicateGroups()
    numbers = sorted(rng.sample(range(1, 1_000), len(pictures)))
    for number, it in zip(numbers, pictures, strict=True):
        same.add(number, it.dhash, it.phash)
    same.join()
    for at, first in enumerate(pictures):
        for other_at, other in enumerate(pictures):
            # Groups are transitive, but no third picture connects two of these by chance.
            expected = at == other_at or first.same(other)
            assert same.are_equal([numbers[at], numbers[other_at]]) == expected
            assert (numbers[other_at] in same.group(numbers[at])) == expected
    assert list(same.groups()) == sorted({same.group(n) for n in numbers if len(same.group(n)) > 1})


def test_crowds_of_one_hash_are_still_one_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("captions.imaging.duplicates._MOST_ALIKE", 3)
    same = DuplicateGroups()
    for number in range(1, 10):
        same.add(number, 0xABCD, 1 << number)
    same.add(10, None, None)
    same.add(11, 0xABCD, (1 << 256) - 1)
    same.join([[10, 11]])
    assert list(same.groups()) == [tuple(range(1, 10)), (10, 11)]
    assert same.look_the_same(1, 9)
    assert not same.look_the_same(10, 11)
    with pytest.raises(KeyError):
        same.group(12)


def test_keys_find_their_pictures() -> None:
    keys = Keys()
    for key, number in [("b", 7), ("a", 2), ("b", 3), ("b", 7), ("c", 1)]:
        keys.add(key, number)
    assert (keys.of("b"), keys.of("a"), keys.of("none")) == ((3, 7), (2,), ())
    assert list(keys.shared()) == [(3, 7)]


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ("https://cdn.example/2024/05/RTX4ZQ81_w640.jpg", ("rtx4zq81",)),
        ("https://cdn.example/photo/1252345678/", ("1252345678",)),
        ("https://cdn.example/i?id=tag:gull.example,2024:newsml_LYNXMPEK1&w=2", ("lynxmpek1",)),
        ("/i/dpa-240515-99-052123.jpg", ("dpa24051599052123",)),
        ("https://cdn.example/2024/20240518/20240518093000/IMG_20240518.jpg", ()),
        ("https://cdn.example/DSC00123.jpg", ()),
        ("https://cdn.example/1024x683/ferry.jpg", ()),
        ("http://[broken/RTX4ZQ81.jpg", ()),
        ("", ()),
    ],
)
def test_ids_in_an_address(address: str, ids: tuple[str, ...]) -> None:
    assert ids_in(address) == ids


def test_ids_of_a_picture() -> None:
    fields = Fields(
        image_supplier_image_id="tag:gull.example,2024:RTX4ZQ81",
        document_id=f"xmp.did:{DOCUMENT}",
        original_document_id=f"uuid:{DOCUMENT[:8]}-{DOCUMENT[8:12]}-{DOCUMENT[12:16]}-{DOCUMENT[16:20]}-{DOCUMENT[20:]}",
        image_unique_id="F16QLHF01VB",  # some cameras write the same ID into every picture
    )
    assert ids_of(fields) == ("taggullexample2024rtx4zq81", "rtx4zq81", DOCUMENT.casefold())
    assert documents_of(fields) == (DOCUMENT.casefold(),)
    assert documents_of(Fields(image_unique_id="0" * 32)) == ()


def hows(tmp_path: Path) -> list[tuple[str, int, str]]:
    engine = db.open_store(str(tmp_path / "captions.db"))
    names = {it.id: it.paths[0] for it in db.images(engine)}
    links = [(names[link.image_id], link.use_id, link.how) for link in db.image_uses(engine)]
    engine.dispose()
    return sorted(links)


def with_packet(path: Path, number: int, inside: str) -> Path:
    """Write a picture with the given XMP."""
    path.parent.mkdir(exist_ok=True)
    data = saved(scene(number), quality=88)
    path.write_bytes(data[:2] + p.segment(0xE1, p.XMP_HEADER + p.xmp(inside)) + data[2:])
    return path


def test_a_picture_is_matched_by_the_suppliers_id_in_the_address(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "https://cdn.example/2024/RTX4ZQ81.jpg?w=640", "Ida Quill/Reuters")
    with_packet(tmp_path / "p/IMG_0001.jpg", 1, "<plus:ImageSupplierImageID>RTX4ZQ81</plus:ImageSupplierImageID>"
                "<photoshop:Credit>Jo Reed/AFP</photoshop:Credit>")  # fmt: skip
    picture(tmp_path / "p/small.jpg", 1)
    picture(tmp_path / "p/other.jpg", 2, image_supplier_image_id="RTX4ZQ82")
    run("ingest", "a.html")
    run("images", "scan", "p")
    assert [code for code, source, _ in found(run) if source == "a.html"] == ["CR202"]
    assert hows(tmp_path) == [("p/IMG_0001.jpg", 1, "id"), ("p/small.jpg", 1, "hash")]


def test_an_id_that_two_pictures_have_matches_nothing(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "https://cdn.example/2024/RTX4ZQ81.jpg", "Ida Quill/Reuters")
    for number in (1, 2):
        picture(tmp_path / f"p/{number}.jpg", number, image_supplier_image_id="RTX4ZQ81")
    run("ingest", "a.html")
    run("images", "scan", "p")
    run("images", "check")
    assert hows(tmp_path) == []


def test_files_of_a_document_are_the_same_picture_however_cropped(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "https://cdn.example/harbor-ferry.jpg", "Ida Quill/Reuters")
    inside = (
        '<xmpMM:OriginalDocumentID xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">xmp.did:{}</xmpMM:OriginalDocumentID>'
    )
    with_packet(tmp_path / "p/harbor-ferry.jpg", 1, inside.format(DOCUMENT))
    with_packet(tmp_path / "p/original.jpg", 2, inside.format(DOCUMENT) + "<photoshop:Credit>AFP</photoshop:Credit>")
    run("ingest", "a.html")
    run("images", "scan", "p")
    assert [(code, source) for code, source, _ in found(run)] == [("CR202", "a.html"), ("CR206", "p/harbor-ferry.jpg")]
    assert hows(tmp_path) == [("p/harbor-ferry.jpg", 1, "name"), ("p/original.jpg", 1, "id")]


def test_the_same_picture_with_two_embedded_credits_is_a_conflict(run: Run, tmp_path: Path) -> None:
    picture(tmp_path / "p/one.jpg", 1, credit_line="Jo Reed/AFP")
    picture(tmp_path / "p/two.jpg", 1, credit_line="Ida Quill/Reuters")
    picture(tmp_path / "p/three.jpg", 1, credit_line="AFP", creators=("Jo Reed",))
    run("images", "scan", "p")
    conflicts = [(code, source) for code, source, _ in found(run, "--code", "CR201")]
    assert conflicts == [("CR201", "p/one.jpg"), ("CR201", "p/three.jpg"), ("CR201", "p/two.jpg")]
    # The plain audit says the same.
    findings = json.loads(run("audit", "--code", "CR201", "--format", "json").out)["findings"]
    assert [(it["code"], it["source"]) for it in findings] == conflicts
    for finding in findings:
        assert run(*finding["command"].replace("'…'", "seen").split()[1:]).code == 0
    assert json.loads(run("audit", "--code", "CR201", "--format", "json").out)["findings"] == []
    assert found(run, "--code", "CR201") == []


def test_an_audit_of_some_uses_reports_no_unused_pictures(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", "Ida Quill/Reuters")
    picture(tmp_path / "p/harbor-ferry.jpg", 1, credit_line="AFP")
    picture(tmp_path / "p/bare.jpg", 2)
    run("ingest", "a.html")
    run("images", "scan", "p")

    def codes(*arguments: str) -> list[str]:
        found_by_audit = json.loads(run("audit", "--format", "json", *arguments).out)["findings"]
        return [it["code"] for it in found_by_audit if it["code"] in ("CR202", "CR206")]

    assert codes() == ["CR202", "CR206"]
    assert codes("--supplier", "Reuters") == ["CR202"]
    assert codes("--supplier", "AFP") == []
    baseline = run("audit", "--format", "json").out
    (tmp_path / "b.json").write_text(baseline, encoding="utf-8")
    assert codes("--baseline", "b.json") == []


@pytest.mark.parametrize("name", ["a.xmp", "a.jpg.xmp", "a.jpg.XMP"])
def test_a_sidecar_is_read_with_its_picture(run: Run, tmp_path: Path, name: str) -> None:
    picture(tmp_path / "a.jpg", 1, credit_line="AFP", city="Harbor City")
    run("images", "scan", ".")
    (tmp_path / name).write_bytes(p.xmp("<photoshop:Credit>Jo Reed/Reuters</photoshop:Credit>"))
    assert read(tmp_path / "a.jpg").fields.credit_line == "AFP"
    whole = read(tmp_path / "a.jpg", sidecar=True)
    assert (whole.fields.credit_line, whole.fields.city, whole.sidecar) == ("Jo Reed/Reuters", "Harbor City", name)
    assert f"and {name}" in run("images", "read", "a.jpg").out
    # The picture is read again once after its sidecar has changed.
    assert run("images", "scan", ".").out == "1 picture: new 1, known 0, gone 0, failed 0; without hash 0\n"
    assert run("images", "scan", ".").out == "1 picture: new 0, known 1, gone 0, failed 0; without hash 0\n"
    assert [message for _, _, message in found(run)] == ["Credit line: XMP says Jo Reed/Reuters, IIM says AFP"]
    (tmp_path / name).unlink()
    run("images", "scan", ".")
    assert found(run) == []


def test_invalid_sidecars_do_no_harm(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg", 1, credit_line="AFP")
    sidecar = tmp_path / "a.xmp"
    for data in (b"", b"Hello.", p.bare("PNG"), b"<x:xmpmeta", p.xmp("") + b"x" * (5 << 20)):
        sidecar.write_bytes(data)
        found_ = read(path, sidecar=True)
        assert (found_.fields.credit_line, any(note.startswith("a.xmp: ") for note in found_.notes)) == ("AFP", True)
    sidecar.unlink()
    sidecar.mkdir()
    assert read(path, sidecar=True) == read(path)
    stamp(path, tmp_path / "b.jpg", Fields(credit_line="AP"))
    assert read(tmp_path / "b.jpg", sidecar=True).sidecar is None


def test_a_spool_larger_than_memory_is_sorted_each_time() -> None:
    rng = random.Random(3)  # noqa: S311 - findings, no secrets
    findings = [
        Finding(rng.choice(["CR201", "CR206", "CR204"]), f"m{n}", f"{rng.randrange(50)}.jpg") for n in range(95)
    ]
    small, large = Spool[int](), Spool[int](at_once=10)
    for at, finding in enumerate(findings):
        small.add(finding, at)
        large.add(finding, at)
    expected = sorted(findings, key=lambda finding: finding.order)
    for spool in (small, large):
        assert [finding for finding, _ in spool] == [finding for finding, _ in spool] == expected
        assert all(findings[at] == finding for finding, at in spool)
        assert (len(SpooledFindings(spool)), sum(SpooledFindings(spool).counts.values())) == (95, 95)
    # Two at a time do not disturb each other.
    assert [finding for finding, _ in zip(large, large, strict=True)] == list(large)
