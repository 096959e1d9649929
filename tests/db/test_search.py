"""The normal form of text for search."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import captions_db as db
import pytest
from captions_db import ArticleRecord, CreditRecord, UseRecord
from captions_db.queries import wordings
from captions_db.search import fold, name_key, search_text, wanted
from captions_db.spellings import name_keys, spelled
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from captions.cli.find import picture_filter
from tests.support.audit_store import credit
from tests.support.case_files import cases
from tests.support.depth import examples
from tests.support.engines import Stores

find = import_module("captions_db.queries.search")
"""The module, because its package exports the function of the same name."""


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        (" - / ", ""),
        ("Foto: MÜLLER/Getty", "foto muller getty"),
        ("JOSÉ e\u0301 é", "jose e e"),
        ("100% of_it", "100 of it"),
        ("Łukasz Sørensen, Đoković & Straße", "lukasz sorensen dokovic strasse"),
        ("Œuvre d’Ærø", "oeuvre d aero"),
        ("İstanbul ıs", "istanbul is"),
        ("sof\u00adt\u200bly", "softly"),
        ("ﬁne ＡＰ ½ 𝕬", "fine ap 1 2 a"),
        ("사진=연합뉴스", "사진 연합뉴스"),
        ("写真：共同通信", "写真 共同通信"),
        ("がか", "がか"),
        ("Фёдор Йод", "федор иод"),
        ("شَارِع", "شارع"),
        ("हिन्दी", "हिन्दी"),
        ("😀 x", "x"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_one_hangul_syllable_is_not_the_beginning_of_another() -> None:
    assert fold("사") not in fold("산")


@given(st.text())
def test_folding_is_idempotent(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert not set(folded) & set("%_\\'\"")


@given(st.text(st.characters(codec="ascii")))
def test_both_ways_through_fold_agree_on_ascii(text: str) -> None:
    assert fold(text) == fold(text + "é")[:-1].strip()


def test_names_of_punctuation_stay_distinct() -> None:
    assert name_key("DPA / Picture-Alliance") == "dpa picture alliance"
    assert name_key("©") != name_key("®")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Smoke over Gaza", "smoke over gaza"),
        ("写真：共同通信", "写真 真 共同 同通 通信 信"),
        ("AFP통신 A", "afp 통신 신 a"),
        ("กขค ab", "กข ขค ค ab"),
        ("हिन्दी", "हिन्दी"),
        ("字", "字"),
        ("", ""),
        ("x" * 100, "x" * 60),
        ("a " * 3000, " ".join("a" * 2000)),
    ],
)
def test_search_text(text: str, stored: str) -> None:
    assert search_text(text) == stored


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Hafen/AP", [("hafen", True), ("ap", False)]),
        ("共同通信 字", [("共同", False), ("同通", False), ("通信", False), ("字", True)]),
        ("ap AP", [("ap", False)]),
        ("- ' : * & | \\ \" ! ( )", []),
    ],
)
def test_wanted_words(text: str, asked: list[tuple[str, bool]]) -> None:
    assert wanted(text) == asked


@given(st.text())
def test_a_text_is_found_by_itself(text: str) -> None:
    stored = search_text(text)
    words = stored.split()
    for word, begins in wanted(text) if len(words) < 2000 else ():
        assert word in words or (begins and any(it.startswith(word) for it in words))


WORDS = (
    "gaza",
    "gazette",
    "ga",
    "Müller",
    "東京",
    "東京都",
    "京",
    "연합뉴스",
    "AP",
    "April",
    "100%",
    "o'neil",
    "नदी",
    "ab",
)
_texts = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
_days = st.none() | st.integers(0, 3).map(lambda n: date(2023, 12, 30) + timedelta(n))
_uses = st.lists(st.tuples(_texts, st.none() | _texts), max_size=3)


@pytest.fixture(scope="module")
def written(stores: Stores) -> str:
    return stores.empty()


@settings(max_examples=examples(15), deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from("abc"), _days, _uses, st.sampled_from("12")), min_size=1, max_size=5),
    words=_texts.filter(bool),
    since=_days,
    until=_days,
    limit=st.none() | st.integers(0, 3),
    counted=st.integers(0, 4),
    newest=st.integers(1, 4),
    few=st.integers(0, 2),
    listed=st.integers(0, 2),
    at_once=st.integers(1, 3),
)
def test_the_index_follows_writes_and_equals_a_full_scan(
    written: str,
    steps: list[tuple[str, date | None, list[tuple[str, str | None]], str]],
    words: str,
    since: date | None,
    until: date | None,
    limit: int | None,
    counted: int,
    newest: int,
    few: int,
    listed: int,
    at_once: int,
) -> None:
    engine = db.open_store(written, create=True)
    # Replace the same three articles in each example, with other content.
    for place, (name, day, uses, version) in enumerate([*((name, None, [], "1") for name in "abc"), *steps]):
        records = tuple(
            UseRecord(
                n, caption, caption, None if line is None else CreditRecord(line, (line[::-1],) * (version > "1"))
            )
            for n, (caption, line) in enumerate(uses)
        )
        run = db.start_run(engine, version)
        db.write_articles(engine, run, [ArticleRecord(name, f"{place} {uses} {day}", published=day, uses=records)])

    whole, begun = [], []
    for row in db.uses_for_audit(engine, since=since, until=until):
        line = "" if row.credit is None else " ".join((row.credit.line, *row.credit.creators))
        there = {*search_text(row.caption).split(), *search_text(line).split()}
        if all(word in there for word, _ in wanted(words)):
            whole.append(row)
        elif all(
            word in there or (begins and any(it.startswith(word) for it in there)) for word, begins in wanted(words)
        ):
            begun.append(row)
    for rows in (whole, begun):
        rows.sort(key=lambda row: (row.published is None, -(row.published or date.min).toordinal(), row.source))
    with pytest.MonkeyPatch.context() as patch:  # limits for a small store
        patch.setattr(find, "COUNTED", counted)
        patch.setattr(find, "_NEWEST", newest)
        patch.setattr(find, "_FEW", few)
        patch.setattr(wordings, "_LISTED", listed)
        patch.setattr(find, "_AT_ONCE", at_once)
        found = db.find(engine, words, since=since, until=until, limit=limit)
    engine.dispose()
    assert [use.use_id for use in found.uses] == [row.use_id for row in [*whole, *begun][:limit]]
    total, most = len(whole) + len(begun), max(counted, limit or 0)
    assert (found.total, found.more) == ((total, False) if limit is None or total <= most else (most, True))


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("mill harbor", ['"mill" AND "harbor"']),
        ("boat", ['"boat"', '("boat" OR "boats" OR "boatyard")', '(("boat" OR "boats" OR "boatyard")) NOT ("boat")']),
    ],
)
def test_sqlite_searches_for_the_words_that_are_stored(tmp_path: Path, words: str, asked: list[str]) -> None:
    engine = db.open_store(str(tmp_path / "captions.db"), create=True)
    captions = ("A boat at the old mill in the harbor", "Boats", "The boatyard, by boat")
    uses = tuple(UseRecord(n, text, text) for n, text in enumerate(captions))
    db.write_articles(engine, db.start_run(engine, "1"), [ArticleRecord("a", "h", uses=uses)])
    searched: list[str] = []

    def look(*arguments: Any) -> None:
        searched.extend(it for it in arguments[3] if isinstance(it, str) and it.startswith(('"', "(")))

    event.listen(engine, "before_cursor_execute", look)
    db.find(engine, words, limit=9)
    engine.dispose()
    # A prefix such as "boat"* would read all entries of its words before the first hit.
    assert list(dict.fromkeys(searched)) == asked


SPELLINGS = cases("spellings.toml")


def _named(engine: Engine, texts: list[tuple[str, CreditRecord | None]]) -> None:
    uses = tuple(UseRecord(n, text, text, credit) for n, (text, credit) in enumerate(texts, 1))
    run = db.start_run(engine, "test")
    db.write_articles(engine, run, [ArticleRecord("a.txt", "a", published=date(2026, 5, 1), uses=uses)])


@pytest.mark.parametrize("case", SPELLINGS, ids=lambda case: f"{case['words']} in {case['text']}")
def test_letters_that_keyboards_lack(engine: Engine, case: dict[str, Any]) -> None:
    credit = CreditRecord(line=case["text"], creators=(case["text"],))
    _named(engine, [(case["text"], None), ("Rain on the pier", credit), ("Nobody waits", None)])
    found = [1, 2] if case["found"] else []
    for limit in (None, 5):
        assert sorted(use.position for use in db.find(engine, case["words"], limit=limit).uses) == found
    by_creator = [use.position for use in db.find(engine, creator=case["words"]).uses]
    assert by_creator == ([2] if case["found"] and not case.get("part") else [])


LETTERS = st.text("aeouäöüåøßs", min_size=3, max_size=8)


@settings(max_examples=examples(30))
@given(LETTERS)
def test_a_word_is_found_however_its_letters_are_written(word: str) -> None:
    written_out = word.translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("å"): "aa", ord("ø"): "oe"})
    (asked,) = spelled(word)
    assert fold(written_out) in (asked.word, *asked.others)
    assert name_keys(word) & name_keys(written_out)


FILTERED = [
    ("2026-05-01", "Harbor Echo", "Ida Quill/Reuters", "https://img.example/s/wire-841304270-612x612.jpg?w=640"),
    ("2026-05-01", "The Post", "Jo Reed/AP", "https://img.example/a/Pier%20Two.JPG"),
    ("2026-04-30", "Harbor Echo", "Jo Reed/Reuters", ""),
    ("", "Harbor Echo", "Jo Reed/Reuters", "https://img.example/8413042701.jpg"),
]
CHOSEN: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [0, 1, 2, 3]),
    ({"creator": "JO REED"}, [1, 2, 3]),
    ({"supplier": "reuters"}, [0, 2, 3]),
    ({"agency": "AP"}, [1]),
    ({"publication": "Harbor Echo"}, [0, 2, 3]),
    ({"publication": "Harbor Echo", "creator": "Jo Reed"}, [2, 3]),
    ({"since": date(2026, 5, 1)}, [0, 1]),
    ({"until": date(2026, 4, 30)}, [2]),
    ({"since": date(2026, 4, 1), "until": date(2026, 4, 30), "supplier": "Reuters"}, [2]),
    ({"words": "boat", "creator": "Jo Reed", "supplier": "Reuters"}, [2, 3]),
    ({"creator": "Nobody"}, []),
    ({"picture": "841304270"}, [0]),
    ({"picture": "https://IMG.example/s/wire-841304270-612x612.jpg"}, [0]),
    ({"picture": "wire-841304270-612x612.jpg"}, [0]),
    ({"picture": "pier two.jpg"}, [1]),
    ({"picture": "Pier%20Two.jpg", "words": "boat"}, [1]),
    ({"picture": "8413042702"}, []),
]


@pytest.fixture(scope="module")
def filtered(stores: Stores) -> Iterator[Engine]:
    engine = db.open_store(stores.empty(), create=True)
    records = []
    for n, (day, publication, line, address) in enumerate(FILTERED):
        use = UseRecord(1, f"Boat {n} leaves", f"boat {n}", credit(line), images=(address,) if address else ())
        published = date.fromisoformat(day) if day else None
        records.append(ArticleRecord(str(n), str(n), publication=publication, published=published, uses=(use,)))
    run = db.start_run(engine, "test")
    db.write_articles(engine, run, records)
    db.finish_run(engine, run)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("asked", "found"), CHOSEN, ids=lambda value: str(value)[:60])
def test_uses_are_found_without_words_by_filters(filtered: Engine, asked: dict[str, Any], found: list[int]) -> None:
    if "picture" in asked:
        asked = {**asked, "picture": picture_filter(asked["picture"])}
    for limit in (None, 1, 2, 50):
        some = db.find(filtered, limit=limit, **asked)
        assert [int(use.source) for use in some.uses] == found[:limit]
        assert (some.total, some.more) == (len(found), False)
    for use in db.find(filtered, **asked).uses:
        _, _, line, address = FILTERED[int(use.source)]
        creator, _, supplier = line.partition("/")
        assert (use.creators, use.supplier, use.agencies) == ((creator,), supplier, (supplier,))
        assert use.images == ((address,) if address else ())
