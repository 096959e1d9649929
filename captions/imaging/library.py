"""The scanned pictures of a store, matched to the uses they belong to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import captions_db as db
import captions_db.audit
from sqlalchemy import Engine

from captions.imaging.duplicates import Same
from captions.imaging.match import Index, Links, matched
from captions.imaging.stored_metadata import Kept, credit_of, from_json
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit, Use
from captions.stored import use_of


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the store with what the check needs of it."""

    id: int
    path: str
    """The first of its files."""
    kept: Kept
    credit: Credit | None
    """The credit that is embedded."""


@dataclass(slots=True)
class Archive:
    """The pictures of a store and the uses that they belong to; both are read when they are asked for."""

    engine: Engine
    words: Vocabulary
    same: Same
    links: Links

    def pictures(self, numbers: Collection[int]) -> dict[int, Picture]:
        """The pictures with these numbers that have a file."""
        return {it.id: self._picture(it) for it in db.images_by_ids(self.engine, numbers) if it.paths}

    def all_pictures(self) -> Iterator[Picture]:
        """All pictures, by number."""
        return (self._picture(it) for it in db.images(self.engine) if it.paths)

    def uses(self, numbers: Collection[int]) -> dict[int, Use]:
        """The uses with these numbers."""
        return {row.use_id: use_of(row) for row in db.uses_by_ids(self.engine, numbers)}

    def _picture(self, it: db.StoredImage) -> Picture:
        kept = from_json(it.image.embedded)
        return Picture(it.id, it.paths[0], kept, credit_of(kept.fields, self.words))


def archive(engine: Engine, words: Vocabulary, *, store: bool = True) -> Archive:
    """Matches the pictures of a store to its uses, and stores which belong to which, unless ``store`` is False.

    What is held of a million pictures is half a gigabyte of numbers, and no text.
    """
    index = Index(engine, words)
    links = matched(engine, index, words)
    if store:
        db.put_image_uses(engine, links)
    return Archive(engine, words, index.same, links)
