"""Decode bytes the way a browser would, with notes on what went wrong."""

from __future__ import annotations

import codecs
import re

from captions.text import count

# BOM -> codec; the BOM is removed before decoding.
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# The first bytes of files that people name `.txt` by mistake.
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x1f\x8b", "a gzip file; name it .txt.gz"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x7fELF", "a program"),
)
_CONTROL = bytes((*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)))
# A valid UTF-8 sequence of more than one byte.
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# From this share of control characters, bytes are binary: text has almost none, programs more than a tenth.
_BINARY_SHARE = 0.02
# WHATWG windows-1252 decodes the five bytes that Python's cp1252 rejects as C1 controls.
_UNDEFINED = {byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_WINDOWS_1252 = "".join(_UNDEFINED.get(byte) or bytes([byte]).decode("cp1252") for byte in range(256))


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text and notes on how it was decoded: ``("café", ("read as windows-1252",))`` for ``b"caf\\xe9"``.

    A BOM decides; otherwise the text is UTF-8 if the bytes are valid UTF-8, or nearly so; otherwise windows-1252.
    """
    for bom, codec in _BOMS:
        if data.startswith(bom):
            text, notes = _replacing(data[len(bom) :], codec)
            return text.lstrip("\ufeff"), notes
    try:
        return data.decode("utf-8"), _nul_note(data)
    except UnicodeDecodeError:
        pass
    if _is_broken_utf8(data):
        return _replacing(data, "utf-8")
    return codecs.charmap_decode(data, "strict", _WINDOWS_1252)[0], ("read as windows-1252", *_nul_note(data))


def what_binary(data: bytes) -> str | None:
    """Return what kind of binary data this is, such as ``"a PDF"``; None if it is text, including UTF-16 with a BOM."""
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    sample = data[:65536]
    share = (len(sample) - len(sample.translate(None, _CONTROL))) / max(len(sample), 1)
    if share > _BINARY_SHARE:
        return "binary data" if b"\0" not in sample else "binary data, with NUL bytes"
    return None


def _is_broken_utf8(data: bytes) -> bool:
    """Return whether the bytes beyond ASCII are mostly valid UTF-8, which windows-1252 would garble."""
    valid = len(_MULTIBYTE.findall(data))
    broken = len(re.findall(rb"[\x80-\xff]", _MULTIBYTE.sub(b"", data)))
    return valid > 4 * broken


def _replacing(data: bytes, codec: str) -> tuple[str, tuple[str, ...]]:
    """Decode with replacement characters, and note how many there are."""
    try:
        return data.decode(codec), _nul_note(data) if codec == "utf-8" else ()
    except UnicodeDecodeError:
        text = data.decode(codec, "replace")
        bad = text.count("\ufffd") - data.decode(codec, "ignore").count("\ufffd")
        were = "was" if bad == 1 else "were"
        note = f"{count(bad, 'character')} could not be decoded as {codec.upper()} and {were} replaced"
        return text, (note,)


def _nul_note(data: bytes) -> tuple[str, ...]:
    # Searching before counting is faster, because almost no text has one.
    return (f"{count(data.count(0), 'NUL byte')} left out",) if b"\0" in data else ()


_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*+=\s*+(?:["']\s*+)?([a-zA-Z0-9_.:-]{2,40})""", re.IGNORECASE)
# Browsers decode older, narrower charsets as these supersets (WHATWG Encoding Standard).
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
}


# A page's first element begins within this many bytes, even after a long comment.
_HEAD = 65536


def is_page(data: bytes) -> bool:
    """Return whether bytes are a web page: whether markup comes first, apart from white space and comments."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data[2:_HEAD].replace(b"\0", b"")
    at = _after_prologue(data)
    start = data[at : at + 20].lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<article", b"<main"))


def _after_prologue(data: bytes) -> int:
    """Return where a page's first element begins: after BOMs, white space, comments and an XML declaration."""
    at = 0
    while True:
        if data.startswith(codecs.BOM_UTF8, at):
            at += len(codecs.BOM_UTF8)
        elif data[at : at + 1].isspace():
            at += 1
        elif data.startswith(b"<!--", at) and (end := data.find(b"-->", at + 4, _HEAD)) >= 0:
            at = end + 3
        elif data.startswith(b"<?xml", at) and (end := data.find(b">", at, _HEAD)) >= 0:
            at = end + 1
        else:
            return at


def decode_page(data: bytes, charset: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Return a page's text and notes on how it was decoded.

    In order: a BOM, valid UTF-8, ``charset`` (from the transport), the charset the page declares, windows-1252. Valid
    UTF-8 wins over the declared charset, because news systems declare it wrongly more often than a page in an older
    charset is valid UTF-8 by chance.
    """
    if data.startswith(tuple(bom for bom, _ in _BOMS)):
        return decode(data)
    try:
        return data.decode("utf-8"), _nul_note(data)
    except UnicodeDecodeError:
        pass
    declared = _CHARSET.search(data, 0, 65536)
    for label in (charset, declared[1].decode("ascii") if declared else None):
        if not label:
            continue
        try:
            name = codecs.lookup(label).name
            codec = _WIDER.get(name, name)
            if codec not in ("utf-8", "utf-16", "utf-32"):
                text = data.decode(codec, "replace")
                return text, (f"read as {codec}", *_nul_note(data))
        except (LookupError, UnicodeError, ValueError):
            pass
    return decode(data)
