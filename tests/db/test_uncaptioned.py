"""Pictures with neither caption nor credit: stored with their articles, listed within the limits of an audit."""

from __future__ import annotations

from datetime import date

import captions_db as db
import pytest
from captions_db.audit import ReportFilter, auditing
from sqlalchemy import Engine


def write(engine: Engine, *records: db.ArticleRecord) -> None:
    run = db.start_run(engine, "1")
    db.write_articles(engine, run, records)
    db.finish_run(engine, run)


@pytest.fixture
def three(engine: Engine) -> Engine:
    ferry, bakery, pier = ("ferry.jpg", "The ferry"), ("bakery.jpg", ""), ("pier.jpg", "")
    write(
        engine, db.ArticleRecord("b", "1", publication="Echo", published=date(2024, 5, 18), uncaptioned=(ferry, pier))
    )
    write(engine, db.ArticleRecord("a", "1", publication="Post", uncaptioned=(bakery,)), db.ArticleRecord("c", "1"))
    return engine


def listed(engine: Engine, confines: ReportFilter | None = None) -> list[tuple[str, str]]:
    with auditing(engine, {"CR100": 0}) as audit:
        if confines is not None:
            audit.confine(confines)
        return [(picture.source, picture.address) for picture in audit.uncaptioned_pictures()]


@pytest.mark.parametrize(
    ("confines", "expected"),
    [
        (None, [("a", "bakery.jpg"), ("b", "ferry.jpg"), ("b", "pier.jpg")]),
        (ReportFilter(publication="Echo"), [("b", "ferry.jpg"), ("b", "pier.jpg")]),
        (ReportFilter(run=2), [("a", "bakery.jpg")]),
        (ReportFilter(since=date(2024, 1, 1)), [("b", "ferry.jpg"), ("b", "pier.jpg")]),
        (ReportFilter(until=date(2024, 1, 1)), []),
        (ReportFilter(suppliers=("Reuters",)), []),
    ],
)
def test_the_pictures_of_the_reported_articles(
    three: Engine, confines: ReportFilter | None, expected: list[tuple[str, str]]
) -> None:
    assert listed(three, confines) == expected


def test_an_article_that_is_read_again_has_only_its_new_pictures(three: Engine) -> None:
    write(three, db.ArticleRecord("b", "2", uncaptioned=(("pier.jpg", ""),)), db.ArticleRecord("a", "1"))
    assert listed(three) == [("a", "bakery.jpg"), ("b", "pier.jpg")]
