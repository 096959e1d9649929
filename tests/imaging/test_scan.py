"""Scan pictures, match them to uses, and check them with ``captions images scan`` and ``check``."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from captions import embedded
from captions.audit.codes import CODES
from captions.embedded import Fields, stamp
from captions.imaging.match_keys import name_of
from captions.imaging.stored_metadata import credit_of
from captions.lexicon.vocabulary import default
from tests.imaging.test_hashing import bomb, saved, scene
from tests.support import credentials as c
from tests.support import pictures as p
from tests.support.engines import Stores

if TYPE_CHECKING:
    from tests.conftest import Run

PAGE = """<html><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>The first boat left at dawn, and nobody on the quay seemed to mind the rain that day.</p>
<figure><img src="{address}"><figcaption>{caption} (Photo: {credit})</figcaption></figure>
<p>Tickets will stay at their old price until the end of the year, the town hall said.</p>
</article></body></html>"""
FERRY = "Passengers queue on the new pontoon at Pier Two in Harbor City"
MARKET = "A trader stacks lemons before the market opens on Lantern Street"


def page(path: Path, address: str, credit: str, caption: str = FERRY) -> None:
    path.write_text(
        PAGE.format(title=path.stem, address=address, caption=f"{caption}.", credit=credit), encoding="utf-8"
    )


def picture(path: Path, number: int, **fields: str | tuple[str, ...]) -> Path:
    """Write a picture of a scene with embedded fields."""
    path.parent.mkdir(exist_ok=True)
    plain = path.with_suffix(".plain")
    plain.write_bytes(saved(scene(number), quality=88))
    if fields:
        stamp(plain, path, Fields.of({k: v if isinstance(v, tuple) else (v,) for k, v in fields.items()}))
        plain.unlink()
    else:
        plain.rename(path)
    return path


def found(run: Run, *arguments: str) -> list[tuple[str, str, str]]:
    """Return the code, source and message of each finding of a check."""
    ran = run("images", "check", "--format", "json", *arguments)
    assert ran.code == 0
    return [(it["code"], it["source"], it["message"]) for it in json.loads(ran.out)["findings"]]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://cdn.example/x/Harbor%20Ferry-1024x683.jpg?w=3", "harbor ferry"),
        ("pictures/harbor ferry.jpg", "harbor ferry"),
        ("//cdn.example/harbor-ferry_w640@2x.webp", "harbor-ferry"),
        ("a\\b\\harbor-scaled.JPG", "harbor"),
        ("https://cdn.example/1.jpg", None),
        ("https://cdn.example/image-12.jpg", None),
        ("https://cdn.example/img_640x480.jpg", None),
        ("https://cdn.example/", None),
        ("http://[broken/harbor-ferry.jpg", None),
        ("", None),
    ],
)
def test_keys_of_a_file_name(address: str, name: str | None) -> None:
    assert name_of(address) == name


@pytest.mark.parametrize(
    ("fields", "creators", "agencies"),
    [
        (Fields(creators=("Jo Reed",), credit_line="AFP"), ("Jo Reed",), ("AFP",)),
        (Fields(creators=("JO REED",), credit_line="Jo Reed/AFP"), ("Jo Reed",), ("AFP",)),
        (Fields(credit_line="AFP via Getty Images"), (), ("AFP", "Getty Images")),
        (Fields(creators=("Jo Reed",), copyright_notice="© Reuters"), ("Jo Reed",), ("Reuters",)),
        (Fields(creators=("Jo Reed",)), ("Jo Reed",), ()),
        (Fields(source="Reuters"), (), ("Reuters",)),
    ],
)
def test_the_credit_in_embedded_fields(fields: Fields, creators: tuple[str, ...], agencies: tuple[str, ...]) -> None:
    credit = credit_of(fields, default())
    assert credit is not None
    assert (credit.creators, credit.agencies) == (creators, agencies)


def test_fields_without_a_source_have_no_credit() -> None:
    assert credit_of(Fields(keywords=("ferry",), caption="A ferry."), default()) is None


def test_a_scan_reads_each_picture_once(run: Run, tmp_path: Path) -> None:
    picture(tmp_path / "p/ferry.jpg", 1)
    shutil.copy(tmp_path / "p/ferry.jpg", tmp_path / "p/copy.jpg")
    picture(tmp_path / "p/market.jpg", 2)
    assert run("images", "scan", "p").out == "3 pictures: new 2, known 1, gone 0, failed 0; without hash 0\n"
    assert run("images", "scan", "p").out == "3 pictures: new 0, known 3, gone 0, failed 0; without hash 0\n"
    (tmp_path / "p/copy.jpg").unlink()
    (tmp_path / "p/market.jpg").unlink()
    assert run("images", "scan", "p").out == "1 picture: new 0, known 1, gone 2, failed 0; without hash 0\n"
    # Scanning another folder does not affect this one.
    picture(tmp_path / "pp/market.jpg", 2)
    assert run("images", "scan", "pp").out == "1 picture: new 1, known 0, gone 0, failed 0; without hash 0\n"


def test_a_signed_picture_is_not_to_be_stamped(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "https://cdn.example/signed.jpg", "Ida Quill/Reuters")
    (tmp_path / "p").mkdir()
    (tmp_path / "p/signed.jpg").write_bytes(p.SIGNED)
    run("ingest", "a.html")
    run("images", "scan", "p")
    (finding,) = json.loads(run("images", "check", "--code", "CR206", "--format", "json").out)["findings"]
    assert "stamp" not in finding["command"]
    assert "signed (content credentials)" in finding["message"]
    assert run("images", "stamp", "p/signed.jpg", "--replace", "--from-use", "1").code == 2
    assert (tmp_path / "p/signed.jpg").read_bytes() == p.SIGNED
    assert run("images", "stamp", "p/signed.jpg", "--replace", "--from-use", "1", "--break-signature").code == 0
    assert (tmp_path / "p/signed.jpg").read_bytes() != p.SIGNED


def test_hostile_files_are_notes_and_the_others_are_read(run: Run, tmp_path: Path) -> None:
    picture(tmp_path / "p/good.jpg", 1)
    (tmp_path / "p/empty.jpg").touch()
    (tmp_path / "p/text.png").write_text("Hello.", encoding="utf-8")
    (tmp_path / "p/bomb.png").write_bytes(bomb(60_000, 60_000))
    (tmp_path / "p/cut.jpg").write_bytes(saved(scene(3))[:900])
    (tmp_path / "p/turn\x1b[31m\u202e.gif").write_bytes(b"GIF89a" + b"\xff" * 20)
    (tmp_path / "p/notes.txt").write_text("no picture", encoding="utf-8")
    (tmp_path / "p/loop").symlink_to(tmp_path / "p")
    (tmp_path / "p/folder.jpg").mkdir()
    ran = run("images", "scan", "p")
    assert ran.code == 0
    assert ran.out == "4 pictures: new 4, known 0, gone 0, failed 2; without hash 3\n"
    assert "not read: p/empty.jpg: an empty file\n" in ran.err
    assert "not read: p/text.png: not a picture in a supported format\n" in ran.err
    assert "p/bomb.png: too large to decode; export it again\n" in ran.err
    assert not {"\x1b", "\u202e"} & set(ran.err)
    data = json.loads(run("images", "scan", "p", "--format", "json").out)
    assert (data["version"], data["new"], data["again"], len(data["failures"])) == (1, 0, 4, 2)
    assert run("images", "check").code == 0


def test_a_disk_that_is_not_mounted_takes_no_pictures_away(run: Run, tmp_path: Path) -> None:
    picture(tmp_path / "p/ferry.jpg", 1)
    (tmp_path / "p/2024").mkdir()
    picture(tmp_path / "p/2024/market.jpg", 2)
    run("images", "scan", "p")
    shutil.move(tmp_path / "p/2024/market.jpg", tmp_path / "market.jpg")
    ran = run("images", "scan", "p")
    assert ran.out == "1 picture: new 0, known 1, gone 0, failed 1; without hash 0\n"
    assert ran.err == (
        "not read: p/2024: empty, but 1 picture in it was scanned before; mount it, or remove the folder\n"
    )
    (tmp_path / "p/2024").rmdir()
    assert run("images", "scan", "p").out == "1 picture: new 0, known 1, gone 1, failed 0; without hash 0\n"
    (tmp_path / "p/ferry.jpg").unlink()
    assert "gone 0, failed 1" in run("images", "scan", "p").out


def test_a_folder_that_cannot_be_listed_is_reported(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("a", "b"):
        (tmp_path / "p" / folder).mkdir(parents=True)
        picture(tmp_path / "p" / folder / "ferry.jpg", 1 if folder == "a" else 2)
    run("images", "scan", "p")
    listed = Path.iterdir

    def broken_disk(path: Path) -> Iterator[Path]:
        if path.name == "a":
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", broken_disk)
    ran = run("images", "scan", "p")
    assert ran.out == "1 picture: new 0, known 1, gone 0, failed 1; without hash 0\n"
    assert ran.err == "not read: p/a: cannot be listed: Input/output error\n"


class PanicException(BaseException):
    """The failure of a library written in Rust, which is no Exception."""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("bad value"), "ValueError: bad value"),
        (RecursionError(), "nested too deep"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (PanicException("unwrap"), "PanicException: unwrap"),
    ],
    ids=["ValueError", "RecursionError", "OSError", "panic"],
)
def test_any_exception_of_a_reader_is_a_failure_of_its_picture(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, reason: str
) -> None:
    for number in range(3):
        picture(tmp_path / f"p/{number}.jpg", number + 1)
    read = embedded.read

    def failing(name: str, *, sidecar: bool) -> embedded.Embedded:
        if name.endswith("1.jpg"):
            raise error
        return read(name, sidecar=sidecar)

    monkeypatch.setattr(embedded, "read", failing)
    ran = run("images", "scan", "p")
    assert (ran.code, ran.out) == (0, "2 pictures: new 2, known 0, gone 0, failed 1; without hash 0\n")
    assert ran.err == f"not read: p/1.jpg: cannot be read: {reason}\n"


def test_a_missing_folder_is_reported(run: Run) -> None:
    ran = run("images", "scan", "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "captions: nowhere: no such file or folder; choose a folder of pictures\n"


def test_a_store_without_pictures_is_reported(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "a.jpg", "Jo Reed/AFP")
    run("ingest", "a.html")
    assert run("images", "check").out == (
        "0 uses in 0 articles: no findings; no pictures in the database; run: captions images scan FOLDER\n"
    )


@pytest.mark.parametrize(
    ("address", "caption"),
    [("https://cdn.example/harbor-ferry-640x427.jpg", ""), ("https://cdn.example/1.jpg", f"{FERRY}. (Jo Reed/AFP)")],
    ids=["by name", "by caption"],
)
def test_print_and_picture_that_disagree_are_found(run: Run, tmp_path: Path, address: str, caption: str) -> None:
    page(tmp_path / "a.html", address, "Ida Quill/Reuters")
    fields = {"caption": caption} if caption else {}
    picture(tmp_path / "p/harbor-ferry.jpg", 1, creators=("Jo Reed",), credit_line="AFP", **fields)
    run("ingest", "a.html")
    run("images", "scan", "p")
    assert found(run) == [("CR202", "a.html", "printed Ida Quill/Reuters, but p/harbor-ferry.jpg embeds Jo Reed/AFP")]
    assert "images check" in run("images", "check", "--help").out
    assert run("images", "check", "--fail-on", "warning").code == 1
    assert run("images", "check", "--fail-on", "error").code == 0


@pytest.mark.parametrize("credit", ["Jo Reed/AFP", "JO REED / AFP", "AFP", "Jo Reed/AFP via Getty Images"])
def test_a_credit_with_fewer_or_more_facts_is_not_a_disagreement(run: Run, tmp_path: Path, credit: str) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", credit)
    picture(tmp_path / "p/harbor-ferry.jpg", 1, creators=("Jo Reed",), credit_line="AFP")
    run("ingest", "a.html")
    run("images", "scan", "p")
    assert found(run) == []


def test_the_same_picture_under_other_names_is_stored_once(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "https://a.example/harbor-ferry.jpg", "Jo Reed/AFP")
    page(tmp_path / "b.html", "https://b.example/boats-at-dawn.jpg", "Ida Quill/Reuters", MARKET)
    picture(tmp_path / "p/harbor-ferry.jpg", 1, creators=("Jo Reed",), credit_line="AFP")
    (tmp_path / "p/boats-at-dawn.jpg").write_bytes(saved(scene(1).resize((300, 200)), quality=60))
    run("ingest", "a.html", "b.html")
    run("images", "scan", "p")
    assert found(run) == [
        (
            "CR201",
            "a.html",
            "credited Jo Reed/AFP here, Ida Quill/Reuters in b.html, for the same picture p/boats-at-dawn.jpg",
        ),
        (
            "CR201",
            "b.html",
            "credited Ida Quill/Reuters here, Jo Reed/AFP in a.html, for the same picture p/boats-at-dawn.jpg",
        ),
        ("CR202", "b.html", "printed Ida Quill/Reuters, but p/harbor-ferry.jpg embeds Jo Reed/AFP"),
        (
            "CR206",
            "p/boats-at-dawn.jpg",
            "no embedded metadata; stripped: the same picture in p/harbor-ferry.jpg embeds Jo Reed/AFP",
        ),
    ]


def test_a_name_that_several_pictures_have_matches_nothing(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", "Ida Quill/Reuters")
    picture(tmp_path / "p/harbor-ferry.jpg", 1, credit_line="AFP")
    picture(tmp_path / "q/harbor-ferry.jpg", 2, credit_line="AP")
    run("ingest", "a.html")
    run("images", "scan", "p", "q")
    assert found(run) == []


def test_disagreeing_families_and_truncated_values(run: Run, tmp_path: Path) -> None:
    long = "Maximiliane Hollenstein-Quillfeather/AFP"
    packet = p.xmp(f"<photoshop:Credit>{long}</photoshop:Credit><photoshop:City>Harbor City</photoshop:City>")
    block = p.iim([(110, long.encode()[:32]), (90, b"Stokely")])
    (tmp_path / "a.jpg").write_bytes(p.jpeg([packet], p.resources(block)))
    run("images", "scan", "a.jpg")
    assert found(run) == [
        ("CR204", "a.jpg", "City: XMP says Harbor City, IIM says Stokely"),
        ("CR205", "a.jpg", f"Credit line ends at 32 bytes: {long[:32]} (full value: {long})"),
    ]


AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@pytest.mark.parametrize(
    ("credit", "caption", "codes"),
    [
        ("Jo Reed/AFP", FERRY, ["CR309"]),
        ("Jo Reed/AFP", f"{FERRY}, generated by a machine", []),
        ("AI-generated image, Jo Reed", FERRY, []),
    ],
)
def test_an_ai_picture_must_be_labeled(run: Run, tmp_path: Path, credit: str, caption: str, codes: list[str]) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", credit, caption)
    source = f"<Iptc4xmpExt:DigitalSourceType>{AI}</Iptc4xmpExt:DigitalSourceType>"
    (tmp_path / "harbor-ferry.jpg").write_bytes(
        p.jpeg([p.xmp(f"{source}<photoshop:Source>Jo Reed</photoshop:Source>")])
    )
    run("ingest", "a.html")
    run("images", "scan", "harbor-ferry.jpg")
    assert [code for code, _, _ in found(run, "--code", "cr309")] == codes


def test_waived_findings_are_not_reported(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", "Ida Quill/Reuters")
    picture(tmp_path / "p/harbor-ferry.jpg", 1, credit_line="AFP")
    picture(tmp_path / "p/market-stall.jpg", 2)
    run("ingest", "a.html")
    run("images", "scan", "p")
    for finding in json.loads(run("images", "check", "--format", "json").out)["findings"]:
        assert finding["command"].startswith("captions waive ")
        arguments = finding["command"].replace("'…'", "known").removeprefix("captions ").split()
        assert run(*arguments).code == 0
    assert found(run) == []
    assert [code for code, _, _ in found(run, "--waived")] == ["CR202", "CR206"]
    assert "waived: 2" in run("images", "check").out


def test_the_suggested_command_stamps_missing_values(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", "Ida Quill/Reuters")
    picture(tmp_path / "harbor-ferry.jpg", 1)
    run("ingest", "a.html")
    run("images", "scan", ".")
    (finding,) = json.loads(run("images", "check", "--format", "json").out)["findings"]
    assert finding["command"] == "captions images stamp harbor-ferry.jpg --replace --from-use 1"
    ran = run(*finding["command"].split()[1:])
    assert (ran.code, ran.err) == (
        0,
        "harbor-ferry.jpg: the original is in harbor-ferry.jpg_original\n"
        "wrote harbor-ferry.jpg and verified: Creator, Credit line, Caption\nrescanned harbor-ferry.jpg\n",
    )
    assert found(run) == []


@pytest.mark.parametrize("form", ["table", "csv", "html", "json"])
def test_hostile_values_stay_text_in_all_forms(run: Run, tmp_path: Path, form: str) -> None:
    block = p.iim([(110, b"\x1b[31m=cmd()\x07<script>alert(1)</script>"), (90, b"=1+1<b>")])
    packet = p.xmp("<photoshop:City>Harbor\u202e City</photoshop:City>")
    (tmp_path / "a.jpg").write_bytes(p.jpeg([packet], p.resources(block)))
    run("images", "scan", "a.jpg")
    out = run("images", "check", "--format", form).out
    assert "CR204" in out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert "<b>" not in out or form != "html"


def test_an_article_that_is_read_again_keeps_its_pictures(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", "Ida Quill/Reuters")
    picture(tmp_path / "p/harbor-ferry.jpg", 1, credit_line="AFP")
    run("ingest", "a.html")
    run("images", "scan", "p")
    before = found(run)
    page(tmp_path / "a.html", "harbor-ferry.jpg", "Ida Quill/Reuters", MARKET)
    assert run("ingest", "a.html").code == 0
    assert found(run) == before
    assert before[0][0] in CODES


def test_a_sheet_shows_each_picture_next_to_its_credits(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", "Ida Quill/Reuters")
    picture(tmp_path / "p/harbor-ferry.jpg", 1, credit_line="AFP", caption="<script>alert(1)</script>")
    picture(tmp_path / "p/market-stall.jpg", 2, credit_line="AP")
    picture(tmp_path / "p/no-more.jpg", 3)
    run("ingest", "a.html")
    run("images", "scan", "p")
    (tmp_path / "p/no-more.jpg").unlink()
    ran = run("images", "sheet", "-o", "sheet.html")
    assert (ran.code, ran.out, ran.err) == (0, "", "2 pictures; written to sheet.html\n")
    html = (tmp_path / "sheet.html").read_text(encoding="utf-8").replace("<wbr>", "")
    assert "2 of 3 pictures to review" in html
    assert html.count("data:image/jpeg;base64,/9j/") == 1
    assert "img-src data:" in html
    assert "Ida Quill/Reuters in a.html" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; | AFP" in html
    assert "<script" not in html
    assert "market-stall" not in html
    run("images", "sheet", "-o", "one.html", "--limit", "1")
    assert "1 of 2 pictures listed" in (tmp_path / "one.html").read_text(encoding="utf-8")


def test_a_picture_is_found_among_those_that_were_scanned(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", "Ida Quill/Reuters")
    picture(tmp_path / "p/harbor-ferry.jpg", 1)
    picture(tmp_path / "p/market-stall.jpg", 2)
    run("ingest", "a.html")
    run("images", "scan", "p")
    run("images", "check")
    (tmp_path / "claimed.webp").write_bytes(saved(scene(1).resize((300, 200)), "WEBP"))
    ran = run("images", "find", "claimed.webp", "--format", "json")
    assert json.loads(ran.out)["pictures"] == [
        {"path": "p/harbor-ferry.jpg", "how": "name", "source": "a.html", "position": 1, "credit": "Ida Quill/Reuters",
         "use": 1}
    ]  # fmt: skip
    (tmp_path / "other.jpg").write_bytes(saved(scene(3)))
    assert json.loads(run("images", "find", "other.jpg", "--format", "json").out)["pictures"] == []
    assert run("images", "find", "a.html").code == 2


def test_a_picture_of_an_impossible_size_is_one_note(run: Run, tmp_path: Path, stores: Stores) -> None:
    """PostgreSQL would reject a width of four billion pixels, and with it all other pictures of the scan."""
    (tmp_path / "in").mkdir()
    header = struct.pack(">IIBBBBB", 0xFFFF_FFF0, 5, 8, 2, 0, 0, 0)
    (tmp_path / "in" / "a.png").write_bytes(p.bare("PNG")[:8] + p.chunk(b"IHDR", header) + p.chunk(b"IEND", b""))
    picture(tmp_path / "in" / "b.jpg", 1)
    ran = run("images", "scan", "in", "--db", stores.place())
    assert (ran.code, ran.out) == (0, "2 pictures: new 2, known 0, gone 0, failed 0; without hash 1\n")


@pytest.mark.parametrize(
    ("credit", "agency", "is_reported"),
    [
        ("Harbor Echo", "Reuters", True),
        ("Jo Reed/Harbor Echo", "Reuters", True),
        ("File photo", "Reuters", True),
        ("Submitted photo", "Reuters", True),
        ("", "Reuters", True),
        ("Jo Reed", "Reuters", False),
        ("Jo Reed/Reuters", "Reuters", False),
        ("Harbor Echo/Reuters", "Reuters", False),
        ("Harbor Echo", "Harbor Echo", False),
        ("Harbor Echo", "Harbor Echo via Reuters", False),
        ("File photo", "", False),
    ],
)
def test_a_house_credit_does_not_replace_the_agency_in_the_picture(
    run: Run, tmp_path: Path, credit: str, agency: str, is_reported: bool
) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", credit)
    if not credit:
        (tmp_path / "a.html").write_text((tmp_path / "a.html").read_text("utf-8").replace(" (Photo: )", ""), "utf-8")
    fields = {"credit_line": agency} if agency else {}
    picture(tmp_path / "p/harbor-ferry.jpg", 1, creators=("Jo Reed",), **fields)
    run("ingest", "a.html", "--publication", "Harbor Echo")
    run("images", "scan", "p")
    embeds = f"but p/harbor-ferry.jpg embeds Jo Reed/{agency}"
    printed = f"printed {credit}" if credit else "no credit printed"
    assert found(run, "--code", "cr202") == ([("CR202", "a.html", f"{printed}, {embeds}")] if is_reported else [])


def test_restrictions_in_a_picture_are_reported_with_their_words(run: Run, tmp_path: Path) -> None:
    for name, credit in (("a", "Jo Reed/AFP"), ("b", "Jo Reed/AFP - NO SALES"), ("c", "Jo Reed/AFP")):
        page(tmp_path / f"{name}.html", f"pier-number-{name}.jpg", credit, f"{FERRY}, seen from boat {name}")
    mining = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"
    picture(tmp_path / "pier-number-a.jpg", 1, credit_line="AFP", instructions="NO SALES. NORWAY OUT")
    picture(tmp_path / "pier-number-b.jpg", 2, credit_line="AFP", instructions="NO SALES", data_mining=mining)
    picture(tmp_path / "pier-number-c.jpg", 3, credit_line="AFP", instructions="Sent by FTP")
    run("ingest", "a.html", "b.html", "c.html", "--published", "2024-05-18")
    run("images", "scan", *(f"pier-number-{name}.jpg" for name in "abc"))
    expected = [
        ("CR306", "a.html", "pier-number-a.jpg (Instructions) says NO SALES and NORWAY OUT"),
        ("CR306", "b.html", "pier-number-b.jpg (Data mining) says DMI-PROHIBITED (data mining prohibited)"),
    ]
    assert found(run, "--code", "cr306") == expected
    audited = json.loads(run("audit", "--code", "CR306", "--for", "syndication", "--format", "json").out)["findings"]
    inside, printed = sorted((it["source"], it["message"], it["command"][:27]) for it in audited)
    # A waiver of one picture's restriction must not cover other pictures with the same credit line.
    bars = "which bars syndication, and NORWAY OUT, which may bar it"
    assert inside == (
        "a.html",
        f"pier-number-a.jpg (Instructions) says NO SALES, {bars}",
        "captions waive CR306 --use ",
    )
    assert printed == ("b.html", "credit line says NO SALES, which bars syndication", "captions waive CR306 --line")
    assert {it["severity"] for it in audited} == {"error"}


@pytest.mark.parametrize(
    ("data", "evidence"),
    [
        (
            c.signed_jpeg(c.store(c.manifest(c.actions(c.AI)))),
            "is marked trainedAlgorithmicMedia (generated by AI) in its content credentials",
        ),
        (
            p.jpeg([p.xmp("<Iptc4xmpExt:AISystemUsed>Imagemaker</Iptc4xmpExt:AISystemUsed>")]),
            "names an AI system (Imagemaker)",
        ),
    ],
    ids=["content credentials", "AI fields"],
)
def test_any_evidence_of_ai_must_be_labeled(run: Run, tmp_path: Path, data: bytes, evidence: str) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", "Jo Reed/AFP")
    (tmp_path / "harbor-ferry.jpg").write_bytes(data)
    run("ingest", "a.html")
    run("images", "scan", "harbor-ferry.jpg")
    message = f"harbor-ferry.jpg {evidence}, but not labeled in caption or credit"
    assert found(run, "--code", "cr309") == [("CR309", "a.html", message)]


def test_pictures_that_an_older_version_read_are_noted_until_scanned_again(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "harbor-ferry.jpg", "Jo Reed/AFP")
    picture(tmp_path / "harbor-ferry.jpg", 1, credit_line="AFP", instructions="NO SALES")
    run("ingest", "a.html")
    run("images", "scan", "harbor-ferry.jpg")
    with sqlite3.connect(tmp_path / "captions.db") as connection:
        connection.execute("UPDATE image SET version = '0', embedded = '{}'")
    message = "1 picture scanned by an older version, which read less metadata; run: captions images scan FOLDER\n"
    for command in (("audit",), ("images", "check")):
        assert message in run(*command).err
    assert run("images", "scan", "harbor-ferry.jpg").out.startswith("1 picture: new 1, known 0")
    for command in (("audit",), ("images", "check")):
        assert "older version" not in run(*command).err
    assert [code for code, _, _ in found(run, "--code", "cr306")] == ["CR306"]
