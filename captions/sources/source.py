"""Define the input and output of reading: files, sources, failures and size limits."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from captions.model import Article

STDIN = "-"
# In bytes, for one article: the longest of 3,000 real ones has 0.2 MB, so anything larger is a mistake.
LARGEST = 64 * 1024 * 1024
# A file that expands more than this may be a bomb: text compresses to a tenth, zeros to a thousandth.
GROWTH = 100
# The members of a gzip file that nobody asks for are forgotten.
_MOST_PLACES = 10_000
HEAD = 65536
"""The number of bytes used to recognize a file's format."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read: its name in the store and its path, which is None for standard input."""

    name: str
    path: Path | None
    size: int | None = None
    """In bytes; None for standard input and pipes."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the container of an article says about it: a record's fields, a feed item's elements."""

    url: str | None = None
    headline: str | None = None
    published: date | None = None
    publication: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Where a record is in its file, to fetch it again."""

    record_id: str | None = None
    """Its identifier in the file: a ``WARC-Record-ID``."""
    offset: int | None = None
    """The byte at which it begins, in a compressed file that of its compressed data; None if it has none of its own."""
    length: int | None = None
    """The bytes of its compressed data; None in other files."""


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """An article that an earlier run has parsed, and the version of the parser: ``0.1.0+9f2c...``."""

    article: Article
    version: str


@dataclass(frozen=True, slots=True)
class Source:
    """The decoded text of one article, with a digest of the input and notes on what was wrong with it."""

    name: str
    text: str
    digest: str
    notes: tuple[str, ...] = ()
    page: bool = False
    """Whether the text is HTML."""
    facts: Facts = field(default=Facts())
    place: RecordPlace | None = None
    article: ParsedArticle | None = None
    """What an earlier run has parsed already; the text is then that of the article."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A file or a record that could not be read, and why; ``missing`` if the user named it and it does not exist."""

    name: str
    reason: str
    missing: bool = False


class UnreadableError(Exception):
    """Stop reading a file, with a reason; articles already read from it remain valid."""


class BombError(UnreadableError):
    """Stop reading a file, and the archive it is in, because they unpack to far more data than text would."""


class Expansion:
    """The bytes of a file before and after unpacking, through all its layers."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._packed = self._unpacked = 0

    def read(self, size: int) -> None:
        """Count compressed bytes of the outermost layer."""
        self._packed += size

    def grew(self, size: int) -> None:
        """Count unpacked bytes of any layer; raise BombError if the file has grown too much."""
        self._unpacked += size
        if is_bomb(self._packed, self._unpacked):
            raise BombError(POSSIBLE_BOMB)


def is_bomb(packed: int, unpacked: int) -> bool:
    """Return whether data has grown more than text would; what fits into a single article is never a bomb."""
    return unpacked > LARGEST and unpacked > GROWTH * max(packed, 1)


POSSIBLE_BOMB = "possible bomb: it unpacks to far more data than text would"


class MemberPlaces:
    """Where the members of a gzip file are, compressed and uncompressed."""

    def __init__(self) -> None:
        """Start with none."""
        self._places: deque[tuple[int, int, int]] = deque(maxlen=_MOST_PLACES)

    def add(self, unpacked: int, start: int, end: int) -> None:
        """Add the next member: where its uncompressed data begins, and its compressed data begins and ends."""
        self._places.append((unpacked, start, end))

    def find(self, unpacked: int) -> tuple[int, int] | None:
        """Return offset and length of the member whose data begins there, or None; forget those before it."""
        while self._places and self._places[0][0] < unpacked:
            self._places.popleft()
        if not self._places or self._places[0][0] != unpacked:
            return None
        _, start, end = self._places[0]
        return start, end - start


@dataclass(frozen=True, slots=True)
class Options:
    """How to read a file: the user's field names, and how to read the members of an archive."""

    names: tuple[tuple[str, str], ...] = ()
    """``("text", "body")``: the field of a record that holds an article's text, and the like."""
    inner: Reader | None = None
    """The reader for members of an archive; None inside an archive, because nested archives are refused."""
    wants: Callable[[str], bool] = lambda _: True
    """A function that is called with the name of each member of an archive, and returns whether to read it."""
    expansion: Expansion = field(default_factory=Expansion)
    """What the file, with all its members, has unpacked to so far."""
    packed: bool = False
    """Whether the stream comes from a compressed file."""
    members: MemberPlaces | None = None
    """The members of the gzip file that the stream comes from."""

    def of_member(self, *, packed: bool) -> Options:
        """Return the options for a member of an archive."""
        return Options(self.names, expansion=self.expansion, packed=packed or self.packed)


Read = Iterator[Source | Unread]
Reader = Callable[[BinaryIO, str, Options], Read]
"""A function that reads one format from a stream; the name goes into sources and failures."""


def digest_of(data: bytes) -> str:
    """Return the digest that shows whether a source has changed."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def digest_of_record(text: str, page: bool, facts: Facts) -> str:
    """Return the digest of an article in a record; fields that are not read do not affect it."""
    rest = repr((page, facts.url, facts.headline, facts.published, facts.publication, facts.language))
    return digest_of(f"{rest}\0{text}".encode("utf-8", "surrogatepass"))


def too_large(hint: str = "not a single article") -> str:
    """Return the reason for refusing an article that exceeds the limit."""
    return f"larger than {LARGEST // 1024 // 1024} MB: {hint}"
