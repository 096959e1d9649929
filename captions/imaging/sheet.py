"""``captions images sheet``: pictures that need a person, each beside its printed and its embedded credit."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TextIO

from captions.audit import Finding
from captions.errors import InputError
from captions.hashing import thumbnail
from captions.imaging.check import Checked, Picture
from captions.report import Column, as_page

_COLUMNS = (
    Column(as_page.PICTURE, "Picture"),
    Column("path", "File"),
    Column("printed", "Printed"),
    Column("embedded", "Embedded"),
    Column("findings", "Findings"),
)


def write_sheet(done: Checked, stream: TextIO, limit: int | None = None) -> int:
    """Writes an HTML page with a row for each picture that something was found of; gives how many are shown.

    A picture whose file is gone, or can't be decoded, stands there without a thumbnail.
    """
    by_picture: dict[int, list[Finding]] = {}
    for finding in done.findings:
        for number in done.pictures_of(finding):
            by_picture.setdefault(number, []).append(finding)
    numbers = sorted(by_picture, key=lambda number: by_picture[number][0].order)
    shown = numbers[:limit]
    rows = [_row(done.held[number], by_picture[number], done.printed) for number in shown]
    heading = f"{len(numbers)} of {done.pictures} pictures need a person"
    note = f"shown: {len(shown)} of {len(numbers)}" if len(shown) < len(numbers) else ""
    as_page.write("Pictures to look at", heading, [as_page.Table("Pictures", _COLUMNS, rows)], note, stream)
    return len(shown)


def _row(picture: Picture, findings: Sequence[Finding], printed: Mapping[int, Sequence[str]]) -> dict[str, str]:
    try:
        small = base64.b64encode(thumbnail(picture.path)).decode()
    except InputError:
        small = ""
    caption = picture.kept.fields.caption or ""
    return {
        as_page.PICTURE: small,
        "path": picture.path,
        "printed": "; ".join(printed.get(picture.id, ())),
        "embedded": " | ".join(part for part in (caption, picture.credit.line if picture.credit else "") if part),
        "findings": "; ".join(dict.fromkeys(f"{it.code} {it.message}" for it in findings)),
    }
