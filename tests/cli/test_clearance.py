"""``captions clean --for`` leaves out the pictures that may not be republished, and says why."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.case_files import Case, cases
from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from tests.conftest import Run

ON = ("--on", "2026-05-18")
PAGE = """<!doctype html><html lang="en"><head><title>The lock opens</title>
<meta property="og:site_name" content="Tide Post">
<meta property="article:published_time" content="2024-05-04T08:00:00Z"></head><body><article><h1>The lock opens</h1>
<p>The keeper of the lock opened the gates on Monday, and the first barges went up the canal before noon.</p>{figures}
<p>The gates had been shut since the flood in March, when the water rose to the second step.</p>
<p>The town will pay for the repair of the upper gate, which takes until the end of the summer.</p></article></body>
</html>"""
FIGURE = '<figure><img src="https://tidepost.example/{n}.jpg"><figcaption>{text} {credit}</figcaption></figure>'
TEXTS = ("Barges wait at the lower gate in the rain.", "The keeper looks at the water on Monday morning.")


def page(folder: Path, *lines: str) -> str:
    spans = [credit and f'<span class="credit">{credit}</span>' for credit in lines]
    figures = [FIGURE.format(n=n, text=TEXTS[n], credit=span) for n, span in enumerate(spans)]
    (folder / "lock.html").write_text(PAGE.format(figures="".join(figures)), encoding="utf-8")
    return "lock.html"


@pytest.mark.parametrize("case", cases("clearance.toml"), ids=lambda c: str(c["id"]))
def test_a_picture_is_cleared_only_if_nothing_speaks_against_it(run: Run, tmp_path: Path, case: Case) -> None:
    path = page(tmp_path, case["credit"])
    for command in case.get("before", ()):
        assert run(*shlex.split(command)).code == 0, command
    ask = [*shlex.split(case["ask"]), *ON]
    for again in ("as a file", "stored"):
        [picture] = json.loads(run("clean", path, "--to", "json", *ask).out)["pictures"]
        codes = [reason["code"] for reason in picture["reasons"]]
        assert (codes, picture["cleared"]) == (case.get("reasons", []), not codes), again
        run("ingest", path)
        (tmp_path / path).unlink(missing_ok=True)


@pytest.fixture
def licensed(run: Run, tmp_path: Path) -> str:
    """Return a page with a picture that is cleared for the web, and one that is not."""
    run("agreement", "add", "Reuters", "--from", "2020", "--scope", "web")
    return page(tmp_path, "Jo Reed/Reuters", "Bram Hollis/dpa")


@pytest.mark.parametrize("to", ["text", "markdown", "html"])
@pytest.mark.parametrize("keep", ["once", "end"])
def test_pictures_are_left_out_or_marked(run: Run, licensed: str, to: str, keep: str) -> None:
    ask = ("clean", licensed, "--to", to, "--captions", keep, "--for", "web", *ON)
    ran = run(*ask)
    assert TEXTS[0] in ran.out and TEXTS[1] not in ran.out and "1.jpg" not in ran.out
    plan = f"for web on {ON[1]}"
    assert ran.err == f"lock.html #2: left out: no agreement with dpa\nlock.html: 1 of 2 pictures not cleared {plan}\n"
    marked = run(*ask, "--mark")
    assert TEXTS[1] in marked.out and "not cleared: no agreement with dpa" in marked.out
    assert marked.err.startswith("lock.html #2: marked: no agreement with dpa\n")
    for sentence in ("The keeper of the lock", "The gates had been shut", "The town will pay"):
        assert sentence in ran.out and sentence in marked.out


def test_the_settings_complete_what_is_asked_but_ask_nothing_themselves(
    run: Run, licensed: str, tmp_path: Path
) -> None:
    (tmp_path / "captions.toml").write_text('for = "web"\nterritory = "DE"\n', encoding="utf-8")
    assert run("clean", licensed).err == ""
    for ask, plan in (("--for syndication", "for syndication in DE"), ("--territory FR", "for web in FR")):
        ran = run("clean", licensed, *ask.split(), *ON)
        assert f" not cleared {plan} on {ON[1]}\n" in ran.err


def test_an_article_with_rights_to_all_pictures_is_cleared(run: Run, licensed: str) -> None:
    run("agreement", "add", "dpa", "--from", "2020")
    assert run("clean", licensed, "--for", "web", *ON).err == f"lock.html: 2 pictures cleared for web on {ON[1]}\n"


def test_a_folder_is_cleared_article_by_article(run: Run, licensed: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / licensed).rename(tmp_path / "in" / "a.html")
    ran = run("clean", "in", "-o", "out", "--captions", "once", "--for", "web", *ON)
    assert ran.code == 0
    assert "in/a.html #2: left out: no agreement with dpa\n" in ran.err
    assert TEXTS[1] not in (tmp_path / "out" / "a.txt").read_text(encoding="utf-8")


def test_without_a_database_no_agreement_is_known(run: Run, tmp_path: Path) -> None:
    ran = run("clean", page(tmp_path, "Jo Reed/Reuters"), "--captions", "once", "--for", "web")
    assert "no database captions.db, so no agreement or license is known; choose one with --db\n" in ran.err
    assert "lock.html #1: left out: no agreement with Reuters\n" in ran.err
    assert not (tmp_path / "captions.db").exists()


def test_nothing_is_stored(run: Run, licensed: str) -> None:
    run("clean", licensed, "--for", "web")
    assert json.loads(run("usage", "--format", "json").out)["total"]["uses"] == 0


@pytest.mark.parametrize("option", [("--on", "2026"), ("--mark",), ("--publication", "Tide Post")])
def test_options_of_rights_need_a_scope_or_territory(run: Run, licensed: str, option: tuple[str, ...]) -> None:
    ran = run("clean", licensed, *option)
    assert ran.code == 2
    assert f"{option[0]} needs --for or --territory" in ran.err


LINKS = "".join(f'<li><a href="/{n}">Harbor news number {n}, and more of it</a></li>' for n in range(60))
KINDS = {
    "a list of links": (f"<html><body><ul>{LINKS}</ul></body></html>", 2, "no article in it: a list of links"),
    "a paywall": (
        '<html><head><script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
        "</head><body><article><h1>Lock</h1><p>The keeper opened the gates on Monday.</p></article></body></html>",
        0,
        "only the beginning of the article: the rest is behind a paywall",
    ),
    "a live blog": (
        '<html><head><script type="application/ld+json">{"@type":"LiveBlogPosting"}</script></head><body><article>'
        f"<h1>Lock</h1>{'<p>The keeper opened another gate of the lock just now, and barges go up.</p>' * 40}"
        "</article></body></html>",
        0,
        "a live blog: many short reports on one page",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_pages_that_are_no_plain_articles_are_named(run: Run, tmp_path: Path, kind: str) -> None:
    html, code, message = KINDS[kind]
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    ran = run("clean", "page.html")
    assert (ran.code, message in ran.err) == (code, True), ran.err


def test_an_audit_of_one_article_or_use(run: Run, licensed: str, tmp_path: Path) -> None:
    run("ingest", licensed)
    (tmp_path / "deep").mkdir()
    other = PAGE.format(
        figures=FIGURE.format(n=7, text="The upper gate at night, with lamps.", credit="(Ida Quill/AFP)")
    )
    (tmp_path / "deep" / "gate.html").write_text(other, encoding="utf-8")
    run("ingest", "deep")
    everything = json.loads(run("audit", "--format", "json").out)["findings"]
    assert len({it["source"] for it in everything}) == 2
    for name in ("deep/gate.html", "gate.html"):
        found = json.loads(run("audit", "--source", name, "--format", "json").out)["findings"]
        assert found == [it for it in everything if it["source"] == "deep/gate.html"] != []
    second = json.loads(run("audit", "--source", "lock.html #2", "--format", "json").out)["findings"]
    assert second == [it for it in everything if it["source"] == "lock.html" and it["position"] == 2] != []
    use = second[0]["use"]
    assert json.loads(run("audit", "--use", use, "--format", "json").out)["findings"] == second
    for unknown in (("--use", "99"), ("--source", "no.html")):
        ran = run("audit", *unknown)
        assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize("name", ["lock.html", "https://tidepost.example/lock", "1"])
def test_the_file_of_a_picture_counts_for_a_stored_article_under_each_name(
    run: Run, licensed: str, tmp_path: Path, name: str
) -> None:
    url = '<link rel="canonical" href="https://tidepost.example/lock">'
    text = (tmp_path / licensed).read_text(encoding="utf-8").replace("</head>", f"{url}</head>")
    picture = "https://tidepost.example/barges-at-the-lower-gate-of-lock-seven.jpg"
    text = text.replace("https://tidepost.example/0.jpg", picture)
    (tmp_path / licensed).write_text(text, encoding="utf-8")
    file = tmp_path / "barges-at-the-lower-gate-of-lock-seven.jpg"
    shutil.copy(SAMPLES / "pictures" / "harbor.jpg", file)
    run("images", "stamp", file, "--replace", "--caption", "Barges wait. NO INTERNET")
    run("ingest", licensed)
    run("images", "scan", str(file))
    (tmp_path / licensed).unlink()
    pictures = json.loads(run("clean", name, "--to", "json", "--for", "web", *ON).out)["pictures"]
    assert [reason["code"] for reason in pictures[0]["reasons"]] == ["CR306"]
