"""A picture file -> what is embedded in it."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from captions.embedded import bmff, exif, gif, iim, jpeg, merge, photoshop, png, tiff, webp, xmp
from captions.embedded.characters import mend
from captions.embedded.model import FAMILIES, Embedded, Fields
from captions.embedded.source import LARGEST, Blocks, Source
from captions.embedded.table import table
from captions.errors import InputError

Walk = Callable[[Source, Blocks], None]
_MOST_VALUES = 500
"""Of one field; agencies write some twenty keywords."""
_MOST_BLOCKS = 16
"""Of XMP, of EXIF, of IIM; pictures have one of each, now and then two."""
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
    """What is embedded in a picture, given as a path or as bytes; no pixel is decoded.

    ``read("harbor.jpg").fields.credit_line`` gives ``"Reuters"``. A file that is broken, cut or hostile is read as far
    as it goes, with notes; of what is no picture, ``format`` is None. With ``sidecar`` the XMP beside it is read too,
    and believed first: ``harbor.jpg.xmp``, else ``harbor.xmp``.

    Raises InputError for a path that cannot be read: missing, a folder, no file.
    """
    if isinstance(picture, bytes):
        return read_source(Source(picture))
    path = Path(picture)
    try:
        # A named pipe would wait for ever for somebody to write to it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path}: {'a folder' if path.is_dir() else 'no file'}; name a picture")
        beside = sidecar_of(path) if sidecar else None
        with path.open("rb", buffering=0) as file:
            embedded = read_source(Source(file))
        if beside is None or embedded.format is None:
            return embedded
        with beside.open("rb", buffering=0) as file:
            return _with_sidecar(embedded, read_source(Source(file)), beside.name)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None


def sidecar_of(picture: Path) -> Path | None:
    """The file of XMP beside a picture: ``harbor.jpg.xmp``, else ``harbor.xmp``; None where there is none."""
    if picture.suffix.casefold() == ".xmp":
        return None
    for suffix in (".xmp", ".XMP"):
        for path in (picture.with_name(f"{picture.name}{suffix}"), picture.with_suffix(suffix)):
            with suppress(OSError):
                if stat.S_ISREG(path.stat().st_mode):
                    return path
    return None


def _with_sidecar(picture: Embedded, beside: Embedded, name: str) -> Embedded:
    """A picture with what its sidecar tells, which was written later: programs that write one leave the file alone."""
    notes = tuple(f"{name}: {note}" for note in beside.notes)
    if beside.format != "XMP":
        return replace(picture, notes=(*picture.notes, f"{name}: no XMP: not read"))
    told = {family: picture.family(family).told() for family in FAMILIES}
    told["xmp"] |= beside.xmp.told()
    return replace(
        picture,
        fields=Fields.of(picture.fields.told() | beside.xmp.told()),
        xmp=Fields.of(told["xmp"]),
        disagreements=merge.disagreements(told),
        cuts=merge.cuts(told),
        notes=(*picture.notes, *notes),
        sidecar=name,
    )


def _format_of(source: Source) -> tuple[str | None, Walk | None]:
    """The format that a file's first bytes tell, and who walks it."""
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


def blocks_of(source: Source) -> Blocks:
    """The blocks of metadata of a file, still closed."""
    blocks = Blocks()
    name, walk = _format_of(source)
    blocks.format = name
    if walk is None:
        blocks.note("an empty file" if not source.size else "no picture of a format that is known here")
    else:
        walk(source, blocks)
    for kept in (blocks.xmp, blocks.exif, blocks.iim):
        if len(kept) > _MOST_BLOCKS:
            blocks.skipped = True
            blocks.note(f"{len(kept)} blocks of one kind of metadata, of which {_MOST_BLOCKS} are read")
            del kept[_MOST_BLOCKS:]
    return blocks


def read_source(source: Source) -> Embedded:
    """What is embedded in a file that is open."""
    blocks = blocks_of(source)
    families: dict[str, dict[str, tuple[str, ...]]] = {"xmp": xmp.read(xmp.packets(blocks)), "iim": {}, "exif": {}}
    for data in blocks.iim:
        families["iim"] |= {n: v for n, v in iim.read(data, blocks).items() if n not in families["iim"]}
    for part in blocks.exif:
        families["exif"] |= {n: v for n, v in exif.read(part, blocks).items() if n not in families["exif"]}
    families = {family: _mended(told, blocks) for family, told in families.items()}
    fits = iim.digest_fits(blocks.iim[0], blocks.iim_digest) if blocks.iim and blocks.iim_digest else None
    return Embedded(
        format=blocks.format,
        width=blocks.width or None,
        height=blocks.height or None,
        fields=merge.merged(families, iim_first=fits is False),
        xmp=Fields.of(families["xmp"]),
        iim=Fields.of(families["iim"]),
        exif=Fields.of(families["exif"]),
        disagreements=merge.disagreements(families),
        cuts=merge.cuts(families),
        iim_digest_fits=fits,
        content_credentials=blocks.content_credentials,
        notes=tuple(blocks.notes),
    )


def _mended(told: Mapping[str, tuple[str, ...]], blocks: Blocks) -> dict[str, tuple[str, ...]]:
    out = {}
    for name, values in told.items():
        if len(values) > _MOST_VALUES:
            blocks.note(f"{table().fields[name].title}: {len(values)} values, of which {_MOST_VALUES} are kept")
            values = values[:_MOST_VALUES]
        out[name] = tuple(map(mend, values))
        if out[name] != values:
            blocks.note(f"{table().fields[name].title}: UTF-8 that was read as Latin-1 is mended")
    return out


def _sidecar(source: Source, blocks: Blocks) -> None:
    if blocks.fits(source.size, "XMP"):
        blocks.xmp.append(source.at(0, LARGEST))
