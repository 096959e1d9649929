"""Run the examples in docs/api.md with curl against a real server."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

import pytest

from captions.cli import main
from tests.support import api_server
from tests.support.engines import Stores
from tests.support.paths import SAMPLES
from tests.test_readme import API, RENEW, rerun


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="curl or jq is not installed")
def test_the_examples_show_what_a_server_answers(
    sqlite: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = sqlite.place()
    assert main(["ingest", str(SAMPLES / "articles"), "--published", "2026-01-01", "--db", url]) == 0
    with api_server.serving(url) as address:
        monkeypatch.setenv("API", address)
        monkeypatch.setenv("TOKEN", api_server.TOKEN)
        printed, today = API.read_text(encoding="utf-8"), rerun(API, tmp_path)
    if RENEW and printed != today:
        API.write_text(today, encoding="utf-8")
        pytest.skip("written anew; read the diff")
    diff = difflib.unified_diff(printed.splitlines(), today.splitlines(), "shown", "today", lineterm="")
    assert printed == today, "\n".join(diff)
