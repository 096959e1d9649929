"""Read an archive with Spark: ``python -m captions.archive.spark INPUT... OUTPUT``, also through spark-submit.

Each shard is a task. Spark writes the rows, so OUTPUT may be any place that it can write to.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from captions.archive import SCHEMA, read_batches
from captions.archive.job import Job, needs, parser_of, report, run
from captions.archive.reading import ReadSettings
from captions.archive.shards import Shard, pages
from captions.errors import CaptionsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job and return its exit code."""
    parser = parser_of("spark", "Read an archive with Spark, a task per file.")
    parser.add_argument("--master", help="the cluster (default: that of spark-submit, or else local[*])")
    return run(parser, arguments, _work)


def _work(job: Job) -> int:
    needs("pyspark", "spark")
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as sql
    from pyspark.sql.pandas.types import from_arrow_schema

    output = job.settings.folder.path
    if (output / "_SUCCESS").exists():
        raise CaptionsError(f"{output} is complete; to read the archive again, delete it or choose another folder")
    if not job.shards:
        raise CaptionsError("no file to read; check the paths")
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
        written = rows.write.mode("overwrite").option("compression", "zstd")
        (written.partitionBy("month") if job.settings.folder.by_month else written).parquet(str(output))
        counts = session.read.parquet(str(output)).selectExpr("count(*)", "count(error)").first()
        report(f"{len(tasks)} files read: {counts[0]} pages, {counts[1]} failed")
    finally:
        session.stop()
    return 0


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
