"""Read an archive with Dask: ``python -m captions.archive.dask INPUT... OUTPUT``.

Each shard is a task, which writes its own file as ``captions archive read`` does. If a worker ends, its shards are read
by others; if the job ends, the next one goes on.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from captions.archive.job import BAD_INPUT, Job, needs, parser_of, report, run
from captions.archive.reading import read_shard, unread_shards


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job and return its exit code."""
    parser = parser_of("dask", "Read an archive with Dask, a task per file.")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a running cluster (default: processes on this machine)")
    parser.add_argument("--workers", type=int, metavar="N", help="the number of processes (default: one per core)")
    parser.add_argument("--refresh", action="store_true", help="read shards again that another version read")
    return run(parser, arguments, _work)


def _work(job: Job) -> int:
    needs("distributed", "dask")
    from distributed import Client, LocalCluster, as_completed

    job.settings.folder.check()
    waiting, _ = unread_shards(job.shards, job.settings, refresh=job.engine.refresh)
    rows = errors = lost = 0
    with ExitStack() as stack:
        address: Any = job.engine.scheduler
        if address is None:
            # A thread per process: a shard keeps one core busy.
            workers = {"n_workers": job.engine.workers, "threads_per_worker": 1}
            address = stack.enter_context(LocalCluster(**workers, dashboard_address=None, silence_logs=logging.ERROR))
        client = stack.enter_context(Client(address))
        futures = [client.submit(read_shard, job.settings, shard, pure=False) for shard in waiting]
        names = {future.key: shard.name for future, shard in zip(futures, waiting, strict=True)}
        for future in as_completed(futures):
            if future.status == "finished":
                counts = future.result()
                rows, errors = rows + counts.rows, errors + counts.errors
            else:
                lost += 1
                report(f"not read: {names[future.key]}: {' '.join(str(future.exception()).split())[:200]}")
    done = len(job.shards) - len(waiting)
    report(f"{len(waiting) - lost} files read, {done} already read: {rows} pages, {errors} failed")
    return BAD_INPUT if lost else 0


if __name__ == "__main__":
    sys.exit(main())
