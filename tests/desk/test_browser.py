"""Drive the desk in a real Chromium: keys, two people at once, hostile texts, accessibility, and no other network."""

from __future__ import annotations

import html
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import captions_db as db
import httpx2 as httpx
import pytest

from captions.audit.decisions import DecisionGroups
from captions.audit.run import audited
from captions.cli import main
from tests.report.test_html import AXE, HOSTILE, HOW_TO_GET_AXE
from tests.support.browser import Browser, browser, missing
from tests.support.depth import examples
from tests.support.desk import TODAY, RunningDesk, ingest, line_article, running
from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from tests.support.engines import Stores

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "there is a browser")
LINES = examples(20)
NAMES = ("Jo Reed", "Ida Quill", "Rune Askeland", "Odalys Fenwick")
ENTER, ESCAPE, TAB = "\ue007", "\ue00c", "\ue004"


def go(page: Browser, desk: RunningDesk, path: str) -> None:
    page.call("url", url=desk.origin + path)


def press(page: Browser, *keys: str) -> None:
    """Press keys, and wait for the page that the last one opens."""
    page.run("window.before = true")
    page.press(*keys)
    wait(page)


def heading(page: Browser) -> str:
    return str(page.run("return document.querySelector('h1').innerText"))


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@contextmanager
def ambiguous_lines(url: str, folder: Path) -> Iterator[RunningDesk]:
    """A desk on lines that each name two agencies."""
    articles = {f"{n}.txt": line_article(n, f"AP/dpa | {NAMES[n % 4]} {chr(65 + n // 4)}berg") for n in range(LINES)}
    ingest(folder, url, articles)
    with running(url) as desk:
        yield desk


@pytest.fixture
def ambiguous(stores: Stores, tmp_path: Path) -> Iterator[RunningDesk]:
    with ambiguous_lines(stores.empty(), tmp_path) as desk:
        yield desk


@pytest.fixture
def on_sqlite(sqlite: Stores, tmp_path: Path) -> Iterator[RunningDesk]:
    with ambiguous_lines(sqlite.empty(), tmp_path) as desk:
        yield desk


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk on the samples, and a page with hostile texts and a picture elsewhere."""
    folder = tmp_path_factory.mktemp("hostile")
    url = str(folder / "captions.db")
    figures = "".join(
        f"<figure><img src='https://pictures.invalid/{n}.jpg'><figcaption>{html.escape(text)} on the pontoon. "
        f"Foto: {html.escape(text)}/AP/dpa</figcaption></figure>"
        for n, text in enumerate(HOSTILE)
    )
    page = (
        f"<html><body><article><h1>{html.escape(HOSTILE[0])}</h1><p>The rain that had been expected for a week came "
        f"on a Monday, and stayed until Friday evening.</p>{figures}</article></body></html>"
    )
    (folder / "hostile.html").write_text(page, encoding="utf-8")
    paths = [folder / "hostile.html", SAMPLES / "articles"]
    assert main(["ingest", *map(str, paths), "--db", url, "--published", "2026-05-18"]) == 0
    assert main(["agreement", "import", str(SAMPLES / "agreements.csv"), "--db", url]) == 0
    reason = ["--reason", HOSTILE[1], "--who", HOSTILE[0], "--db", url]
    assert main(["correct", "AP/dpa | Rosalind Petterby", "--supplier", "dpa", *reason]) == 0
    with running(url) as desk:
        yield desk


def screens(desk: RunningDesk) -> list[str]:
    """Return the path of every screen, with a decision of each code."""
    with audited(desk.store.engine, today=TODAY) as result:
        keys = {it.code: it.key for it in DecisionGroups(result)}
    sources = [it.source for it in db.articles(desk.store.engine)]
    listed = ["/", "/pairs", "/search?q=ferry", "/suppliers", "/suppliers?name=Reuters", "/agreements", "/log", "/drop"]
    own = [next(it for it in sources if it.endswith(name)) for name in ("hostile.html", "01-harbor.txt")]
    queries: list[tuple[str, dict[str, Any]]] = [("/articles", {"source": source}) for source in own]
    queries += [("/decision", {"key": key}) for key in keys.values()]
    return listed + [str(httpx.URL(path, params=query)) for path, query in queries]


def test_lines_are_decided_and_undone_with_keys(window: Browser, on_sqlite: RunningDesk) -> None:
    page, engine = window, on_sqlite.store.engine
    page.call("url", url=on_sqlite.start)
    page.log()
    go(page, on_sqlite, "/?code=CR106")
    press(page, ENTER)
    for number in range(LINES):
        press(page, *("1", "2", "w1", "2")[number % 4])
    assert heading(page) == "Queue"
    stored = [it for it in db.corrections(engine) if it.undone is None]
    waived = [it for it in db.waivers(engine) if it.undone is None]
    assert (len(stored), len(waived)) == (LINES - LINES // 4, LINES // 4)
    assert {it.supplier for it in stored} == {"AP", "dpa"}
    assert {it.reason for it in waived} == {"free of charge for the press"}
    for _ in range(LINES):
        press(page, "z")
    assert all(it.undone is not None for it in (*db.corrections(engine), *db.waivers(engine)))
    with audited(engine, today=TODAY) as result:
        assert result.counts["CR106"] == LINES
    assert page.log() == []


def test_keys_skip_type_and_leave(window: Browser, on_sqlite: RunningDesk) -> None:
    page = window
    page.call("url", url=on_sqlite.start)
    go(page, on_sqlite, "/?code=CR106")
    press(page, ENTER)
    first = page.run("return location.search")
    press(page, "s")
    assert page.run("return location.search") != first
    assert not db.corrections(on_sqlite.store.engine)
    page.press("c")
    assert page.run("return document.activeElement.name") == "creator"
    page.press(*"1s")  # in a field, keys are letters
    assert page.run("return document.activeElement.value") == "1s"
    page.press(ESCAPE)
    page.press("?")
    assert page.run("return document.querySelector('#help').open")
    page.press("w")
    assert page.run("return document.querySelector('#waive').open")
    page.press(ESCAPE)
    assert not page.run("return document.querySelector('#waive').open")
    page.run("document.querySelector('[name=creator]').value = ''")
    page.press("o")
    press(page, *"AFP", ENTER)
    (stored,) = db.corrections(on_sqlite.store.engine)
    assert stored.supplier == "AFP"
    page.press("c")
    press(page, *"Jo Reed", ENTER)
    assert db.corrections(on_sqlite.store.engine)[1].creators == ("Jo Reed",)


def test_two_browsers_lose_nothing(window: Browser, other: Browser, ambiguous: RunningDesk) -> None:
    window.call("url", url=ambiguous.start)
    other.call("url", url=f"{ambiguous.origin}/?token=all-token")
    for page in (window, other):
        go(page, ambiguous, "/?code=CR106")
        press(page, ENTER)
    press(window, "1")
    press(other, "2")  # the same line, as it was before
    assert heading(other) == "Decided by kim meanwhile"
    assert [it.supplier for it in db.corrections(ambiguous.store.engine)] == ["AP"]
    for _ in range(5):
        go(other, ambiguous, "/?code=CR106")
        press(other, ENTER)
        press(other, "2")
        press(window, "1")
        if "meanwhile" in heading(window):
            press(window, ENTER)
            assert "meanwhile" not in heading(window)
    made = [(it.line, it.supplier) for it in db.corrections(ambiguous.store.engine)]
    assert len({line for line, _ in made}) == len(made) >= 6


def test_hostile_texts_are_only_text_and_nothing_leaves_the_machine(window: Browser, hostile: RunningDesk) -> None:
    page = window
    page.call("url", url=hostile.start)
    page.log()
    for path in screens(hostile):
        go(page, hostile, path)
        assert (
            page.run("return document.querySelectorAll('main script, style, [onload], [onerror], [onfocus]').length")
            == 0
        )
        loaded = page.run("return performance.getEntriesByType('resource').map(entry => entry.name)")
        assert [name for name in loaded if not name.startswith(hostile.origin)] == [], path
        assert {it["message"] for it in page.log()} == set(), path
        assert page.run("return document.documentElement.outerHTML.length") < 100_000, path
        assert "\u202e" not in page.run("return document.body.innerText")


def test_a_picture_elsewhere_is_shown_only_on_request(window: Browser, hostile: RunningDesk) -> None:
    page = window
    page.call("url", url=hostile.start)
    with audited(hostile.store.engine, today=TODAY) as result:
        key = next(it.key for it in DecisionGroups(result) if it.examples[0].source.endswith("hostile.html"))
    go(page, hostile, str(httpx.URL("/decision", params={"key": key})))
    assert page.run("return document.querySelectorAll('.picture img').length") == 0
    page.log()
    page.click(".picture a")
    assert page.run("return document.querySelector('.picture img').src").startswith("https://pictures.invalid/")
    assert not [it for it in page.log() if "Content Security Policy" in it["message"]]


def test_removed_text_is_restored_with_a_click(window: Browser, hostile: RunningDesk) -> None:
    page = window
    page.call("url", url=hostile.start)
    for stored in db.articles(hostile.store.engine):
        if not stored.source.endswith(".txt"):
            continue
        go(page, hostile, str(httpx.URL("/articles", params={"source": stored.source})))
        blocks = page.run("return [...document.querySelectorAll('del .text')].map(e => e.textContent)")
        assert blocks
        press_click(page, "del")
        assert blocks[0] in page.run("return document.querySelector('#clean').textContent")
        page.run("window.before = true; [...document.links].find(e => e.textContent === 'Restore all').click()")
        wait(page)
        whole = Path(stored.source).read_bytes().decode("utf-8").removeprefix("\ufeff")
        assert page.run("return document.querySelector('#clean').textContent") == whole
        assert page.run("return document.querySelectorAll('del').length") == 0


def press_click(page: Browser, selector: str) -> None:
    page.run("window.before = true")
    page.run(f"document.querySelector('{selector} .text').click()")
    wait(page)


def wait(page: Browser) -> None:
    end = time.monotonic() + 30
    while page.run("return window.before === true || document.readyState !== 'complete'"):
        assert time.monotonic() < end, page.run("return document.body.innerText")
        time.sleep(0.02)


@pytest.mark.skipif(not AXE.exists(), reason=HOW_TO_GET_AXE)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_any_screen(window: Browser, hostile: RunningDesk, scheme: str) -> None:
    page = window
    page.call("url", url=hostile.start)
    page.emulate(prefers_color_scheme=scheme)
    # The desk's policy forbids other scripts on its pages, as it should.
    page.call("goog/cdp/execute", cmd="Page.setBypassCSP", params={"enabled": True})
    try:
        for path in screens(hostile):
            go(page, hostile, path)
            page.run("document.querySelectorAll('details').forEach(each => each.open = true)")
            page.run(AXE.read_text("utf-8"))
            violations = page.run_async(
                """const [done] = arguments;
                axe.run().then(found => done(found.violations.map(v => `${v.id}: ${v.nodes[0].html}`)))"""
            )
            assert violations == [], path
    finally:
        page.call("goog/cdp/execute", cmd="Page.setBypassCSP", params={"enabled": False})
        page.emulate()


@pytest.mark.parametrize("width", [390, 1366])
def test_no_screen_is_wider_than_the_window_or_moves(window: Browser, hostile: RunningDesk, width: int) -> None:
    page = window
    page.call("url", url=hostile.start)
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.call("goog/cdp/execute", cmd="Emulation.setDeviceMetricsOverride", params=metrics)
    try:
        for path in screens(hostile):
            go(page, hostile, path)
            assert page.run("const e = document.documentElement; return e.scrollWidth - e.clientWidth") <= 0, path
            shift = page.run_async(
                """const [done] = arguments; let sum = 0;
                new PerformanceObserver(list => list.getEntries().forEach(entry => { sum += entry.value }))
                    .observe({type: 'layout-shift', buffered: true});
                requestAnimationFrame(() => requestAnimationFrame(() => done(sum)))"""
            )
            assert shift < 0.01, path
    finally:
        page.call("goog/cdp/execute", cmd="Emulation.clearDeviceMetricsOverride", params={})
