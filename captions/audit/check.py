"""Audit articles that need not be stored, against the newsroom's decisions."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import captions_db as db
from sqlalchemy import Engine

from captions.audit.clearance import new_store
from captions.audit.codes import CODES
from captions.audit.decisions import key_of
from captions.audit.engine import QUOTA_CODES
from captions.audit.finding import Finding
from captions.audit.fixes import FixCommands
from captions.audit.request import AuditRequest, BaselineFinding
from captions.audit.result import AuditResult
from captions.audit.run import audited
from captions.ingest.records import Record, Settings, article_record
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Article
from captions.sources import Source, Unread

CHECKED = tuple(code for code in CODES if code not in QUOTA_CODES)
"""The codes that a check can find. A quota counts the uses of a whole archive."""
_ANYWHERE = ("captions agreement ", "captions agency ")
"""The beginnings of commands that need no stored article."""
_BATCH = 500


@dataclass(slots=True)
class Checked:
    """The result of a check; its findings can be read while :func:`checked` lasts."""

    result: AuditResult

    def __iter__(self) -> Iterator[Finding]:
        """Return the findings, worst first, without use numbers and without commands that need a stored article."""
        return (anywhere(finding, self.result.commands) for finding in self.result)


@contextmanager
def checked(
    articles: Iterable[tuple[Source, Article] | Unread],
    decisions: Engine | None,
    request: AuditRequest,
    words: Vocabulary,
    settings: Settings,
    baseline: Iterable[BaselineFinding] = (),
    *,
    on: date | None,
    today: date,
) -> Iterator[Checked]:
    """Audit articles, each as a use of the day ``on``; without it, as one of its own date, else of ``today``.

    ``decisions`` is the store whose agreements, licenses, corrections and waivers count. Input that could not be read
    is a finding.
    """
    with tempfile.TemporaryDirectory() as folder:
        engine = new_store(Path(folder) / "check.db", decisions, [name for _, name in settings.publications])
        try:
            run = db.start_run(engine, settings.version, settings.publication)
            records: list[Record] = []
            read = 0
            for item in articles:
                if isinstance(item, Unread):
                    db.write_articles(engine, run, [], [db.FailureRecord(item.name, item.reason)])
                    continue
                read += 1
                records.append(checked_record(*item, settings, on, today))
                if len(records) >= _BATCH:
                    db.write_articles(engine, run, records)
                    records = []
            db.write_articles(engine, run, records)
            db.finish_run(engine, run)
            with audited(engine, confined(request), words, baseline, today=on or today) as result:
                result.articles = result.articles or read  # without any use, the store counts none
                yield Checked(result)
        finally:
            engine.dispose()


def anywhere(finding: Finding, commands: FixCommands) -> Finding:
    """Return a finding on an article that is not stored, without what only a stored one has."""
    key = key_of(finding, commands)
    if finding.command.startswith(_ANYWHERE):
        command = finding.command
    else:
        command = ""
        if finding.use is not None and key.endswith(finding.command):  # it lists numbers of uses
            key = f"{finding.code} use {finding.source} #{finding.use.position}"
    use = replace(finding.use, id=None) if finding.use is not None else None
    return replace(finding, use=use, command=command, decision=key)


def confined(request: AuditRequest) -> AuditRequest:
    """Return the request for the codes that a check can find."""
    codes = frozenset(request.codes or CHECKED) - QUOTA_CODES
    grades = request.grades if not request.codes else {}
    return replace(request, codes=frozenset(code for code in codes if grades.get(code) != "off"))


def checked_record(source: Source, article: Article, settings: Settings, on: date | None, today: date) -> Record:
    """Return an article as a use of the day ``on``; see :func:`checked`."""
    record = article_record(source, article, settings, "")
    published = on or record.published or today
    # Two files with the same article are checked one by one, so each is identified by its name.
    return db.keyed(replace(record, published=published, published_in=None, identity=f"//{record.source}"))
