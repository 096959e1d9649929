"""TIFF files with other metadata: a new first directory at the end, and all else where it was."""

from __future__ import annotations

from captions.embedded import tiff
from captions.embedded.edit import LargeError, Parts, Rewriter
from captions.embedded.photoshop import with_digest
from captions.embedded.source import Source

_LARGEST = 0xFFFF_FFFF
"""Places in a TIFF have four bytes, in a BigTIFF eight."""
_BYTE, _UNDEFINED = 1, 7


def rewritten(source: Source, edit: Rewriter) -> Parts:
    """The file with other metadata; strips and tiles are the same bytes in the same places."""
    file = tiff.Tiff(source)
    entries = file.directory(file.first)
    edit.refuse_broken([] if entries else ["truncated: its first directory is missing"])
    data = edit.iim()
    values = {tiff.XMP: edit.xmp()[0], tiff.IIM: data, **edit.exif_texts()}
    if tiff.RESOURCES in entries:
        values[tiff.RESOURCES] = with_digest(file.data(entries[tiff.RESOURCES]), data)
    kinds = {tiff.XMP: _BYTE, tiff.IIM: _UNDEFINED, tiff.RESOURCES: _BYTE}
    if not file.big and source.size + sum(map(len, values.values())) + 65_536 > _LARGEST:
        raise LargeError("a TIFF of 4 GB has no room for more")
    place, more = tiff.appended(file, values, kinds)
    head = tiff.header(file, place)
    return [head, (len(head), source.size - len(head)), more]
