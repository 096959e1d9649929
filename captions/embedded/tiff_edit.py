"""Write TIFF files with new metadata by appending a first directory; nothing else moves."""

from __future__ import annotations

from captions.embedded import tiff
from captions.embedded.edit import LargeError, Parts, Rewriter
from captions.embedded.photoshop import with_digest
from captions.embedded.source import ByteSource

_LARGEST = 0xFFFF_FFFF
"""Offsets have four bytes in a TIFF and eight in a BigTIFF."""
_BYTE, _UNDEFINED = 1, 7


def rewritten(source: ByteSource, edit: Rewriter) -> Parts:
    """Return the file with new metadata; strips and tiles do not change or move."""
    file = tiff.Tiff(source)
    entries = file.directory(file.first)
    edit.refuse_broken([] if entries else ["truncated: the first directory is missing"])
    data = edit.iim()
    values = {tiff.XMP: edit.xmp()[0], tiff.IIM: data, **edit.exif_texts()}
    if tiff.RESOURCES in entries:
        values[tiff.RESOURCES] = with_digest(file.data(entries[tiff.RESOURCES]), data)
    kinds = {tiff.XMP: _BYTE, tiff.IIM: _UNDEFINED, tiff.RESOURCES: _BYTE}
    if not file.big and source.size + sum(map(len, values.values())) + 65_536 > _LARGEST:
        raise LargeError("the TIFF would exceed 4 GB")
    place, more = tiff.appended(file, values, kinds)
    head = tiff.header(file, place)
    return [head, (len(head), source.size - len(head)), more]
