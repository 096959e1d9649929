"""Define the columns of an archive: of the pages that are read, and of the articles read from them."""

from __future__ import annotations

import pyarrow as pa

_TEXTS = pa.list_(pa.string())
_PLACE = (
    ("file", pa.string()),
    ("number", pa.int64()),
    ("offset", pa.int64()),
    ("length", pa.int64()),
    ("record_id", pa.string()),
    ("digest", pa.string()),
    ("source", pa.string()),
)
"""Where a page comes from: the file, its number in it from 1, bytes, identifier, digest, and its name in a database."""
_FACTS = (
    ("url", pa.string()),
    ("headline", pa.string()),
    ("published", pa.date32()),
    ("publication", pa.string()),
    ("language", pa.string()),
)
_CREDIT = pa.struct(
    [
        ("line", pa.string()),
        ("creators", _TEXTS),
        ("agencies", _TEXTS),
        ("supplier", pa.string()),
        ("qualifiers", _TEXTS),
        ("restrictions", _TEXTS),
        ("copyright_notice", pa.string()),
        ("license", pa.string()),
        ("license_url", pa.string()),
        ("licensor_url", pa.string()),
        ("rule", pa.string()),
        ("confidence", pa.float64()),
    ]
)
_OCCURRENCE = pa.struct(
    [
        ("text", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("element", pa.string()),
        ("shape", pa.string()),
    ]
)
_CAPTION = pa.struct(
    [
        ("text", pa.string()),
        ("credit", _CREDIT),
        ("occurrences", pa.list_(_OCCURRENCE)),
        ("images", _TEXTS),
        ("rule", pa.string()),
        ("structured_credit", _CREDIT),
    ]
)
_KEYS = (("identity", pa.string()), ("content_key", pa.string()), ("rank", pa.string()))
"""Which articles are the same, and which reading of one is the best, as in a database: see ``captions_db.readings``."""
_PICTURE = pa.struct([("url", pa.string()), ("alt", pa.string())])

PLACE = tuple(name for name, _ in _PLACE)
FACTS = tuple(name for name, _ in _FACTS)

PAGES = pa.schema(
    [
        *_PLACE,
        ("body", pa.string()),
        ("is_page", pa.bool_()),
        *_FACTS,
        ("notes", _TEXTS),
        ("error", pa.string()),
    ]
)
"""A page as the reader of its file decoded it, or the reason why it could not be read."""

SCHEMA = pa.schema(
    [
        *_PLACE,
        *_FACTS,
        ("canonical_url", pa.string()),
        ("text", pa.string()),
        ("captions", pa.list_(_CAPTION)),
        ("uncaptioned", pa.list_(_PICTURE)),
        *_KEYS,
        ("notes", _TEXTS),
        ("error", pa.string()),
        ("parser_version", pa.string()),
    ]
)
"""An article, with the fields of :class:`captions.model.Article`, or the reason why there is none in ``error``."""
