"""Add, list, end, renew, import and export agreements with ``captions agreement``."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import write_article

if TYPE_CHECKING:
    from tests.conftest import Run

REUTERS = ("agreement", "add", "Retuers", "--from", "2026", "--to", "2026", "--scope", "print,web")
TERMS = (
    "--territory", "IL,US", "--quota", "500/month", "--price", "18000", "--currency", "eur", "--below",
    "--exclude", "Reuters Archive", "--exclude", "Wires, Inc", "--requires", "creator", "--note", "=by\nmail",
)  # fmt: skip


def listed(run: Run, *arguments: str) -> list[dict[str, object]]:
    found = json.loads(run("agreement", "list", "--all", "--format", "json", *arguments).out)
    assert found["version"] == 1
    return list(found["agreements"])


def test_an_agreement_is_stored_as_entered(run: Run) -> None:
    ran = run(*REUTERS, *TERMS)
    assert (ran.code, ran.out, ran.err) == (0, "added agreement 1 with Reuters\n", "")
    (row,) = listed(run)
    assert isinstance(row.pop("added"), str)
    assert row.pop("added_by")
    assert row == {
        "id": 1, "supplier": "Reuters", "creator": None, "kind": "flat", "from": "2026-01-01", "to": "2026-12-31",
        "scopes": ["web", "print"], "territories": ["IL", "US"], "quota": 500, "quota_period": "month",
        "price": "18000", "currency": "EUR", "excluded": ["Reuters Archive", "Wires, Inc"], "below": True,
        "requires": "creator", "note": "=by mail", "ended": None, "ended_by": None, "end_reason": None,
        "undone": None, "undone_by": None, "undone_reason": None,
    }  # fmt: skip
    assert "18000 EUR" in run("agreement", "list", "--all").out
    assert "=by mail" in run("agreement", "show", "1").out
    assert run(*REUTERS, *TERMS).out == "agreement 1 with Reuters exists already\n"


def test_a_price_of_a_use(run: Run) -> None:
    assert run("agreement", "add", "AP", "--per-use", "45.50", "--currency", "USD").code == 0
    (row,) = listed(run)
    assert (row["kind"], row["price"], row["to"]) == ("per-use", "45.50", None)
    assert "45.50 USD/use" in " ".join(run("agreement", "list").out.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "2026-02-01", "--to", "2026-01-31"], "is before the start"),
        (["--quota", "many"], "use 500/month"),
        (["--price", "18.000,00", "--currency", "EUR"], "write 18000.00"),
        (["--price", "18000"], "the price needs a currency"),
        (["--price", "5", "--per-use", "5", "--currency", "EUR"], "cannot be combined"),
        (["--kind", "per-use"], "needs the price of one use"),
        (["--kind", "flat", "--per-use", "5", "--currency", "EUR"], "--per-use cannot be combined with --kind flat"),
        (["--kind", "free", "--price", "5", "--currency", "EUR"], "a free agreement has no price"),
        (["--scope", "web,tv"], "unknown scope 'tv'"),
        (["--territory", "Germany"], "unknown territory 'Germany'"),
        (["--currency", "€"], "unknown currency"),
        (["--from", "1.2.2026"], "is not a valid date"),
    ],
)
def test_contradictory_terms(run: Run, tmp_path: Path, arguments: list[str], message: str) -> None:
    ran = run("agreement", "add", "Reuters", *arguments)
    assert ran.code == 2
    assert message in " ".join(ran.err.split())
    assert not (tmp_path / "captions.db").exists()


def test_an_unknown_supplier_is_accepted_with_a_note(run: Run) -> None:
    ran = run("agreement", "add", "Reutersx")
    assert (ran.code, ran.err) == (0, "agency 'Reutersx' is not in the register; did you mean Reuters?\n")
    assert "using it as typed" in run("agreement", "add", "Harbor Wire").err
    assert {row["supplier"] for row in listed(run)} >= {"Reutersx", "Harbor Wire"}


def test_overlaps_and_gaps_are_reported(run: Run) -> None:
    run("agreement", "add", "Reuters", "--from", "2025", "--to", "2025-11")
    ran = run("agreement", "add", "Reuters", "--from", "2026", "--to", "2026")
    assert ran.err == "no agreement with Reuters in force: 2025-12-01 to 2025-12-31\n"
    ran = run("agreement", "add", "Reuters", "--from", "2026-12-31")
    assert ran.err == "overlaps agreement 2 with Reuters: 2026-12-31\n"
    assert run("agreement", "add", "AFP", "--from", "2026").err == ""


def test_ended_and_renewed(run: Run) -> None:
    run(*REUTERS, *TERMS)
    ran = run("agreement", "renew", "1", "--to", "2027", "--price", "18900.50", "--quota", "60/30d", "--scope", "web")
    agreed = "added agreement 2 with Reuters: 2027-01-01 to 2027-12-31, flat, 18900.50 EUR, 60/30d, web, IL, US\n"
    assert (ran.out, ran.err) == (agreed, "")
    new = listed(run)[1]
    assert (new["from"], new["to"], new["price"]) == ("2027-01-01", "2027-12-31", "18900.50")
    assert (new["quota"], new["quota_period"], new["excluded"]) == (60, "30d", ["Reuters Archive", "Wires, Inc"])
    ran = run("agreement", "end", "1", "--on", "2026-06", "--reason", "cancelled")
    assert ran.out == "agreement 1 with Reuters ends on 2026-06-30\n"
    assert (listed(run)[0]["to"], listed(run)[0]["end_reason"]) == ("2026-06-30", "cancelled")
    for arguments, message in [
        (["end", "1", "--on", "2026-07", "--reason", "x"], "already ends on 2026-06-30"),
        (["end", "1", "--on", "2025-12", "--reason", "x"], "starts on 2026-01-01"),
        (["end", "9", "--on", "2025", "--reason", "x"], "no agreement 9"),
        (["renew", "1", "--to", "2025"], "--to must be after 2026-06-30, when agreement 1 ends"),
        (["show", "7"], "no agreement 7; see: captions agreement list --all"),
        (["end", "1", "--on", "2026-06", "--reason", " "], "must not be empty"),
    ]:
        ran = run("agreement", *arguments)
        assert ran.code == 2 and message in ran.err


def test_the_person_who_decided_is_stored(run: Run, tmp_path: Path) -> None:
    run(*REUTERS, "--who", "kim")
    run("agreement", "renew", "1", "--to", "2027", "--who", "lee")
    run("agreement", "end", "2", "--on", "2027-06", "--reason", "cancelled", "--who", "ada")
    (tmp_path / "in.csv").write_text("supplier\nAP\n", encoding="utf-8")
    run("agreement", "import", "in.csv", "--who", "jo")
    assert [(row["supplier"], row["added_by"], row["ended_by"]) for row in listed(run)] == [
        ("AP", "jo", None), ("Reuters", "kim", None), ("Reuters", "lee", "ada"),
    ]  # fmt: skip


def test_a_mistake_is_undone_but_stays_on_record(run: Run, tmp_path: Path) -> None:
    def findings() -> list[str]:
        found = json.loads(run("audit", "--supplier", "Reuters", "--format", "json").out)["findings"]
        return [finding["code"] for finding in found]

    write_article(tmp_path / "a.txt")
    run("ingest", "a.txt", "--published", "2026-05-18")
    assert findings() == []
    run(*REUTERS, "--quota", "1/month")
    run(*REUTERS, "--quota", "2/month")
    assert findings() == ["CR305"]
    ran = run("agreement", "undo", "1", "--reason", "one\nis two", "--who", "kim")
    assert (ran.code, ran.out, ran.err) == (0, "undid agreement 1 with Reuters\n", "")
    assert findings() == []
    used = json.loads(run("usage", "--agreements", "--on", "2026-05-18", "--format", "json").out)["agreements"]
    assert [row["agreement"] for row in used] == [2]
    run("agreement", "undo", "2", "--reason", "nothing was signed", "--who", "kim")
    assert findings() == []

    assert listed(run) == []
    rows = json.loads(run("agreement", "list", "--undone", "--format", "json").out)["agreements"]
    assert [(row["id"], row["undone_by"], row["undone_reason"]) for row in rows] == [
        (1, "kim", "one is two"), (2, "kim", "nothing was signed"),
    ]  # fmt: skip
    assert "nothing was signed" in run("agreement", "list", "--undone").out
    assert "nothing was signed" in run("agreement", "show", "2").out
    assert run("agreement", "export").out.splitlines()[1:] == []
    for arguments, message in [
        (["undo", "1", "--reason", "x"], "was already undone by kim; see: captions agreement list --undone"),
        (["undo", "7", "--reason", "x"], "no agreement 7"),
        (["end", "1", "--on", "2026-06", "--reason", "x"], "agreement 1 was undone by kim"),
        (["renew", "1", "--to", "2027"], "agreement 1 was undone by kim"),
        (["list", "--undone", "--all"], "--undone cannot be combined with --on or --all"),
    ]:
        ran = run("agreement", *arguments)
        assert ran.code == 2 and message in " ".join(ran.err.split())
    assert run(*REUTERS, "--quota", "2/month").out == "added agreement 3 with Reuters\n"
    assert findings() == []


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("2026-05-31T23:59:59-11:00", []),
        ("2026-05-31T00:00:00+14:00", []),
        ("2026-06-01T00:30:00+09:00", ["CR302"]),
        ("2026-06-01T00:30:00Z", ["CR302"]),
    ],
)
def test_the_day_of_a_use_is_its_articles_printed_day(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: str, expected: list[str]
) -> None:
    """Use the newsroom's last day of an agreement, whatever the time zone of the article or the machine is."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    (tmp_path / "a.html").write_text(
        f'<html><head><meta property="article:published_time" content="{printed}">'
        '<link rel="canonical" href="https://news.example/ferry"></head>'
        "<body><article><h1>Ferry stays</h1><p>The ferry on the Lune was to be sold in March.</p>"
        "<figure><img src='1.jpg'><figcaption>Ewa Brandt ties the ferry. (JO REED/REUTERS)</figcaption></figure>"
        "<p>From May the boat will cross four times a day again.</p></article></body></html>",
        encoding="utf-8",
    )
    run("ingest", "a.html")
    run("agreement", "add", "Reuters", "--from", "2026", "--to", "2026-05-31")
    found = json.loads(run("audit", "--format", "json", "--code", "CR302").out)["findings"]
    assert [finding["code"] for finding in found] == expected
    (use,) = json.loads(run("find", "ferry", "--format", "json").out)["uses"]
    assert (use["used_on"], use["url"]) == (printed[:10], "https://news.example/ferry")


def test_agreements_in_force_on_a_day_are_listed(run: Run) -> None:
    for year in ("2024", "2025"):
        run("agreement", "add", "Reuters", "--from", year, "--to", year)
    run("agreement", "add", "AP")
    assert [row["id"] for row in listed(run, "--on", "2025-05-18")] == [3, 2]
    assert [row["id"] for row in listed(run, "--supplier", "reuters")] == [1, 2]
    ran = run("agreement", "list")
    assert "AP" in ran.out and "Reuters" not in ran.out
    assert ran.err == "2 more have ended; see: captions agreement list --all\n"
    assert run("agreement", "list", "--all", "--limit", "1").err == "showing 1 of 3; omit --limit to show all\n"


def test_an_export_imported_changes_nothing(run: Run, tmp_path: Path) -> None:
    run(*REUTERS, *TERMS)
    run("agreement", "add", "AP", "--per-use", "45.50", "--currency", "USD", "--note", "'=1+1")
    run("agreement", "add", "Harbor Wire", "--kind", "staff")
    run("agreement", "export", "-o", "held.csv")
    before = listed(run)
    ran = run("agreement", "import", "held.csv")
    assert (ran.code, ran.out) == (0, "added 0, skipped 3 that exist already\n")
    assert listed(run) == before
    assert run("agreement", "import", "held.csv", "--db", "other.db").out.startswith("added 3, skipped 0")
    assert run("agreement", "export", "--db", "other.db").out == run("agreement", "export").out
    cells = list(csv.DictReader((tmp_path / "held.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert {row["note"] for row in cells} == {"'=by mail", "'=1+1", ""}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "supplier,quota\nAP,5/month\nReuters,many\n",
            "in.csv line 3, column quota: 'many' is not a valid quota",
        ),
        ("supplier,price,currency\nAP,1.000,EUR\n", "in.csv line 2, column price: '1.000' is not a clear amount"),
        ("supplier,from,to\nAP,2026,2025\n", "in.csv line 2: the end 2025-12-31 is before the start 2026-01-01"),
        ("supplier,from\n,2026\n", "in.csv line 2: the supplier is missing"),
        ("supplier,hue\nAP,red\n", "in.csv line 1: unknown column 'hue'"),
        ("name\nAP\n", "in.csv line 1: no column 'supplier'"),
        ("supplier,kind,kind\nAP,flat,flat\n", "column 'kind' appears twice"),
        ("", "in.csv line 1: no column 'supplier'"),
        ("supplier,kind\nAP,flat,5\n", "in.csv line 2: more cells than columns"),
        ('supplier\n"AP\n', "in.csv line 2: not valid CSV"),
        ("supplier,below\nAP,perhaps\n", "column below: 'perhaps' is neither yes nor no"),
    ],
)
def test_a_bad_row_rejects_the_whole_file(run: Run, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    ran = run("agreement", "import", "in.csv")
    assert ran.code == 2
    assert ran.err.startswith("captions: ") and message in ran.err and ran.err.count("\n") == 1
    assert not (tmp_path / "captions.db").exists()


def test_files_that_are_not_sheets(run: Run, tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("supplier\nMüller\n".encode("cp1252"))
    assert "save it as CSV UTF-8" in run("agreement", "import", "latin.csv").err
    assert run("agreement", "import", "gone.csv").err == (
        "captions: cannot read gone.csv: No such file or directory; check the path\n"
    )


def test_a_sheet_saved_as_unicode_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes("Supplier\tFrom\r\nReuters\t2026\r\n".encode("utf-16"))
    assert run("agreement", "import", "in.txt").out == "added 1, skipped 0 that exist already\n"


def test_a_sheet_as_a_european_spreadsheet_saves_it(run: Run, tmp_path: Path) -> None:
    text = 'Supplier;From;Scope;Price;Currency\r\nReuters;2026;"web;print";18000,50;EUR\r\n;;;;\r\n'
    (tmp_path / "in.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert "write 18000.50" in run("agreement", "import", "in.csv").err
    (tmp_path / "in.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("18000,50", "18000.50").encode())
    assert run("agreement", "import", "in.csv").out == "added 1, skipped 0 that exist already\n"
    assert (listed(run)[0]["scopes"], listed(run)[0]["price"]) == (["web", "print"], "18000.50")


def test_import_reports_overlaps(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("supplier,from,to\nAP,2026,2026\nAP,2026-12,2027\n", encoding="utf-8")
    errors = run("agreement", "import", "in.csv").err
    assert "agreement 2: overlaps agreement 1 with AP: 2026-12-01 to 2026-12-31\n" in errors


def test_a_missing_database(run: Run) -> None:
    for arguments in (["list"], ["show", "1"], ["export"], ["end", "1", "--on", "2026", "--reason", "x"]):
        ran = run("agreement", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert "no database at captions.db" in ran.err
