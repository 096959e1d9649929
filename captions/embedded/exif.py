"""Read and write texts and dates in EXIF's first directory and its EXIF directory."""

from __future__ import annotations

import re
from collections.abc import Mapping

from captions.embedded import tiff
from captions.embedded.characters import LONGEST, clean, decode, legible
from captions.embedded.source import Blocks, ByteSource
from captions.embedded.table import table

_WHEN = re.compile(r"(\d{4})[:.-](\d\d)[:.-](\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?")
_ZONE = re.compile(r"[+-]\d\d:\d\d|Z")


def read(source: ByteSource, blocks: Blocks) -> dict[str, tuple[str, ...]]:
    """Return the fields in a block that begins with a TIFF header, by name."""
    file = tiff.Tiff(source)
    first = file.directory(file.first)
    if not first:
        if blocks.format != "TIFF":
            blocks.note("EXIF is broken: nothing was read from it")
        return {}
    place = file.whole(first.get(tiff.EXIF))
    directories = {"": first, "exif": file.directory(place or 0)}
    found: dict[str, tuple[str, ...]] = {}
    for name, field in table().fields.items():
        texts = [_text(file, directories[where].get(tag)) for where, tag in field.exif]
        if field.date and texts:
            found[name] = (moment(*texts),) if moment(*texts) else ()
        elif texts and clean(texts[0]):
            # By the MWG guidelines, several creators share a text, separated by semicolons.
            parts = [part.strip().strip("\"' ") for part in texts[0].split(";")] if field.several else [texts[0]]
            found[name] = tuple(part for part in parts if clean(part.strip("\"' ")))
    return {name: values for name, values in found.items() if values}


def moment(when: str, zone: str = "") -> str:
    """Parse an EXIF date, or return ``""``.

    ``2024:05:18 09:30:00`` and ``+02:00`` give ``2024-05-18T09:30:00+02:00``.
    """
    found = _WHEN.match(when)
    if found is None or not (1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31):
        return ""
    day = f"{found[1]}-{found[2]}-{found[3]}"
    if found[4] is None or int(found[4]) > 23 or int(found[5]) > 59:
        return day
    return f"{day}T{found[4]}:{found[5]}:{found[6] or '00'}{zone if _ZONE.fullmatch(zone) else ''}"


def updated(data: bytes, values: Mapping[str, tuple[str, ...]]) -> bytes:
    """Return an EXIF block with these values, for the fields that EXIF has."""
    return tiff.with_values(data, texts(values))


def texts(values: Mapping[str, tuple[str, ...]]) -> dict[int, bytes]:
    """Return values as tags of the first directory, in UTF-8 (as MWG recommends) with a final NUL."""
    out = {}
    for name, field_values in values.items():
        field = table().fields[name]
        for where, tag in field.exif:
            if not where and not field.date:
                out[tag] = "; ".join(field_values).encode("utf-8", "replace") + b"\0"
    return out


def _text(file: tiff.Tiff, entry: tiff.TiffEntry | None) -> str:
    if entry is None or entry.kind not in (1, 2, 7):
        return ""
    data = file.data(entry, LONGEST).rstrip(b"\0 ")
    # A copyright notice may contain the photographer's and, after a NUL, the editor's.
    parts = [legible(decode(part)) for part in data.split(b"\0")]
    return "\n".join(part for part in parts if clean(part)) if entry.tag == 0x8298 else parts[0]
