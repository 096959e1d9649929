"""Read the named texts in CBOR (RFC 8949), the binary JSON of content credentials, within limits."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_DEEPEST = 32
_MOST = 50_000
"""The limit on values in a block; the largest assertions have a few thousand."""
_BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = 2, 3, 4, 5, 6, 7
_INDEFINITE = 31
_BREAK = 0xFF
_WIDTHS = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}


class CborError(ValueError):
    """A block of CBOR that is broken, too deep or too long; texts before the error are valid."""


def texts(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the texts in maps with their keys, at any depth: ``{"title": "Pier"}`` gives ``("title", "Pier")``.

    Raise CborError at the first byte that cannot be read.
    """
    return _Reader(data).value(0, "")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.count = 0
        self.text: str | None = None
        """The value read last, if it is a text."""

    def value(self, depth: int, key: str) -> Iterator[tuple[str, str]]:
        """Read a value, which has this key in its map."""
        self.count += 1
        if depth > _DEEPEST or self.count > _MOST:
            raise CborError("too deep or too long")
        self.text = None
        kind, argument = self._head()
        if kind in (_BYTES, _TEXT):
            read = self._string(kind, argument)
            if kind == _TEXT:
                self.text = read.decode("utf-8", "replace")
                if key:
                    yield key, self.text
        elif kind == _ARRAY:
            for _ in self._items(argument):
                yield from self.value(depth + 1, "")
        elif kind == _MAP:
            for _ in self._items(argument):
                yield from self.value(depth + 1, "")
                yield from self.value(depth + 1, self.text or "")
        elif kind == _TAG:
            yield from self.value(depth + 1, key)
        elif kind == _SIMPLE and argument is None:
            raise CborError("a break outside a list")

    def _head(self) -> tuple[int, int | None]:
        """Read the kind of a value, and its length or number; None if its length is not declared."""
        first = self._take(1)[0]
        kind, low = first >> 5, first & 31
        if low < 24:
            return kind, low
        if low in _WIDTHS:
            form = _WIDTHS[low]
            return kind, int(struct.unpack(form, self._take(struct.calcsize(form)))[0])
        if low == _INDEFINITE:
            return kind, None
        raise CborError("a reserved length")

    def _string(self, kind: int, length: int | None) -> bytes:
        if length is not None:
            return self._take(length)
        parts: list[bytes] = []
        for _ in self._items(None):
            inner, length = self._head()
            if inner != kind or length is None:
                raise CborError("a string of other values")
            parts.append(self._take(length))
        return b"".join(parts)

    def _items(self, count: int | None) -> Iterator[None]:
        """Yield once for each item of a list, whose end a break marks if it has no count."""
        done = 0
        while count is None or done < count:
            if count is None and self.data[self.at : self.at + 1] == bytes([_BREAK]):
                self.at += 1
                return
            if done >= _MOST:
                raise CborError("too long")
            done += 1
            yield None

    def _take(self, length: int) -> bytes:
        if length > len(self.data) - self.at:
            raise CborError("it ends within a value")
        self.at += length
        return self.data[self.at - length : self.at]
