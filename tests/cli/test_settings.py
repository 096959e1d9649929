"""``captions.toml`` is found from the working folder upward, and gives way to the environment and to options."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from captions.cli import settings
from tests.conftest import Run, Write
from tests.support.case_files import Case, cases

FILE = """
database = "store.db"
agencies = "desk/own.toml"
baseline = "earlier.json"
for = "syndication"
territory = "de"
[publications]
"articles" = "Harbor Echo"
"articles/tide" = "Tide Post"
[codes]
CR102 = "off"
"""


def settings_in(folder: Path, text: str = FILE) -> None:
    (folder / "captions.toml").write_text(text, encoding="utf-8")


def config(run: Run) -> dict[str, tuple[str | None, str]]:
    """Return the value and the origin of each setting."""
    rows = json.loads(run("config", "--format", "json").out)["settings"]
    return {row["setting"]: (row["value"], row["from"]) for row in rows}


def findings(run: Run, *options: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(run("audit", "--format", "json", *options).out)["findings"]
    return found


def test_paths_are_relative_to_the_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_in(tmp_path)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    above = "../../captions.toml"
    assert config(run) == {
        "database": ("../../store.db", above),
        "agencies": ("../../desk/own.toml", above),
        "baseline": ("../../earlier.json", above),
        "for": ("syndication", above),
        "territory": ("DE", above),
        "publication in ../../articles": ("Harbor Echo", above),
        "publication in ../../articles/tide": ("Tide Post", above),
        "CR102": ("off", above),
    }


def test_the_nearest_file_counts_and_the_search_ends_at_home(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_in(tmp_path)
    home = tmp_path / "home"
    (home / "desk").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home / "desk")
    assert config(run)["database"] == ("captions.db", "default")
    settings_in(home, "database = 'home.db'")
    assert config(run)["database"] == ("../home.db", "../captions.toml")
    settings_in(home / "desk", "for = 'web'")
    assert config(run)["database"] == ("captions.db", "default")


def test_an_option_beats_the_environment_which_beats_the_file(
    run: Run, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_in(tmp_path, "database = 'file.db'")
    write(tmp_path / "a.txt")
    run("ingest", "a.txt")
    monkeypatch.setenv("CAPTIONS_DB", "variable.db")
    assert config(run)["database"] == ("variable.db", "CAPTIONS_DB")
    run("ingest", "a.txt")
    run("ingest", "a.txt", "--db", "option.db")
    assert sorted(path.name for path in tmp_path.glob("*.db")) == ["file.db", "option.db", "variable.db"]


@pytest.mark.parametrize("case", cases("settings.toml"), ids=lambda case: str(case["id"]))
def test_a_mistake_names_the_file_and_the_key(run: Run, tmp_path: Path, case: Case) -> None:
    settings_in(tmp_path, case["file"])
    ran = run("config")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("captions: captions.toml")
    assert case["error"] in ran.err
    assert ran.err.count("\n") == 1


def test_a_password_in_the_database_is_not_shown(run: Run, tmp_path: Path) -> None:
    settings_in(tmp_path, "database = 'postgresql+psycopg://me:hunter2@127.0.0.1/x'")
    for ran in (run("config"), run("config", "--format", "json"), run("db", "info")):
        assert "hunter2" not in ran.out + ran.err


def test_articles_get_the_publication_of_the_nearest_folder(run: Run, tmp_path: Path, write: Write) -> None:
    settings_in(tmp_path)
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "own.toml").write_text("staff = ['Ann Lee']\n", encoding="utf-8")
    for number, name in enumerate(("articles/a.txt", "articles/tide/b.txt", "articles/tides.txt", "c.txt")):
        write(tmp_path / name, f"JO REED {number}/AP")
    (tmp_path / "link").symlink_to(tmp_path / "articles")

    def published() -> dict[str, str]:
        rows = csv.DictReader(io.StringIO(run("export").out))
        return {row["source"]: row["publication"] for row in rows}

    assert run("ingest", "link/tide", "articles/a.txt", "articles/tides.txt", "c.txt").code == 0
    expected = {"link/tide/b.txt": "Tide Post", "articles/a.txt": "Harbor Echo", "articles/tides.txt": "Harbor Echo"}
    assert published() == {**expected, "c.txt": ""}
    assert "unchanged 4" in run("ingest", "link/tide", "articles/a.txt", "articles/tides.txt", "c.txt").out
    assert len(json.loads(run("db", "runs", "--format", "json").out)["runs"]) == 2
    run("ingest", "articles/a.txt", "--publication", "Other")
    assert published() == {**expected, "articles/a.txt": "Other", "c.txt": ""}


def test_publications_by_folder_are_the_newsrooms_own(run: Run, tmp_path: Path, write: Write) -> None:
    text = '[[agency]]\nname = "Harbor Echo"\nkind = "publisher"\n'
    (tmp_path / "agencies.toml").write_text(text, encoding="utf-8")
    write(tmp_path / "articles" / "a.txt", "JO REED/HARBOR ECHO")
    run("agreement", "add", "Reuters")
    codes = ("--code", "CR301")
    run("ingest", "articles")
    check = ("check", "articles/a.txt", "--format", "json", *codes)
    assert len(findings(run, *codes)) == len(json.loads(run(*check).out)["findings"]) == 1
    settings_in(tmp_path, "[publications]\narticles = 'Harbor Echo'\n")
    run("ingest", "articles")
    assert findings(run, *codes) == json.loads(run(*check).out)["findings"] == []


@pytest.fixture
def audited(run: Run, tmp_path: Path, write: Write) -> Path:
    """Return a folder with a store in which CR102 and CR901 apply."""
    write(tmp_path / "a.txt", "AP")
    (tmp_path / "bad.txt").write_bytes(b"\0\1\2")
    run("ingest", "a.txt", "bad.txt")
    return tmp_path


def test_a_severity_of_ones_own_counts_everywhere(run: Run, audited: Path) -> None:
    assert [(it["code"], it["severity"]) for it in findings(run)] == [("CR901", "error"), ("CR102", "info")]
    settings_in(audited, "[codes]\nCR102 = 'error'\ncr901 = 'info'\n")
    ran = run("audit", "--format", "json", "--fail-on", "error")
    found = json.loads(ran.out)
    assert ran.code == 1
    assert [(it["code"], it["severity"]) for it in found["findings"]] == [("CR102", "error"), ("CR901", "info")]
    assert found["totals"]["by_severity"] == {"error": 1, "warning": 0, "info": 1}
    assert [it["code"] for it in findings(run, "--severity", "info")] == ["CR901"]
    sarif = json.loads(run("audit", "--format", "sarif").out)["runs"][0]
    rules = {rule["id"]: rule["defaultConfiguration"]["level"] for rule in sarif["tool"]["driver"]["rules"]}
    assert (rules["CR102"], rules["CR901"]) == ("error", "note")
    assert [(it["ruleId"], it["level"]) for it in sarif["results"]] == [("CR102", "error"), ("CR901", "note")]
    assert "error CR102  use 1 in a.txt #1" in run("audit").out
    assert [row["severity"] for row in csv.DictReader(io.StringIO(run("audit", "--format", "csv").out))] == [
        "error", "info",
    ]  # fmt: skip
    html = run("audit", "--format", "html").out
    assert html.index("CR102") < html.index("CR901")


def test_a_code_that_is_off_is_not_reported_and_the_report_says_so(run: Run, audited: Path) -> None:
    settings_in(audited, "[codes]\nCR102 = 'off'\n")
    note = "off in captions.toml: CR102"
    assert [it["code"] for it in findings(run)] == ["CR901"]
    assert json.loads(run("audit", "--format", "json").out)["notes"][0] == note
    sarif = json.loads(run("audit", "--format", "sarif").out)["runs"][0]
    assert note in sarif["properties"]["notes"]
    assert [it["ruleId"] for it in sarif["results"]] == ["CR901"]
    for form in ("table", "html", "markdown"):
        assert note in run("audit", "--format", form).out
    assert note in run("audit", "--format", "csv").err
    assert note in run("check", "a.txt").out
    asked = run("audit", "--code", "CR102", "--format", "json")
    assert [it["code"] for it in json.loads(asked.out)["findings"]] == ["CR102"]
    assert json.loads(run("check", "a.txt", "--code", "CR102", "--format", "json").out)["totals"]["findings"] == 1
    assert note not in asked.out


def test_picture_checks_have_the_same_severities(run: Run, tmp_path: Path) -> None:
    from tests.support import pictures as p

    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.jpg").write_bytes(p.jpeg())
    run("images", "scan", "pictures")
    before = json.loads(run("images", "check", "--format", "json").out)["findings"]
    assert [(it["code"], it["severity"]) for it in before] == [("CR206", "warning")]
    settings_in(tmp_path, "[codes]\nCR206 = 'error'\n")
    assert run("images", "check", "--fail-on", "error").code == 1
    settings_in(tmp_path, "[codes]\nCR206 = 'off'\n")
    ran = run("images", "check", "--format", "json", "--fail-on", "info")
    assert (ran.code, json.loads(ran.out)["findings"]) == (0, [])
    assert "off in captions.toml: CR206" in json.loads(ran.out)["notes"]
    assert run("images", "check", "--code", "CR206", "--fail-on", "warning").code == 1


def test_scope_territory_and_baseline_are_those_of_the_audit(run: Run, tmp_path: Path, write: Write) -> None:
    write(tmp_path / "a.txt", "JO REED/AP")
    run("agreement", "add", "AP", "--scope", "web", "--territory", "AT")
    run("ingest", "a.txt")
    codes = ("--code", "CR303")
    assert findings(run, *codes) == []
    settings_in(tmp_path, "for = 'print'\n")
    assert len(findings(run, *codes)) == 1
    assert findings(run, *codes, "--for", "web") == []
    settings_in(tmp_path, "territory = 'DE'\n")
    assert len(findings(run, *codes)) == 1
    assert findings(run, *codes, "--territory", "AT") == []
    run("audit", "--format", "json", "-o", "earlier.json")
    settings_in(tmp_path, "territory = 'DE'\nbaseline = 'earlier.json'\n")
    assert findings(run, *codes) == []
    assert run("check", "a.txt", *codes).code == 0


def test_every_key_is_in_the_docs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
    assert [key for key in settings.KEYS if f"| `{key}` |" not in text] == []
