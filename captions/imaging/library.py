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

    def pictures(self, numbers: Collection[int]) -> dict[int, ScannedPicture]:
        """Return the pictures with these numbers that have a file."""
        return {it.id: self._picture(it) for it in db.images_by_ids(self.engine, numbers) if it.paths}

    def all_pictures(self) -> Iterator[ScannedPicture]:
        """Return all pictures, by number."""
        return (self._picture(it) for it in db.images(self.engine) if it.paths)

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
    index = PictureIndex(engine, words)
    links = matched(engine, index, words)
    if store:
        db.put_image_uses(engine, links)
    return Archive(engine, words, index.same, links)
