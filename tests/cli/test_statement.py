"""``captions statement`` in each format: golden files at 80 columns, typed cells, and nothing that runs."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from defusedxml import ElementTree

from tests.support.paths import ROOT, SAMPLES

if TYPE_CHECKING:
    from tests.conftest import Run

GOLDEN = ROOT / "tests" / "golden"
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ARTICLES = """[
 {"headline": "=HYPERLINK(\\"http://evil.example\\")", "url": "https://echo.example/a", "published": "2026-07-01",
  "publication": "Harbor Echo", "text": "The town has waited for this day since the flood.",
  "images": [{"caption": "Boats <3 the harbor & leave it at dawn", "credit": "Jo Reed/EPA",
  "url": "https://img.example/1.jpg"}]},
 {"headline": "Rain", "url": "https://echo.example/b", "published": "2026-07-02", "publication": "Harbor Echo",
  "text": "It rained on the pier all day.", "images": [{"caption": "+1+cmd() Rain falls on the pier",
  "credit": "Ida Quill/Reuters", "url": "https://img.example/2.jpg"}]}
]"""


@pytest.fixture
def samples(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "80")
    shutil.copytree(SAMPLES / "archive", tmp_path / "archive")
    assert run("ingest", "archive").code in (0, 1)
    assert run("agreement", "import", str(SAMPLES / "agreements.csv")).code == 0
    return run


@pytest.fixture
def two(run: Run, tmp_path: Path) -> Run:
    (tmp_path / "a.json").write_text(_ARTICLES, encoding="utf-8")
    assert run("ingest", "a.json").code == 0
    assert run("agreement", "add", "EPA", "--per-use", "45", "--currency", "EUR", "--quota", "9/year").code == 0
    return run


@pytest.mark.parametrize("form", ["table", "csv", "json", "html"])
def test_a_statement_of_the_samples(samples: Run, form: str) -> None:
    out = samples("statement", "Reuters", "--period", "2025", "--format", form).out
    out = out.replace(date.today().isoformat(), "2026-12-01")
    path = GOLDEN / f"statement.{ {'table': 'txt'}.get(form, form) }"
    if os.environ.get("CAPTIONS_RENEW_GOLDEN"):
        path.write_text(out, encoding="utf-8")
    assert out == path.read_text(encoding="utf-8")
    if form == "table":
        assert max(map(len, out.splitlines())) <= 80


def test_all_formats_list_the_same_uses(samples: Run) -> None:
    data = json.loads(samples("statement", "Reuters", "--period", "2025", "--format", "json").out)
    rows = list(csv.DictReader(io.StringIO(samples("statement", "Reuters", "--period", "2025", "--format", "csv").out)))
    for key in ("uses", "without_day", "unclear"):
        assert [str(use["use"]) for use in data[key]] == [row["use"] for row in rows if row["section"] == key]
    assert data["unpriced"] == sum(row["price"] == "unknown" for row in rows if row["section"] == "uses") > 0


def test_a_workbook_has_typed_cells_and_no_formula(two: Run, tmp_path: Path) -> None:
    assert two("statement", "EPA", "--period", "2026-Q3", "-o", "epa.xlsx").code == 0
    first = (tmp_path / "epa.xlsx").read_bytes()
    assert two("statement", "EPA", "--period", "2026-Q3", "-o", "epa.xlsx").code == 0  # an earlier report
    assert (tmp_path / "epa.xlsx").read_bytes() == first
    with ZipFile(tmp_path / "epa.xlsx") as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 3  # no sheet is empty
        for name in sheets:
            assert not list(ElementTree.fromstring(book.read(name)).iter(f"{_SPACE}f"))
        assert not [name for name in book.namelist() if "externalLink" in name or "vba" in name.lower()]
        uses = _cells(book, sheets[0])
    assert uses[0][0][1] == "Statement of picture uses: EPA, 2026-Q3: 1 use"
    row = dict(zip([value for _, value in uses[1]], uses[2], strict=True))
    assert "Source" not in row
    assert row["Date"] == ("n", "46204")  # 2026-07-01
    assert row["Price"] == ("n", "45.00")
    assert row["Headline"] == ("s", '=HYPERLINK("http://evil.example")')
    assert row["Article"] == ("s", "https://echo.example/a")


def _cells(book: ZipFile, name: str) -> list[list[tuple[str, str]]]:
    strings = [
        "".join(text.text or "" for text in item.iter(f"{_SPACE}t"))
        for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{_SPACE}si")
    ]
    rows: list[list[tuple[str, str]]] = []
    for row in ElementTree.fromstring(book.read(name)).iter(f"{_SPACE}row"):
        cells: dict[str, tuple[str, str]] = {}
        for cell in row:
            value, kind = cell.findtext(f"{_SPACE}v") or "", cell.get("t", "n")
            letters = "".join(char for char in cell.get("r", "") if char.isalpha())
            cells[letters] = (kind, strings[int(value)] if kind == "s" else value)
        heads = [chr(65 + at) for at in range(20)]
        rows.append([cells.get(head, ("", "")) for head in heads])
    return rows


def test_a_page_names_no_other_supplier_and_runs_nothing(two: Run) -> None:
    Path("captions.toml").write_text('[publications]\n"." = "Harbor Echo"\n', encoding="utf-8")
    assert two("statement", "EPA", "-o", "epa.html").code == 0
    assert two("statement", "EPA", "-o", "epa.html").code == 0  # it replaces its own earlier output
    page = Path("epa.html").read_text(encoding="utf-8")
    assert "<title>Statement of picture uses: EPA, all days</title>" in page
    assert f"Produced on {date.today()} by Harbor Echo.</p>" in page
    assert "Boats &lt;3 the harbor &amp; leave" in page and "<script" not in page
    assert "default-src 'none'" in page
    assert "Ida Quill" not in page and "Reuters" not in page
    assert "45.00 EUR" in page


def test_csv_cells_are_not_formulas(two: Run) -> None:
    (row,) = csv.DictReader(io.StringIO(two("statement", "EPA", "--format", "csv").out))
    assert row["headline"] == '\'=HYPERLINK("http://evil.example")'
    assert (row["price"], row["currency"], row["paid"]) == ("45.00", "EUR", "per-use")


def test_a_license_shows_its_invoice_and_is_in_no_total(two: Run) -> None:
    assert two("license", "add", "--invoice", "R-17", "--image", "https://img.example/1.jpg").code == 0
    found: dict[str, Any] = json.loads(two("statement", "EPA", "--format", "json").out)
    (use,) = found["uses"]
    assert (use["paid"], use["invoice"], use["price"]) == ("license", "R-17", None)
    assert (found["totals"], found["unpriced"], found["agreements"][0]["used"]) == ([], 0, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a supplier, or a freelancer with --creator"),
        (["EPA", "--creator", "Jo Reed"], "name a supplier, or a freelancer with --creator"),
        (["Tidewatr Pictures"], "no supplier 'Tidewatr Pictures' in the register or the database"),
        (["Associated Pres"], "did you mean AP?"),
        (["--creator", "Jo Reed"], "no agreement with a freelancer 'Jo Reed'"),
        (["EPA", "--period", "2026-Q5"], "use 2025, 2025-Q3 or 2025-07"),
        (["EPA", "--period", "2026", "--since", "2026"], "cannot be combined with --since or --until"),
        (["EPA", "--since", "2026-07", "--until", "2026-06"], "is before --since"),
        (["EPA", "--format", "xlsx"], "XLSX is binary: choose an output file with -o"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_usage_is_one_sentence(two: Run, arguments: list[str], message: str) -> None:
    ran = two("statement", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in " ".join(ran.err.split())


def test_find_lists_more_in_data_than_in_a_table(two: Run) -> None:
    (use,) = json.loads(two("find", "--creator", "JO REED", "--period", "2026-Q3", "--format", "json").out)["uses"]
    assert (use["supplier"], use["creators"], use["agencies"]) == ("EPA", ["Jo Reed"], ["EPA"])
    assert (use["images"], use["used_on"]) == (["https://img.example/1.jpg"], "2026-07-01")
    assert two("find", "--picture", "https://img.example/2.jpg").out.count("Rain falls") == 1
    assert two("find", "--picture", "12").code == 2
    assert "give words to search for" in two("find").err
