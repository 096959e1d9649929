"""Match pictures to uses by file name or embedded ID in the picture's URL, by embedded caption, and by hash."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby, islice

import captions_db as db
from sqlalchemy import Engine

from captions.caption.similarity import FEWEST_CJK, FEWEST_WORDS, is_telling
from captions.caption.split import split
from captions.errors import InputError
from captions.imaging.duplicates import DuplicateGroups
from captions.imaging.hashing import Hashes, bands, hashes, near_band
from captions.imaging.match_keys import Keys, documents_of, ids_in, ids_of, name_of
from captions.imaging.stored_metadata import from_json
from captions.lexicon.vocabulary import Vocabulary
from captions.text import has_cjk, match_key

HOWS = ("name", "id", "caption", "hash")
"""The kinds of evidence that match a picture to a use, most reliable first."""
# Uses processed per query; if more pictures than this share the first words of a caption, they are a stock phrase.
_PER_QUERY, _MOST_BEGIN = 100, 2_000
_MOST_FILES = 50  # a document with more files than this is a template


class PictureIndex:
    """An index of all pictures by name, ID and caption, in numbers only."""

    def __init__(self, pictures: Iterable[db.StoredImage], words: Vocabulary) -> None:
        """Index pictures, which are sorted by number."""
        self.names, self.ids, self.heads, documents = Keys(), Keys(), Keys(), Keys()
        self.same = DuplicateGroups()
        for it in pictures:
            self.same.add(it.id, it.image.dhash, it.image.phash)
            fields = from_json(it.image.embedded).fields
            for name in {name_of(path) for path in it.paths} - {None}:
                self.names.add(name or "", it.id)
            for key in ids_of(fields):
                self.ids.add(key, it.id)
            for key in documents_of(fields):
                documents.add(key, it.id)
            for head in {_head(key) for key in _keys(fields.caption or "", words)}:
                self.heads.add(head, it.id)
        self.same.join(numbers for numbers in documents.shared() if len(numbers) <= _MOST_FILES)

    def unambiguous(self, found: Keys, key: str) -> tuple[int, ...]:
        """Return the picture with a key and its duplicates; nothing if different pictures share the key."""
        numbers = found.of(key)
        return numbers if len(numbers) == 1 or (numbers and self.same.are_equal(numbers)) else ()


class Links:
    """The pictures of each use, at 21 bytes per link; add uses in ascending order."""

    def __init__(self) -> None:
        """Start with no uses."""
        self._uses, self._images, self._hows = array("q"), array("q"), array("B")
        self._by_image = array("I")
        self._sorted_images = array("q")

    def add(self, use: int, found: dict[int, str]) -> None:
        """Add the pictures of a use, each with the evidence for it."""
        for image, how in sorted(found.items(), key=lambda item: (HOWS.index(item[1]), item[0])):
            self._uses.append(use)
            self._images.append(image)
            self._hows.append(HOWS.index(how))

    def sort(self) -> None:
        """Prepare for lookups once all uses are added."""
        order = sorted(range(len(self._images)), key=lambda at: (self._images[at], self._hows[at], self._uses[at]))
        self._by_image = array("I", order)
        self._sorted_images = array("q", map(self._images.__getitem__, self._by_image))

    def of_use(self, use: int) -> list[int]:
        """Return the pictures of a use, most reliable first."""
        at, out = bisect_left(self._uses, use), []
        while at < len(self._uses) and self._uses[at] == use:
            out.append(self._images[at])
            at += 1
        return out

    def of_image(self, image: int) -> list[int]:
        """Return the uses of a picture, most reliable first."""
        at, out = bisect_left(self._sorted_images, image), []
        while at < len(self._sorted_images) and self._sorted_images[at] == image:
            out.append(self._uses[self._by_image[at]])
            at += 1
        return out

    def uses(self) -> Iterator[int]:
        """Return the uses that have a picture, by number."""
        return (use for use, _ in groupby(self._uses))

    def in_several(self) -> Iterator[int]:
        """Return the pictures that belong to several uses, by number."""
        return (image for image, uses in groupby(self._sorted_images) if len(list(uses)) > 1)

    def image_count(self) -> int:
        """Return the number of pictures that belong to a use."""
        return sum(1 for _ in groupby(self._sorted_images))

    def __iter__(self) -> Iterator[db.ImageUse]:
        """Yield each picture of each use, with the evidence for it."""
        for use, image, how in zip(self._uses, self._images, self._hows, strict=True):
            yield db.ImageUse(image, use, HOWS[how])


def matched(engine: Engine, index: PictureIndex, words: Vocabulary) -> Links:
    """Match pictures to uses, each by the most reliable evidence: name, ID, caption or hash."""
    links = Links()
    matches = merge(_by_address(engine, index), _by_caption(engine, index, words), key=lambda item: item[0])
    for use, found in _by_use(matches):
        for image in tuple(found):
            for other in index.same.group(image):
                found.setdefault(other, "hash" if index.same.look_the_same(image, other) else "id")
        links.add(use, found)
    links.sort()
    return links


def _by_use(matches: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, dict[int, str]]]:
    """Yield each use with its pictures and the most reliable evidence for each."""
    for use, rows in groupby(matches, key=lambda row: row[0]):
        found: dict[int, str] = {}
        for _use, image, how in sorted(rows, key=lambda row: HOWS.index(row[2])):
            found.setdefault(image, how)
        yield use, found


def _by_address(engine: Engine, index: PictureIndex) -> Iterator[tuple[int, int, str]]:
    for use, address in db.picture_addresses(engine):
        if name := name_of(address):
            yield from ((use, image, "name") for image in index.unambiguous(index.names, name))
        for key in ids_in(address):
            yield from ((use, image, "id") for image in index.unambiguous(index.ids, key))


def _by_caption(engine: Engine, index: PictureIndex, words: Vocabulary) -> Iterator[tuple[int, int, str]]:
    near = (
        (use, printed, numbers)
        for use, printed in db.captions_of_uses(engine)
        if is_telling(printed) and 0 < len(numbers := index.heads.of(_head(printed))) <= _MOST_BEGIN
    )
    while page := list(islice(near, _PER_QUERY)):
        wanted = {number for _, _, numbers in page for number in numbers}
        keys = {it.id: list(_keys(from_json(it.image.embedded).fields.caption or "", words)) for it in
                db.images_by_ids(engine, wanted)}  # fmt: skip
        for use, printed, numbers in page:
            found = {
                number
                for number in numbers
                if any(_begins(key, printed) or _begins(printed, key) for key in keys.get(number, ()))
            }
            # Agencies use the same caption for all pictures of an event, so it must lead to a single picture.
            if found and index.same.are_equal(found):
                yield from ((use, image, "caption") for image in sorted(found))


def same_as(engine: Engine, picture: str) -> list[db.StoredImage]:
    """Return the stored pictures that equal the one in a file, by number.

    Raise InputError if the file cannot be decoded or shows a single tone.
    """
    own = hashes(picture)
    if own is None:
        raise InputError(f"{picture}: shows a single tone and cannot be compared; use a picture with contrast")
    near = db.near_images(engine, [near_band(band) for band in bands(own.dhash)])
    found = {number for number, dhash, phash in near if own.same(Hashes(dhash, phash))}
    return list(db.images_by_ids(engine, found))


def _head(key: str) -> str:
    """Return the first words of a caption for lookup, or the first characters of text without spaces."""
    return key[:FEWEST_CJK] if has_cjk(key) else " ".join(key.split(" ", FEWEST_WORDS)[:FEWEST_WORDS])


def _begins(key: str, other: str) -> bool:
    """Return whether a caption equals another or begins it, since desks shorten and extend agencies' captions."""
    return other.startswith(key) and (len(key) == len(other) or other[len(key)] == " " or has_cjk(key))


def _keys(caption: str, words: Vocabulary) -> Iterator[str]:
    """Yield the match keys of an embedded caption, with and without the credit at its end."""
    if is_telling(key := match_key(caption)):
        yield key
    if (found := split(caption, words)) is not None and is_telling(key := match_key(found.caption)):
        yield key


__all__ = ["HOWS", "Links", "PictureIndex", "matched", "name_of", "same_as"]
