"""A guessed day is marked, and neither a quota nor a month counts it as certain."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import captions_db as db
import pytest

from tests.support.engines import Stores

if TYPE_CHECKING:
    from tests.conftest import Run

PAGE = """<!doctype html><html lang="en"><head><title>The crane is back</title></head><body>
<p class="date">{day}</p><article><h1>The crane is back</h1>
<p>The old crane stands again where it stood for eighty years, and the harbor has its landmark back.</p>
<figure><img src="crane.jpg"><figcaption>The crane at the north pier. <span class="credit">Jo Reed/Reuters</span>
</figcaption></figure></article></body></html>
"""


@pytest.fixture
def page(tmp_path: Path) -> str:
    """Write a page whose day is only in its text."""
    (tmp_path / "crane.html").write_text(PAGE.format(day="Published on May 3, 2024"), encoding="utf-8")
    return "crane.html"


def published() -> tuple[date | None, str | None]:
    """Return the day of the stored article, and what is known of it if it has none."""
    engine = db.open_store("captions.db")
    [found] = db.articles(engine)
    engine.dispose()
    return found.published, found.published_in


def test_a_guess_is_marked_and_no_quota_counts_it(run: Run, page: str) -> None:
    run("agreement", "add", "Reuters", "--from", "2024", "--quota", "5/month")
    ran = run("ingest", page, "--guess-dates")
    assert "1 article: no date given, so the day is guessed, and no quota counts it as certain\n" in ran.out
    assert published() == (None, "2024-05-03?")
    [exported] = map(json.loads, run("export", "--to", "jsonl").out.splitlines())
    assert (exported["used_on"], exported["published_in"]) == (None, "2024-05-03?")
    [row] = json.loads(run("usage", "--by", "month", "--format", "json").out)["rows"]
    assert row["month"] is None
    [row] = json.loads(run("usage", "--agreements", "--on", "2024-05-31", "--format", "json").out)["agreements"]
    assert row["note"] == "1 undated use may count"
    assert [it["code"] for it in json.loads(run("audit", "--format", "json").out)["findings"]].count("CR305") == 1


def test_without_the_option_nothing_is_guessed_or_changed(run: Run, page: str) -> None:
    assert "changed 0, unchanged 0" in run("ingest", page).out
    assert published() == (None, None)
    assert "changed 1," in run("ingest", page, "--guess-dates").out
    assert "unchanged 1," in run("ingest", page, "--guess-dates").out
    assert "unchanged 1," in run("ingest", page).out
    assert published() == (None, "2024-05-03?")


def test_what_the_user_knows_takes_precedence(run: Run, page: str) -> None:
    run("ingest", page, "--guess-dates")
    run("ingest", page, "--published", "2024-05-04")
    assert published() == (date(2024, 5, 4), None)
    run("ingest", page, "--guess-dates")
    assert published() == (date(2024, 5, 4), None)


def test_a_page_without_a_trace_of_a_date_has_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "crane.html").write_text(PAGE.format(day="Published yesterday"), encoding="utf-8")
    run("ingest", "crane.html", "--guess-dates")
    assert published() == (None, None)


def test_the_library_is_optional(run: Run, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "htmldate", None)
    ran = run("ingest", page, "--guess-dates")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "captions: --guess-dates needs htmldate; install it with: pip install 'captions[dates]'\n"


def test_a_guess_is_unknown_on_each_engine(stores: Stores, run: Run, page: str) -> None:
    url = stores.empty()
    run("agreement", "add", "Reuters", "--from", "2024", "--quota", "5/month", "--db", url)
    run(
        "license", "add", "--invoice", "R-1", "--caption", "The crane at the north pier.", "--from", "2024", "--db", url
    )
    run("ingest", page, "--guess-dates", "--db", url)
    found = json.loads(run("audit", "--format", "json", "--db", url).out)["findings"]
    messages = {it["code"]: it["message"] for it in found}
    assert messages["CR302"].startswith("unknown: the article has no date, and with Reuters, agreement 1 runs")
    assert messages["CR305"].startswith("unknown: 1 undated use can't be counted")
