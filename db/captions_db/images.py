"""Scanned pictures: stored once per file content, found by hash, linked to uses."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, or_, select, update

from captions_db import models as m
from captions_db.bulk import in_chunks, insert_rows, insert_with_ids
from captions_db.connection import writing
from captions_db.rows import json_list, optional, storable, storable_source

_PAGE = 1_000
_BANDS = (m.image.c.band_1, m.image.c.band_2, m.image.c.band_3, m.image.c.band_4)


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """A picture by the content of its file; hashes and bands as numbers, None if they could not be computed."""

    file_hash: str
    version: str
    """The version of the program that read it."""
    format: str | None = None
    width: int | None = None
    height: int | None = None
    dhash: int | None = None
    phash: int | None = None
    bands: tuple[int, ...] = ()
    """The four 16-bit parts of dHash; empty without it."""
    embedded: str = "{}"
    """Its embedded metadata as JSON."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture in the store, with the sorted paths of its files."""

    id: int
    image: ImageRecord
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImageUse:
    """A picture of a use, and how they were matched: name, id, caption or hash."""

    image_id: int
    use_id: int
    how: str


def known_images(engine: Engine, file_hashes: Collection[str], version: str) -> set[str]:
    """Return those of these file hashes that this version has stored."""
    column = m.image.c
    with engine.connect() as connection:
        return {
            found
            for chunk in in_chunks(file_hashes)
            for found in connection.execute(
                select(column.file_hash).where(column.file_hash.in_(chunk), column.version == version)
            ).scalars()
        }


def outdated_images(engine: Engine, version: str) -> int:
    """Count the pictures that another version read, which the next scan reads again."""
    with engine.connect() as connection:
        return connection.execute(select(func.count()).where(m.image.c.version != version)).scalar_one()


def is_image_file(engine: Engine, path: str) -> bool:
    """Return whether the file at this path was scanned."""
    with engine.connect() as connection:
        chosen = m.image_file.c.path == storable_source(path)
        return connection.execute(select(m.image_file.c.id).where(chosen)).first() is not None


def image_files(engine: Engine) -> dict[str, str]:
    """Return the paths of all scanned files with the hashes of their content."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(m.image_file.c.path, m.image.c.file_hash).join(m.image, m.image.c.id == m.image_file.c.image_id)
        )
        return {row.path: row.file_hash for row in rows}


def put_images(engine: Engine, records: Iterable[ImageRecord], files: Mapping[str, str]) -> None:
    """Store pictures, and for each path the hash of its picture; all or none.

    Update pictures that are stored already. Raise ValueError for a file whose picture is neither stored nor given.
    """
    rows = {record.file_hash: _row(record) for record in records}
    with writing(engine) as connection:
        known = _ids(connection, {*rows, *files.values()})
        for file_hash, row in rows.items():
            if file_hash in known:
                connection.execute(update(m.image).where(m.image.c.id == known[file_hash]).values(row))
        missing = [row for file_hash, row in rows.items() if file_hash not in known]
        known |= insert_with_ids(connection, m.image, "file_hash", missing)
        if lost := sorted(set(files.values()) - known.keys()):
            raise ValueError(f"no image {lost[0]}")
        placed = {storable_source(path): known[file_hash] for path, file_hash in files.items()}
        left = _delete_files(connection, placed)
        insert_rows(
            connection, m.image_file, [{"path": path, "image_id": number} for path, number in sorted(placed.items())]
        )
        _delete_lost(connection, left)


def forget_files(engine: Engine, paths: Collection[str]) -> None:
    """Delete files that no longer exist, and pictures without files."""
    with writing(engine) as connection:
        _delete_lost(connection, _delete_files(connection, paths))


def images(engine: Engine) -> Iterator[StoredImage]:
    """Yield all pictures by id, a thousand at a time."""
    column, last = m.image.c, 0
    with engine.connect() as connection:
        statement = select(m.image).order_by(column.id).limit(_PAGE)
        while rows := connection.execute(statement.where(column.id > last)).all():
            yield from _with_paths(connection, rows)
            last = rows[-1].id


def images_by_ids(engine: Engine, image_ids: Collection[int]) -> Iterator[StoredImage]:
    """Yield the pictures with these ids, by id; leave out unknown ids."""
    with engine.connect() as connection:
        for chunk in in_chunks(sorted(image_ids)):
            rows = connection.execute(select(m.image).where(m.image.c.id.in_(chunk)).order_by(m.image.c.id)).all()
            yield from _with_paths(connection, rows)


def _with_paths(connection: Connection, rows: Sequence[Any]) -> Iterator[StoredImage]:
    paths: dict[int, list[str]] = defaultdict(list)
    file = m.image_file.c
    for chunk in in_chunks([row.id for row in rows]):
        for image_id, path in connection.execute(
            select(file.image_id, file.path).where(file.image_id.in_(chunk)).order_by(file.path)
        ):
            paths[image_id].append(path)
    for row in rows:
        record = ImageRecord(
            row.file_hash,
            row.version,
            row.format,
            row.width,
            row.height,
            None if row.dhash is None else int(row.dhash, 16),
            None if row.phash is None else int(row.phash, 16),
            () if row.band_1 is None else (row.band_1, row.band_2, row.band_3, row.band_4),
            row.embedded,
            tuple(json.loads(row.notes)),
        )
        yield StoredImage(row.id, record, tuple(paths[row.id]))


def near_images(engine: Engine, bands: Sequence[Iterable[int]]) -> list[tuple[int, int, int]]:
    """Return id, dHash and pHash of the pictures that have, in one of the four bands, one of these values.

    ``bands`` holds for each band the values that are near enough. By number.
    """
    column = m.image.c
    with engine.connect() as connection:
        found = connection.execute(
            select(column.id, column.dhash, column.phash)
            .where(or_(*(band.in_(values) for band, values in zip(_BANDS, map(list, bands), strict=True))))
            .order_by(column.id)
        )
        return [(number, int(dhash, 16), int(phash, 16)) for number, dhash, phash in found]


def picture_addresses(engine: Engine) -> Iterator[tuple[int, str]]:
    """Yield the id of each use with the URLs of its pictures, by id and place."""
    column = m.use_image.c
    with engine.connect() as connection:
        statement = select(column.use_id, column.address).order_by(column.use_id, column.place)
        for page in connection.execution_options(yield_per=_PAGE).execute(statement).partitions():
            yield from ((row.use_id, row.address) for row in page)


def captions_of_uses(engine: Engine) -> Iterator[tuple[int, str]]:
    """Yield the id of each captioned use with its match key, by id."""
    caption, use = m.caption.c, m.use.c
    with engine.connect() as connection:
        statement = (
            select(use.id, caption.match_key)
            .join(m.caption, caption.id == use.caption_id)
            .where(caption.match_key != "")
            .order_by(use.id)
        )
        for page in connection.execution_options(yield_per=_PAGE).execute(statement).partitions():
            yield from ((row.id, row.match_key) for row in page)


def put_image_uses(engine: Engine, links: Iterable[ImageUse]) -> None:
    """Replace all links between pictures and uses; skip links to missing pictures or uses.

    Write a thousand links at a time; the links of a use must be consecutive.
    """
    with writing(engine) as connection:
        connection.execute(delete(m.image_use))
        left = iter(links)
        while page := list(islice(left, _PAGE)):
            uses = _stored(connection, m.use, {link.use_id for link in page})
            known = _stored(connection, m.image, {link.image_id for link in page})
            rows = {
                (link.image_id, link.use_id): {"image_id": link.image_id, "use_id": link.use_id, "how": link.how}
                for link in page
                if link.use_id in uses and link.image_id in known
            }
            insert_rows(connection, m.image_use, list(rows.values()))


def images_of_uses(engine: Engine, use_ids: Collection[int]) -> list[ImageUse]:
    """Return the pictures of these uses, as last matched, by use and picture."""
    column = m.image_use.c
    with engine.connect() as connection:
        return [
            ImageUse(*row)
            for chunk in in_chunks(sorted(use_ids))
            for row in connection.execute(
                select(column.image_id, column.use_id, column.how)
                .where(column.use_id.in_(chunk))
                .order_by(column.use_id, column.image_id)
            )
        ]


def has_images(engine: Engine) -> bool:
    """Return whether any picture was scanned."""
    with engine.connect() as connection:
        return connection.execute(select(m.image.c.id).limit(1)).first() is not None


def are_matched(engine: Engine) -> bool:
    """Return whether any picture is linked to a use."""
    with engine.connect() as connection:
        return connection.execute(select(m.image_use.c.use_id).limit(1)).first() is not None


def image_uses(engine: Engine, image_ids: Collection[int] | None = None) -> list[ImageUse]:
    """Return all links between pictures and uses, or those of some pictures, by picture and use."""
    column = m.image_use.c
    statement = select(column.image_id, column.use_id, column.how).order_by(column.image_id, column.use_id)
    with engine.connect() as connection:
        if image_ids is None:
            return [ImageUse(*row) for row in connection.execute(statement)]
        return [
            ImageUse(*row)
            for chunk in in_chunks(sorted(image_ids))
            for row in connection.execute(statement.where(column.image_id.in_(chunk)))
        ]


def _row(record: ImageRecord) -> dict[str, object]:
    numbers = record.bands or (None,) * len(_BANDS)
    return {
        "file_hash": storable(record.file_hash),
        "version": storable(record.version),
        "format": optional(record.format),
        "width": record.width,
        "height": record.height,
        "dhash": None if record.dhash is None else f"{record.dhash:016x}",
        "phash": None if record.phash is None else f"{record.phash:064x}",
        **{band.name: number for band, number in zip(_BANDS, numbers, strict=True)},
        "embedded": storable(record.embedded),
        "notes": json_list(map(storable, record.notes)),
    }


def _ids(connection: Connection, file_hashes: Collection[str]) -> dict[str, int]:
    return {
        file_hash: number
        for chunk in in_chunks(file_hashes)
        for file_hash, number in connection.execute(
            select(m.image.c.file_hash, m.image.c.id).where(m.image.c.file_hash.in_(chunk))
        )
    }


def _stored(connection: Connection, table: Table, numbers: Collection[int]) -> set[int]:
    return {
        number
        for chunk in in_chunks(numbers)
        for number in connection.execute(select(table.c.id).where(table.c.id.in_(chunk))).scalars()
    }


def _delete_files(connection: Connection, paths: Collection[str]) -> set[int]:
    """Delete files by path; return the ids of their pictures."""
    left: set[int] = set()
    for chunk in in_chunks([storable_source(path) for path in paths]):
        chosen = m.image_file.c.path.in_(chunk)
        left.update(connection.execute(select(m.image_file.c.image_id).where(chosen)).scalars())
        connection.execute(delete(m.image_file).where(chosen))
    return left


def _delete_lost(connection: Connection, image_ids: Collection[int]) -> None:
    """Delete those of these pictures that have no file left."""
    for chunk in in_chunks(sorted(image_ids)):
        still_used = set(
            connection.execute(select(m.image_file.c.image_id).where(m.image_file.c.image_id.in_(chunk))).scalars()
        )
        gone = [number for number in chunk if number not in still_used]
        connection.execute(delete(m.image_use).where(m.image_use.c.image_id.in_(gone)))
        connection.execute(delete(m.image).where(m.image.c.id.in_(gone)))
