"""The same rows from one process, the pool, Dask, Spark and DuckDB."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from captions.archive import SCHEMA, job, read_batches
from captions.archive.batches import end_idle
from captions.archive.shards import find_shards, pages
from captions.archive.spark import claimed
from captions.errors import CaptionsError
from tests.support import archives, native_faults
from tests.support import formats as f

Rows = list[dict[str, Any]]
needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="distributed: pip install 'captions[dask]'")
needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None,
    reason="Java or pyspark is missing: apt-get install default-jre-headless; pip install 'captions[spark]'",
)


COUNTS = f"{archives.PAGES + 5} pages, 3 failed"


@pytest.fixture(scope="module", autouse=True)
def _faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make the HTML parser crash on a page, in every engine."""
    folder = str(native_faults.install(tmp_path_factory.mktemp("native")))
    end_idle()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("PYTHONPATH", os.pathsep.join((folder, os.environ.get("PYTHONPATH", ""))))
        yield
    end_idle()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "shards"
    archives.build(folder)
    bad = f.PAGE.replace(f.HEADLINE, native_faults.CRASH)
    (folder / "e.jsonl").write_bytes(f.jsonl({"html": f.PAGE}, {"html": bad}, {"html": f.PAGE}))
    return folder


@pytest.fixture(scope="module")
def expected(archive: Path) -> Rows:
    """Return the rows that one process reads."""
    shards, failed = find_shards([str(archive)])
    assert failed == []
    found = [row for shard in shards for batch in read_batches(pages(shard)) for row in batch.to_pylist()]
    assert len(found) == archives.PAGES + 5
    errors = [row["error"] for row in found if row["error"] is not None or row["captions"] is None]
    assert errors[1:] == ["broken JSON: unterminated string starting at character 2", "crashed the program (SIGABRT)"]
    assert len(errors) == 3
    return sorted(found, key=lambda row: (row["file"], row["number"]))


@pytest.mark.parametrize("jobs", [1, 3])
def test_processes_read_the_same_rows(archive: Path, expected: Rows, tmp_path: Path, jobs: int) -> None:
    written = archives.finished("archive", "read", archive, "-o", tmp_path / "out", "--jobs", str(jobs))
    assert written == f"5 shards read, 0 already read: {COUNTS}\n"
    assert archives.rows(tmp_path / "out") == expected


@needs_dask
def test_dask_reads_the_same_rows_if_a_worker_is_killed(archive: Path, expected: Rows, tmp_path: Path) -> None:
    out = tmp_path / "out"
    running = archives.start(archive, out, "--workers", "2", module="captions.archive.dask")
    killed = kill_a_worker(running.pid, out)
    _, err = running.communicate(timeout=300)
    assert killed
    assert running.returncode == 0, err
    assert f"5 files read, 0 already read: {COUNTS}\n" in err
    assert archives.rows(out) == expected
    again = archives.finished(archive, out, "--workers", "1", module="captions.archive.dask")
    assert "0 files read, 5 already read" in again


def kill_a_worker(of: int, out: Path) -> bool:
    """Kill a worker of a Dask job as soon as it writes a file; return whether there was one."""
    import psutil

    for _ in range(600):
        for part in out.glob(".*.part"):
            pid = int(part.name.split(".")[-2])
            if pid in {child.pid for child in psutil.Process(of).children(recursive=True)}:
                os.kill(pid, signal.SIGKILL)
                return True
        time.sleep(0.05)
    return False


@needs_spark
def test_spark_reads_the_same_rows(archive: Path, expected: Rows, tmp_path: Path) -> None:
    spark = (archive, tmp_path / "out", "--by-month", "--master", "local[2]")
    written = archives.finished(*spark, module="captions.archive.spark")
    assert f"5 files read: {COUNTS}\n" in written
    assert archives.rows(tmp_path / "out") == expected
    months = {path.name for path in (tmp_path / "out").glob("month=*")}
    assert months == {"month=2024-05", "month=2024-06", "month=__HIVE_DEFAULT_PARTITION__"}
    again = archives.start(*spark, module="captions.archive.spark")
    message = "is complete; to read the archive again, delete it or choose another folder\n"
    assert again.communicate()[1].endswith(message)
    assert again.returncode == 2


def test_an_error_of_an_engine_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def work(_: job.Job) -> int:
        raise RuntimeError("no Java\n  at Main.java:7")

    (tmp_path / "a.jsonl").write_bytes(f.jsonl(f.RECORD))
    assert job.run(job.parser_of("spark", ""), [str(tmp_path), str(tmp_path / "out")], work) == job.BAD_INPUT
    assert capsys.readouterr().err == "captions: RuntimeError: no Java; for details, set CAPTIONS_TRACEBACK=1\n"


def test_spark_deletes_only_what_an_interrupted_job_left(tmp_path: Path) -> None:
    news, mine = tmp_path / "news", tmp_path / "mine"
    with pytest.raises(InterruptedError), claimed(news):
        for name in ("part-0.parquet", "month=2024-05/part-1.parquet", "_temporary/0/x", "notes.txt"):
            (news / name).parent.mkdir(parents=True, exist_ok=True)
            (news / name).touch()
        with pytest.raises(CaptionsError, match="another job writes to"), claimed(news):
            pass
        raise InterruptedError
    with claimed(news):
        assert {path.name for path in news.iterdir()} == {"notes.txt", "month=2024-05", ".captions-spark"}
        assert list(news.rglob("*.parquet")) == []
    mine.mkdir()
    (mine / "part-0.parquet").touch()
    with pytest.raises(CaptionsError, match="has other files in it; choose a new folder"), claimed(mine):
        pass
    assert (mine / "part-0.parquet").exists()


@needs_spark
def test_spark_takes_the_function_as_it_is(tmp_path: Path) -> None:
    table = tmp_path / "pages.parquet"
    table.write_bytes(f.parquet(*[{"url": f"{f.URL}/{n}", "html": archives.page(n)} for n in range(9)]))
    script = tmp_path / "job.py"
    script.write_text(_SPARK_SCRIPT, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYSPARK_PYTHON": sys.executable}
    command = [sys.executable, str(script), str(table), str(tmp_path / "out")]
    subprocess.run(command, env=env, check=True, capture_output=True)  # noqa: S603 - ours
    found = {row["url"]: row for row in archives.rows(tmp_path / "out")}
    pages_of_table = pa.RecordBatch.from_pylist([{"url": f"{f.URL}/{n}", "html": archives.page(n)} for n in range(9)])
    assert found == {row["url"]: row for batch in read_batches([pages_of_table]) for row in batch.to_pylist()}


_SPARK_SCRIPT = """
import sys
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema
from captions.archive import SCHEMA, read_batches

spark = SparkSession.builder.master("local[2]").getOrCreate()
pages = spark.read.parquet(sys.argv[1])
pages.mapInArrow(read_batches, from_arrow_schema(SCHEMA)).write.parquet(sys.argv[2])
"""


def test_duckdb_reads_the_same_rows(archive: Path, expected: Rows) -> None:
    import duckdb

    shards, _ = find_shards([str(archive)])
    batches = read_batches(batch for shard in shards for batch in pages(shard))
    articles = pa.RecordBatchReader.from_batches(SCHEMA, batches)
    found = duckdb.from_arrow(articles).order("file, number").to_arrow_table()
    assert found.to_pylist() == expected
