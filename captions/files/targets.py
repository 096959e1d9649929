"""Check the files that a command writes, and put each in place once it is complete.

No command writes over a file that it reads, a database, a register, a device, or a file that it has just written. Other
files are replaced only by equal content, or on request; the caller may also allow its own earlier output.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from captions.errors import CaptionsError

_SQLITE = b"SQLite format 3\0"
_COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite appends to the name of a database for the files that belong to it."""
_REGISTER = re.compile(rb"^[ \t]*(?:\[\[[ \t]*agency[ \t]*\]\]|(?:agency|staff|own)[ \t]*=[ \t]*\[)", re.MULTILINE)
_HEAD = 1 << 16

Identity = tuple[int, int]
"""A file on this machine, whatever its names: device and inode."""


class Targets:
    """The files that one run of a command writes."""

    def __init__(
        self,
        inputs: Iterable[str | Path | None] = (),
        *,
        overwrite: bool = False,
        earlier: Callable[[Path], bool] | None = None,
    ) -> None:
        """Protect ``inputs``, files or folders; ``earlier`` returns whether a file may be replaced in any case."""
        self.overwrite = overwrite
        self._earlier = earlier
        self._inputs = [Path(path) for path in inputs if path is not None and str(path) != "-"]
        self._read: set[Identity] | None = None
        self._written: set[Identity] = set()

    def protect(self, paths: Iterable[str | Path]) -> None:
        """Add more inputs."""
        self._inputs += map(Path, paths)
        self._read = None

    def check(self, path: Path) -> None:
        """Raise CaptionsError if a file must not be written, whatever its new content is."""
        try:
            real = path.resolve()
            status = real.stat()
        except FileNotFoundError:
            status = None
        except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
            raise CaptionsError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from None
        for suffix in _COMPANIONS:
            base = real.name.removesuffix(suffix)
            if base != real.name and _head(real.with_name(base)).startswith(_SQLITE):
                raise CaptionsError(f"{path} belongs to the database {base}; choose another file with -o")
        if status is None:
            return
        if stat.S_ISDIR(status.st_mode):
            raise CaptionsError(f"{path} is a folder; choose a file with -o")
        if not stat.S_ISREG(status.st_mode):
            raise CaptionsError(f"{path} is not a file but a device or a pipe; to write to standard output, omit -o")
        identity = _identity(status)
        if identity in self._written:
            raise CaptionsError(f"{path} was written a moment ago by this command; choose another name")
        head = _head(real)
        if head.startswith(_SQLITE):
            raise CaptionsError(f"{path} is a database; choose another file with -o")
        if identity in self._identities():
            raise CaptionsError(f"{path} is read by this command; choose another file with -o")
        if _REGISTER.search(head):
            raise CaptionsError(f"{path} is a register of agencies; choose another file with -o")
        if head and not self.overwrite and self._earlier is not None and not self._earlier(real):
            raise CaptionsError(
                f"{path} already exists and is not an earlier report; choose another file, or pass --overwrite"
            )

    def confirm(self, path: Path, part: Path) -> None:
        """Raise CaptionsError if ``path`` must not be replaced by the complete file ``part``."""
        self.check(path)
        if self.overwrite or self._earlier is not None or not path.is_file() or not path.stat().st_size:
            return
        filecmp.clear_cache()
        if not filecmp.cmp(path, part, shallow=False):
            raise CaptionsError(f"{path} already exists and differs; choose another name, or pass --overwrite")

    @contextmanager
    def replaced(self, path: Path) -> Iterator[Path]:
        """Yield a temporary path that replaces ``path`` once the block has ended without an error."""
        self.check(path)
        with replaced(path) as part:
            yield part
            self.confirm(path, part)
        self._written.add(_identity(path.stat()))

    def written(self, path: Path) -> bool:
        """Return whether this run wrote this file, under any name."""
        with suppress(OSError):
            return _identity(path.stat()) in self._written
        return False

    def _identities(self) -> set[Identity]:
        """Return all input files; folders are listed only when a file that exists is to be written."""
        if self._read is None:
            self._read = set()
            for path in self._inputs:
                for file in [path] if not path.is_dir() else _below(path):
                    with suppress(OSError):
                        self._read.add(_identity(file.stat()))
        return self._read


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Yield a temporary path that replaces ``path`` once the block has ended without an error.

    A link is followed, and the file keeps its mode. Raise CaptionsError if it cannot be written.
    """
    target = path.resolve()
    part = target.with_name(f".{target.name[:80]}.{os.getpid()}.part")
    try:
        yield part
        with suppress(FileNotFoundError):
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        part.replace(target)
    except OSError as error:
        raise CaptionsError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink()


def keep_original(path: Path) -> Path:
    """Keep a file that is about to be replaced as ``NAME_original``, unless an earlier original is there."""
    original = path.with_name(f"{path.name}_original")
    if not original.exists():
        try:
            os.link(path, original)
        except OSError:  # a file system without links
            with replaced(original) as part:
                shutil.copy2(path, part)
    return original


def is_below(path: Path, folder: Path) -> bool:
    """Return whether a path, which need not exist, is a folder or inside it, whatever links lead there."""
    real = path.resolve()
    return any(_same(place, folder) for place in (real, *real.parents))


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _below(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in names:
            yield Path(place, name)


def _identity(status: os.stat_result) -> Identity:
    return status.st_dev, status.st_ino


def _head(path: Path) -> bytes:
    """Return the beginning of a regular file; nothing if it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b""
