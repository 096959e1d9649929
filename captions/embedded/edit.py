"""What a container asks of the one who rewrites its metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from captions.errors import InputError

Parts = list["bytes | tuple[int, int]"]
"""A new file: bytes, or the place and length of what is taken from the old one as it is."""


class LargeError(InputError):
    """Metadata that a container has no room for."""


class Rewriter(Protocol):
    """New metadata in place of old; a container says where each stands."""

    def xmp(self) -> Sequence[bytes]:
        """All packets, the one with the new values first."""

    def extended(self) -> Sequence[tuple[str, bytes]]:
        """What did not go into packets: its name (a digest) and all of it."""

    def iim(self) -> bytes:
        """The IIM block, old values kept."""

    def exif(self, data: bytes) -> bytes:
        """An EXIF block, from its TIFF header on, with new values."""

    def exif_texts(self) -> dict[int, bytes]:
        """The new values of EXIF's first directory, by tag."""

    def note(self, text: str) -> None:
        """Keeps a note for the one who stamps."""

    def refuse_broken(self, notes: Sequence[str]) -> None:
        """Raises InputError for a file that is so broken that a copy of it would not be whole."""
