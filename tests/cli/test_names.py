"""Publications and creators: spellings of one name, merges of two, and their undoing."""

from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write

CREDITS = ("T. R./AP", "T.R./AP", "Shane O'Dea/AP", "Shane O’Dea/AP")
NAMES = ("HARBOR ECHO", "Harbor Echo GmbH", "Harbor Echo | News from the coast", "Echo Online")


def usage(run: Run, by: str, *more: str) -> dict[str | None, int]:
    rows = json.loads(run("usage", "--by", by, "--format", "json", *more).out)["rows"]
    return {row[by]: row["uses"] for row in rows}


@pytest.fixture
def papers(run: Run, write: Write, tmp_path: Path) -> Run:
    for number, name in enumerate(NAMES):
        write(tmp_path / f"{number}.txt", CREDITS[number])
        run("ingest", f"{number}.txt", "--publication", name)
    return run


def test_case_suffix_and_slogan_make_no_new_publication(papers: Run) -> None:
    assert usage(papers, "publication") == {"Harbor Echo GmbH": 3, "Echo Online": 1}
    listed = json.loads(papers("publication", "list", "--format", "json").out)["publications"]
    assert [(row["name"], row["uses"]) for row in listed] == [("Echo Online", 1), ("Harbor Echo GmbH", 3)]
    assert listed[1]["spellings"] == ["HARBOR ECHO", "Harbor Echo | News from the coast"]


def test_the_name_does_not_depend_on_the_order(run: Run, write: Write, tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"{number}.txt", CREDITS[number])
    for count, order in enumerate(permutations(range(3))):
        for number in order:
            run("ingest", f"{number}.txt", "--publication", NAMES[number], "--db", f"{count}.db")
        assert usage(run, "publication", "--db", f"{count}.db") == {"Harbor Echo GmbH": 3}
        assert run("db", "check", "--db", f"{count}.db").code == 0


def test_publications_are_merged_and_separated(papers: Run, write: Write, tmp_path: Path) -> None:
    before = usage(papers, "publication")
    ran = papers("publication", "merge", "echo online", "The Echo", "--who", "Kim", "--reason", "one paper")
    assert ran.out == "merged echo online into The Echo: 1 use\n"
    papers("publication", "alias", "The Echo", "Harbor Echo", "Echo Mobile", "--who", "Kim")
    assert usage(papers, "publication") == {"The Echo": 4}
    # Later articles follow.
    write(tmp_path / "later.txt", "Jo Reed/AP")
    papers("ingest", "later.txt", "--publication", "ECHO MOBILE")
    assert usage(papers, "publication") == {"The Echo": 5}
    merged = json.loads(papers("publication", "merges", "--format", "json").out)["merges"]
    assert [(row["name"], row["into"], row["who"]) for row in merged] == [
        ("echo online", "The Echo", "Kim"),
        ("Echo Mobile", "The Echo", "Kim"),
        ("Harbor Echo", "The Echo", "Kim"),
    ]
    papers("forget", "later.txt", "--yes")
    for name in ("Echo Online", "Harbor Echo"):
        assert papers("publication", "merge", name, "The Echo", "--undo", "--reason", "no").code == 0
    assert {name and name.removesuffix(" GmbH"): uses for name, uses in usage(papers, "publication").items()} == {
        name and name.removesuffix(" GmbH"): uses for name, uses in before.items()
    }
    assert papers("agency", "merges").out == papers("creator", "merges").out
    assert papers("db", "check").code == 0


def test_creators_are_merged_and_separated(papers: Run) -> None:
    before = usage(papers, "creator")
    assert papers("creator", "merge", "T.R.", "Tom Reed", "--who", "Kim").code == 0
    assert papers("creator", "merge", "Shane O'Dea", "Shane O’Dea", "--who", "Kim").code == 0
    after = usage(papers, "creator")
    assert after == {"Tom Reed": 2, "Shane O’Dea": 2}
    assert papers("creator", "merge", "T.R.", "Tom Reed", "--undo", "--reason", "two people").code == 0
    papers("creator", "merge", "Shane O'Dea", "Shane O’Dea", "--undo", "--reason", "two people")
    assert usage(papers, "creator") == before
    assert papers("db", "check").code == 0


def test_a_publication_overrides_on_request(run: Run, tmp_path: Path) -> None:
    page = (
        '<html><head><meta property="og:site_name" content="Wire Desk"></head><article><h1>Rain</h1>'
        "<p>It rained all day, and nobody seemed to mind the water in the streets of the old town.</p>"
        '<figure><img src="a.jpg"><figcaption>A dog. Photo: Jo Reed/AP</figcaption></figure></article></html>'
    )
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    run("ingest", "a.html", "--publication", "Harbor Echo")
    assert usage(run, "publication") == {"Wire Desk": 1}
    run("ingest", "a.html", "--publication", "Harbor Echo", "--override-publication")
    assert usage(run, "publication") == {"Harbor Echo": 1}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["publication", "merge", "Harbor Echo", "HARBOR ECHO"], "has this spelling already"),
        (["publication", "merge", "A", "B", "--undo", "--reason", "x"], "'A' is not merged into 'B' in the database"),
        (["creator", "merge", "Jo Reed", "Jo Reed"], "cannot be merged into itself"),
        (["ingest", "0.txt", "--override-publication"], "--override-publication needs --publication"),
    ],
)
def test_what_cannot_be_merged_is_an_error(papers: Run, arguments: list[str], message: str) -> None:
    ran = papers(*arguments)
    assert ran.code == 2
    assert message in ran.err


def test_filters_know_every_name_of_a_publication(papers: Run) -> None:
    papers("publication", "alias", "Harbor Echo", "Echo Online", "Echo Mobile", "--who", "Kim")
    everything = json.loads(papers("usage", "--by", "publication", "--format", "json").out)
    for name in ("Harbor Echo", "harbor echo gmbh", "ECHO ONLINE", "Echo Mobile"):
        filtered = papers("usage", "--by", "publication", "--format", "json", "--publication", name)
        assert json.loads(filtered.out)["rows"] == everything["rows"] and filtered.err == "", name
        assert (
            papers("find", "harbor", "--publication", name, "--format", "json").out
            == papers("find", "harbor", "--format", "json").out
        )
        audited = papers("audit", "--format", "json", "--publication", name)
        assert json.loads(audited.out)["totals"]["uses"] == 4, name


@pytest.mark.parametrize("command", [["usage"], ["find", "harbor"], ["audit"]])
def test_a_filter_for_an_unknown_publication_says_so(papers: Run, command: list[str]) -> None:
    ran = papers(*command, "--publication", "Tide Post")
    assert ran.code == 0
    assert "no article in the database is from 'Tide Post'; list the publications with: captions publ" in ran.err


def test_a_name_that_no_article_has_any_more_names_nothing(papers: Run) -> None:
    papers("forget", "1.txt", "--yes")
    assert set(usage(papers, "publication")) == {"Harbor Echo | News from the coast", "Echo Online"}
    papers("forget", "undo", "1", "--reason", "printed")
    assert usage(papers, "publication") == {"Harbor Echo GmbH": 3, "Echo Online": 1}
    assert papers("db", "check").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("find", "--creator", "O'Dea, Shane"), 'names the creator "O\'Dea, Shane"; did you mean Shane O’Dea?'),
        (("find", "--agency", "Xyzzy"), "names the agency 'Xyzzy'; list them with: captions usage --by agency"),
        (("usage", "--creator", "odee"), "names the creator 'odee'; list them with: captions usage --by creator"),
        (("usage", "--supplier", "A.P"), ""),
        (("audit", "--supplier", "APX"), "is from the supplier 'APX'; did you mean AP?"),
    ],
)
def test_a_name_that_the_database_does_not_have_is_noted(papers: Run, arguments: tuple[str, ...], message: str) -> None:
    ran = papers(*arguments)
    assert ran.code == 0 and message in ran.err
