"""Writing: the stored content does not depend on order, batches, repeats, other writers or a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import UTC, date, datetime
from typing import Any

import captions_db as db
import pytest
from captions_db import ArticleRecord, CreditRecord, UseRecord
from captions_db import models as m
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from tests.support.contents import contents
from tests.support.depth import examples
from tests.support.engines import Stores

REUTERS = CreditRecord(
    "AMMAR AWAD/REUTERS", ("Ammar Awad",), ("Reuters",), "Reuters", rule="person/agency", confidence=0.9
)
AFP = CreditRecord("APA/AFP/Mandel Ngan", ("Mandel Ngan",), ("APA", "AFP"), "APA", ("pool",), ("NO SALES",))
BARE = CreditRecord("Zvg.", qualifiers=("handout",))


def use(position: int, caption: str, credit: CreditRecord | None, *images: str) -> UseRecord:
    return UseRecord(position, caption, caption.casefold(), credit, 2, (("whole", 3, 90),), images, "figure")


def article(name: str, *uses: UseRecord, **fields: Any) -> ArticleRecord:
    return replace(
        ArticleRecord(
            f"{name}.txt",
            content_hash=f"hash of {name} {astuple(replace(ArticleRecord('', ''), uses=uses))}",
            text=f"Text of {name}.",
            url=f"https://example.org/{name}",
            headline=name.title(),
            publication="The Paper",
            published=date(2023, 10, 7),
            language="en",
            uses=uses,
        ),
        **fields,
    )


ARTICLES = (
    article("one", use(0, "A street", REUTERS, "https://example.org/1.jpg", "https://example.org/2.jpg")),
    article("two", use(0, "A street", AFP), use(1, "", REUTERS), use(2, "A house", None)),
    article("three", use(0, "A street!", REUTERS), published=None, publication=None),
    article("four"),
    article("five", use(0, "A house", BARE), use(7, "A house", AFP)),
)
STALE = (
    article("one", use(0, "An old street", CreditRecord("Old Hand/dpa", ("Old Hand",), ("dpa",), "dpa"))),
    article("two", use(0, "A house", REUTERS), use(1, "Gone", None), use(2, "A street", BARE)),
    article("four", use(0, "Gone", AFP, "https://example.org/gone.jpg"), published=date(2001, 1, 1)),
)


def write(engine: Engine, articles: Sequence[ArticleRecord], version: str = "1") -> db.BatchCounts:
    return db.write_articles(engine, db.start_run(engine, version), articles)


def test_written_articles_are_returned(engine: Engine) -> None:
    assert write(engine, ARTICLES) == db.BatchCounts(new=5)
    rows = {(row.source, row.position): row for row in db.uses_for_audit(engine)}
    assert list(rows) == [
        ("five.txt", 0),
        ("five.txt", 7),
        ("one.txt", 0),
        ("three.txt", 0),
        ("two.txt", 0),
        ("two.txt", 1),
        ("two.txt", 2),
    ]
    first = rows["one.txt", 0]
    assert first == db.AuditRow(
        use_id=first.use_id,
        source="one.txt",
        url="https://example.org/one",
        headline="One",
        publication="The Paper",
        published=date(2023, 10, 7),
        position=0,
        caption="A street",
        match_key="a street",
        credit=REUTERS,
        occurrences=2,
        places=(("whole", 3, 90),),
        images=("https://example.org/1.jpg", "https://example.org/2.jpg"),
        rule="figure",
    )
    assert rows["two.txt", 0].credit == AFP
    assert (rows["two.txt", 1].caption, rows["two.txt", 2].credit) == ("", None)
    assert rows["three.txt", 0].published is None


def test_captions_credits_and_parties_are_stored_once(engine: Engine) -> None:
    write(engine, ARTICLES)
    assert dict(contents(engine)["counts"]) == {
        "agreement": 0,
        "article": 5,
        "caption": 3,
        "correction": 0,
        "credit": 3,
        "credit_party": 7,
        "forgotten": 0,
        "image": 0,
        "image_file": 0,
        "image_use": 0,
        "license": 0,
        "party": 5,
        "party_merge": 0,
        "party_alias": 0,
        "picture_key": 2,
        "place": 5,
        "publication_spelling": 1,
        "stored_audit": 0,
        "stored_decision": 0,
        "stored_finding": 0,
        "uncaptioned_picture": 0,
        "use": 7,
        "use_image": 2,
        "waiver": 0,
    }


def test_a_structured_credit_is_stored_and_deleted_with_its_use(engine: Engine) -> None:
    structured = CreditRecord("Ann Lee/dpa", ("Ann Lee",), ("dpa",), "dpa")
    uses = (
        replace(use(0, "A street", REUTERS), structured_credit=structured),
        replace(use(1, "A house", REUTERS), structured_credit=AFP),
    )
    write(engine, [article("six", *uses), *ARTICLES])
    rows = {(row.source, row.position): row for row in db.uses_for_audit(engine)}
    assert [rows["six.txt", n].structured_credit for n in (0, 1)] == [structured, AFP]
    assert rows["one.txt", 0].structured_credit is None
    # Structured credits are not counted as uses.
    assert db.agency_usage(engine, agency="dpa").rows == ()
    write(engine, [article("six", content_hash="new")])
    # The other credit is printed in other articles and stays.
    with engine.connect() as connection:
        lines = connection.execute(select(m.credit.c.line).order_by(m.credit.c.line)).scalars().all()
    assert lines == sorted([REUTERS.line, AFP.line, BARE.line])


def test_a_line_with_different_rights_is_two_credits(engine: Engine) -> None:
    free = replace(REUTERS, license="CC BY 4.0", license_url="https://creativecommons.org/licenses/by/4.0/")
    sold = replace(REUTERS, licensor_url="https://example.org/buy/2")
    write(engine, [article("six", use(0, "A", REUTERS), use(1, "B", free), use(2, "C", sold))])
    assert [row.credit for row in db.uses_for_audit(engine)] == [REUTERS, free, sold]


def test_writing_an_article_again_changes_nothing(engine: Engine) -> None:
    write(engine, ARTICLES)
    before = contents(engine)
    ids = [row.use_id for row in db.uses_for_audit(engine)]
    assert write(engine, ARTICLES) == db.BatchCounts(unchanged=5)
    assert contents(engine) == before
    assert [row.use_id for row in db.uses_for_audit(engine)] == ids


def test_a_changed_article_replaces_its_uses_and_leaves_nothing_behind(engine: Engine) -> None:
    write(engine, ARTICLES)
    before = contents(engine)
    assert write(engine, STALE) == db.BatchCounts(changed=3)
    assert contents(engine) != before
    assert write(engine, ARTICLES) == db.BatchCounts(changed=3, unchanged=2)
    assert contents(engine) == before


def test_ids_of_uses_are_never_reused(engine: Engine) -> None:
    write(engine, ARTICLES)
    before = {row.use_id for row in db.uses_for_audit(engine)}
    write(engine, [replace(item, content_hash="new", uses=()) for item in ARTICLES])
    write(engine, ARTICLES)
    assert before.isdisjoint(row.use_id for row in db.uses_for_audit(engine))


def test_a_source_twice_in_a_batch_is_read_twice(engine: Engine) -> None:
    assert write(engine, [STALE[0], ARTICLES[0], ARTICLES[0]]) == db.BatchCounts(1, 1, 1)
    assert [row.caption for row in db.uses_for_audit(engine)] == ["A street"]


def stored(url: str, records: Sequence[ArticleRecord], ends: Sequence[int] = ()) -> dict[str, list[Any]]:
    """Write records to an empty store, in batches that end at these places."""
    engine = db.open_store(url, create=True)
    run = db.start_run(engine, "1")
    for start, end in zip([0, *ends], [*ends, len(records)], strict=True):
        db.write_articles(engine, run, records[start:end])
    found = contents(engine)
    engine.dispose()
    return found


@pytest.fixture(scope="module")
def in_order(sqlite: Stores) -> dict[str, list[Any]]:
    return stored(sqlite.empty(), ARTICLES)


@settings(max_examples=examples(10), deadline=None)
@given(
    before=st.lists(st.sampled_from((*STALE, *ARTICLES)), max_size=8),
    last=st.permutations(ARTICLES),
    cuts=st.sets(st.integers(0, 12)),
)
def test_order_batches_and_history_make_no_difference(
    stores: Stores,
    in_order: dict[str, list[Any]],
    before: list[ArticleRecord],
    last: list[ArticleRecord],
    cuts: set[int],
) -> None:
    # Equal on both engines to writing in order on SQLite.
    assert stored(stores.empty(), before + last, sorted(cuts)) == in_order


def test_a_reading_by_another_version_applies_to_all_articles(engine: Engine) -> None:
    line = "Ann Lee/Foto Ltd"
    old = CreditRecord(line, ("Ann Lee", "Foto Ltd"), confidence=0.9)
    new = CreditRecord(line, ("Ann Lee",), ("Foto Ltd",), "Foto Ltd", confidence=0.5)
    write(engine, [article("one", use(0, "A", old)), article("two", use(0, "B", old))], version="1")
    write(engine, [article("three", use(0, "C", new))], version="2")
    assert [row.credit for row in db.uses_for_audit(engine)] == [new, new, new]
    # No credit has the creator "Foto Ltd" any more.
    assert [row[:2] for row in contents(engine)["parties"]] == [
        ("Ann Lee", "creator"),
        ("Foto Ltd", "agency"),
    ]


def test_the_more_confident_reading_of_a_version_is_stored(stores: Stores) -> None:
    sure = CreditRecord("Reuters", (), ("Reuters",), "Reuters", rule="label", confidence=0.9)
    unsure = CreditRecord("Reuters", ("Reuters",), rule="bare", confidence=0.4)
    records = [article("one", use(0, "A", sure)), article("two", use(0, "B", unsure))]
    for order in (records, records[::-1]):
        for size in (1, 2):
            engine = db.open_store(stores.empty(), create=True)
            run = db.start_run(engine, "1")
            for start in range(0, 2, size):
                db.write_articles(engine, run, order[start : start + size])
            assert {row.credit for row in db.uses_for_audit(engine)} == {sure}
            engine.dispose()


def test_an_agency_twice_in_a_line_counts_once(engine: Engine) -> None:
    write(engine, [article("one", use(0, "A", CreditRecord("AP/AP", (), ("AP", "AP"), "AP")))])
    assert [row.credit.agencies for row in db.uses_for_audit(engine) if row.credit] == [("AP",)]


def test_known_hashes(engine: Engine) -> None:
    write(engine, ARTICLES)
    sources = ["one.txt", "nowhere.txt", *(f"{number}.txt" for number in range(2000))]
    assert db.known_hashes(engine, sources) == {"one.txt": ARTICLES[0].content_hash}


def test_the_summary_of_a_run(engine: Engine) -> None:
    run = db.start_run(engine, "0.1.0")
    db.write_articles(
        engine, run, ARTICLES[:2], [db.FailureRecord("z.bin", "binary"), db.FailureRecord("a.txt", "empty")]
    )
    db.write_articles(engine, run, [STALE[0], ARTICLES[1]], seen=["x.txt", "y.txt", "z.txt"])
    cut_off = db.run_summaries(engine)[0]
    assert cut_off.finished is None
    summary = db.finish_run(engine, run)
    assert summary.finished is not None
    assert summary.started <= summary.finished <= datetime.now(UTC)
    assert summary == db.RunSummary(
        id=run,
        started=summary.started,
        finished=summary.finished,
        version="0.1.0",
        read=7,
        new=2,
        changed=1,
        unchanged=4,
        failed=2,
        failures=(db.FailureRecord("a.txt", "empty"), db.FailureRecord("z.bin", "binary")),
    )
    later = db.start_run(engine, "0.2.0")
    assert [it.id for it in db.run_summaries(engine)] == [later, run]
    assert [it.id for it in db.run_summaries(engine, limit=1)] == [later]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (article("one", use(0, "A", None), use(0, "B", None)), "same position"),
        (article("one", replace(use(0, "A", None), occurrences=0)), "without an occurrence"),
        (article("one", use(0, "A", replace(REUTERS, confidence=float("nan")))), "confidence"),
    ],
)
def test_an_invalid_record_rejects_its_batch(engine: Engine, record: ArticleRecord, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        write(engine, [*ARTICLES[1:], record])
    assert list(db.articles(engine)) == []


def test_an_unknown_run_is_rejected(engine: Engine) -> None:
    with pytest.raises(ValueError, match="no run 99"):
        db.write_articles(engine, 99, ARTICLES)
    with pytest.raises(ValueError, match="no run 99"):
        db.finish_run(engine, 99)


HOSTILE = [
    "a\0b",
    "'; DROP TABLE use; --",
    '"%_\\',
    "line\r\nbreak\u2028",
    "\ud800 lone",
    "\u202e\x1b[31m",
    "😀" * 9,
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_strings_are_stored_and_found(engine: Engine, text: str) -> None:
    stored_text = text.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    credit = CreditRecord(text, (text,), (text,), text, (text,), (text,), text, text, text, text)
    record = ArticleRecord(
        text, text, text, text, text, text, None, text, (UseRecord(0, text, text, credit, images=(text,)),)
    )
    run = db.start_run(engine, text)
    db.write_articles(engine, run, [record], [db.FailureRecord(text, text)])
    parties: list[db.PartyNames] = [(text, "agency", [text])]
    assert db.write_articles(engine, run, [record], parties=parties) == db.BatchCounts(unchanged=1)
    [row] = db.uses_for_audit(engine)
    assert (row.caption, row.headline, row.images) == (stored_text, stored_text, (stored_text,))
    assert row.credit == CreditRecord(
        stored_text,
        (stored_text,),
        (stored_text,),
        stored_text,
        (stored_text,),
        (stored_text,),
        stored_text,
        stored_text,
        stored_text,
        stored_text,
    )
    assert list(db.known_hashes(engine, [text])) == [text]
    stored = db.article_text(engine, text)
    assert stored is not None
    assert stored.text == stored_text
    assert db.agency_usage(engine, agency=text).total.uses == 1
    assert db.find(engine, text).total in (0, 1)
    assert db.finish_run(engine, run).failed == 1


def test_file_names_that_are_not_utf8_stay_distinct(engine: Engine) -> None:
    write(engine, [replace(ARTICLES[0], source="a\udcfe"), replace(ARTICLES[1], source="a\udcff")])
    assert [row.source for row in db.articles(engine)] == ["a\\udcfe", "a\\udcff"]


def test_a_surrogate_pair_is_one_character(engine: Engine) -> None:
    write(engine, [article("one", use(0, "\ud83d\ude00", None))])
    assert [row.caption for row in db.uses_for_audit(engine)] == ["😀"]


def test_a_full_disk_leaves_complete_batches(sqlite: Stores) -> None:
    engine = db.open_store(sqlite.empty(), create=True)
    write(engine, ARTICLES[:1])
    run = db.start_run(engine, "1")
    before = contents(engine)
    engine.dispose()  # the limit below applies to one connection, which the pool then reuses
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(db.FullStoreError, match=r"^the disk of .*captions\d+\.db is full; free some"):
        db.write_articles(engine, run, [*ARTICLES, article("big", text="x" * 100_000)])
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert contents(engine) == before
    assert db.write_articles(engine, run, ARTICLES) == db.BatchCounts(new=4, unchanged=1)


WRITER = """
import sys
from datetime import date
import captions_db as db
path, first, last, size = sys.argv[1], *map(int, sys.argv[2:])
engine = db.open_store(path, create=True)
run = db.start_run(engine, "1")
for start in range(first, last, size):
    records = []
    for n in range(start, min(start + size, last)):
        credit = db.CreditRecord(f"P{n % 9}/A{n % 4}", (f"P{n % 9}",), (f"A{n % 4}",), f"A{n % 4}")
        uses = tuple(db.UseRecord(p, f"caption {(n + p) % 50}", f"{(n + p) % 50}", credit) for p in range(3))
        records.append(db.ArticleRecord(f"{n}", "h", uses=uses, published=date(2023, 1, 1 + n % 28)))
    db.write_articles(engine, run, records)
    print(start, flush=True)
db.finish_run(engine, run)
engine.dispose()
"""


def writer(url: str, first: int, last: int, size: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, str(first), str(last), str(size)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own words


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=60)
    assert process.returncode == 0


def read(url: str) -> dict[str, list[Any]]:
    engine = db.open_store(url)
    try:
        return contents(engine)
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def undisturbed(sqlite: Stores) -> dict[str, list[Any]]:
    url = sqlite.place()
    finish(writer(url, 0, 600, 100))
    return read(url)


def test_two_concurrent_processes_lose_and_repeat_nothing(stores: Stores, undisturbed: dict[str, list[Any]]) -> None:
    # Both create the database, and both read 200 of the articles.
    url = stores.place()
    both = [writer(url, 0, 400, 20), writer(url, 200, 600, 20)]
    for process in both:
        finish(process)
    assert read(url) == undisturbed


def test_a_killed_ingest_run_again_equals_an_undisturbed_one(stores: Stores, undisturbed: dict[str, list[Any]]) -> None:
    url = stores.place()
    process = writer(url, 0, 600, 5)
    assert process.stdout is not None
    for _ in range(7):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    left = read(url)
    assert 35 <= len(left["articles"]) < 600
    assert len(left["uses"]) == 3 * len(left["articles"])
    finish(writer(url, 0, 600, 50))
    assert read(url) == undisturbed
