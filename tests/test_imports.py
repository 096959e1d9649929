"""The direction of imports: each module uses only what stands below it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the ground up; modules on one line know nothing of each other.
LAYERS = (
    ("errors", "model", "version", "pipes"),
    ("pool", "relay"),
    ("text", "decoding", "hashing", "bounds", "tree"),
    ("walk",),
    ("looks", "chrome"),
    ("body", "register", "images"),
    ("register_file",),
    ("tables",),
    ("vocabulary", "embedded", "sheet", "terms"),
    ("agreements", "defaults", "own_register"),
    ("spending",),
    ("names", "labels", "notices"),
    ("segments",),
    ("machines", "titled"),
    ("composed",),
    ("parties",),
    ("chain",),
    ("credit",),
    ("splits",),
    ("unlabelled",),
    ("caption",),
    ("told",),
    ("lines", "printings"),
    ("neighbours",),
    ("finding",),
    ("plain", "figures", "structured"),
    ("pictures", "kinds"),
    ("page",),
    ("audit",),
    ("report",),
    ("clean",),
    ("reading",),
    ("catalog", "clearing", "holdings", "merging"),
    ("imaging", "shards"),
    ("accounts", "auditing"),
    ("cli",),
    ("__init__", "__main__"),
)
RANK = {name: at for at, layer in enumerate(LAYERS) for name in layer}
MAY_USE_THE_STORE = {"accounts", "auditing", "catalog", "clearing", "cli", "holdings", "imaging", "merging"}


def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def _room(path: Path) -> str:
    """The module, or the sub-package, of ``captions`` that a file belongs to."""
    return path.relative_to(ROOT / "captions").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", _modules("captions"), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    room = _room(path)
    assert room in RANK, f"say in LAYERS where {room} stands"
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] == "db":
            assert room in MAY_USE_THE_STORE, f"{path} imports {name}"
        if parts[0] == "captions" and len(parts) > 1 and parts[1] in RANK and parts[1] != room:
            assert RANK[parts[1]] < RANK[room], f"{path} imports {name}, which stands above it"


@pytest.mark.parametrize("path", _modules("db"), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_store_knows_nothing_of_captions(path: Path) -> None:
    assert not [name for name in _imports(path) if name.split(".")[0] == "captions"]


@pytest.mark.parametrize("path", _modules("captions") + _modules("db"), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_a_room_one_can_keep_in_the_head(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
