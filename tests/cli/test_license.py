"""Licenses of single pictures and freelancers' agreements from the command line, to the audit that they change."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from tests.conftest import Run, Write

PAGE = """<html><head><title>Boats</title><meta property="og:site_name" content="Harbor Echo">
<meta property="article:published_time" content="2024-05-18"></head><body><article><h1>Boats</h1>
<p>The first boat left at dawn, and nobody on the quay seemed to mind the rain that day.</p>
<figure><img src="https://cdn.example/s/{name}"><figcaption>Passengers queue on the new floating pontoon at Pier Two in
Harbor City. <span class="credit">{credit}</span></figcaption></figure>
<p>Tickets will stay at their old price until the end of the year, the town hall said.</p>
</article></body></html>"""
BY = [
    ("--asset", "841304270"),
    ("--image", "http://CDN.example/s/wire-841304270-612x612.jpg"),
    ("--caption", "Passengers queue on the new floating pontoon at Pier Two in Harbor City."),
]


def codes(run: Run, *arguments: str) -> list[str]:
    found: list[dict[str, Any]] = json.loads(run("audit", "--format", "json", *arguments).out)["findings"]
    return [finding["code"] for finding in found if finding["code"] in ("CR103", "CR301", "CR302", "CR303", "CR310")]


@pytest.fixture
def echo(run: Run, tmp_path: Path) -> Run:
    page = PAGE.format(name="wire-841304270-612x612.jpg", credit="Jane Vale/Reuters")
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert run("ingest", "a.html").code == 0
    assert run("agreement", "add", "AP").code == 0
    assert codes(run) == ["CR301"]
    return run


@pytest.mark.parametrize("by", BY, ids=lambda by: by[0])
def test_a_license_in_force_covers_the_use_of_its_picture(echo: Run, by: tuple[str, str]) -> None:
    ran = echo("license", "add", "--invoice", "R-17", *by, "--from", "2024-05", "--to", "2099", "--scope", "web")
    assert (ran.code, ran.out) == (0, "added license 1\n"), ran.err
    assert codes(echo) == codes(echo, "--for", "web") == []
    assert codes(echo, "--for", "syndication") == ["CR301"]
    assert echo("license", "undo", "1", "--reason", "another picture").out == "undid license 1 (invoice R-17)\n"
    assert codes(echo) == ["CR301"]


def test_a_picture_file_finds_its_uses_by_its_hashes(echo: Run, tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "pictures" / "harbor.jpg", tmp_path / "wire-841304270.jpg")
    assert echo("images", "scan", "wire-841304270.jpg").code == 0
    other, same = SAMPLES / "pictures" / "stadium.jpg", SAMPLES / "pictures" / "harbor.jpg"
    assert echo("license", "add", "--invoice", "R-1", "--picture", str(other)).code == 0
    assert codes(echo) == ["CR301"]
    assert echo("license", "add", "--invoice", "R-2", "--picture", str(same)).code == 0
    assert codes(echo) == []


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (("--to", "2024-05-17"), ["CR301", "CR310"]),
        (("--to", "2024-05-18"), ["CR310"]),
        (("--to", "2024-05-18", "--archive-years", "75"), []),
        (("--to", "2024-05-17", "--archive-years", "75"), ["CR301", "CR310"]),
        (("--from", "2024-05-19"), ["CR301"]),
    ],
)
def test_a_use_that_outlasts_its_license_is_reported(echo: Run, terms: tuple[str, ...], expected: list[str]) -> None:
    assert echo("license", "add", "--invoice", "R-17", "--asset", "841304270", *terms).code == 0
    assert codes(echo) == expected


def test_a_forgotten_article_is_no_longer_online(echo: Run) -> None:
    echo("license", "add", "--invoice", "R-17", "--asset", "841304270", "--to", "2024-05-18")
    assert echo("forget", "a.html", "--yes", "--reason", "taken down").code == 0
    assert codes(echo) == []


def test_licenses_that_end_soon_are_listed_by_their_end(run: Run) -> None:
    today = date.today()
    for days, years in ((400, 0), (20, 0), (-10, 0), (-350, 1)):
        ends = (today + timedelta(days=days)).isoformat()
        archive = ("--archive-years", str(years)) if years else ()
        ran = run("license", "add", "--invoice", f"R{days}", "--asset", "841304270", "--to", ends, *archive)
        assert ran.code == 0, ran.err

    def listed(*arguments: str) -> list[str]:
        return [
            row["invoice"] for row in json.loads(run("license", "list", "--format", "json", *arguments).out)["licenses"]
        ]

    assert listed() == ["R-350", "R20", "R400"]
    assert listed("--expiring", "30d") == ["R-350", "R20"]
    assert listed("--expiring", "2w") == []
    assert listed("--all") == ["R-350", "R-10", "R20", "R400"]
    assert "1 more have ended" not in run("license", "list", "--all").err
    run("license", "undo", "1", "--reason", "twice", "--who", "lee")
    assert listed("--undone") == ["R400"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the picture is missing"),
        (("--asset", "12"), "too short to identify a picture"),
        (("--image", "a.jpg"), "is not the URL of a picture"),
        (("--caption", "A dog"), "too short to identify a picture"),
        (("--asset", "841304270", "--price", "18"), "a price needs a currency"),
        (("--asset", "841304270", "--archive-years", "2"), "archive years follow the last day"),
        (("--asset", "841304270", "--from", "2025", "--to", "2024"), "before the start"),
        (("--picture", "nowhere.jpg"), "nowhere.jpg"),
    ],
)
def test_a_license_that_cannot_apply_is_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    ran = run("license", "add", "--invoice", "R-17", *arguments)
    assert ran.code == 2
    assert message in " ".join(ran.err.split())


def test_a_freelancer_with_an_agreement_is_paid_per_use(run: Run, write: Write, tmp_path: Path) -> None:
    for name, credit in (
        ("a.txt", "Jo Quill"),
        ("b.txt", "JO QUILL"),
        ("c.txt", "Orla Venn"),
        ("d.txt", "Jo Quill/AP"),
    ):
        write(tmp_path / name, credit)
    run("ingest", "a.txt", "b.txt", "c.txt", "d.txt", "--published", "2024-05-18")
    assert codes(run) == ["CR103"] * 3
    ran = run("agreement", "add", "--creator", "Jo Quill", "--per-use", "80", "--currency", "EUR", "--from", "2024")
    assert (ran.code, ran.out) == (0, "added agreement 1 with Jo Quill\n")
    assert codes(run) == ["CR301", "CR103"]
    (row,) = json.loads(run("usage", "--agreements", "--format", "json").out)["agreements"]
    assert (row["supplier"], row["uses"], row["cost"]) == ("Jo Quill", 2, "160")
    run("agreement", "end", "1", "--on", "2024-05-17", "--reason", "moved on")
    assert codes(run) == ["CR301", "CR302", "CR302", "CR103"]
    risk = json.loads(run("audit", "--format", "json").out)["totals"]["at_risk"]
    assert risk["suppliers"] == [
        {"supplier": "Jo Quill", "uses": 2, "currency": "EUR", "amount": "160.00"},
        {"supplier": "AP", "uses": 1, "currency": None, "amount": None},
    ]
    assert "money at risk: Jo Quill 160.00 EUR for 2 uses; AP unknown for 1 use" in run("audit", "--format", "csv").err


def test_freelancers_and_rolling_quotas_survive_a_csv_file(run: Run, tmp_path: Path) -> None:
    run("agreement", "add", "--creator", "Jo Quill", "--per-use", "80", "--currency", "EUR")
    run("agreement", "add", "AP", "--quota", "500/30d")
    run("agreement", "add", "AFP", "--quota", "100/week")
    run("agreement", "export", "-o", "all.csv")
    assert run("agreement", "import", "all.csv").out == "added 0, skipped 3 that exist already\n"
    assert run("agreement", "import", "all.csv", "--db", "new.db").out == "added 3, skipped 0 that exist already\n"
    rows = json.loads(run("agreement", "list", "--format", "json", "--db", "new.db").out)["agreements"]
    assert [(row["supplier"], row["creator"], row["quota"], row["quota_period"]) for row in rows] == [
        ("AFP", None, 100, "week"),
        ("AP", None, 500, "30d"),
        (None, "Jo Quill", None, None),
    ]
    (tmp_path / "both.csv").write_text("supplier,creator\nAP,Jo Quill\n", encoding="utf-8")
    assert "line 2: it names a supplier and a creator" in run("agreement", "import", "both.csv").err
    (tmp_path / "none.csv").write_text("supplier,creator,from\n,,2024\n", encoding="utf-8")
    assert "line 2: the supplier is missing" in run("agreement", "import", "none.csv").err


@pytest.mark.parametrize(
    ("arguments", "register", "expected"),
    [
        ((), "", ["CR301"]),
        (("--publication", "Harbor Echo"), "", []),
        (("--publication", "The Post"), "", ["CR301"]),
        ((), 'own = ["Harbor Echo"]\n', []),
    ],
)
def test_only_a_publication_that_the_user_named_is_the_newsrooms_own(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], register: str, expected: list[str]
) -> None:
    """The page says itself that it is of Harbor Echo; a delivery from AFP would say that it is of AFP."""
    (tmp_path / "a.html").write_text(PAGE.format(name="a.jpg", credit="Jane Vale/Harbor Echo"), encoding="utf-8")
    if register:
        (tmp_path / "agencies.toml").write_text(register, encoding="utf-8")
    run("ingest", "a.html", *arguments)
    run("agreement", "add", "AP")
    assert codes(run) == expected


@pytest.mark.parametrize(
    ("line", "scope", "expected"),
    [
        ("Jane Vale/Getty Images/CC BY-NC 4.0", None, ["CR301", "CR311"]),
        ("Jane Vale/Reuters/CC0", None, ["CR301", "CR311"]),
        ("Jane Vale/AFP via Wikimedia Commons", None, ["CR301", "CR311"]),
        ("Jane Vale via Wikimedia Commons", None, []),
        ("Jane Vale/Flickr/CC BY 2.0", None, []),
        ("Jane Vale/Flickr/CC BY-NC 2.0", None, ["CR301"]),
        ("Jane Vale/Flickr/CC BY-ND 2.0", None, []),
        ("Jane Vale/Flickr/CC BY-ND 2.0", "web", []),
        ("Jane Vale/Flickr/CC BY-ND 2.0", "syndication", ["CR301"]),
        ("Jane Vale/CC BY-NC 2.0", None, ["CR103"]),
        ("Jane Vale/CC BY 2.0", None, []),
        ("Jane Vale/Tasnim/CC BY 4.0", None, []),
    ],
)
def test_a_public_license_frees_only_what_it_permits(
    run: Run, write: Write, tmp_path: Path, line: str, scope: str | None, expected: list[str]
) -> None:
    write(tmp_path / "a.txt", line)
    run("ingest", "a.txt", "--published", "2024-05-18")
    run("agreement", "add", "AP")
    intended = ("--for", scope) if scope else ()
    found = json.loads(run("audit", "--format", "json", *intended).out)["findings"]
    wanted = ("CR103", "CR301", "CR302", "CR303", "CR311")
    assert [finding["code"] for finding in found if finding["code"] in wanted] == expected
