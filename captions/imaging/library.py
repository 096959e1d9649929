"""Load the scanned pictures of a store, matched to their uses."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import captions_db as db
import captions_db.audit
from sqlalchemy import Engine

from captions.imaging.duplicates import DuplicateGroups
from captions.imaging.match import Links, PictureIndex, matched
from captions.imaging.stored_metadata import StoredMetadata, credit_of, from_json
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit, Use
from captions.stored import use_of


@dataclass(frozen=True, slots=True)
class ScannedPicture:
    """A stored picture with what the audit needs to know about it."""

    id: int
    path: str
    """The path of its first file."""
    metadata: StoredMetadata
    credit: Credit | None
    """The embedded credit."""


@dataclass(slots=True)
class Archive:
    """The pictures of a store and their uses, loaded on demand."""

    engine: Engine
    words: Vocabulary
    same: DuplicateGroups
    links: Links
    only: frozenset[int] | None = None
    """The numbers of the pictures, if they are not all of the store."""

    def pictures(self, numbers: Collection[int]) -> dict[int, ScannedPicture]:
        """Return the pictures with these numbers that have a file."""
        return {it.id: self._picture(it) for it in db.images_by_ids(self.engine, numbers) if it.paths}

    def all_pictures(self) -> Iterator[ScannedPicture]:
        """Return all pictures, by number."""
        found = db.images(self.engine) if self.only is None else db.images_by_ids(self.engine, self.only)
        return (self._picture(it) for it in found if it.paths)

    def uses(self, numbers: Collection[int]) -> dict[int, Use]:
        """Return the uses with these numbers."""
        return {row.use_id: use_of(row) for row in db.uses_by_ids(self.engine, numbers)}

    def _picture(self, it: db.StoredImage) -> ScannedPicture:
        metadata = from_json(it.image.embedded)
        return ScannedPicture(it.id, it.paths[0], metadata, credit_of(metadata.fields, self.words))


def archive(engine: Engine, words: Vocabulary, *, store: bool = True) -> Archive:
    """Match the pictures of a store to its uses, and save the matches unless ``store`` is False.

    A million pictures take half a gigabyte of memory, for numbers only.
    """
    index = PictureIndex(db.images(engine), words)
    links = matched(engine, index, words)
    if store:
        db.put_image_uses(engine, links)
    return Archive(engine, words, index.same, links)


def archive_of(engine: Engine, words: Vocabulary, use_id: int) -> Archive | None:
    """Return the pictures of one use, as last matched, with their other uses; None if it has none.

    If no picture of the store was ever matched, match all of them now, and save nothing.
    """
    images = [link.image_id for link in db.images_of_uses(engine, [use_id])]
    if not images:
        return archive(engine, words, store=False) if db.has_images(engine) and not db.are_matched(engine) else None
    links, found = Links(), dict[int, dict[int, str]]()
    for link in db.image_uses(engine, images):
        found.setdefault(link.use_id, {})[link.image_id] = link.how
    for use in sorted(found):
        links.add(use, found[use])
    links.sort()
    index = PictureIndex(db.images_by_ids(engine, images), words)
    return Archive(engine, words, index.same, links, frozenset(images))
