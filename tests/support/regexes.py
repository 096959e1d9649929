"""Find every regular expression of the program, and how each is matched."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from captions.lexicon import fields, vocabulary
from captions.page import element_names
from tests.structure import modules
from tests.support.paths import ROOT

_METHODS = {
    "match": "match", "fullmatch": "fullmatch", "search": "search", "finditer": "finditer", "findall": "finditer",
    "sub": "finditer", "subn": "finditer", "split": "finditer",
}  # fmt: skip
_CALLED = {f"re.{method}" for method in (*_METHODS, "compile")}
_FLAGS = {"compile": 1, "sub": 4, "subn": 4, "split": 3}
"""The number of the argument with flags, if it is not 2."""
# Modules whose functions compile the words that they are given -> what has all of these patterns.
_BUILT: Mapping[str, Callable[[], Any]] = {
    "captions_db.driver_errors": lambda: re.compile(r"(?<!\w)secret(?!\w)"),
    "captions.page.element_names": lambda: (element_names.patterns(), element_names.any_pattern()),
}
# Modules that compile the patterns of a vocabulary.
_VOCABULARY = ("captions.lexicon.fields", "captions.lexicon.word_tables", "captions.lexicon.table_cache")


@dataclasses.dataclass(frozen=True)
class Use:
    """A pattern of the program, where it is, and how it is matched: ``finditer`` stands for all ways to match all."""

    place: str
    pattern: re.Pattern[Any]
    method: str


@dataclasses.dataclass(frozen=True)
class _Call:
    """A call of ``re``, in a module, with the name that its pattern is given and the function that it is in."""

    node: ast.Call
    method: str
    name: str = ""
    function: str = ""


def uses() -> Iterator[Use]:
    """Yield all patterns with each method that they are matched by."""
    parsed = {path: ast.parse(path.read_text(encoding="utf-8")) for path in modules()}
    in_module = {path: _methods_by_name(tree) for path, tree in parsed.items()}
    everywhere: defaultdict[str, set[str]] = defaultdict(set)
    for here in in_module.values():
        for name, methods in here.items():
            everywhere[name] |= methods
    for path, tree in parsed.items():
        here = in_module[path]
        for call in _calls(tree) if _name_of(path) not in _VOCABULARY else ():
            place = f"{path.relative_to(ROOT)}:{call.node.lineno}"
            methods = {_METHODS.get(call.method, "")}
            if call.method == "compile":
                methods = (here if call.name.startswith("_") else everywhere).get(call.name, {"finditer"})
            for pattern in _patterns(call, importlib.import_module(_name_of(path)), place):
                yield from (Use(place, pattern, method) for method in sorted(methods))
    for name, pattern in fields.word_fields().items():
        if isinstance(pattern, re.Pattern):
            methods = everywhere.get(name, {"finditer"})
            yield from (Use(f"vocabulary.{name}", pattern, method) for method in sorted(methods))


def _name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[parts[0] == "db" :]).removesuffix(".__init__")


def _calls(node: ast.AST, name: str = "", function: str = "") -> Iterator[_Call]:
    if isinstance(node, ast.FunctionDef):
        name = function = node.name
    if isinstance(node, ast.Assign):
        names = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else node.targets
        values = node.value.elts if isinstance(node.value, ast.Tuple) and len(names) > 1 else [node.value]
        for target, value in zip(names, values, strict=False):
            yield from _calls(value, getattr(target, "id", ""), function)
        return
    if isinstance(node, ast.Call) and ast.unparse(node.func) in _CALLED:
        yield _Call(node, ast.unparse(node.func).removeprefix("re."), name, function)
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, name, function)


def _methods_by_name(tree: ast.AST) -> dict[str, set[str]]:
    """Return how the patterns of each name are matched: directly, or in any way where the name is passed on."""
    found: dict[str, set[str]] = {}
    owners = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owners.add(node.value)
            owner = node.value
            while isinstance(owner, ast.Call | ast.Subscript):
                owner = owner.func if isinstance(owner, ast.Call) else owner.value
            name = getattr(owner, "id", None) or getattr(owner, "attr", None)
            if name and node.attr in (*_METHODS, "pattern"):
                found.setdefault(name, set()).update([_METHODS[node.attr]] if node.attr in _METHODS else [])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in owners:
            found.setdefault(node.id, set()).add("finditer")
    return found


def _patterns(call: _Call, module: ModuleType, place: str) -> list[re.Pattern[Any]]:
    """Return the patterns that a call compiles: from its arguments, or else from its name's value or function."""
    flags = [word.value for word in call.node.keywords if word.arg == "flags"]
    flags += call.node.args[_FLAGS.get(call.method, 2) :][:1]
    try:
        pattern, *flag = (eval(ast.unparse(each), vars(module)) for each in (call.node.args[0], *flags))  # noqa: S307 - our own source
        return [re.compile(pattern, sum(flag))]
    except NameError:
        pass  # built from the words of a table
    built: Any = _BUILT.get(module.__name__) or vars(module)[call.function or call.name]
    if callable(built):
        built = built(vocabulary.default()) if inspect.signature(built).parameters else built()
    found = list(_inside(built))
    if not found:
        raise LookupError(f"{place}: no pattern found; list in _BUILT what returns it")
    return found


def _inside(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        yield from _inside(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _inside(each)
    elif dataclasses.is_dataclass(value):
        yield from _inside([getattr(value, field.name) for field in dataclasses.fields(value)])
