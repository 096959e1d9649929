"""Match licenses to the uses of their pictures: which uses they cover, and which outlast them (CR310)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

import captions_db as db
import captions_db.audit as store
from sqlalchemy import Engine

from captions.lexicon.vocabulary import Vocabulary
from captions.licensing import licenses
from captions.licensing.coverage import IntendedUse
from captions.licensing.license_repository import license_of
from captions.licensing.licenses import License

if TYPE_CHECKING:
    from captions.imaging.library import Archive

_ASSET_END = "-"


def needs_pictures(found: Sequence[db.LicenseRecord]) -> bool:
    """Return whether a license is of a picture file, which only a scan finds."""
    return any(record.file_hash is not None or record.asset is not None for record in found)


def pictures_for(engine: Engine, words: Vocabulary) -> Archive | None:
    """Return the scanned pictures if a license needs them to find its uses."""
    if not needs_pictures(db.licenses(engine)) or not db.has_images(engine):
        return None
    # Imported here because the picture readers take 0.1 s to load.
    from captions.imaging.library import archive

    return archive(engine, words, store=False)


def note_licensed_uses(audit: store.Audit, archive: Archive | None, intended: IntendedUse, today: date) -> None:
    """Store the uses that a license covers, and as CR310 those whose license ended while the article is online."""
    found = {number: it for it in map(license_of, audit.licensed.licenses()) if (number := it.id) is not None}
    if not found:
        return
    _match(audit.licensed, archive, list(found.values()))
    covered: list[tuple[int, int]] = []
    outlasting: list[tuple[int, int, bool]] = []
    remarks: dict[str, int] = {}
    for use_id, group in groupby(audit.licensed.found(), key=lambda row: row.use_id):
        rows = list(group)
        of_picture = [found[row.license_id] for row in rows]
        days = licenses.days_of(rows[0].used_on, rows[0].published_in)
        in_force = (it.id for it in of_picture if licenses.covers(it, days, intended.scope, intended.territory))
        if (license_id := next(in_force, None)) is not None:
            covered.append((use_id, license_id))
        over = licenses.ended(of_picture, days, today) if "CR310" in audit.ranks else None
        if over is not None:
            if over.message not in remarks:
                remarks[over.message] = audit.remark(over.message)
            outlasting.append((use_id, remarks[over.message], over.after))
    audit.licensed.put_licensed(covered)
    audit.licensed.put_ended(outlasting)


def _match(uses: store.LicensedUses, archive: Archive | None, known: Sequence[License]) -> None:
    """Note the uses of each license's picture: by URL, number, file and caption."""
    licenses_of = licenses_by_address(known)
    if licenses_of is not None:
        uses.put_by_address(licenses_of)
    for it in known:
        if it.caption_key and it.id is not None:
            uses.put_by_caption(it.id, it.caption_key)
    if archive is not None:
        for license_id, image_id in _scanned(uses, archive, known):
            uses.put(license_id, archive.links.of_image(image_id))


def licenses_by_address(known: Sequence[License]) -> Callable[[str], set[int]] | None:
    """Return a function from a URL to the licenses of its picture; None if no license has a URL or number."""
    whole: dict[str, list[int]] = {}
    numbers = _numbers(known)
    for it in known:
        if it.address and it.id is not None and (key := licenses.address_key(it.address)):
            whole.setdefault(key, []).append(it.id)
    if not whole and not numbers:
        return None

    def licenses_of(address: str) -> set[int]:
        found = licenses.assets_in(address, numbers) if numbers else set()
        if whole:
            for query in (True, False):
                if key := licenses.address_key(address, query=query):
                    found.update(whole.get(key, ()))
        return found

    return licenses_of


def _numbers(known: Sequence[License]) -> dict[str, list[tuple[str, int]]]:
    """Return the suppliers' numbers of pictures by their first part; see :func:`licenses.assets_in`."""
    numbers: dict[str, list[tuple[str, int]]] = {}
    for it in known:
        if it.asset and it.id is not None:
            numbers.setdefault(it.asset.partition(_ASSET_END)[0], []).append((it.asset, it.id))
    return numbers


def _scanned(uses: store.LicensedUses, archive: Archive, known: Sequence[License]) -> Iterator[tuple[int, int]]:
    """Yield the licenses with the scanned pictures that they are of: the same file, or one that looks the same."""
    from captions.imaging.hashing import Hashes, bands, near_band

    if numbers := _numbers(known):
        for image_id, path in uses.files():
            for license_id in licenses.assets_in(path.replace("\\", "/").rpartition("/")[2], numbers):
                yield license_id, image_id
    for it in known:
        if it.file_hash is None or it.id is None:
            continue
        for image_id in uses.pictures_with(it.file_hash):
            yield it.id, image_id
        if it.dhash is not None and it.phash is not None:
            own = Hashes(it.dhash, it.phash)
            near = db.near_images(archive.engine, [near_band(band) for band in bands(it.dhash)])
            for image_id, dhash, phash in near:
                if own.same(Hashes(dhash, phash)):
                    yield it.id, image_id
