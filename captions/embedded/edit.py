"""Define the interface through which a container gets its new metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from captions.errors import InputError

Parts = list["bytes | tuple[int, int]"]
"""A new file in pieces: new bytes, or the place and length of bytes copied from the old file."""


class LargeError(InputError):
    """Raised if metadata does not fit into a container."""


class Rewriter(Protocol):
    """New metadata in place of old; the container decides where each block goes."""

    def xmp(self) -> Sequence[bytes]:
        """Return all packets, starting with the one that has the new values."""

    def extended(self) -> Sequence[tuple[str, bytes]]:
        """Return the extended XMP that does not fit into packets, as digest and content."""

    def iim(self) -> bytes:
        """Return the IIM block with old and new values."""

    def exif(self, data: bytes) -> bytes:
        """Return an EXIF block with new values, starting at its TIFF header."""

    def exif_texts(self) -> dict[int, bytes]:
        """Return the new values of EXIF's first directory, by tag."""

    def note(self, text: str) -> None:
        """Record a note for the user."""

    def refuse_broken(self, notes: Sequence[str]) -> None:
        """Raise InputError if the file is too broken to be copied completely."""
