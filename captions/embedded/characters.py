"""Decode metadata by its actual character set, whatever it declares, and repair wrongly decoded text."""

from __future__ import annotations

import codecs
import re

from captions.text import CONTROLS, SURROGATES, WHITE_CONTROLS

_WRONG_BYTES = 10_000
"""A packet with more bytes than this outside UTF-8 is not UTF-8 at all."""
LONGEST = 1 << 16
"""The limit on the characters of a value; no caption is longer."""
_CONTROL = re.compile(f"[{CONTROLS}{WHITE_CONTROLS}{SURROGATES}\ufffe\uffff\ufeff]")
# UTF-8 of two to four bytes that was read as cp1252: é as Ã©, ’ as â€™.
_WRONG = re.compile("[Â-ô][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_LATIN = {byte: chr(byte) for byte in range(0x80, 0xA0)}


def decode(data: bytes, *, cut: bool = False) -> str:
    r"""Decode as UTF-8 if valid, or else as cp1252: ``b"Jos\xe9"`` and ``b"Jos\xc3\xa9"`` give ``José``.

    ``cut`` drops an incomplete last character, because IIM truncates by bytes.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if cut and error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8")
    return "".join(_cp1252(byte) for byte in data)


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


def clean(text: str) -> str:
    r"""Remove control characters and surrounding space, normalize line ends, and truncate to :data:`LONGEST`."""
    text = text[: 2 * LONGEST].replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).strip()[:LONGEST]


def mend(text: str) -> str:
    """Repair UTF-8 that was read as cp1252: ``JosÃ© MartÃ­`` gives ``José Martí``.

    The repair must be certain: everything outside ASCII must be valid UTF-8, with two such characters or one inside a
    lower-case word. ``AMANHÃ…`` is left alone, because it may end in an ellipsis.
    """
    if text.isascii() or not _WRONG.search(text):
        return text
    try:
        mended = b"".join(_byte(char) for char in text).decode("utf-8")
    except UnicodeError:
        return text
    at = [n for n, char in enumerate(mended) if not char.isascii()]
    if any(0x7F < ord(mended[n]) < 0xA0 for n in at):
        return text
    if len(at) > 1 or ord(mended[at[0]]) > 0x7FF:
        return mended
    neighbors = mended[max(0, at[0] - 1) : at[0]] + mended[at[0] + 1 : at[0] + 2]
    return mended if mended[at[0]].islower() and any(char.islower() for char in neighbors) else text


def cut_to(text: str, limit: int) -> bytes:
    """Encode as UTF-8 in at most ``limit`` bytes, ending with a whole character; 0 means no limit."""
    data = text.encode("utf-8", "replace")
    return data if not limit or len(data) <= limit else data[:limit].decode("utf-8", "ignore").encode()


def _cp1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return _LATIN[byte]


def _byte(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")  # the five bytes that cp1252 does not define


def _bytes_of(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(_cp1252(byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("cp1252-bytes", _bytes_of)
