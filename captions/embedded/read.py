"""Read the metadata embedded in a picture file."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from captions.embedded import bmff, c2pa, exif, gif, iim, jpeg, merge, photoshop, png, tiff, webp, xmp
from captions.embedded.characters import clean
from captions.embedded.double_encoding import mend
from captions.embedded.model import FAMILIES, Embedded, Fields
from captions.embedded.source import LARGEST, Blocks, ByteSource
from captions.embedded.table import table
from captions.errors import InputError

Walk = Callable[[ByteSource, Blocks], None]
_MOST_VALUES = 500
"""The limit on the values of a field; agencies write about twenty keywords."""
_LONGEST_SIDE = 2**31 - 1
"""PNG's limit on width and height; the columns of the store have the same."""
_MOST_BLOCKS = 16
"""The limit on blocks per family; pictures have one of each, occasionally two."""
_MAGIC: tuple[tuple[bytes, str, Walk], ...] = (
    (b"\xff\xd8\xff", "JPEG", jpeg.walk),
    (png.SIGNATURE, "PNG", png.walk),
    (b"GIF87a", "GIF", gif.walk),
    (b"GIF89a", "GIF", gif.walk),
    (b"8BPS", "PSD", photoshop.walk),
    (b"II*\0", "TIFF", tiff.walk),
    (b"MM\0*", "TIFF", tiff.walk),
    (b"II+\0", "TIFF", tiff.walk),
    (b"MM\0+", "TIFF", tiff.walk),
)


def read(picture: str | Path | bytes, *, sidecar: bool = False) -> Embedded:
    """Read the metadata of a picture, a path or bytes, without decoding pixels.

    ``read("harbor.jpg").fields.credit_line`` gives ``"Reuters"``. A broken, truncated or hostile file is read as far as
    possible, with notes; if it is not a picture, ``format`` is None. ``sidecar`` also reads the XMP file next to it,
    ``harbor.jpg.xmp`` or else ``harbor.xmp``, whose values win.

    Raise InputError if the path cannot be read: missing, a folder, or not a regular file.
    """
    if isinstance(picture, bytes):
        return read_source(ByteSource(picture))
    path = Path(picture)
    try:
        # Reading a named pipe could block forever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path}: {'is a folder' if path.is_dir() else 'is not a regular file'}; choose a picture")
        sidecar_path = sidecar_of(path) if sidecar else None
        with path.open("rb", buffering=0) as file:
            embedded = read_source(ByteSource(file))
        if sidecar_path is None or embedded.format is None:
            return embedded
        with sidecar_path.open("rb", buffering=0) as file:
            return _with_sidecar(embedded, read_source(ByteSource(file)), sidecar_path.name)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None


def sidecar_of(picture: Path) -> Path | None:
    """Return the XMP file next to a picture, ``harbor.jpg.xmp`` or else ``harbor.xmp``, or None."""
    if picture.suffix.casefold() == ".xmp":
        return None
    for suffix in (".xmp", ".XMP"):
        for path in (picture.with_name(f"{picture.name}{suffix}"), picture.with_suffix(suffix)):
            with suppress(OSError):
                if stat.S_ISREG(path.stat().st_mode):
                    return path
    return None


def _with_sidecar(picture: Embedded, sidecar: Embedded, name: str) -> Embedded:
    """Add the values of a sidecar, which are newer, because programs that write sidecars do not change the picture."""
    notes = tuple(f"{name}: {note}" for note in sidecar.notes)
    if sidecar.format != "XMP":
        return replace(picture, notes=(*picture.notes, f"{name}: not XMP, so not read"))
    families = {family: picture.family(family).present() for family in FAMILIES}
    families["xmp"] |= sidecar.xmp.present()
    filled = {(cut.field, cut.value) for cut in picture.cuts}
    return replace(
        picture,
        fields=Fields.of(picture.fields.present() | sidecar.xmp.present()),
        xmp=Fields.of(families["xmp"]),
        disagreements=merge.disagreements(families, filled),
        cuts=merge.cuts(families, filled),
        notes=(*picture.notes, *notes),
        sidecar=name,
    )


def _format_of(source: ByteSource) -> tuple[str | None, Walk | None]:
    """Return the format that a file's first bytes indicate, and its reader."""
    head = source.at(0, 512)
    for magic, name, walk in _MAGIC:
        if head.startswith(magic):
            return name, walk
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP", webp.walk
    if (boxed := bmff.format_of(head)) is not None:
        return boxed, bmff.walk
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if text.startswith((b"<?xpacket", b"<x:xmpmeta", b"<x:xapmeta", b"<rdf:RDF")) or b"adobe:ns:meta/" in text:
        return "XMP", _sidecar
    return None, None


def blocks_of(source: ByteSource) -> Blocks:
    """Return the metadata blocks of a file, not yet parsed."""
    blocks = Blocks()
    name, walk = _format_of(source)
    blocks.format = name
    if walk is None:
        blocks.note("an empty file" if not source.size else "not a picture in a supported format")
    else:
        walk(source, blocks)
    for family in (blocks.xmp, blocks.exif, blocks.iim):
        if len(family) > _MOST_BLOCKS:
            blocks.skipped = True
            blocks.note(f"{len(family)} blocks of one kind of metadata, of which the first {_MOST_BLOCKS} were read")
            del family[_MOST_BLOCKS:]
    return blocks


def read_source(source: ByteSource) -> Embedded:
    """Read the metadata of an open file."""
    blocks = blocks_of(source)
    families: dict[str, dict[str, tuple[str, ...]]] = {"xmp": xmp.read(xmp.packets(blocks)), "iim": {}, "exif": {}}
    for data in blocks.iim:
        families["iim"] |= {n: v for n, v in iim.read(data, blocks).items() if n not in families["iim"]}
    for part in blocks.exif:
        families["exif"] |= {n: v for n, v in exif.read(part, blocks).items() if n not in families["exif"]}
    filled: set[tuple[str, str]] = set()
    families = {family: _mended(values, blocks, filled) for family, values in families.items()}
    source_types = c2pa.source_types(blocks)
    fits = iim.digest_fits(blocks.iim[0], blocks.iim_digest) if blocks.iim and blocks.iim_digest else None
    return Embedded(
        format=blocks.format,
        width=_side(blocks.width),
        height=_side(blocks.height),
        fields=merge.merged(families, iim_first=fits is False, filled=filled),
        xmp=Fields.of(families["xmp"]),
        iim=Fields.of(families["iim"]),
        exif=Fields.of(families["exif"]),
        disagreements=merge.disagreements(families, filled),
        cuts=merge.cuts(families, filled),
        iim_digest_fits=fits,
        content_credentials=blocks.content_credentials,
        c2pa_source_types=source_types,
        notes=tuple(blocks.notes),
    )


def _side(pixels: int | None) -> int | None:
    """Return a width or height; None if no picture can have it."""
    return pixels if pixels and pixels <= _LONGEST_SIDE else None


def _mended(
    fields: Mapping[str, tuple[str, ...]], blocks: Blocks, filled: set[tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Return the fields repaired and cleaned; add those that were as long as IIM permits to ``filled``."""
    out = {}
    for name, values in fields.items():
        field = table().fields[name]
        if len(values) > _MOST_VALUES:
            blocks.note(f"{field.title}: {len(values)} values, of which {_MOST_VALUES} were read")
            values = values[:_MOST_VALUES]
        mended = [mend(value) for value in values]
        out[name] = tuple(text for value in mended if (text := clean(value)))
        repaired = [(old, new) for old, new in zip(values, mended, strict=True) if old != new]
        if repaired:
            blocks.note(f"{field.title}: repaired UTF-8 that had been encoded twice")
        filled |= {(name, clean(new)) for old, new in repaired if field.limit and merge.fills(old, field.limit)}
    return {name: values for name, values in out.items() if values}


def _sidecar(source: ByteSource, blocks: Blocks) -> None:
    if blocks.fits(source.size, "XMP"):
        blocks.xmp.append(source.at(0, LARGEST))
