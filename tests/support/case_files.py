"""Load the cases in tests/cases/, one row per case, with its label as the test's ID."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from captions.embedded import Fields
from tests.support.paths import CASES

Case = dict[str, Any]
_FOLDER = CASES


def cases(place: str) -> list[Case]:
    """Return the rows of a file, or of all files in a folder, sorted by name."""
    path = _FOLDER / place
    return [
        case
        for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    ]


def params(rows: list[Case]) -> list[Any]:
    """Return the rows as test parameters; a row with a ``known`` reason must fail."""
    return [
        pytest.param(
            row, id=row["id"], marks=[pytest.mark.xfail(reason=row["known"], strict=True)] if "known" in row else []
        )
        for row in rows
    ]


def fields_of(case: Case) -> Fields:
    """Return the embedded metadata in the ``fields`` of a case."""
    found = case.get("fields", {}).items()
    return Fields.of({name: (value,) if isinstance(value, str) else tuple(value) for name, value in found})
