"""Test ``captions show``: how a use or an article is named, and where the output goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run

_PAGE = """<html lang="en"><head><title>Ferry</title><link rel="canonical" href="https://echo.example/ferry"></head>
<body><article><h1>The ferry is back</h1>
<p>The first boat left at dawn, and nobody seemed to mind the rain, which fell all morning long on the harbor.</p>
<figure><img src="https://img.example/pier.jpg"><figcaption>Passengers queue on the new pontoon at Pier Two.
<span class="credit">Jo Reed/Reuters</span></figcaption></figure>
<p>Tickets will stay at their old price until the end of the year, the company said in a statement on Monday.</p>
<figure><img src="https://img.example/gull.jpg"><figcaption>A gull rests on the roof of the old market hall.
<span class="credit">Ann Lee/AFP</span></figcaption></figure>
<p>The old pontoon was towed away in March, and the harbor office has not said yet what will become of it.</p>
<img src="https://img.example/tow-841304270.jpg" alt="The tow" width="800" height="600">
</article></body></html>"""


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Run:
    """Run the program in a folder with a database of one page with two pictures."""
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "05-ferry.html").write_text(_PAGE, encoding="utf-8")
    assert run("ingest", "news").code == 0
    return run


@pytest.mark.parametrize("what", ["2", "05-ferry.html #2", "news/05-ferry.html #2"])
def test_a_use_has_a_number_and_a_place(desk: Run, what: str) -> None:
    data = json.loads(desk("show", what, "--format", "json").out)
    assert (data["use"]["use"], data["printed"]["credit"]) == (2, "Ann Lee/AFP")


@pytest.mark.parametrize("what", [("05-ferry.html",), ("https://echo.example/ferry",), ("1", "--article")])
def test_an_article_has_a_name_a_url_and_a_number(desk: Run, what: tuple[str, ...]) -> None:
    data = json.loads(desk("show", *what, "--format", "json").out)
    assert (data["article"]["headline"], len(data["uses"])) == ("The ferry is back", 2)
    text = desk("show", *what).out
    assert text.startswith("Article 1\n") and "\nUse 1\n" in text and "\nUse 2\n" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("9",), "no use 9 in the database; list the numbers of uses with: captions find WORDS"),
        (("9", "--article"), "no article 9 in the database; list articles with: captions find WORDS"),
        (("nosuch.txt",), "no article 'nosuch.txt' in the database; type its name"),
        (
            ("https://img.example/pier.jpg",),
            "no article https://img.example/pier.jpg in the database; if it is a picture's URL, run: "
            "captions find --picture https://img.example/pier.jpg",
        ),
        (("05-ferry.html", "--evidence"), "--evidence is about one use; choose one of this article: 1, 2"),
        (("1", "--evidence", "--format", "json"), "--evidence is a page; use --format html or omit --format"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_sentence(desk: Run, arguments: tuple[str, ...], message: str) -> None:
    ran = desk("show", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


@pytest.mark.parametrize("picture", ["841304270", "tow-841304270.jpg", "https://img.example/tow-841304270.jpg?w=800"])
def test_a_picture_without_caption_is_shown_with_its_article(desk: Run, picture: str) -> None:
    bare = {"url": "https://img.example/tow-841304270.jpg", "alt": "The tow"}
    assert json.loads(desk("show", "05-ferry.html", "--format", "json").out)["uncaptioned"] == [bare]
    found = desk("find", "--picture", picture, "--format", "json")
    source = "news/05-ferry.html"
    assert json.loads(found.out)["uncaptioned"] == [{"source": source, **bare}]
    note = f"1 picture without caption or credit matches: {source}; see: captions show {source}"
    assert found.err.splitlines() == ["0 found", note]
    assert json.loads(desk("find", "--creator", "Jo Reed", "--picture", picture, "--format", "json").out)["uses"] == []


def test_the_format_follows_the_name_of_the_file(desk: Run, tmp_path: Path) -> None:
    for name, beginning in (("use.json", "{"), ("use.html", "<!DOCTYPE html>"), ("use.txt", "Use 1\n")):
        assert desk("show", "1", "-o", name).err.endswith(f"written to {name}\n")
        assert (tmp_path / name).read_text("utf-8").startswith(beginning)
        assert desk("show", "1", "-o", name).code == 0  # it replaces its own earlier output


def test_evidence_is_a_page_that_the_command_may_replace(desk: Run, tmp_path: Path) -> None:
    for _ in range(2):
        assert desk("show", "1", "--evidence", "-o", "use.html").code == 0
    page = (tmp_path / "use.html").read_text("utf-8")
    assert "Source of this fact" in page and "Ann Lee" not in page


def test_decisions_are_shown_with_who_made_them(desk: Run) -> None:
    assert desk("correct", "Jo Reed/Reuters", "--creator", "Jo Read", "--reason", "her email", "--who", "kim").code == 0
    text = desk("show", "1").out
    for part in ("Jo Read", "Read by program", "her email", "kim"):
        assert part in text, part
