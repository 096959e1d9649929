"""Run a desk in this process, on a port of its own, and ask it over HTTP as a browser or a program would."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import captions_db as db
import httpx2 as httpx
import uvicorn

from captions.audit.request import AuditRequest
from captions.cli import main
from captions.desk.access import Access
from captions.desk.app import desk_app
from captions.desk.reader import PageReader
from captions.desk.store import DeskContext
from captions.desk.users import DeskUser, hash_of
from captions.lexicon.vocabulary import default

TOKEN = "the-token-in-the-address"  # noqa: S105 - of no real desk
TODAY = date(2026, 6, 1)
PEOPLE = {name: frozenset(scopes) for name, scopes in {
    "reader": ["read"], "decider": ["read", "decide"], "checker": ["check"], "all": ["read", "decide", "check"],
}.items()}  # fmt: skip
"""Users with tokens: the token is the name with ``-token``."""


def users() -> list[DeskUser]:
    return [DeskUser(name, scopes, hash_of(f"{name}-token")) for name, scopes in PEOPLE.items()]


@dataclass
class RunningDesk:
    """A desk that answers requests."""

    store: DeskContext
    origin: str
    access: Access
    _clients: list[httpx.Client] = field(default_factory=list)

    @property
    def start(self) -> str:
        """The address with the token, as the command prints it."""
        return f"{self.origin}/?token={TOKEN}"

    def signed_in(self, user: str = "") -> httpx.Client:
        """A client with a session and the headers of a browser: of the owner, or of a user."""
        client = httpx.Client(base_url=self.origin, headers={"Origin": self.origin}, timeout=60, trust_env=False)
        self._clients.append(client)
        token = f"{user}-token" if user else TOKEN
        assert client.get("/", params={"token": token}).status_code == 303
        return client

    def bare(self, **headers: str) -> httpx.Client:
        """A client without a session."""
        client = httpx.Client(base_url=self.origin, headers=headers, timeout=60, trust_env=False)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()


def form(page: httpx.Response, **values: Any) -> dict[str, Any]:
    """The fields of a form that its page had hidden, and others."""
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    return {"form_token": hidden["form_token"], **values}


@contextmanager
def running(
    url: str,
    request: AuditRequest | None = None,
    *,
    busy_timeout: float = 10.0,
    today: date = TODAY,
    access: Mapping[str, Any] | None = None,
) -> Iterator[RunningDesk]:
    """Run a desk on a store, with the owner ``kim`` and the users of :data:`PEOPLE`."""
    engine = db.open_store(url, busy_timeout=busy_timeout)
    words = default()
    listener = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    given = Access((origin,), **{"users": users(), "token": TOKEN, "owner": "kim", **(access or {})})
    with PageReader(words, seconds=5) as reader:
        store = DeskContext(
            engine, words, request=request or AuditRequest(), today=lambda: today, reader=reader, name="captions.db"
        )
        config = uvicorn.Config(
            desk_app(store, given), log_level="error", access_log=False, timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        desk = RunningDesk(store, origin, given)
        try:
            yield desk
        finally:
            desk.close()
            server.should_exit = True
            thread.join(20)
            with suppress(OSError):
                listener.close()
            engine.dispose()


def ingest(folder: Path, url: str, articles: Mapping[str, str], *options: str) -> None:
    """Write articles to a folder and ingest them."""
    for name, text in articles.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert main(["ingest", *(str(folder / name) for name in articles), "--db", url, *options]) == 0


def line_article(number: int, credit: str) -> str:
    """An article with one caption and this credit line."""
    return (
        f"The ferry is back, day {number}\n\nThe first boat left at dawn, and nobody minded the rain.\n\n"
        f"Passengers number {number} wait on the new pontoon in Harbor City. (photo credit: {credit})\n\n"
        "Tickets will stay at their old price until the end of the year.\n"
    )
