"""Check the rules of ARCHITECTURE.md that a script can check."""

from __future__ import annotations

from importlinter.cli import lint_imports

from tests.structure import bound_names, classes, functions, modules
from tests.support.paths import ROOT

LONGEST_MODULE, LONGEST_FUNCTION, MOST_BRANCHES, MOST_TOP_LEVEL = 400, 60, 25, 8
# Names that could stand for anything.
VAGUE = frozenset(("told", "said", "held", "kept", "shown", "made", "taken", "one"))


def test_imports_point_down_only() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_modules_are_short() -> None:
    long = {str(p): n for p in modules() if (n := len(p.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE}
    assert not long


def test_functions_are_short() -> None:
    measured = list(functions(modules()))
    assert not [each for each in measured if each.lines > LONGEST_FUNCTION or each.branches > MOST_BRANCHES]


def test_no_two_classes_share_a_name() -> None:
    assert not {name: places for name, places in classes(modules()).items() if len(places) > 1}


def test_few_modules_are_at_the_top() -> None:
    top = [p.stem for p in (ROOT / "captions").glob("*.py") if not p.stem.startswith("__")]
    assert len(top) <= MOST_TOP_LEVEL


def test_names_say_what_they_stand_for() -> None:
    assert not [f"{path}:{line} {name}" for path in modules() for name, line in bound_names(path) if name in VAGUE]
