"""Auditing one article in memory finds what ``captions check`` finds, whatever the newsroom has decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import captions_db as db
import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from sqlalchemy import Engine

from captions.audit.article_audit import ArticleAuditor
from captions.audit.check import checked, checked_record
from captions.audit.finding import Finding
from captions.audit.request import AuditRequest
from captions.corrections import corrections
from captions.credit.parser import parse_credit
from captions.ingest.records import Settings
from captions.lexicon.vocabulary import default
from captions.licensing import license_repository
from captions.licensing.licenses import License
from captions.model import Article, Caption, Occurrence, Picture
from captions.sources import Source
from captions.text import match_key
from tests.support.depth import examples
from tests.support.engines import Stores

TODAY = date(2026, 3, 1)
_PIER = "Passengers queue on the new floating pontoon at Pier Two in Harbor City"
CAPTIONS = (
    "", _PIER, f"{_PIER} on Monday", "A heron on the wall. NO SALES.", "The choir of Saint Odile sings at dawn",
    "Embargoed until the evening: the mayor cuts the ribbon. EMBARGO until March 9, 2026",
)  # fmt: skip
LINES = (
    "JO REED/REUTERS", "REUTERS", "Rueters", "AP/dpa | Jo Reed", "Jo Reed", "Jo Quill", "Orla Venn", "Handout",
    "Handout via Reuters", "Tidewatr Pictures", "Jo Quill/Unsplash", "Photo: NASA", "CC BY-SA 4.0", "Jo Reed/CC BY 2.0",
    "Jo Reed/AFP. NO SALES, GERMANY OUT", "Harbor Echo", "Jo Reed/HARBOR ECHO", "Midjourney", "Ilse Brandt/Old Name",
    "Ilse Brandt/Getty Images/AFP", "dpa-tmn",
)  # fmt: skip
URLS = (
    "https://img.example/pier.jpg", "https://img.example/s/wire-841304270-612x612.jpg", "1.jpg",
    "https://img.example/reuters_heron.jpg",
)  # fmt: skip
lines = st.sampled_from(LINES).map(parse_credit)
days = st.dates(date(2025, 12, 1), date(2026, 4, 30))


@st.composite
def captions_(draw: st.DrawFn) -> Caption:
    text = draw(st.sampled_from(CAPTIONS))
    credit = draw(lines if not text else st.none() | lines)
    return Caption(
        text,
        credit,
        (Occurrence(text),) * draw(st.integers(1, 2)),
        tuple(draw(st.lists(st.sampled_from(URLS), max_size=2, unique=True))),
        draw(st.sampled_from(("figure", "beside", ""))),
        draw(st.none() | lines) if credit is not None else None,
    )


articles = st.builds(
    Article,
    st.just("The ferry is back."),
    st.lists(captions_(), max_size=4).map(tuple),
    published=st.none() | days,
    publication=st.sampled_from((None, "Harbor Echo", "HARBOR ECHO", "Post", "Echo Online")),
    uncaptioned=st.lists(st.sampled_from(URLS).map(Picture), max_size=2, unique=True).map(tuple),
)
requests = st.builds(
    AuditRequest,
    severities=st.sampled_from((frozenset(), frozenset(("error",)))),
    grades=st.sampled_from(({}, {"CR102": "error", "CR107": "off"})),
    scope=st.sampled_from((None, "web", "print", "syndication")),
    territory=st.sampled_from((None, "DE", "US")),
    unchecked=st.booleans(),
)


def decide(engine: Engine) -> None:
    """Record every kind of decision."""
    words = default()
    march = (date(2026, 1, 1), date(2026, 3, 15))
    db.add_agreements(engine, [
        db.AgreementRecord("Reuters", starts=march[0], ends=march[1], scopes=("web",), quota=1, quota_period="month"),
        db.AgreementRecord("AFP", territories=("DE",), excluded=("Getty Images",)),
        db.AgreementRecord("Jo Quill", creator=True, kind="per-use", price=Decimal(40), currency="EUR"),
        db.AgreementRecord("New Name", starts=date(2026, 2, 1)),
    ])  # fmt: skip
    license_repository.add(engine, [
        License("R-1", *march, scopes=("web",), address=URLS[0]),
        License("R-2", ends=date(2025, 12, 31), asset="841304270"),
        License("R-3", starts=date(2026, 1, 1), caption=CAPTIONS[4], caption_key=match_key(CAPTIONS[4])),
    ])  # fmt: skip
    db.add_corrections(engine, [
        corrections.Correction("AP/dpa | Jo Reed", supplier="dpa", reason="x", who="kim"),
        corrections.Correction("Rueters", agencies=("Reuters",), reason="x", who="kim"),
        corrections.Correction("Handout", qualifiers=(), creators=("Ida Vale",), reason="x", who="kim"),
    ])  # fmt: skip
    db.merge_parties(engine, ["Old Name"], "New Name", "kim", "x", spellings=["Old Name"], key=str.casefold)
    db.merge_parties(
        engine, ["Echo Online"], "Harbor Echo", "kim", "x", spellings=["Echo Online"], key=str.casefold,
        kind="publication",
    )  # fmt: skip
    digest = db.caption_digest(match_key(_PIER), _PIER)
    db.add_waivers(engine, [
        db.WaiverRecord("CR102", supplier="Reuters", reason="x", who="kim"),
        db.WaiverRecord("CR104", line="Handout via Reuters", until=TODAY, reason="x", who="kim"),
        db.WaiverRecord("CR101", source="a.txt", caption_digest="", reason="x", who="kim"),
        db.WaiverRecord("CR106", source="a.txt", caption_digest=digest, reason="x", who="kim"),
        db.WaiverRecord("CR103", source="other.txt", reason="x", who="kim"),
        db.WaiverRecord("CR100", source="b.txt", reason="x", who="kim"),
    ])  # fmt: skip
    assert words is default()


@pytest.fixture(scope="module")
def decided(stores: Stores) -> Iterator[Engine]:
    engine = db.open_store(stores.empty(), create=True)
    decide(engine)
    yield engine
    engine.dispose()


def both(
    engine: Engine | None, article: Article, request: AuditRequest, name: str, own: str | None, on: date | None
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings of an audit in memory, and of one in a scratch store."""
    source, settings = Source(name, article.text, "x"), Settings(publication=own)
    decisions = db.DecisionSnapshot() if engine is None else db.decision_snapshot(engine)
    auditor = ArticleAuditor(decisions.with_own([own] if own else []), default())
    fast = auditor.findings(checked_record(source, article, settings, on, TODAY), request, on or TODAY)
    with checked([(source, article)], engine, request, default(), settings, on=on, today=TODAY) as found:
        return fast, list(found)


names, owns = st.sampled_from(("a.txt", "b.txt")), st.sampled_from((None, "Harbor Echo"))


@given(articles, requests, names, owns, st.none() | days)
@tries(max_examples=examples(15), deadline=None)
def test_the_findings_are_those_of_a_check(
    decided: Engine, article: Article, request: AuditRequest, name: str, own: str | None, on: date | None
) -> None:
    fast, slow = both(decided, article, request, name, own, on)
    assert fast == slow


@given(articles, requests, names, owns, st.none() | days)
@tries(max_examples=examples(8), deadline=None)
def test_the_findings_are_those_of_a_check_without_decisions(
    article: Article, request: AuditRequest, name: str, own: str | None, on: date | None
) -> None:
    fast, slow = both(None, article, request, name, own, on)
    assert fast == slow


def test_every_decision_changes_the_version(engine: Engine) -> None:
    seen = {db.decision_version(engine)}
    decide(engine)
    for change in (
        lambda: None,
        lambda: db.undo_waiver(engine, 1, "kim", "x"),
        lambda: db.undo_correction(engine, 1, "kim", "x"),
        lambda: db.undo_license(engine, 1, "kim", "x"),
        lambda: db.end_agreement(engine, 1, date(2026, 2, 1), "kim", "x"),
        lambda: db.undo_agreement(engine, 2, "kim", "x"),
        lambda: db.undo_merges(engine, [1], "kim", "x"),
        lambda: db.add_own_publications(engine, ["Post"]),
    ):
        change()
        found = db.decision_version(engine)
        assert found not in seen
        seen.add(found)
    assert db.decision_version(engine) in seen
