"""What reading takes and gives: entries, sources, what could not be read; and how much is read of anything."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

STDIN = "-"
# Of 3,000 real articles the longest has 0.2 MB. What is larger than this is a mistake. One article, not one archive.
LARGEST = 64 * 1024 * 1024
# What a packed file may grow to before it is taken for a bomb: text shrinks to a tenth, zeros to a thousandth.
GROWTH = 400
HEAD = 65536
"""So many bytes of a file tell its kind."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be read: its name, by which the store knows it, and its path; None: standard input."""

    name: str
    path: Path | None
    size: int | None = None
    """In bytes; None of what is no file at rest: standard input, a pipe."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the container of an article tells of it, beside its text."""

    url: str | None = None
    headline: str | None = None
    published: date | None = None
    publication: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one article, decoded; ``digest`` is of what it was read from, ``notes`` what was wrong with it."""

    name: str
    text: str
    digest: str
    notes: tuple[str, ...] = ()
    page: bool = False
    """Whether it is the source of a web page."""
    told: Facts = field(default=Facts())


@dataclass(frozen=True, slots=True)
class Unread:
    """A file or a record that could not be read, and why. ``missing``: it was named by the user and is not there."""

    name: str
    reason: str
    missing: bool = False


class UnreadableError(Exception):
    """Ends the reading of one file; what was read of it before stays read. The text is the reason."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to read: what the user told of it, and where the reading is."""

    names: tuple[tuple[str, str], ...] = ()
    """``("text", "body")``: the field of a record that holds an article's text, and the like."""
    inner: Reader | None = None
    """How what stands in an archive is read; None in an archive, which may hold no other."""


Read = Iterator[Source | Unread]
Reader = Callable[[BinaryIO, str, Options], Read]
"""How a kind is read: from its bytes, under a name."""


def digest_of(data: bytes) -> str:
    """The digest by which a source is known to be unchanged."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def digest_of_record(text: str, page: bool, told: Facts) -> str:
    """The digest of an article in a record: of what is read of it, so that its other fields may change."""
    rest = repr((page, told.url, told.headline, told.published, told.publication, told.language))
    return digest_of(f"{rest}\0{text}".encode("utf-8", "surrogatepass"))


def too_large(what: str = "not one article") -> str:
    """The reason for what is larger than an article can be."""
    return f"larger than {LARGEST // 1024 // 1024} MB: {what}"
