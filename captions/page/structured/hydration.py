"""Read picture data from the state that a page embeds for its scripts.

The state is as long as the page, so only the object around each name of a credit is parsed. The wrapper therefore does
not matter: ``application/json``, ``window.__STATE__ = {...}``, a string for ``JSON.parse``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from captions.page.structured.picture_data import PictureData, of_pairs, role_of, stems

# In characters: how far before a credit's name its object may begin, and how long the object may be.
_BEFORE, _LONGEST = 6_000, 24_000
# Limits per script: names examined, objects tried for each name, strings for JSON.parse.
_MOST_NAMES, _MOST_TRIES, _MOST_STRINGS = 200, 12, 500
_MOST_ADDRESSES, _DEEPEST = 12, 4
_NAME = re.compile(r'"([A-Za-z_À-ÿ-]{1,60})"\s*:')
# In characters: a longer list is not parsed as a whole.
_LONGEST_TABLE = 5_000_000
# JSON inside a string follows these.
_OPENINGS = ('JSON.parse("', 'push([1,"')
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif|tiff?)(?:$|[?#&])", re.IGNORECASE)
_PLACES = re.compile(r"url|src|href|uri|file|image|original", re.IGNORECASE)
_OWN = ("caption", "credit", "creator")
_DECODER = json.JSONDecoder(strict=False)


def of_scripts(texts: Iterable[str]) -> list[PictureData]:
    """Return the pictures for which script data give a credit, skipping broken data."""
    out: list[PictureData] = []
    known = stems()
    for text in texts:
        found = [stem for stem in known if stem in text] if '":' in text else []
        if not found:
            continue
        out.extend(_of_text(text, found))
        if text.lstrip()[:1] == "[":
            out.extend(_of_table(text))
        for opening in _OPENINGS:
            at = text.find(opening)
            for _ in range(_MOST_STRINGS):
                if at < 0:
                    break
                try:
                    nested, end = _DECODER.raw_decode(text, at + len(opening) - 1)
                except (ValueError, RecursionError):
                    break
                if isinstance(nested, str):
                    out.extend(_of_text(nested, found))
                at = text.find(opening, end)
    return out


def of_object(data: Mapping[str, Any]) -> PictureData | None:
    """Return the picture data in an object; None without credit or rights, or with neither address nor caption."""
    picture_data = of_pairs(data)
    if not picture_data.has_rights:
        return None
    picture_data.addresses = tuple(addresses_in(data))[:_MOST_ADDRESSES]
    return picture_data if picture_data.addresses or picture_data.caption else None


def _of_text(text: str, known: Sequence[str]) -> Iterator[PictureData]:
    seen: set[int] = set()
    left = _MOST_NAMES
    for stem in known:
        at = text.find(stem)
        while at >= 0 and left:
            left -= 1
            end = at + len(stem)
            quote = text.rfind('"', max(0, at - 60), at)
            name = _NAME.match(text, quote) if quote >= 0 else None
            if name is not None and name.end() > end and role_of(name[1]):
                found = _around(text, quote)
                if found is not None and found[0] not in seen:
                    seen.add(found[0])
                    picture_data = of_object(found[1])
                    if picture_data is not None:
                        yield picture_data
            at = text.find(stem, end)


def _of_table(text: str) -> Iterator[PictureData]:
    """Yield the picture data in a list that contains each value once, with objects that refer to values by index:
    ``[{"caption": 1, "credit": 2}, "A dog.", "Jo Reed/AP"]``."""
    try:
        read = json.loads(text, strict=False) if len(text) <= _LONGEST_TABLE else None
    except (ValueError, RecursionError):
        return
    table: list[Any] = read if isinstance(read, list) else []
    left = _MOST_NAMES
    for row in table:
        if left and isinstance(row, dict) and any(role_of(name) in _OWN for name in row):
            left -= 1
            picture_data = of_object(_placed(table, row, 0))
            if picture_data is not None:
                yield picture_data


def _placed(table: Sequence[Any], value: Any, depth: int) -> Any:
    """Return a value of such a list with its indexes replaced by values, as deep as an object describes a picture."""
    if isinstance(value, dict):
        values = {name: _at(table, place, depth) for name, place in islice(value.items(), 60)}
        return {name: resolved for name, resolved in values.items() if resolved is not None}
    if isinstance(value, list):
        return [_at(table, place, depth) for place in value[:20]]
    return value


def _at(table: Sequence[Any], place: Any, depth: int) -> Any:
    inside = isinstance(place, int) and not isinstance(place, bool) and 0 <= place < len(table)
    return _placed(table, table[place], depth + 1) if inside and depth < _DEEPEST else None


def _around(text: str, at: int) -> tuple[int, dict[str, Any]] | None:
    """Return the start and the content of the smallest object around a place."""
    start = at
    for _ in range(_MOST_TRIES):
        start = text.rfind("{", max(0, at - _BEFORE), start)
        if start < 0:
            return None
        piece = text[start : start + _LONGEST]
        try:
            data, end = _DECODER.raw_decode(piece)
        except (ValueError, RecursionError):
            continue
        if start + end > at:
            return (start, data) if isinstance(data, dict) else None
    return None


def addresses_in(value: Any, depth: int = 0, key: str = "") -> Iterator[str]:
    """Yield the addresses of pictures in an object and everything inside it: sizes, renditions, crops."""
    if isinstance(value, str):
        if len(value) < 2_000 and (_PICTURE.search(value) or (_PLACES.search(key) and "/" in value)):
            yield value.partition(" ")[0]
    elif depth < _DEEPEST and isinstance(value, dict):
        if depth and any(item and role_of(name) in _OWN for name, item in value.items()):
            return  # another picture, with its own caption or credit
        for name, item in list(value.items())[:60]:
            yield from addresses_in(item, depth + 1, name)
    elif depth < _DEEPEST and isinstance(value, list):
        for item in value[:20]:
            yield from addresses_in(item, depth + 1, key)
