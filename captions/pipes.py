"""Pipes between processes of this program."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any


def widen(end: Connection[Any, Any], size: int) -> None:
    """Lets a pipe hold so many bytes: with fewer than an item has, one process would wait while the other works.

    Elsewhere than on Linux, and where a user may not have so many, it stays as it is.
    """
    if sys.platform == "linux":
        import fcntl  # not above: it is not on every system

        with suppress(OSError):
            fcntl.fcntl(end.fileno(), fcntl.F_SETPIPE_SZ, size)


class Turns:
    """Numbers from 0 on, up to 256 of them, which copies of this process share out: each is given to one of them.

    ``for turn in Turns(3)`` in two processes is, say, 0 and 2 in the one, 1 in the other.
    """

    def __init__(self, count: int) -> None:
        """Made before this process is copied."""
        # Of a pipe, one byte is read by one process, and where there are none left and nobody writes, none.
        self._taken, given = os.pipe()
        os.write(given, bytes(range(count)))
        os.close(given)

    def __iter__(self) -> Iterator[int]:
        """Gives the numbers that nobody has."""
        while taken := os.read(self._taken, 1):
            yield taken[0]

    def close(self) -> None:
        """Takes none any more, in this process."""
        os.close(self._taken)
