"""Standard streams that may be closed, full, or a pipe that nobody reads; failed output becomes an exit code.

Commands write to ``sys.stdout`` and ``sys.stderr`` as usual. Output that cannot be written ends the program; messages
that cannot be written are dropped, so that the work goes on.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

CANNOT_WRITE = 2
PIPE_CLOSED = 141
"""What shells report for a program that a closed pipe stopped."""

_UNUSABLE = ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY))
"""How to open the null device in place of a closed stream. Otherwise the next file that the program opens, such as the
database, would become its standard output. Reading the input and writing the output fail; messages are dropped."""


class _Guarded(io.FileIO):
    """A stream that remembers its first failure and drops everything after it."""

    failure: OSError | None = None

    def __init__(self, descriptor: int, *, needed: bool) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._needed = needed

    def write(self, data: Any) -> int:
        if self.failure is None:
            try:
                # Without a buffer nobody else writes the rest, when a disk has room for only a part.
                written = 0
                while written < len(data):
                    written += super().write(memoryview(data)[written:]) or 0
            except OSError as error:
                self.failure = error
                if self._needed:
                    # Not an OSError, which commands would report as a failure of the file they are working on.
                    raise SystemExit(self.exit_code(0)) from None
        return len(data)

    def exit_code(self, code: int) -> int:
        """Return the exit code of a command that would have ended with ``code``."""
        if self.failure is None:
            return code
        if isinstance(self.failure, BrokenPipeError):
            return PIPE_CLOSED if self._needed else code
        return CANNOT_WRITE


@contextmanager
def guarded() -> Iterator[Callable[[int], tuple[int, str | None]]]:
    """Guard the standard streams; yield a function that turns a command's exit code into the program's.

    It flushes stdout and returns the exit code, and an error to report if stdout could not be written: 141 if nobody
    reads the pipe, else 2. Messages that could not be written also give 2, unless stderr was closed on purpose.
    """
    _replace_closed()
    before = sys.stdin, sys.stdout, sys.stderr
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor, which stays open
    sys.stdout, output = _guard(sys.stdout, 1, needed=True)
    sys.stderr, messages = _guard(sys.stderr, 2, needed=False)

    def finish(code: int) -> tuple[int, str | None]:
        with suppress(SystemExit):
            sys.stdout.flush()
        if messages is not None:
            code = messages.exit_code(code)
        if output is None or output.failure is None:
            return code, None
        code = output.exit_code(code)
        closed = output.failure.errno == errno.EBADF
        reason = "it is closed" if closed else output.failure.strerror
        return code, None if code == PIPE_CLOSED else f"cannot write to standard output: {reason}"

    try:
        yield finish
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


def _replace_closed() -> None:
    for number, flags in _UNUSABLE:
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, flags)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)


def _guard(stream: Any, descriptor: int, *, needed: bool) -> tuple[Any, _Guarded | None]:
    """Return a guarded stream like this one, and its guard; a stream of another kind stays as it is."""
    if stream is None:
        encoding, unbuffered, by_line = "utf-8", False, not needed
    else:
        buffer = getattr(stream, "buffer", None)
        raw = getattr(buffer, "raw", buffer)
        if not isinstance(stream, io.TextIOWrapper):
            return stream, None
        if type(raw) is not io.FileIO:
            stream.reconfigure(errors="replace")
            return stream, None
        stream.flush()
        # UTF-8 in files and pipes, whatever the locale.
        encoding = stream.encoding if stream.isatty() else "utf-8"
        descriptor, unbuffered, by_line = raw.fileno(), stream.write_through, stream.line_buffering
    guard = _Guarded(descriptor, needed=needed)
    buffer = guard if unbuffered else io.BufferedWriter(guard)  # like Python's own streams under PYTHONUNBUFFERED
    text = io.TextIOWrapper(buffer, encoding, "replace", line_buffering=by_line, write_through=unbuffered)
    return text, guard
