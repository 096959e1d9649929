"""Run the commands that need no store: clean, parse, credit."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from tests.conftest import Run, Write

SAMPLES = SAMPLES / "articles"


def test_a_clean_article_has_no_captions(run: Run, article: str, write: Write, tmp_path: Path) -> None:
    clean = article.replace(
        "Passengers queue on the new pontoon at Pier Two in Harbor City. (photo credit: {credit})\n\n", ""
    )
    write(tmp_path / "a.txt")
    assert run("clean", "a.txt").out == clean
    assert run("clean", "-", stdin=article.format(credit="X Y/AP").encode()).out == clean
    run("ingest", "a.txt")
    (tmp_path / "a.txt").unlink()
    assert run("clean", "a.txt").out == clean


def test_structured_data_that_differ_from_print_are_listed_and_audited(run: Run, tmp_path: Path) -> None:
    data = {
        "@type": "ImageObject",
        "url": "/f.jpg",
        "creditText": "Ann Lee/AFP",
        "acquireLicensePage": "https://a.example",
    }
    text = "The ferry on the Lune was to be sold in March, but the village bought it back for one crown on Friday."
    (tmp_path / "a.html").write_text(
        f'<!DOCTYPE html><html><title>x</title><script type="application/ld+json">{json.dumps(data)}</script>'
        f"<article><p>{text}</p>"
        '<figure><img src="https://b.example/f.jpg"><figcaption>The ferry at its landing stage. Photo: Jo Reed/AP'
        f"</figcaption></figure><p>{text}</p></article>",
        encoding="utf-8",
    )
    (read,) = json.loads(run("parse", "a.html").out)["articles"]
    (caption,) = read["captions"]
    assert (caption["credit"]["line"], caption["structured"]["line"]) == ("Jo Reed/AP", "Ann Lee/AFP")
    assert caption["credit"]["licensor_url"] == "https://a.example"
    assert caption["images"] == ["https://b.example/f.jpg"]
    run("ingest", "a.html")
    (finding,) = json.loads(run("audit", "--format", "json", "--code", "CR203").out)["findings"]
    assert (finding["code"], finding["message"]) == (
        "CR203",
        "printed Jo Reed/AP, but the page's structured data say Ann Lee/AFP",
    )


CREDITED = "Passengers queue on the new pontoon at Pier Two in Harbor City. (REUTERS/Odalys Fenwick)"


@pytest.mark.parametrize(("keep", "line"), [("once", 4), ("end", 6)])
def test_captions_stay_in_place_or_move_to_the_end(
    run: Run, write: Write, tmp_path: Path, keep: str, line: int
) -> None:
    lines = run("clean", write(tmp_path / "a.txt"), "--captions", keep).out.splitlines()
    assert lines.index(CREDITED) == line
    assert lines[line - 1] == ""


def test_captions_printed_three_times_stay_once(run: Run) -> None:
    text = run("clean", SAMPLES / "01-harbor.txt", "--captions", "once").out
    assert text.count("Passengers queue on the new floating pontoon") == 1
    assert text.count("mooring line") == 1
    paragraphs = text.split("\n\n")
    assert paragraphs[2].endswith("(REUTERS/Odalys Fenwick)")
    assert paragraphs[9].endswith("(REUTERS/Rune Askeland)")


def test_markdown_keeps_lines_and_escapes_its_signs(run: Run) -> None:
    text = (
        "A headline of *stars*\n\n# no heading\n> no quotation, a_b [c] <d>\n\n- an item\n- another\n\nThe end of it."
    )
    assert run("clean", "-", "--to", "markdown", stdin=text.encode()).out == (
        "# A headline of \\*stars\\*\n\n\\# no heading  \n&gt; no quotation, a\\_b \\[c\\] &lt;d&gt;\n\n"
        "- an item\n- another\n\nThe end of it.\n"
    )


def test_a_folder_is_cleaned_into_a_folder(run: Run, write: Write, tmp_path: Path) -> None:
    write(tmp_path / "in/a.txt")
    write(tmp_path / "in/b/c.md")
    (tmp_path / "in/empty.txt").touch()
    ran = run("clean", "in", "-o", "out", "--to", "markdown")
    assert (ran.code, ran.out) == (0, "")
    assert "not read: in/empty.txt: an empty file" in ran.err
    assert sorted(str(p.relative_to(tmp_path)) for p in (tmp_path / "out").rglob("*.*")) == ["out/a.md", "out/b/c.md"]
    assert run("clean", "in").code == 2
    assert run("clean", "in", "-o", "in/out").code == 2


def test_captions_of_a_stored_article_are_put_back_by_their_spans(run: Run, write: Write, tmp_path: Path) -> None:
    run("ingest", write(tmp_path / "a.txt"))
    wanted = {keep: run("clean", "a.txt", "--captions", keep).out for keep in ("drop", "once", "end")}
    (tmp_path / "a.txt").unlink()
    assert {keep: run("clean", "a.txt", "--captions", keep).out for keep in wanted} == wanted


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.txt")), ids=lambda p: p.stem)
def test_a_stored_sample_is_what_its_file_gives(run: Run, path: Path, tmp_path: Path) -> None:
    """Clean in each format, with each caption in its place, and without the file."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    run("ingest", path.name)
    forms = ("text", "markdown", "html")
    wanted = [run("clean", path.name, "--to", to, "--captions", "once").out for to in forms]
    copy.unlink()
    assert [run("clean", path.name, "--to", to, "--captions", "once").out for to in forms] == wanted


PAGE = """<!doctype html><html lang="en"><head><title>Ferry</title></head><body><article><h1>The ferry is back</h1>
<p>The first boat left at dawn with <b>hens</b>, and <a href="/rain?utm_source=x">no one</a> minded the rain.</p>
<figure><img><figcaption>Islanders queue at the pier. <span class="credit">JO REED/REUTERS</span></figcaption></figure>
<p>Tickets will stay at their old price until the end of the year, the harbour master said on Monday.</p>
<script>alert(1)</script></article></body></html>
"""


def test_a_page_is_cleaned_in_each_form(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    html = run("clean", "a.html", "--to", "html", "--captions", "once", "--url", "https://echo.example/a").out
    body, _, facts = html.partition("</article>\n")
    assert body.splitlines() == [
        '<article lang="en">',
        "<h1>The ferry is back</h1>",
        "<p>The first boat left at dawn with <strong>hens</strong>, and "
        '<a href="https://echo.example/rain">no one</a> minded the rain.</p>',
        "<figure><figcaption>Islanders queue at the pier. "
        '<span class="credit">REUTERS/Jo Reed</span></figcaption></figure>',
        "<p>Tickets will stay at their old price until the end of the year, the harbour master said on Monday.</p>",
    ]
    assert json.loads(facts.removeprefix('<script type="application/ld+json">').removesuffix("</script>\n")) == {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "ImageObject",
                "caption": "Islanders queue at the pier.",
                "creditText": "REUTERS/Jo Reed",
                "creator": {"@type": "Person", "name": "Jo Reed"},
            }
        ],
    }
    assert "REUTERS" not in run("clean", "a.html", "--to", "html").out
    text = run("clean", "-", "--captions", "once", stdin=PAGE.encode()).out.split("\n\n")
    assert text[1] == "Islanders queue at the pier. (REUTERS/Jo Reed)"
    markdown = run("clean", "a.html", "--to", "markdown", "--captions", "end").out.split("\n\n")
    assert (markdown[0], markdown[-1]) == (
        "# The ferry is back",
        "> Islanders queue at the pier. (REUTERS/Jo Reed)\n",
    )


def test_a_folder_of_pages_is_cleaned_into_html(run: Run, write: Write, tmp_path: Path) -> None:
    write(tmp_path / "in/a.txt")
    (tmp_path / "in/b.html").write_text(PAGE, encoding="utf-8")
    assert run("clean", "in", "-o", "out", "--to", "html", "--captions", "end").code == 0
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == ["a.html", "b.html"]
    assert all(file.read_text("utf-8").startswith("<article") for file in files)
    assert run("clean", "in", "-o", "out", "--url", "https://echo.example/a").code == 2


def test_a_stored_page_notes_that_its_captions_are_at_the_end(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(PAGE, encoding="utf-8")
    run("ingest", "a.html")
    page.unlink()
    ran = run("clean", "a.html", "--captions", "once")
    assert ran.code == 0
    assert ran.out.endswith("\n\nIslanders queue at the pier. (REUTERS/Jo Reed)\n")
    assert ran.err.count("\n") == 1
    assert "without its layout" in ran.err
    html = run("clean", "a.html", "--to", "html").out
    assert html.startswith('<article lang="en">\n<h1>The ferry is back</h1>\n<p>The first boat')


def test_a_register_defines_how_to_credit(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        '[[agency]]\nname = "Gull Point Pictures"\nkind = "agency"\n'
        'credit_forms = ["{creator} for Gull Point Pictures"]\n'
    )
    (tmp_path / "a.txt").write_text(
        "A dog in the rain. (Photo: ADA QUILL/Gull Point Pictures)\n\nIt rained all day long.\n"
    )
    assert "(ADA QUILL/Gull" in run("clean", "a.txt", "--captions", "end").out
    assert "(Ada Quill for Gull" in run("clean", "a.txt", "--captions", "end", "--agencies", "own.toml").out


def test_parse_lists_the_place_of_each_occurrence(run: Run, write: Write, tmp_path: Path) -> None:
    source = write(tmp_path / "a.txt").read_text(encoding="utf-8")
    (article,) = json.loads(run("parse", "a.txt").out)["articles"]
    (caption,) = article["captions"]
    assert caption["credit"]["supplier"] == "Reuters"
    (occurrence,) = caption["occurrences"]
    assert source[occurrence["start"] : occurrence["end"]] == occurrence["text"]
    assert "rule" not in caption


def test_parse_explains(run: Run, write: Write, tmp_path: Path) -> None:
    (article,) = json.loads(run("parse", "--explain", write(tmp_path / "a.txt")).out)["articles"]
    (caption,) = article["captions"]
    assert caption["rule"]
    assert ["supplier", "Reuters"] in caption["credit"]["steps"]


def test_parse_explains_the_lines_next_to_the_pictures_of_a_page(run: Run, write: Write, tmp_path: Path) -> None:
    figure = "<figure><img src=a.jpg><figcaption>A dog in the rain. Photo: Jo Reed/AP</figcaption></figure>"
    body = "<p>It rained all day long, and nobody at the pier could remember such a summer.</p>"
    (tmp_path / "a.html").write_text(f"<html><article><h1>Rain</h1>{body}{figure}{body}</article></html>")
    (article,) = json.loads(run("parse", "--explain", "a.html").out)["articles"]
    (box,) = article["boxes"]
    assert (box["caption"], box["credit"]) == ("A dog in the rain.", "Jo Reed/AP")
    assert any(reading["wins"] for line in box["lines"] for reading in line["readings"])
    (plain,) = json.loads(run("parse", "a.html").out)["articles"]
    assert article["captions"][0]["text"] == plain["captions"][0]["text"]
    assert "boxes" not in plain
    (text,) = json.loads(run("parse", "--explain", write(tmp_path / "a.txt")).out)["articles"]
    assert "boxes" not in text


def test_credit_lines_in_each_form(run: Run) -> None:
    line = "(photo credit: AMMAR AWAD / REUTERS)"
    (credit,) = json.loads(run("credit", line, "--format", "json").out)["credits"]
    assert (credit["creators"], credit["agencies"], credit["supplier"]) == (
        ["Ammar Awad"],
        ["Reuters"],
        "Reuters",
    )
    table = run("credit", line).out.splitlines()
    assert table[2].split("  ")[-1].strip() == "Reuters"
    rows = list(csv.DictReader(io.StringIO(run("credit", "-", "--format", "csv", stdin=b"A B/AP\n\nFoto: dpa\n").out)))
    assert [row["supplier"] for row in rows] == ["AP", "dpa"]


def test_a_credit_line_is_explained(run: Run) -> None:
    assert "unclear" in run("credit", "--explain", "AP/dpa | Richard Drew").out
    (credit,) = json.loads(run("credit", "--explain", "--format", "json", "Foto: X Y/dpa").out)["credits"]
    assert credit["steps"][-1] == ["supplier", "dpa"]
