"""Wrap byte streams: read them from a function, look ahead without consuming them, and decode UTF-16."""

from __future__ import annotations

import codecs
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from captions.sources import source
from captions.sources.source import HEAD, UnreadableError

_CHUNK = 1 << 20


class CallbackStream(io.RawIOBase):
    """A stream of the bytes that a function returns, which knows its position but cannot go back."""

    def __init__(self, fetch: Callable[[int], bytes]) -> None:
        """Wrap a function that takes a size and returns about as many bytes, ``b""`` at the end."""
        self._fetch = fetch
        self._rest = b""
        self._position = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the number of bytes read so far."""
        return self._position

    def readinto(self, buffer: object) -> int:
        """Fill the buffer as far as the function has data."""
        view = memoryview(buffer)  # type: ignore[arg-type] # typeshed's name of a buffer is new in Python 3.12
        data = self._rest or self._fetch(len(view))
        data, self._rest = data[: len(view)], data[len(view) :]
        view[: len(data)] = data
        self._position += len(data)
        return len(data)


def buffered(fetch: Callable[[int], bytes]) -> BinaryIO:
    """Return a forward-only stream of the bytes that a function returns."""
    return io.BufferedReader(CallbackStream(fetch), HEAD)


def at_once(stream: BinaryIO) -> Callable[[int], bytes]:
    """Return the function that reads what is available, so that no data is lost if the data after it is broken."""
    return stream.read1 if isinstance(stream, io.BufferedIOBase) else stream.read


def joined(head: bytes, rest: BinaryIO) -> BinaryIO:
    """Return one stream of a head that was already read and the rest of its stream."""
    start = io.BytesIO(head)
    read = at_once(rest)
    return buffered(lambda size: start.read(size) or read(size))


def with_head(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Return the first bytes of a stream, and a stream of everything including them.

    If the stream turns out to be broken after some bytes, reading on raises the error.
    """
    head = b""
    try:
        while len(head) < HEAD and (more := at_once(stream)(HEAD - len(head))):
            head += more
    except UnreadableError:
        if not head:
            raise
        return head, joined(head, stream)
    if len(head) < HEAD:
        return head, io.BytesIO(head)
    if stream.seekable():
        stream.seek(-len(head), io.SEEK_CUR)
        return head, stream
    return head, joined(head, stream)


def without_repeated_bom(head: bytes, stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Leave out all but one of the UTF-8 BOMs at the beginning; every program that joins files may add one."""
    while head.startswith(codecs.BOM_UTF8 * 2):
        head = head[len(codecs.BOM_UTF8) :]
        stream.read(len(codecs.BOM_UTF8))
    return head, stream


def as_utf8(stream: BinaryIO) -> BinaryIO:
    """Return a stream in UTF-8 of a text that begins with a UTF-16 BOM, as spreadsheets save it; others unchanged."""
    start = stream.read(len(codecs.BOM_UTF16_LE))
    if start not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return joined(start, stream)
    read = at_once(stream)
    decoder = codecs.getincrementaldecoder("utf-16-le" if start == codecs.BOM_UTF16_LE else "utf-16-be")("replace")

    def fetch(size: int) -> bytes:
        while data := read(max(size // 2, 2)):
            if text := decoder.decode(data):
                return text.encode("utf-8", "replace")
        return decoder.decode(b"", final=True).encode("utf-8", "replace")

    return buffered(fetch)


def head_as_utf8(head: bytes) -> bytes:
    """Return the first bytes of a file in UTF-8 if they begin with a UTF-16 BOM."""
    return as_utf8(io.BytesIO(head)).read()


def whole(stream: BinaryIO) -> bytes:
    """Return all bytes of a stream; raise UnreadableError if they exceed the limit for one article."""
    data = stream.read(source.LARGEST + 1)
    if len(data) > source.LARGEST:
        raise UnreadableError(source.too_large())
    return data


@contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Yield the stream if it is seekable, or else a copy in an anonymous temporary file."""
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy, _CHUNK)
        copy.seek(0)
        yield copy


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
