"""Decompress gzip files, which may have many members: leave out damaged ones, and report them at the end."""

from __future__ import annotations

import zlib
from typing import BinaryIO

from captions.sources.source import Expansion, MemberPlaces, UnreadableError
from captions.sources.streams import buffered

GZIP = b"\x1f\x8b\x08"
_HEADER = 10
_RESERVED_FLAGS = 0xE0
_PIECE = 1 << 16
# A member up to this size is passed on only if its checksum is right, so that a damaged one leaves no fragment.
_CHECKED = 1 << 20
# Limits the search for intact members, because each place that only looks like one costs a piece.
_MOST_DAMAGED = 1000


def unpacked(
    stream: BinaryIO, expansion: Expansion, places: MemberPlaces | None = None, *, is_outermost: bool
) -> BinaryIO:
    """Return the decompressed stream of a gzip stream, whose growth counts toward ``expansion``.

    The places of its members are added to ``places``.
    """
    return buffered(_Members(stream, expansion, places or MemberPlaces(), is_outermost).fetch)


class _Members:
    """The members of a gzip file, decompressed one after the other.

    Raises UnreadableError at the end if a member was damaged.
    """

    def __init__(self, packed: BinaryIO, expansion: Expansion, places: MemberPlaces, is_outermost: bool) -> None:
        self._packed, self._expansion, self._is_outermost = packed, expansion, is_outermost
        self._places, self._started = places, (0, 0)
        """Where the current member begins: uncompressed, and in the file."""
        self._read = self._released = 0
        """The bytes read from the file, and the decompressed bytes passed on."""
        self._input = b""
        """Bytes of the file that are not decompressed yet."""
        self._member: zlib._Decompress | None = None
        self._consumed = bytearray()
        """The last bytes of the current member, to search for the next one if it is damaged."""
        self._held: list[bytes] | None = []
        """The beginning of the current member, not passed on yet; None once it exceeds the limit."""
        self._ready = bytearray()
        self._damaged, self._intact = 0, 0
        self._ended = False

    def fetch(self, size: int) -> bytes:
        """Return up to ``size`` decompressed bytes; ``b""`` at the end."""
        while not self._ready:
            if self._ended:
                if self._damaged:
                    others = "; its intact parts were read" if self._intact else ""
                    raise UnreadableError(f"broken gzip file{others}")
                return b""
            self._advance()
        data = bytes(self._ready[:size])
        del self._ready[:size]
        self._expansion.grew(len(data))
        return data

    def _advance(self) -> None:
        """Decompress a piece of the current or next member."""
        if not self._input and not self._more():
            self._end()
            return
        if self._member is None and not self._begin():
            return
        member = self._member
        assert member is not None  # noqa: S101 - _begin set it
        piece, self._input = self._input[:_PIECE], self._input[_PIECE:]
        try:
            data = member.decompress(piece, _CHECKED)
        except zlib.error:
            self._resume_after((bytes(self._consumed) + piece + self._input)[1:])
            return
        rest = member.unused_data if member.eof else member.unconsumed_tail
        self._input = rest + self._input
        self._consumed += piece[: len(piece) - len(rest)]
        del self._consumed[:-_CHECKED]
        self._pass_on(data)
        if member.eof:
            self._release()
            self._member = None
            self._intact += 1
            self._places.add(*self._started, self._read - len(self._input))

    def _more(self) -> bool:
        data = self._packed.read(_PIECE)
        if self._is_outermost:
            self._expansion.read(len(data))
        self._input += data
        self._read += len(data)
        return bool(data)

    def _begin(self) -> bool:
        """Start the next member, after the padding that some programs write; return whether there is one."""
        self._input = self._input.lstrip(b"\0")
        if not self._input:
            return False
        while len(self._input) < _HEADER and self._more():
            pass
        if not self._input.startswith(GZIP):
            self._resume_after(self._input[1:])
            return False
        self._member, self._held = zlib.decompressobj(zlib.MAX_WBITS | 16), []
        self._consumed.clear()
        self._started = self._released, self._read - len(self._input)
        return True

    def _pass_on(self, data: bytes) -> None:
        if self._held is None:
            self._ready += data
            self._released += len(data)
            return
        self._held.append(data)
        if sum(map(len, self._held)) > _CHECKED:
            self._release()
            self._held = None

    def _release(self) -> None:
        for data in self._held or ():
            self._ready += data
            self._released += len(data)
        self._held = []

    def _end(self) -> None:
        """End the file; if its last member is incomplete, it may have swallowed others."""
        if self._member is None:
            self._ended = True
            return
        self._pass_on(self._member.flush())
        if self._member.eof:
            self._release()
            self._member = None
        else:
            self._resume_after(bytes(self._consumed[1:]))

    def _resume_after(self, data: bytes) -> None:
        """Skip a damaged member, and go on with the next one, which ``data`` or the rest of the file may contain.

        If there is none, the file ends with what the damaged member has before it breaks off.
        """
        self._damaged += 1
        at = 0
        while self._damaged <= _MOST_DAMAGED:
            at = data.find(GZIP, at)
            if at >= 0 and len(data) > at + 3:
                if not data[at + 3] & _RESERVED_FLAGS:
                    self._input, self._member = data[at:], None
                    return
                at += 1
                continue
            self._input = data[at:] if at >= 0 else data[-2:]
            at = 0
            if not self._more():
                break
            data = self._input
        self._release()
        self._ended = True
