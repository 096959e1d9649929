"""Pipes between processes of this program."""

from __future__ import annotations

import sys
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
