"""Extract the keys that connect pictures and uses besides captions: file names and embedded IDs."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from itertools import groupby
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from captions.embedded import Fields

# Suffixes that image resizers append: `harbor-1024x683.jpg`, `harbor_w640.jpg`, `harbor@2x.jpg`, `harbor-scaled.jpg`.
_SIZE = re.compile(r"(?:[-_.](?:\d{2,5}x\d{2,5}|[wh]\d{2,5}|\d{3,4}w|scaled)|@\dx){1,8}$")
# Shorter names identify nothing: `1.jpg`, `img2.jpg` and `image.jpg` are different pictures in every folder.
_FEWEST_LETTERS = 6
_EMPTY = re.compile(
    r"^(?:image|photo|picture|foto|bild|img|dsc|dscf|cover|header|thumbnail|default|pic)?[-_ ]*\d{0,3}$"
)
# Suppliers' IDs are letters with digits (`RTX4ZQ81`), or many digits (`1252345678`) that are not a date (`20240518`)
# or a time (`20240518093000`).
_FEWEST_MIXED, _FEWEST_DIGITS, _LONGEST = 7, 8, 100
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{2,6})?")
# Camera numbers (`IMG_0001`) and sizes (`1024x683`) are not IDs either.
_COUNTED = re.compile(r"(?:img|dsc|dscf|dscn|pict|mvi|gopr|pxl|p)\d+|\d+x\d+")
_PIECES, _WORDS = re.compile(r"[\s_./,:;=&?+]+"), re.compile(r"[^0-9a-z]+")
# DocumentID, OriginalDocumentID and ImageUniqueID have 32 hexadecimal digits; some cameras write the same shorter text
# into every picture.
_DOCUMENT = re.compile(r"[0-9a-f]{32}")


def name_of(address: str) -> str | None:
    """Return a file's name without folder, suffix and size, for a path or a URL; None if it identifies nothing.

    ``https://cdn.example/x/Harbor%20Ferry-1024x683.jpg?w=3`` gives ``harbor ferry``.
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


def ids_of(fields: Fields) -> tuple[str, ...]:
    """Return the IDs that a picture's URL may contain, in the form of :func:`ids_in`.

    The supplier's ID ``tag:gull.example,2024:RTX4ZQ81`` also gives its last part, ``rtx4zq81``.
    """
    found: dict[str, None] = {}
    for value in (fields.image_supplier_image_id, fields.image_guid, *documents_of(fields)):
        text = (value or "").casefold()[:_LONGEST]
        for part in (text, *_PIECES.split(text)[-1:]):
            if is_id(key := _WORDS.sub("", part)):
                found[key] = None
    return tuple(found)


def documents_of(fields: Fields) -> tuple[str, ...]:
    """Return the IDs that survive editing and renaming a file, of 32 hexadecimal digits each.

    ``xmp.did:0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9`` gives ``0a1b2c3d4e5f60718293a4b5c6d7e8f9``.
    """
    values = (fields.document_id, fields.original_document_id, fields.image_unique_id)
    keys = (_WORDS.sub("", (text or "").casefold().rpartition(":")[2]) for text in values)
    # A camera without an ID writes zeros.
    return tuple(dict.fromkeys(key for key in keys if _DOCUMENT.fullmatch(key) and len(set(key)) > 4))


def ids_in(address: str) -> tuple[str, ...]:
    """Return the parts of a URL that may be a picture's ID: ``.../2024/RTX4ZQ81_w640.jpg`` gives ``("rtx4zq81",)``."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ()
    found: dict[str, None] = {}
    for part_of_url in (unquote(parts.path), unquote(parts.query)):
        for piece in _PIECES.split(part_of_url.casefold()[-1_000:]):
            for part in (piece, *_WORDS.split(piece)):
                if is_id(key := _WORDS.sub("", part)):
                    found[key] = None
    return tuple(found)


def is_id(key: str) -> bool:
    """Return whether a key is long enough to identify a picture, and is neither a date nor a camera number."""
    if key.isdigit():
        return _FEWEST_DIGITS <= len(key) <= _LONGEST and not _DAY.fullmatch(key)
    mixed = any(char.isdigit() for char in key) and not _COUNTED.fullmatch(key)
    return mixed and _FEWEST_MIXED <= len(key) <= _LONGEST


class Keys:
    """An index of pictures by key, at 16 bytes per entry; add all keys before looking any up."""

    def __init__(self) -> None:
        """Start with no keys."""
        self._keys, self._numbers = array("q"), array("q")
        self._sorted = True

    def add(self, key: str, number: int) -> None:
        """Add a key of a picture."""
        self._keys.append(hash(key))  # 64 bits: a million keys collide once in 37 million cases
        self._numbers.append(number)
        self._sorted = False

    def of(self, key: str) -> tuple[int, ...]:
        """Return the numbers of the pictures with a key, sorted."""
        self._sort()
        wanted, out = hash(key), []
        at = bisect_left(self._keys, wanted)
        while at < len(self._keys) and self._keys[at] == wanted:
            out.append(self._numbers[at])
            at += 1
        return tuple(sorted(set(out)))

    def shared(self) -> Iterator[tuple[int, ...]]:
        """Yield the pictures that share a key, for each key that several have."""
        self._sort()
        for _key, places in groupby(range(len(self._keys)), key=self._keys.__getitem__):
            numbers = sorted({self._numbers[place] for place in places})
            if len(numbers) > 1:
                yield tuple(numbers)

    def _sort(self) -> None:
        if not self._sorted:
            order = sorted(range(len(self._keys)), key=self._keys.__getitem__)
            self._keys = array("q", map(self._keys.__getitem__, order))
            self._numbers = array("q", map(self._numbers.__getitem__, order))
            self._sorted = True
