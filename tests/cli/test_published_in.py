"""A date with only a month or a year does not become a day."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import captions_db as db
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write


@pytest.mark.parametrize(
    ("typed", "day", "period"),
    [("2024", None, "2024"), ("2024-5", None, "2024-05"), ("2024-05-01", "2024-05-01", None)],
)
def test_a_date_keeps_its_precision(
    run: Run, write: Write, tmp_path: Path, typed: str, day: str | None, period: str | None
) -> None:
    write(tmp_path / "a.txt")
    run("ingest", "a.txt", "--published", typed)
    run("agreement", "add", "Reuters", "--from", "2024-05-01", "--to", "2024-12-31", "--quota", "5/month")
    engine = db.open_store("captions.db")
    stored = db.article_text(engine, "a.txt")
    assert stored is not None
    assert (stored.published and stored.published.isoformat(), stored.published_in) == (day, period)
    [row] = json.loads(run("usage", "--by", "month", "--format", "json").out)["rows"]
    assert row["month"] == (day and "2024-05")
    balance = run("usage", "--agreements", "--on", "2024-05-31").out
    # A use of May 2024 is in the agreement and in its quota of May, whatever its day is.
    assert ("unknown" in balance) == (typed == "2024")
    # The date stays when the article is read again without one, and a day replaces a month.
    run("ingest", "a.txt")
    run("ingest", "a.txt", "--published", "2024-05-04")
    stored = db.article_text(engine, "a.txt")
    assert stored is not None
    assert (str(stored.published), stored.published_in) == ("2024-05-04", None)
    engine.dispose()


def test_the_better_known_date_is_kept(run: Run, write: Write, tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "b.txt")
    for dates in (("2024", "2024-05"), ("2024-05", "2024")):
        database = f"{dates[0]}.db"
        for name, published in zip("ab", dates, strict=True):
            run("ingest", f"{name}.txt", "--published", published, "--db", database)
        engine = db.open_store(database)
        stored = db.article_text(engine, "a.txt")
        engine.dispose()
        assert stored is not None
        assert stored.published_in == "2024-05"


@pytest.mark.parametrize("typed", ["2024-13", "May 2024", ""])
def test_an_invalid_date_is_an_error(run: Run, write: Write, tmp_path: Path, typed: str) -> None:
    write(tmp_path / "a.txt")
    ran = run("ingest", "a.txt", "--published", typed)
    assert ran.code == 2
    assert "is not a valid date; use YYYY, YYYY-MM or YYYY-MM-DD" in ran.err
