"""Measure what a check costs over HTTP, next to parsing and auditing the same articles in process."""

from __future__ import annotations

import http.client
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date

import captions_db as db
import uvicorn
from fastapi import Request

from bench import corpus, store
from bench.figures import Row, limited
from bench.setup import Setup
from bench.timing import FORK
from captions.audit.request import AuditRequest
from captions.desk.api.app import api_app
from captions.desk.api.dependencies import AccessScope
from captions.desk.api.reading import ReaderConfig, SentArticle, SentArticleReader, ToCheck, read
from captions.desk.store import DeskStore
from captions.ingest.records import Settings
from captions.lexicon.vocabulary import default

RATE = 50
"""Requests per second."""
_DAY = date(2026, 3, 1)
_KINDS = {"texts": ("text", "text/plain"), "pages": ("html", "text/html")}


def run(setup: Setup) -> Iterator[Row]:
    """Check articles one after the other, and at a fixed rate."""
    count = max(2, setup.sizes.texts // 3)
    texts = [text.encode() for text in corpus.articles(count)]
    pages = [page.encode() for page in corpus.pages(max(2, setup.sizes.pages))]
    url = str(setup.folder / "desk.db")
    store.make(url, min(setup.sizes.uses, 1_000), setup.sizes.agreements)
    for kind, bodies in (("texts", texts), ("pages", pages)):
        with _serving(url) as port:
            parsing, in_process = _in_process(url, kind, bodies)
            _ask_all(port, kind, bodies)
            asked = statistics.median(_ask_all(port, kind, bodies))
            at_rate = sorted(_ask_at_rate(port, kind, bodies, max(len(bodies), setup.sizes.texts)))
        yield Row(f"{kind}, parsed", parsing * 1000, "ms")
        yield Row(f"{kind}, checked over HTTP", asked * 1000, "ms", "in process", in_process * 1000, most=1.5)
        slowest = at_rate[min(len(at_rate) - 1, int(len(at_rate) * 0.99))]
        yield limited(f"{kind}, 99% of checks at {RATE} requests a second", slowest * 1000, "ms", 100)


def _in_process(url: str, kind: str, bodies: Sequence[bytes]) -> tuple[float, float]:
    """Return the median seconds of parsing, and of parsing and auditing."""
    words = default()
    reader = SentArticleReader(ReaderConfig(url, words, Settings()))
    sent = [SentArticle(body, "html" if kind == "pages" else "text", "article") for body in bodies]
    times: dict[str, list[float]] = {}
    for _ in range(2):  # the first fills the caches
        for name in ("parsed", "checked"):
            times[name] = []
            for each in sent:
                start = time.perf_counter()
                if name == "parsed":
                    read(each, words)
                else:
                    reader(ToCheck(each, AuditRequest(), _DAY, _DAY))
                times[name].append(time.perf_counter() - start)
    return statistics.median(times["parsed"]), statistics.median(times["checked"])


def _ask_all(port: int, kind: str, bodies: Sequence[bytes]) -> list[float]:
    """Return the seconds of each request, one after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        return [_ask(connection, kind, body, time.perf_counter()) for body in bodies]
    finally:
        connection.close()


def _ask_at_rate(port: int, kind: str, bodies: Sequence[bytes], count: int) -> list[float]:
    """Return the seconds from when each request was due until its answer."""
    start = time.perf_counter() + 0.1

    def ask(number: int) -> float:
        due = start + number / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        connection = http.client.HTTPConnection("127.0.0.1", port)
        try:
            return _ask(connection, kind, bodies[number % len(bodies)], due)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(ask, range(count)))


def _ask(connection: http.client.HTTPConnection, kind: str, body: bytes, since: float) -> float:
    connection.request("POST", f"/v1/check?on={_DAY}", body, {"Content-Type": _KINDS[kind][1]})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200
    return time.perf_counter() - since


@contextmanager
def _serving(url: str) -> Iterator[int]:
    """Serve the API in a process of its own; yield its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        server = FORK.Process(target=_serve, args=(url, listener))
        server.start()
        try:
            yield port
        finally:
            server.terminate()
            server.join()


def _serve(url: str, listener: socket.socket) -> None:
    app = api_app(DeskStore(db.open_store(url, create=True), default()), allow=_anyone)
    config = uvicorn.Config(app, access_log=False, log_level="warning")
    uvicorn.Server(config).run(sockets=[listener])


def _anyone(_request: Request, _scope: AccessScope) -> str:
    return "bench"
