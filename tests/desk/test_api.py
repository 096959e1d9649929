"""The API checks, ingests, lists and decides as the command line does, and answers every error as a problem."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import captions_db as db
import pytest
from fastapi import Request
from starlette.testclient import TestClient

from captions.cli import main
from captions.desk.api.app import api_app
from captions.desk.api.dependencies import AccessScope
from captions.desk.api.problems import MEDIA_TYPE, ProblemError
from captions.desk.store import DeskStore
from captions.lexicon.vocabulary import default
from captions.processes.limits import Limits
from tests.conftest import ARTICLE, Ran, Run
from tests.support.engines import Stores
from tests.support.paths import ROOT, SAMPLES

SCOPES: Mapping[str, tuple[str, ...]] = {
    "kim": ("read", "decide", "check"), "lee": ("read", "decide", "check"), "cms": ("check",), "guest": ("read",),
}  # fmt: skip
SCHEMA = ROOT / "docs" / "schemas" / "openapi.json"
HOSTILE = "<script>alert(1)</script> =cmd() \x1b[31m \x00 \ud800"


def allow(request: Request, scope: AccessScope) -> str:
    """Take the token for the name of the user."""
    name = request.headers.get("authorization", "").removeprefix("Bearer ")
    if name not in SCOPES:
        raise ProblemError(401, "send a token", {"WWW-Authenticate": "Bearer"})
    if scope not in SCOPES[name]:
        raise ProblemError(403, f"{name} has no scope {scope}")
    return name


@dataclass
class Api:
    """An API on a store with the sample articles, and the command line on the same store."""

    client: TestClient
    url: str
    run: Run

    def __call__(self, method: str, path: str, *, who: str = "kim", **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {who}", **options.pop("headers", {})}
        return self.client.request(method, f"/v1/{path}", headers=headers, **options)

    def get(self, path: str, **words: Any) -> Any:
        answer = self("GET", path, params=words)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def command(self, *arguments: str) -> Any:
        ran: Ran = self.run(*arguments, "--db", self.url, "--format", "json")
        return json.loads(ran.out)


@pytest.fixture(scope="module")
def filled(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a store with the sample articles, agreements and an article with a hostile caption."""
    url = stores.place()
    folder = tmp_path_factory.mktemp("given")
    (folder / "hostile.txt").write_text(ARTICLE.format(credit="<b>X</b> =cmd()/AP"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CAPTIONS_DB", raising=False)
        given = [str(SAMPLES / "articles"), str(SAMPLES / "archive"), "hostile.txt"]
        assert main(["ingest", *given, "--db", url]) == 0
        assert main(["agreement", "import", str(SAMPLES / "agreements.csv"), "--db", url]) == 0
    return url


@pytest.fixture
def api(stores: Stores, filled: str, run: Run) -> Iterator[Api]:
    """Serve a copy of the store."""
    url = stores.copy(filled)
    engine = db.open_store(url, create=True, busy_timeout=0.1)
    with TestClient(
        api_app(DeskStore(engine, default()), allow=allow, jobs=1, limits=Limits(20.0)), raise_server_exceptions=False
    ) as client:
        yield Api(client, url, run)
    engine.dispose()


def every_row(api: Api, path: str, name: str, **words: Any) -> list[dict[str, Any]]:
    """Return the rows of all pages, seven at a time."""
    rows, page = [], api.get(path, limit=7, **words)
    while True:
        rows += page[name]
        assert len(page[name]) <= 7
        if page["next"] is None:
            return rows
        page = api.get(path, limit=7, after=page["next"], **words)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), {}),
        (("--for", "syndication", "--territory", "DE"), {"scope": "syndication", "territory": "DE"}),
        (("--supplier", "Reuters"), {"supplier": "Reuters"}),
        (("--code", "CR301", "--severity", "error"), {"code": "CR301", "severity": "error"}),
    ],
)
def test_findings_are_those_of_the_command_line(api: Api, options: tuple[str, ...], words: dict[str, str]) -> None:
    report = api.command("audit", *options)
    assert report["findings"]
    found = every_row(api, "findings", "findings", **words)
    assert sorted(found, key=str) == sorted(report["findings"], key=str)
    assert [row["severity"] for row in found] == [row["severity"] for row in report["findings"]]
    totals = api.get("findings", limit=1, **words)["totals"]
    expected = report["summary" if "summary" in report else "totals"]
    assert totals == {name: expected[name] for name in totals} and totals["findings"] == len(report["findings"])


@pytest.mark.parametrize("by", ["supplier", "agency", "creator", "publication", "month", "scope"])
def test_usage_is_that_of_the_command_line(api: Api, by: str) -> None:
    report = api.command("usage", "--by", by)
    page = api.get("usage", by=by, limit=1)
    assert (page["total"]["uses"], page["groups"]) == (report["total"]["uses"], report["groups"])
    rows = [(row[by], row["uses"]) for row in every_row(api, "usage", "rows", by=by)]
    listed = [(row[by], row["uses"]) for row in report["rows"]]
    if by == "month":  # listed by date, while pages are by number
        listed.sort(key=lambda row: (-row[1], row[0] is None, row[0]))
    assert rows == listed


def test_uses_are_those_of_the_command_line(api: Api) -> None:
    report = api.command("find", "--supplier", "Reuters")
    rows = every_row(api, "uses", "uses", supplier="Reuters")
    assert api.get("uses", supplier="Reuters")["total"] == report["total"] == len(rows) > 1
    shown = [{key: row[key] for key in report["uses"][0]} for row in rows]
    assert shown == sorted(report["uses"], key=lambda row: row["use"])


def test_quotas_are_those_of_the_command_line(api: Api) -> None:
    report = api.command("usage", "--agreements", "--on", "2026-03-01")
    assert report["agreements"]
    for row in report["agreements"]:
        shown = api.get(f"agreements/{row['agreement']}/quota", on="2026-03-01")
        assert {key: row[key] for key in shown if key in row} == {key: shown[key] for key in shown if key in row}


CHECKS = ("page.html", "a.txt", "item.json")


def test_a_check_is_that_of_the_command_line(api: Api, tmp_path: Path) -> None:
    text = ARTICLE.format(credit="Handout via Reuters. NO SALES")
    page = f"<!DOCTYPE html><html><body><article><h1>Ferry</h1><p>{text[:120]}</p><figure><img src=a.jpg>"
    page += "<figcaption>Passengers queue on the pontoon. Photo: Jo Reed/AFP</figcaption></figure></article></html>"
    item = {"uri": "u:1", "type": "text", "body_text": text, "headline": "Ferry"}
    bodies = {
        "page.html": (page, "text/html"),
        "a.txt": (text, "text/plain"),
        "i.json": (json.dumps(item), "application/json"),
    }
    before = api.get("findings", limit=1)["totals"]
    for name, (body, kind) in bodies.items():
        (tmp_path / name).write_text(body, encoding="utf-8")
        report = api.command("check", name, "--for", "syndication", "--territory", "DE", "--on", "2026-02-01")
        words = {"scope": "syndication", "territory": "DE", "on": "2026-02-01", "name": report["findings"][0]["source"]}
        answer = api("POST", "check", who="cms", content=body.encode(), headers={"Content-Type": kind}, params=words)
        assert answer.status_code == 200, answer.text
        found = [{key: row[key] for key in row if key != "decision"} for row in report["findings"]]
        assert answer.json()["findings"] == found
        assert answer.json()["captions"]
        severities = {row["severity"] for row in found}
        assert answer.json()["outcome"] == ("block" if "error" in severities else "warn")
    assert api.get("findings", limit=1)["totals"] == before


def test_a_decision_counts_in_the_next_check(api: Api) -> None:
    def codes() -> set[str]:
        text = ARTICLE.format(credit="Ida Vale/AP").encode()
        answer = api("POST", "check", content=text, headers={"Content-Type": "text/plain"}, params={"on": "2019-01-01"})
        return {row["code"] for row in answer.json()["findings"]}

    assert codes() & {"CR301", "CR302"}
    body = {
        "invoice": "R-9",
        "caption": "Passengers queue on the new pontoon at Pier Two in Harbor City.",
        "from": "2018-01-01",
    }
    assert api("POST", "licenses", json=body).status_code == 201
    assert not codes() & {"CR301", "CR302"}


def test_an_article_is_stored_once_and_shown(api: Api) -> None:
    headers = {"Content-Type": "text/plain"}
    words = {"url": "https://echo.example/ferry", "published": "2026-02-01"}
    text = ARTICLE.format(credit="Ida Vale/AP")
    first = api("POST", "articles", content=text.encode(), headers=headers, params=words)
    assert (first.status_code, first.json()["state"], first.json()["captions"]) == (201, "new", 1)
    again = api("POST", "articles", content=text.encode(), headers=headers, params=words)
    assert (again.status_code, again.json()["state"]) == (200, "unchanged")
    bare = {"url": words["url"]}
    again = api("POST", "articles", content=text.encode(), headers=headers, params=bare)
    assert (again.status_code, again.json()["state"]) == (200, "unchanged")
    changed = api("POST", "articles", content=text.replace("Ida", "Ada").encode(), headers=headers, params=bare)
    assert changed.json()["state"] == "changed"
    shown = api("GET", first.headers["location"].removeprefix("/v1/"))
    assert shown.json()["uses"][0]["credit"] == "Ada Vale/AP"
    assert shown.json()["published"] == "2026-02-01"
    same = api("GET", f"articles/{shown.json()['article']}", headers={"If-None-Match": shown.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


def a_use(api: Api, **words: str) -> int:
    found = api.get("uses", **words)["uses"]
    return int(next(row["use"] for row in found if row["credit"]))


def test_decisions_are_recorded_and_undone(api: Api) -> None:
    use = a_use(api)
    before = api.get(f"uses/{use}")
    sent = {"use": use, "creators": ["Ida Vale"], "supplier": "reuters", "reason": "asked"}
    made = api("POST", "corrections", json=sent)
    assert (made.status_code, made.json()["who"], made.json()["supplier"]) == (201, "kim", "Reuters")
    assert api.get(f"uses/{use}")["creators"] == ["Ida Vale"]
    again = api(
        "POST", "corrections", json={"use": use, "creators": ["Ida Vale"], "supplier": "reuters", "reason": "asked"}
    )
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    place = f"corrections/{made.json()['id']}"
    assert api("GET", place).headers["etag"] == made.headers["etag"]
    gone = api("POST", f"{place}/undo", json={"reason": "wrong"}, headers={"If-Match": made.headers["etag"]})
    assert (gone.status_code, gone.json()["state"], gone.json()["undone_by"]) == (200, "undone", "kim")
    assert api.get(f"uses/{use}") == before
    twice = api("POST", f"{place}/undo", json={"reason": "wrong"})
    assert (twice.status_code, twice.json()["detail"]) == (
        409,
        f"correction {made.json()['id']} was already undone by kim",
    )
    finding = api.get("findings", code="CR102", limit=1)["findings"][0]
    waived = api("POST", "waivers", json={"code": "CR102", "use": finding["use"], "reason": "a house picture"})
    assert (waived.status_code, waived.json()["findings"]) == (201, 1)
    assert finding not in api.get("findings", code="CR102")["findings"]
    assert api("POST", f"waivers/{waived.json()['id']}/undo", json={"reason": "no"}).status_code == 200
    assert api.get("findings", code="CR102", limit=1)["findings"][0] == finding
    licensed = api(
        "POST", "licenses", json={"invoice": "R-1", "asset": "841304270", "price": "80.00", "currency": "EUR"}
    )
    assert (licensed.status_code, licensed.json()["price"]) == (201, "80.00")
    number = licensed.json()["id"]
    assert api("POST", f"licenses/{number}/undo", json={"reason": "typo"}).json()["state"] == "undone"


def test_two_people_do_not_overwrite_each_other(api: Api) -> None:
    use = a_use(api)
    seen = api("GET", f"uses/{use}", who="lee").headers["etag"]
    assert api("POST", "corrections", json={"use": use, "creators": ["Ida Vale"], "reason": "x"}).status_code == 201
    late = {"use": use, "creators": ["Bo Lund"], "reason": "x"}
    refused = api("POST", "corrections", who="lee", json=late, headers={"If-Match": seen})
    assert refused.status_code == 412
    assert "decided by kim meanwhile: correction" in refused.json()["detail"]
    assert api.get(f"uses/{use}")["creators"] == ["Ida Vale"]
    now = api("GET", f"uses/{use}", who="lee").headers["etag"]
    assert api("POST", "corrections", who="lee", json=late, headers={"If-Match": now}).status_code == 201


TEXT, JSON = {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}
_HOSTILE = json.dumps({"line": HOSTILE, "creators": [HOSTILE], "reason": HOSTILE}).encode()
_CHECK, _CORRECT = ("POST", "check"), ("POST", "corrections")


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "detail"),
    [
        (*_CHECK, {"content": b"", "headers": TEXT}, 422, "the request has no body"),
        (*_CHECK, {"content": b"\0\1\2", "headers": TEXT}, 422, "the article could not be read"),
        (*_CHECK, {"content": b"[]", "headers": JSON}, 422, "could not be read"),
        (*_CHECK, {"content": b"[" * 99_999, "headers": JSON}, 422, "could not be read"),
        (*_CHECK, {"content": b"x", "headers": {"Content-Type": "image/png"}}, 415, "Content-Type"),
        (*_CHECK, {"content": b"x" * 17_000_000, "headers": TEXT}, 413, "larger than 16 MB"),
        (*_CHECK, {"content": b"x", "headers": TEXT, "params": {"territory": "Utopia"}}, 422, "Utopia"),
        (*_CHECK, {"content": b"x", "headers": TEXT, "params": {"scope": "tv"}}, 422, "query.scope"),
        (*_CORRECT, {"json": {"reason": "x"}}, 422, "either a line or a use"),
        (*_CORRECT, {"json": {"use": 2**31 - 1, "creators": [], "reason": "x"}}, 404, "no use"),
        (*_CORRECT, {"json": {"line": "Nobody/At All", "creators": [], "reason": "x"}}, 422, "nothing is corrected"),
        (*_CORRECT, {"content": _HOSTILE, "headers": JSON}, 422, "body.line"),
        (*_CORRECT, {"json": {"line": "AP", "reason": "x"}, "headers": {"If-Match": "x"}}, 422, "If-Match"),
        ("POST", "waivers", {"json": {"code": "CR999", "use": 1, "reason": "x"}}, 422, "unknown code"),
        ("POST", "licenses", {"json": {"invoice": "R-1"}}, 422, "the picture is missing"),
        ("POST", "licenses", {"content": b"{", "headers": JSON}, 422, "body"),
        ("GET", "uses/99999999999999999999", {}, 404, "no use"),
        ("GET", "uses", {"params": {"after": "!!"}}, 422, "not a cursor"),
        ("GET", "uses", {"params": {"limit": 0}}, 422, "query.limit"),
        ("GET", "findings", {"params": {"code": "X"}}, 422, "unknown code"),
        ("GET", "agreements/999/quota", {}, 404, "no agreement 999"),
        ("GET", "nowhere", {}, 404, "Not Found"),
        ("PUT", "uses", {}, 405, "Method Not Allowed"),
    ],
)  # fmt: skip
def test_an_error_is_a_problem(
    api: Api, method: str, path: str, options: dict[str, Any], status: int, detail: str
) -> None:
    answer = api(method, path, **options)
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert answer.json()["status"] == status
    assert detail in answer.json()["detail"]


def test_every_route_needs_a_token_with_its_scope(api: Api) -> None:
    paths: dict[str, dict[str, Any]] = json.loads(SCHEMA.read_text(encoding="utf-8"))["paths"]
    for path, methods in paths.items():
        for method in methods:
            if path == "/v1/health":
                continue
            where = path.removeprefix("/v1/").replace("{article_id}", "1").replace("{use_id}", "1")
            where = where.replace("{number}", "1").replace("{agreement_id}", "1")
            body = {"content": b"x", "headers": TEXT} if where in ("check", "articles") else {}
            assert api(method, where, who="nobody", **body).status_code == 401, path
            other = "guest" if method == "post" else "cms"
            assert api(method, where, who=other, **body).status_code == 403, path


def test_a_page_that_takes_too_long_ends_only_its_reader(stores: Stores, filled: str) -> None:
    engine = db.open_store(filled)
    page = b"<p>" * 400_000 + b"word " * 2_000_000
    with TestClient(api_app(DeskStore(engine, default()), allow=allow, jobs=1, limits=Limits(0.2))) as client:
        headers = {"Authorization": "Bearer cms", "Content-Type": "text/html"}
        slow = client.post("/v1/check", content=page, headers=headers)
        assert (slow.status_code, slow.json()["detail"]) == (
            422, "the article could not be read: took longer than 0.2 seconds",
        )  # fmt: skip
    engine.dispose()


def test_a_killed_reader_leaves_no_answer_to_the_next_client(api: Api) -> None:
    app: Any = api.client.app
    (keeper,) = (it.process.pid for it in app.state.services.readers._all)
    for credit in ("Ida Vale/AP", "Bo Lund/AFP", "Ada Vale/dpa"):
        answer = api("POST", "check", content=ARTICLE.format(credit=credit).encode(), headers=TEXT)
        assert [it["credit"] for it in answer.json()["captions"]] == [credit]
        if credit.startswith("Ida"):
            os.kill(int(Path(f"/proc/{keeper}/task/{keeper}/children").read_text()), signal.SIGKILL)
            time.sleep(0.1)


def test_a_locked_store_asks_to_come_back(api: Api, stores: Stores) -> None:
    if stores.name != "sqlite":
        pytest.skip("PostgreSQL is locked by an advisory lock, which the next test holds")
    with sqlite3.connect(api.url, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        busy = api("POST", "licenses", json={"invoice": "R-1", "asset": "841304270"})
        assert (busy.status_code, busy.headers["retry-after"]) == (503, "2")
        assert api("GET", "uses").status_code == 200
        other.execute("ROLLBACK")


def test_health_needs_no_token(api: Api) -> None:
    assert api.client.get("/v1/health").json()["status"] == "ok"


def test_the_committed_openapi_is_current(api: Api) -> None:
    today = json.dumps(api.client.get("/v1/openapi.json").json(), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("CAPTIONS_RENEW_DOCS") == "1":
        SCHEMA.write_text(today, encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == today, "run this test with CAPTIONS_RENEW_DOCS=1"
    assert json.loads(today)["openapi"].startswith("3.1.")
