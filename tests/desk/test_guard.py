"""Every route refuses requests without a user, from other hosts and sites, and beyond the user's scopes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import captions_db as db
import httpx2 as httpx
import pytest
from captions_db.connection import writing

from captions.desk.access import Access, Visitor
from captions.desk.app import screens_app
from captions.desk.guard import LARGEST_REQUEST, OPEN_PATHS
from captions.desk.reader import PageReader
from captions.desk.store import DeskContext
from captions.desk.users import DeskUser
from captions.lexicon.vocabulary import default
from tests.support.desk import TOKEN, RunningDesk, form, ingest, line_article, running

if TYPE_CHECKING:
    from tests.support.engines import Stores


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    folder = tmp_path_factory.mktemp("guarded")
    url = str(folder / "captions.db")
    ingest(folder, url, {"a.txt": line_article(1, "AP/dpa | Jo Reed")})
    with running(url, busy_timeout=0.2) as started:
        yield started


def routes() -> list[tuple[str, str, str]]:
    """Return method, path and the scope it needs, for each route of the desk."""
    engine = db.open_store("unused.db", create=True)
    try:
        app = screens_app(DeskContext(engine, default(), reader=PageReader(default())))
    finally:
        engine.dispose()
        Path("unused.db").unlink()
    found = []
    for template, methods in app.openapi()["paths"].items():
        path = template.replace("{number}", "1").replace("{name}", "desk.css")
        if path in OPEN_PATHS or path.startswith("/v1/"):
            continue
        for method in map(str.upper, sorted(methods)):
            scope = "" if path.startswith(("/static/", "/sign-out")) else "decide" if method == "POST" else "read"
            found.append((method, path, "check" if path == "/drop" else scope))
    return found


@pytest.fixture(scope="module")
def every_route(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("routes"))
        return routes()


def test_the_desk_has_its_screens(every_route: list[tuple[str, str, str]]) -> None:
    paths = {path for _, path, _ in every_route}
    assert {"/", "/decision", "/undo", "/pairs", "/articles", "/suppliers", "/search", "/agreements", "/log"} <= paths
    assert len(every_route) >= 18


def test_every_route_needs_a_user(desk: RunningDesk, every_route: list[tuple[str, str, str]]) -> None:
    wrong: list[tuple[httpx.Client, str]] = [
        (desk.bare(), "no token"),
        (desk.bare(Authorization="Bearer nosuch"), "wrong token"),
        (desk.bare(Authorization=f"Basic {TOKEN}"), "wrong kind"),
        (desk.bare(Cookie=f"{desk.access.cookie}=nosuch"), "wrong session"),
    ]
    for client, why in wrong:
        for method, path, _ in every_route:
            answer = client.request(method, path)
            assert answer.status_code == 401, (method, path, why)
            assert "pontoon" not in answer.text


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Host", "evil.example", 400),
        ("Host", "127.0.0.1", 400),
        ("Host", "", 400),
        ("Origin", "https://evil.example", 403),
        ("Origin", "null", 403),
        ("Origin", "http://127.0.0.1:1", 403),
        ("Sec-Fetch-Site", "cross-site", 403),
    ],
)
def test_every_route_refuses_other_hosts_and_sites(
    desk: RunningDesk, every_route: list[tuple[str, str, str]], header: str, value: str, status: int
) -> None:
    client = desk.signed_in()
    for method, path, _ in every_route:
        if header == "Sec-Fetch-Site" and method == "GET":
            continue  # a link on another page may lead to the desk; the session's cookie is not sent with it
        assert client.request(method, path, headers={header: value}).status_code == status, (method, path)


def test_a_form_needs_its_page(desk: RunningDesk, every_route: list[tuple[str, str, str]]) -> None:
    client, other = desk.signed_in(), desk.signed_in("all")
    foreign = form(other.get("/drop"))
    without_origin = httpx.Client(base_url=desk.origin, cookies=client.cookies, trust_env=False)
    with without_origin:
        for method, path, scope in every_route:
            if method != "POST" or not scope:
                continue
            assert client.post(path, data={}).status_code == 403, path
            assert client.post(path, data=foreign).status_code == 403, path
            assert without_origin.post(path, data=form(client.get("/drop"))).status_code == 403, path


def test_every_route_needs_its_scope(desk: RunningDesk, every_route: list[tuple[str, str, str]]) -> None:
    clients = {name: desk.signed_in(name) for name in ("reader", "decider")}
    lacks = {"read": [], "decide": ["reader"], "check": ["reader", "decider"]}
    for method, path, scope in every_route:
        for name in lacks.get(scope, []):
            token = desk.access.form_token(Visitor(DeskUser(name), clients[name].cookies[desk.access.cookie]))
            answer = clients[name].request(method, path, data={"form_token": token} if method == "POST" else None)
            assert answer.status_code == 403, (method, path, name)
            assert f"scope {scope}" in answer.text
    checker = desk.bare(Authorization="Bearer checker-token")
    for method, path, scope in every_route:
        if scope == "read":
            assert checker.request(method, path).status_code == 403, (method, path)


def test_the_token_leaves_the_address_at_once(desk: RunningDesk) -> None:
    client = desk.bare()
    answer = client.get("/search", params={"q": "ferry", "token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=ferry")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and TOKEN not in cookie
    for path, location in (("//evil.example", "/evil.example"), ("/a%0d%0ab", "/a%0D%0Ab"), ("/%5C/evil", "/evil")):
        answer = client.get(f"{desk.origin}{path}", params={"token": TOKEN})
        assert (answer.status_code, answer.headers["location"]) == (303, location)


def test_a_user_signs_in_with_a_token_and_out(desk: RunningDesk) -> None:
    client = desk.bare(Origin=desk.origin)
    assert client.post("/sign-in", data={"token": "nosuch"}).status_code == 401
    assert client.post("/sign-in", data={"token": "reader-token"}).status_code == 303
    assert "reader" in client.get("/").text
    assert client.post("/sign-out").status_code == 200
    assert client.get("/").status_code == 401


def test_every_answer_has_the_headers(desk: RunningDesk) -> None:
    client = desk.signed_in()
    for answer in (client.get("/"), client.get("/static/desk.js"), desk.bare().get("/"), client.get("/nosuch")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_large_request_is_refused(desk: RunningDesk) -> None:
    client = desk.signed_in()

    def endless() -> Iterator[bytes]:
        for _ in range(LARGEST_REQUEST // 65536 + 2):
            yield bytes(65536)

    assert client.post("/drop", content=bytes(LARGEST_REQUEST + 1)).status_code == 413
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert client.post("/drop", content=endless(), headers=kind).status_code in (400, 413)
    assert client.get("/").status_code == 200


def test_a_locked_store_is_a_wait_and_not_an_error(desk: RunningDesk) -> None:
    client = desk.signed_in()
    page = client.get("/decision", params={"key": "CR106 line AP/dpa | Jo Reed"})
    assert page.status_code == 200, page.text
    seen = "none"
    with writing(desk.store.engine):
        answer = client.post("/decision", data=form(page, key="CR106 line AP/dpa | Jo Reed", seen=seen, supplier="dpa"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Traceback" not in answer.text


def test_a_proxy_names_the_user_only_if_that_is_switched_on(desk: RunningDesk, sqlite: Stores, tmp_path: Path) -> None:
    assert desk.bare(**{"X-Remote-User": "kim"}).get("/").status_code == 401
    url = sqlite.empty()
    ingest(tmp_path, url, {"a.txt": line_article(1, "AP/dpa | Jo Reed")})
    with running(url, access={"user_header": "x-remote-user", "token": ""}) as behind:
        assert behind.bare().get("/").status_code == 403
        assert behind.bare(**{"X-Remote-User": "kim"}).get("/").status_code == 403
        behind.access.header_scopes = frozenset(["read"])
        kim = behind.bare().get("/", headers={b"X-Remote-User": "Kim Søe".encode()})
        assert '<p class="user">Kim Søe</p>' in kim.text and "Audit again" not in kim.text
        reader = behind.bare(**{"X-Remote-User": "reader", "Origin": behind.origin})
        assert reader.get("/").status_code == 200
        assert reader.post("/decision", data={}).status_code == 403


def test_sessions_end() -> None:
    access = Access(("http://127.0.0.1:1",), token="t")  # noqa: S106 - of no real desk
    first = access.open_session(DeskUser("kim"))
    assert access.user_in(first) == DeskUser("kim")
    for _ in range(1_000):
        access.open_session(DeskUser("lee"))
    assert access.user_in(first) is None


def test_the_api_is_behind_the_same_guard(desk: RunningDesk) -> None:
    assert desk.bare().get("/v1/health").status_code == 200
    refused = desk.bare().get("/v1/uses")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    assert desk.bare(Host="evil.example").get("/v1/uses").status_code == 400
    assert desk.bare(Authorization="Bearer reader-token").post("/v1/waivers", json={}).status_code == 403
    assert desk.bare(Authorization="Bearer reader-token").get("/v1/uses").status_code == 200
    assert desk.signed_in("decider").get("/v1/findings").status_code == 200
