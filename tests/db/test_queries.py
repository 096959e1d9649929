"""Reading: a small store, and the exact figures that queries must return."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import captions_db as db
import pytest
from captions_db import ArticleRecord, CreditRecord, UseRecord
from sqlalchemy import Engine

from tests.support.engines import Stores

AWAD = CreditRecord("Ammar Awad/Reuters", ("Ammar Awad",), ("Reuters",), "Reuters")
BOTH = CreditRecord("Awad, Cole/Reuters", ("Ammar Awad", "Jane Cole"), ("Reuters",), "Reuters")
NGAN = CreditRecord("APA/AFP/Mandel Ngan", ("Mandel Ngan",), ("APA", "AFP"), "APA")
UNCLEAR = CreditRecord("AP/dpa | Richard Drew", ("Richard Drew",), ("AP", "dpa"))
STAFF = CreditRecord("Foto: José Müller", ("José Müller",))


def article(name: str, day: date | None, paper: str | None, *uses: tuple[str, CreditRecord | None]) -> ArticleRecord:
    return ArticleRecord(
        name,
        "hash",
        f"Text of {name}",
        f"https://example.org/{name}",
        name.title(),
        paper,
        day,
        "en",
        tuple(UseRecord(place, text, text, credit) for place, (text, credit) in enumerate(uses)),
    )


ARTICLES = [
    article("a", date(2023, 10, 1), "Daily", ("Smoke over Gaza City", AWAD), ("A 100% loss", AWAD)),
    article("b", date(2023, 10, 31), "Daily", ("Smoke over Gaza City", BOTH), ("The White House", NGAN)),
    article("c", date(2023, 11, 1), "Weekly", ("Wall Street", UNCLEAR), ("A river", None)),
    article("d", None, None, ("", STAFF), ("베이루트 거리", AWAD)),
]


@pytest.fixture(scope="module")
def engine(stores: Stores) -> Iterator[Engine]:
    engine = db.open_store(stores.empty(), create=True)
    run = db.start_run(engine, "1")
    aliases: list[tuple[str, Any, list[str]]] = [
        ("Reuters", "agency", ["RTR", "Retuers"]),
        ("AFP", "agency", ["Agence France-Presse", "A.F.P."]),
        ("Getty Images", "agency", ["Getty"]),
    ]
    for _ in range(2):
        db.write_articles(engine, run, ARTICLES, parties=aliases)
    yield engine
    engine.dispose()


def table(engine: Engine, *by: str, **filters: Any) -> list[tuple[Any, ...]]:
    return [(*row.values, row.uses) for row in db.agency_usage(engine, by, **filters).rows]


def test_by_supplier_with_all_counts(engine: Engine) -> None:
    found = db.agency_usage(engine)
    first, last = date(2023, 10, 1), date(2023, 11, 1)
    assert found == db.UsageTable(
        by=("supplier",),
        rows=(
            db.UsageRow(("Reuters",), 4, 3, 2, first, date(2023, 10, 31)),
            db.UsageRow((None,), 3, 2, 2, last, last),
            db.UsageRow(("APA",), 1, 1, 1, date(2023, 10, 31), date(2023, 10, 31)),
        ),
        total=db.UsageRow((), 8, 4, 5, first, last),
        groups=3,
    )


def test_by_agency_a_use_counts_for_each_agency_in_its_line(engine: Engine) -> None:
    assert table(engine, "agency") == [
        ("Reuters", 4),
        (None, 2),
        ("AFP", 1),
        ("AP", 1),
        ("APA", 1),
        ("dpa", 1),
    ]
    assert db.agency_usage(engine, ("agency",)).total.uses == 8


def test_by_creator(engine: Engine) -> None:
    found = db.agency_usage(engine, ("creator",))
    assert [(row.values[0], row.uses, row.articles, row.creators) for row in found.rows] == [
        ("Ammar Awad", 4, 3, 2),
        ("Jane Cole", 1, 1, 2),
        ("José Müller", 1, 1, 1),
        ("Mandel Ngan", 1, 1, 1),
        ("Richard Drew", 1, 1, 1),
        (None, 1, 1, 0),
    ]


def test_by_month_and_publication(engine: Engine) -> None:
    assert table(engine, "month") == [("2023-10", 4), ("2023-11", 2), (None, 2)]
    assert table(engine, "publication") == [("Daily", 4), ("Weekly", 2), (None, 2)]
    assert table(engine, "month", "supplier") == [
        ("2023-10", "Reuters", 3),
        ("2023-11", None, 2),
        ("2023-10", "APA", 1),
        (None, "Reuters", 1),
        (None, None, 1),
    ]


def test_all_groups_at_once(engine: Engine) -> None:
    rows = table(engine, *db.GROUPS)
    assert rows[0] == ("Reuters", "Reuters", "Ammar Awad", "Daily", "2023-10", "2023-Q4", "2023", None, 3)
    assert len(rows) == 9


@pytest.mark.parametrize("name", ["AFP", "afp", "Agence France Presse", "a.f.p."])
def test_an_agency_by_name_or_alias(engine: Engine, name: str) -> None:
    assert table(engine, "supplier", agency=name) == [("APA", 1)]
    assert table(engine, "agency", agency=name) == [("AFP", 1)]


@pytest.mark.parametrize("name", ["Nobody", "", "Ammar Awad", "Getty", "%"])
def test_an_agency_without_uses(engine: Engine, name: str) -> None:
    found = db.agency_usage(engine, ("agency",), agency=name)
    assert (found.rows, found.groups, found.total) == ((), 0, db.UsageRow((), 0, 0, 0, None, None))


def test_a_period_includes_its_last_day(engine: Engine) -> None:
    october = {"since": date(2023, 10, 1), "until": date(2023, 10, 31)}
    assert table(engine, "supplier", **october) == [("Reuters", 3), ("APA", 1)]
    assert table(engine, "supplier", since=date(2023, 10, 2)) == [(None, 2), ("APA", 1), ("Reuters", 1)]
    assert table(engine, "supplier", until=date(2023, 10, 30)) == [("Reuters", 2)]
    assert table(engine, "month", publication="Weekly", **october) == []
    assert table(engine, "month", publication="Weekly") == [("2023-11", 2)]


def test_a_limit_leaves_totals_whole(engine: Engine) -> None:
    found = db.agency_usage(engine, ("agency",), limit=2)
    assert [row.values for row in found.rows] == [("Reuters",), (None,)]
    assert (found.total.uses, found.groups) == (8, 6)
    assert db.agency_usage(engine, limit=0).rows == ()


@pytest.mark.parametrize("by", [(), ("vendor",), ("month", "month")])
def test_invalid_groups(engine: Engine, by: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="by must be some of supplier"):
        db.agency_usage(engine, by)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("gaza", [("b", 0), ("a", 0)]),
        ("GAZA smoke", [("b", 0), ("a", 0)]),
        ("gaza cole", [("b", 0)]),
        ("smok reut", [("b", 0), ("a", 0)]),
        ("moke", []),
        ("gaza reuters", [("b", 0), ("a", 0)]),
        ("jose muller", [("d", 0)]),
        ("베이루트", [("d", 1)]),
        ("이루", [("d", 1)]),
        ("100%", [("a", 1)]),
        ("1%9", []),
        ("smoke%city", [("b", 0), ("a", 0)]),
        ("%", []),
        ("_", []),
        ("", []),
        ("gaza washington", []),
        ("foto:", [("d", 0)]),
        ("river", [("c", 1)]),
    ],
)
def test_find(engine: Engine, words: str, found: list[tuple[str, int]]) -> None:
    answer = db.find(engine, words)
    assert [(use.source, use.position) for use in answer.uses] == found
    assert answer.total == len(found)


def test_find_with_filters_and_a_limit(engine: Engine) -> None:
    assert [use.source for use in db.find(engine, "reuters", limit=2).uses] == ["b", "a"]
    assert db.find(engine, "reuters", limit=2).total == 4
    assert db.find(engine, "reuters", since=date(2023, 10, 2), until=date(2023, 10, 31)).total == 1
    assert db.find(engine, "reuters", until=date(2023, 10, 1)).total == 2
    assert db.find(engine, "dpa ric", publication="Weekly").total == 1
    assert db.find(engine, "gaza", agency="Retuers", publication="Daily", limit=1).total == 2
    assert [db.find(engine, "afp", agency=name, supplier="apa").total for name in ("AFP", "dpa")] == [1, 0]
    assert [db.find(engine, "afp", supplier=name).total for name in ("AFP", "nobody")] == [0, 0]
    assert db.find(engine, "reuters", limit=0) == db.FoundUses((), 4)
    [use] = db.find(engine, "cole").uses
    assert use == db.FoundUse(
        use.use_id,
        "b",
        "https://example.org/b",
        "B",
        "Daily",
        date(2023, 10, 31),
        0,
        "Smoke over Gaza City",
        "Awad, Cole/Reuters",
        "Reuters",
        use.creators,
        ("Reuters",),
    )
    assert len(use.creators) == 2


def test_uses_for_audit_with_filters(engine: Engine) -> None:
    def places(**filters: Any) -> list[tuple[str, int]]:
        return [(row.source, row.position) for row in db.uses_for_audit(engine, **filters)]

    assert places() == [(name, place) for name in "abcd" for place in (0, 1)]
    assert places(since=date(2023, 10, 2), until=date(2023, 11, 1)) == [
        ("b", 0),
        ("b", 1),
        ("c", 0),
        ("c", 1),
    ]
    assert places(publication="Weekly") == [("c", 0), ("c", 1)]
    assert places(agency="RTR") == [("a", 0), ("a", 1), ("b", 0), ("d", 1)]


def test_uses_for_audit_are_a_snapshot_and_may_be_abandoned(stores: Stores) -> None:
    store = db.open_store(stores.empty(), create=True)
    run = db.start_run(store, "1")
    many = tuple(UseRecord(place, f"Caption {place:04}", f"{place}", AWAD) for place in range(2500))
    db.write_articles(store, run, [ArticleRecord("m", "1", uses=many)])
    walk = db.uses_for_audit(store)
    assert next(walk).caption == "Caption 0000"
    db.write_articles(store, run, [ArticleRecord("m", "2")])
    assert [row.position for row in walk] == list(range(1, 2500))
    assert next(db.uses_for_audit(store), None) is None
    store.dispose()


def test_a_stored_article_by_source_url_or_id(engine: Engine) -> None:
    article = db.article_text(engine, "b")
    assert article is not None
    assert (article.text, article.headline, article.published) == ("Text of b", "B", date(2023, 10, 31))
    assert [use.credit for use in article.uses] == [BOTH, NGAN]
    assert db.article_text(engine, "https://example.org/b") == article
    assert db.article_text(engine, str(article.id)) == article
    for key in ("", "e", "99", "9" * 30, "-1", "²"):
        assert db.article_text(engine, key) is None


def test_lists(engine: Engine) -> None:
    assert [(row.source, row.uses) for row in db.articles(engine)] == [("a", 2), ("b", 2), ("c", 2), ("d", 2)]
    assert [row.source for row in db.articles(engine, limit=1)] == ["a"]
    assert db.parties(engine) == [
        db.PartyRow("AFP", "agency", ("A.F.P.", "Agence France-Presse"), 1, 1),
        db.PartyRow("AP", "agency", (), 1, 1),
        db.PartyRow("APA", "agency", (), 1, 1),
        db.PartyRow("Getty Images", "agency", ("Getty",), 0, 0),
        db.PartyRow("Reuters", "agency", ("RTR", "Retuers"), 2, 4),
        db.PartyRow("dpa", "agency", (), 1, 1),
    ]
    assert [row.name for row in db.parties(engine, kind="creator")][:2] == ["Ammar Awad", "Jane Cole"]


def test_the_views_equal_the_queries(engine: Engine) -> None:
    found = {name: [dict(zip(columns, row, strict=True)) for row in rows] for name in db.VIEWS
             for columns, rows in [db.view_rows(engine, name)]}  # fmt: skip
    for name in ("supplier", "agency", "creator"):
        rows = found[f"{name}_usage_by_month"]
        assert [(row[name], row["month"], row["uses"], row["articles"]) for row in rows] == sorted(
            (
                (*row.values, row.uses, row.articles)
                for row in db.agency_usage(engine, (name, "month")).rows
                if row.values[0]
            ),
            key=lambda row: (row[0], row[1] is None, row[1]),
        )
    printed = [
        (row["source"], row["position"], row["used_on"], row["caption"] or "", row["supplier"])
        for row in found["use_in_words"]
    ]
    assert printed == [
        (row.source, row.position, row.published, row.caption, row.credit and row.credit.supplier)
        for row in db.uses_for_audit(engine)
    ]
    joined = [(row["creators"], row["agencies"], row["pictures"], row["confidence"]) for row in found["use_in_words"]]
    assert joined == [
        (
            "; ".join(row.credit.creators if row.credit else ()) or None,
            "; ".join(row.credit.agencies if row.credit else ()) or None,
            "; ".join(row.images) or None,
            row.credit and row.credit.confidence,
        )
        for row in db.uses_for_audit(engine)
    ]
    assert any("; " in (agencies or "") for _, agencies, _, _ in joined)
    assert [(row["source"], row["caption"]) for row in found["uncredited_uses"]] == [("c", "A river")]
    assert [row["credit_line"] for row in found["uses_without_supplier"]] == [UNCLEAR.line, STAFF.line]
    assert found["unread_sources"] == []
    with pytest.raises(KeyError):
        db.view_rows(engine, "article")


def test_the_public_names_are_sorted_and_exist() -> None:
    assert sorted(db.__all__) == sorted(set(db.__all__))
    assert all(hasattr(db, name) for name in db.__all__)
