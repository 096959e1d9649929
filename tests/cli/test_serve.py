"""Query Datasette over HTTP, started with ``captions serve``."""

from __future__ import annotations

import importlib.util
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import captions_db as db
import pytest
from captions_db import models

from captions.cli import main
from tests.conftest import Run

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("datasette") is None, reason="Datasette is not installed: pip install 'captions[serve]'"
)
_PATIENCE = 60.0
_HOSTILE = "Rain over <script>alert(1)</script> the pontoon"
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store two articles, an agreement, a correction, a waiver and a merge."""
    folder = tmp_path_factory.mktemp("served")
    articles = {"a.txt": "A long pontoon lies in the harbor at dawn.\nPhoto: Jo Reed/Reuters\n"}
    articles["b.html"] = (
        "<article><h1>Rain</h1><p>The rain that had been told of for a week came on a Monday, and stayed.</p><figure>"
        f"<img src=a.jpg><figcaption>{_HOSTILE.replace('<', '&lt;')}. Photo: Ann Lee/AP</figcaption></figure></article>"
    )
    who = ["--who", "kim", "--reason", "hush-hush"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CAPTIONS_DB", raising=False)
        for name, text in articles.items():
            Path(name).write_text(text, encoding="utf-8")
        for command in (
            ["ingest", *articles],
            ["agreement", "add", "Reuters", "--price", "18000", "--currency", "EUR", "--note", "hush-hush"],
            ["correct", "Ann Lee/AP", "--creator", "Anna Lee", *who],
            ["waive", "CR301", "--supplier", "AP", *who],
        ):
            assert main(command) == 0
    return folder / "captions.db"


@contextmanager
def serving(database: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Serve a database on a free port; yield the process and the port."""
    command = [sys.executable, "-m", "captions", "serve", "--db", str(database), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:  # noqa: S603
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            found = re.search(r"at http://127\.0\.0\.1:(\d+)/; press Ctrl-C to stop", line)
            assert found, line + server.stdout.read()
            yield server, int(found[1])
        finally:
            server.kill()


def answer(port: int, path: str, *, host: str | None = None, **words: str) -> tuple[int, str]:
    """Return the status and the body of an answer."""
    address = f"http://127.0.0.1:{port}/{path}" + (f"?{urllib.parse.urlencode(words)}" if words else "")
    request = urllib.request.Request(address, headers={"Host": host} if host is not None else {})
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as given:  # noqa: S310
            return given.status, given.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


@pytest.fixture(scope="module")
def port(database: Path) -> Iterator[int]:
    """Return the port of a server with default options."""
    with serving(database) as (_, number):
        yield number


@pytest.fixture
def ask(port: int) -> Ask:
    """Request a page as JSON unless ``plain``."""

    def asked(path: str, *, plain: bool = False, **words: str) -> Any:
        _, body = answer(port, path, **words)
        return body if plain else json.loads(body)

    return asked


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


def test_views_and_questions_come_before_the_tables(ask: Ask) -> None:
    page = ask("captions.json")
    assert [table["name"] for table in page["tables"] if not table["hidden"]] == []
    assert {"find", "open_findings_by_decision", "one_supplier", "most_used_suppliers"} == {
        query["name"] for query in page["queries"]
    }


def test_a_hostile_caption_stays_text(ask: Ask) -> None:
    page = ask("captions/use_in_words", plain=True)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


DECISIONS = ("agreement", "license", "correction", "forgotten", "waiver", "party_merge")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("captions.json", {"sql": "delete from use"}),
        ("captions.json", {"sql": "select 1"}),
        ("captions.json", {"sql": "select note from agreement"}),
        ("captions/use.json", {"_where": "1 = (select count(*) from agreement where price > 1)"}),
        ("captions.db", {}),
        ("captions/use.csv", {"_stream": "on"}),
        *((f"captions/{table}{end}", {}) for table in DECISIONS for end in ("", ".json", ".csv", "/1")),
    ],
)
def test_a_request_is_refused(port: int, path: str, words: dict[str, str]) -> None:
    code, body = answer(port, path, **words)
    assert code in (400, 403)
    assert "hush-hush" not in body


def test_no_page_names_a_decision(port: int) -> None:
    for path in ("", ".json", "captions", "captions.json", "captions/use_in_words.json", "-/metadata.json"):
        code, body = answer(port, path)
        assert code == 200 and "hush-hush" not in body and "18000" not in body
    assert not [table for table in DECISIONS if f'href="/captions/{table}"' in answer(port, "captions")[1]]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200),
        ("localhost:{port}", 200),
        ("LOCALHOST", 200),
        ("evil.example", 400),
        ("evil.example:{port}", 400),
        ("127.0.0.1.evil.example:{port}", 400),
        ("localhost:{port}@evil.example", 400),
        ("", 400),
    ],
)
def test_a_page_under_another_name_is_refused(port: int, host: str, status: int) -> None:
    assert answer(port, "captions.json", host=host.format(port=port))[0] == status


def test_any_query_may_be_asked_on_request_but_not_about_decisions(database: Path) -> None:
    with serving(database, "--sql") as (server, port):
        assert json.loads(answer(port, "captions.json", sql="select count(*) from use", _shape="arrays")[1])[
            "rows"
        ] == [[2]]
        for sql in (
            "delete from use",
            "select note from agreement",
            "select * from waiver",
            "select reason from (select * from correction)",
        ):
            code, body = answer(port, "captions.json", sql=sql)
            assert code == 400 and "hush-hush" not in body
        slow = "with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) from n"
        assert answer(port, "captions.json", sql=slow)[0] == 400
        server.terminate()
        assert server.stdout is not None
        assert "Traceback" not in server.stdout.read()


def test_decisions_are_shown_on_request(database: Path) -> None:
    with serving(database, "--decisions") as (_, port):
        assert "hush-hush" in answer(port, "captions/agreement.json")[1]
        assert answer(port, "captions.json", sql="select 1")[0] == 403


def test_the_tables_of_decisions_are_all_hidden(run: Run, database: Path) -> None:
    assert set(models.DECISIONS) == set(DECISIONS)
    tables = json.loads(run("serve", "--settings", "--db", database).out)["databases"]["captions"]["tables"]
    assert [tables[name] for name in DECISIONS] == [{"allow": False}] * len(DECISIONS)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGKILL, -9)]
)
def test_nothing_is_left_when_the_server_ends(database: Path, number: signal.Signals, code: int) -> None:
    with serving(database) as (server, port):
        assert answer(port, "captions.json")[0] == 200
        server.send_signal(number)
        assert server.wait(_PATIENCE) == code
        assert server.stdout is not None
        assert server.stdout.read() == ""  # reaches its end only if no child has it open
        with socket.socket() as free:
            assert free.connect_ex(("127.0.0.1", port)) != 0


def test_a_port_in_use_is_one_sentence(run: Run, database: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ran = run("serve", "--db", database, "--port", str(port))
    assert (ran.code, ran.err) == (
        2, f"captions: cannot use port {port}: Address already in use; choose another with --port\n"
    )  # fmt: skip
    db.open_store(str(database)).dispose()
