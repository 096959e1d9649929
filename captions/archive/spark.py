"""Read an archive with Spark: ``python -m captions.archive.spark INPUT... OUTPUT``, also through spark-submit.

Each shard is a task. Spark writes the rows to OUTPUT, a new folder that the driver and the executors share.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

from captions.archive import SCHEMA, read_batches
from captions.archive.job import Job, needs, parser_of, report, run
from captions.archive.reading import ReadSettings
from captions.archive.shards import Shard, pages
from captions.errors import CaptionsError

_CLAIM = ".captions-spark"
"""A file in the output folder of a job that is not complete, locked while the job runs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job and return its exit code."""
    parser = parser_of("spark", "Read an archive with Spark, a task per file.")
    parser.add_argument("--master", help="the cluster (default: that of spark-submit, or else local[*])")
    return run(parser, arguments, _work)


def _work(job: Job) -> int:
    needs("pyspark", "spark")
    if not job.shards:
        raise CaptionsError("no file to read; check the paths")
    with claimed(job.settings.folder.path):
        _read(job)
    return 0


@contextmanager
def claimed(output: Path) -> Iterator[None]:
    """Claim the output folder for this job, and delete what an interrupted job has left in it, but nothing else."""
    try:
        claim = _claim(output)
    except BlockingIOError:
        raise CaptionsError(f"another job writes to {output}; wait for it, or choose another folder") from None
    except OSError as error:
        reason = error.strerror or "disk error"
        raise CaptionsError(f"cannot write to {output}: {reason}; choose another folder") from error
    with claim:
        yield
        (output / _CLAIM).unlink()


def _claim(output: Path) -> TextIO:
    output.mkdir(parents=True, exist_ok=True)
    there = {path.name for path in output.iterdir()}
    if "_SUCCESS" in there:
        raise CaptionsError(f"{output} is complete; to read the archive again, delete it or choose another folder")
    if there and _CLAIM not in there:
        raise CaptionsError(f"{output} has other files in it; choose a new folder")
    with ExitStack() as stack:
        claim = stack.enter_context((output / _CLAIM).open("w", encoding="utf-8"))
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(output / "_temporary", ignore_errors=True)
        for pattern in ("part-*.parquet", ".part-*.crc"):
            for part in [*output.glob(pattern), *output.glob(f"month=*/{pattern}")]:
                part.unlink()
        stack.pop_all()
        return claim


def _read(job: Job) -> None:
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as sql
    from pyspark.sql.pandas.types import from_arrow_schema

    output = job.settings.folder.path
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # Spark would run the first python3 of the path
    builder = SparkSession.builder.appName("captions")
    session = (builder.master(job.engine.master) if job.engine.master else builder).getOrCreate()
    try:
        tasks = [(shard.name, str(shard.path), shard.size) for shard in job.shards]
        shards = session.sparkContext.parallelize(tasks, len(tasks)).toDF("name string, path string, size long")
        rows = shards.mapInArrow(articles_of_shards(job.settings), from_arrow_schema(SCHEMA))
        if job.settings.folder.by_month:
            rows = rows.withColumn("month", sql.date_format("published", "yyyy-MM"))
        session.conf.set("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED")
        written = rows.write.mode("append").option("compression", "zstd")
        (written.partitionBy("month") if job.settings.folder.by_month else written).parquet(str(output))
        counts = session.read.parquet(str(output)).selectExpr("count(*)", "count(error)").first()
        report(f"{len(tasks)} files read: {counts[0]} pages, {counts[1]} failed")
    finally:
        session.stop()


def articles_of_shards(settings: ReadSettings) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """Return the function for ``mapInArrow`` that turns rows with the names and paths of shards into their articles."""

    def articles(batches: Iterable[Any]) -> Iterator[Any]:
        for batch in batches:
            for row in batch.to_pylist():
                found = pages(Shard(row["name"], Path(row["path"]), row["size"]), settings.names)
                yield from read_batches(found, register=settings.register, limits=settings.limits)

    return articles


if __name__ == "__main__":
    sys.exit(main())
