"""Paths -> entries: files as named, folders by their files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from captions.sources.source import STDIN, Entry, Unread

# fmt: off
SUFFIXES = (
    ".txt", ".text", ".md", ".html", ".htm", ".xhtml", ".mhtml", ".mht",
    ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".xml", ".rss", ".atom",
    ".zip", ".tar", ".tgz", ".warc", ".wacz", ".parquet",
)
"""What is read in a folder, also with .gz behind it. A file that is named is read whatever its name ends in."""
# fmt: on
_ENDINGS = (*SUFFIXES, *(f"{suffix}.gz" for suffix in SUFFIXES))


def is_readable_name(name: str) -> bool:
    """Whether a file of a folder or an archive is read, by its name: ``a.html.gz`` is, ``.a.txt`` and ``a.jpg`` not."""
    file = name.rsplit("/", 1)[-1]
    return not file.startswith(".") and file.lower().endswith(_ENDINGS)


def find(paths: Iterable[str]) -> Iterator[Entry | Unread]:
    """What there is to read: files as named, folders by their files, sorted; each file once, as it is come upon.

    ``["samples/articles", "-"]`` gives an Entry for each text in the folder and one for standard input. A
    folder without a text, and a path that is not there, give an Unread.
    """
    given = _Given()
    for path in dict.fromkeys(paths):
        for item in _of_path(path):
            if not given.before(item.name):
                yield item
        given.add(path)


class _Given:
    """The paths that were gone through: what was found in them needs no memory."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._folders: list[str] = []

    def add(self, path: str) -> None:
        name = _name(path) if path != STDIN else path
        self._names.add(name)
        if path != STDIN and Path(path).is_dir():
            self._folders.append("" if name == "." else f"{name.rstrip('/')}/")

    def before(self, name: str) -> bool:
        """Whether a path before gave what has this name: by itself, or as a file of a folder."""
        return name in self._names or any(
            _is_walked(name[len(folder) :])
            for folder in self._folders
            if name.startswith(folder) and (folder or not Path(name).is_absolute())
        )


def _is_walked(name: str) -> bool:
    """Whether the way from a folder to a file is gone when the folder is read."""
    return is_readable_name(name) and not any(part.startswith(".") for part in name.split("/")[:-1])


def _of_path(path: str) -> Iterator[Entry | Unread]:
    if path == STDIN:
        yield Entry(STDIN, None)
        return
    name = _name(path)
    try:
        status = Path(path).stat()
    except PermissionError:
        yield Unread(name, "no permission to read it")
    except (OSError, ValueError):  # ValueError: a NUL in the name
        yield Unread(name, "no such file or folder", missing=True)
    else:
        if stat.S_ISDIR(status.st_mode):
            yield from _of_folder(path, name)
        else:
            yield Entry(name, Path(path), status.st_size if stat.S_ISREG(status.st_mode) else None)


def _of_folder(path: str, name: str) -> Iterator[Entry | Unread]:
    closed: list[OSError] = []
    count = 0
    for folder, below, files in os.walk(path, onerror=closed.append):
        below[:] = sorted(b for b in below if not b.startswith("."))
        within = _name(folder)
        for file in sorted(files):
            if not is_readable_name(file):
                continue
            full = os.path.join(folder, file)  # noqa: PTH118 - for a million files, a Path each takes as long as reading
            size = _size(full)
            if size is None:
                continue  # a pipe or a socket would be waited for
            count += 1
            yield Entry(file if within == "." else f"{within.rstrip('/')}/{file}", Path(full), size)
    for error in closed:
        yield Unread(_name(error.filename or path), "no permission to read this folder")
    if not count and not closed:
        yield Unread(name, f"nothing to read in this folder: no {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")


def _size(path: str) -> int | None:
    """The size of a file; None of what is none. What cannot be looked at has none, and is told when it is read."""
    try:
        status = os.stat(path)  # noqa: PTH116 - see above
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _name(path: str) -> str:
    """One name for one file: relative to the working folder where it lies below it, else absolute.

    The name is what the store knows an article by: ``./a.txt`` and ``a.txt`` must not be two articles.
    """
    try:
        full = os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links to other names
        here = os.path.relpath(full)
    except (OSError, ValueError):  # the working folder is gone; another drive
        return path
    return full if here.split(os.sep, 1)[0] == os.pardir else Path(here).as_posix()
