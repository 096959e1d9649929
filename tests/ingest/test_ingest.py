"""Ingest on several cores: the database is always the same, whatever interrupts the run."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench import faults
from captions.ingest.records import Settings
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from tests.conftest import Run, Write

RNG = random.Random(7)  # noqa: S311 - repeatable, no secret
needs_disks = pytest.mark.skipif(
    not faults.can_mount(),
    reason="needs root, to mount a small disk: sudo .venv/bin/pytest tests/ingest",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Create a folder with an archive and make it the working folder."""
    folder = tmp_path_factory.mktemp("faults")
    with contextlib.chdir(folder):
        faults.archive(folder / "in", 460)
        yield folder


@pytest.fixture(scope="module")
def undisturbed(place: Path) -> tuple[faults.Rows, float]:
    return faults.undisturbed(place)


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_the_number_of_processes_makes_no_difference(
    place: Path, undisturbed: tuple[faults.Rows, float], jobs: str
) -> None:
    database = place / f"{jobs}.db"
    summary = faults.finished(database, "in", "--jobs", jobs)
    assert summary.startswith("read 460, new 460, changed 0, unchanged 0, failed 3;")
    assert faults.rows(database) == undisturbed[0]


# `python -m bench.faults` runs more of these, and other faults.
def test_a_killed_ingest_continues_with_the_same_rows(place: Path, undisturbed: tuple[faults.Rows, float]) -> None:
    expected, longest = undisturbed
    faults.same_after(lambda to: faults.killed(to, RNG, longest, worker=False), expected, place)


def test_an_ingest_whose_workers_are_killed_ends_with_the_same_rows(
    place: Path, undisturbed: tuple[faults.Rows, float]
) -> None:
    expected, longest = undisturbed
    faults.killed(place / "x.db", RNG, longest, worker=True)
    assert faults.rows(place / "x.db") == expected


def test_two_ingests_at_once_end_with_the_same_rows(place: Path, undisturbed: tuple[faults.Rows, float]) -> None:
    faults.two_at_once(place / "y.db", RNG, undisturbed[1])
    assert faults.rows(place / "y.db") == undisturbed[0]


@needs_disks
def test_a_full_disk_is_reported_and_the_next_run_goes_on(place: Path, undisturbed: tuple[faults.Rows, float]) -> None:
    size = (place / "expected.db").stat().st_size // 1024
    faults.full_disk(undisturbed[0], RNG, size)


# --- an article that exceeds the limits


@pytest.fixture
def long_article() -> str:
    """Return an article that takes seconds to read."""
    return "".join(f"The {n}th boat was late again. (Photo: Ada Ito/AP)\n" for n in range(30_000))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_article_that_takes_too_long_fails_without_the_others(
    run: Run, write: Write, tmp_path: Path, article: str, long_article: str, jobs: str
) -> None:
    write(tmp_path / "in" / "a.txt")
    write(tmp_path / "in" / "c.txt", "IDA QUILL/AP")
    (tmp_path / "in" / "b.txt").write_text(long_article, encoding="utf-8")
    texts = [article, long_article, article + "\nMore.\n"]
    lines = [json.dumps({"id": str(n), "text": text}) for n, text in enumerate(texts)]
    (tmp_path / "in" / "d.jsonl").write_text("\n".join(lines), encoding="utf-8")
    ran = run("ingest", "in", "--jobs", jobs, "--time-limit", "0.5")
    assert ran.out.startswith("read 4, new 4, changed 0, unchanged 0, failed 2;")
    assert ran.err.splitlines() == [
        "not read: in/b.txt: took longer than 0.5 seconds; raise --time-limit",
        "not read: in/d.jsonl#1: took longer than 0.5 seconds; raise --time-limit",
    ]
    assert run("db", "check").code == 0


def test_unchanged_articles_next_to_it_are_counted(run: Run, tmp_path: Path, article: str, long_article: str) -> None:
    texts = [f"{article}\n{n}\n" for n in range(120)]  # several chunks
    texts[60] = long_article
    lines = [json.dumps({"id": str(n), "text": text}) for n, text in enumerate(texts)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    for expected in ("read 119, new 119, changed 0, unchanged 0", "read 119, new 0, changed 0, unchanged 119"):
        assert run("ingest", "in.jsonl", "--time-limit", "0.5").out.startswith(f"{expected}, failed 1")


# --- failures and retries


def failures(run: Run) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(run("ingest", "--failures", "--format", "json").out)["failures"]
    return found


def test_only_failures_are_listed_and_retried(run: Run, write: Write, tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.txt")
    (tmp_path / "in" / "b.txt").touch()
    (tmp_path / "in" / "c.jsonl").write_text('{"id": "1", "text": "It rained."}\n{"broken\n', encoding="utf-8")
    run("ingest", "in")
    empty = {"source": "in/b.txt", "reason": "an empty file"}
    broken = {"source": "in/c.jsonl:2", "reason": "broken JSON: unterminated string starting at character 2"}
    assert failures(run) == [empty, broken]
    assert run("ingest", "--failures").out.splitlines()[2:] == [
        f"in/b.txt       {empty['reason']}",
        f"in/c.jsonl:2   {broken['reason']}",
    ]
    assert run("ingest", "--retry-failures").out.startswith("read 1, new 0, changed 0, unchanged 1, failed 2")
    assert failures(run) == [empty, broken]
    (tmp_path / "in" / "b.txt").write_text("It rained again, and nobody seemed to mind.", encoding="utf-8")
    assert run("ingest", "--retry-failures").out.startswith("read 2, new 1, changed 0, unchanged 1, failed 1")
    assert failures(run) == [broken]
    (tmp_path / "in" / "c.jsonl").write_text('{"id": "1", "text": "It rained."}\n{"id": "2", "text": "So it did."}\n')
    assert run("ingest", "in/c.jsonl").out.startswith("read 2, new 1, changed 0, unchanged 1, failed 0")
    assert failures(run) == []
    assert run("ingest", "--failures").out == "no failures\n"
    assert run("ingest", "--retry-failures").out.startswith("read 0, ")


def test_a_deleted_file_remains_a_failure(run: Run, write: Write, tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    (tmp_path / "b.txt").touch()
    run("ingest", "a.txt", "b.txt")
    (tmp_path / "b.txt").unlink()
    ran = run("ingest", "--retry-failures")
    assert (ran.code, ran.err) == (2, "not read: b.txt: no such file or folder\n")
    assert failures(run) == [{"source": "b.txt", "reason": "an empty file"}]


@pytest.mark.parametrize("arguments", [[], ["a.txt", "--failures"], ["--failures", "--retry-failures"]])
def test_paths_and_failure_options_exclude_each_other(run: Run, arguments: list[str]) -> None:
    assert run("ingest", *arguments).code == 2


def test_the_fingerprint_covers_the_tables_and_not_the_folder_of_their_cache() -> None:
    (ROOT / "captions" / "data" / "__pycache__").mkdir(exist_ok=True)
    assert Settings().fingerprint() == Settings().fingerprint()
