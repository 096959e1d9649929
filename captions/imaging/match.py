"""Pictures -> uses: by the file's name and embedded ids in the picture's address, by embedded caption, by hash."""

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
from captions.imaging.duplicates import Same
from captions.imaging.hashing import Hashes, bands, hashes, near_band
from captions.imaging.match_keys import Keys, documents_of, ids_in, ids_of, name_of
from captions.imaging.stored_metadata import from_json
from captions.lexicon.vocabulary import Vocabulary
from captions.text import has_cjk, match_key

HOWS = ("name", "id", "caption", "hash")
"""By what a picture is known to belong to a use, the surest first."""
# Uses whose embedded captions are read at once; the first words of captions that more pictures have are a phrase.
_AT_ONCE, _MOST_BEGIN = 100, 2_000
_MOST_FILES = 50  # a document with more files than this is a template


class Index:
    """What is needed of all pictures to find those of a use: numbers, no text."""

    def __init__(self, engine: Engine, words: Vocabulary) -> None:
        """Reads all pictures once."""
        self.names, self.ids, self.heads, documents = Keys(), Keys(), Keys(), Keys()
        self.same = Same()
        for it in db.images(engine):
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

    def telling(self, found: Keys, key: str) -> tuple[int, ...]:
        """The pictures with a key; none if they are several, for then it tells nothing."""
        numbers = found.of(key)
        return numbers if len(numbers) == 1 or (numbers and self.same.one(numbers)) else ()


class Links:
    """Which pictures belong to which uses, 21 bytes each. Uses are added in rising order."""

    def __init__(self) -> None:
        """Knows no use yet."""
        self._uses, self._images, self._hows = array("q"), array("q"), array("B")
        self._by_image = array("I")
        self._sorted_images = array("q")

    def add(self, use: int, found: dict[int, str]) -> None:
        """Takes the pictures of a use, and by what each is known."""
        for image, how in sorted(found.items(), key=lambda item: (HOWS.index(item[1]), item[0])):
            self._uses.append(use)
            self._images.append(image)
            self._hows.append(HOWS.index(how))

    def sort(self) -> None:
        """Makes it ready to be asked, when all uses are added."""
        order = sorted(range(len(self._images)), key=lambda at: (self._images[at], self._hows[at], self._uses[at]))
        self._by_image = array("I", order)
        self._sorted_images = array("q", map(self._images.__getitem__, self._by_image))

    def of_use(self, use: int) -> list[int]:
        """The pictures of a use, the surest first."""
        at, out = bisect_left(self._uses, use), []
        while at < len(self._uses) and self._uses[at] == use:
            out.append(self._images[at])
            at += 1
        return out

    def of_image(self, image: int) -> list[int]:
        """The uses of a picture, the surest first."""
        at, out = bisect_left(self._sorted_images, image), []
        while at < len(self._sorted_images) and self._sorted_images[at] == image:
            out.append(self._uses[self._by_image[at]])
            at += 1
        return out

    def uses(self) -> Iterator[int]:
        """The uses that have a picture, by number."""
        return (use for use, _ in groupby(self._uses))

    def in_several(self) -> Iterator[int]:
        """The pictures that belong to several uses, by number."""
        return (image for image, uses in groupby(self._sorted_images) if len(list(uses)) > 1)

    def image_count(self) -> int:
        """How many pictures belong to a use."""
        return sum(1 for _ in groupby(self._sorted_images))

    def __iter__(self) -> Iterator[db.ImageUse]:
        """Gives each picture of each use, and by what it is known."""
        for use, image, how in zip(self._uses, self._images, self._hows, strict=True):
            yield db.ImageUse(image, use, HOWS[how])


def matched(engine: Engine, index: Index, words: Vocabulary) -> Links:
    """Which picture belongs to which use: the surest of name, id, caption and hash that tells it."""
    links = Links()
    told = merge(_by_address(engine, index), _by_caption(engine, index, words), key=lambda item: item[0])
    for use, found in _by_use(told):
        for image in tuple(found):
            for other in index.same.group(image):
                found.setdefault(other, "hash" if index.same.look_the_same(image, other) else "id")
        links.add(use, found)
    links.sort()
    return links


def _by_use(told: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, dict[int, str]]]:
    """For each use its pictures, and the surest of what tells each."""
    for use, rows in groupby(told, key=lambda row: row[0]):
        found: dict[int, str] = {}
        for _use, image, how in sorted(rows, key=lambda row: HOWS.index(row[2])):
            found.setdefault(image, how)
        yield use, found


def _by_address(engine: Engine, index: Index) -> Iterator[tuple[int, int, str]]:
    for use, address in db.picture_addresses(engine):
        if name := name_of(address):
            yield from ((use, image, "name") for image in index.telling(index.names, name))
        for key in ids_in(address):
            yield from ((use, image, "id") for image in index.telling(index.ids, key))


def _by_caption(engine: Engine, index: Index, words: Vocabulary) -> Iterator[tuple[int, int, str]]:
    near = (
        (use, printed, numbers)
        for use, printed in db.captions_of_uses(engine)
        if is_telling(printed) and 0 < len(numbers := index.heads.of(_head(printed))) <= _MOST_BEGIN
    )
    while page := list(islice(near, _AT_ONCE)):
        wanted = {number for _, _, numbers in page for number in numbers}
        keys = {it.id: list(_keys(from_json(it.image.embedded).fields.caption or "", words)) for it in
                db.images_by_ids(engine, wanted)}  # fmt: skip
        for use, printed, numbers in page:
            found = {
                number
                for number in numbers
                if any(_begins(key, printed) or _begins(printed, key) for key in keys.get(number, ()))
            }
            # Agencies write one caption for all pictures of an event: then it tells of none.
            if found and index.same.one(found):
                yield from ((use, image, "caption") for image in sorted(found))


def same_as(engine: Engine, picture: str) -> list[db.StoredImage]:
    """The stored pictures that are the same as one in a file, by number.

    Raises InputError for a file that can't be decoded, or shows a single tone.
    """
    own = hashes(picture)
    if own is None:
        raise InputError(f"{picture}: shows a single tone, by which no picture is known again")
    near = db.near_images(engine, [near_band(band) for band in bands(own.dhash)])
    found = {number for number, dhash, phash in near if own.same(Hashes(dhash, phash))}
    return list(db.images_by_ids(engine, found))


def _head(key: str) -> str:
    """The words by which captions are looked up; of text without spaces, the characters."""
    return key[:FEWEST_CJK] if has_cjk(key) else " ".join(key.split(" ", FEWEST_WORDS)[:FEWEST_WORDS])


def _begins(key: str, other: str) -> bool:
    """Whether a caption is another, or its beginning: desks cut what agencies wrote, and add to it."""
    return other.startswith(key) and (len(key) == len(other) or other[len(key)] == " " or has_cjk(key))


def _keys(caption: str, words: Vocabulary) -> Iterator[str]:
    """The match keys of an embedded caption: as it stands, and without the credit at its end."""
    if is_telling(key := match_key(caption)):
        yield key
    if (found := split(caption, words)) is not None and is_telling(key := match_key(found.caption)):
        yield key


__all__ = ["HOWS", "Index", "Links", "matched", "name_of", "same_as"]
