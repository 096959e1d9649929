"""Bytes as a stream: opened, unpacked within bounds, and looked at without being used up."""

from __future__ import annotations

import gzip
import io
import tempfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from captions.sources import source
from captions.sources.source import GROWTH, HEAD, UnreadableError

GZIP = b"\x1f\x8b\x08"
_CHUNK = 1 << 20


class Taken(io.RawIOBase):
    """A stream of what a function gives when it is asked for so many bytes."""

    def __init__(self, take: Callable[[int], bytes]) -> None:
        """Takes the function, which gives nothing at the end."""
        self._take = take

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: object) -> int:
        """Gives what is there, at most as much as there is room for."""
        view = memoryview(buffer)  # type: ignore[arg-type] # typeshed's name of a buffer is new in Python 3.12
        data = self._take(len(view))
        view[: len(data)] = data
        return len(data)


class _Unpacking:
    """What a gzip stream holds; raises UnreadableError where that is broken, or grows as no text does."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed, self._taken, self._given = packed, 0, 0
        self._plain = gzip.GzipFile(fileobj=buffered(self._count))

    def _count(self, size: int) -> bytes:
        data = self._packed.read(size)
        self._taken += len(data)
        return data

    def take(self, size: int) -> bytes:
        try:
            data = self._plain.read1(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise UnreadableError("a broken gzip file") from None
        self._given += len(data)
        if self._given > source.LARGEST and self._given > GROWTH * self._taken:
            raise UnreadableError("a gzip bomb: it unpacks to far more than any text does")
        return data


def buffered(take: Callable[[int], bytes]) -> BinaryIO:
    """A stream of what a function gives, read forwards only."""
    return io.BufferedReader(Taken(take), HEAD)


def joined(head: bytes, rest: BinaryIO) -> BinaryIO:
    """A head that was read, and the stream that it was read from, as one stream."""
    start = io.BytesIO(head)
    return buffered(lambda size: start.read(size) or rest.read(size))


def with_head(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, and the whole stream again."""
    head = stream.read(HEAD)
    while 0 < len(head) < HEAD and (more := stream.read(HEAD - len(head))):
        head += more
    if len(head) < HEAD:
        return head, io.BytesIO(head)
    if stream.seekable():
        stream.seek(-len(head), io.SEEK_CUR)
        return head, stream
    return head, joined(head, stream)


def unpacked(stream: BinaryIO) -> BinaryIO:
    """What a gzip stream holds, as a stream."""
    return buffered(_Unpacking(stream).take)


def whole(stream: BinaryIO) -> bytes:
    """All of a stream that can be one article; raises UnreadableError if it is larger."""
    data = stream.read(source.LARGEST + 1)
    if len(data) > source.LARGEST:
        raise UnreadableError(source.too_large())
    return data


def seekable(stream: BinaryIO) -> BinaryIO:
    """A stream in which one can go back: itself, or a copy in a temporary file without a name."""
    if stream.seekable():
        return stream
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - it is gone when nobody holds it
    while data := stream.read(_CHUNK):
        copy.write(data)
    copy.seek(0)
    return copy


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a stream with their numbers, without what parts them; None for one larger than an article can be."""
    number = 0
    while line := stream.readline(source.LARGEST + 1):
        number += 1
        if len(line) <= source.LARGEST or line.endswith(b"\n"):
            yield number, line.rstrip(b"\r\n")
            continue
        yield number, None
        while not line.endswith(b"\n") and (line := stream.readline(_CHUNK)):
            pass
