"""A file or bytes to read from by place, and what a walk over a container finds in it. All sizes are bounded."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from typing import BinaryIO

HEAD = 1 << 16
"""Bytes read at once: the first 64 KB of a JPEG held all fields in 233 files of 233."""
LARGEST = 4 << 20
"""Bytes of one block of metadata; of larger ones nothing is read but that they are there."""
MOST = 20_000
"""Blocks of a container that are walked: a file of more is noted, and read as far as this."""
_ALL = 4 * LARGEST


class Source:
    """Bytes by place; what lies beyond the end is missing, and nothing raises for it."""

    def __init__(self, data: bytes | BinaryIO) -> None:
        """Takes bytes, or a file that is opened and can be sought; the file stays the caller's to close."""
        self._file: BinaryIO = io.BytesIO(data) if isinstance(data, bytes) else data
        self.size = self._file.seek(0, io.SEEK_END)
        self._file.seek(0)
        self._head = self._file.read(HEAD)

    def at(self, place: int, length: int) -> bytes:
        """At most ``length`` bytes from ``place``; fewer at the end."""
        if place < 0 or length <= 0 or place >= self.size:
            return b""
        if place + length <= len(self._head):
            return self._head[place : place + length]
        self._file.seek(place)
        return self._file.read(min(length, self.size - place))

    def number(self, form: str, place: int) -> int | None:
        """A number in a form of :mod:`struct`, ``">I"``; None where it would lie beyond the end."""
        data = self.at(place, struct.calcsize(form))
        if len(data) < struct.calcsize(form):
            return None
        return int(struct.unpack(form, data)[0])


@dataclass(slots=True)
class Piece:
    """A part of extended XMP, which JPEG keeps in segments of 64 KB."""

    guid: str
    length: int
    """Of the whole."""
    place: int
    data: bytes


@dataclass(slots=True)
class Blocks:
    """The blocks of metadata of a file, still closed."""

    format: str | None = None
    width: int | None = None
    height: int | None = None
    xmp: list[bytes] = field(default_factory=list)
    extended: list[Piece] = field(default_factory=list)
    iim: list[bytes] = field(default_factory=list)
    iim_digest: bytes | None = None
    exif: list[Source] = field(default_factory=list)
    """Each begins with a TIFF header."""
    content_credentials: bool = False
    notes: list[str] = field(default_factory=list)
    skipped: bool = False
    """Whether some metadata was too large to be read."""
    _taken: int = 0

    def note(self, text: str) -> None:
        """Keeps a note, once."""
        if text not in self.notes:
            self.notes.append(text)

    def fits(self, length: int, what: str) -> bool:
        """Whether a block is small enough to be read; if not, that is noted."""
        self._taken += length
        if length <= LARGEST and self._taken <= _ALL:
            return True
        self.skipped = True
        self.note(f"{what} of {length} bytes is too large: not read")
        return False
