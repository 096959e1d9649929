"""Listings on a terminal: a screenful by default, all rows with ``--all``, and everything in a pipe."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from captions.cli import main
from tests.conftest import write_article
from tests.support.terminal import on_terminal

if TYPE_CHECKING:
    from tests.conftest import Run

USES = 60
LINES = 24


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ingest many articles, each with a picture of another creator who names no agency."""
    folder = tmp_path_factory.mktemp("many")
    for n in range(USES):
        first, last = chr(ord("A") + n // 26) + "lin", chr(ord("A") + n % 26) + "wendale"
        write_article(folder / "in" / f"{n:02}.txt", f"{first} {last}")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CAPTIONS_DB", raising=False)
        assert main(["ingest", "in"]) == 0
    return folder


@pytest.fixture
def piped(run: Run, many: Path, tmp_path: Path) -> Run:
    """Run the program in a pipe, in a folder with the same database."""
    shutil.copy(many / "captions.db", tmp_path)
    return run


def test_find_fills_the_screen_and_says_how_to_see_the_rest(many: Path) -> None:
    lines = on_terminal(many, "find", "pontoon", lines=LINES)
    listed = sum(".txt" in line for line in lines)
    assert LINES - 6 <= len(lines) < LINES
    assert lines[-1] == f"showing {listed} of {USES}; use --all to show all"


def test_find_counts_the_lines_that_a_row_takes(many: Path) -> None:
    lines = on_terminal(many, "find", "pontoon", lines=LINES, columns=40)
    listed = sum(".txt" in line for line in lines)
    assert len(lines) < LINES
    assert lines[-1] == f"showing {listed} of {USES}; use --all to show all"


def test_find_shows_all_on_request_and_in_a_pipe(many: Path, piped: Run) -> None:
    lines = on_terminal(many, "find", "pontoon", "--all", lines=LINES)
    assert sum(".txt" in line for line in lines) == USES
    assert lines[-1] == f"{USES} found"
    ran = piped("find", "pontoon")
    assert ran.out.count(".txt") == USES
    assert ran.err == f"{USES} found\n"


def test_a_limit_and_data_are_not_cut_to_the_screen(many: Path, tmp_path: Path) -> None:
    lines = on_terminal(many, "find", "pontoon", "--limit", "50", lines=LINES)
    assert lines[-1] == f"showing 50 of {USES}; omit --limit to show all"
    assert sum(".txt" in line for line in on_terminal(many, "find", "pontoon", "--format", "csv", lines=LINES)) == USES
    on_terminal(many, "find", "pontoon", "-o", str(tmp_path / "found.txt"), lines=LINES)
    assert (tmp_path / "found.txt").read_text("utf-8").count(".txt") == USES


def test_usage_ends_with_all_uses_on_the_screen(many: Path, piped: Run) -> None:
    lines = on_terminal(many, "usage", "--by", "creator", lines=LINES)
    assert len(lines) < LINES
    assert lines[-2].split() == ["All", "uses", str(USES)]
    assert lines[-1] == f"showing {len(lines) - 4} of {USES}; use --all to show all"
    assert len(on_terminal(many, "usage", "--by", "creator", "--all", lines=LINES)) == USES + 3
    assert len(piped("usage", "--by", "creator").out.splitlines()) == USES + 3


def test_audit_lists_what_fits_and_counts_all(many: Path, piped: Run) -> None:
    lines = on_terminal(many, "audit", "--code", "CR103", lines=LINES)
    listed = sum(line.startswith("warning CR103") for line in lines)
    assert 1 <= listed < USES
    assert len(lines) <= LINES
    assert f"{USES} findings" in lines[0]
    assert lines[1] == f"{USES} decisions: errors first, then by cost"
    assert f"{listed} of {USES} decisions listed; for the others, run: captions audit | less" in lines
    every = on_terminal(many, "audit", "--code", "CR103", "--all", lines=LINES)
    assert sum(line.startswith("warning CR103") for line in every) == USES
    assert sum(line.startswith("warning CR103") for line in piped("audit", "--code", "CR103").out.splitlines()) == USES


def test_a_terminal_of_few_lines_shows_something(many: Path) -> None:
    assert any(line.startswith("warning CR103") for line in on_terminal(many, "audit", "--code", "CR103", lines=3))
    assert any(".txt" in line for line in on_terminal(many, "find", "pontoon", lines=3))


@pytest.mark.parametrize("command", [["find", "x"], ["usage"], ["audit"]])
def test_all_and_a_limit_contradict_each_other(piped: Run, command: list[str]) -> None:
    ran = piped(*command, "--all", "--limit", "3")
    assert ran.code == 2
    assert "--all" in ran.err
    assert "--limit" in ran.err
