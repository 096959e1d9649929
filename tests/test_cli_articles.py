"""What needs no store: clean, parse, credit."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run, Write

SAMPLES = Path(__file__).parent.parent / "samples" / "articles"


def test_a_clean_article_has_no_caption_left(run: Run, article: str, write: Write, tmp_path: Path) -> None:
    clean = article.replace(
        "Passengers queue on the new pontoon at Pier Two in Harbor City. (photo credit: {credit})\n\n", ""
    )
    write(tmp_path / "a.txt")
    assert run("clean", "a.txt").out == clean
    assert run("clean", "-", stdin=article.format(credit="X Y/AP").encode()).out == clean
    run("ingest", "a.txt")
    (tmp_path / "a.txt").unlink()
    assert run("clean", "a.txt").out == clean


CREDITED = "Passengers queue on the new pontoon at Pier Two in Harbor City. (ODALYS FENWICK/REUTERS)"


@pytest.mark.parametrize(("keep", "line"), [("once", 4), ("end", 6)])
def test_captions_are_kept_in_their_place_or_at_the_end(
    run: Run, write: Write, tmp_path: Path, keep: str, line: int
) -> None:
    lines = run("clean", write(tmp_path / "a.txt"), "--captions", keep).out.splitlines()
    assert lines.index(CREDITED) == line
    assert lines[line - 1] == ""


def test_captions_printed_three_times_are_kept_once(run: Run) -> None:
    text = run("clean", SAMPLES / "01-harbor.txt", "--captions", "once").out
    assert text.count("Passengers queue on the new floating pontoon") == 1
    assert text.count("mooring line") == 1
    paragraphs = text.split("\n\n")
    assert paragraphs[2].endswith("(ODALYS FENWICK / REUTERS)")
    assert paragraphs[9].endswith("(RUNE ASKELAND/REUTERS)")


def test_markdown_keeps_lines_and_escapes_its_signs(run: Run) -> None:
    text = (
        "A headline of *stars*\n\n# no heading\n> no quotation, a_b [c] <d>\n\n- an item\n- another\n\nThe end of it."
    )
    assert run("clean", "-", "--to", "markdown", stdin=text.encode()).out == (
        "# A headline of \\*stars\\*\n\n\\# no heading  \n\\> no quotation, a\\_b \\[c\\] \\<d>\n\n"
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


def test_a_stored_article_has_no_layout_to_put_captions_back(run: Run, write: Write, tmp_path: Path) -> None:
    run("ingest", write(tmp_path / "a.txt"))
    (tmp_path / "a.txt").unlink()
    assert CREDITED in run("clean", "a.txt", "--captions", "end").out
    ran = run("clean", "a.txt", "--captions", "once")
    assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_parse_tells_where_each_printing_stands(run: Run, write: Write, tmp_path: Path) -> None:
    source = write(tmp_path / "a.txt").read_text(encoding="utf-8")
    (article,) = json.loads(run("parse", "a.txt").out)["articles"]
    (caption,) = article["captions"]
    assert caption["credit"]["supplier"] == "Reuters"
    (printing,) = caption["printings"]
    assert source[printing["start"] : printing["end"]] == printing["text"]
    assert "rule" not in caption


def test_parse_explains(run: Run, write: Write, tmp_path: Path) -> None:
    (article,) = json.loads(run("parse", "--explain", write(tmp_path / "a.txt")).out)["articles"]
    (caption,) = article["captions"]
    assert caption["rule"]
    assert ["supplier", "Reuters"] in caption["credit"]["steps"]


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
    assert "cannot be told" in run("credit", "--explain", "AP/dpa | Richard Drew").out
    (credit,) = json.loads(run("credit", "--explain", "--format", "json", "Foto: X Y/dpa").out)["credits"]
    assert credit["steps"][-1] == ["supplier", "dpa"]
