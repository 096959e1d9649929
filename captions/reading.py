"""Paths -> texts: files, folders and standard input, each read as text or failed with a reason.

A bad file never stops the rest: it comes out as an :class:`Unread`, and the audit reports it as CR901.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from captions.decoding import decode, decode_page, is_page, what_binary
from captions.model import Article
from captions.vocabulary import Vocabulary

SUFFIXES = (".txt", ".text", ".md", ".html", ".htm", ".txt.gz", ".html.gz")
"""What is read in a folder. A file that is named is read whatever its name ends in."""
STDIN = "-"
# Of 3,000 real articles the longest has 0.2 MB. What is larger than this is an archive or a mistake.
_JSON_LINE = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{"[^\n]{2,}\}\s*(?:\n\s*\{"|$)')
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be read: its name, by which the store knows it, and its path; None: standard input."""

    name: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file, decoded; ``digest`` is of its bytes, ``notes`` what was wrong with it."""

    name: str
    text: str
    digest: str
    notes: tuple[str, ...] = ()
    page: bool = False
    """Whether it is the source of a web page."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, and why. ``missing``: it was named by the user and is not there."""

    name: str
    reason: str
    missing: bool = False


def find(paths: Iterable[str]) -> list[Entry | Unread]:
    """What there is to read: files as named, folders by their files, sorted; each file once.

    ``["samples/articles", "-"]`` gives an Entry for each text in the folder and one for standard input. A
    folder without a text, and a path that is not there, give an Unread.
    """
    found: dict[str, Entry | Unread] = {}
    for path in paths:
        for item in _of_path(path):
            found.setdefault(item.name, item)
    return list(found.values())


def read(entry: Entry) -> Source | Unread:
    """The text of one file; an Unread if it is empty, binary, holds no article, or cannot be opened."""
    try:
        data = _bytes(entry.path)
    except FileNotFoundError:
        return Unread(entry.name, "vanished before it could be read, or is a link to nothing")
    except PermissionError:
        return Unread(entry.name, "no permission to read it")
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return Unread(entry.name, "a broken gzip file")
    except OSError as error:
        return Unread(entry.name, f"cannot be read: {error.strerror or error}")
    if reason := _unreadable(data):
        return Unread(entry.name, reason)
    page = is_page(data)
    text, notes = decode_page(data) if page else decode(data)
    if not any(char.isalpha() for char in text):
        return Unread(entry.name, "no article in it: not one letter")
    return Source(entry.name, text, hashlib.blake2b(data, digest_size=16).hexdigest(), notes, page)


def article(source: Source, words: Vocabulary) -> Article:
    """The article that a source holds, read as a page or as plain text."""
    from captions.page import parse_html  # where it is needed: a tree's library takes a while to load
    from captions.plain import parse_text

    if source.page:
        return parse_html(source.text, vocabulary=words)
    return parse_text(source.text, words)


def read_all(paths: Iterable[str]) -> Iterator[Source | Unread]:
    """Finds and reads; see :func:`find` and :func:`read`."""
    for item in find(paths):
        yield item if isinstance(item, Unread) else read(item)


def _of_path(path: str) -> Iterator[Entry | Unread]:
    if path == STDIN:
        yield Entry(STDIN, None)
        return
    name = _name(path)
    try:
        mode = Path(path).stat().st_mode
    except PermissionError:
        yield Unread(name, "no permission to read it")
    except (OSError, ValueError):  # ValueError: a NUL in the name
        yield Unread(name, "no such file or folder", missing=True)
    else:
        if stat.S_ISDIR(mode):
            yield from _of_folder(path, name)
        else:
            yield Entry(name, Path(path))


def _of_folder(path: str, name: str) -> Iterator[Entry | Unread]:
    closed: list[OSError] = []
    count = 0
    for folder, below, files in os.walk(path, onerror=closed.append):
        below[:] = sorted(b for b in below if not b.startswith("."))
        for file in sorted(files):
            if file.startswith(".") or not file.lower().endswith(SUFFIXES):
                continue
            full = Path(folder, file)
            if full.exists() and not full.is_file():
                continue  # a pipe or a socket would be waited for
            count += 1
            yield Entry(_name(str(full)), full)
    for error in closed:
        yield Unread(_name(error.filename or path), "no permission to read this folder")
    if not count and not closed:
        yield Unread(name, f"nothing to read in this folder: no {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")


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


def _bytes(path: Path | None) -> bytes:
    if path is None:
        return sys.stdin.buffer.read(LARGEST + 1)
    with path.open("rb") as file:
        if path.suffix.lower() != ".gz":
            return file.read(LARGEST + 1)
        with gzip.open(file) as unpacked:
            return unpacked.read(LARGEST + 1)


def _unreadable(data: bytes) -> str | None:
    """Why these bytes are no text; None if they may be one."""
    if not data:
        return "an empty file"
    if len(data) > LARGEST:
        return f"larger than {LARGEST // 1024 // 1024} MB: not one article"
    if kind := what_binary(data):
        return f"not a text file: {kind}"
    if _JSON_LINE.match(data):
        return "JSON Lines, which are not read yet; write each article to a file of its own"
    return None
