"""CSV for spreadsheets that separate cells by another character than the comma."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.support.commands import build

SHEETS = [
    "find pontoon --format csv",
    "usage --by agency --format csv",
    "audit --format csv",
    "export",
    "agreement export",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sheets")
    build(folder)
    return folder


@pytest.mark.parametrize("command", SHEETS)
def test_a_sheet_has_the_same_cells_whatever_separates_them(
    command: str, run: Run, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    sheets = []
    for name, delimiter in (((), ","), (("--delimiter", ";"), ";"), (("--delimiter", "tab"), "\t")):
        ran = run(*command.split(), *name, "-o", "sheet.csv", "--overwrite")
        assert ran.code == 0, ran.err
        text = (tmp_path / "sheet.csv").read_text(encoding="utf-8-sig")
        sheets.append(list(csv.reader(text.splitlines(), delimiter=delimiter)))
    assert len(sheets[0]) > 1
    assert len(sheets[0][0]) > 1
    assert sheets == [sheets[0]] * 3


def test_only_csv_has_a_delimiter(run: Run, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    ran = run("usage", "--by", "agency", "--delimiter", ";")
    assert ran.code == 2
    assert "--delimiter: is only for CSV" in ran.err


def test_findings_are_waived_from_a_sheet_with_semicolons(run: Run, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    assert run("audit", "--code", "CR301", "--format", "csv", "--delimiter", ";", "-o", "sheet.csv").code == 0
    ran = run("waive", "--from", "sheet.csv", "--reason", "test")
    assert ran.code == 0, ran.err
    assert run("audit", "--code", "CR301", "--format", "csv").out.count("\n") == 1
