"""The one seam between parsed values and the store: articles in, uses and articles out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import captions_db as db
from sqlalchemy import Engine

from captions import __version__
from captions.caption.similarity import may_be_near
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Article, Caption, Credit
from captions.sources import STDIN, Source, Unread
from captions.text import match_key

# With what the names of records and members begin that came by standard input.
_IN_STDIN = (f"{STDIN}#", f"{STDIN}!", f"{STDIN}:")
Record = db.ArticleRecord
_CREDIT_FIELDS = tuple(field.name for field in fields(Credit))


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides, besides the bytes of an article, how it is read and stored."""

    register: Path | None = None
    """The user's own register of agencies."""
    publication: str | None = None
    """Where the articles were published, unless they say it themselves."""
    published: date | None = None
    """When, unless they say it themselves."""

    def fingerprint(self) -> str:
        """A digest: with other tables or another program an article is read again."""
        digest = hashlib.blake2b(digest_size=16)
        for table in sorted((files("captions") / "data").iterdir(), key=lambda file: file.name):
            digest.update(table.read_bytes())
        if self.register is not None:
            digest.update(self.register.read_bytes())
        digest.update(__version__.encode())
        return digest.hexdigest()

    @property
    def version(self) -> str:
        """By what credits are read: the program, and the user's own register. With another, lines are read anew."""
        if self.register is None:
            return __version__
        return f"{__version__}+{hashlib.blake2b(self.register.read_bytes(), digest_size=4).hexdigest()}"

    @property
    def told(self) -> str:
        """What the user told of the articles, as a part of their hashes; empty where nothing was told."""
        facts = (self.publication, self.published)
        return hashlib.blake2b(repr(facts).encode(), digest_size=4).hexdigest() if any(facts) else ""


def source_name(source: Source) -> str:
    """By what the store knows an article: its path and its place there; of standard input, which has no path, its name
    there or else its content."""
    if source.name == STDIN:
        return f"stdin:{source.digest[:12]}"
    return f"stdin{source.name[1:]}" if source.name.startswith(_IN_STDIN) else source.name


def content_hash(source: Source, fingerprint: str, settings: Settings) -> str:
    """What changes when an article must be read again: its bytes, the tables, the program, what the user told of it."""
    read = hashlib.blake2b(f"{source.digest} {fingerprint}".encode(), digest_size=16).hexdigest()
    return f"{read}+{settings.told}" if settings.told else read


def is_stored(known: str | None, source: Source, fingerprint: str, settings: Settings) -> bool:
    """Whether the store has an article as it would be read now. What was told of it before stays if nothing is now."""
    if known is None:
        return False
    hashed = content_hash(source, fingerprint, settings)
    return known == hashed or (not settings.told and known.partition("+")[0] == hashed)


def reader(url: str) -> Engine:
    """The store, to look things up in, by one of several processes that read articles."""
    return db.open_store(url, cache=db.SMALL_CACHE)


def known(engine: Engine, sources: Iterable[Source]) -> dict[str, str]:
    """By :func:`source_name`: with which hashes sources are stored, if they are."""
    return db.known_hashes(engine, {source_name(source) for source in sources})


def told_before(engine: Engine, source: Source, settings: Settings) -> Settings:
    """The settings, with what was told of a stored article before where nothing is told now."""
    if settings.told:
        return settings
    row = db.article_text(engine, source_name(source))
    return settings if row is None else replace(settings, publication=row.publication, published=row.published)


def article_record(source: Source, article: Article, settings: Settings, fingerprint: str) -> db.ArticleRecord:
    """An article as the store takes it. Positions of its uses count from 1."""
    uses = tuple(_use_record(n, caption) for n, caption in enumerate(article.captions, 1))
    return db.ArticleRecord(
        source=source_name(source),
        content_hash=content_hash(source, fingerprint, settings),
        text=article.text,
        url=article.url,
        headline=article.headline,
        publication=article.publication or settings.publication,
        published=article.published or settings.published,
        language=article.language,
        uses=uses,
        near=may_be_near([use.match_key for use in uses]),
    )


def write(
    engine: Engine,
    run: int,
    records: Sequence[Record],
    failed: Iterable[Unread],
    unchanged: int,
    words: Vocabulary,
    mended: Iterable[str] = (),
) -> None:
    """Stores what was read, all of it or none: articles, and what could not be read; the agencies in it by their
    register's spellings. ``mended`` are files read to their end of which earlier runs could not read something."""
    failures = [record for one in failed if (record := failure_record(one)) is not None]
    used = sorted(agencies_used(records) & set(words.agencies))
    parties: list[db.PartyNames] = [
        (n, "agency", (*words.agencies[n].aliases, *words.agencies[n].weak_aliases)) for n in used
    ]
    db.write_articles(engine, run, records, failures, skipped=unchanged, parties=parties, settled=mended)


def failure_record(unread: Unread) -> db.FailureRecord | None:
    """A failure as the store takes it; None of a mistyped path and of standard input, which are no archive."""
    passing = unread.name == STDIN or unread.name.startswith(_IN_STDIN)
    return None if unread.missing or passing else db.FailureRecord(unread.name, unread.reason)


def agencies_used(articles: Iterable[db.ArticleRecord]) -> set[str]:
    """The names of all agencies in the credits of these articles."""
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
    """The fields of a credit, which have the same names on both sides; `asdict` would copy each value."""
    return {name: getattr(credit, name) for name in _CREDIT_FIELDS}
