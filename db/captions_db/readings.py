"""Compare readings of one article from several places: whether they are one article, and which one it keeps.

Nothing here depends on the place or on the time of reading, so the order in which places are read makes no difference.
An article keeps the reading with the greatest rank: first one that knows the article's URL, then the most credited
uses, the most uses, the longest text, one that names the publication, one with a date, and at last a digest.
"""

from __future__ import annotations

from dataclasses import replace

from captions_db.records import ArticleRecord, CreditRecord
from captions_db.rows import digest
from captions_db.search import name_key

_MOST = 999_999_999


def keyed(record: ArticleRecord) -> ArticleRecord:
    """Return a record with its content key and rank."""
    return replace(record, content_key=_content_key(record), rank=_rank(record))


def identity_of(record: ArticleRecord) -> str:
    """Return what identifies an article: its URL, else its content in its publication.

    Two publications may print the same words of an agency: these are two articles.
    """
    if record.identity is not None:
        return record.identity
    if not record.publication:
        return record.content_key
    return digest(record.content_key, record.publication_key or name_key(record.publication))


def is_url(identity: str) -> bool:
    """Return whether an article is identified by its URL, and not by its content."""
    return identity.startswith("//")


def _content_key(record: ArticleRecord) -> str:
    """Return a digest of the words of an article: its text, its captions and their credit lines; else of its source."""
    if not record.text.strip() and not record.uses:
        return digest("nothing", record.source)  # nothing to tell it from others
    uses = (f"{use.match_key}\0{_line(use.credit)}" for use in record.uses)
    return digest(" ".join(record.text.split()), *uses)


def _rank(record: ArticleRecord) -> str:
    credited = sum(use.credit is not None for use in record.uses)
    rest = digest(
        *(repr(part) for part in (record.url, record.headline, record.publication, record.published, record.language)),
        record.published_in or "",
        record.text,
        repr(record.uncaptioned),
        *(repr((use.position, use.caption, use.occurrences, use.images, use.rule, _line(use.credit), use.credit))
          for use in record.uses),
    )  # fmt: skip
    return (
        f"{record.identity is not None:d} {credited:06d} {len(record.uses):06d} {min(len(record.text), _MOST):09d} "
        f"{record.publication is not None:d} {_precision(record)} {rest}"
    )


def _line(credit: CreditRecord | None) -> str:
    return "" if credit is None else credit.line


def _precision(record: ArticleRecord) -> int:
    """Return how much is known of the date: 3 for a day, 2 for a month, 1 for a year, 0 for nothing or a guess."""
    if record.published is not None:
        return 3
    period = record.published_in or "?"
    return 0 if period.endswith("?") else period.count("-") + 1
