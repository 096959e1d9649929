"""Parquet files of an archive: counted without a database as with one, and loaded as their pages would be."""

from __future__ import annotations

import csv
import io
import json
import os
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import captions_db as db
import pyarrow as pa
import pytest
from captions_db import models as m
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet as pq
from sqlalchemy import select

from tests.conftest import Run
from tests.support import archives
from tests.support import formats as f
from tests.support.contents import contents
from tests.support.engines import Stores

CREDITS = ("Jo Reed/Reuters", "Ilse Brandt/AFP", "APA/AFP/Mandel Ngan", "Kim Doe", "Getty/AP", "Reuters", "Handout", "")
PAPERS = ("Tide Post", "TIDE POST", "Tide Post GmbH", "Harbor Echo", None)
GROUPS = ("supplier", "agency", "creator", "publication", "month", "quarter", "year", "group")
Record = dict[str, Any]


def record(number: int, rng: random.Random) -> Record:
    """Return an article with up to three pictures; some have no URL, no day or no publication."""
    day = date(2023, 1, 1) + timedelta(days=rng.randrange(800))
    captions = [f"A gull on pier {number} at hour {n}. (Photo: {rng.choice(CREDITS)})" for n in range(rng.randrange(4))]
    facts = {
        "url": f"https://tidepost.example/{number}" if rng.random() < 0.7 else None,
        "date": day.isoformat() if rng.random() < 0.8 else None,
        "publication": rng.choice(PAPERS),
    }
    text = "\n\n".join([f"The keeper of lock {number} opened the gates on Monday before noon.", *captions])
    return {"title": f"Lock {number}", "text": text.replace(" (Photo: )", "")} | {k: v for k, v in facts.items() if v}


def copy_of(original: Record, rng: random.Random) -> Record:
    """Return the article from another place, where its URL, publication or pictures differ or are missing."""
    copy = dict(original)
    kind = rng.randrange(4)
    if kind == 0 and "url" in copy:
        copy["url"] = f"http://www.{copy['url'].removeprefix('https://')}/?utm_source=feed"
    elif kind == 1:
        copy.pop("url", None)
    elif kind == 2:
        copy.pop("publication", None)
    else:
        copy["text"] = copy["text"].split("\n\n")[0]
    return copy


def records(seed: int, count: int) -> list[Record]:
    rng = random.Random(seed)  # noqa: S311 - repeatable, no secret
    found = [record(number, rng) for number in range(count)]
    return found + [copy_of(rng.choice(found), rng) for _ in range(count // 2)]


@pytest.fixture
def archive(run: Run, tmp_path: Path) -> Path:
    """Return a folder with shards, read into the folder ``news``."""
    folder = tmp_path / "shards"
    folder.mkdir()
    found = records(5, 150)
    for n in range(3):
        (folder / f"{n}.jsonl").write_bytes(f.jsonl(*found[n::3]))
    (folder / "3.jsonl").write_bytes(b'{"broken\n')
    for page in range(4):
        (folder / f"{page}.html").write_text(archives.page(page % 3), encoding="utf-8")
    assert run("archive", "read", "shards", "-o", "news").code == 0
    return folder


def rows_of(run: Run, *arguments: str) -> Any:
    ran = run(*arguments, "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_an_archive_has_the_counts_of_a_database(run: Run, archive: Path) -> None:
    run("ingest", "shards")
    one = [(name,) for name in GROUPS]
    more = [
        ("agency", "creator"),
        ("year", "publication", "creator"),
        ("agency", "month", "supplier"),
        ("group", "month"),
    ]
    for by in (*one, *more):
        options = [word for name in by for word in ("--by", name)]
        counted = rows_of(run, "archive", "usage", "news", *options)
        assert counted == rows_of(run, "usage", *options), by
    assert counted["total"]["uses"] > 150


@pytest.mark.parametrize(
    "options",
    [
        ("--since", "2023-06-07"),
        ("--until", "2024-01-31"),
        ("--period", "2024-Q1"),
        ("--period", "1999"),
        ("--limit", "3"),
    ],
)
def test_a_period_and_a_limit_apply(run: Run, archive: Path, options: tuple[str, ...]) -> None:
    run("ingest", "shards")
    for by in ("supplier", "publication"):
        assert rows_of(run, "archive", "usage", "news", "--by", by, *options) == rows_of(
            run, "usage", "--by", by, *options
        )


def test_tables_and_csv_are_those_of_a_database(run: Run, archive: Path) -> None:
    run("ingest", "shards")
    for form in ("table", "csv", "markdown"):
        options = ("--by", "supplier", "--by", "year", "--format", form)
        assert run("archive", "usage", "news", *options).out == run("usage", *options).out
    found = list(csv.reader(io.StringIO(run("archive", "usage", "news", "--format", "csv").out)))
    assert found[0] == ["supplier", "uses", "unclear"]
    ran = run("archive", "usage", "news", "--by", "agency", "-o", "agencies.json")
    assert (ran.code, ran.out) == (0, "")
    assert json.loads(Path("agencies.json").read_text(encoding="utf-8"))["rows"]


def test_folders_by_month_are_counted(run: Run, archive: Path) -> None:
    run("archive", "read", "shards", "-o", "months", "--by-month")
    assert rows_of(run, "archive", "usage", "months", "--by", "month") == rows_of(
        run, "archive", "usage", "news", "--by", "month"
    )


def without_keys(folder: Path) -> None:
    path = next(folder.glob("*.parquet"))
    pq.write_table(pq.read_table(path).drop_columns(["rank"]), path)


def truncated(folder: Path) -> None:
    path = next(folder.glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-9])


def emptied(folder: Path) -> None:
    for path in folder.glob("*.parquet"):
        path.unlink()


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (without_keys, "has no article keys; read its shard again with captions archive read --refresh\n"),
        (truncated, "cannot read news/"),
        (emptied, "no Parquet file in news; write one with: captions archive read SHARD -o news\n"),
    ],
)
def test_a_folder_that_cannot_be_counted(run: Run, archive: Path, broken: Callable[[Path], None], message: str) -> None:
    broken(Path("news"))
    ran = run("archive", "usage", "news")
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1


def loaded(run: Run, url: str, *paths: str) -> dict[str, Any]:
    """Return the content of a store after an ingest, with its places and failures."""
    ran = run("ingest", *paths, "--db", url)
    assert ran.code == 0, ran.err
    engine = db.open_store(url)
    place = m.place.c
    with engine.connect() as connection:
        places = connection.execute(select(place.source, place.content_hash, place.digest, place.rank, place.outdated))
        failures = connection.execute(select(m.ingest_failure.c.source, m.ingest_failure.c.reason)).all()
        found = contents(engine) | {"places": sorted(places.all()), "failures": sorted(failures)}
    engine.dispose()
    return found


def test_an_archive_is_loaded_as_its_pages_would_be(run: Run, archive: Path, stores: Stores) -> None:
    pages, parsed = stores.place(), stores.place()
    expected = loaded(run, pages, "shards")
    assert loaded(run, parsed, "news") == expected
    assert len(expected["uses"]) > 150
    assert len(expected["failures"]) == 1
    ran = run("ingest", "shards", "--db", parsed)
    assert "new 0, changed 0, unchanged" in ran.out
    assert loaded(run, parsed, "news") == expected | {"failures": expected["failures"] * 2}


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1000), st.integers(1, 12), st.integers(1, 3))
def test_any_archive_is_loaded_as_its_pages_would_be(
    run: Run, sqlite: Stores, tmp_path_factory: pytest.TempPathFactory, seed: int, count: int, shards: int
) -> None:
    folder = tmp_path_factory.mktemp("pages")
    os.chdir(folder)
    found = records(seed, count)
    for n in range(shards):
        Path(f"{n}.jsonl").write_bytes(f.jsonl(*found[n::shards]))
    names = [f"{n}.jsonl" for n in range(shards) if found[n::shards]]
    assert run("archive", "read", *names, "-o", "news").code == 0
    expected = loaded(run, sqlite.place(), *names)
    assert loaded(run, sqlite.place(), "news") == expected


def test_rows_of_another_version_give_way_to_their_pages(run: Run, archive: Path) -> None:
    for path in Path("news").glob("*.parquet"):
        table = pq.read_table(path)
        old = pa.array(["0.0.1+0123456789ab"] * len(table))
        pq.write_table(table.set_column(table.schema.get_field_index("parser_version"), "parser_version", old), path)
    ran = run("ingest", "news")
    assert "articles: parsed by another version; to update, run captions archive read with --refresh\n" in ran.out
    assert "new 0, changed 0, unchanged" in run("ingest", "news").out
    assert "new 0, changed 0, unchanged 0" not in run("ingest", "shards").out


def test_a_table_with_columns_of_the_same_names_is_no_archive(run: Run, tmp_path: Path) -> None:
    (tmp_path / "table.parquet").write_bytes(f.parquet(f.RECORD | {"captions": [], "error": None}))
    ran = run("ingest", "table.parquet")
    assert ran.out.startswith("read 1, new 1")
