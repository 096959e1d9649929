"""Keys that find pictures by parts of their URLs: the supplier's number, a word of the file name, or the whole URL."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import Connection, Select, delete, insert

from captions_db import models as m
from captions_db.rows import Row, key_number

_SHORTEST, _LONGEST = 4, 64
_MOST = 40
"""Words of one URL; a longer one is data, not a name."""
_SHORTEST_NUMBER = 6
_ENCODED = re.compile("%..")
_WORD = re.compile("[0-9a-z]+")
_NUMBER = re.compile(f"[0-9]{{{_SHORTEST_NUMBER},}}")
_COMMON = {
    "jpeg", "webp", "avif", "heic", "tiff", "html", "image", "images", "photo", "photos", "picture", "pictures",
    "media", "static",
}  # fmt: skip
"""Words of so many URLs that they find nothing."""


def is_key(word: str) -> bool:
    """Return whether a word of URLs, in any case, is indexed."""
    return _SHORTEST <= len(word) <= _LONGEST and word.lower() not in _COMMON


def number_of(word: str) -> int:
    """Return the number under which a word or a URL is indexed."""
    return key_number(word.lower()) or 0


def numbers_in(address: str) -> set[int]:
    """Return the keys of a URL: those of its words, of the numbers in them, and of the whole URL."""
    found = {number_of(address)}
    _, mark, rest = address.partition("://")
    path = rest.partition("/")[2] if mark else address
    words = _WORD.findall(_ENCODED.sub(" ", path.lower()))
    if len(words) > _MOST:
        return found
    numbers = [number for word in words if not word.isdigit() for number in _NUMBER.findall(word)]
    return found | {number_of(word) for word in (*words, *numbers) if is_key(word)}


def put_keys(connection: Connection, rows: Iterable[Row]) -> None:
    """Store the keys of rows of table ``use_image``, which have none yet."""
    keys = {(number, row["use_id"]) for row in rows for number in numbers_in(row["address"])}
    if keys:
        connection.execute(insert(m.picture_key), [{"key": key, "use_id": use_id} for key, use_id in sorted(keys)])


def delete_keys(connection: Connection, use_ids: Select[int]) -> None:
    """Delete the keys of uses."""
    connection.execute(delete(m.picture_key).where(m.picture_key.c.use_id.in_(use_ids)))
