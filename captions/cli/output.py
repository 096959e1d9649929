"""Where results and messages go: data to stdout or to a file that is written whole, messages to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

import typer

from captions import escaping
from captions.errors import CaptionsError


@contextmanager
def opened(path: Path | None, *, for_spreadsheet: bool = False) -> Iterator[TextIO]:
    """A stream to write to: stdout, or a file that takes its place only when all of it is written.

    A CSV file begins with a BOM, without which Excel reads ``Müller`` as ``MÃ¼ller``; stdout, which goes to
    programs, does not.
    """
    if path is None or str(path) == "-":
        yield sys.stdout
        return
    if path.exists() and not path.is_file():
        if path.is_dir():
            raise CaptionsError(f"{path} is a folder; name a file with -o")
        with path.open("w", encoding="utf-8") as device:  # /dev/null, a named pipe
            yield device
        return
    encoding = "utf-8-sig" if for_spreadsheet else "utf-8"
    with replaced(path) as part, part.open("w", encoding=encoding, errors="replace", newline="\n") as stream:
        yield stream


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A path to write a file to; it takes the place of ``path`` only when all of it is written."""
    target = path.resolve()
    part = target.with_name(f".{target.name[:80]}.{os.getpid()}.part")
    try:
        yield part
        part.replace(target)
    except OSError as error:
        raise CaptionsError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lets one command at a time change what is in a folder; the others wait. Nothing is left there, come what may."""
    if sys.platform == "win32":  # which has no locks of folders
        yield
        return
    import fcntl

    with ExitStack() as stack:
        # Where there is no such folder, or none that can be locked, who writes there will tell.
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def note(message: str) -> None:
    """Tells something on stderr, as one line that no text of an article can break."""
    typer.echo(escaping.line(message), err=True)


def write_text(text: str, stream: TextIO) -> None:
    """Writes an article's text; what has force in a terminal is taken out where the stream is one."""
    stream.write(escaping.lines(text) if stream.isatty() else text)
