"""Read a file or bytes by position, and collect metadata blocks, within limits."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from typing import BinaryIO

HEAD = 1 << 16
"""The bytes read first: in all of 233 JPEG files, the first 64 KB had all fields."""
LARGEST = 4 << 20
"""The limit on a metadata block, in bytes; larger blocks are only noted."""
MOST = 20_000
"""The limit on blocks in a container; a file with more is read up to it."""
_ALL = 4 * LARGEST


class ByteSource:
    """Bytes by position; reading beyond the end returns fewer bytes and never raises."""

    def __init__(self, data: bytes | BinaryIO) -> None:
        """Wrap bytes or a seekable file, which the caller must close."""
        self._file: BinaryIO = io.BytesIO(data) if isinstance(data, bytes) else data
        self.size = self._file.seek(0, io.SEEK_END)
        self._file.seek(0)
        self._head = self._file.read(HEAD)

    def at(self, place: int, length: int) -> bytes:
        """Return up to ``length`` bytes from ``place``."""
        if place < 0 or length <= 0 or place >= self.size:
            return b""
        if place + length <= len(self._head):
            return self._head[place : place + length]
        self._file.seek(place)
        return self._file.read(min(length, self.size - place))

    def number(self, form: str, place: int) -> int | None:
        """Return a number in a :mod:`struct` format such as ``">I"``, or None beyond the end."""
        data = self.at(place, struct.calcsize(form))
        if len(data) < struct.calcsize(form):
            return None
        return int(struct.unpack(form, data)[0])


@dataclass(slots=True)
class Piece:
    """A part of extended XMP, which JPEG splits into segments of 64 KB."""

    guid: str
    length: int
    """The length of the whole."""
    place: int
    data: bytes


@dataclass(slots=True)
class Blocks:
    """The metadata blocks of a file, not yet parsed."""

    format: str | None = None
    width: int | None = None
    height: int | None = None
    xmp: list[bytes] = field(default_factory=list)
    extended: list[Piece] = field(default_factory=list)
    iim: list[bytes] = field(default_factory=list)
    iim_digest: bytes | None = None
    exif: list[ByteSource] = field(default_factory=list)
    """Each begins with a TIFF header."""
    content_credentials: bool = False
    credentials: list[bytes] = field(default_factory=list)
    """Boxes with the manifests of the content credentials, as far as they are read."""
    notes: list[str] = field(default_factory=list)
    skipped: bool = False
    """Whether some metadata was too large to read."""
    _total: int = 0
    _signed: int = 0

    def note(self, text: str) -> None:
        """Add a note, unless it is already there."""
        if text not in self.notes:
            self.notes.append(text)

    def fits_signed(self, length: int) -> bool:
        """Return whether a part of the content credentials is small enough to read, and note it if not.

        A file with larger ones can still be stamped, because they stay where they are.
        """
        self._signed += length
        if self._signed <= _ALL:
            return True
        self.note(f"content credentials of more than {_ALL} bytes: not all were read")
        return False

    def fits(self, length: int, what: str) -> bool:
        """Return whether a block is small enough to read, and note it if not."""
        self._total += length
        if length <= LARGEST and self._total <= _ALL:
            return True
        self.skipped = True
        self.note(f"{what} of {length} bytes is too large: not read")
        return False
