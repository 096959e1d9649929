"""Write copies of pictures with new metadata, without touching pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from captions.embedded import exif, gif, iim, jpeg, png, tiff_edit, webp, xmp_edit
from captions.embedded.characters import clean
from captions.embedded.double_encoding import mend
from captions.embedded.edit import Parts, Rewriter
from captions.embedded.model import READ_ONLY, Embedded, Fields
from captions.embedded.read import blocks_of, read, read_source
from captions.embedded.source import Blocks, ByteSource
from captions.embedded.table import table
from captions.errors import CaptionsError, InputError
from captions.files.targets import Targets

_WRITERS: Mapping[str, Callable[[ByteSource, Rewriter], Parts]] = {
    "JPEG": jpeg.rewritten,
    "PNG": png.rewritten,
    "WebP": webp.rewritten,
    "GIF": gif.rewritten,
    "TIFF": tiff_edit.rewritten,
}
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Stamped:
    """The result of stamping a picture."""

    path: Path
    sidecar: Path | None
    """The sidecar with the metadata, for formats that cannot be written directly."""
    embedded: Embedded
    """The metadata read back from the copy."""
    notes: tuple[str, ...] = ()


def stamp(
    picture: str | Path,
    out: str | Path,
    values: Fields,
    *,
    targets: Targets | None = None,
    break_signature: bool = False,
) -> Stamped:
    """Write a copy of ``picture`` to ``out`` with these values; all other metadata stays.

    ``stamp("harbor.jpg", "out.jpg", Fields(creators=("Jo Reed",), credit_line="Jo Reed/AFP"))`` writes XMP, IIM
    (truncated to its limits) and, if there is EXIF, EXIF. PNG, WebP and GIF get XMP; AVIF, HEIC, JPEG 2000 and PSD get
    a sidecar, ``out.xmp``. The picture data does not change.

    The copy is read back and discarded if any value differs. Raise InputError if the picture cannot be read, is too
    broken to copy, or is signed and the copy would break the signature. Raise CaptionsError if ``out`` cannot be
    written, or exists and differs; ``Targets(overwrite=True)`` replaces it.
    """
    new = _checked(values)
    path, target = Path(picture), Path(out)
    read(path)  # raises the right error for a bad path
    if target.exists() and path.samefile(target):
        raise InputError(f"{path}: the copy would replace the picture; choose another file with -o")
    try:
        with path.open("rb") as file:
            return _stamped(path, target, ByteSource(file), new, targets or Targets(), break_signature)
    except OSError as error:
        raise CaptionsError(f"cannot write {target}: {error.strerror or error}") from None


def _checked(values: Fields) -> dict[str, tuple[str, ...]]:
    """Return the values to write, cleaned; raise InputError if there is none or one is read-only."""
    new = values.present()
    if read_only := [table().fields[name].title for name in READ_ONLY if name in new]:
        raise InputError(f"{read_only[0]} is set by cameras and programs and cannot be stamped")
    cleaned = {name: tuple(text for v in texts if (text := clean(mend(v)))) for name, texts in new.items()}
    cleaned = {name: texts for name, texts in cleaned.items() if texts}
    if not cleaned:
        raise InputError("nothing to stamp: pass a caption, a creator, a credit or another field")
    return cleaned


def _stamped(
    path: Path,
    target: Path,
    source: ByteSource,
    values: dict[str, tuple[str, ...]],
    targets: Targets,
    break_signature: bool,
) -> Stamped:
    blocks = blocks_of(source)
    if blocks.format is None:
        raise InputError(f"{path}: {blocks.notes[0]}")
    if blocks.skipped:
        raise InputError(f"{path}: the metadata is too large to preserve; remove it with another program first")
    edit = _MetadataEdit(path, blocks, values)
    writer = _WRITERS.get(blocks.format)
    if writer is not None:
        notes = []
        if blocks.content_credentials:
            if not break_signature:
                raise InputError(
                    f"{path}: signed (content credentials), and a stamp breaks the signature; "
                    "to stamp it anyway, pass --break-signature"
                )
            notes.append(
                "the content credentials (C2PA) do not match the changed file, as anyone who verifies them will see"
            )
        with targets.replaced(target) as part:
            _copy(part, writer(source, edit), source)
            embedded = _read_back(part, target, values)
        return Stamped(target, None, embedded, (*notes, *edit.notes))
    sidecar = target.with_suffix(".xmp")
    with targets.replaced(sidecar) as metadata, targets.replaced(target) as copy:
        _copy(metadata, [edit.xmp()[0]], source)
        embedded = _read_back(metadata, sidecar, values)
        _copy(copy, [(0, source.size)], source)
        targets.confirm(sidecar, metadata)  # before the copy, which is moved into place first
    notes = [f"the {blocks.format} file was copied unchanged; the metadata is in {sidecar}", *edit.notes]
    return Stamped(target, sidecar, embedded, tuple(notes))


class _MetadataEdit:
    """The new metadata of a file, based on the old."""

    def __init__(self, path: Path, blocks: Blocks, values: dict[str, tuple[str, ...]]) -> None:
        self.path, self.blocks, self.values = path, blocks, values
        self.notes: list[str] = []
        before = len(blocks.notes)
        self._xmp, self._extended = xmp_edit.updated(blocks, values)
        self.notes += blocks.notes[before:]

    def xmp(self) -> Sequence[bytes]:
        return self._xmp

    def extended(self) -> Sequence[tuple[str, bytes]]:
        return self._extended

    def iim(self) -> bytes:
        return iim.updated(b"".join(self.blocks.iim), self.values)

    def exif(self, data: bytes) -> bytes:
        return exif.updated(data, self.values)

    def exif_texts(self) -> dict[int, bytes]:
        return exif.texts(self.values)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def refuse_broken(self, notes: Sequence[str]) -> None:
        if notes:
            raise InputError(f"{self.path}: {notes[0]}; too broken to stamp")


def _read_back(part: Path, target: Path, values: dict[str, tuple[str, ...]]) -> Embedded:
    """Return the metadata of a new file; raise CaptionsError unless all values are right."""
    with part.open("rb") as file:
        embedded = read_source(ByteSource(file))
    for name, expected in values.items():
        if embedded.fields.get(name) != expected:
            title = table().fields[name].title
            raise CaptionsError(f"{target}: {title} reads back as {embedded.fields.get(name)}: nothing was written")
    return embedded


def _copy(part: Path, parts: Parts, source: ByteSource) -> None:
    with part.open("wb") as file:
        for piece in parts:
            if isinstance(piece, bytes):
                file.write(piece)
                continue
            place, remaining = piece
            while remaining > 0 and (data := source.at(place, min(remaining, _CHUNK))):
                file.write(data)
                place, remaining = place + len(data), remaining - len(data)
