"""Decode metadata by its actual character set, whatever it declares."""

from __future__ import annotations

import codecs
import re

from captions.text import CONTROLS, SURROGATES, WHITE_CONTROLS

_WRONG_BYTES = 10_000
"""A packet with more bytes than this outside UTF-8 is not UTF-8 at all."""
LONGEST = 1 << 16
"""The limit on the characters of a value; no caption is longer."""
_CONTROL = re.compile(f"[{CONTROLS}{WHITE_CONTROLS}{SURROGATES}\ufffe\uffff\ufeff]")
_C0 = re.compile(f"[{CONTROLS.partition(chr(0x7F))[0]}\x7f\x0b\x0c\x1c-\x1f{SURROGATES}\ufffe\uffff\ufeff]")
_LATIN = {byte: chr(byte) for byte in range(0x80, 0xA0)}


def decode(data: bytes, *, cut: bool = False, page: str = "cp1252") -> str:
    r"""Decode as UTF-8 if valid, or else by a code page: ``b"Jos\xe9"`` and ``b"Jos\xc3\xa9"`` give ``José``.

    ``cut`` drops an incomplete last character, because IIM truncates by bytes.
    """
    text = as_utf8(data, cut=cut)
    if text is not None:
        return text
    if page == "cp1252":
        return "".join(_cp1252(byte) for byte in data)
    return data.decode(page, "replace").removesuffix("\ufffd" if cut else "")


def as_utf8(data: bytes, *, cut: bool = False) -> str | None:
    """Decode as UTF-8, or return None if it is not valid; ``cut`` as for :func:`decode`."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if cut and error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8")
    return None


def decode_packet(data: bytes) -> str:
    """Decode XML in UTF-8, UTF-16 or UTF-32, reading single invalid bytes as cp1252."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return data.decode("utf-32", "replace")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if data[:2] == b"<\x00":
        return data.decode("utf-32-le" if data[2:4] == b"\x00\x00" else "utf-16-le", "replace")
    if data[:2] == b"\x00<":
        return data.decode("utf-16-be", "replace")
    if data[:4] == b"\x00\x00\x00<":
        return data.decode("utf-32-be", "replace")
    data = data.removeprefix(codecs.BOM_UTF8)
    if len(data) - len(data.decode("utf-8", "ignore").encode()) > _WRONG_BYTES:
        return data.decode("cp1252", "replace")
    return data.decode("utf-8", "cp1252-bytes")


def legible(text: str) -> str:
    """Remove what :func:`clean` removes, except what may be a byte of a character that was encoded twice.

    These are control characters from 0x80 to 0x9F, and no-break spaces at the end.
    """
    text = text[: 2 * LONGEST].replace("\r\n", "\n").replace("\r", "\n")
    return _C0.sub("", text).strip(" \t\n")[:LONGEST]


def clean(text: str) -> str:
    r"""Remove control characters and surrounding space, normalize line ends, and truncate to :data:`LONGEST`."""
    text = text[: 2 * LONGEST].replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).strip()[:LONGEST]


def cut_to(text: str, limit: int) -> bytes:
    """Encode as UTF-8 in at most ``limit`` bytes, ending with a whole character; 0 means no limit."""
    data = text.encode("utf-8", "replace")
    return data if not limit or len(data) <= limit else data[:limit].decode("utf-8", "ignore").encode()


def _cp1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return _LATIN[byte]


def _bytes_of(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(_cp1252(byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("cp1252-bytes", _bytes_of)
