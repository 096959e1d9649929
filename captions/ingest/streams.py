"""Open input so that a process with limits can wait for it, and so that another can read standard input again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection as mp
from typing import Any, BinaryIO

from captions.processes.limits import waiting
from captions.sources import InputFile
from captions.sources.streams import buffered


@dataclass(slots=True)
class Stdin:
    """Standard input, and a copy of what was read from it; connections, because those can be passed to a process."""

    pipe: mp.Connection[Any, Any]
    copy: mp.Connection[Any, Any]
    is_copied: bool = True

    def forget(self) -> None:
        """Stop copying: nothing will be read again."""
        if self.is_copied:
            self.is_copied = False
            os.ftruncate(self.copy.fileno(), 0)

    def close(self) -> None:
        """Close both."""
        self.pipe.close()
        self.copy.close()

    def stream(self) -> BinaryIO:
        """Return a stream of standard input from its beginning."""
        at = 0

        def fetch(size: int) -> bytes:
            nonlocal at
            copy = self.copy.fileno()
            if at < os.fstat(copy).st_size:
                data = os.pread(copy, size, at)
            else:
                with waiting():
                    data = os.read(self.pipe.fileno(), size)
                if self.is_copied:
                    os.pwrite(copy, data, at)
            at += len(data)
            return data

        return buffered(fetch)


@contextmanager
def opened(file: InputFile, stdin: Stdin | None) -> Iterator[BinaryIO]:
    """Open a file, a pipe or standard input; the clock stops while it waits for a pipe."""
    if file.path is None:
        assert stdin is not None  # noqa: S101 - the parent opens it
        yield stdin.stream()
    elif file.size is not None:
        with file.path.open("rb") as stream:
            yield stream
    else:
        with waiting():
            pipe = file.path.open("rb", buffering=0)

        def fetch(size: int) -> bytes:
            with waiting():
                return pipe.read(size) or b""

        with pipe:
            yield buffered(fetch)
