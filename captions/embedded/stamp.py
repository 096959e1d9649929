"""A copy of a picture with other metadata: credits that travel. No pixel is decoded, and none changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from captions.embedded import exif, gif, iim, jpeg, png, tiff_edit, webp, xmp_edit
from captions.embedded.characters import clean, mend
from captions.embedded.edit import Parts, Rewriter
from captions.embedded.model import GIVEN, Embedded, Fields
from captions.embedded.read import blocks_of, read, read_source
from captions.embedded.source import Blocks, Source
from captions.embedded.table import table
from captions.errors import CaptionsError, InputError

_WRITERS: Mapping[str, Callable[[Source, Rewriter], Parts]] = {
    "JPEG": jpeg.rewritten,
    "PNG": png.rewritten,
    "WebP": webp.rewritten,
    "GIF": gif.rewritten,
    "TIFF": tiff_edit.rewritten,
}
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Stamped:
    """What was written."""

    path: Path
    sidecar: Path | None
    """Where the metadata went, if the format does not allow to write them without a library of its own."""
    embedded: Embedded
    """What was read back."""
    notes: tuple[str, ...] = ()


def stamp(picture: str | Path, out: str | Path, values: Fields) -> Stamped:
    """Writes a copy of ``picture`` to ``out`` with these values, and all else that was embedded as it was.

    ``stamp("harbor.jpg", "out.jpg", Fields(creators=("Jo Reed",), credit_line="Jo Reed/AFP"))`` writes XMP, IIM (cut
    where it has no room) and, where there is EXIF, EXIF. PNG, WebP and GIF have XMP; of AVIF, HEIC, JPEG 2000 and PSD
    a sidecar is written beside the copy, ``out.xmp``. Text and numbers of the picture itself stay the same bytes.

    What was written is read back; if it is not what was meant, nothing is written. Raises InputError for a picture
    that cannot be read or is too broken to be copied, CaptionsError where ``out`` cannot be written.
    """
    told = _told(values)
    path, target = Path(picture), Path(out)
    read(path)  # says what is wrong with a path
    if target.exists() and path.samefile(target):
        raise InputError(f"{path}: the copy would take the place of the picture; name another file with -o")
    try:
        with path.open("rb") as file:
            return _stamped(path, target, Source(file), told)
    except OSError as error:
        raise CaptionsError(f"cannot write {target}: {error.strerror or error}") from None


def _told(values: Fields) -> dict[str, tuple[str, ...]]:
    told = values.told()
    if given := [table().fields[name].title for name in GIVEN if name in told]:
        raise InputError(f"{given[0]} is the camera's or the program's to say: it cannot be stamped")
    cleaned = {name: tuple(text for v in given if (text := mend(clean(v)))) for name, given in told.items()}
    cleaned = {name: given for name, given in cleaned.items() if given}
    if not cleaned:
        raise InputError("nothing to stamp: name a caption, a creator, a credit or another field")
    return cleaned


def _stamped(path: Path, target: Path, source: Source, told: dict[str, tuple[str, ...]]) -> Stamped:
    blocks = blocks_of(source)
    if blocks.format is None:
        raise InputError(f"{path}: {blocks.notes[0]}")
    if blocks.skipped:
        raise InputError(f"{path}: metadata is too large to be kept; take it out with another program first")
    edit = _Edit(path, blocks, told)
    writer = _WRITERS.get(blocks.format)
    notes = []
    if blocks.content_credentials:
        notes.append("its content credentials (C2PA) do not fit a changed file: whoever checks them will see that")
    if writer is not None:
        embedded = _written(target, writer(source, edit), source, told)
        return Stamped(target, None, embedded, (*notes, *edit.notes))
    sidecar = target.with_suffix(".xmp")
    embedded = _written(sidecar, [edit.xmp()[0]], source, told)
    _write(target, [(0, source.size)], source)
    notes = [f"the {blocks.format} file was copied unchanged; the metadata is in {sidecar}", *edit.notes]
    return Stamped(target, sidecar, embedded, tuple(notes))


class _Edit:
    """The new metadata of one file, made from the old."""

    def __init__(self, path: Path, blocks: Blocks, told: dict[str, tuple[str, ...]]) -> None:
        self.path, self.blocks, self.told = path, blocks, told
        self.notes: list[str] = []
        before = len(blocks.notes)
        self._xmp, self._extended = xmp_edit.updated(blocks, told)
        self.notes += blocks.notes[before:]

    def xmp(self) -> Sequence[bytes]:
        return self._xmp

    def extended(self) -> Sequence[tuple[str, bytes]]:
        return self._extended

    def iim(self) -> bytes:
        return iim.updated(b"".join(self.blocks.iim), self.told)

    def exif(self, data: bytes) -> bytes:
        return exif.updated(data, self.told)

    def exif_texts(self) -> dict[int, bytes]:
        return exif.texts(self.told)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def refuse_broken(self, notes: Sequence[str]) -> None:
        if notes:
            raise InputError(f"{self.path}: {notes[0]}; it is too broken to be stamped")


def _written(target: Path, parts: Parts, source: Source, told: dict[str, tuple[str, ...]]) -> Embedded:
    """Writes a file, reads it back, and puts it in its place if it says what it should."""
    part = _part(target)
    try:
        _copy(part, parts, source)
        with part.open("rb") as file:
            embedded = read_source(Source(file))
        for name, values in told.items():
            if embedded.fields.get(name) != values:
                title = table().fields[name].title
                raise CaptionsError(f"{target}: {title} reads back as {embedded.fields.get(name)}: nothing was written")
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink()
    return embedded


def _write(target: Path, parts: Parts, source: Source) -> None:
    part = _part(target)
    try:
        _copy(part, parts, source)
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink()


def _part(target: Path) -> Path:
    return target.with_name(f".{target.name[:80]}.{os.getpid()}.part")


def _copy(part: Path, parts: Parts, source: Source) -> None:
    with part.open("wb") as file:
        for piece in parts:
            if isinstance(piece, bytes):
                file.write(piece)
                continue
            place, left = piece
            while left > 0 and (data := source.at(place, min(left, _CHUNK))):
                file.write(data)
                place, left = place + len(data), left - len(data)
