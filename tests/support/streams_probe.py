"""Run commands with closed, full or missing standard streams: ``python -m tests.support.streams_probe JOBS RESULTS``.

JOBS is a JSON list of ``{"arguments": [...], "folder": ..., "streams": {"1": "full"}}``. Each job runs in a process of
its own, forked from this one, so that the program is imported only once. RESULTS are the exit codes. What a job writes
to its other streams is in the files ``stdout`` and ``stderr`` of its folder.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

import captions_db

import captions
from captions.cli import main
from captions.lexicon.vocabulary import default

NAMES = {1: "stdout", 2: "stderr"}


def _connect(number: int, state: str) -> None:
    """Make a standard stream a file, or what ``state`` says: missing, full, unread (a pipe that nobody reads)."""
    if state == "missing":
        os.close(number)
        return
    if state == "unread":
        reader, opened = os.pipe()
        os.close(reader)
    else:
        opened = os.open(
            "/dev/full" if state == "full" else NAMES[number], os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600
        )
    os.dup2(opened, number)
    os.close(opened)


def _as_at_start(number: int) -> Any:
    """Return the stream that Python would open at its start."""
    try:
        os.fstat(number)
    except OSError:
        return None
    return open(number, "w", encoding="utf-8", closefd=False)


def _run(job: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 99
    try:
        os.chdir(job["folder"])
        for number in NAMES:
            _connect(number, job["streams"].get(str(number), "file"))
        sys.stdout, sys.stderr = _as_at_start(1), _as_at_start(2)
        sys.argv = ["captions", *job["arguments"]]
        code = main()
    except BaseException:
        Path("traceback").write_text(traceback.format_exc(), encoding="utf-8")
    finally:
        os._exit(code)


def import_everything() -> None:
    """Import all modules, and load the tables that every command needs."""
    for package in (captions, captions_db):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith((".__main__", ".env")) and ".versions" not in module.name:
                import_module(module.name)
    default()


if __name__ == "__main__":
    import_everything()
    gc.freeze()  # a collection in a child would copy all of the memory
    jobs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(sys.argv[2]).write_text(json.dumps([_run(job) for job in jobs]), encoding="utf-8")
