"""Generate, read, audit, report and fix the large archive in samples/.

After an intended change, run ``CAPTIONS_RENEW_GOLDEN=1 pytest tests/cli/test_archive.py`` and read the diff.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from rich.cells import cell_len

from captions.audit.codes import CODES
from captions.audit.image_rules import CHECKED
from captions.cli import main
from tests.audit.test_decisions import filled, settle
from tests.report.test_report import hostile, report, samples, written
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from tests.conftest import Run

SAMPLES = ROOT / "samples"
GOLDEN = ROOT / "tests" / "golden"
LICENSE = [
    "license", "add", "--invoice", "R-2025-4", "--to", "2025-08", "--scope", "web", "--caption",
    "A fox crosses the empty tram depot in the first snow of the winter.",
]  # fmt: skip
"""It ended, and the article of July 2025 is still online."""
FORMS = {"table": "txt", "json": "json", "csv": "csv", "html": "html", "markdown": "md", "sarif": "sarif"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the samples, their agreements and pictures, and a database of the archive."""
    folder = tmp_path_factory.mktemp("newsroom")
    for name in ("archive", "archive_pictures", "agreements.csv"):
        source, target = SAMPLES / name, folder / "samples" / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CAPTIONS_DB", raising=False)
        assert main(["agreement", "import", "samples/agreements.csv"]) == 0
        assert main(LICENSE) == 0
        assert main(["ingest", "samples/archive"]) == 0
        assert main(["images", "scan", "samples/archive_pictures"]) == 0
    return folder


@pytest.fixture
def newsroom(run: Run, store: Path, tmp_path: Path) -> Run:
    """Run the program in a folder with a copy of that database and of the pictures."""
    shutil.copy(store / "captions.db", tmp_path)
    shutil.copytree(store / "samples" / "archive_pictures", tmp_path / "samples" / "archive_pictures")
    return run


def found(newsroom: Run) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads(newsroom("audit", "--format", "json").out)["findings"]
    return findings


def test_the_archive_equals_the_output_of_its_script() -> None:
    output = dict(runpy.run_path(str(SAMPLES / "make_archive.py"))["files"]())
    assert {path: text for path, text in output.items() if path.read_text("utf-8") != text} == {}
    assert set(output) == {path for path in (SAMPLES / "archive").rglob("*") if path.is_file()}


def test_the_pictures_equal_the_output_of_their_script() -> None:
    script = runpy.run_path(str(SAMPLES / "archive_pictures" / "make.py"))
    output = {picture.name: script["encoded"](picture) for picture in script["PICTURES"]}
    files = {path.name: path.read_bytes() for path in (SAMPLES / "archive_pictures").glob("*.jpg")}
    assert output.keys() == files.keys()
    assert [name for name, data in output.items() if data != files[name]] == []


def test_each_picture_raises_the_codes_that_it_is_there_for(newsroom: Run) -> None:
    findings = found(newsroom)
    ran = newsroom("images", "check", "--format", "json")
    # Both commands report the same findings on the pictures.
    checked = json.loads(ran.out)["findings"]
    assert {finding["code"] for finding in checked} == set(CHECKED)
    assert [finding for finding in checked if finding not in findings] == []
    for picture in runpy.run_path(str(SAMPLES / "archive_pictures" / "make.py"))["PICTURES"]:
        stem = picture.name.removesuffix(".jpg")
        raised = {
            it["code"]
            for it in findings
            if it["source"].endswith(picture.name) or f"/{stem.rpartition('-')[0]}.html" in it["source"]
        }
        assert sorted(raised & set(CHECKED)) == sorted(picture.codes), picture.name


def test_the_whole_archive_is_read(run: Run) -> None:
    ran = run("ingest", SAMPLES / "archive")
    assert ran.out.startswith("read 60, new 60, changed 0, unchanged 0, failed 1; 119 captions, 121 occurrences\n")
    assert "lost.txt: an empty file" in ran.err


def test_each_code_is_raised_by_its_sample(newsroom: Run) -> None:
    findings = found(newsroom)
    assert {finding["code"] for finding in findings} == set(CODES)
    data = tomllib.loads((SAMPLES / "archive.toml").read_text("utf-8"))
    raised = {(finding["code"], finding["caption"]) for finding in findings}
    for row in data["special"]:
        captions = {f"{what} {row['caption']}.".strip() for what in row.get("what", [""])}
        assert [code for code in row["codes"] if not {(code, caption) for caption in captions} & raised] == [], row
    sources = {(finding["code"], Path(finding["source"]).name) for finding in findings}
    assert all((code, row["file"]) in sources for row in data["text"] for code in row["codes"] if code != "CR305")


@pytest.mark.parametrize("width", [80, 140])
def test_the_table_fits_narrow_and_wide_terminals(newsroom: Run, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    text = newsroom("audit").out
    golden(f"archive.{width}.txt", text)
    # A command is broken only between options, so that a shell reads it as one.
    lines = [line for line in text.splitlines() if not line.startswith(("  captions ", "    --"))]
    assert max(map(cell_len, lines)) <= width


def golden(name: str, text: str) -> None:
    """Compare a report with the file of that name in tests/golden."""
    path = GOLDEN / name
    if os.environ.get("CAPTIONS_RENEW_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMS)
def test_the_report_on_the_archive_has_not_changed(newsroom: Run, form: str) -> None:
    text = newsroom("audit", "--format", form).out
    for name in ("report.css", "report.js") if form == "html" else ():
        own = (ROOT / "captions" / "data" / name).read_text(encoding="utf-8").strip()
        assert text.count(own) == 1
        text = text.replace(own, f"(captions/data/{name})")
    if form == "html":
        text = text.replace(f"<dd>{date.today()}</dd>", "<dd>(today)</dd>")
    golden(f"archive.{FORMS[form]}", text)


def test_all_formats_have_the_same_findings(newsroom: Run) -> None:
    codes = [finding["code"] for finding in found(newsroom)]
    assert [line.split(",")[1] for line in newsroom("audit", "--format", "csv").out.splitlines()[1:]] == codes
    sarif = json.loads(newsroom("audit", "--format", "sarif").out)
    assert [result["ruleId"] for result in sarif["runs"][0]["results"]] == codes
    page = newsroom("audit", "--format", "html").out.partition('id="findings"')[2].partition("</table>")[0]
    assert [row.split("<td>")[1][:5] for row in page.split("<tr data-publication")[1:]] == codes
    table = newsroom("audit", "--format", "markdown").out.partition("\n## Findings\n")[2].splitlines()
    assert [row.split(" | ")[1] for row in table[3:]] == codes


def test_each_finding_is_cleared_by_the_command_that_it_names(newsroom: Run) -> None:
    left = found(newsroom)
    cleared: set[str] = set()
    for _ in range(len(left) + 5):
        if not left:
            break
        first = left[0]
        ran = newsroom(*filled(first["command"]))
        assert ran.code == 0, (first["command"], ran.err)
        left = found(newsroom)
        assert first not in left, (first["command"], ran.out)
        cleared.add(first["code"])
    assert left == []
    assert cleared == set(CODES)


def test_each_decision_settles_all_its_findings(newsroom: Run) -> None:
    settled = list(settle(newsroom))
    assert found(newsroom) == []
    assert {decision["code"] for decision in settled} == set(CODES)
    assert max(decision["findings"] for decision in settled) > 5


def _strict(schema: Any) -> Any:
    """Return the schema without keys that it does not define."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _strict(value) for key, value in schema.items()}
    return {"additionalProperties": False, **closed} if closed.get("type") == "object" else closed


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    given = json.loads((ROOT / "docs" / "schemas" / "audit-1.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(given)
    return Draft202012Validator(_strict(given), format_checker=FormatChecker())


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--limit", "3"],
        ["--code", "CR305"],
        ["--for", "syndication", "--territory", "US"],
        ["--since", "2026", "--severity", "error"],
        ["--publication", "nowhere"],
        ["--waived"],
    ],
    ids=" ".join,
)
def test_json_matches_its_schema(newsroom: Run, schema: Draft202012Validator, arguments: list[str]) -> None:
    newsroom("waive", "CR401", "--supplier", "ANSA", "--reason", "x")
    schema.validate(json.loads(newsroom("audit", "--format", "json", *arguments).out))


@pytest.fixture(scope="module")
def sarif() -> Draft202012Validator:
    given = json.loads((ROOT / "tests" / "cases" / "sarif.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(given)
    return Draft202012Validator(given)


@pytest.mark.parametrize("arguments", [[], ["--limit", "3"], ["--code", "CR305"], ["--publication", "nowhere"]])
def test_sarif_matches_the_schema(newsroom: Run, sarif: Draft202012Validator, arguments: list[str]) -> None:
    sarif.validate(json.loads(newsroom("audit", "--format", "sarif", *arguments).out))


def test_sarif_of_odd_findings_matches_the_schema_of_code_hosts(sarif: Draft202012Validator) -> None:
    for what in (hostile(), report([]), report(samples(), 2)):
        sarif.validate(json.loads(written(what, "sarif")))


def test_the_schema_of_sarif_can_fail(sarif: Draft202012Validator) -> None:
    good = json.loads(written(report(samples()), "sarif"))
    (run,) = good["runs"]
    first = run["results"][0]
    (place,) = first["locations"]
    file = place["physicalLocation"]["artifactLocation"]
    for bad in (
        {**first, "ruleId": "101"},
        {**first, "level": "info"},
        {**first, "message": "no object"},
        {**first, "locations": []},
        {**first, "locations": [{**place, "physicalLocation": {"artifactLocation": file}}]},
        {**first, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a b.txt"}}}]},
        {key: value for key, value in first.items() if key != "partialFingerprints"},
        {**first, "more": 1},
    ):
        assert not sarif.is_valid({**good, "runs": [{**run, "results": [bad]}]})
    assert not sarif.is_valid({**good, "version": "2.0.0"})
    assert not sarif.is_valid({**good, "runs": [{**run, "tool": {"driver": {"name": "captions"}}}]})


def test_json_of_odd_findings_matches_its_schema(schema: Draft202012Validator) -> None:
    for what in (hostile(), report([]), report(samples(), 2)):
        schema.validate(json.loads(written(what, "json")))


def test_the_schema_can_fail(schema: Draft202012Validator) -> None:
    good = json.loads(written(report(samples()), "json"))
    assert not schema.is_valid({**good, "version": 2})
    assert not schema.is_valid({**good, "more": 1})
    assert not schema.is_valid({**good, "findings": [{**good["findings"][0], "severity": "fatal"}]})
