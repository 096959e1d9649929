"""Read and stamp pictures with ``captions images``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from captions.embedded import NAMES, Fields, read
from tests.embedded.test_read import HUGE, PACKET
from tests.support import pictures as p

if TYPE_CHECKING:
    from tests.conftest import Run, Write

BLOCK = p.iim([(110, b"Reuters"), (80, b"Jo Reed")])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Write a JPEG whose XMP and IIM disagree."""
    path = tmp_path / "a.jpg"
    path.write_bytes(p.jpeg([PACKET], p.resources(BLOCK)))
    return path


def test_merged_fields_are_listed(run: Run, picture: Path) -> None:
    ran = run("images", "read", "a.jpg")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split() for line in ran.out.splitlines()[2:]] == [
        ["JPEG", "32", "×", "24"],
        ["Creator", "Jo", "Reed"],
        ["Credit", "line", "AFP"],
    ]


def test_families_are_listed_side_by_side(run: Run, picture: Path) -> None:
    lines = run("images", "read", "a.jpg", "--families").out.splitlines()
    assert [line.split() for line in lines[2:]] == [
        ["Creator", "Jo", "Reed"], ["Credit", "line", "AFP", "Reuters", "disagree"]
    ]  # fmt: skip


def test_several_pictures_are_listed_separately_and_empty_ones_are_noted(
    run: Run, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "b.png").write_bytes(p.bare("PNG"))
    lines = run("images", "read", "a.jpg", "b.png").out.splitlines()
    assert lines[-1].split(maxsplit=5) == ["b.png", "PNG", "32", "×", "24", "no embedded metadata"]


def test_reading_as_json(run: Run, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("Hello.", encoding="utf-8")
    ran = run("images", "read", "a.jpg", "b.txt", "--format", "json")
    assert ran.code == 0
    assert json.loads(ran.out) == {
        "version": 1,
        "pictures": [{
            "source": "a.jpg", "format": "JPEG", "width": 32, "height": 24,
            "fields": {"creators": ["Jo Reed"], "credit_line": "AFP"},
            "families": {
                "xmp": {"credit_line": "AFP"}, "iim": {"creators": ["Jo Reed"], "credit_line": "Reuters"}, "exif": {},
            },
            "disagreements": [{"field": "credit_line", "xmp": ["AFP"], "iim": ["Reuters"]}],
            "cuts": [], "iim_digest_fits": None, "content_credentials": False, "c2pa_source_types": [],
            "ai_evidence": [], "sidecar": None, "notes": [],
        }],
        "failures": [{"source": "b.txt", "reason": "not a picture in a supported format"}],
    }  # fmt: skip


def test_unreadable_files_are_reported_and_the_others_read(run: Run, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "huge.xmp").write_bytes(HUGE)
    ran = run("images", "read", "none.jpg", "empty.jpg", ".", "huge.xmp", "a.jpg")
    assert ran.code == 2
    assert "AFP" in ran.out
    assert ran.err.splitlines() == [
        "not read: none.jpg: cannot be read: No such file or directory",
        "not read: empty.jpg: an empty file",
        "not read: .: is a folder; choose a picture",
        f"huge.xmp: XMP of {len(HUGE)} bytes is too large: not read",
    ]
    assert run("images", "read", "empty.jpg").code == 2


def test_hostile_values_stay_text(run: Run, tmp_path: Path) -> None:
    message = p.iim([(110, b"\x1b[31mA=cmd()\x07 <script>"), (120, "a\u202eb".encode())])
    (tmp_path / "a.jpg").write_bytes(p.jpeg([], p.resources(message)))
    for form in ("table", "json"):
        out = run("images", "read", "a.jpg", "--format", form).out
        assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_a_copy_is_stamped_and_the_picture_stays(run: Run, picture: Path, tmp_path: Path) -> None:
    before = picture.read_bytes()
    ran = run(
        "images", "stamp", "a.jpg", "-o", "b.jpg", "--creator", "Ida Quill", "--creator", "Bram Hollis", "--credit",
        "Ida Quill/AFP", "--caption", "A ferry.", "--copyright", "© AFP", "--web-statement", "https://w.example",
        "--licensor-name", "AFP", "--licensor-url", "https://l.example",
    )  # fmt: skip
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == (
        "wrote b.jpg and verified: Creator, Credit line, Copyright notice, Caption, Web statement, Licensor, "
        "Licensor URL\n"
    )
    assert picture.read_bytes() == before
    assert read(tmp_path / "b.jpg").fields == Fields(
        creators=("Ida Quill", "Bram Hollis"), credit_line="Ida Quill/AFP", caption="A ferry.",
        copyright_notice="© AFP", web_statement="https://w.example", licensor_name="AFP", licensor_url="https://l.example",
    )  # fmt: skip


def test_a_stored_use_gives_its_credit_as_the_supplier_asks_for_it(
    run: Run, picture: Path, write: Write, tmp_path: Path
) -> None:
    run("ingest", write(tmp_path / "a.txt", "ODALYS FENWICK / REUTERS"))
    number = json.loads(run("find", "pontoon", "--format", "json").out)["uses"][0]["use"]
    ran = run("images", "stamp", "a.jpg", "-o", "b.jpg", "--from-use", str(number), "--caption", "Another.")
    assert ran.code == 0
    assert read(tmp_path / "b.jpg").fields == Fields(
        creators=("Odalys Fenwick",), credit_line="REUTERS/Odalys Fenwick", caption="Another."
    )


def test_a_license_of_a_stored_use_travels_too(run: Run, picture: Path, write: Write, tmp_path: Path) -> None:
    run("ingest", write(tmp_path / "a.txt", "Jo Reed, CC BY-SA 4.0"))
    run("images", "stamp", "a.jpg", "-o", "b.jpg", "--from-use", "1")
    assert read(tmp_path / "b.jpg").fields.web_statement == "https://creativecommons.org/licenses/by-sa/4.0/"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.jpg", "-o", "b.jpg"], "nothing to stamp"),
        (["a.jpg", "-o", "a.jpg", "--credit", "AFP"], "would replace the picture"),
        (["none.jpg", "-o", "b.jpg", "--credit", "AFP"], "none.jpg: cannot be read"),
        (["a.txt", "-o", "b.jpg", "--credit", "AFP"], "a.txt: not a picture"),
        (["a.jpg", "-o", "no/b.jpg", "--credit", "AFP"], "cannot write no/b.jpg"),
        (["a.jpg", "-o", "b.jpg", "--from-use", "999"], "no use 999 in captions.db"),
        (["a.jpg", "-o", "b.jpg", "--from-use", "99999999999"], "no use 99999999999 in captions.db"),
    ],
)
def test_files_that_cannot_be_stamped_are_reported(
    run: Run, picture: Path, write: Write, tmp_path: Path, arguments: list[str], message: str
) -> None:
    run("ingest", write(tmp_path / "a.txt"))
    ran = run("images", "stamp", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("captions: ")
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "b.jpg").exists()


def test_a_format_that_cannot_be_written_gets_a_sidecar(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.psd").write_bytes(p.psd(p.resources(BLOCK)))
    ran = run("images", "stamp", "a.psd", "-o", "b.psd", "--caption", "A ferry.")
    assert ran.err.splitlines()[0] == "a.psd: the PSD file was copied unchanged; the metadata is in b.xmp"
    assert (tmp_path / "b.psd").read_bytes() == (tmp_path / "a.psd").read_bytes()
    assert "A ferry." in run("images", "read", "b.xmp").out


def test_every_field_has_a_title_of_its_own() -> None:
    from captions.embedded.table import table

    assert len({field.title for field in table().fields.values()}) == len(NAMES)
