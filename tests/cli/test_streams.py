"""Closed, full and missing standard streams, for every command."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_group

from captions.cli.commands import app
from tests.support.commands import COMMANDS, build
from tests.support.paths import ROOT

STATES: dict[str, dict[str, str]] = {
    "usual": {},
    "no stdout": {"1": "missing"},
    "full stdout": {"1": "full"},
    "unread stdout": {"1": "unread"},
    "no stderr": {"2": "missing"},
    "full stderr": {"2": "full"},
    "unread stderr": {"2": "unread"},
    "neither": {"1": "missing", "2": "missing"},
    "both full": {"1": "full", "2": "full"},
}
"""How each standard stream is broken, by its number."""
FEW = ("usual", "both full")

ENV = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'db'}"}
pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


def names(command: Any, path: str = "") -> list[str]:
    inside = getattr(command, "commands", None)
    if inside is None:
        return [path]
    return [name for key in inside for name in names(inside[key], f"{path} {key}".strip())]


def test_the_table_has_every_command() -> None:
    known = {case["id"] for case in COMMANDS}
    assert [name for name in names(get_group(app)) if name.removesuffix(" it") not in known] == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which every command can run."""
    folder = tmp_path_factory.mktemp("commands")
    build(folder)
    return folder


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what it wrote to streams that are files."""

    code: int
    out: str
    err: str


def ran(commands: list[str], states: Sequence[str], folder: Path, here: Path) -> list[dict[str, Ended]]:
    """Run each command with each of these states of the streams, each time in a copy of a folder."""
    jobs = []
    for at, command in enumerate(commands):
        for state in states:
            copy = here / f"{at} {state}"
            shutil.copytree(folder, copy)
            jobs.append({"arguments": shlex.split(command), "folder": str(copy), "streams": STATES[state]})
    (here / "jobs").write_text(json.dumps(jobs), encoding="utf-8")
    probe = [sys.executable, "-m", "tests.support.streams_probe", str(here / "jobs"), str(here / "codes")]
    subprocess.run(probe, cwd=ROOT, env=ENV | {"USER": "tests"}, check=True)  # noqa: S603
    codes = json.loads((here / "codes").read_text(encoding="utf-8"))
    ended = iter(zip(codes, jobs, strict=True))
    return [{state: _ended(*next(ended)) for state in states} for _ in commands]


def _ended(code: int, job: dict[str, Any]) -> Ended:
    texts = [
        path.read_text(encoding="utf-8") if path.exists() else ""
        for path in (Path(job["folder"]) / name for name in ("stdout", "stderr", "traceback"))
    ]
    assert texts[2] == "", job
    return Ended(code, texts[0], texts[1])


def expected(usual: Ended) -> dict[str, int]:
    """Return the exit codes of a command from how it ends with its usual streams."""
    lost = 2 if usual.out else usual.code
    silent = 2 if usual.err else usual.code
    return {
        "usual": usual.code,
        "no stdout": lost,
        "full stdout": lost,
        "unread stdout": 141 if usual.out else usual.code,
        "no stderr": usual.code,
        "full stderr": silent,
        "unread stderr": usual.code,
        "neither": lost,
        "both full": 2 if usual.out or usual.err else usual.code,
    }


@pytest.mark.parametrize(
    ("commands", "states"),
    [([case["run"] for case in COMMANDS], FEW), (["ingest c.txt", "find pontoon", "find nothing"], tuple(STATES))],
    ids=["every command", "every state"],
)
def test_a_broken_stream_is_never_a_traceback_or_a_finding(
    commands: list[str], states: tuple[str, ...], folder: Path, tmp_path: Path
) -> None:
    for command, found in zip(commands, ran(commands, states, folder, tmp_path), strict=True):
        usual = found["usual"]
        assert usual.code in (0, 1, 2), command
        codes = expected(usual)
        assert {state: ended.code for state, ended in found.items()} == {state: codes[state] for state in states}, (
            command
        )
        for state, ended in found.items():
            assert "Traceback" not in ended.err, (command, state)
            assert "internal error" not in ended.err, (command, state)
            if "stderr" in state:
                assert ended.out == usual.out, (command, state)
            if usual.out and state in ("no stdout", "full stdout"):
                last = ended.err.splitlines()[-1]
                assert last.startswith("captions: cannot write to standard output: "), (command, state)


def test_a_program_without_standard_streams_writes_into_no_other_file(folder: Path, tmp_path: Path) -> None:
    """The database must not become the standard output of a program that starts without one."""
    shutil.copytree(folder, tmp_path / "x")
    command = f'"{sys.executable}" -m captions ingest c.txt >&- 2>&- <&-'
    ended = subprocess.run(command, shell=True, cwd=tmp_path / "x", env=ENV)  # noqa: S602
    assert ended.returncode == 2
    check = [sys.executable, "-m", "captions", "db", "check"]
    checked = subprocess.run(check, cwd=tmp_path / "x", env=ENV, capture_output=True, text=True)  # noqa: S603
    assert checked.stdout == "captions.db passed all checks: 4 uses\n"


def test_standard_input_that_is_missing_is_an_input_that_cannot_be_read(tmp_path: Path) -> None:
    for command in ("parse -", "ingest -", "credit -"):
        line = f'"{sys.executable}" -m captions {command} <&-'
        ended = subprocess.run(line, shell=True, cwd=tmp_path, env=ENV, capture_output=True, text=True)  # noqa: S602
        assert ended.returncode == 2, ended
        assert "Traceback" not in ended.stderr
