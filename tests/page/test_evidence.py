"""Check that each weight of captions/page/evidence.py is used, and that learning them again explains the marks."""

from __future__ import annotations

import re

from bench.page_evidence import Example, examples, learned
from captions.caption.evidence import weights
from tests.support.paths import ROOT

PAGE = """<html><body><article><h1>One more summer</h1><p>{text}</p>
<figure><img src=a.jpg><figcaption>Ida Torvik ties up the ferry. Photo: Nell Carrow/AP</figcaption></figure>
<p>{text}</p></article></body></html>""".format(text="The council voted to keep the ferry for another summer. " * 4)


def test_every_row_of_the_tables_is_used() -> None:
    """Find rows that no reader yields, whose weights have no effect; combinations consist of two names."""
    source = "".join((ROOT / "captions" / "page" / f"{name}.py").read_text("utf-8") for name in ("evidence", "places"))
    quoted = set(re.findall(r'"([^"\n]+)"', source))
    for table in ("page-credit", "page-caption"):
        assert [name for name in weights(table) if " | " not in name and name not in quoted] == []


def test_readings_are_marked_by_what_a_page_prints() -> None:
    marks = [{"caption": "Ida Torvik ties up the ferry.", "authors": ["Nell Carrow"]}]
    page = {"id": "a", "html": PAGE, "images": marks}
    found = list(examples(page, "page-credit"))
    assert any(example.is_right and "label" in example.names for example in found)
    assert not any(example.is_right for example in examples({**page, "images": []}, "page-credit"))
    assert any(example.is_right for example in examples(page, "page-caption"))


def test_learned_weights_have_the_sign_of_the_marks() -> None:
    found = [Example("a", ("bias", "label"), True), Example("b", ("bias", "dated"), False)] * 5
    now = learned(found, {"bias": 0.0})
    assert now["label"] > 0.5
    assert now["dated"] < -0.5
