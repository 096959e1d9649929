"""CR306: restrictions in credit lines, usage terms, captions and picture files, and the intended use."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from captions.audit.finding import Finding
from captions.audit.request import AuditRequest
from tests.support import pictures as p
from tests.support.audit_store import Page, Shot, Store

if TYPE_CHECKING:
    from tests.conftest import Run

DAY = date(2024, 5, 4)
HERON = "A heron rests on the wall of the old harbor in Odder."
ONLY = frozenset({"CR306"})
PAGE = """<html><head><title>Herons</title><meta property="article:published_time" content="2024-05-04">{head}</head>
<body><article><h1>Herons</h1>
<p>The first heron was seen on Saturday, and the whole street came out to see it before noon.</p>
<figure><img src="/m/{image}"><figcaption>{caption} <span class="credit">{credit}</span></figcaption></figure>
<p>The second one came at dusk, when nobody but the keeper was left to see it on the wall.</p>
</article></body></html>"""
TERMS = """<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "ImageObject",
"contentUrl": "/m/pier.jpg", "creditText": "Jo Reed/AFP", "usageInfo": "{0}", "usageTerms": "{0}"}}</script>"""


def stored(
    shots: Sequence[Shot], day: date | None = DAY, scope: str | None = None, territory: str | None = None
) -> list[Finding]:
    with Store([Page("a.html", day, tuple(shots))]) as store:
        return store.findings(AuditRequest(codes=ONLY, scope=scope, territory=territory))


def messages(findings: Sequence[Finding]) -> list[str]:
    return [finding.message for finding in findings]


@pytest.mark.parametrize(
    ("line", "asked", "expected"),
    [
        ("Jo Reed/AFP GERMANY OUT", {}, ["credit line says GERMANY OUT"]),
        ("Jo Reed/AFP GERMANY OUT", {"territory": "FR"}, []),
        ("Jo Reed/AFP GERMANY OUT", {"territory": "DE"}, ["credit line says GERMANY OUT, which bars use in DE"]),
        ("Jo Reed/AFP GERMANY OUT", {"scope": "web"}, ["credit line says GERMANY OUT, which may bar web use"]),
        (
            "Jo Reed/AFP - NO SALES - NO ARCHIVES",
            {"scope": "syndication", "territory": "DE"},
            ["credit line says NO SALES, which bars syndication in DE, and NO ARCHIVES, which may bar it"],
        ),
        ("Jo Reed/AFP - NO SALES", {"scope": "print"}, []),
        (
            "Jo Reed/AFP GERMANY OUT - NO SALES",
            {"scope": "syndication", "territory": "DE"},
            ["credit line says GERMANY OUT and NO SALES, which bar syndication in DE"],
        ),
        ("Jo Reed/AFP - MANDATORY CREDIT", {}, ["credit line says MANDATORY CREDIT"]),
        ("Jo Reed/AFP - MANDATORY CREDIT", {"scope": "web"}, []),
        ("Jo Reed/AFP, honorarfrei", {}, []),
        ("Jo Reed/AFP", {}, []),
    ],
)
def test_the_credit_line(line: str, asked: dict[str, str], expected: list[str]) -> None:
    found = stored([Shot(HERON, line)], scope=asked.get("scope"), territory=asked.get("territory"))
    assert messages(found) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 5, 3), ["credit line says EMBARGOED UNTIL 4 MAY 2024"]),
        (date(2024, 5, 5), []),
        (None, ["credit line says EMBARGOED UNTIL 4 MAY 2024"]),
    ],
)
def test_an_embargo_bars_until_its_time(day: date | None, expected: list[str]) -> None:
    assert messages(stored([Shot(HERON, "Jo Reed/AFP EMBARGOED UNTIL 4 MAY 2024")], day)) == expected


@pytest.mark.parametrize("line", ["Jo Reed/AFP", None])
def test_a_caption_restricts_its_picture_and_no_other_of_the_same_credit_line(line: str | None) -> None:
    shots = [Shot(f"{HERON} NO RESALES.", line), Shot("Gulls fight over bread in the rain of Odder.", line)]
    (finding,) = stored(shots)
    assert finding.message == "caption says NO RESALES"
    assert finding.use is not None and finding.use.position == 1
    assert finding.command.startswith("captions waive CR306 --use ")
    assert [f.severity for f in stored(shots, scope="syndication")] == ["error"]
    assert stored(shots, scope="web") == []


@pytest.mark.parametrize(
    "caption",
    ["GERMANY OUT AFTER PENALTIES", "No sales of tickets were reported.", "Only the archive in Basel was left. Out!"],
)
def test_a_caption_that_describes_its_picture_restricts_nothing(caption: str) -> None:
    assert stored([Shot(caption, "Jo Reed/AFP")]) == []


def test_the_same_words_in_credit_and_caption_are_reported_once() -> None:
    assert messages(stored([Shot(f"{HERON} NO SALES.", "Jo Reed/AFP - NO SALES")])) == ["credit line says NO SALES"]


def test_both_databases_find_restricted_captions(engine: Engine) -> None:
    with Store() as store:
        store.engine.dispose()
        store.engine = engine
        shots = (Shot(f"{HERON} 100% WOOL. AUSTRIA OUT", "Jo Reed/AFP"), Shot("An out-of-office sign", "Jo Reed/AFP"))
        store.write([Page("a.html", DAY, shots), Page("b.html", DAY, (Shot(f"{HERON} Sperrfrist 9.9.2030", None),))])
        found = store.findings(AuditRequest(codes=ONLY))
    assert messages(found) == ["caption says AUSTRIA OUT", "caption says Sperrfrist 9.9.2030"]


def audited(run: Run, *options: str) -> list[tuple[str, str]]:
    ran = run("audit", "--code", "CR306", "--format", "csv", *options)
    return [(row["severity"], row["message"]) for row in csv.DictReader(io.StringIO(ran.out))]


def test_usage_terms_are_named_as_such(run: Run, tmp_path: Path) -> None:
    head = TERMS.format("Not for sale in Denmark.")
    page = PAGE.format(head=head, image="pier.jpg", caption=HERON, credit="Jo Reed/AFP")
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    run("ingest", "a.html")
    assert audited(run) == [("warning", "usage terms say Not for sale in Denmark")]
    bars = "usage terms say Not for sale in Denmark, which bars syndication in DK"
    assert audited(run, "--for", "syndication", "--territory", "DK") == [("error", bars)]
    assert audited(run, "--for", "syndication", "--territory", "DE") == []


TEXT = "<rdf:Alt><rdf:li xml:lang='x-default'>{}</rdf:li></rdf:Alt>"
FIELDS = {
    "Instructions": "<photoshop:Instructions>{}</photoshop:Instructions>",
    "Usage terms": f"<xmpRights:UsageTerms>{TEXT}</xmpRights:UsageTerms>",
    "Caption": f"<dc:description>{TEXT}</dc:description>",
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_picture_file_restricts_its_uses(run: Run, tmp_path: Path, field: str) -> None:
    page = PAGE.format(head="", image="harbor-heron.jpg", caption=HERON, credit="Jo Reed/AFP")
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    packet = p.xmp(FIELDS[field].format("A heron. DENMARK OUT - NO SALES"))
    (tmp_path / "harbor-heron.jpg").write_bytes(p.jpeg([packet]))
    run("ingest", "a.html")
    run("images", "scan", "harbor-heron.jpg")
    place = f"harbor-heron.jpg ({field}) says"
    assert audited(run) == [("warning", f"{place} DENMARK OUT and NO SALES")]
    assert audited(run, "--for", "web", "--territory", "DE") == []
    assert audited(run, "--for", "syndication", "--territory", "DE") == [
        ("error", f"{place} NO SALES, which bars syndication in DE")
    ]
    waived = run("waive", "CR306", "--use", "1", "--reason", "cleared by phone", "--who", "kim")
    assert waived.code == 0
    assert audited(run) == []
