"""Read an article that a client sent, and check it, in a worker process."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Literal

import captions_db as db

from captions import sources
from captions.audit.article_audit import ArticleAuditor
from captions.audit.check import checked_record
from captions.audit.finding import Finding
from captions.audit.request import AuditRequest
from captions.errors import InputError
from captions.ingest import records
from captions.ingest.records import Record, Settings
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Article
from captions.page import page_type
from captions.report.audit_report import row
from captions.report.rows import as_data
from captions.sources import Source, Unread, files, json_records
from captions.sources.source import Options, UnreadableError

SentFormat = Literal["html", "text", "ninjs"]
_READERS = {"html": files.read_page, "text": files.read_text, "ninjs": json_records.read_json}


@dataclass(frozen=True, slots=True)
class SentArticle:
    """An article as a client sent it."""

    data: bytes
    form: SentFormat
    name: str
    """Its name in findings, and in the store."""
    url: str | None = None
    publication: str | None = None
    """Its publication, if it names none."""
    published: date | None = None
    """Its date, if it gives none."""


@dataclass(frozen=True, slots=True)
class ToIngest:
    """A task: read an article to store it."""

    article: SentArticle


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A task: check an article as a use of a day."""

    article: SentArticle
    request: AuditRequest
    on: date | None
    today: date


@dataclass(frozen=True, slots=True)
class CheckedArticle:
    """The outcome of a check, as plain data."""

    captions: list[dict[str, object]]
    findings: list[dict[str, object]]
    severities: frozenset[str]
    has_agreements: bool


Task = ToIngest | ToCheck
Outcome = Record | CheckedArticle | Unread


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """Everything that a worker needs to know."""

    url: str
    """The database URL."""
    words: Vocabulary
    settings: Settings


class SentArticleReader:
    """The function that a worker process runs on each task."""

    def __init__(self, config: ReaderConfig) -> None:
        """Open the store for its decisions."""
        self._config = config
        self._fingerprint = config.settings.fingerprint()
        self._engine = records.reader(config.url)
        self._version = ""
        self._auditor = ArticleAuditor(db.DecisionSnapshot(), config.words)

    def __call__(self, task: Task) -> Outcome:
        """Carry out a task."""
        given = task.article
        try:
            source, article = read(given, self._config.words)
        except InputError as error:
            return Unread(given.name, str(error))
        settings = replace(
            self._config.settings,
            publication=given.publication or self._config.settings.publication,
            published=given.published,
            publications=(),
        )
        if isinstance(task, ToIngest):
            return self._record(given, source, article, settings)
        record = checked_record(source, article, settings, task.on, task.today)
        auditor = self._current()
        findings = auditor.findings(record, task.request, task.on or task.today)
        return CheckedArticle(
            list(_captions(article)),
            list(map(finding_data, findings)),
            frozenset(finding.severity for finding in findings),
            bool(auditor.decisions.agreements),
        )

    def _record(self, given: SentArticle, source: Source, article: Article, settings: Settings) -> Record:
        """Return the record to store; facts that the client does not send again stay as they are."""
        known = records.known(self._engine, [source]).get(records.source_name(source))
        keys = (records.source_name(source), article.url)
        stored = next((row for key in keys if key and (row := db.article_text(self._engine, key))), None)
        if stored is not None:
            settings = replace(
                settings,
                publication=given.publication or stored.publication_read or settings.publication,
                published=given.published or stored.published,
                published_in=None if given.published else stored.published_in,
            )
        record = records.article_record(source, article, settings, self._fingerprint)
        named = given.publication or given.published
        if known and not named and known.partition("+")[0] == record.content_hash.partition("+")[0]:
            return replace(record, content_hash=known)  # the same article, whichever facts it was sent with
        return record

    def _current(self) -> ArticleAuditor:
        """Return the auditor with today's decisions, which are read again only after one was made."""
        version = db.decision_version(self._engine)
        if version != self._version:
            own = [name for _, name in self._config.settings.publications]
            own += [self._config.settings.publication] if self._config.settings.publication else []
            snapshot = db.decision_snapshot(self._engine).with_own(own)
            self._auditor, self._version = ArticleAuditor(snapshot, self._config.words), version
        return self._auditor


def read(given: SentArticle, words: Vocabulary) -> tuple[Source, Article]:
    """Return the only article in what was sent; raise InputError if there is none, or several."""
    try:
        found = list(islice(_READERS[given.form](io.BytesIO(given.data), given.name, Options()), 2))
    except UnreadableError as error:
        raise InputError(str(error)) from None
    if len(found) != 1:
        raise InputError(f"{'several articles' if found else 'no article'} in it; send one")
    (source,) = found
    if isinstance(source, Unread):
        raise InputError(source.reason)
    facts = replace(source.facts, url=given.url) if given.url else source.facts
    source = replace(source, name=given.name, facts=facts)
    article = sources.article(source, words)
    if not article.captions and (no_article := page_type.is_no_article(article.notes)):
        raise InputError(no_article)
    return source, article


def finding_data(finding: Finding) -> dict[str, object]:
    """Return a finding under the keys of the audit's JSON."""
    return {key: as_data(value) for key, value in row(finding).items()}


def _captions(article: Article) -> Iterator[dict[str, object]]:
    for position, caption in enumerate(article.captions, 1):
        credit = caption.credit
        yield {
            "position": position,
            "caption": caption.text,
            "credit": None if credit is None else credit.line,
            "creators": [] if credit is None else list(credit.creators),
            "agencies": [] if credit is None else list(credit.agencies),
            "supplier": None if credit is None else credit.supplier,
            "qualifiers": [] if credit is None else list(credit.qualifiers),
            "images": list(caption.images),
        }
