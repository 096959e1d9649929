"""Run each benchmark at its smallest size; print, store and compare figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import figures
from bench.__main__ import ALL, main
from bench.figures import Row, limited
from tests.support.paths import ROOT

ROWS = [
    Row("pages", 240.0, "pages/s", "trafilatura", 60.0, least=4),
    Row("pages", 240.0, "pages/s", "lexbor"),
    limited("audit", 2.5, "s", 2.0),
    Row("start", 0.25, "s"),
]


def test_each_benchmark_yields_rows(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "db")))}
    command = [sys.executable, "-m", "bench", "--size", "tiny", "-o", str(path)]
    ran = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert ran.returncode == 0, ran.stderr
    stored = json.loads(path.read_text(encoding="utf-8"))["rows"]
    assert list(stored) == list(ALL)
    for name, rows in stored.items():
        assert rows
        assert all(row["value"] >= 0 for row in rows), rows
        assert ran.stdout.count(f"\n{name}: ") == len(rows)


def test_the_table_shows_figure_peer_ratio_and_target(capsys: pytest.CaptureFixture[str]) -> None:
    assert figures.show([("all", ROWS)]) == {"all": ROWS}
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["value", "limit", "or", "peer", "ratio", "target"],
        ["all:", "pages", "240", "pages/s", "trafilatura:", "60", "4", "at", "least", "4"],
        ["all:", "pages", "240", "pages/s", "lexbor:", "not", "installed"],
        ["all:", "audit", "2.5", "s", "limit:", "2", "1.25", "at", "most", "1", "(missed)"],
        ["all:", "start", "0.25", "s"],
    ]


def test_two_files_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    figures.save({"all": ROWS, "gone": ROWS[3:]}, first)
    faster = [Row("pages", 480.0, "pages/s", "trafilatura", 80.0, least=4), limited("audit", 2.0, "s", 1.0)]
    figures.save({"all": faster}, second)
    assert main(["compare", str(first), str(second)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0][-4:] == ["ratio", "next", "to", "peers"]
    assert lines[1:3] == [
        ["all:", "pages", "(trafilatura)", "240", "pages/s", "480", "pages/s", "2", "1.5"],
        ["all:", "audit", "2.5", "s", "2", "s", "0.8"],
    ]
    assert lines[3][:2] == ["only", "in"]
    assert "gone:" in lines[3]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"rows": {}}', '{"version": 0, "rows": {}}', '{"version": 1, "rows": [1]}']
)
def test_a_file_without_figures_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    assert main(["compare", str(path), str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"bench: {path} ")


def test_an_unknown_benchmark_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["pagse"])
    assert ended.value.code == 2
    assert "unknown benchmark 'pagse'; choose from start, parse" in capsys.readouterr().err
