"""Pictures -> uses: by the file's name in the picture's address, by the caption embedded in it, by hash."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine

import db
from captions.audit.groups import FEWEST_CJK, FEWEST_WORDS, is_telling
from captions.caption import split
from captions.errors import InputError
from captions.hashing import Hashes, bands, hashes, near_band
from captions.imaging.told import Kept
from captions.text import has_cjk, match_key
from captions.vocabulary import Vocabulary

# What resizers put behind a name: `harbor-1024x683.jpg`, `harbor_w640.jpg`, `harbor@2x.jpg`, `harbor-scaled.jpg`.
_SIZE = re.compile(r"(?:[-_.](?:\d{2,5}x\d{2,5}|[wh]\d{2,5}|\d{3,4}w|scaled)|@\dx)+$")
# A name with less says nothing: `1.jpg`, `img2.jpg`, `image.jpg` are other pictures in each folder.
_FEWEST_LETTERS = 6
_EMPTY = re.compile(
    r"^(?:image|photo|picture|foto|bild|img|dsc|dscf|cover|header|thumbnail|default|pic)?[-_ ]*\d{0,3}$"
)


def name_of(address: str) -> str | None:
    """What an address and the file of its picture share: the file's name without folder, ending and size.

    ``https://cdn.example/x/Harbor%20Ferry-1024x683.jpg?w=3`` gives ``harbor ferry``; None of a name that says nothing.
    """
    try:
        path = urlsplit(address).path if "://" in address or address.startswith("//") else address.split("?")[0]
    except ValueError:
        return None
    name = unquote(PurePosixPath(path.replace("\\", "/")).name).casefold()
    stem = name.rsplit(".", 1)[0] if "." in name else name
    stem = _SIZE.sub("", stem)
    if _EMPTY.match(stem) or sum(char.isalnum() for char in stem) < _FEWEST_LETTERS:
        return None
    return stem


class Same:
    """Which of the pictures are the same: groups of numbers, found by the bands of their hashes."""

    def __init__(self, pictures: Iterable[db.StoredImage]) -> None:
        """Reads all pictures once."""
        self.groups: dict[int, tuple[int, ...]] = {}
        """By number, all that are the same picture as one of the group, itself too; sorted."""
        hashes: dict[int, Hashes] = {}
        buckets: list[dict[int, list[int]]] = [defaultdict(list) for _ in range(4)]
        leader: dict[int, int] = {}
        for it in pictures:
            leader[it.id] = it.id
            if it.image.dhash is None or it.image.phash is None:
                continue
            own = Hashes(it.image.dhash, it.image.phash)
            near = {
                number
                for bucket, band in zip(buckets, it.image.bands, strict=True)
                for value in near_band(band)
                if value in bucket
                for number in bucket[value]
            }
            for number in sorted(near):
                if own.same(hashes[number]):
                    leader[_root(leader, it.id)] = _root(leader, number)
            hashes[it.id] = own
            for bucket, band in zip(buckets, it.image.bands, strict=True):
                bucket[band].append(it.id)
        groups: dict[int, list[int]] = defaultdict(list)
        for number in leader:
            groups[_root(leader, number)].append(number)
        for members in groups.values():
            for number in members:
                self.groups[number] = tuple(sorted(members))

    def one(self, numbers: Iterable[int]) -> bool:
        """Whether these are all one picture."""
        return len({self.groups[number] for number in numbers}) == 1


def _root(leader: dict[int, int], number: int) -> int:
    while leader[number] != number:
        leader[number] = leader[leader[number]]
        number = leader[number]
    return number


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


def matched(
    engine: Engine, pictures: Sequence[db.StoredImage], kept: Mapping[int, Kept], same: Same, words: Vocabulary
) -> list[db.ImageUse]:
    """Which picture belongs to which use: the surest of name, caption and hash that tells it."""
    found: dict[tuple[int, int], str] = {}
    for image_id, use_id in _by_name(engine, pictures, same):
        found.setdefault((image_id, use_id), "name")
    for image_id, use_id in _by_caption(engine, kept, same, words):
        found.setdefault((image_id, use_id), "caption")
    for (image_id, use_id), _how in list(found.items()):
        for other in same.groups[image_id]:
            found.setdefault((other, use_id), "hash")
    return [db.ImageUse(image_id, use_id, how) for (image_id, use_id), how in sorted(found.items())]


def _by_name(engine: Engine, pictures: Sequence[db.StoredImage], same: Same) -> Iterator[tuple[int, int]]:
    names: dict[str, set[int]] = defaultdict(set)
    for it in pictures:
        for path in it.paths:
            if name := name_of(path):
                names[name].add(it.id)
    # A name that other pictures have too tells nothing.
    telling = {name: numbers for name, numbers in names.items() if same.one(numbers)}
    for use_id, address in db.picture_addresses(engine):
        for image_id in telling.get(name_of(address) or "", ()):
            yield image_id, use_id


def _by_caption(engine: Engine, kept: Mapping[int, Kept], same: Same, words: Vocabulary) -> Iterator[tuple[int, int]]:
    heads: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for image_id, it in kept.items():
        for key in _keys(it.fields.caption or "", words):
            heads[_head(key)].add((key, image_id))
    for use_id, printed in db.captions_of_uses(engine):
        near = heads.get(_head(printed), ())
        found = {image_id for key, image_id in near if _begins(key, printed) or _begins(printed, key)}
        # Agencies write one caption for all pictures of an event: then it tells of none.
        if found and is_telling(printed) and same.one(found):
            for image_id in sorted(found):
                yield image_id, use_id


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
