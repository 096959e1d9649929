"""Compare the audit of a store with rules that judge one use after another."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import captions_db as db
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captions.audit.codes import CODES
from captions.audit.overview import Unchecked
from captions.audit.request import AuditRequest, BaselineFinding
from captions.audit.run import audited
from captions.lexicon.vocabulary import default
from captions.licensing.agreements import Agreement, covers
from captions.licensing.exemptions import exemption_for
from captions.licensing.quotas import period_of, warning_at
from captions.model import Use
from captions.report.as_json import object_of
from captions.report.audit_report import COLUMNS, Report, row
from captions.report.write import write_audit
from tests.support.audit_store import TODAY, Page, Shot, Store, summarized
from tests.support.depth import examples
from tests.support.reference_audit import audit, stored_uses

LINES = (
    None, "", "AMMAR AWAD/REUTERS", "Jane Doe/AFP", "John Roe/AFP", "AFP", "Foto: dpa", "Tobias Koch",
    "Handout via REUTERS", "AP/dpa | Richard Drew", "CONRAD YULE/Retuers", "Jane Doe/CC BY",
    "ILSE BRANDT/AFP via Getty Images - NO SALES",
    "Jane Doe/Midjourney/AP", "Jane Doe/Unsplash", "NASA", "Jane Doe/iStock", "Jane Doe/Contour by Getty Images",
    "Ada Quill/Northlight Picture Agency", "Screenshot", "Jane Doe/Pool via AP",
)  # fmt: skip
SENTENCE = "Passengers queue on the new floating pontoon at Pier Two in Harbor City"
CAPTIONS = (
    "", "A dog", SENTENCE, SENTENCE.upper(), f"{SENTENCE} today", f"{SENTENCE}, an image made by AI",
    "Pier Two on pontoon new the queue at floating Passengers in Harbor City once",
    "A deckhand coils a mooring line on board after the last crossing of the day",
    "灯籠をともして青瀬川を下る川舟の列＝五日夜、青瀬町の中心部で",
    "灯籠をともして青瀬川を下る川舟の列＝六日夜、青瀬町の中心部で",
)  # fmt: skip
PICTURES = ("https://img.example/1.jpg", "https://img.example/2.jpg", "1.jpg")
FIRST = date(2026, 1, 28)
DAYS = st.one_of(st.none(), st.integers(0, 8).map(lambda n: FIRST + timedelta(days=n)))

shots = st.builds(
    Shot,
    st.sampled_from(CAPTIONS),
    st.sampled_from(LINES),
    st.lists(st.sampled_from(PICTURES), max_size=2, unique=True).map(tuple),
    st.sampled_from((1, 1, 2, 3)),
    st.sampled_from(("figure", "figure", "whole")),
)


@st.composite
def pages(draw: st.DrawFn) -> list[Page]:
    drawn = draw(st.lists(st.tuples(DAYS, st.lists(shots, max_size=5)), min_size=1, max_size=6))
    names = draw(st.permutations([f"{n}.txt" for n in range(len(drawn))]))
    publications = st.sampled_from((None, "Harbor Echo", "Reuters"))
    return [Page(name, day, tuple(s), draw(publications)) for name, (day, s) in zip(names, drawn, strict=True)]


agreements = st.builds(
    Agreement,
    supplier=st.sampled_from(("Reuters", "AFP", "AP", "Getty Images", "dpa")),
    kind=st.just("flat"),
    starts=st.one_of(st.none(), st.integers(-2, 4).map(lambda n: FIRST + timedelta(days=n))),
    ends=st.one_of(st.none(), st.integers(4, 9).map(lambda n: FIRST + timedelta(days=n))),
    scopes=st.sampled_from(((), ("web",), ("print", "web"))),
    territories=st.sampled_from(((), ("DE",), ("EU",), ("US",))),
    excluded=st.sampled_from(((), ("Contour",), ("AFP",))),
    below=st.booleans(),
    quota=st.sampled_from((1, 2, 3, 5)),
    quota_period=st.sampled_from(("month", "quarter", "year", "term")),
)
requests = st.builds(
    AuditRequest, scope=st.sampled_from((None, "web", "syndication")), territory=st.sampled_from((None, "DE", "FR"))
)
OWN = "Reuters"
"""The publication that the user named as the newsroom's own."""
AGREED = {"CR301", "CR302", "CR303", "CR304", "CR305"}


@settings(max_examples=examples(6), deadline=None)
@given(pages())
def test_sql_finds_what_the_rules_find_use_by_use(some: list[Page]) -> None:
    with Store(some) as store:
        expected = audit(stored_uses(store.engine))
        found = [f for f in store.findings() if f.code not in AGREED]
        assert summarized(found) == summarized(expected)
        assert [f.use for f in found] == [replaced(f.use) for f in expected]


def replaced(use: Use | None) -> Use | None:
    """Return a use as findings have it, without its pictures, rule and structured data."""
    return None if use is None else replace(use, images=(), rule="", structured_credit=None)


@settings(max_examples=examples(6), deadline=None)
@given(pages(), st.lists(agreements, max_size=4), requests)
def test_agreements_give_the_same_verdicts_use_by_use(
    some: list[Page], stored: list[Agreement], request: AuditRequest
) -> None:
    with Store(some, stored, OWN) as store:
        uses = stored_uses(store.engine)
        found = [f for f in store.findings(request) if f.code in AGREED]
        codes = {(f.use.id or 0, f.code) for f in found if f.use}
        assert codes == naive(uses, [_numbered(a, n) for n, a in enumerate(stored, 1)], request)
        assert len(codes) == sum(f.use is not None for f in found)


def _numbered(agreement: Agreement, n: int) -> Agreement:
    return replace(agreement, id=n)


def naive(uses: Sequence[Use], stored: Sequence[Agreement], request: AuditRequest) -> set[tuple[int, str]]:
    """Judge each use by itself, then each quota by its uses in order."""
    found = set()
    counted: dict[tuple[int, object], list[Use]] = {}
    for use in uses:
        code, agreement = naive_cover(use, stored, request)
        if code:
            found.add((use.id or 0, code))
        if agreement is not None and agreement.quota and use.used_on:
            counted.setdefault((agreement.id or 0, period_of(agreement, use.used_on)), []).append(use)
    for (number, _period), of_period in counted.items():
        quota = stored[number - 1].quota or 0
        in_order = sorted(of_period, key=lambda use: (use.used_on, use.source, use.position))
        found |= {(use.id or 0, "CR304") for use in in_order[quota:]}
        if warning_at(quota) <= len(in_order) <= quota:
            found.add((in_order[warning_at(quota) - 1].id or 0, "CR305"))
    return found


def naive_cover(use: Use, stored: Sequence[Agreement], request: AuditRequest) -> tuple[str | None, Agreement | None]:
    credit, words = use.credit, default()
    if credit is None or credit.supplier is None:
        return None, None
    above = [credit.supplier]
    while (agency := words.agencies.get(above[-1])) and agency.parent and agency.parent not in above:
        above.append(agency.parent)
    may = [a for a in stored if a.supplier == credit.supplier or (a.below and a.supplier in above)]
    may.sort(key=lambda a: (above.index(a.supplier), a.starts or date.min, a.id))

    def is_out(a: Agreement) -> bool:
        return any(
            name in credit.agencies or name.casefold() in credit.line.casefold().split() for name in a.excluded
        ) or ("Contour" in a.excluded and "Contour" in credit.line)

    for a in may:
        if covers(a, use.used_on, request.scope, request.territory) and not is_out(a):
            return None, a
    if credit.license or exemption_for(credit, words, OWN if use.publication == OWN else None):
        return None, None
    if not may:
        return ("CR301" if stored else None), None
    if use.used_on is None:
        ever = [a for a in may if covers(a, a.starts or a.ends, request.scope, request.territory) and not is_out(a)]
        return ("CR302" if ever else "CR303"), None
    return ("CR303" if any(covers(a, use.used_on) for a in may) else "CR302"), None


@settings(max_examples=examples(6), deadline=None)
@given(pages(), st.lists(agreements, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_reading_articles_changes_no_finding(
    some: list[Page], stored: list[Agreement], rng: object
) -> None:
    mixed = list(some)
    rng.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random
    with Store(some, stored) as left, Store((), stored) as right:
        for page in mixed:
            right.write([page])
        assert summarized(left.findings()) == summarized(right.findings())


@settings(max_examples=examples(6), deadline=None)
@given(pages(), st.lists(agreements, max_size=2), st.data())
def test_waived_findings_are_counted_and_return_when_undone(
    some: list[Page], stored: list[Agreement], data: st.DataObject
) -> None:
    with Store(some, stored) as store:
        before = store.findings()
        if not before:
            return
        chosen = data.draw(st.sampled_from(before))
        use = chosen.use
        limits: dict[str, str] = {}
        if use is None or data.draw(st.booleans()):
            by_supplier = use is not None and use.supplier is not None and data.draw(st.booleans())
            if by_supplier and use is not None:
                limits["supplier"] = use.supplier or ""
        elif data.draw(st.booleans()):
            limits["source"] = chosen.source
        else:
            caption = use.caption
            limits |= {"source": chosen.source, "caption_digest": store.caption_digest(caption) if caption else ""}
        number = store.waive(chosen.code, limits)
        after = store.findings()
        gone = Counter(summarized(before)) - Counter(summarized(after))
        assert summarized([chosen])[0] in gone
        assert {code for _, code, *_ in gone} == {chosen.code}
        waived = store.findings(AuditRequest(waived=True))
        assert Counter(summarized(waived)) == gone
        with audited(store.engine, today=TODAY) as result:
            assert result.waived == len(waived)
        store.undo(number)
        assert store.findings() == before


@settings(max_examples=examples(6), deadline=None)
@given(pages(), st.lists(agreements, max_size=2), pages())
def test_a_baseline_leaves_new_findings(some: list[Page], stored: list[Agreement], more: list[Page]) -> None:
    later = [Page(f"later/{page.source}", page.day, page.shots, page.publication) for page in more]
    with Store(some, stored) as store:
        first = store.findings()
        known = [BaselineFinding(*key(f.code, f.source, f.use), f.use is not None) for f in first]
        assert store.findings(known=known) == []
        store.write(later)
        keys = {(k.code, k.source, k.caption, k.line) for k in known}
        new = [f for f in store.findings() if key(f.code, f.source, f.use) not in keys]
        assert summarized(store.findings(known=known)) == summarized(new)


def key(code: str, source: str, use: Use | None) -> tuple[str, str, str, str | None]:
    return code, source, use.caption if use else "", use.credit.line if use and use.credit else None


@settings(max_examples=examples(6), deadline=None)
@given(pages(), requests)
def test_a_line_of_json_equals_the_finding_of_any_other_writer(some: list[Page], request: AuditRequest) -> None:
    with Store(some) as store:
        found = store.findings(request)
        stream = io.StringIO()
        write_audit(Report(found, 0, 0), "json", stream)
        written = json.loads(stream.getvalue())["findings"]
        assert written == [object_of(COLUMNS, row(f)) for f in found]
        assert all(list(item) == [c.key for c in COLUMNS] for item in written)


@settings(max_examples=examples(6), deadline=None)
@given(pages(), agreements, requests)
def test_the_audit_of_a_code_equals_that_part_of_the_full_audit(
    some: list[Page], stored: Agreement, request: AuditRequest
) -> None:
    with Store(some, [stored]) as store:
        whole = store.findings(request)
        for code in CODES:
            single = replace(request, codes=frozenset({code}))
            assert store.findings(single) == [finding for finding in whole if finding.code == code]


@settings(max_examples=examples(6), deadline=None)
@given(pages(), st.lists(agreements, max_size=3), requests)
def test_the_audit_of_one_use_equals_that_part_of_the_full_audit(
    some: list[Page], stored: list[Agreement], request: AuditRequest
) -> None:
    with Store(some, stored, OWN) as store:
        whole = [finding for finding in store.findings(request) if finding.use is not None]
        for use in stored_uses(store.engine):
            single = store.findings(replace(request, use=use.id))
            assert single == [finding for finding in whole if finding.use and finding.use.id == use.id]


def uses_on(days: Iterable[date | None], line: str = "Jane Doe/Reuters") -> list[Page]:
    shots_ = ((day, Shot(f"Picture number {n} of the harbor at dawn", line)) for n, day in enumerate(days))
    return [Page(f"{n:03}.txt", day, (shot,)) for n, (day, shot) in enumerate(shots_)]


def agreed(
    *stored: Agreement, on: Iterable[date | None], request: AuditRequest | None = None
) -> list[tuple[str, str, str]]:
    with Store(uses_on(on), stored) as store:
        return [(f.code, f.source, f.message) for f in store.findings(request) if f.code in AGREED]


MAY = Agreement("Reuters", starts=date(2026, 5, 1), ends=date(2026, 5, 31))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 4, 30), ["CR302"]),
        (date(2026, 5, 1), []),
        (date(2026, 5, 31), []),
        (date(2026, 6, 1), ["CR302"]),
        (None, ["CR302"]),
    ],
)
def test_an_agreement_is_in_force_from_its_first_to_its_last_day(day: date | None, expected: list[str]) -> None:
    assert [code for code, _, _ in agreed(MAY, on=[day])] == expected


def test_messages_name_the_agreement_and_the_reason() -> None:
    june = Agreement("Reuters", starts=date(2026, 7, 1), scopes=("web",), territories=("US",))
    (gap,) = agreed(MAY, june, on=[date(2026, 6, 15)])
    assert gap[2] == (
        "no agreement with Reuters in force on the day: "
        "agreement 1 ended on 2026-05-31; agreement 2 starts on 2026-07-01"
    )
    (scope,) = agreed(june, on=[date(2026, 7, 1)], request=AuditRequest(scope="print", territory="DE"))
    assert scope == ("CR303", "000.txt", "agreement 1 with Reuters covers web, not print and covers US, not DE")
    (unknown,) = agreed(MAY, on=[None])
    assert unknown[2] == "unknown: the article has no date, and with Reuters, agreement 1 runs 2026-05-01 to 2026-05-31"


def test_two_agreements_that_meet_leave_no_day_between_them() -> None:
    next_ = Agreement("Reuters", starts=date(2026, 6, 1), ends=date(2026, 6, 30))
    assert agreed(MAY, next_, on=[date(2026, 5, 31), date(2026, 6, 1)]) == []


@pytest.mark.parametrize(
    ("quota", "uses", "expected"),
    [
        (5, 3, []),
        (5, 4, [("CR305", "003.txt")]),
        (5, 5, [("CR305", "003.txt")]),
        (5, 6, [("CR304", "005.txt")]),
        (10, 7, []),
        (10, 8, [("CR305", "007.txt")]),
        (10, 12, [("CR304", "010.txt"), ("CR304", "011.txt")]),
        (1, 1, [("CR305", "000.txt")]),
        (1, 2, [("CR304", "001.txt")]),
        (3, 2, []),
        (3, 3, [("CR305", "002.txt")]),
    ],
)
def test_a_quota_warns_at_80_percent_and_reports_each_use_beyond_it(
    quota: int, uses: int, expected: list[tuple[str, str]]
) -> None:
    stored = Agreement("Reuters", quota=quota, quota_period="month")
    assert [found[:2] for found in agreed(stored, on=[date(2026, 5, 3)] * uses)] == expected


@pytest.mark.parametrize(
    ("period", "days", "beyond"),
    [
        ("month", [date(2026, 2, 28), date(2026, 3, 1)], []),
        ("month", [date(2024, 2, 28), date(2024, 2, 29)], ["001.txt"]),
        ("month", [date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 31)], ["002.txt"]),
        ("quarter", [date(2026, 3, 31), date(2026, 4, 1)], []),
        ("quarter", [date(2026, 4, 1), date(2026, 6, 30)], ["001.txt"]),
        ("year", [date(2025, 12, 31), date(2026, 1, 1)], []),
        ("year", [date(2026, 12, 31), date(2026, 1, 1)], ["000.txt"]),
        ("term", [date(2024, 1, 1), date(2026, 1, 1)], ["001.txt"]),
    ],
)
def test_a_quota_is_counted_in_its_period_by_day(period: str, days: list[date], beyond: list[str]) -> None:
    found = agreed(Agreement("Reuters", quota=1, quota_period=period), on=days)
    assert [source for code, source, _ in found if code == "CR304"] == beyond


def test_the_message_numbers_the_use_and_names_the_period() -> None:
    found = agreed(Agreement("Reuters", quota=1, quota_period="month"), on=[date(2026, 5, 1), date(2026, 5, 2)])
    assert found == [("CR304", "001.txt", "use 2 of 1 in May 2026 under agreement 1 with Reuters")]


def test_undated_uses_make_a_quota_unknown() -> None:
    stored = Agreement("Reuters", starts=date(2026, 1, 1), quota=5, quota_period="month")
    found = agreed(stored, on=[None, None])
    assert ("CR305", "agreement 1") in [row[:2] for row in found]
    assert [row[2] for row in found if row[0] == "CR305"] == [
        "unknown: 2 undated uses can't be counted against the quota of 5 per month of agreement 1 with Reuters"
    ]


def test_a_waived_use_still_counts() -> None:
    stored = Agreement("Reuters", quota=2, quota_period="month")
    with Store(uses_on([date(2026, 5, 1)] * 4), [stored]) as store:
        store.waive("CR304", {"source": "002.txt"})
        store.waive("CR301", {"supplier": "Reuters"})
        found = [f for f in store.findings() if f.code == "CR304"]
        assert [(f.source, f.message.split(" of ")[0]) for f in found] == [("003.txt", "use 4")]


def test_two_agreements_that_meet_count_apart() -> None:
    """In the month of the change, each agreement has its quota for its own days."""
    first = Agreement("Reuters", ends=date(2026, 5, 15), quota=2, quota_period="month")
    second = Agreement("Reuters", starts=date(2026, 5, 16), quota=2, quota_period="month")
    edge = [date(2026, 5, 15), date(2026, 5, 16)]
    assert [row[:2] for row in agreed(first, second, on=[*edge, *edge])] == [("CR305", "002.txt"), ("CR305", "003.txt")]
    beyond = [row for row in agreed(first, second, on=[*edge, *edge, edge[0]]) if row[0] == "CR304"]
    assert beyond == [("CR304", "004.txt", "use 3 of 2 in May 2026 under agreement 1 with Reuters")]


def test_a_corrected_line_counts_for_the_supplier_that_a_person_named() -> None:
    """The use moves to the other quota, and back when the correction is undone."""
    reuters = Agreement("Reuters", quota=2, quota_period="month")
    afp = Agreement("AFP", quota=2, quota_period="month")
    days = [date(2026, 5, 1)] * 3
    with Store(uses_on(days, "Jane Doe/Reuters"), [reuters, afp]) as store:
        store.write([Page("afp.txt", date(2026, 5, 1), (Shot("A cat", "John Roe/AFP"),))])

        def quotas() -> list[tuple[str, str]]:
            return [(f.code, f.source) for f in store.findings() if f.code in {"CR304", "CR305"}]

        before = [("CR304", "002.txt")]
        assert quotas() == before
        (done,) = db.add_corrections(store.engine, [db.CorrectionRecord("Jane Doe/Reuters", agencies=("AFP",))])
        assert quotas() == [("CR304", "002.txt"), ("CR304", "afp.txt")]
        db.undo_correction(store.engine, done.id, "kim", "no")
        assert quotas() == before


def test_an_expired_waiver_does_nothing() -> None:
    with Store(uses_on([date(2026, 5, 1)]), [Agreement("dpa")]) as store:
        store.waive("CR301", {"supplier": "Reuters"}, date(2026, 5, 31))
        assert [f.code for f in store.findings(today=date(2026, 5, 31))] == []
        assert [f.code for f in store.findings(today=date(2026, 6, 1))] == ["CR301"]


@pytest.mark.parametrize(
    ("stored", "line", "expected"),
    [
        (Agreement("Getty Images"), "Jane Doe/Getty Images", []),
        (Agreement("Getty Images"), "Jane Doe/iStock", ["CR301"]),
        (Agreement("Getty Images", below=True), "Jane Doe/iStock", []),
        (Agreement("iStock", below=True), "Jane Doe/Getty Images", ["CR301"]),
        (Agreement("Getty Images", excluded=("Contour",)), "Jane Doe/Getty Images", []),
        (Agreement("Getty Images", excluded=("AFP",)), "Jane Doe/AFP via Getty Images", ["CR303"]),
        (Agreement("Reuters"), "Jane Doe/Unsplash", []),
        (Agreement("Reuters"), "AP/dpa | Richard Drew", []),
    ],
)
def test_parties_that_an_agreement_covers(stored: Agreement, line: str, expected: list[str]) -> None:
    with Store(uses_on([date(2026, 5, 1)], line), [stored]) as store:
        assert [f.code for f in store.findings() if f.code in AGREED] == expected


def test_the_publications_own_pictures_need_no_agreement() -> None:
    shot = Shot("A dog", "Jane Doe/Reuters")
    pages_ = [Page("a.txt", date(2026, 5, 1), (shot,), "Reuters"), Page("b.txt", date(2026, 5, 1), (shot,), "Echo")]
    for own, expected in (("Reuters", ["b.txt"]), ("Echo", ["a.txt", "b.txt"]), (None, ["a.txt", "b.txt"])):
        with Store(pages_, [Agreement("dpa")], own) as store:
            assert [f.source for f in store.findings() if f.code == "CR301"] == expected


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (AuditRequest(), Unchecked(3, 2)),
        (AuditRequest(publication="Echo"), Unchecked(2, 2)),
        (AuditRequest(codes=frozenset(("CR302",))), Unchecked(3, 2)),
        (AuditRequest(codes=frozenset(("CR106",))), None),
    ],
)
def test_without_any_agreement_the_audit_counts_what_it_cannot_check(
    request_: AuditRequest, expected: Unchecked | None
) -> None:
    reuters, free = Shot("A dog", "Jane Doe/Reuters"), Shot("A cat", "Jane Doe/Unsplash")
    pages_ = [
        Page("a.txt", date(2026, 5, 1), (reuters, free), "Reuters"),
        Page("b.txt", None, (reuters, Shot("A hen", "Jo Reed/AFP"), Shot("A boat", None)), "Echo"),
        Page("c.txt", date(2026, 5, 1), (reuters,), "Gazette"),
    ]
    with Store(pages_, own="Reuters") as store:
        with audited(store.engine, request_, today=TODAY) as result:
            assert result.unchecked == expected
            assert not AGREED & result.counts.keys()
        store.agree([Agreement("dpa")])
        with audited(store.engine, request_, today=TODAY) as result:
            assert result.unchecked is None


def test_a_restriction_is_an_error_if_pictures_are_passed_on() -> None:
    with Store(uses_on([date(2026, 5, 1)], "ILSE BRANDT/AFP - NO SALES")) as store:
        assert not [f for f in store.findings(AuditRequest(scope="web")) if f.code == "CR306"]
        for scope, severity in ((None, "warning"), ("syndication", "error")):
            (found,) = [f for f in store.findings(AuditRequest(scope=scope)) if f.code == "CR306"]
            assert found.severity == severity
            only = store.findings(AuditRequest(scope=scope, severities=frozenset({severity})))
            assert found in only
