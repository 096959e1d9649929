"""The extension of the output file names the format, and ``--format`` overrides it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run, Write

BEGINNINGS = {
    "html": "<!DOCTYPE html>",
    "HTM": "<!DOCTYPE html>",
    "md": "# Audit",
    "csv": "\ufeffseverity,",
    "json": "{",
    "sarif": "{",
    "txt": "1 use in 1 article",
    "log": "1 use in 1 article",
}


@pytest.fixture
def stored(run: Run, write: Write, tmp_path: Path) -> Run:
    write(tmp_path / "a.txt", "Handout via Reuters")
    assert run("ingest", "a.txt").code == 0
    return run


@pytest.mark.parametrize("extension", BEGINNINGS)
def test_an_audit_has_the_format_of_its_file(stored: Run, tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"out.{extension}"
    assert stored("audit", "-o", path).code == 0
    assert path.read_text("utf-8").startswith(BEGINNINGS[extension])


@pytest.mark.parametrize(
    ("command", "extension", "instead"),
    [
        ("audit", "pdf", ".json or .csv or .html or .markdown or .sarif"),
        ("usage", "xlsx", ".csv or .json or .markdown"),
        ("show 1", "csv", ".json or .html"),
        ("export", "json", ".csv or .jsonl or .parquet or .ninjs"),
        ("agreement export", "XLSX", ".csv"),
        ("parse a.txt", "html", ".json"),
    ],
)
def test_the_extension_of_another_format_is_refused(stored: Run, command: str, extension: str, instead: str) -> None:
    ran = stored(*command.split(), "-o", f"out.{extension}")
    assert (ran.code, Path(f"out.{extension}").exists()) == (2, False)
    message = f"out.{extension}: this command does not write .{extension.lower()} files; choose {instead}"
    assert message in " ".join(ran.err.split())


def test_an_explicit_format_wins(stored: Run, tmp_path: Path) -> None:
    assert stored("audit", "--format", "json", "-o", tmp_path / "out.html").code == 0
    assert json.loads((tmp_path / "out.html").read_text("utf-8"))["version"] == 1


@pytest.mark.parametrize("command", [["find", "pontoon"], ["usage"], ["images", "check"], ["statement", "Reuters"]])
def test_each_command_with_a_format_and_a_file_does_so(stored: Run, tmp_path: Path, command: list[str]) -> None:
    assert stored(*command, "-o", tmp_path / "out.json").code == 0
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["version"] == 1
