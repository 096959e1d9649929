"""Store the built-in tables next to their sources, and use them while they are up to date."""

from __future__ import annotations

import re
import sys
from dataclasses import fields
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from captions.credit.parser import parse_credit
from captions.lexicon import table_cache, tables, vocabulary


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of the cache of a copy of the tables."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(tables, "DATA", copytree(str(tables.DATA), tmp_path / "data"))
    path = table_cache._path()
    assert path is not None
    path.unlink(missing_ok=True)
    return path


def _comparable(value: Any) -> Any:
    return (value.pattern, value.flags) if isinstance(value, re.Pattern | table_cache.LazyPattern) else value


def test_the_cache_has_what_the_tables_have(cache: Path) -> None:
    read, stored = vocabulary.load(), vocabulary.load()
    assert cache.is_file()
    for field in fields(vocabulary.Vocabulary):
        assert _comparable(getattr(read, field.name)) == _comparable(getattr(stored, field.name)), field.name
    line = "Foto: picture alliance/dpa | Jan Woitas - GERMANY OUT, NO SALES"
    assert parse_credit(line, stored) == parse_credit(line, read)


def test_a_changed_table_is_read_again(cache: Path) -> None:
    vocabulary.load()
    path = Path(str(tables.DATA)) / "agencies.toml"
    path.write_text(path.read_text("utf-8") + '\n[[agency]]\nname = "Zyx"\nkind = "agency"\n', encoding="utf-8")
    assert "Zyx" in vocabulary.load().agencies


@pytest.mark.parametrize("damage", [b"", b"no cache", b"\xe9\x00\x00\x00\x00"])
def test_a_damaged_cache_is_replaced(cache: Path, damage: bytes) -> None:
    vocabulary.load()
    whole = cache.read_bytes()
    cache.write_bytes(damage)
    assert "Reuters" in vocabulary.load().agencies
    assert len(cache.read_bytes()) == len(whole)


def test_a_register_replaces_rows_of_the_cache(cache: Path, tmp_path: Path) -> None:
    vocabulary.load()
    register = tmp_path / "own.toml"
    register.write_text('[[agency]]\nname = "Reuters"\nkind = "stock"\n', encoding="utf-8")
    assert vocabulary.load(register).agencies["Reuters"].kind == "stock"
    assert vocabulary.load().agencies["Reuters"].kind == "agency"


def test_no_cache_is_written_where_python_writes_no_modules(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert "Reuters" in vocabulary.load().agencies
    assert not cache.exists()
