"""Start the desk with ``captions desk``, and manage its users."""

from __future__ import annotations

import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2 as httpx
import pytest

from captions.cli.desk import _access, _origin
from captions.desk.access import Access
from captions.desk.users import hash_of, read_users
from captions.errors import CaptionsError

if TYPE_CHECKING:
    from tests.conftest import Run, Write


def test_the_desk_answers_at_the_address_that_it_prints_and_ends(run: Run, write: Write, tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "AP/dpa | Jo Reed")
    assert run("ingest", "a.txt").code == 0
    command = [sys.executable, "-m", "captions", "desk", "--port", "0", "--no-open", "--who", "kim"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path) as server:  # noqa: S603
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            found = re.search(r"desk on captions\.db at (http://127\.0\.0\.1:\d+)(/\?token=\S+); press Ctrl-C", line)
            assert found, line + server.stdout.read()
            with httpx.Client(base_url=found[1], trust_env=False, timeout=60) as client:
                assert client.get("/").status_code == 401
                assert client.get(found[2]).status_code == 303
                page = client.get("/").text
                assert "AP/dpa | Jo Reed" in page and "kim" in page
            server.send_signal(signal.SIGINT)
            assert server.wait(30) in (0, 130)
            assert "Traceback" not in server.stdout.read()
        finally:
            server.kill()


def test_users_are_added_listed_and_removed(run: Run, tmp_path: Path) -> None:
    added = run("desk", "user", "add", "kim", "--scope", "read", "--scope", "decide")
    token = added.out.strip()
    assert len(token) >= 40 and token not in added.err
    file = tmp_path / "desk_users.toml"
    assert token not in file.read_text() and hash_of(token) in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("desk", "user", "list").out == "kim: read, decide\n"
    assert Access(("http://127.0.0.1:1",), read_users(file)).user_of(token) == read_users(file)[0]
    again = run("desk", "user", "add", "kim", "--scope", "read")
    assert (again.code, again.out) == (2, "") and "already" in again.err
    assert run("desk", "user", "remove", "kim").code == 0
    assert run("desk", "user", "list").out == ""
    assert "its users: none" in run("desk", "user", "remove", "kim").err


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("user = 1", "[[user]]"),
        ("[[user]]\nname = 'kim'\n", "needs name, scopes, token_sha256"),
        ("[[user]]\nname = 'kim'\nscopes = ['all']\ntoken_sha256 = 'x'\n", "unknown scope 'all'"),
        ("[[user]]\nname = 'kim'\nscopes = []\ntoken_sha256 = 'x'\n", "no scope"),
        ("[[user]]\nname = 'kim'\nscopes = 'read'\ntoken_sha256 = 'x'\n", "not a list"),
        ("[[user]]\nname = 'kim'\nscopes = ['read']\ntoken_sha256 = 'ü'\n", "not the hash of a token"),
        ("[[user", "not valid TOML"),
    ],
)
def test_a_broken_file_of_users_is_one_sentence(run: Run, tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "desk_users.toml").write_text(text)
    ran = run("desk", "user", "list")
    assert (ran.code, reason in ran.err) == (2, True)


def test_others_reach_the_desk_only_with_users_and_an_address(run: Run, write: Write, tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    assert run("ingest", "a.txt").code == 0
    ran = run("desk", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - refused
    assert ran.code == 2 and "captions desk user add NAME" in ran.err
    run("desk", "user", "add", "kim", "--scope", "read")
    ran = run("desk", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - refused
    assert ran.code == 2 and "--address" in ran.err
    assert run("desk", "--host", "no.such.host.invalid").code == 2
    ran = run("desk", "--address", "desk.example", "--port", "0", "--no-open")
    assert ran.code == 2 and "is not an address" in ran.err
    assert "no database" in run("desk", "--db", "nosuch.db").err


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Desk.example/", "https://desk.example"),
        ("https://desk.example:443", "https://desk.example"),
        ("http://desk.example:8080", "http://desk.example:8080"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_address_is_written_as_browsers_send_it(address: str, origin: str) -> None:
    assert _origin(address) == origin


def test_no_token_opens_a_desk_that_a_proxy_guards(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = ("127.0.0.1", listener, "https://desk.example", tmp_path / "none.toml", "X-Remote-User", "kim")
        with pytest.raises(CaptionsError, match="--header-scope"):
            _access(*proxy)
        behind = _access(*proxy, ["read"])
        assert behind.header_scopes == {"read"}
        assert (behind.token, behind.user_header) == ("", "x-remote-user")
        assert "desk.example" in behind.hosts and behind.secure is False
        alone = _access("127.0.0.1", listener, None, tmp_path / "none.toml", None, "kim")
        assert len(alone.token) >= 40 and alone.user_header == ""
        with pytest.raises(CaptionsError, match="has no users"):
            _access("192.0.2.1", listener, None, tmp_path / "none.toml", None, "kim")
