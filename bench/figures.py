"""Print the figures of benchmarks as a table, store them as JSON, and compare the figures of two commits."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

VERSION = 1
_LIMIT = "limit"
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Row:
    """A figure next to its limit, or next to the figure of a peer measured in the same run.

    ``Row("parse_html, new class names", 240, "pages/s", "trafilatura", 60, least=4)`` reads: 240 pages per second,
    four times as many as trafilatura, which is enough.
    """

    name: str
    value: float
    unit: str
    peer: str = ""
    """``limit``, or the name of what was measured for comparison."""
    reference: float | None = None
    """The limit, or the peer's figure in the same unit; None without a peer or if it is not installed."""
    least: float | None = None
    """The target: the ratio to the peer is at least this."""
    most: float | None = None
    """The target: the ratio to the peer is at most this."""

    @property
    def ratio(self) -> float | None:
        """The figure as a multiple of the limit or of the peer's figure."""
        return self.value / self.reference if self.reference else None

    @property
    def missed(self) -> bool:
        """Return whether the ratio misses its target."""
        if self.ratio is None:
            return False
        return (self.least is not None and self.ratio < self.least) or (
            self.most is not None and self.ratio > self.most
        )


def limited(name: str, value: float, unit: str, limit: float) -> Row:
    """Return a figure that must stay within a limit."""
    return Row(name, value, unit, _LIMIT, limit, most=1)


Results = dict[str, list[Row]]
"""The rows of each benchmark."""


def show(results: Iterable[tuple[str, Iterable[Row]]]) -> Results:
    """Print the rows of benchmarks as soon as they are measured, and return them."""
    shown: Results = {}
    _print_line("", "value", "limit or peer", "ratio", "target")
    for benchmark, rows in results:
        shown[benchmark] = []
        for row in rows:
            shown[benchmark].append(row)
            target = f"at least {row.least:g}" if row.least is not None else ""
            target = f"at most {row.most:g}" if row.most is not None else target
            _print_line(
                f"{benchmark}: {row.name}",
                f"{_number(row.value)} {row.unit}",
                f"{row.peer}: {_number(row.reference) if row.reference is not None else 'not installed'}"
                if row.peer
                else "",
                _number(row.ratio),
                target + (" (missed)" if row.missed else ""),
            )
    return shown


def save(results: Results, path: Path) -> None:
    """Write the rows of benchmarks to a JSON file, with the commit they were measured on."""
    rows = {benchmark: [asdict(row) | {"ratio": row.ratio} for row in found] for benchmark, found in results.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"version": VERSION, "commit": commit(), "rows": rows}, indent=1), encoding="utf-8")


def commit() -> str:
    """Return the commit of this checkout, or ``unknown``; it ends in ``-dirty`` if files were changed."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    with suppress(OSError):
        ran = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
        return ran.stdout.strip() or "unknown"
    return "unknown"


def compare(first: Path, second: Path) -> None:
    """Print the figures that two files share, and their ratio; raise ValueError if a file has no figures.

    The machine may be busier in one run than in the other, so the last column corrects the ratio by that of the peers.
    """
    (commit_1, rows_1), (commit_2, rows_2) = _loaded(first), _loaded(second)
    _print_line("", commit_1, commit_2, "ratio", "next to peers")
    for key in [key for key in rows_1 if key in rows_2]:
        row, other = rows_1[key], rows_2[key]
        _print_line(
            key,
            f"{_number(row.value)} {row.unit}",
            f"{_number(other.value)} {other.unit}",
            _number(_divided(other.value, row.value)),
            _number(_divided(other.ratio, row.ratio)) if row.peer != _LIMIT else "",
        )
    for commit_of, only in ((commit_1, rows_1.keys() - rows_2), (commit_2, rows_2.keys() - rows_1)):
        if only:
            print(f"only in {commit_of}: {', '.join(sorted(only))}")


def _loaded(path: Path) -> tuple[str, dict[str, Row]]:
    """Return the commit of a file, and its rows by benchmark, name and peer."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["version"] != VERSION:
            raise ValueError(f"{path} has version {stored['version']}, expected {VERSION}; measure again")
        rows = {}
        for benchmark, found in stored["rows"].items():
            for fields in found:
                row = Row(**{name: value for name, value in fields.items() if name != "ratio"})
                peer = f" ({row.peer})" if row.peer and row.peer != _LIMIT else ""
                rows[f"{benchmark}: {row.name}{peer}"] = row
        return stored["commit"], rows
    except (AttributeError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} has no figures; measure with python -m bench -o {path}") from error


def _divided(value: float | None, by: float | None) -> float | None:
    return value / by if value is not None and by else None


def _number(value: float | None) -> str:
    """Write three digits: ``1,234``, ``56.7``, ``0.0891``."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _print_line(name: str, value: str, peer: str, ratio: str, target: str) -> None:
    print(f"{name:<64} {value:>19}   {peer:<34} {ratio:>7}   {target}".rstrip(), flush=True)
