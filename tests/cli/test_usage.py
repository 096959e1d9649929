"""Count agreements, uncredited uses and changes with ``captions usage``, in each format."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from captions.cli import main

if TYPE_CHECKING:
    from tests.conftest import Run

_PAGE = "The ferry\n\nThe first boat left at dawn.\n\n{captions}\n"
_CAPTION = "Passengers number {n} queue on the new pontoon in Harbor City."
ARTICLES = {
    ("Echo", "2025-11-30"): ["Ida Quill/Reuters", "Jo Reed/Reuters", "Ida Quill/AFP"],
    ("Echo", "2026-01-02"): ["Ida Quill/Reuters"] * 4,
    ("Post", "2026-01-10"): ["Jo Reed/Reuters", "Jo Reed/AFP Forum/AFP", "Jo Reed/AFP"],
    ("Post", None): ["Jo Reed/AFP"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database of the articles."""
    folder = tmp_path_factory.mktemp("usage")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CAPTIONS_DB", raising=False)
        for (paper, day), lines in ARTICLES.items():
            assert main(ingest(folder, paper, day, lines)) == 0
    return folder


@pytest.fixture
def stored(run: Run, folder: Path, tmp_path: Path) -> Run:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return run


def ingest(folder: Path, paper: str, day: str | None, lines: list[str]) -> list[str]:
    """Write an article; return the command that reads it."""
    path = folder / f"{paper} {day}.txt"
    blocks = [f"{_CAPTION.format(n=f'{paper} {day} {n}')} (photo credit: {line})" for n, line in enumerate(lines)]
    path.write_text(_PAGE.format(captions="\n\n".join(blocks)), encoding="utf-8")
    return ["ingest", path.name, "--publication", paper, *(["--published", day] if day else [])]


def rows(run: Run, *arguments: str, name: str = "rows") -> list[dict[str, Any]]:
    return list(json.loads(run("usage", *arguments, "--format", "json").out)[name])


def test_agreements_with_usage(stored: Run) -> None:
    euros = ("--currency", "EUR")
    stored("agreement", "add", "Reuters", "--from", "2025", "--to", "2025", "--price", "100", *euros)
    stored(
        "agreement", "add", "Reuters", "--from", "2026", "--to", "2026", "--quota", "20/month", "--price", "90", *euros
    )
    stored("agreement", "add", "AFP", "--from", "2026", "--per-use", "45.50", "--exclude", "AFP Forum", *euros)
    afp, old, new = rows(stored, "--agreements", "--on", "2026-01-10", name="agreements")
    assert (old["state"], old["used"], old["cost"], old["cost_a_use"], old["unknown"]) == (
        "ended",
        2,
        "100",
        "50.00",
        [],
    )
    assert (new["period"], new["used"], new["left"], new["quota_ends"]) == ("January 2026", 5, 15, None)
    assert (new["cost"], new["cost_a_use"], new["currency"]) == ("90", "18.00", "EUR")
    # One of the uses names the excluded collection; another is undated, so that the cost is unknown.
    assert (afp["used"], afp["undated"], afp["cost"], afp["unknown"]) == (1, 1, None, ["cost"])
    [before] = rows(stored, "--agreements", "--on", "2026-01-04", "--agency", "AFP", name="agreements")
    assert (before["used"], before["note"]) == (0, "1 undated use may count")
    [early] = rows(stored, "--agreements", "--on", "2025", "--agency", "AFP", name="agreements")
    assert (early["state"], early["undated"], early["cost"]) == ("not begun", 0, "0")
    assert rows(stored, "--agreements", "--on", "2026-01-04", name="agreements")[2]["quota_ends"] == "2026-01-20"


def test_a_table_shows_unknown_values(stored: Run) -> None:
    stored("agreement", "add", "AFP", "--from", "2026", "--quota", "9/year", "--price", "90", "--currency", "EUR")
    ran = stored("usage", "--agreements", "--on", "2026-01-31")
    assert "1 AFP 2026 2 9 unknown unknown 90 EUR unknown" in " ".join(ran.out.split())
    assert ran.err == "agreement 1 with AFP: 1 undated use may count\n"
    assert "| 1 undated use may count |" in stored("usage", "--agreements", "--format", "markdown").out


@pytest.mark.parametrize("asked", [[], ["--agreements"], ["--uncredited"], ["--compare", "2025", "2026"]])
def test_json_begins_with_its_version(stored: Run, asked: list[str]) -> None:
    answer = json.loads(stored("usage", *asked, "--format", "json").out)
    assert next(iter(answer.items())) == ("version", 1)


def test_no_agreements(stored: Run) -> None:
    assert stored("usage", "--agreements").err == "no agreements are stored\n"


def test_by_scope_of_the_agreement_that_covers(stored: Run) -> None:
    stored("agreement", "add", "Reuters", "--from", "2026", "--scope", "web,print")
    stored("agreement", "add", "AFP")
    found = {(row["scope"], row["year"]): row["uses"] for row in rows(stored, "--by", "scope", "--by", "year")}
    assert found == {
        ("web, print", "2026"): 5,
        ("any", "2026"): 2,
        (None, "2025"): 2,
        ("any", "2025"): 1,
        ("any", None): 1,
    }


def test_changes_between_two_periods(stored: Run) -> None:
    found = rows(stored, "--compare", "2025-Q4", "2026-01")
    assert [(row["supplier"], row["before"], row["after"], row["change"], row["percent"]) for row in found] == [
        ("Reuters", 2, 5, 3, 150.0),
        ("AFP", 1, 2, 1, 100.0),
    ]
    lines = stored("usage", "--compare", "2025", "2026", "--by", "creator", "--limit", "1").out.splitlines()
    assert lines[0].split() == ["Creator", "2025", "2026", "Change", "Percent"]
    assert lines[-1].split() == ["All", "uses", "3", "7", "4", "133.3"]


def test_uses_without_a_credit(stored: Run) -> None:
    assert [row["uncredited"] for row in rows(stored, "--uncredited")] == [0, 0]
    figure = "<figure><img src=a.jpg><figcaption>A ferry leaves the harbor at dawn in heavy rain.</figcaption></figure>"
    page = f"<html><body><article><h1>Ferry</h1><p>{'The boat left early. ' * 20}</p>{figure}</article></body></html>"
    assert stored("ingest", "-", "--publication", "Echo", "--published", "2026-02-01", stdin=page.encode()).code == 0
    found = rows(stored, "--uncredited")
    assert [(row["publication"], row["uncredited"], row["uses"], row["percent"]) for row in found] == [
        ("Echo", 1, 8, 12.5),
        ("Post", 0, 4, 0.0),
    ]
    months = [(row["month"], row["percent"]) for row in rows(stored, "--uncredited", "--by", "month")]
    *dated, (undated, _) = months
    assert ("2026-02", 100.0) in dated and dated == sorted(dated) and undated is None


def test_markdown(stored: Run) -> None:
    lines = stored("usage", "--by", "publication", "--format", "markdown").out.splitlines()
    assert lines == ["| Publication | Uses |", "| --- | ---: |", "| Echo | 7 |", "| Post | 4 |", "| All uses | 11 |"]
    assert "| photo" not in stored("find", "pontoon", "--format", "markdown").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--agreements", "--uncredited"], "cannot be combined"),
        (["--on", "2026-01-01"], "needs --agreements"),
        (["--agreements", "--by", "month"], "--agreements can be combined only"),
        (["--compare", "2025", "2026", "--by", "month"], "--compare sets the periods"),
        (["--compare", "2025", "soon"], "'soon' is not a valid period; use 2025, 2025-Q3 or 2025-07"),
        (["--uncredited", "--by", "creator"], "have no creator"),
        (["--uncredited", "--supplier", "AP"], "name no supplier; omit --supplier"),
        (["--uncredited", "--agency", "AFP"], "name no agency"),
        (["--uncredited", "--also", "days"], "--also cannot be combined"),
    ],
)
def test_contradictory_options(stored: Run, arguments: list[str], message: str) -> None:
    ran = stored("usage", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in " ".join(ran.err.replace("│", " ").split())
