"""Compare the audit with a small reference that judges each use day by day, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import captions_db as db
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from captions.audit.balances import accounts
from captions.audit.request import AuditRequest
from captions.audit.run import audited
from captions.lexicon.vocabulary import default
from captions.text import match_key
from tests.support.audit_store import credit
from tests.support.depth import examples
from tests.support.engines import Stores
from tests.support.reference_agreements import Deal, Right, Shown, verdicts

FIRST, TODAY = date(2026, 1, 27), date(2026, 2, 9)
CODES = ("CR103", "CR301", "CR302", "CR303", "CR304", "CR305", "CR310")
PARTIES = {
    "Ammar Vale/Reuters": ("Reuters", False),
    "REUTERS": ("Reuters", False),
    "Ilse Brandt/AP": ("AP", False),
    "Jo Quill": ("Jo Quill", True),
    "Orla Venn": ("Orla Venn", True),
    "Jo Quill/Unsplash": ("Unsplash", False),
}
"""By credit line, whom to pay."""
PICTURES = ("pier", "crane", "ferry")
_URLS = {
    "pier": ("https://img.example/pier/one.jpg?w=640", "https://img.example/pier/one.jpg"),
    "crane": ("https://img.example/s/wire-841304270-612x612.jpg", "https://img.example/841304270.jpg"),
    "ferry": ("https://img.example/a/ferry.jpg",),
}
_FERRY = "Passengers queue on the new floating pontoon at Pier Two in Harbor City"
days = st.integers(0, 11).map(lambda n: FIRST + timedelta(days=n))
whens = st.one_of(days.map(str), days.map(str), st.sampled_from(("2026-01", "2026-02", "2026", "2025", "")))
PERIODS: st.SearchStrategy[str | int] = st.sampled_from(("month", "year", "term", 1, 3, 30))
scopes = st.sampled_from(((), ("web",), ("print", "web")))


@st.composite
def shown(draw: st.DrawFn) -> list[Shown]:
    found = []
    for n in range(draw(st.integers(1, 6))):
        when = draw(whens)
        for position in range(1, draw(st.integers(1, 3)) + 1):
            party, person = PARTIES[draw(st.sampled_from(sorted(PARTIES)))]
            # An article prints the caption of one picture once.
            picture = draw(st.sampled_from(("", *PICTURES[: 3 if position == 1 else 2])))
            found.append(Shown(f"{n}.txt", position, when, party, person, picture, party == "Unsplash"))
    return found


@st.composite
def deals(draw: st.DrawFn) -> list[Deal]:
    found: list[Deal] = []
    for number in range(1, draw(st.integers(0, 4)) + 1):
        party, person = draw(st.sampled_from((("Reuters", False), ("AP", False), ("Jo Quill", True))))
        starts, ends = sorted((draw(days), draw(days)))
        quota = draw(st.sampled_from((None, 1, 2, 3, 5)))
        per = draw(PERIODS) if quota else None
        kind = draw(st.sampled_from(("flat", "per-use", "staff", "free")))
        limits = (draw(st.sampled_from((None, starts))), draw(st.sampled_from((None, ends))), draw(scopes))
        deal = Deal(number, party, person, kind, *limits, quota, per)
        # The store skips an agreement that repeats another.
        if not any(replace(other, number=number) == deal for other in found):
            found.append(deal)
    return [replace(deal, number=number) for number, deal in enumerate(found, 1)]


@st.composite
def rights(draw: st.DrawFn) -> list[Right]:
    found = []
    for number in range(1, draw(st.integers(0, 3)) + 1):
        starts, ends = sorted((draw(days), draw(days)))
        last = draw(st.sampled_from((None, ends, ends.replace(year=2024))))
        begin = draw(st.sampled_from((None, starts))) if last is None or last.year == 2026 else None
        years = draw(st.sampled_from((0, 0, 1, 3))) if last else 0
        found.append(Right(number, draw(st.sampled_from(PICTURES)), begin, last, draw(scopes), years))
    return found


def written(engine: Engine, uses: list[Shown], agreed: list[Deal], licensed: list[Right]) -> None:
    """Store articles, agreements and licenses."""
    lines = {party: line for line, party in PARTIES.items() if line != "REUTERS"}
    articles: dict[str, list[Shown]] = {}
    for use in uses:
        articles.setdefault(use.source, []).append(use)
    records = []
    for source, of_article in articles.items():
        when = of_article[0].when
        records.append(
            db.ArticleRecord(
                source, source, published=date.fromisoformat(when) if len(when) == 10 else None,
                published_in=when if 0 < len(when) < 10 else None,
                uses=tuple(_record(use, lines[use.party or "", use.person]) for use in of_article),
            )
        )  # fmt: skip
    db.write_articles(engine, db.start_run(engine, "test"), records)
    db.add_agreements(engine, [_agreement(deal) for deal in agreed])
    db.add_licenses(engine, [_license(right) for right in licensed])


def _record(use: Shown, line: str) -> db.UseRecord:
    caption = _FERRY if use.picture == "ferry" else f"Boat {use.position} of {use.source} leaves the harbor at dawn"
    urls = _URLS.get(use.picture, ("https://img.example/other.jpg",))
    address = urls[(use.position + len(use.source)) % len(urls)]
    return db.UseRecord(use.position, caption, match_key(caption), credit(line), images=(address,), rule="figure")


def _agreement(deal: Deal) -> db.AgreementRecord:
    period = {"quota_days": deal.per} if isinstance(deal.per, int) else {"quota_period": deal.per}
    quota: dict[str, Any] = {"quota": deal.quota, **period}
    return db.AgreementRecord(deal.party, deal.person, deal.kind, deal.starts, deal.ends, deal.scopes, **quota)


def _license(right: Right) -> db.LicenseRecord:
    by: dict[str, Any] = {
        "pier": {"address": "https://IMG.example/pier/one.jpg"},
        "crane": {"asset": "841304270"},
        "ferry": {"caption": _FERRY, "caption_key": match_key(_FERRY)},
    }[right.picture]
    years = right.archive_years or None
    return db.LicenseRecord(f"R-{right.number}", right.starts, right.ends, right.scopes, archive_years=years, **by)


def check_audit(
    stores: Stores, uses: list[Shown], agreed: list[Deal], licensed: list[Right], scope: str | None
) -> None:
    engine = db.open_store(stores.empty(), create=True)
    try:
        written(engine, uses, agreed, licensed)
        with audited(engine, AuditRequest(codes=frozenset(CODES), scope=scope), today=TODAY) as result:
            findings = list(result)
        found = {(f.source, f.use.position if f.use else 0, f.code) for f in findings}
        assert found == verdicts(uses, agreed, licensed, scope, TODAY)
        for number in sorted({f.use.id for f in findings if f.use and f.use.id})[:4]:
            with audited(engine, AuditRequest(codes=frozenset(CODES), scope=scope, use=number), today=TODAY) as result:
                assert list(result) == [f for f in findings if f.use and f.use.id == number]
    finally:
        engine.dispose()


ANY = (shown(), deals(), rights(), st.sampled_from((None, "web", "syndication")))


@settings(max_examples=examples(12), deadline=None)
@given(*ANY)
def test_the_audit_agrees_with_a_reference_day_by_day(
    sqlite: Stores, uses: list[Shown], agreed: list[Deal], licensed: list[Right], scope: str | None
) -> None:
    check_audit(sqlite, uses, agreed, licensed, scope)


@settings(max_examples=examples(3), deadline=None)
@given(*ANY)
def test_postgresql_agrees_with_the_reference_too(
    postgresql: Stores, uses: list[Shown], agreed: list[Deal], licensed: list[Right], scope: str | None
) -> None:
    check_audit(postgresql, uses, agreed, licensed, scope)


@settings(max_examples=examples(5), deadline=None)
@given(shown(), deals(), rights(), days)
def test_a_balance_counts_the_uses_that_an_agreement_certainly_covers(
    sqlite: Stores, uses: list[Shown], agreed: list[Deal], licensed: list[Right], on: date
) -> None:
    engine = db.open_store(sqlite.empty(), create=True)
    try:
        written(engine, uses, agreed, licensed)
        for account in accounts(engine, default(), on):
            (deal,) = [d for d in agreed if d.number == account.agreement.id]
            assert account.total + account.without_day <= len(uses)
            if all(len(use.when) == 10 for use in uses) and not licensed:
                earlier = [use for use in uses if date.fromisoformat(use.when) <= on]
                assert (account.total, account.undated) == (covered_by(deal, earlier, agreed), 0)
    finally:
        engine.dispose()


def covered_by(deal: Deal, uses: list[Shown], agreed: list[Deal]) -> int:
    """Count the uses that an agreement covers, one agreement after another."""
    count = 0
    for use in uses:
        same = [d for d in agreed if (d.party, d.person) == (use.party, use.person)]
        day = date.fromisoformat(use.when)
        in_force = [d for d in same if (d.starts or day) <= day <= (d.ends or day)]
        order = ("staff", "free", "flat", "per-use")
        chosen = min(in_force, key=lambda d: (order.index(d.kind), d.starts or date.min, d.number), default=None)
        count += chosen is not None and chosen.number == deal.number
    return count
