"""Read and write IIM, the news agencies' format of 1991, which is still in most of their pictures."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from captions.embedded import code_pages
from captions.embedded.characters import as_utf8, clean, cut_to, decode, legible
from captions.embedded.source import MOST, Blocks
from captions.embedded.table import Field, table

_MARK = 0x1C
_UTF8 = b"\x1b%G"
_CHARACTER_SET = (1, 90)
_LATIN_1 = (b"\x1b.A", b"\x1b-A")
_VERSION = (2, 0)
# Binary datasets of record 2: version, raster caption, audio, previews.
_BINARY = {0, 125, 150, 151, 152, 153, 154, 200, 201, 202, 230, 231, 232}
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")
_TIME = re.compile(r"(\d\d)(\d\d)(\d\d)(?:([+-])(\d\d)(\d\d))?")


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset: ``Dataset(2, 80, b"Jo Reed")`` is a creator."""

    record: int
    number: int
    data: bytes


def split(data: bytes) -> tuple[list[Dataset], bytes]:
    """Split a block into datasets, and return the rest if it is broken; drop padding."""
    found: list[Dataset] = []
    at = 0
    while len(found) < MOST and len(data) >= at + 5 and data[at] == _MARK:
        record, number, length = struct.unpack(">BBH", data[at + 1 : at + 5])
        start = at + 5
        if length & 0x8000:
            digits = length & 0x7FFF
            if digits > 4 or len(data) < start + digits:
                break
            length = int.from_bytes(data[start : start + digits], "big")
            start += digits
        found.append(Dataset(record, number, data[start : start + length]))
        if start + length > len(data):
            return found, data[at:]
        at = start + length
    return found, data[at:].strip(b"\0")


def read(data: bytes, blocks: Blocks) -> dict[str, tuple[str, ...]]:
    """Return the fields by name, decoded as UTF-8 if valid or else by a code page, whatever dataset 1:90 declares."""
    datasets, rest = split(data)
    page = _code_page(datasets, blocks)
    if rest:
        blocks.note("IIM is broken: read up to the error")
    found: dict[str, list[str]] = {}
    dates: dict[int, str] = {}
    by_dataset = table().by_dataset
    for dataset in datasets:
        field = by_dataset.get(dataset.number) if dataset.record == 2 else None
        if field is None:
            continue
        text = legible(decode(dataset.data, cut=_may_be_cut(dataset, field), page=page))
        if field.date:
            dates.setdefault(dataset.number, text)
        elif clean(text) and (field.several or field.name not in found):
            found.setdefault(field.name, []).append(text)
    fields = {name: tuple(values) for name, values in found.items()}
    if when := moment(*(dates.get(number, "") for number in table().fields["date_created"].iim)):
        fields["date_created"] = (when,)
    return fields


def _may_be_cut(dataset: Dataset, field: Field) -> bool:
    return bool(field.limit) and len(dataset.data) >= field.limit


def _code_page(datasets: Sequence[Dataset], blocks: Blocks) -> str:
    """Return the code page of the texts that are not UTF-8, and note a guess; files seldom name the right one."""
    by_dataset = table().by_dataset
    texts = [
        dataset.data
        for dataset in datasets
        if dataset.record == 2
        and (field := by_dataset.get(dataset.number)) is not None
        and as_utf8(dataset.data, cut=_may_be_cut(dataset, field)) is None
    ]
    default = code_pages.pages()[0]
    declared = next((d.data for d in datasets if (d.record, d.number) == _CHARACTER_SET), b"")
    if not texts or declared in _LATIN_1:
        return default.codec
    page = code_pages.guess(texts)
    if page is None:
        blocks.note(f"IIM is not UTF-8, and no other character set fits clearly: read as {default.title}")
    elif page is not default:
        blocks.note(f"IIM is not UTF-8: read as {page.title}, which is a guess")
    return (page or default).codec


def moment(day: str, time: str) -> str:
    """Parse an IIM date and time, in which 00 means unknown; return ``""`` for anything else.

    ``20240518`` and ``093000+0200`` give ``2024-05-18T09:30:00+02:00``.
    """
    found = _DAY.fullmatch(day.replace("-", "").replace(":", "")[:8])
    if found is None or found[1] == "0000":
        return ""
    if found[2] == "00" or found[3] == "00" or int(found[2]) > 12 or int(found[3]) > 31:
        return found[1] if not 1 <= int(found[2]) <= 12 else f"{found[1]}-{found[2]}"
    clock = _TIME.fullmatch(time.replace(":", ""))
    date = f"{found[1]}-{found[2]}-{found[3]}"
    if clock is None or int(clock[1]) > 23 or int(clock[2]) > 59 or int(clock[3]) > 59:
        return date
    zone = f"{clock[4]}{clock[5]}:{clock[6]}" if clock[4] else ""
    return f"{date}T{clock[1]}:{clock[2]}:{clock[3]}{zone}"


def digest_fits(data: bytes, digest: bytes) -> bool:
    """Return whether a block matches its stored digest, with or without padding."""
    return digest in (_md5(data), _md5(data.rstrip(b"\0")))


def updated(data: bytes, values: Mapping[str, tuple[str, ...]]) -> bytes:
    """Return a block with these values and all other old ones, with text in UTF-8, as dataset 1:90 declares.

    Values are truncated at a whole character if they exceed IIM's limit. Dates do not change.
    """
    fields = table().fields
    new = {name: texts for name, texts in values.items() if fields[name].iim and not fields[name].date}
    replaced = {number for name in new for number in fields[name].iim}
    read = split(data)[0]
    page = _code_page(read, Blocks())
    old = [d for d in read if (d.record, d.number) != _CHARACTER_SET]
    out = [Dataset(*_CHARACTER_SET, _UTF8)]
    out += [d for d in old if d.record == 1]
    if not any((d.record, d.number) == _VERSION for d in old):
        out.append(Dataset(*_VERSION, b"\0\x04"))
    for dataset in old:
        if dataset.record == 2 and dataset.number in replaced:
            continue
        if dataset.record != 1:
            out.append(_as_utf8(dataset, page))
    for name, texts in new.items():
        number = fields[name].iim[0]
        out += [Dataset(2, number, cut_to(value, fields[name].limit)) for value in texts]
    # Records are ordered; datasets within a record need not be.
    return b"".join(_bytes(dataset) for dataset in sorted(out, key=lambda d: d.record))


def _as_utf8(dataset: Dataset, page: str) -> Dataset:
    if dataset.record != 2 or dataset.number in _BINARY or dataset.data.isascii():
        return dataset
    return Dataset(2, dataset.number, decode(dataset.data, page=page).encode("utf-8"))


def _bytes(dataset: Dataset) -> bytes:
    length = len(dataset.data)
    size = struct.pack(">H", length) if length < 0x8000 else struct.pack(">HI", 0x8004, length)
    return bytes([_MARK, dataset.record, dataset.number]) + size + dataset.data


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
