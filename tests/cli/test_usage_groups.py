"""Test why suppliers are unclear, the filters of ``captions usage``, and its groups of agencies."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import captions_db as db
import pytest
from captions_db.rollups import up_to_date

from captions.text import match_key
from tests.support.audit_store import credit
from tests.support.engines import Stores

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

LINES = (
    "Jo Reed/Reuters", "Jo Reed/Reuters", "Ann Lee/dpa", "Ann Lee/AFP via Getty Images", "Marie Ost/iStock",
    None, "Handout", "Jo Reed", "Ann Lee", "Jo Reed", "AP/dpa | Richard Drew", "Getty/AP",
)  # fmt: skip
UNCLEAR = {"uncredited": 2, "photographer only": 3, "ambiguous line": 2}


def written(place: str, *, count: bool) -> None:
    engine = db.open_store(place, create=True)
    uses = tuple(
        db.UseRecord(n, f"Boat {n}", match_key(f"Boat {n}"), None if line is None else credit(line))
        for n, line in enumerate(LINES, 1)
    )
    run = db.start_run(engine, "test")
    db.write_articles(engine, run, [db.ArticleRecord("a.txt", "a", publication="Echo", uses=uses)])
    if count:
        db.finish_run(engine, run)
    engine.dispose()


@pytest.fixture
def stored(run: Run, tmp_path: Path) -> Run:
    written(str(tmp_path / "captions.db"), count=True)
    return run


def rows(run: Run, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("usage", *arguments, "--format", "json").out)["rows"]
    return found


@pytest.mark.parametrize("count", [True, False])
@pytest.mark.parametrize("by", [("supplier",), ("supplier", "publication"), ("agency", "supplier")])
def test_the_reasons_add_up_on_both_engines(stores: Stores, by: tuple[str, ...], count: bool) -> None:
    place = stores.place()
    written(place, count=count)
    engine = db.open_store(place)
    with engine.connect() as connection:
        assert up_to_date(connection) is count
    whole = db.agency_usage(engine, by, counts=("articles",))
    split = db.agency_usage(engine, by, counts=("articles",), unclear=True)
    known = by.index("supplier")
    assert [row for row in split.rows if row.values[known]] == [row for row in whole.rows if row.values[known]]
    assert sum(row.uses for row in split.rows) == sum(row.uses for row in whole.rows)
    assert (split.total, split.groups) == (whole.total, len(split.rows))
    if by == ("supplier",):
        assert {row.unclear: row.uses for row in split.rows if row.unclear} == UNCLEAR
    for limit in (1, 2, 3, 100):
        some = db.agency_usage(engine, by, counts=("articles",), unclear=True, limit=limit)
        assert (some.rows, some.groups) == (split.rows[:limit], split.groups)
    engine.dispose()


def test_every_format_says_why_the_supplier_is_unclear(stored: Run) -> None:
    assert {row["unclear"]: row["uses"] for row in rows(stored) if row["supplier"] is None} == UNCLEAR
    table = stored("usage").out
    cells = list(csv.DictReader(io.StringIO(stored("usage", "--format", "csv").out)))
    for reason, uses in UNCLEAR.items():
        assert f"({reason})" in table
        assert [row["uses"] for row in cells if row["unclear"] == reason] == [str(uses)]
    assert "supplier unclear" not in table


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--supplier", "reuters"), {("Reuters",): 2}),
        (("--creator", "Jo Reed"), {("Reuters",): 2, (None,): 2}),
        (("--creator", "Ann Lee", "--by", "creator"), {("Ann Lee",): 3}),
        (("--supplier", "nosuch"), {}),
        (("--by", "group", "--supplier", "iStock"), {("Getty Images",): 1}),
    ],
)
def test_filters_choose_the_uses(stored: Run, arguments: tuple[str, ...], expected: dict[tuple[str], int]) -> None:
    found = rows(stored, *arguments)
    assert {(row.get("supplier") or row.get("creator") or row.get("group"),): row["uses"] for row in found} == expected


def test_a_group_counts_the_agencies_below_it(stored: Run) -> None:
    groups = {row["group"]: row["uses"] for row in rows(stored, "--by", "group") if row["group"]}
    assert groups == {"Getty Images": 2, "Reuters": 2, "dpa": 1}
    assert stored("usage", "--by", "group", "--by", "supplier").code == 2
    assert stored("usage", "--by", "group", "--compare", "2025", "2026").code == 2
