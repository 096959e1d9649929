"""One article has one identity: the order, the names and the repetition of places make no difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import captions_db as db
import pytest
from captions_db import ArticleRecord, CreditRecord, UseRecord
from captions_db import models as m
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from tests.support.depth import examples
from tests.support.engines import Stores

AP = CreditRecord("Jo Reed/AP", ("Jo Reed",), ("AP",), "AP", rule="chain", confidence=1.0)
DPA = CreditRecord("Ida Quill/dpa", ("Ida Quill",), ("dpa",), "dpa", rule="chain", confidence=1.0)
LOCK = "//tidepost.example/lock"


def use(position: int, caption: str, credit: CreditRecord | None = AP) -> UseRecord:
    return UseRecord(position, caption, caption.casefold(), credit)


def reading(source: str, *uses: UseRecord, **fields: Any) -> ArticleRecord:
    record = ArticleRecord(
        source, "", text="The lock opens again.", uses=uses, identity=LOCK, published=date(2024, 5, 4)
    )
    record = replace(record, **fields)
    return record if record.content_hash else replace(record, content_hash=repr(record))


def write(engine: Engine, *records: ArticleRecord) -> db.BatchCounts:
    return db.write_articles(engine, db.start_run(engine, "1"), records)


def uses(engine: Engine) -> list[tuple[str, str]]:
    return [(row.source, row.caption) for row in db.uses_for_audit(engine)]


PAGE = reading("page.html", use(1, "The lock."), use(2, "The keeper.", DPA))
POOR = reading("export.jsonl#7", text="The lock opens again, says a text without pictures.")


def test_a_copy_is_a_place_and_not_another_article(engine: Engine) -> None:
    write(engine, PAGE)
    copies = [replace(PAGE, source=name) for name in ("other/page.html", "all.zip!page.html", "feed.xml#lock")]
    assert write(engine, *copies, PAGE) == db.BatchCounts(unchanged=4, elsewhere=3)
    assert uses(engine) == [("page.html", "The lock."), ("page.html", "The keeper.")]
    with engine.connect() as connection:
        places = connection.execute(select(m.place.c.source, m.place.c.first_run, m.place.c.last_run)).all()
    assert sorted(map(tuple, places)) == [
        ("all.zip!page.html", 2, 2),
        ("feed.xml#lock", 2, 2),
        ("other/page.html", 2, 2),
        ("page.html", 1, 1),
    ]
    db.write_articles(engine, db.start_run(engine, "1"), [], seen=["page.html", "feed.xml#lock"])
    with engine.connect() as connection:
        seen = connection.execute(select(m.place.c.source).where(m.place.c.last_run == 3)).scalars().all()
    assert sorted(seen) == ["feed.xml#lock", "page.html"]


@pytest.mark.parametrize("order", [(PAGE, POOR), (POOR, PAGE)])
def test_a_copy_without_pictures_takes_no_uses_away(engine: Engine, order: tuple[ArticleRecord, ...]) -> None:
    for record in order:
        write(engine, record)
    assert uses(engine) == [("page.html", "The lock."), ("page.html", "The keeper.")]


def test_a_corrected_page_replaces_the_article_and_its_copies(engine: Engine) -> None:
    copy = replace(PAGE, source="copy.html")
    write(engine, PAGE, copy)
    corrected = reading("page.html", use(1, "The lock.", DPA))
    assert write(engine, corrected) == db.BatchCounts(changed=1)
    assert uses(engine) == [("page.html", "The lock.")]
    # The copy has the earlier version, also for a later version of the program, until its content changes.
    again = replace(copy, content_hash="later", digest=copy.content_hash)
    assert write(engine, again) == db.BatchCounts(unchanged=1)
    assert uses(engine) == [("page.html", "The lock.")]
    richer = reading("copy.html", *PAGE.uses, use(3, "The crowd."))
    assert write(engine, richer) == db.BatchCounts(changed=1)
    assert len(uses(engine)) == 3


def test_a_reading_that_became_worse_has_its_copies_read_again(engine: Engine) -> None:
    old = replace(PAGE, digest="p")
    copy = replace(PAGE, source="copy.html", digest="c")
    write(engine, old, copy)
    write(engine, replace(reading("page.html", use(1, "The lock.")), digest="p"))
    assert len(uses(engine)) == 1
    assert db.known_hashes(engine, ["copy.html"]) == {"copy.html": ""}
    write(engine, copy)
    assert len(uses(engine)) == 2


def test_an_article_without_url_is_its_content(engine: Engine) -> None:
    a = reading("a.txt", use(1, "The lock."), identity=None)
    assert write(engine, a, replace(a, source="b.txt")) == db.BatchCounts(new=1, unchanged=1, elsewhere=1)
    # An edited copy is another article; an edited only copy is the same one.
    assert write(engine, reading("a.txt", use(1, "The lock, edited."), identity=None)) == db.BatchCounts(new=1)
    assert write(engine, reading("a.txt", use(1, "The lock, again."), identity=None)) == db.BatchCounts(changed=1)
    assert sorted(uses(engine)) == [("a.txt", "The lock, again."), ("b.txt", "The lock.")]
    # Edited back, it is the copy again, and nothing else remains.
    assert write(engine, replace(a, content_hash="back")).new == 0
    assert uses(engine) == [("b.txt", "The lock.")]


def test_two_publications_with_one_text_are_two_articles(engine: Engine) -> None:
    a = reading("a.txt", use(1, "The lock."), identity=None, publication="Tide Post")
    write(engine, a, replace(a, source="b.txt", publication="Gull Wing"), replace(a, source="c.txt", publication=None))
    assert len(uses(engine)) == 2


def test_a_file_with_another_article_leaves_the_earlier_one(engine: Engine) -> None:
    write(engine, reading("today.html", use(1, "The lock.")))
    write(engine, reading("today.html", use(1, "The dam."), identity="//tidepost.example/dam"))
    assert sorted(caption for _, caption in uses(engine)) == ["The dam.", "The lock."]


def test_identities_may_be_exchanged(engine: Engine) -> None:
    a = reading("a.txt", use(1, "A"), identity=None)
    b = reading("b.txt", use(1, "B"), identity=None)
    write(engine, a, b)
    write(engine, replace(a, source="b.txt"), replace(b, source="a.txt"))
    assert sorted(uses(engine)) == [("a.txt", "B"), ("b.txt", "A")]


# --- any archive, in any order


CAPTIONS = ("The lock.", "The dam.", "The keeper.")
NUMBERS = st.integers(0, 2)
READINGS = st.builds(
    lambda url, text, found, day, name: ArticleRecord(
        "",
        f"{url} {text} {found} {day} {name}",
        text=("The lock opens.", "The lock opens at last.", "")[text],
        identity=None if url == 2 else f"//tidepost.example/{url}",
        publication=None if name == 2 else f"Paper {name}",
        published=None if day == 2 else date(2024, 5 + day, 4),
        uses=tuple(use(n, CAPTIONS[n], (AP, DPA, None)[c]) for n, c in enumerate(found, 1) if n < 3),
    ),
    NUMBERS,
    NUMBERS,
    st.lists(NUMBERS, max_size=2),
    NUMBERS,
    NUMBERS,
)


def outcome(url: str, records: Sequence[ArticleRecord], cuts: Sequence[int]) -> tuple[Any, ...]:
    """Return the counts, the uses and the findings by what they say, whatever the places are called."""
    engine = db.open_store(url, create=True)
    for start, end in zip([0, *cuts], [*cuts, len(records)], strict=True):
        write(engine, *records[start:end])
    with engine.connect() as connection:
        columns = [it for it in m.article.c if it.name in {"text", "publication", "published", "rank"}]
        articles = Counter(map(tuple, connection.execute(select(*columns))))
    rows = Counter(
        (row.caption, row.credit, row.publication, row.published, row.position) for row in db.uses_for_audit(engine)
    )
    usage = db.agency_usage(engine, by=("supplier", "month", "publication")).rows
    engine.dispose()
    return articles, rows, usage


@settings(max_examples=examples(20), deadline=None)
@given(st.data())
def test_order_and_repetition_make_no_difference(stores: Stores, sqlite: Stores, data: st.DataObject) -> None:
    archive = [
        replace(record, source=f"place{number}")
        for number, record in enumerate(data.draw(st.lists(READINGS, max_size=6)))
    ]
    expected = outcome(sqlite.empty(), archive, [])
    repeated = [replace(record, source=f"copy of {record.source}") for record in archive]
    mixed = data.draw(st.permutations(archive + repeated[: data.draw(st.integers(0, 6))]))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(mixed)), max_size=3)))
    assert outcome(stores.empty(), mixed, cuts) == expected
