"""Small stores for the audit tests: write articles and agreements, audit, compare findings."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import captions_db as db
from captions_db import models as m
from captions_db.connection import writing
from sqlalchemy import Engine, insert, select, update

from captions import parse_credit
from captions.audit.finding import Finding
from captions.audit.request import AuditRequest, BaselineFinding
from captions.audit.run import audited
from captions.caption.similarity import may_be_near
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.agreements import Agreement
from captions.text import match_key

TODAY = date(2026, 6, 1)


_TERMS = (
    "supplier", "creator", "kind", "starts", "ends", "scopes", "territories", "excluded", "below", "quota",
    "quota_period", "quota_days", "price", "currency",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shot:
    """A use: its caption, credit line and pictures."""

    caption: str
    line: str | None
    images: tuple[str, ...] = ()
    occurrences: int = 1
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """An article."""

    source: str
    day: date | None
    shots: tuple[Shot, ...]
    publication: str | None = None


@lru_cache(maxsize=1)
def _empty() -> Path:
    path = Path(mkdtemp()) / "empty.db"
    db.open_store(str(path), create=True).dispose()
    return path


@lru_cache(maxsize=1000)
def credit(line: str) -> db.CreditRecord:
    read = parse_credit(line)
    return db.CreditRecord(**{name: getattr(read, name) for name in db.CreditRecord.__dataclass_fields__})


class Store:
    """A store in a temporary folder; use it in a ``with`` statement."""

    def __init__(
        self, pages: Iterable[Page] = (), agreements: Iterable[Agreement] = (), own: str | None = None
    ) -> None:
        """Write pages and agreements; ``own`` is the publication that the user names as the newsroom's own."""
        self._own = own
        self._folder = TemporaryDirectory()
        path = Path(self._folder.name) / "captions.db"
        shutil.copy(_empty(), path)
        self.engine: Engine = db.open_store(str(path), create=True)
        self.path = path
        self.write(pages)
        self.agree(agreements)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()
        self._folder.cleanup()

    def write(self, pages: Iterable[Page]) -> None:
        records = [article_record(page) for page in pages]
        run = db.start_run(self.engine, "test", self._own)
        db.write_articles(self.engine, run, records)
        db.finish_run(self.engine, run)

    def agree(self, agreements: Iterable[Agreement]) -> None:
        # Agreements that overlap or repeat each other are stored as they are, each under the next number.
        for a in agreements:
            record = db.AgreementRecord(**{name: getattr(a, name) for name in _TERMS})
            (added,) = db.add_agreements(self.engine, [record])
            if not added.new:
                with writing(self.engine) as connection:
                    rows = connection.execute(select(m.agreement).where(m.agreement.c.id == added.id)).mappings()
                    row = {name: value for name, value in rows.one().items() if name != "id"}
                    connection.execute(insert(m.agreement).values(row))

    def waive(self, code: str, limits: Mapping[str, str], until: date | None = None) -> int:
        row = {"code": code, "until": until, "reason": "a test", "who": "me", "added": datetime(2026, 1, 1, tzinfo=UTC)}
        with writing(self.engine) as connection:
            key = connection.execute(insert(m.waiver).values({**row, **limits})).inserted_primary_key
        assert key is not None
        return int(key[0])

    def undo(self, waiver: int) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                update(m.waiver).where(m.waiver.c.id == waiver).values(undone=datetime(2026, 2, 1, tzinfo=UTC))
            )

    def caption_digest(self, text: str) -> str:
        with self.engine.connect() as connection:
            return str(connection.execute(select(m.caption.c.digest).where(m.caption.c.text == text)).scalar_one())

    def findings(
        self,
        request: AuditRequest | None = None,
        words: Vocabulary | None = None,
        known: Sequence[BaselineFinding] = (),
        today: date = TODAY,
    ) -> list[Finding]:
        with audited(self.engine, request, words, known, today=today) as result:
            found = list(result)
            assert sum(result.counts.values()) == len(found)
            for code, count in result.counts.items():
                assert count == sum(f.code == code for f in found)
        assert [f.order for f in found] == sorted(f.order for f in found)
        return found


def article_record(page: Page) -> db.ArticleRecord:
    uses = tuple(
        db.UseRecord(
            n, shot.caption, match_key(shot.caption), None if shot.line is None else credit(shot.line),
            shot.occurrences, images=shot.images, rule=shot.rule,
        )
        for n, shot in enumerate(page.shots, 1)
    )  # fmt: skip
    # Undated pages represent articles of an older program, which did not record near captions.
    near = may_be_near([use.match_key for use in uses]) if page.day else None
    return db.ArticleRecord(
        page.source, f"{page}", publication=page.publication, published=page.day, uses=uses, near=near
    )


def summarized(findings: Iterable[Finding]) -> list[tuple[str, str, str, int, str]]:
    """Return the fields that identify each finding, without the ids of a store."""
    return [(f.severity, f.code, f.source, f.use.position if f.use else 0, f.message) for f in findings]
