"""Decide which pictures of an article may be republished in a scope and a territory, as far as records show.

The audit decides: a picture is cleared if no finding on rights speaks against it. Doubt never clears one.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import captions_db as db
from sqlalchemy import Engine

from captions.audit.request import AuditRequest
from captions.audit.run import audited
from captions.ingest.records import Settings, article_record
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Article
from captions.sources import Source

_DOUBT = frozenset(("CR101", "CR103", "CR104", "CR106", "CR307"))
"""The codes of pictures whose supplier or permission nobody knows; a license of the picture settles that."""

AGAINST = frozenset((*_DOUBT, "CR301", "CR302", "CR303", "CR306", "CR310"))
"""The codes that speak against republishing a picture: no right to it, a right that is not enough, or doubt."""

_IN_FILES = frozenset(("CR306",))
"""The codes whose findings may come from the scanned file of a picture."""


@dataclass(frozen=True, slots=True)
class Objection:
    """A finding that speaks against republishing a picture."""

    code: str
    message: str


Objections = Mapping[int, tuple[Objection, ...]]
"""By the position of a picture's caption in the article, from 1; pictures that are cleared are missing."""


@dataclass(frozen=True, slots=True)
class Republication:
    """Where and when pictures are to be republished; the day decides which agreements and licenses are in force."""

    scope: str | None
    territory: str | None
    on: date

    def __str__(self) -> str:
        """Return the plan in words: ``for syndication in DE on 2026-05-18``."""
        scope = f"for {self.scope} " if self.scope else ""
        return f"{scope}in {self.territory} on {self.on}" if self.territory else f"{scope}on {self.on}"


class Clearance:
    """Check articles that need not be stored, against the newsroom's decisions."""

    def __init__(self, folder: Path, words: Vocabulary, settings: Settings, plan: Republication) -> None:
        """Use a copy of the empty store in ``folder`` for each article; see :func:`clearance`."""
        self._folder, self._words, self._settings = folder, words, settings
        self.plan = plan

    def of_article(self, source: Source, article: Article) -> Objections:
        """Return what speaks against the pictures of an article."""
        place = self._folder / "article.db"
        shutil.copy(self._folder / "empty.db", place)
        engine = db.open_store(str(place), create=True)
        try:
            settings = self._settings.of(source)
            record = article_record(source, article, settings, "")
            record = replace(record, published=self.plan.on, published_in=None)
            run = db.start_run(engine, settings.version, settings.publication)
            db.write_articles(engine, run, [record])
            return _objections(engine, record.source, self._words, self.plan, AGAINST)
        finally:
            engine.dispose()

    def of_stored(self, engine: Engine, source: str, article: Article) -> Objections:
        """Return what speaks against the pictures of a stored article, also what the scanned files of pictures say."""
        found = dict(_objections(engine, source, self._words, self.plan, _IN_FILES))
        for at, more in self.of_article(Source(source, article.text, source), article).items():
            found[at] = tuple(dict.fromkeys((*found.get(at, ()), *more)))
        return found


@contextmanager
def clearance(
    decisions: Engine | None, words: Vocabulary, settings: Settings, plan: Republication
) -> Iterator[Clearance]:
    """Yield a checker of articles; ``decisions`` is the store whose agreements and licenses count."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        new_store(folder / "empty.db", decisions, [name for _, name in settings.publications]).dispose()
        yield Clearance(folder, words, settings, plan)


def new_store(place: Path, decisions: Engine | None, own: Iterable[str] = ()) -> Engine:
    """Create a store without articles, with the decisions of another; ``own`` are publications of the newsroom."""
    engine = db.scratch_store(str(place))
    try:
        if decisions is not None:
            db.copy_decisions(decisions, engine)
        db.add_own_publications(engine, own)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _objections(
    engine: Engine, source: str, words: Vocabulary, plan: Republication, codes: frozenset[str]
) -> Objections:
    found: dict[int, tuple[Objection, ...]] = {}
    request = AuditRequest(codes=codes, source=source, scope=plan.scope, territory=plan.territory, unchecked=True)
    with audited(engine, request, words, today=plan.on) as result:
        licensed = result.licensed()
        for finding in result:
            if (use := finding.use) is None or (finding.code in _DOUBT and use.id in licensed):
                continue
            if finding.code == "CR104" and use.credit is not None and use.credit.supplier is not None:
                continue  # the supplier's agreement covers it, whoever made the picture
            found[use.position] = (*found.get(use.position, ()), Objection(finding.code, finding.message))
    return dict(sorted(found.items()))
