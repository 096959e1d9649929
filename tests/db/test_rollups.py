"""Rollups: after any writes they equal the counts of the uses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import captions_db as db
import pytest
from captions_db import ArticleRecord, CorrectionRecord, DateSpan, UseRecord
from captions_db import models as m
from captions_db.models.rollups import COUNTS
from captions_db.rollups import count_again, count_uses, up_to_date, wrong_counts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select, text, update

from tests.conftest import Run, Write
from tests.db.test_usage import ARTICLES, DAYS, GROUPINGS, LINES, SPANS, Printed
from tests.support.depth import examples
from tests.support.engines import Stores

NAMES = ("Reuters", "AFP", "APA", "dpa", "Gull")
WITHIN_A_MONTH = (
    DateSpan("Reuters", date(2024, 3, 5), date(2024, 3, 31), "late"),
    DateSpan("Reuters", date(2024, 12, 31), date(2025, 1, 1), "turn"),
    DateSpan("APA", None, date(2024, 2, 28), "early"),
    DateSpan("APA", date(2024, 3, 1), None, "any"),
    DateSpan("dpa", None, None, "undated", dated=False),
)
BOUNDS = (None, date(2024, 1, 1), date(2024, 3, 1), date(2024, 3, 31), date(2024, 12, 31), date(2025, 1, 1))
LINE = st.sampled_from([line for line in LINES if line is not None])

Step = tuple[str, Any, Any]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("read"), ARTICLES, st.sampled_from(["1", "2"])),
        st.tuples(st.just("count"), st.sampled_from([1, 3, 1000]), st.none()),
        st.tuples(st.just("correct"), LINE, st.sampled_from([None, *NAMES])),
        st.tuples(st.just("merge"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.tuples(st.just("undo"), st.none(), st.none()),
    ),
    max_size=8,
)


def read(engine: Engine, articles: Sequence[Printed], version: str) -> None:
    """Store articles under the same names as before; another version reads the creators of some lines differently."""
    records = []
    for n, (paper, day, lines) in enumerate(articles):
        if version == "2":
            lines = [line and replace(line, creators=line.creators[:1]) for line in lines]
        uses = tuple(UseRecord(place, f"{n} {place}", "", line) for place, line in enumerate(lines))
        facts: dict[str, Any] = {"text": f"{n}", "publication": paper, "published": day, "uses": uses}
        records.append(ArticleRecord(f"{n}", f"{version} {articles[n]}", **facts))
    db.write_articles(engine, db.start_run(engine, version), records)


def take(engine: Engine, step: Step) -> None:
    what, first, second = step
    if what == "read":
        read(engine, first, second)
    elif what == "count":
        count_uses(engine, first)
    elif what == "correct":
        named = () if second is None else (second,)
        db.add_corrections(engine, [CorrectionRecord(first.line, agencies=named, reason="said so", who="me")])
    elif what == "merge" and first != second:
        db.merge_parties(engine, [first], second, "me")
    elif what == "undo":
        for merge in [merge for merge in db.merges(engine) if merge.undone is None][-1:]:
            db.undo_merges(engine, [merge.id], "me", "wrong")
        for it in [it for it in db.corrections(engine) if it.undone is None][-1:]:
            db.undo_correction(engine, it.id or 0, "me", "wrong")


def is_counted(engine: Engine) -> bool:
    with engine.connect() as connection:
        return up_to_date(connection)


def forget(engine: Engine, uses: int) -> None:
    """Reduce the count of counted uses, so that queries count the uses themselves."""
    with engine.begin() as connection:
        connection.execute(update(m.counted).values(last_use=m.counted.c.last_use - uses))


def rollup_rows(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in COUNTS]


@settings(deadline=None, max_examples=examples(10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    STEPS,
    GROUPINGS,
    st.sampled_from(BOUNDS),
    st.sampled_from(BOUNDS),
    st.sampled_from([None, "Daily", "", "\udcff"]),
    st.sampled_from([None, *NAMES]),
    st.sampled_from([SPANS, WITHIN_A_MONTH]),
)
def test_rollups_equal_counts_of_the_uses(
    stores: Stores,
    steps: list[Step],
    by: tuple[str, ...],
    since: date | None,
    until: date | None,
    paper: str | None,
    agency: str | None,
    spans: tuple[DateSpan, ...],
) -> None:
    engine = db.open_store(stores.empty(), create=True)
    plain: dict[str, Any] = {"counts": (), "spans": spans}
    filters: dict[str, Any] = plain | {"since": since, "until": until, "publication": paper, "agency": agency}

    def answers() -> list[db.UsageTable]:
        groups = [(name,) for name in db.GROUPS]
        return [
            *(db.agency_usage(engine, group, **plain) for group in [*groups, by]),
            *(db.agency_usage(engine, group, **filters) for group in [*groups, by]),
            *(db.agency_usage(engine, by, limit=limit, **filters) for limit in (0, 1, 2)),
        ]

    try:
        for step in steps:
            take(engine, step)
            assert wrong_counts(engine) == []
        count_uses(engine)
        assert is_counted(engine)
        expected = answers()
        before = rollup_rows(engine)
        forget(engine, 1_000_000)
        assert not is_counted(engine) or not expected[0].groups
        assert answers() == expected
        forget(engine, -1_000_000)
        # Deleted uses leave no rows: a new count has the same number.
        count_again(engine)
        assert rollup_rows(engine) == before
        assert answers() == expected
    finally:
        engine.dispose()


def test_a_killed_run_is_counted_by_the_next(engine: Engine) -> None:
    read(engine, [("Daily", DAYS[1], [LINES[1], LINES[2]])], "1")
    assert not is_counted(engine)
    # Queries count its uses anyway.
    assert db.agency_usage(engine, ("creator",), counts=()).rows[0].uses == 2
    db.finish_run(engine, db.start_run(engine, "1"))
    assert is_counted(engine)
    assert db.agency_usage(engine, ("creator",), counts=()).rows[0].uses == 2


def test_killing_the_count_counts_nothing_twice(engine: Engine) -> None:
    read(engine, [("Daily", day, [LINES[1], LINES[3], None]) for day in DAYS], "1")

    def pull_the_plug(*arguments: Any) -> None:
        if "INSERT INTO uses_by_creator_and_year" in arguments[2]:
            slices.append(1)
            if len(slices) == 3:
                raise InterruptedError

    slices: list[int] = []
    event.listen(engine, "before_cursor_execute", pull_the_plug)
    with pytest.raises(InterruptedError):
        count_uses(engine, 2)
    event.remove(engine, "before_cursor_execute", pull_the_plug)
    assert not is_counted(engine)
    assert wrong_counts(engine) == []
    count_uses(engine, 2)
    assert wrong_counts(engine) == []
    assert is_counted(engine)


def test_a_run_that_cannot_be_counted_is_stored(engine: Engine) -> None:
    read(engine, [("Daily", DAYS[1], [LINES[1], LINES[2]])], "1")

    def fill_the_disk(*arguments: Any) -> None:
        if "INSERT INTO uses_by_agency" in arguments[2]:
            raise db.FullStoreError("no room")

    event.listen(engine, "before_cursor_execute", fill_the_disk)
    assert db.finish_run(engine, db.start_run(engine, "1")).finished
    event.remove(engine, "before_cursor_execute", fill_the_disk)
    assert not is_counted(engine)
    assert db.agency_usage(engine, ("agency",), counts=()).rows[0].uses == 2
    db.finish_run(engine, db.start_run(engine, "1"))
    assert is_counted(engine)


def test_nothing_is_written_if_all_uses_are_counted(engine: Engine) -> None:
    read(engine, [("Daily", DAYS[1], [LINES[1]])], "1")
    count_uses(engine)
    written = []

    def look(*arguments: Any) -> None:
        written.append(arguments[2])

    event.listen(engine, "before_cursor_execute", look)
    count_uses(engine)
    event.remove(engine, "before_cursor_execute", look)
    assert written and not [it for it in written if it.startswith(("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE"))]


def test_wrong_counts_are_listed_and_repaired(run: Run, write: Write, tmp_path: Any, stores: Stores) -> None:
    url = stores.place()
    assert run("ingest", write(tmp_path / "a.txt"), "--db", url).code == 0
    assert run("db", "check", "--db", url).code == 0
    engine = db.open_store(url, create=True)
    with engine.begin() as connection:
        connection.execute(text("UPDATE uses_by_agency SET uses = 7"))
        connection.execute(text("DELETE FROM uses_by_creator_and_month"))
    engine.dispose()
    ran = run("db", "check", "--db", url)
    assert ran.code == 2
    assert ran.out == "1 count in uses_by_agency is wrong\n1 count in uses_by_creator_and_month is wrong\n"
    assert ran.err.endswith("has wrong counts of uses; to recount, run: captions db upgrade\n")
    assert run("db", "upgrade", "--db", url).code == 0
    assert run("db", "check", "--db", url).code == 0


@pytest.mark.parametrize(
    "by",
    [
        *[(name,) for name in db.GROUPS],
        *[("supplier", other) for other in ("month", "quarter", "year", "publication", "agency", "creator", "scope")],
        *[("creator", other) for other in ("month", "year", "agency", "publication")],
        ("agency", "month"),
        ("publication", "month"),
        ("month", "scope"),
    ],
    ids=" by ".join,
)
def test_queries_read_rollups_and_no_uses(engine: Engine, by: tuple[str, ...]) -> None:
    read(engine, [("Daily", day, [LINES[1], LINES[3], None]) for day in DAYS], "1")
    count_uses(engine)
    asked: list[str] = []

    def look(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(engine, "before_cursor_execute", look)
    found = db.agency_usage(engine, by, counts=(), spans=SPANS)
    event.remove(engine, "before_cursor_execute", look)
    assert found.rows
    # The highest id of a use shows whether the rollups are up to date.
    read_uses = [it for it in asked if re.search(r"\buse\b", it.replace("max(use.id)", "").replace("FROM use)", ""))]
    assert read_uses == []


def test_an_empty_publication_is_none(engine: Engine) -> None:
    db.write_articles(
        engine, db.start_run(engine, "1"), [ArticleRecord("a", "h", publication="", uses=(UseRecord(0, "A", "a"),))]
    )
    assert [row.values for row in db.agency_usage(engine, ("publication",)).rows] == [(None,)]
