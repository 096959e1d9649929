"""The cases in tests/cases/: tables in files, one row a case, with its label as the id of its test."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from tests.support.paths import CASES

Case = dict[str, Any]
_FOLDER = CASES


def cases(place: str) -> list[Case]:
    """The rows of a file, or of all files of a folder, in the order of their names."""
    path = _FOLDER / place
    return [
        case
        for one in (sorted(path.glob("*.toml")) if path.is_dir() else [path])
        for case in tomllib.loads(one.read_text(encoding="utf-8"))["case"]
    ]


def params(rows: list[Case]) -> list[Any]:
    """The rows as parameters of a test; what is ``known`` to fail must fail, for the reason that it gives."""
    return [
        pytest.param(
            row, id=row["id"], marks=[pytest.mark.xfail(reason=row["known"], strict=True)] if "known" in row else []
        )
        for row in rows
    ]
