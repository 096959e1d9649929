"""Read the rows of Parquet files that ``captions archive read`` wrote: articles that are parsed already."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from typing import Any

from captions.model import Article, Caption, Credit, Occurrence, Picture
from captions.sources.source import ParsedArticle, Source, Unread

_NEEDED = frozenset({"source", "digest", "text", "captions", "uncaptioned", "error", "parser_version"})
_FACTS = ("url", "headline", "published", "publication", "language", "canonical_url")
_UNUSED = frozenset({"file", "number", "offset", "length", "record_id", "identity", "content_key", "rank"})
_CREDIT = tuple(field.name for field in fields(Credit))
_LISTS = frozenset({"creators", "agencies", "qualifiers", "restrictions"})


def is_archived(columns: Collection[str]) -> bool:
    """Return whether a table with these columns has the rows of an archive."""
    return _NEEDED.issubset(columns)


def columns_of(columns: Collection[str]) -> list[str]:
    """Return the columns of an archive that are read."""
    return [name for name in columns if name not in _UNUSED]


def sources_of(rows: Collection[Mapping[str, Any]], name: str, before: int) -> Iterator[Source | Unread]:
    """Yield the article of each row of a file, or why it could not be read; ``before`` rows come before these."""
    for number, row in enumerate(rows, before + 1):
        place = row["source"] or f"{name}#{number}"
        if row["error"] is not None or row["captions"] is None:
            yield Unread(place, row["error"] or "no article in it")
        else:
            parsed = ParsedArticle(_article(row), row["parser_version"] or "")
            yield Source(place, row["text"] or "", row["digest"] or "", article=parsed)


def _article(row: Mapping[str, Any]) -> Article:
    return Article(
        text=row["text"] or "",
        captions=tuple(map(_caption, row["captions"])),
        notes=tuple(row.get("notes") or ()),
        uncaptioned=tuple(Picture(picture["url"], picture["alt"] or "") for picture in row["uncaptioned"] or ()),
        **{name: row.get(name) for name in _FACTS},
    )


def _caption(caption: Mapping[str, Any]) -> Caption:
    return Caption(
        text=caption["text"] or "",
        credit=_credit(caption["credit"]),
        occurrences=tuple(Occurrence(**place) for place in caption["occurrences"] or ()),
        images=tuple(caption["images"] or ()),
        rule=caption["rule"] or "",
        structured_credit=_credit(caption["structured_credit"]),
    )


def _credit(credit: Mapping[str, Any] | None) -> Credit | None:
    if credit is None:
        return None
    values: dict[str, Any] = {name: credit[name] for name in _CREDIT}
    return Credit(**values | {name: tuple(values[name] or ()) for name in _LISTS})
