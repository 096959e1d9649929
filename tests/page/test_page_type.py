"""Recognize pages without an article, and report them when ingesting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from captions import parse_html
from tests.support import formats as f
from tests.support.case_files import cases

if TYPE_CHECKING:
    from tests.conftest import Run

CASES = cases("kinds.toml")
PARAGRAPHS = "".join(f"<p>{paragraph}</p>" for paragraph in f.PARAGRAPHS)
TEASERS = "".join(
    f"<div><h3><a href='/{n}'>What the council said on Tuesday of Pier {n}</a></h3>"
    f"<p>The council said on Tuesday that Pier {n} stays as it is, and that it will not be painted.</p></div>"
    for n in range(10)
)


def page_of(case: dict[str, Any]) -> str:
    body = case["body"].replace("PARAGRAPHS", PARAGRAPHS).replace("TEASERS", TEASERS)
    return f"<!DOCTYPE html><html><head>{case.get('head', '')}</head><body>{body}</body></html>"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_page_type(case: dict[str, Any]) -> None:
    assert parse_html(page_of(case)).notes == ((case["note"],) if case["note"] else ())


def test_an_ingest_counts_what_was_noted_and_stores_no_page_without_an_article(run: Run, tmp_path: Path) -> None:
    for case in CASES:
        (tmp_path / f"{case['id']}.html").write_text(page_of(case), encoding="utf-8")
    ran = run("ingest", ".", "--format", "json")
    result = json.loads(ran.out)
    none = {f"{case['id']}.html": case["note"] for case in CASES if case["note"].startswith("no article")}
    assert {failure["source"]: failure["reason"] for failure in result["failures"]} == none
    assert result["notes"] == {
        "only the beginning of the article: the rest is behind a paywall": 2,
        "a gallery: pictures with little text": 1,
        "a live blog: many short reports on one page": 1,
    }
    assert result["read"] == result["new"] + result["elsewhere"] == len(CASES) - len(none)
    findings = json.loads(run("audit", "--code", "CR901", "--format", "json").out)["findings"]
    assert {finding["source"]: finding["message"] for finding in findings} == none


def test_the_summary_lists_what_was_noted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(f.PLAIN.encode("cp1252"))
    for name, bird in (("b", "geese"), ("c", "ducks")):
        text = f.PLAIN.replace("hens", bird)
        assert text != f.PLAIN
        (tmp_path / f"{name}.txt").write_text(f"{text}\0", encoding="utf-8")
    assert run("ingest", ".").out.splitlines() == [
        "read 3, new 3, changed 0, unchanged 0, failed 0; 3 captions, 3 occurrences",
        "2 articles: NUL byte left out",
        "1 article: read as windows-1252",
    ]
