"""Check that the explanation of a page adds up, and agrees with the captions and credits read from the page."""

from __future__ import annotations

from typing import Any

import pytest

from captions.model import Article
from captions.page.explain import boxes_of
from captions.page.parser import Layout, read_page
from tests.support.case_files import Case, cases

TEXT = "<p>The council voted to keep the ferry for another summer, and the crowd at the pier cheered for minutes.</p>"
CUT = """<div class="wrap"><img src="ferry.jpg">
<div class="text">Ida Torvik ties up the ferry. <span>Nell Carrow/AP</span></div></div>"""


def boxes(html: str) -> list[dict[str, Any]]:
    return read_page(html, None, None, lambda layout: _plain(layout)[1])


def _plain(layout: Layout) -> tuple[Article, list[Any]]:
    return layout.article, boxes_of(layout)


def page(middle: str) -> str:
    return f"<html><body><article><h1>Ferry</h1>{TEXT}{middle}{TEXT}</article></body></html>"


def _weights(reading: dict[str, Any]) -> list[float]:
    found = [reading[f"{kind}_evidence"] or {} for kind in ("caption", "credit")]
    return [weight for evidence in found for weight in evidence.values()]


def test_the_readings_of_a_line_compete() -> None:
    (box,) = boxes(page(CUT))
    (line,) = box["lines"]
    (winner,) = [reading for reading in line["readings"] if reading["wins"]]
    assert box["element"] == "article > div"
    assert box["pictures"] == ["article > div > img"]
    assert (box["caption"], box["credit"]) == ("Ida Torvik ties up the ferry.", "Nell Carrow/AP")
    assert (winner["caption"], winner["credit"]) == ("Ida Torvik ties up the ferry.", "Nell Carrow/AP")
    assert line["read_as"] == ["caption", "credit"]
    assert len(line["readings"]) > 2
    assert {"bias", "known agency", "chain"} <= set(winner["credit_evidence"])


def test_a_line_of_which_nothing_is_read_has_no_winner() -> None:
    (box,) = boxes(page('<figure><img src="ferry.jpg"><div>1/5</div></figure>'))
    (line,) = box["lines"]
    assert line["read_as"] == []
    assert [reading for reading in line["readings"] if reading["wins"]] == []
    assert (box["caption"], box["credit"]) == ("", None)


def test_a_caption_beside_a_credit_needs_less_evidence() -> None:
    lines = "<div>The ferry quay</div><div>Foto: Nell Carrow/AP</div>"
    (box,) = boxes(page(f'<div><img src="ferry.jpg">{lines}</div>'))
    (winner,) = [reading for reading in box["lines"][0]["readings"] if reading["wins"]]
    assert box["lines"][0]["read_as"] == ["caption"]
    assert winner["sum"] < 0 <= winner["sum"] + box["ease"]


@pytest.mark.parametrize("case", cases("pages"), ids=lambda case: str(case["id"]))
def test_sums_and_winners_agree_with_what_is_read(case: Case) -> None:
    article, explained = read_page(case["html"], case.get("url"), None, _plain)
    for box in explained:
        for line in box["lines"]:
            for reading in line["readings"]:
                assert sum(_weights(reading)) == pytest.approx(reading["sum"], abs=0.02)
            winners = [reading for reading in line["readings"] if reading["wins"]]
            best = max(reading["sum"] for reading in line["readings"])
            assert len(winners) <= 1
            if best > 0:
                assert winners[0]["sum"] == best
            elif winners:
                assert box["ease"] > 0
    printed = {occurrence.text for caption in article.captions for occurrence in caption.occurrences}
    assert {box["caption"] for box in explained} - {""} <= printed
