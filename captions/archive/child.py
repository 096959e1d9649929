"""Parse batches of pages in a process of its own; :mod:`captions.archive.batches` starts it as a program.

It is a program and not a fork, because the processes of Dask and DuckDB run threads, which a fork does not survive.
"""

from __future__ import annotations

import gc
import os
import queue
import signal
import threading
from dataclasses import dataclass
from multiprocessing import connection as mp
from pathlib import Path
from typing import Any

from captions.processes.limits import DEFAULT_LIMITS, Limits, end_out_of_memory, end_with_parent, stop_step

ROW = 4
"""The length in bytes of a message that only names the row that is read; a message with a batch is longer."""
_RARE_COLLECTION = (5_000, 10, 10)


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """How to read pages: within which limits, with which register, and the user's field names."""

    limits: Limits = DEFAULT_LIMITS
    register: Path | None = None
    names: tuple[tuple[str, str], ...] = ()


def main() -> None:
    """Read batches from standard input until it ends, and write the batches of their articles to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    results = mp.Connection(os.dup(1), readable=False)
    os.dup2(2, 1)  # what a library prints would be taken for a result
    tasks = mp.Connection(os.dup(0), writable=False)
    end_with_parent(os.getppid())
    try:
        settings: ReaderSettings = tasks.recv()
        _serve(tasks, results, settings)
    except MemoryError:
        end_out_of_memory()
    except (EOFError, OSError):  # the parent is gone
        return


def _serve(tasks: mp.Connection[Any, Any], results: mp.Connection[Any, Any], settings: ReaderSettings) -> None:
    # Imported here, so that the parent can import the settings without all of the parser.
    import pyarrow as pa

    import captions.page.parser
    import captions.plain.parser  # noqa: F401
    from captions.archive import rows
    from captions.archive.schema import SCHEMA
    from captions.archive.wire import packed, unpacked
    from captions.lexicon.fingerprint import fingerprint, parser_version
    from captions.lexicon.vocabulary import default, load

    words = default() if settings.register is None else load(settings.register)
    version = parser_version(fingerprint(settings.register))
    gc.set_threshold(*_RARE_COLLECTION)  # turned off, it would use up the memory: a page's tree is a cycle
    settings.limits.apply()
    waiting: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks, waiting), daemon=True).start()
    while (data := waiting.get()) is not None:
        results.send_bytes(bytes(ROW))
        batch, found = unpacked(data), []
        pages = rows.pages_of(batch, settings.names)
        for number in range(len(batch)):
            results.send_bytes(number.to_bytes(ROW, "big"))
            settings.limits.start_step()
            row = rows.article_row(*next(pages), words, version)
            found.append(rows.batch_of([row], SCHEMA))
            stop_step()
        results.send_bytes(packed(pa.Table.from_batches(found).combine_chunks().to_batches()[0]))


def _listen(tasks: mp.Connection[Any, Any], waiting: queue.SimpleQueue[bytes | None]) -> None:
    """Receive batches in a thread, so that the parent never waits for a process that waits for it."""
    try:
        while True:
            waiting.put(tasks.recv_bytes())
    except (EOFError, OSError):
        waiting.put(None)
    except BaseException:  # memory is out, so the process is useless
        end_out_of_memory()
