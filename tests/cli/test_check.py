"""``captions check`` audits articles without storing them, and its exit code says whether they are clean."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import Run, Write
from tests.support.paths import ROOT

CLEAN, MINOR, UNCREDITED = "JO REED/AP", "AP", "Handout"


def found(run: Run, *arguments: str, stdin: bytes = b"") -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(run("check", *arguments, "--format", "json", stdin=stdin).out)[
        "findings"
    ]
    return rows


@pytest.mark.parametrize(
    ("credit", "options", "code"),
    [
        (CLEAN, (), 0),
        (CLEAN, ("--fail-on", "info"), 0),
        (MINOR, (), 0),
        (MINOR, ("--fail-on", "info"), 1),
        (MINOR, ("--fail-on", "info", "--severity", "error"), 0),
        (MINOR, ("--fail-on", "info", "--code", "CR101"), 0),
        (UNCREDITED, ("--fail-on", "warning"), 1),
        (UNCREDITED, ("--fail-on", "never"), 0),
    ],
)
def test_the_exit_code_is_that_of_the_worst_finding(
    run: Run, tmp_path: Path, write: Write, credit: str, options: tuple[str, ...], code: int
) -> None:
    write(tmp_path / "a.txt", credit)
    assert run("check", "a.txt", *options).code == code
    given = (tmp_path / "a.txt").read_bytes()
    assert run("check", "-", *options, stdin=given).code == code


def test_nothing_is_stored(run: Run, tmp_path: Path, write: Write) -> None:
    write(tmp_path / "a.txt")
    run("check", "a.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    run("agreement", "add", "AP")
    before = (tmp_path / "captions.db").read_bytes()
    run("check", "a.txt")
    assert (tmp_path / "captions.db").read_bytes() == before


@pytest.mark.parametrize("form", ["table", "json", "csv", "html", "markdown", "sarif"])
def test_each_format_reports_a_bad_file_and_the_others(run: Run, tmp_path: Path, write: Write, form: str) -> None:
    write(tmp_path / "a.txt", UNCREDITED)
    (tmp_path / "bad.txt").write_bytes(b"\0\1\2")
    (tmp_path / "empty.txt").write_bytes(b"")
    ran = run("check", "bad.txt", "gone.txt", "a.txt", "empty.txt", "--format", form)
    assert ran.code == 2
    for text in ("CR104", "CR901", "bad.txt", "gone.txt", "empty.txt"):
        assert text in ran.out
    assert "not read: gone.txt: no such file or folder\n" in ran.err


def test_a_page_on_stdin_that_cannot_be_read_is_an_error(run: Run) -> None:
    ran = run("check", "-", "--format", "json", stdin=b"")
    assert ran.code == 2
    assert [it["code"] for it in json.loads(ran.out)["findings"]] == ["CR901"]


def test_the_newsrooms_decisions_count(run: Run, tmp_path: Path, write: Write) -> None:
    write(tmp_path / "new.txt", "Jo Reed/Harbor Foto Agency")
    [new] = found(run, "new.txt", "--code", "CR105")
    assert new["command"] == "captions agency add 'Harbor Foto Agency'"
    assert new["decision"] == f"CR105 command {new['command']}"
    write(tmp_path / "a.txt", "JO REED/AP")
    on = ("--on", "2024-05-01", "--code", "CR301", "--code", "CR302", "--code", "CR303")
    assert found(run, "a.txt", *on) == []
    run("agreement", "add", "AP", "--from", "2020", "--to", "2024-04-30", "--scope", "web", "--db", "rights.db")
    [late] = found(run, "a.txt", *on, "--db", "rights.db")
    assert (late["code"], late["use"], late["used_on"]) == ("CR302", None, "2024-05-01")
    assert late["decision"] == f"CR302 command {late['command']}"
    assert str(late["command"]).startswith("captions agreement add AP --from 2024-05-01")
    earlier = ("a.txt", "--on", "2024-04-30", *on[2:], "--db", "rights.db")
    assert found(run, *earlier, "--for", "web") == []
    assert [it["code"] for it in found(run, *earlier, "--for", "print")] == ["CR303"]
    run("ingest", "a.txt", "--db", "rights.db", "--published", "2024-05-01")
    run("waive", "CR302", "--supplier", "AP", "--reason", "test", "--db", "rights.db")
    assert found(run, "a.txt", *on, "--db", "rights.db") == []
    run("correct", "JO REED/AP", "--supplier", "dpa", "--reason", "test", "--db", "rights.db")
    assert [it["code"] for it in found(run, "a.txt", *on, "--db", "rights.db")] == ["CR301"]


def test_ones_own_publication_needs_no_agreement(run: Run, tmp_path: Path, write: Write) -> None:
    text = '[[agency]]\nname = "Harbor Echo"\nkind = "publisher"\n'
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    write(tmp_path / "a.txt", "JO REED/HARBOR ECHO")
    run("agreement", "add", "AP")
    options = ("a.txt", "--code", "CR301", "--agencies", "own.toml")
    assert len(found(run, *options)) == 1
    assert found(run, *options, "--publication", "Harbor Echo") == []


def test_two_files_with_one_article_are_both_checked(run: Run, tmp_path: Path, write: Write) -> None:
    for name in ("a.txt", "b.txt"):
        write(tmp_path / name, UNCREDITED)
    assert sorted({str(it["source"]) for it in found(run, "a.txt", "b.txt")}) == ["a.txt", "b.txt"]


def test_a_quota_is_left_to_the_audit(run: Run, tmp_path: Path, write: Write) -> None:
    write(tmp_path / "a.txt", "JO REED/AP")
    run("agreement", "add", "AP", "--quota", "1/month")
    ran = run("check", "a.txt", "--format", "json", "--fail-on", "info")
    assert (ran.code, json.loads(ran.out)["notes"]) == (0, ["quotas not counted; run: captions audit"])
    refused = run("check", "a.txt", "--code", "CR304")
    assert refused.code == 2
    assert "CR304 counts a whole archive; see: captions audit" in refused.err


def test_a_baseline_leaves_only_new_findings(run: Run, tmp_path: Path, write: Write) -> None:
    write(tmp_path / "a.txt", UNCREDITED)
    run("check", "a.txt", "--format", "json", "-o", "earlier.json")
    assert found(run, "a.txt", "--baseline", "earlier.json") == []


def test_a_commit_hook_stops_a_bad_article(tmp_path: Path, write: Write) -> None:
    """Run pre-commit with the hook as this repository ships it, but with the installed program."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    shipped = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    hook = shipped[shipped.index("- id:") :].replace("language: python", "language: system")
    hook = "".join(f"      {line}\n" for line in hook.splitlines() if "minimum_pre_commit" not in line)
    config = (
        f"repos:\n  - repo: local\n    hooks:\n{hook}        args: [--fail-on, warning]\n        files: ^articles/\n"
    )
    (tmp_path / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "captions").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m captions "$@"\n')
    (tmp_path / "bin" / "captions").chmod(0o755)
    environment = {
        **{name: os.environ[name] for name in ("TMPDIR", "LANG") if name in os.environ},
        "PATH": os.pathsep.join((str(tmp_path / "bin"), str(Path(sys.executable).parent), os.environ["PATH"])),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "db"))),
        "HOME": str(tmp_path),
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
    }

    def ran(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    assert ran("git", "init", "-q").returncode == 0
    write(tmp_path / "articles" / "a.txt", CLEAN)
    write(tmp_path / "elsewhere.txt", UNCREDITED)
    ran("git", "add", "articles", "elsewhere.txt", ".pre-commit-config.yaml")
    passed = ran(sys.executable, "-m", "pre_commit", "run", "--all-files")
    assert (passed.returncode, "Passed" in passed.stdout) == (0, True), passed.stdout + passed.stderr
    write(tmp_path / "articles" / "b.txt", UNCREDITED)
    ran("git", "add", "articles")
    failed = ran(sys.executable, "-m", "pre_commit", "run", "--all-files")
    assert failed.returncode == 1
    assert "warning CR104" in failed.stdout
    assert "elsewhere.txt" not in failed.stdout


def test_the_hook_runs_a_command_that_is_installed() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert "entry: captions check\n" in (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert "captions" in scripts
