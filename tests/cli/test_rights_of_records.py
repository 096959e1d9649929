"""A record of any format whose rights bar a use is found by the audit for that use, and no other is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.sources.test_record_pictures import ALL, WRITERS

if TYPE_CHECKING:
    from tests.conftest import Run

ASKED = ("--for", "syndication", "--territory", "DE")
FIELDS = {
    "newsml: usage-terms-and-notes": ("<usageTerms>Not for sale in Denmark<", "<usageTerms>{}<"),
    "newsml: version-1": ("Editorial use only</UsageType><Geography>Not in Denmark</Geography>", "{}</UsageType>"),
    "ninjs: version-1-byline-and-terms": ("Not for sale in Denmark.", "{}"),
    "ninjs: version-2-bylines": ("NO ARCHIVES", "{}"),
    "ninjs: version-3-people-and-rights": ("Editorial use only", "{}"),
    "wordpress: fields-by-their-names": ("Not for use in Denmark.", "{}"),
    "json: copyright-and-terms": ("Editorial use only. Free of charge.", "{}"),
    "json: drupal-json-api": ("Not for sale", "{}"),
    "json: mapped": ("Only for news", "{}"),
    "csv: many-columns": ("Not for use in Denmark", "{}"),
}
"""The text in a field of its own that states the rights, and what takes its place."""
LINE = "Jo Reed/AP"
LINES = [
    name
    for name, (_, case) in ALL.items()
    if LINE in case["input"] and [it.get("line") for it in case["captions"]] == [LINE] and name not in FIELDS
    if f's:{len(LINE)}:"' not in case["input"]  # serialized by PHP with its length
]


def restricted(run: Run, folder: Path, name: str, text: str) -> list[str]:
    """Return the audit's messages about a record."""
    kind, case = ALL[name]
    (folder / "record").write_bytes(WRITERS[kind](text))
    assert run("ingest", "record", *(["--map", case["map"]] if "map" in case else [])).code == 0
    assert json.loads(run("usage", "--format", "json").out)["total"]["uses"] >= 1
    found = json.loads(run("audit", "--code", "CR306", *ASKED, "--format", "json").out)["findings"]
    return [it["message"] for it in found]


@pytest.mark.parametrize("name", FIELDS)
def test_rights_in_a_field_of_their_own(run: Run, tmp_path: Path, name: str) -> None:
    old, new = FIELDS[name]
    text = ALL[name][1]["input"].replace(old, new.format("{}"))
    # Another note of these records has a restriction of its own.
    text = text.replace("<edNote>NO ARCHIVES</edNote>", "").replace('"NO SALES"', '""')
    assert "{}" in text
    barred = restricted(run, tmp_path, name, text.replace("{}", "Not for use in Germany."))
    assert barred == ["usage terms say Not for use in Germany, which bars syndication in DE"]
    assert restricted(run, tmp_path, name, text.replace("{}", "Not for use in France.")) == []


def test_usage_terms_are_those_of_one_picture(run: Run, tmp_path: Path) -> None:
    terms = ("Not for use in Germany.", "Not for use in France.", "")
    records = [
        {
            "id": n,
            "text": f"Boat {n} is back at the pier, and people wave in the rain all day long.",
            "photo": {"caption": f"Boat {n} in the rain.", "credit": LINE, "usage_terms": text},
        }
        for n, text in enumerate(terms)
    ]
    (tmp_path / "boats.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    run("ingest", "boats.jsonl")
    found = json.loads(run("audit", "--code", "CR306", "--format", "json").out)["findings"]
    assert [(it["source"], it["message"]) for it in found] == [
        ("boats.jsonl#0", "usage terms say Not for use in Germany"),
        ("boats.jsonl#1", "usage terms say Not for use in France"),
    ]
    assert json.loads(run("usage", "--format", "json").out)["total"]["uses"] == 3


@pytest.mark.parametrize(("country", "bars"), [("de", True), ("fr", False)])
def test_countries_of_a_feed(run: Run, tmp_path: Path, country: str, bars: bool) -> None:
    name = "media_rss: restrictions"
    text = ALL[name][1]["input"].replace(">de at<", f">{country}<").replace("NO ARCHIVES", "")
    said = f"usage terms say not in {country}, which bars syndication in DE"
    assert restricted(run, tmp_path, name, text) == ([said] if bars else [])


@pytest.mark.parametrize("name", LINES)
def test_rights_in_the_credit_line(run: Run, tmp_path: Path, name: str) -> None:
    text = ALL[name][1]["input"]
    barred = restricted(run, tmp_path, name, text.replace(LINE, f"{LINE} GERMANY OUT"))
    assert barred == ["credit line says GERMANY OUT, which bars syndication in DE"]
    assert restricted(run, tmp_path, name, text.replace(LINE, f"{LINE} FRANCE OUT")) == []


def test_every_format_is_here() -> None:
    assert {name.partition(":")[0] for name in [*FIELDS, *LINES, "media_rss:"]} == set(WRITERS)
