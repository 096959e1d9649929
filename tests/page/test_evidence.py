"""Check that each weight of captions/data/evidence.toml is used, and that learning them again explains the marks."""

from __future__ import annotations

import re

from bench.page_evidence import Choice, learned, lines, rewritten
from captions.caption.evidence import weights
from tests.support.paths import ROOT

PAGE = """<html><body><article><h1>One more summer</h1><p>{text}</p>
<figure><img src=a.jpg><figcaption>Ida Torvik ties up the ferry. Photo: Nell Carrow/AP</figcaption></figure>
<p>{text}</p></article></body></html>""".format(text="The council voted to keep the ferry for another summer. " * 4)


def test_every_row_of_the_tables_is_used() -> None:
    """Find rows that no reader yields, whose weights have no effect."""
    modules = ("caption_evidence", "credit_evidence", "places", "uncaptioned")
    source = "".join((ROOT / "captions" / "page" / f"{name}.py").read_text("utf-8") for name in modules)
    quoted = set(re.findall(r'"([^"\n]+)"', source))
    for table in ("page-credit", "page-caption", "page-picture"):
        assert [name for name in weights(table) if name not in quoted] == []


def test_lines_are_marked_by_what_a_page_prints() -> None:
    marks = [{"caption": "Ida Torvik ties up the ferry.", "authors": ["Nell Carrow"]}]
    page = {"id": "a", "html": PAGE, "images": marks}
    (line,) = lines(page)
    right = [choice for choice in line if choice.is_right]
    assert right
    assert all({"page-credit", "page-caption"} == {kind for kind, _ in choice.rows} for choice in right)
    (unmarked,) = lines({**page, "images": []})
    assert [choice.rows for choice in unmarked if choice.is_right] == [()]
    assert list(lines({**page, "images": []}, partly=True)) == []
    assert list(lines({**page, "images": [{"caption": marks[0]["caption"], "authors": []}]}, partly=True)) == []


def test_learned_weights_have_the_sign_of_the_marks() -> None:
    label, dated = ("page-credit", "label"), ("page-credit", "dated")
    right = [Choice((), False), Choice((label,), True)]
    wrong = [Choice((), True), Choice((dated,), False)]
    now = learned([[right, wrong]] * 30, {label: 0.0, dated: 0.0})
    assert now[label] > 0.5
    assert now[dated] < -0.5
    assert learned([], {label: 1.0}) == {}


def test_learned_weights_are_written_into_their_rows() -> None:
    table = (
        '[page-credit]\n"label" = { weight = 2.0, prior = 1.0, why = "x" }\n"dated" = { weight = -1.00, why = "y" }\n'
    )
    found = rewritten(table, {("page-credit", "label"): 2.345, ("page-caption", "dated"): 9.0})
    assert found == table.replace("weight = 2.0,", "weight = 2.35,")
