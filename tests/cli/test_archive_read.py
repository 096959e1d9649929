"""``captions archive read``: shards into Parquet files, again after an interruption or a change of the program."""

from __future__ import annotations

import gzip
import random
import signal
import time
from pathlib import Path

import pytest

from captions.archive.folder import ArchiveFolder
from captions.archive.shards import Shard
from tests.conftest import Run
from tests.support import archives
from tests.support import formats as f


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    archives.build(tmp_path / "shards", 40)
    return tmp_path / "shards"


def test_shards_are_read_once(run: Run, shards: Path) -> None:
    ran = run("archive", "read", "shards", "-o", "news")
    assert (ran.code, ran.out, ran.err) == (0, "4 shards read, 0 already read: 42 pages, 2 failed\n", "")
    (shards / "e.jsonl").write_bytes(f.jsonl(f.RECORD))
    ran = run("archive", "read", "shards", "-o", "news")
    assert (ran.code, ran.out, ran.err) == (0, "1 shard read, 4 already read: 1 page, 0 failed\n", "")
    assert len(archives.rows(Path("news"))) == 43


def test_refresh_reads_what_another_version_read(run: Run, shards: Path) -> None:
    run("archive", "read", "shards", "-o", "news")
    Path("own.toml").write_text('[[agency]]\nname = "Tidewater Pictures"\nkind = "agency"\n', encoding="utf-8")
    again = ("archive", "read", "shards", "-o", "news", "--agencies", "own.toml")
    ran = run(*again)
    assert ran.out == "0 shards read, 4 already read: 0 pages, 0 failed\n"
    assert ran.err == "4 shards read by another version of the program; to read them again, pass --refresh\n"
    versions = {row["parser_version"] for row in archives.rows(Path("news"))}
    assert run(*again, "--refresh").out == "4 shards read, 0 already read: 42 pages, 2 failed\n"
    assert run(*again, "--refresh").out == "0 shards read, 4 already read: 0 pages, 0 failed\n"
    assert versions.isdisjoint(row["parser_version"] for row in archives.rows(Path("news")))


def test_articles_are_divided_by_month(run: Run, shards: Path) -> None:
    assert run("archive", "read", "shards", "-o", "all").code == 0
    assert run("archive", "read", "shards", "-o", "news", "--by-month").code == 0
    assert archives.rows(Path("news")) == archives.rows(Path("all"))
    for month in ("2024-05", "2024-06", None):
        name = f"month={month or '__HIVE_DEFAULT_PARTITION__'}"
        found = {str(row["published"])[:7] for row in archives.rows(Path("news") / name)}
        assert found == {str(month)}
    ran = run("archive", "read", "shards", "-o", "news", "--by-month")
    assert ran.out == "0 shards read, 4 already read: 0 pages, 0 failed\n"


def test_refresh_leaves_no_rows_in_earlier_months(run: Run) -> None:
    Path("a.jsonl").write_bytes(f.jsonl(f.RECORD))
    read = ("archive", "read", "a.jsonl", "-o", "news", "--by-month")
    assert run(*read).code == 0
    assert [path.parent.name for path in Path("news").rglob("*.parquet")] != []
    Path("a.jsonl").write_bytes(f.jsonl({**f.RECORD, "published": "2024-07-01"}))
    Path("own.toml").write_text('staff = ["Jo Reed"]\n', encoding="utf-8")
    assert run(*read, "--refresh", "--agencies", "own.toml").code == 0
    assert [str(row["published"]) for row in archives.rows(Path("news"))] == ["2024-07-01"]


@pytest.mark.parametrize("first", [[], ["--by-month"]])
def test_a_folder_is_divided_in_one_way(run: Run, shards: Path, first: list[str]) -> None:
    assert run("archive", "read", "shards", "-o", "news", *first).code == 0
    ran = run("archive", "read", "shards", "-o", "news", *([] if first else ["--by-month"]))
    there = "divided" if first else "not divided"
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"captions: the files in news are {there} by month; choose another folder with -o\n"


def test_a_missing_shard_is_reported_and_the_others_are_read(run: Run, shards: Path) -> None:
    Path("warc.paths.gz").write_bytes(gzip.compress(b"a.warc.gz\ngone.warc.gz\n"))
    ran = run("archive", "read", "warc.paths.gz", "--prefix", "shards", "-o", "news")
    assert (ran.code, ran.out) == (2, "1 shard read, 0 already read: 10 pages, 0 failed\n")
    assert ran.err == "not read: shards/gone.warc.gz: no such file or folder\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "-o", "news"], "captions: - is not a file; an archive is read from files\n"),
        (
            ["a.jsonl", "-o", "a.jsonl"],
            "captions: cannot write to a.jsonl: File exists; choose another folder",
        ),
        (["a.jsonl", "-o", "news", "--agencies", "no.toml"], "no.toml"),
    ],
)
def test_bad_usage_is_one_line(run: Run, arguments: list[str], message: str) -> None:
    Path("a.jsonl").write_bytes(f.jsonl(f.RECORD))
    ran = run("archive", "read", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err and ran.err.count("\n") == 1


def test_shards_of_the_same_name_have_files_of_their_own(tmp_path: Path) -> None:
    names = [*(f"{folder}/{'x' * 90}.warc.gz" for folder in "ab"), "_a.warc.gz", ".a.warc.gz", "ärzte.warc.gz"]
    written = [ArchiveFolder(tmp_path).path_of(Shard(name, tmp_path / name)) for name in names]
    assert len({path.name for path in written}) == len(names)
    assert not [path for path in written if path.name.startswith(("_", "."))]  # hidden from DuckDB and Spark


def test_a_run_that_was_killed_goes_on(tmp_path: Path) -> None:
    archives.build(tmp_path / "shards", 100)
    read = ("archive", "read", tmp_path / "shards", "--jobs", "2", "--by-month", "-o")
    begun = time.monotonic()
    archives.finished(*read, tmp_path / "all")
    longest = time.monotonic() - begun
    rng = random.Random(7)  # noqa: S311 - repeatable, no secret
    running = archives.start(*read, tmp_path / "killed")
    time.sleep(rng.uniform(0.4, 0.9) * longest)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    archives.rows(tmp_path / "killed")  # every file is complete
    archives.finished(*read, tmp_path / "killed")
    assert archives.rows(tmp_path / "killed") == archives.rows(tmp_path / "all")
    assert list((tmp_path / "killed").rglob(".*")) == []
