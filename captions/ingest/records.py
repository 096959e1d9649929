"""Convert parsed articles to rows of the store, and write them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import captions_db as db
from sqlalchemy import Engine

from captions import __version__
from captions.caption.similarity import may_be_near
from captions.ingest import guessed_dates
from captions.lexicon.fingerprint import fingerprint, parser_version
from captions.lexicon.page_urls import identity
from captions.lexicon.publications import publication_key
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Article, Caption, Credit
from captions.sources import STDIN, Source, Unread
from captions.text import match_key

# Records and archive members read from standard input have names that begin like this.
_IN_STDIN = (f"{STDIN}#", f"{STDIN}!", f"{STDIN}:")
Record = db.ArticleRecord
_real_folder = lru_cache(maxsize=1_000)(os.path.realpath)
_CREDIT_FIELDS = tuple(field.name for field in fields(Credit))


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything besides an article's content that affects how it is read and stored."""

    register: Path | None = None
    """The user's register of agencies."""
    publication: str | None = None
    """The publication of articles that do not name it."""
    published: date | None = None
    """The date of articles that do not name it."""
    published_in: str | None = None
    """Their month or year, if only that is known: ``2024-05``; a day with a question mark was guessed."""
    override: bool = False
    """Whether the publication is that of all articles, also of those that name another."""
    guess_dates: bool = False
    """Whether to guess the day of pages without a date."""
    publications: tuple[tuple[str, str], ...] = ()
    """Folders, as absolute paths without links, each with the publication of the articles in it; see :meth:`of`."""

    def of(self, source: Source) -> Settings:
        """Return the settings for an article: its publication is that of the nearest folder above its file."""
        if not self.publications or source.name.startswith((STDIN, "stdin:")):
            return self
        place = _real_folder(Path(source.name).parent) + os.sep
        above = [row for row in self.publications if place.startswith(row[0].rstrip(os.sep) + os.sep)]
        name = max(above, key=lambda row: len(row[0]))[1] if above else self.publication
        return replace(self, publication=name, publications=())

    def fingerprint(self) -> str:
        """Return a digest of the tables and the program version; if it changes, articles are read again."""
        return fingerprint(self.register)

    @property
    def version(self) -> str:
        """The program and the user's register; if either changes, credit lines are read again."""
        if self.register is None:
            return __version__
        return f"{__version__}+{hashlib.blake2b(self.register.read_bytes(), digest_size=4).hexdigest()}"

    @property
    def names_facts(self) -> bool:
        """Whether the user named a publication or a date."""
        return any((self.publication, self.published, self.published_in))

    @property
    def facts_digest(self) -> str:
        """A digest of the publication and date that the user named, or ``""``; part of each content hash."""
        facts = (self.publication, self.published, *([self.published_in] if self.published_in else []))
        facts += ("override",) if self.override else ()
        facts += ("guess dates",) if self.guess_dates else ()
        return hashlib.blake2b(repr(facts).encode(), digest_size=4).hexdigest() if any(facts) else ""


def source_name(source: Source) -> str:
    """Return an article's name in the store: path and place, or for standard input its record name or digest."""
    if source.name == STDIN:
        return f"stdin:{source.digest[:12]}"
    return f"stdin{source.name[1:]}" if source.name.startswith(_IN_STDIN) else source.name


def content_hash(source: Source, fingerprint: str, settings: Settings) -> str:
    """Return a hash that changes if an article must be read again: content, tables, program or settings differ."""
    if is_of_other_version(source, fingerprint) and source.article is not None:
        fingerprint = source.article.version  # so that its page is read again, but this row is not
    read = hashlib.blake2b(f"{source.digest} {fingerprint}".encode(), digest_size=16).hexdigest()
    return f"{read}+{settings.facts_digest}" if settings.facts_digest else read


def is_of_other_version(source: Source, fingerprint: str) -> bool:
    """Return whether an article of an archive was parsed by another version of the program."""
    return source.article is not None and source.article.version != parser_version(fingerprint)


def is_stored(known: str | None, source: Source, fingerprint: str, settings: Settings) -> bool:
    """Return whether the stored article is up to date; without new facts from the user, earlier ones remain valid."""
    if known is None:
        return False
    settings = settings.of(source)
    hashed = content_hash(source, fingerprint, settings)
    return known == hashed or (not settings.facts_digest and known.partition("+")[0] == hashed)


def reader(url: str) -> Engine:
    """Open the store for lookups in a worker process."""
    return db.open_store(url, cache=db.SMALL_CACHE)


def known(engine: Engine, sources: Iterable[Source]) -> dict[str, str]:
    """Return the stored content hashes of these sources, by :func:`source_name`."""
    return db.known_hashes(engine, {source_name(source) for source in sources})


def with_earlier_facts(engine: Engine, source: Source, settings: Settings) -> Settings:
    """Return the settings with a stored article's publication and date, unless the user names new ones."""
    settings = settings.of(source)
    if settings.names_facts:
        return settings
    row = db.article_text(engine, source_name(source))
    if row is None:
        return settings
    return replace(settings, publication=row.publication_read, published=row.published, published_in=row.published_in)


def article_record(source: Source, article: Article, settings: Settings, fingerprint: str) -> db.ArticleRecord:
    """Convert an article to a record for the store, with the positions of its uses counted from 1."""
    settings = settings.of(source)
    uses = tuple(_use_record(n, caption) for n, caption in enumerate(article.captions, 1))
    publication = settings.publication if settings.override else article.publication or settings.publication
    published = article.published or settings.published
    published_in = None if published else settings.published_in
    if settings.guess_dates and source.page and not (published or published_in):
        published_in = guessed_dates.guess(source.text, article.url)
    record = db.ArticleRecord(
        source=source_name(source),
        content_hash=content_hash(source, fingerprint, settings),
        text=article.text,
        url=article.url,
        headline=article.headline,
        publication=publication,
        published=published,
        published_in=published_in,
        language=article.language,
        uses=uses,
        near=may_be_near([use.match_key for use in uses]),
        uncaptioned=tuple((picture.url, picture.alt) for picture in article.uncaptioned),
        publication_key=publication_key(publication) if publication else "",
        identity=identity(article.url, article.canonical_url),
        digest=source.digest,
    )
    return db.keyed(record)


def write(
    engine: Engine,
    run: int,
    records: Sequence[Record],
    failed: Iterable[Unread],
    seen: Collection[str],
    words: Vocabulary,
    retried: Iterable[str] = (),
) -> db.BatchCounts:
    """Write articles, failures and the agencies they name in one transaction; return what changed.

    ``seen`` are the places of articles that have not changed; ``retried`` are completed files with failures in
    an earlier run, which this run settles.
    """
    failures = [record for unread in failed if (record := failure_record(unread)) is not None]
    used = sorted(agencies_used(records) & set(words.agencies))
    parties: list[db.PartyNames] = [
        (n, "agency", (*words.agencies[n].aliases, *words.agencies[n].weak_aliases)) for n in used
    ]
    return db.write_articles(engine, run, records, failures, seen=seen, parties=parties, settled=retried)


def failure_record(unread: Unread) -> db.FailureRecord | None:
    """Convert a failure to a record; None for a missing path and for standard input, which cannot be retried."""
    is_stdin = unread.name == STDIN or unread.name.startswith(_IN_STDIN)
    return None if unread.missing or is_stdin else db.FailureRecord(unread.name, unread.reason)


def agencies_used(articles: Iterable[db.ArticleRecord]) -> set[str]:
    """Return the names of all agencies in the credits of these articles."""
    return {
        name for article in articles for use in article.uses if use.credit is not None for name in use.credit.agencies
    }


def _use_record(position: int, caption: Caption) -> db.UseRecord:
    return db.UseRecord(
        position=position,
        caption=caption.text,
        match_key=match_key(caption.text),
        credit=_record_or_none(caption.credit),
        occurrences=max(caption.count, 1),
        places=tuple((p.shape, p.start, p.end) for p in caption.occurrences),
        images=caption.images,
        rule=caption.rule,
        structured_credit=_record_or_none(caption.structured_credit),
    )


def _record_or_none(credit: Credit | None) -> db.CreditRecord | None:
    return None if credit is None else db.CreditRecord(**_fields(credit))


def _fields(credit: Credit | db.CreditRecord) -> dict[str, Any]:
    """Return the fields of a credit by name, without the copies that `asdict` makes."""
    return {name: getattr(credit, name) for name in _CREDIT_FIELDS}
