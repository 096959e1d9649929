"""Removed articles leave nothing behind, and can be restored with everything they had."""

from __future__ import annotations

from dataclasses import replace

import captions_db as db
import pytest
from captions_db.rollups import up_to_date, wrong_counts
from sqlalchemy import Engine

from tests.db.test_articles import AFP, ARTICLES, write
from tests.support.contents import contents


def ids(engine: Engine, *keys: str) -> list[int]:
    return [it.id for it in db.articles_at(engine, keys)]


def without_decisions(engine: Engine) -> dict[str, object]:
    found: dict[str, object] = dict(contents(engine))
    found["counts"] = [row for row in contents(engine)["counts"] if row[0] != "forgotten"]
    return found


def test_articles_are_removed_and_restored(engine: Engine) -> None:
    copy = replace(ARTICLES[1], source="copy.txt")
    run = db.start_run(engine, "1")
    one = replace(ARTICLES[0], uncaptioned=(("https://example.org/3.jpg", "A cat"),))
    db.write_articles(engine, run, [one, *ARTICLES[1:], copy])
    db.finish_run(engine, run)
    db.add_corrections(engine, [db.CorrectionRecord(AFP.line, ("M. Ngan",), reason="x", who="kim")])
    before = without_decisions(engine)
    found = db.articles_at(engine, ["copy.txt", "https://example.org/one"])
    assert [(it.source, it.uses) for it in found] == [("one.txt", 1), ("two.txt", 3)]
    assert db.forget(engine, [it.id for it in found], "kim", "a test") == 4
    assert {row.source for row in db.articles(engine)} == {"three.txt", "four.txt", "five.txt"}
    assert db.known_hashes(engine, ["copy.txt"]) == {}
    assert wrong_counts(engine) == []
    [first, second] = db.forgotten(engine)
    assert (first.source, first.uses, first.who, first.reason, first.undone) == ("one.txt", 1, "kim", "a test", None)
    assert db.restore(engine, [first.id, second.id], "ida", "printed") == 2
    assert without_decisions(engine) == before
    assert wrong_counts(engine) == []
    with engine.connect() as connection:
        assert up_to_date(connection)
    db.undo_correction(engine, 1, "kim", "x")
    assert {row.credit.creators for row in db.uses_for_audit(engine) if row.credit and row.credit.line == AFP.line} == {
        ("Mandel Ngan",)
    }
    with pytest.raises(ValueError, match="already undone by ida"):
        db.restore(engine, [first.id], "ida", "again")
    with pytest.raises(ValueError, match="no forgotten 9"):
        db.restore(engine, [9], "ida", "again")


def test_an_article_read_again_is_not_restored_twice(engine: Engine) -> None:
    write(engine, ARTICLES)
    db.forget(engine, ids(engine, "one.txt"), "kim")
    assert write(engine, ARTICLES) == db.BatchCounts(new=1, unchanged=4)
    before = without_decisions(engine)
    assert db.restore(engine, [1], "kim", "x") == 0
    assert without_decisions(engine) == before


def test_a_restored_article_does_not_take_the_place_of_another(engine: Engine) -> None:
    write(engine, ARTICLES[:1])
    db.forget(engine, ids(engine, "one.txt"), "kim")
    write(engine, [replace(ARTICLES[1], source="one.txt")])
    assert db.restore(engine, [1], "kim", "x") == 1
    assert [row.source for row in db.articles(engine)] == ["one.txt", "one.txt:restored"]


def test_the_articles_of_a_run_are_those_that_it_stored_first(engine: Engine) -> None:
    write(engine, ARTICLES[:2])
    write(engine, [replace(ARTICLES[0], source="copy.txt"), ARTICLES[2], replace(ARTICLES[1], content_hash="new")])
    assert [it.source for it in db.articles_of_run(engine, 2)] == ["three.txt"]
    with pytest.raises(ValueError, match="no run 9"):
        db.articles_of_run(engine, 9)


def test_articles_are_lost_if_all_their_places_are(engine: Engine) -> None:
    moved = replace(ARTICLES[0], source="new/one.txt")
    write(engine, [*(replace(it, source=f"old/{it.source}") for it in ARTICLES[:2]), moved])
    assert [source for source, _ in db.places_below(engine, ["old"])] == ["old/one.txt", "old/two.txt"]
    assert list(db.places_below(engine, ["ol", "old/one"])) == []
    assert [it.source for it in db.articles_only_at(engine, ["old/one.txt", "old/two.txt"])] == ["old/two.txt"]
