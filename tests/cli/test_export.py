"""Export a store in each format on both engines, and configure Datasette."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from captions_db import VIEWS
from captions_db.models import DECISIONS
from pyarrow import parquet

from captions.cli import main
from captions.cli.serve import metadata
from tests.conftest import Run, write_article
from tests.support.engines import Stores


@pytest.fixture(scope="module")
def filled(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a store that tests only read."""
    url, folder = stores.place(), tmp_path_factory.mktemp("filled")
    write_article(folder / "articles" / "a.txt")
    write_article(folder / "articles" / "é.txt", "RUNE ASKELAND/AFP")
    write_article(folder / "articles" / "b.txt", "=Handout")
    (folder / "articles" / "empty.txt").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["ingest", "articles", "--db", url, "--publication", "Echo", "--published", "2024-05-18"]) == 0
        assert main(["audit", "--store", "--db", url, "-o", "audit.txt"]) == 0
    return url


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_format_has_the_same_rows(run: Run, tmp_path: Path, filled: str) -> None:
    exported = lines(run("export", "--to", "jsonl", "--db", filled).out)
    assert [(row["source"], row["supplier"], row["used_on"]) for row in exported] == [
        ("articles/a.txt", "Reuters", "2024-05-18"),
        ("articles/b.txt", None, "2024-05-18"),
        ("articles/é.txt", "AFP", "2024-05-18"),
    ]
    ran = run("export", "-o", "uses.parquet", "--db", filled)
    assert (ran.code, ran.out, ran.err) == (0, "", "exported 3 rows of use_in_words to uses.parquet\n")
    rows = parquet.read_table(tmp_path / "uses.parquet").to_pylist()
    assert [row | {"used_on": row["used_on"].isoformat()} for row in rows] == exported
    table = list(csv.DictReader(io.StringIO(run("export", "--db", filled).out)))
    assert [row["source"] for row in table] == [row["source"] for row in exported]
    assert [row["use_id"] for row in table] == [str(row["use_id"]) for row in exported]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_every_view_can_be_exported(run: Run, tmp_path: Path, filled: str, view: str, form: str) -> None:
    ran = run("export", view, "--to", form, "-o", "out", "--db", filled)
    assert ran.code == 0, ran.err
    assert (tmp_path / "out").stat().st_size > 0 or view == "uncredited_uses"


def test_an_export_as_ninjs_can_be_read_again(run: Run, tmp_path: Path, filled: str) -> None:
    run("export", "--to", "ninjs", "-o", "articles.jsonl", "--db", filled)
    run("ingest", "articles.jsonl", "--db", "again.db")

    def uses(url: str) -> list[tuple[Any, ...]]:
        rows = lines(run("export", "--to", "jsonl", "--db", url).out)
        return sorted((row["used_on"], row["publication"], row["caption"], row["credit_line"]) for row in rows)

    assert len(uses(filled)) == 3
    assert uses("again.db") == uses(filled)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["articles"], "cannot export 'articles' as csv; choose from use_in_words, "),
        (["use_in_words", "--to", "ninjs"], "cannot export 'use_in_words' as ninjs; choose from articles\n"),
        (["--to", "parquet"], "Parquet is binary: choose an output file with -o\n"),
    ],
)
def test_invalid_exports(three: Run, arguments: list[str], message: str) -> None:
    ran = three("export", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_datasette_settings_match_the_views_and_queries(three: Run, tmp_path: Path) -> None:
    exported = json.loads(three("serve", "--settings").out)
    assert exported == metadata("captions", DECISIONS)
    of_store = exported["databases"]["captions"]
    with closing(sqlite3.connect(tmp_path / "captions.db")) as connection:
        for view, set_up in of_store["tables"].items():
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({view})")}
            assert set(set_up.get("facets", ())) < columns
        asked = {"word": "PONTO", "supplier": "Reuters"}
        answers = {name: connection.execute(it["sql"], asked).fetchall() for name, it in of_store["queries"].items()}
    assert {name: len(rows) for name, rows in answers.items()} == {
        "find": 2,
        "open_findings_by_decision": 0,
        "one_supplier": 1,
        "most_used_suppliers": 3,
    }


def test_serving_needs_sqlite_and_datasette(
    run: Run, postgresql: Stores, three: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "only SQLite databases" in run("serve", "--db", postgresql.empty()).err
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    ran = three("serve")
    assert (ran.code, ran.err) == (2, "captions: captions serve needs Datasette: pip install 'captions[serve]'\n")
