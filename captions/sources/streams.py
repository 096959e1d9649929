"""Wrap byte streams: decompress them within limits, and look ahead without consuming them."""

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


class CallbackStream(io.RawIOBase):
    """A stream of the bytes that a function returns."""

    def __init__(self, fetch: Callable[[int], bytes]) -> None:
        """Wrap a function that takes a size and returns ``b""`` at the end."""
        self._fetch = fetch

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer as far as the function has data."""
        view = memoryview(buffer)  # type: ignore[arg-type] # typeshed's name of a buffer is new in Python 3.12
        data = self._fetch(len(view))
        view[: len(data)] = data
        return len(data)


class _GzipReader:
    """A gzip stream, decompressed; raises UnreadableError if it is broken or expands far more than text."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed, self._size_in, self._size_out = packed, 0, 0
        self._plain = gzip.GzipFile(fileobj=buffered(self._count))

    def _count(self, size: int) -> bytes:
        data = self._packed.read(size)
        self._size_in += len(data)
        return data

    def fetch(self, size: int) -> bytes:
        try:
            data = self._plain.read1(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise UnreadableError("broken gzip file") from None
        self._size_out += len(data)
        if self._size_out > source.LARGEST and self._size_out > GROWTH * self._size_in:
            raise UnreadableError("possible gzip bomb: it unpacks to far more data than text would")
        return data


def buffered(fetch: Callable[[int], bytes]) -> BinaryIO:
    """Return a forward-only stream of the bytes that a function returns."""
    return io.BufferedReader(CallbackStream(fetch), HEAD)


def joined(head: bytes, rest: BinaryIO) -> BinaryIO:
    """Return one stream of a head that was already read and the rest of its stream."""
    start = io.BytesIO(head)
    return buffered(lambda size: start.read(size) or rest.read(size))


def with_head(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Return the first bytes of a stream, and a stream of everything including them."""
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
    """Return the decompressed stream of a gzip stream."""
    return buffered(_GzipReader(stream).fetch)


def whole(stream: BinaryIO) -> bytes:
    """Return all bytes of a stream; raise UnreadableError if they exceed the limit for one article."""
    data = stream.read(source.LARGEST + 1)
    if len(data) > source.LARGEST:
        raise UnreadableError(source.too_large())
    return data


def seekable(stream: BinaryIO) -> BinaryIO:
    """Return the stream if it is seekable, or else a copy in an anonymous temporary file."""
    if stream.seekable():
        return stream
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - deleted with its last reference
    while data := stream.read(_CHUNK):
        copy.write(data)
    copy.seek(0)
    return copy


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield numbered lines without their line ends, with None for a line that exceeds the limit for one article."""
    number = 0
    while line := stream.readline(source.LARGEST + 1):
        number += 1
        if len(line) <= source.LARGEST or line.endswith(b"\n"):
            yield number, line.rstrip(b"\r\n")
            continue
        yield number, None
        while not line.endswith(b"\n") and (line := stream.readline(_CHUNK)):
            pass
