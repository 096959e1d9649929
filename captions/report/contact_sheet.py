"""``captions images sheet``: pictures that need review, each with its printed and its embedded credit."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from captions.audit.finding import Finding
from captions.audit.image_check import ImageCheck
from captions.audit.image_rules import CHECKED
from captions.errors import InputError
from captions.imaging.hashing import thumbnail
from captions.imaging.library import Archive, ScannedPicture
from captions.report import Column, Row, as_page
from captions.text import count

_COLUMNS = (
    Column(as_page.PICTURE, "Picture"),
    Column("path", "File"),
    Column("printed", "Printed"),
    Column("embedded", "Embedded"),
    Column("findings", "Findings"),
)


_AT_ONCE = 200
_SIDE = 160  # pixels, of a thumbnail in a report
SHEET_TITLE = "Pictures to review"
MOST = 1_000
"""The default number of pictures on a page; browsers fail on much larger pages."""


def write_sheet(done: ImageCheck, stream: TextIO, limit: int | None = None) -> tuple[int, int]:
    """Write an HTML page with a row for each picture that has findings, the worst :data:`MOST` of them.

    Return the number of listed pictures, and of all with findings. A picture whose file is missing or can't be decoded
    is listed without a thumbnail.
    """
    most = MOST if limit is None else limit
    by_picture: dict[int, list[Finding]] = {}
    numbers: set[int] = set()
    for finding, own in done.spool:
        for number in own:
            numbers.add(number)
            if number in by_picture or len(by_picture) < most:
                by_picture.setdefault(number, []).append(finding)
    heading = f"{len(numbers)} of {count(done.pictures, 'picture')} to review"
    note = f"{len(by_picture)} of {count(len(numbers), 'picture')} listed" if len(by_picture) < len(numbers) else ""
    table = as_page.PageTable("Pictures", _COLUMNS, _rows(by_picture, done.archive))
    as_page.write(SHEET_TITLE, heading, [table] if by_picture else [], note, stream)
    return len(by_picture), len(numbers)


def _rows(by_picture: Mapping[int, Sequence[Finding]], archive: Archive) -> Iterator[Row]:
    left = iter(by_picture)
    while page := list(islice(left, _AT_ONCE)):
        pictures = archive.pictures(page)
        uses = archive.uses({use for number in page for use in archive.links.of_image(number)})
        for number in page:
            own = [uses[use] for use in archive.links.of_image(number) if use in uses]
            printed = [f"{use.credit.line if use.credit else 'no credit'} in {use.source}" for use in own]
            if number in pictures:
                yield _row(pictures[number], by_picture[number], printed)


def _row(picture: ScannedPicture, findings: Sequence[Finding], printed: Sequence[str]) -> Row:
    caption = picture.metadata.fields.caption or ""
    return {
        as_page.PICTURE: small(picture.path),
        "path": picture.path,
        "printed": "; ".join(printed),
        "embedded": " | ".join(part for part in (caption, picture.credit.line if picture.credit else "") if part),
        "findings": "; ".join(dict.fromkeys(f"{it.code} {it.message}" for it in findings)),
    }


def small(path: str, side: int = 240) -> str:
    """Return a thumbnail as JPEG in base64; ``""`` if the file is missing or can't be decoded."""
    try:
        # The path may have become a pipe since the scan, and reading that would block.
        if not Path(path).is_file():
            return ""
        return base64.b64encode(thumbnail(path, side)).decode()
    except (InputError, OSError):
        return ""


class Thumbnails:
    """Thumbnails for the findings and captions of a report, at most :data:`MOST`."""

    def __init__(self, archive: Archive) -> None:
        """Use the pictures of a store."""
        self._archive, self.left = archive, MOST
        self._known: dict[str, str] = {}

    def of_finding(self, finding: Finding) -> str:
        """Return the thumbnail of a finding as JPEG in base64; ``""`` if there is none, or :data:`MOST` are used up."""
        if finding.use is not None:
            return self.of_use(finding.use.id) if finding.use.id is not None else ""
        return self._small(finding.source) if finding.code in CHECKED else ""

    def of_use(self, use: int) -> str:
        """Return the thumbnail of the picture that best matches a use, likewise."""
        numbers = self._archive.links.of_use(use)[:1] if self.left else []
        return next((self._small(picture.path) for picture in self._archive.pictures(numbers).values()), "")

    def _small(self, path: str) -> str:
        if not self.left:
            return ""
        if path not in self._known:
            self._known[path] = small(path, _SIDE)
        self.left -= bool(self._known[path])
        return self._known[path]
