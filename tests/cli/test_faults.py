"""A database that fails while a command runs ends the command with one line, not with a traceback."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.support.commands import COMMANDS, build
from tests.support.faults import faults, io_error

DISK = r"captions: cannot read or write the disk of (?:captions|other)\.db; "
MEMORY = "captions: out of memory; "
FAULTS: list[tuple[int, Callable[[], BaseException], str]] = [
    (1, lambda: io_error("sqlite"), DISK),
    (3, MemoryError, MEMORY),
    (14, lambda: io_error("sqlite"), DISK),
]
"""Which call of the driver fails, how, and what the command says. A command that makes fewer calls succeeds."""
WITHOUT_STORE = {
    *("clean", "parse", "credit", "agency add", "agency alias", "images read", "archive read"),
    *("archive usage", "config", "desk user add", "desk user list", "desk user remove"),
    "desk",  # its case ends before a statement that can fail here
    *("version", "help", "bad usage"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults")
    build(folder)
    return folder


@pytest.mark.parametrize("case", COMMANDS, ids=lambda case: case["id"])
def test_a_fault_of_the_database_is_one_line(
    case: dict[str, str], run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = 0
    with faults() as fault:
        for number, error, words in FAULTS:
            shutil.copytree(folder, tmp_path / str(number))
            monkeypatch.chdir(tmp_path / str(number))
            with fault.at(number, error):
                ran = run(*shlex.split(case["run"]))
            if fault.calls < number:
                break
            failed += 1
            assert ran.code == 2, (number, ran.err)
            assert re.fullmatch(rf"(?:.*\n)*{words}.*\n", ran.err), (number, ran.err)
    assert (failed > 0) == (case["id"] not in WITHOUT_STORE)
