"""Measure how easy the code is to read; ``python -m tests.structure`` prints the ten worst of each kind."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

PRODUCTION = ("captions", "db/captions_db")
_BRANCHES = (
    ast.If, ast.For, ast.While, ast.IfExp, ast.ExceptHandler, ast.comprehension, ast.match_case, ast.And, ast.Or
)  # fmt: skip


@dataclass(frozen=True)
class Function:
    """A function or method with its length in lines and its number of branches."""

    place: str
    lines: int
    branches: int


def modules() -> list[Path]:
    """Return the files of the program, without tests and benchmarks."""
    return sorted(path for package in PRODUCTION for path in (ROOT / package).rglob("*.py"))


def functions(paths: list[Path]) -> Iterator[Function]:
    """Measure every function; a nested function counts for both."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                branches = sum(_branches(inner) for inner in ast.walk(node))
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                yield Function(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", length, branches)


def _branches(node: ast.AST) -> int:
    """Return how many paths a node adds: one per condition, loop and handler, one per operand of ``and`` and ``or``."""
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    return int(isinstance(node, _BRANCHES) and not isinstance(node, ast.And | ast.Or))


def classes(paths: list[Path]) -> dict[str, list[str]]:
    """Return the files that define each public class name."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found[node.name.lstrip("_")].append(str(path.relative_to(ROOT)))
    return found


def bound_names(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the names that a file defines, without leading underscores, each with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id.lstrip("_"), node.lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name.lstrip("_"), node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg.lstrip("_"), node.lineno


def main() -> None:
    """Print the longest modules, the longest functions and those with the most branches."""
    paths = modules()
    measured = list(functions(paths))
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    print("longest modules")  # noqa: T201 - a script
    for path in sorted(paths, key=lambda each: -lengths[each])[:10]:
        print(f"{lengths[path]:6} {path.relative_to(ROOT)}")  # noqa: T201 - a script
    for title, key in (("longest functions", "lines"), ("most branches", "branches")):
        print(title)  # noqa: T201 - a script
        for function in sorted(measured, key=lambda each: -getattr(each, key))[:10]:
            print(f"{getattr(function, key):6} {function.place}")  # noqa: T201 - a script


if __name__ == "__main__":
    main()
