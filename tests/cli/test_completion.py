"""The Tab key completes names and codes, by the protocol of the shell's completion."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from captions.cli import main
from tests.conftest import write_article
from tests.support.paths import ROOT

Complete = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store."""
    folder = tmp_path_factory.mktemp("completed")
    write_article(folder / "a.txt", "IDA QUILL/AFP")
    write_article(folder / "b.txt", "JO REED/REUTERS")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CAPTIONS_DB", raising=False)
        assert main(["ingest", "a.txt", "--publication", "Harbor Echo", "--db", "named.db"]) == 0
        assert main(["ingest", "b.txt", "--publication", "Tide Post"]) == 0
    return folder


def completed(folder: Path, line: str, **variables: str) -> list[str]:
    """Return what a shell would offer after a line."""
    words = line.split(" ")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "CAPTIONS_DB"},
        "_CAPTIONS_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "db"))),
        **variables,
    }
    program = [sys.executable, "-m", "captions"]
    ran = subprocess.run(  # noqa: S603
        program, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.stderr == ""
    return ran.stdout.split("\n")[:-1] if ran.stdout != "\n" else []


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("captions audit --supplier ", ["Reuters"]),
        ("captions audit --supplier Re", ["Reuters"]),
        ("captions audit --supplier %", []),
        ("captions find --creator J", ["Jo Reed"]),
        ("captions usage --publication T", ["Tide Post"]),
        ("captions waive CR31", ["CR310", "CR311"]),
        ("captions audit --code CR20", ["CR201", "CR202", "CR203", "CR204", "CR205", "CR206"]),
        ("captions audit --db named.db --supplier ", ["AFP"]),
        ("captions correct 'x' --supplier R", ["Reuters"]),
        ("captions statement R", ["Reuters"]),
        ("captions creator merge J", ["Jo Reed"]),
        ("captions audit --db none.db --supplier ", []),
        ("captions audit --db a.txt --supplier ", []),
        ("captions audit --db postgresql+psycopg://127.0.0.1:1/x --supplier ", []),
    ],
)
def test_names_and_codes_come_from_the_database(folder: Path, line: str, offered: list[str]) -> None:
    assert completed(folder, line) == offered


def test_the_database_is_that_of_the_environment_or_the_settings(folder: Path) -> None:
    line = "captions audit --supplier "
    assert completed(folder, line, CAPTIONS_DB="named.db") == ["AFP"]
    (folder / "desk").mkdir()
    (folder / "desk" / "captions.toml").write_text("database = '../named.db'\n", encoding="utf-8")
    assert completed(folder / "desk", line) == ["AFP"]
    (folder / "desk" / "captions.toml").write_text("nonsense", encoding="utf-8")
    assert completed(folder / "desk", line) == []
