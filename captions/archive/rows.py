"""Turn rows with pages into rows with articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

import captions_db as db
import pyarrow as pa

from captions import sources
from captions.archive.schema import FACTS, PAGES, PLACE, SCHEMA
from captions.ingest import records
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Article, Caption, Credit, Occurrence
from captions.sources import Facts, Source, Unread
from captions.sources.records import RecordNames, facts_of, source_of
from captions.sources.source import Options
from captions.text import whole_characters

Row = dict[str, Any]
_CREDIT = tuple(field.name for field in fields(Credit))
_OCCURRENCE = tuple(field.name for field in fields(Occurrence))


def batch_of(rows: list[Row], schema: Any) -> Any:
    """Return a batch of these rows; characters that UTF-8 cannot encode are replaced."""
    try:
        return pa.RecordBatch.from_pylist(rows, schema=schema)
    except UnicodeEncodeError:
        return pa.RecordBatch.from_pylist([_encodable(row) for row in rows], schema=schema)


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return whole_characters(value)
    if isinstance(value, dict):
        return {name: _encodable(each) for name, each in value.items()}
    return [_encodable(each) for each in value] if isinstance(value, (list, tuple)) else value


def page_row(item: Source | Unread, file: str, number: int) -> Row:
    """Return the row of ``PAGES`` for what the reader of a file found."""
    place: Row = {"file": file, "number": number, "source": item.name}
    if isinstance(item, Unread):
        return {**place, "error": item.reason}
    if item.place is not None:
        place |= {name: getattr(item.place, name) for name in ("record_id", "offset", "length")}
    facts = {name: getattr(item.facts, name) for name in FACTS}
    return {
        **place,
        **facts,
        "digest": item.digest,
        "body": item.text,
        "is_page": item.page,
        "notes": item.notes,
    }


def pages_of(batch: Any, names: tuple[tuple[str, str], ...] = ()) -> Iterator[tuple[Row, Source | Unread]]:
    """Yield the place, with the URL, and the page of each row of a batch.

    A batch of ``PAGES`` has what a reader decoded. The columns of any other are recognized as those of a Parquet file
    that ``captions ingest`` reads; those named as in ``PLACE`` are kept.
    """
    are_pages = batch.schema.names == PAGES.names
    options = Options(names)
    for record in batch.to_pylist():
        place = {name: record.get(name) for name in (*PLACE, "url")}
        yield place, _decoded(record) if are_pages else _recognized(record, place, options)


def _decoded(row: Mapping[str, Any]) -> Source | Unread:
    if row["error"] is not None:
        return Unread(row["source"], row["error"])
    facts = Facts(**{name: row[name] for name in FACTS})
    return Source(row["source"], row["body"], row["digest"], tuple(row["notes"] or ()), row["is_page"], facts)


def _recognized(record: Mapping[str, Any], place: Row, options: Options) -> Source | Unread:
    """Return the page in a row of a table; it does not depend on the rows before it."""
    for name in PLACE:
        if not _fits(name, place[name]):
            place[name] = None
    file, number = place["file"] or "", place["number"] or 0
    place["url"] = facts_of(record, options).url
    found = source_of(record, RecordNames(file), number, f"{file}#{number}", options)
    if isinstance(found, Source):
        place["digest"] = found.digest
    place["source"] = place["source"] or found.name
    return found


def _fits(name: str, value: Any) -> bool:
    """Return whether a column named as one of ``PLACE`` has such values; others may use the same name."""
    kind = int if pa.types.is_integer(SCHEMA.field(name).type) else str
    return value is None or (isinstance(value, kind) and not isinstance(value, bool))


def article_row(place: Row, page: Source | Unread, words: Vocabulary, version: str) -> Row:
    """Parse a page; return its row of ``SCHEMA``."""
    article = page if isinstance(page, Unread) else sources.parsed(page, words)
    if isinstance(article, Unread):
        return failed_row(place, article.reason, version)
    notes, keys = article.notes, {}
    if isinstance(page, Source):
        notes, keys = (*page.notes, *notes), _keys(page, article)
    return {**place, **_article(article), **keys, "notes": notes, "parser_version": version}


def failed_row(place: Row, reason: str, version: str) -> Row:
    """Return the row of a page that could not be read."""
    return {**place, "error": reason, "parser_version": version}


def _article(article: Article) -> Row:
    return {
        **{name: getattr(article, name) for name in FACTS},
        "canonical_url": article.canonical_url,
        "text": article.text,
        "captions": [_caption(caption) for caption in article.captions],
        "uncaptioned": [{"url": picture.url, "alt": picture.alt} for picture in article.uncaptioned],
    }


def _keys(page: Source, article: Article) -> Row:
    """Return what a database compares articles by."""
    record = records.article_record(page, article, records.Settings(), "")
    return {"identity": db.identity_of(record), "content_key": record.content_key, "rank": record.rank}


def _caption(caption: Caption) -> Row:
    return {
        "text": caption.text,
        "credit": _values(caption.credit, _CREDIT),
        "occurrences": [_values(occurrence, _OCCURRENCE) for occurrence in caption.occurrences],
        "images": caption.images,
        "rule": caption.rule,
        "structured_credit": _values(caption.structured_credit, _CREDIT),
    }


def _values(of: Credit | Occurrence | None, names: Iterable[str]) -> Row | None:
    return None if of is None else {name: getattr(of, name) for name in names}
