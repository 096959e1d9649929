"""List the files to read: those the user names, and those in the folders the user names."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from captions.sources.source import STDIN, InputFile, Unread

# fmt: off
SUFFIXES = (
    ".txt", ".text", ".md", ".html", ".htm", ".xhtml", ".mhtml", ".mht",
    ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".xml", ".rss", ".atom",
    ".zip", ".tar", ".tgz", ".warc", ".wet", ".wacz", ".parquet",
)
"""Files read in a folder, also with .gz appended. A file that the user names is read whatever its suffix."""
# fmt: on
_ENDINGS = (*SUFFIXES, *(f"{suffix}.gz" for suffix in SUFFIXES))


def is_readable_name(name: str) -> bool:
    """Return whether to read a file in a folder or archive: yes for ``a.html.gz``, no for ``.a.txt`` and ``a.jpg``."""
    file = name.rsplit("/", 1)[-1]
    return not file.startswith(".") and file.lower().endswith(_ENDINGS)


def is_page_name(name: str) -> bool:
    """Return whether a file is named as a web page: ``a.html``, ``a.htm.gz``."""
    return name.lower().removesuffix(".gz").endswith((".html", ".htm", ".xhtml"))


def find(paths: Iterable[str]) -> Iterator[InputFile | Unread]:
    """Yield each file once: those named, and those in the folders named, sorted.

    ``["samples/articles", "-"]`` yields an InputFile for each readable file in the folder and one for standard input.
    A folder without readable files and a path that does not exist yield an Unread.
    """
    visited = _VisitedPaths()
    for path in dict.fromkeys(paths):
        for item in _of_path(path):
            if not visited.covers(item.name):
                yield item
        visited.add(path)


class _VisitedPaths:
    """The paths already listed; the files found in a folder take no memory."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._folders: list[str] = []

    def add(self, path: str) -> None:
        name = name_of(path) if path != STDIN else path
        self._names.add(name)
        if path != STDIN and Path(path).is_dir():
            self._folders.append("" if name == "." else f"{name.rstrip('/')}/")

    def covers(self, name: str) -> bool:
        """Return whether an earlier path is this file or a folder that contains it."""
        return name in self._names or any(
            _is_walked(name[len(folder) :])
            for folder in self._folders
            if name.startswith(folder) and (folder or not Path(name).is_absolute())
        )


def _is_walked(name: str) -> bool:
    """Return whether listing a folder reaches the file at this relative path."""
    return is_readable_name(name) and not any(part.startswith(".") for part in name.split("/")[:-1])


def _of_path(path: str) -> Iterator[InputFile | Unread]:
    if path == STDIN:
        yield InputFile(STDIN, None)
        return
    name = name_of(path)
    try:
        status = Path(path).stat()
    except PermissionError:
        yield Unread(name, "permission denied")
    except (OSError, ValueError):  # ValueError: a NUL in the name
        yield Unread(name, "no such file or folder", missing=True)
    else:
        if stat.S_ISDIR(status.st_mode):
            yield from _of_folder(path, name)
        else:
            yield InputFile(name, Path(path), status.st_size if stat.S_ISREG(status.st_mode) else None)


def _of_folder(path: str, name: str) -> Iterator[InputFile | Unread]:
    closed: list[OSError] = []
    count = 0
    for folder, below, files in os.walk(path, onerror=closed.append):
        below[:] = sorted(b for b in below if not b.startswith("."))
        within = name_of(folder)
        for file in sorted(files):
            if not is_readable_name(file):
                continue
            full = os.path.join(folder, file)  # noqa: PTH118 - creating a million Paths takes as long as reading the files
            size = _size(full)
            if size is None:
                continue  # reading a pipe or a socket could block forever
            count += 1
            yield InputFile(file if within == "." else f"{within.rstrip('/')}/{file}", Path(full), size)
    for error in closed:
        yield Unread(name_of(error.filename or path), "permission denied for this folder")
    if not count and not closed:
        yield Unread(name, f"no readable file in this folder: no {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")


def _size(path: str) -> int | None:
    """Return a file's size, None for anything else, and 0 on an error, which is reported when the file is read."""
    try:
        status = os.stat(path)  # noqa: PTH116 - see above
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def name_of(path: str) -> str:
    """Return the same name for every path to a file: relative below the working folder, absolute elsewhere.

    The store identifies articles by this name, so ``./a.txt`` and ``a.txt`` must not become two articles.
    """
    try:
        full = os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links to other names
        here = os.path.relpath(full)
    except (OSError, ValueError):  # the working folder is gone; another drive
        return path
    return full if here.split(os.sep, 1)[0] == os.pardir else Path(here).as_posix()
