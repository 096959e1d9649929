"""Stamp pictures in place, for a whole article, and for a clean page."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from captions.embedded import Fields, read
from tests.imaging.test_hashing import saved, scene
from tests.imaging.test_scan import FERRY, MARKET, PAGE, page, picture
from tests.support import pictures as p

if TYPE_CHECKING:
    from tests.conftest import Run

TWO = PAGE.replace("<p>Tickets", '<figure><img src="{other}"><figcaption>{market}</figcaption></figure><p>Tickets')
FERRY_FIELDS = Fields(creators=("Ida Quill",), credit_line="REUTERS/Ida Quill", caption=f"{FERRY}.")
MARKET_FIELDS = Fields(creators=("Jo Reed",), credit_line="Jo Reed/AFP", caption=f"{MARKET}.")


@pytest.fixture
def article(run: Run, tmp_path: Path) -> Run:
    """Ingest an article with two pictures, whose files are in a folder."""
    text = TWO.format(
        title="Ferry",
        address="https://cdn.example/harbor%20ferry-640x427.jpg",
        caption=f"{FERRY}.",
        credit="Ida Quill/Reuters",
        other="https://cdn.example/market-stall.jpg?w=800",
        market=f"{MARKET}. (Photo: Jo Reed/AFP)",
    )
    (tmp_path / "a.html").write_text(text, encoding="utf-8")
    picture(tmp_path / "p/harbor ferry.jpg", 1, city="Harbor City")
    picture(tmp_path / "p/market-stall.jpg", 2)
    return run


def stored(run: Run) -> Run:
    run("ingest", "a.html")
    run("images", "scan", "p")
    return run


def test_all_pictures_of_an_article_are_stamped_from_their_uses(article: Run, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (tmp_path / "p").iterdir()}
    ran = stored(article)(
        "images", "stamp", "--from-article", "a.html", "-o", "out/new", "--licensor-url", "https://l.example"
    )
    assert (ran.code, ran.out, ran.err) == (0, "", "stamped 2, failed 0; written to out/new\n")
    assert {path: path.read_bytes() for path in (tmp_path / "p").iterdir()} == before
    fields = {path.name: read(path).fields.present() for path in sorted((tmp_path / "out/new").iterdir())}
    more = {"licensor_url": ("https://l.example",)}
    assert fields == {
        "harbor ferry.jpg": {**FERRY_FIELDS.present(), **more, "city": ("Harbor City",)},
        "market-stall.jpg": {**MARKET_FIELDS.present(), **more},
    }


def test_an_existing_copy_is_not_overwritten(article: Run, tmp_path: Path) -> None:
    stamp = ("images", "stamp", "--from-article", "a.html", "-o", "out")
    stored(article)(*stamp)
    # Writing the same copies again loses nothing.
    assert article(*stamp).err == "stamped 2, failed 0; written to out\n"
    (tmp_path / "out/market-stall.jpg").write_bytes(b"mine")
    ran = article(*stamp)
    assert ran.code == 0
    assert ran.err.splitlines() == [
        "not stamped: out/market-stall.jpg already exists and differs; choose another name, or pass --overwrite",
        "stamped 1, failed 1; written to out",
    ]
    assert (tmp_path / "out/market-stall.jpg").read_bytes() == b"mine"
    assert article(*stamp, "--overwrite").err == "stamped 2, failed 0; written to out\n"
    assert read(tmp_path / "out/market-stall.jpg").fields == MARKET_FIELDS
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["harbor ferry.jpg", "market-stall.jpg"]


def test_one_bad_picture_never_stops_the_others(article: Run, tmp_path: Path) -> None:
    stored(article)
    (tmp_path / "p/harbor ferry.jpg").write_bytes(b"no picture")
    ran = article("images", "stamp", "--from-article", "a.html", "-o", "out")
    assert ran.code == 0
    assert ran.err.splitlines()[-1] == "stamped 1, failed 1; written to out"
    assert "not a picture in a supported format" in ran.err
    (tmp_path / "p/market-stall.jpg").unlink()
    assert article("images", "stamp", "--from-article", "a.html", "-o", "none").code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from-article", "b.html", "-o", "out"], "no article b.html"),
        (["--from-article", "a.html"], "-o FOLDER"),
        (["--from-article", "a.html", "-o", "a.html"], "a.html is a file"),
        (["x.jpg", "--from-article", "a.html", "-o", "out"], "cannot be combined with PICTURE"),
        (["-o", "out"], "give a PICTURE"),
        (["x.jpg"], "--replace"),
        (["x.jpg", "-o", "y.jpg", "--replace"], "--replace"),
        (["x.jpg", "--replace", "--credit", "AFP"], "x.jpg: cannot be read"),
    ],
)
def test_an_impossible_request_is_reported(article: Run, arguments: list[str], message: str) -> None:
    ran = stored(article)("images", "stamp", *arguments)
    assert ran.code == 2
    assert message in " ".join(ran.err.replace("│", " ").split())


def test_a_picture_is_replaced_when_its_copy_is_read_back(run: Run, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg", 1)
    path.chmod(0o640)
    assert run("images", "stamp", "a.jpg", "--replace", "--credit", "AFP").code == 0
    assert (read(path).fields, path.stat().st_mode & 0o777) == (Fields(credit_line="AFP"), 0o640)
    path.write_bytes(path.read_bytes()[:300])
    before = path.read_bytes()
    assert run("images", "stamp", "a.jpg", "--replace", "--credit", "AP").code == 2
    assert path.read_bytes() == before
    assert sorted(it.name for it in tmp_path.iterdir()) == ["a.jpg", "a.jpg_original"]


def test_a_sidecar_is_written_next_to_other_formats_and_none_is_lost(run: Run, tmp_path: Path) -> None:
    data = p.psd(p.resources(None))
    (tmp_path / "a.psd").write_bytes(data)
    assert run("images", "stamp", "a.psd", "--replace", "--credit", "AFP").code == 0
    assert (tmp_path / "a.psd").read_bytes() == data
    assert read(tmp_path / "a.psd", sidecar=True).fields.credit_line == "AFP"
    before = (tmp_path / "a.xmp").read_bytes()
    ran = run("images", "stamp", "a.psd", "--replace", "--credit", "AP")
    assert (ran.code, "a.xmp already exists" in ran.err) == (2, True)
    assert (tmp_path / "a.xmp").read_bytes() == before
    assert sorted(it.name for it in tmp_path.iterdir()) == ["a.psd", "a.xmp"]


def test_a_clean_page_shows_stamped_copies(article: Run, tmp_path: Path) -> None:
    clean = ("clean", "a.html", "-o", "out.html", "--to", "html", "--captions", "once", "--pictures", "p")
    ran = article(*clean)
    assert (ran.code, ran.out, ran.err) == (0, "", "pictures stamped 2, failed 0, not found 0\n")
    html = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert '<img src="out.pictures/harbor%20ferry.jpg"' in html
    assert '<img src="out.pictures/market-stall.jpg"' in html
    assert '"contentUrl": "out.pictures/market-stall.jpg"' in html
    assert "cdn.example" not in html
    assert read(tmp_path / "out.pictures/market-stall.jpg").fields == MARKET_FIELDS
    # Repeat in a folder of articles.
    assert article(*clean).err == "pictures stamped 2, failed 0, not found 0\n"
    (tmp_path / "in").mkdir()
    shutil.copy(tmp_path / "a.html", tmp_path / "in")
    (tmp_path / "p/market-stall.jpg").unlink()
    ran = article("clean", "in", "-o", "out", *clean[4:])
    assert ran.err == "cleaned 1, failed 0; written to out; pictures stamped 1, failed 0, not found 1\n"
    html = (tmp_path / "out/a.html").read_text(encoding="utf-8")
    assert ("a.pictures/harbor%20ferry.jpg" in html, "https://cdn.example/market-stall.jpg?w=800" in html) == (
        True,
        True,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--to", "html", "--captions", "once", "--pictures", "p"],
        ["--to", "html", "--pictures", "p", "-o", "x.html"],
        ["--captions", "once", "--pictures", "p", "-o", "x.txt"],
        ["--to", "html", "--captions", "once", "--pictures", "none", "-o", "x.html"],
    ],
    ids=" ".join,
)
def test_pictures_of_a_clean_page_need_a_folder(article: Run, tmp_path: Path, arguments: list[str]) -> None:
    assert article("clean", "a.html", *arguments).code == 2
    assert not (tmp_path / "x.html").exists()


def test_the_largest_of_several_sizes_is_used_but_no_name_in_several_folders(article: Run, tmp_path: Path) -> None:
    (tmp_path / "p/market-stall-90x60.jpg").write_bytes(saved(scene(2).resize((90, 60))))
    shutil.move(tmp_path / "p/market-stall.jpg", tmp_path / "p/market-stall-1200x800.jpg")
    clean = ("clean", "a.html", "-o", "out.html", "--to", "html", "--captions", "end", "--pictures", "p")
    assert article(*clean).code == 0
    assert (tmp_path / "out.pictures/market-stall-1200x800.jpg").exists()
    picture(tmp_path / "p/other/harbor ferry.jpg", 3)
    assert article(*clean, "--overwrite").err == "pictures stamped 1, failed 0, not found 1\n"


def test_a_report_shows_thumbnails_on_request(article: Run, tmp_path: Path) -> None:
    stored(article)
    plain = article("audit", "--format", "html").out
    assert ("data:image" in plain, "img-src" in plain) == (False, False)
    html = article("audit", "--format", "html", "--thumbnails").out
    findings, _, articles = html.partition('id="articles"')
    assert "img-src data:" in html
    assert articles.count('<img alt="" src="data:image/jpeg;base64,/9j/') == 2
    assert findings.count("data:image/jpeg;base64,/9j/") == len(
        json.loads(article("audit", "--format", "json").out)["findings"]
    )
    # Hostile and missing pictures are left out.
    (tmp_path / "p/harbor ferry.jpg").write_bytes(b"\xff\xd8\xff" + b"\0" * 99)
    (tmp_path / "p/market-stall.jpg").unlink()
    (tmp_path / "p/market-stall.jpg").symlink_to("/dev/zero")
    assert "data:image" not in article("audit", "--format", "html", "--thumbnails").out
    assert article("audit", "--thumbnails").code == 2


def test_thumbnails_without_pictures_are_reported(run: Run, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "a.jpg", "Jo Reed/AFP")
    run("ingest", "a.html")
    ran = run("audit", "--format", "html", "--thumbnails")
    assert (ran.code, ran.err) == (0, "no pictures in the database; run: captions images scan FOLDER\n")
