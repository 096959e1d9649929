"""Read tables in which rows are broken: each broken row is reported by its line, and the others are read."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions.sources.csv_rows import rows

OPEN_QUOTE = "broken CSV: a quote in {} is not closed"
# The lines after the header; the rows read, with their line numbers; the problems reported, with theirs.
TABLES: list[tuple[str, str, list[tuple[int, list[str]]], list[tuple[int, str]]]] = [
    ("plain", "a,b\nc,d\n", [(2, ["a", "b"]), (3, ["c", "d"])], []),
    ("a cell of two lines", 'a,"b\nB"\nc,d\n', [(2, ["a", "b\nB"]), (4, ["c", "d"])], []),
    ("a short row", "a\nc,d\n", [(2, ["a"]), (3, ["c", "d"])], []),
    ("empty cells at the end", "a,b,,\n", [(2, ["a", "b", "", ""])], []),
    (
        "a long row",
        "a,b,c\nc,d\n",
        [(3, ["c", "d"])],
        [(2, "3 cells, but the header has 2; quote cells that contain ','")],
    ),
    ("quotes in a cell", 'a,"He said "yes", and left"\n', [], [(2, "3 cells, but")]),
    ("quotes in a cell without commas", 'a,"He said "yes" and left"\n', [(2, ["a", 'He said yes" and left"'])], []),
    (
        "an open quote closed by the next row",
        'a,"b\nc,"d"\ne,f\n',
        [(3, ["c", "d"]), (4, ["e", "f"])],
        [(2, OPEN_QUOTE.format("line 2"))],
    ),
    (
        "an open quote that nothing closes",
        'a,"b\nc,d\ne,f\n',
        [(3, ["c", "d"]), (4, ["e", "f"])],
        [(2, OPEN_QUOTE.format("line 2"))],
    ),
    ("an open quote at the end", 'a,b\nc,"d', [(2, ["a", "b"])], [(3, OPEN_QUOTE.format("line 3"))]),
    (
        "an open quote before lines that are no rows",
        'a,"b\nB\nBB\nc,d\n',
        [(5, ["c", "d"])],
        [(2, OPEN_QUOTE.format("lines 2 to 4"))],
    ),
]


@pytest.mark.parametrize(("body", "good", "bad"), [row[1:] for row in TABLES], ids=[row[0] for row in TABLES])
def test_a_broken_row_costs_only_itself(
    body: str, good: list[tuple[int, list[str]]], bad: list[tuple[int, str]]
) -> None:
    header, *found = rows(io.StringIO(f"url,text\n{body}", newline=""), ",")
    assert header.cells == ["url", "text"]
    assert [(row.line, row.cells) for row in found if not row.problem] == good
    problems = [(row.line, row.problem) for row in found if row.problem]
    assert [line for line, _ in problems] == [line for line, _ in bad]
    assert all(problem.startswith(start) for (_, problem), (_, start) in zip(problems, bad, strict=True))


CELLS = st.text(st.sampled_from('ab,;"\n\t '), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_each_table_that_python_writes_is_read_again(table: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["x", "y", "z"], *table])
    _, *found = rows(io.StringIO(written.getvalue(), newline=""), ",")
    assert [row.cells for row in found] == table
    assert not any(row.problem for row in found)


@given(st.lists(st.text(st.sampled_from('ab,"\n'), max_size=12), max_size=12))
def test_each_line_of_any_table_is_in_a_row_or_reported(lines: list[str]) -> None:
    text = "x,y\n" + "\n".join(lines) + "\n"
    count = len(text.splitlines())
    _, *found = rows(io.StringIO(text, newline=""), ",")
    starts = [row.line for row in found]
    assert starts == sorted(set(starts))
    assert all(1 < line <= count for line in starts)
