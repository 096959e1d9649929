"""One row with an article for each row with a page, whatever the page does to the process that reads it."""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captions.archive import SCHEMA, read_batches
from captions.archive.batches import end_idle
from captions.processes.limits import Limits
from tests.support import formats as f
from tests.support import native_faults

SHORT = Limits(seconds=2, memory=400 * 1024 * 1024)


def pages(*bodies: str | None) -> Any:
    """Return a table of pages, as a crawler stores it."""
    return pa.RecordBatch.from_pylist([{"url": f"{f.URL}/{n}", "html": body} for n, body in enumerate(bodies)])


def read(*batches: Any, **options: Any) -> list[dict[str, Any]]:
    found = list(read_batches(batches, **options))
    assert all(batch.schema == SCHEMA for batch in found)
    return [row for batch in found for row in batch.to_pylist()]


def test_a_row_has_the_whole_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "queue.py").write_text("raise SystemExit", encoding="utf-8")  # the user's, not Python's
    monkeypatch.chdir(tmp_path)
    end_idle()
    (row,) = read(pages(f.PAGE))
    assert (row["url"], row["headline"], row["text"], row["error"]) == (f"{f.URL}/0", f.HEADLINE, f.TEXT, None)
    (caption,) = row["captions"]
    assert (caption["text"], caption["images"]) == (f.CAPTION, [f.IMAGE])
    credit = caption["credit"]
    assert (credit["creators"], credit["agencies"], credit["supplier"]) == (["Odalys Fenwick"], ["Reuters"], "Reuters")
    assert [place["shape"] for place in caption["occurrences"]] == ["whole"]


def test_the_columns_that_say_where_a_page_comes_from_are_kept() -> None:
    place = {"file": "a.warc.gz", "number": 3, "offset": 512, "length": 90, "record_id": "<urn:uuid:1>"}
    batch = pa.RecordBatch.from_pylist([{**place, "html": f.PAGE}])
    (row,) = read(batch)
    assert {name: row[name] for name in place} == place
    assert row["source"] == "a.warc.gz#3"


def test_a_column_of_the_same_name_with_other_values_is_not_a_place() -> None:
    (row,) = read(pa.RecordBatch.from_pylist([{"html": f.PAGE, "length": 1.5, "offset": True, "file": 7}]))
    assert (row["length"], row["offset"], row["file"], row["text"]) == (None, None, None, f.TEXT)


@pytest.mark.parametrize("body", [None, "", "\x00", "...", "<html>", "\ufffd" * 9])
def test_a_row_without_an_article_has_a_reason(body: str | None) -> None:
    first, second = read(pages(body, f.PAGE))
    assert first["error"] and first["captions"] is None
    assert second["text"] == f.TEXT


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 7), max_size=6), st.lists(st.sampled_from([f.PAGE, f.PLAIN, "", "x"]), max_size=20))
def test_rows_do_not_depend_on_the_batches(cuts: list[int], bodies: list[str]) -> None:
    batch = pages(*bodies)
    whole = read(batch)
    places = sorted({0, *(cut for cut in cuts if cut < len(batch)), len(batch)})
    parts = [batch.slice(start, end - start) for start, end in itertools.pairwise(places)]
    assert read(*parts) == whole
    assert [row["url"] for row in whole] == [f"{f.URL}/{n}" for n in range(len(bodies))]


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Make the HTML parser fail on pages that contain the name of a fault."""
    monkeypatch.syspath_prepend(str(native_faults.install(tmp_path)))
    end_idle()
    yield
    end_idle()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (native_faults.SLOW, "took longer than 2 seconds; raise --time-limit"),
        (native_faults.GREEDY, "needs more than 400 MB of memory"),
        (native_faults.CRASH, "crashed the program (SIGABRT)"),
        (native_faults.EXIT, "ended the program (exit code 7)"),
    ],
)
def test_a_page_that_ends_the_process_costs_its_row(faulty: None, fault: str, reason: str) -> None:
    bad = f.PAGE.replace(f.HEADLINE, fault)
    rows = read(pages(f.PAGE, bad, f.PAGE), limits=SHORT)
    assert [row["error"] for row in rows] == [None, reason, None]
    assert [row["url"] for row in rows] == [f"{f.URL}/{n}" for n in range(3)]
    assert {row["parser_version"] for row in rows} == {rows[0]["parser_version"]}


def test_rows_are_the_same_if_the_process_is_killed_between_them() -> None:
    batches = [pages(*[f.PAGE] * 3) for _ in range(4)]
    expected = read(*batches)
    found = []
    for number, batch in enumerate(read_batches(iter(batches))):
        found += batch.to_pylist()
        if number in (0, 2):
            for child in children():
                os.kill(child, signal.SIGKILL)
    assert found == expected


def children() -> list[int]:
    """Return the processes that parse pages for this one."""
    me = os.getpid()
    found = Path(f"/proc/{me}/task/{me}/children").read_text(encoding="ascii").split()
    return [int(pid) for pid in found if b"captions.archive.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_an_interrupted_reader_leaves_no_process() -> None:
    end_idle()
    reader = read_batches([pages(*[f.PAGE] * 200)])
    next(reader)
    assert len(children()) == 1
    reader.close()  # type: ignore[attr-defined] # a generator
    assert children() == []
