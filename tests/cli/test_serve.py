"""Query Datasette over HTTP, started with ``captions serve``."""

from __future__ import annotations

import importlib.util
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("datasette") is None, reason="Datasette is not installed: pip install 'captions[serve]'"
)
_PATIENCE = 60.0
_HOSTILE = "Rain over <script>alert(1)</script> the pontoon"
Ask = Callable[..., Any]


@pytest.fixture
def ask(run: Run, tmp_path: Path) -> Iterator[Ask]:
    """Request a page of a served database, as JSON unless ``plain``."""
    articles = {"a.txt": "A long pontoon lies in the harbor at dawn.\nPhoto: Jo Reed/Reuters\n"}
    articles["b.html"] = (
        "<article><h1>Rain</h1><p>The rain that had been told of for a week came on a Monday, and stayed.</p><figure>"
        f"<img src=a.jpg><figcaption>{_HOSTILE.replace('<', '&lt;')}. Photo: Ann Lee/AP</figcaption></figure></article>"
    )
    for name, text in articles.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert run("ingest", *articles).code == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "captions", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:  # noqa: S603
        try:
            yield lambda path, *, plain=False, **words: _answer(server, port, path, plain, words)
        finally:
            server.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                server.wait(_PATIENCE)
            server.kill()


def _answer(server: subprocess.Popen[str], port: int, path: str, plain: bool, words: dict[str, str]) -> Any:
    address = f"http://127.0.0.1:{port}/{path}" + (f"?{urllib.parse.urlencode(words)}" if words else "")
    end = time.monotonic() + _PATIENCE
    while True:
        assert server.poll() is None, server.stdout and server.stdout.read()
        try:
            with urllib.request.urlopen(address) as answer:
                body = answer.read().decode()
                return body if plain else json.loads(body)
        except urllib.error.HTTPError as refused:
            with refused:
                return json.loads(refused.read())
        except OSError:  # it has not begun to listen
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.1)


def test_the_views_have_facets(ask: Ask) -> None:
    answer = ask("captions/use_in_words.json", _shape="objects", _sort="supplier")
    assert [(row["supplier"], row["caption"]) for row in answer["rows"]] == [
        ("AP", f"{_HOSTILE}."),
        ("Reuters", "A long pontoon lies in the harbor at dawn."),
    ]
    assert {"supplier", "publication"} <= set(answer["facet_results"])


def test_the_questions_have_answers(ask: Ask) -> None:
    found = ask("captions/find.json", word="pontoon", _shape="objects")["rows"]
    assert sorted(row["supplier"] for row in found) == ["AP", "Reuters"]
    [most, _] = ask("captions/most_used_suppliers.json", _shape="objects")["rows"]
    assert most == {"supplier": "AP", "uses": 1}


def test_a_hostile_caption_stays_text(ask: Ask) -> None:
    page = ask("captions/use_in_words", plain=True)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_nothing_can_be_written(ask: Ask) -> None:
    assert ask("captions.json", sql="delete from use")["status"] == 400
