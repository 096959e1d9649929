"""Counting uses: the database counts as Python does, however uses are grouped and written."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import captions_db as db
from captions_db import ArticleRecord, CorrectionRecord, CreditRecord, DateSpan, UseRecord
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from tests.support.depth import examples

LINES = (
    None,
    CreditRecord("Ida Quill/Reuters", ("Ida Quill",), ("Reuters",), "Reuters"),
    CreditRecord("Quill, Reed/Reuters", ("Ida Quill", "Jo Reed"), ("Reuters",), "Reuters"),
    CreditRecord("APA/AFP/Jo Reed", ("Jo Reed",), ("APA", "AFP"), "APA"),
    CreditRecord("AP/dpa", (), ("AP", "dpa")),
    CreditRecord("Jo Reed", ("Jo Reed",)),
    CreditRecord("Ida Quill", ("Ida Quill",), (), "Gull"),
)
DAYS = (None, date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 1), date(2024, 12, 31), date(2025, 1, 1))
SPANS = (
    DateSpan("Reuters", date(2024, 1, 1), date(2024, 3, 31), "web"),
    DateSpan("Reuters", date(2025, 1, 1), None, "print, web"),
    DateSpan("APA", None, None, "any"),
    DateSpan("APA", None, None, "any", dated=False),
)
Printed = tuple[str | None, date | None, list[CreditRecord | None]]
ARTICLES: st.SearchStrategy[list[Printed]] = st.lists(
    st.tuples(
        st.sampled_from([None, "Daily", "Weekly"]), st.sampled_from(DAYS), st.lists(st.sampled_from(LINES), max_size=4)
    ),
    max_size=8,
)
GROUPINGS = st.lists(st.sampled_from(db.GROUPS), unique=True, min_size=1, max_size=3).map(tuple)


@contextmanager
def stored(articles: list[Printed]) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = db.open_store(str(Path(folder) / "captions.db"), create=True)
        records = [
            ArticleRecord(
                f"{n}",
                "hash",
                publication=paper,
                published=day,
                uses=tuple(UseRecord(place, f"{n} {place}", "", line) for place, line in enumerate(lines)),
            )
            for n, (paper, day, lines) in enumerate(articles)
        ]
        try:
            db.write_articles(engine, db.start_run(engine, "1"), records)
            yield engine
        finally:
            engine.dispose()


def scope(line: CreditRecord | None, day: date | None) -> str | None:
    for span in SPANS:
        theirs = line is not None and line.supplier == span.supplier and (day is not None) == span.dated
        if theirs and (day is None or (span.first or date.min) <= day <= (span.last or date.max)):
            return span.label
    return None


def values(name: str, paper: str | None, day: date | None, line: CreditRecord | None) -> list[str | None]:
    """Return the groups of a use."""
    if name in ("agency", "creator"):
        named = () if line is None else line.agencies if name == "agency" else line.creators
        return list(named) or [None]
    known: dict[str, str | None] = {
        "supplier": line.supplier if line else None,
        "publication": paper,
        "month": f"{day:%Y-%m}" if day else None,
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}" if day else None,
        "year": f"{day.year}" if day else None,
        "scope": scope(line, day),
    }
    return [known[name]]


def by_hand(articles: list[Printed], by: tuple[str, ...]) -> Counter[tuple[str | None, ...]]:
    counted: Counter[tuple[str | None, ...]] = Counter()
    for paper, day, lines in articles:
        for line in lines:
            groups: list[tuple[str | None, ...]] = [()]
            for name in by:
                groups = [(*group, value) for group in groups for value in values(name, paper, day, line)]
            counted.update(groups)
    return counted


@settings(deadline=None, max_examples=examples(15))
@given(ARTICLES, GROUPINGS, st.sampled_from(DAYS), st.sampled_from(DAYS), st.sampled_from([None, "Daily"]))
def test_every_count_equals_a_count_in_python(
    articles: list[Printed], by: tuple[str, ...], since: date | None, until: date | None, paper: str | None
) -> None:
    in_period = [
        (name, day, lines)
        for name, day, lines in articles
        if paper in (None, name)
        and (since is None or (day is not None and day >= since))
        and (until is None or (day is not None and day <= until))
    ]
    with stored(articles) as engine:
        filters: dict[str, Any] = {"since": since, "until": until, "publication": paper, "spans": SPANS}
        quick = db.agency_usage(engine, by, counts=(), **filters)
        assert {row.values: row.uses for row in quick.rows} == by_hand(in_period, by)
        assert quick.total.uses == sum(len(lines) for _, _, lines in in_period)
        # Optional counts change no uses, and a limit changes only the rows.
        whole = db.agency_usage(engine, by, **filters)
        assert [(row.values, row.uses) for row in whole.rows] == [(row.values, row.uses) for row in quick.rows]
        assert db.agency_usage(engine, by, counts=(), limit=1, **filters).rows == quick.rows[:1]
        bare = db.agency_usage(engine, ("publication",), uncredited=True, since=since, until=until, publication=paper)
        assert bare.total.uses == sum(lines.count(None) for _, _, lines in in_period)


@settings(deadline=None, max_examples=examples(10))
@given(
    ARTICLES,
    st.lists(st.sampled_from(LINES[1:]), max_size=3),
    st.sampled_from([None, "Reuters", "AFP", "Getty Images"]),
)
def test_a_use_has_the_supplier_of_its_credit(
    articles: list[Printed], lines: list[CreditRecord], supplier: str | None
) -> None:
    wrong = text(
        'SELECT count(*) FROM "use" u JOIN credit c ON c.id = u.credit_id WHERE u.supplier_id IS NOT c.supplier_id'
    )
    stray = text('SELECT count(*) FROM "use" WHERE credit_id IS NULL AND supplier_id IS NOT NULL')

    def astray(engine: Engine) -> int:
        with engine.connect() as connection:
            return int(connection.execute(wrong).scalar_one() + connection.execute(stray).scalar_one())

    with stored(articles) as engine:
        assert astray(engine) == 0
        corrections = [
            CorrectionRecord(
                line.line, reason="said so", who="me", supplier=supplier, agencies=(supplier,) if supplier else ()
            )
            for line in {line.line: line for line in lines}.values()
        ]
        numbers = [result.id for result in db.add_corrections(engine, corrections)] if corrections else []
        assert astray(engine) == 0
        for number in numbers:
            db.undo_correction(engine, number, "wrong", "me")
        assert astray(engine) == 0
        # Read again by a newer version that finds no supplier.
        again = [
            ArticleRecord(
                "0",
                "other",
                uses=tuple(UseRecord(n, f"{n}", "", CreditRecord(line.line)) for n, line in enumerate(lines)),
            )
        ]
        db.write_articles(engine, db.start_run(engine, "2"), again)
        assert astray(engine) == 0


def test_a_limit_counts_the_parts_of_unclear_groups() -> None:
    numbers = {1: 4, 3: 3, 0: 3, 5: 2}  # of uses, by line: Reuters, APA, uncredited, photographer only
    lines = [LINES[number] for number, times in numbers.items() for _ in range(times)]
    with stored([("Daily", date(2024, 1, 1), lines)]) as engine:
        every = db.agency_usage(engine, unclear=True, counts=())
        assert [(row.values, row.uses, row.unclear is None) for row in every.rows] == [
            (("Reuters",), 4, True), (("APA",), 3, True), ((None,), 3, False), ((None,), 2, False)
        ]  # fmt: skip
        for limit in range(5):
            some = db.agency_usage(engine, unclear=True, counts=(), limit=limit)
            assert (some.rows, some.groups) == (every.rows[:limit], 4)
