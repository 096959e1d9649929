"""Markdown shows an article's text in five common programs, and nothing in it is active in a browser."""

from __future__ import annotations

import html
import io
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

import captions
from captions.clean import clean, clean_page
from captions.escaping import prose
from captions.report import Column, as_markdown
from tests.clean.test_clean import BITS, EVIL
from tests.support import browser, markdown
from tests.support.browser import Browser
from tests.support.case_files import cases
from tests.support.depth import examples
from tests.support.paths import CASES

SIGNS: list[str] = tomllib.loads((CASES / "markdown_signs.toml").read_text(encoding="utf-8"))["signs"]

TAGS = {
    "p": set(), "br": set(), "hr": set(), "em": set(), "strong": set(), "del": set(), "s": set(), "blockquote": set(),
    "ul": set(), "ol": {"start"}, "li": set(), "a": {"href"}, "img": {"src", "alt"}, "table": set(), "thead": set(),
    "tbody": set(), "tr": set(), "th": {"style", "id"}, "td": {"style"}, **{f"h{n}": {"id"} for n in range(1, 7)},
}  # fmt: skip
"""The elements that an article may have in Markdown, and their attributes."""
OF_TEXT = {"p", "br", "h1", "ul", "ol", "li", "blockquote"}
"""The elements that an article without markup may have."""
every_renderer = pytest.mark.parametrize("name", markdown.RENDERERS)


def shown(rendered: str, allowed: set[str]) -> str:
    """Return the text of rendered Markdown, which may have only some elements, without white space."""
    soup = BeautifulSoup(rendered, "html.parser")
    for tag in soup.find_all(True):
        assert tag.name in allowed, rendered
        assert set(tag.attrs) <= TAGS[tag.name], rendered
        for key in ("href", "src"):
            assert re.match(r"https?://|mailto:|\Z", str(tag.get(key, ""))), rendered
    return re.sub(r"[\s\ufeff]", "", soup.text)


def without_marks(text: str) -> str:
    """Return text without white space and without the marks of lists, which become lists."""
    text = re.sub(r"(?m)^\s*(?:(?:[-+]|\d+\.)\s+)+", "", re.sub(r"[\v\f\x85\u2028\u2029\r]", "\n", text))
    return re.sub(r"[\s\ufeff\x02\x03]", "", text)


def article(text: str) -> captions.Article:
    return captions.Article(f"Rain\n\n{text}\n\nThe end of it.", headline="Rain")


def wanted(text: str) -> str:
    return f"Rain{without_marks(text)}Theendofit."


def same(rendered: str, text: str) -> None:
    found = without_marks(shown(rendered, OF_TEXT))
    assert re.sub(r"[-+\d.]", "", found) == re.sub(r"[-+\d.]", "", wanted(text)), rendered


@every_renderer
@pytest.mark.parametrize("text", SIGNS)
def test_each_sign_is_shown_as_it_is(name: str, text: str) -> None:
    same(markdown.RENDERERS[name](clean(article(text), "markdown")), text)
    same(markdown.RENDERERS[name](clean(article(f"a {text} b"), "markdown")), f"a {text} b")


@given(st.lists(st.sampled_from([*SIGNS, " ", "\n", "a ", "- "]), max_size=6).map("".join))
@settings(max_examples=examples(50), deadline=None)
def test_signs_in_any_order_are_shown_as_they_are(text: str) -> None:
    text = text.replace("\n\n", "\n").strip() or "a"
    output = clean(article(text), "markdown")
    for render in markdown.RENDERERS.values():
        same(render(output), text)


@given(st.lists(st.sampled_from(BITS), max_size=30))
@settings(max_examples=examples(40), deadline=None)
def test_no_page_is_active(bits: list[str]) -> None:
    page = f"<article><h1>x</h1>{''.join(bits)}</article>"
    for keep in ("drop", "once", "end"):
        output = clean_page(page, "markdown", keep, "https://echo.example/")
        for render in markdown.RENDERERS.values():
            shown(render(output), set(TAGS))


def page_of(text: str) -> str:
    """Return a page whose every kind of element contains a text."""
    safe = html.escape(text)
    long = f"<p>The harbour council voted on Tuesday night to keep the old ferry for one more summer: {safe}</p>"
    return (
        f"<!doctype html><html><body><article><h1>{safe}</h1>{long}<h2>{safe}</h2><p>{safe}<br>{safe}</p>"
        f"<p><code>{safe}</code></p><p><em>{safe}</em> <a href='https://a.example/?{safe}'>{safe}</a></p>"
        f"<p>&amp;<b>lt;script&gt;</b> 1<i>. a</i></p>"
        f"<ul><li>{safe}</li><li><b>{safe}</b></li></ul><blockquote><p>{safe}</p></blockquote>"
        f"<table><tr><th>{safe}</th><th>b</th></tr><tr><td>{safe}</td><td>The table has a cell of words.</td></tr>"
        f"</table>"
        f"<figure><img src='/a.jpg' alt='{safe}'><figcaption>A dog on the pier. {safe} (Photo: Jo Reed/AP)</figcaption>"
        f"</figure>{long}</article></body></html>"
    )


@cache
def hostile() -> tuple[str, ...]:
    """Return hostile articles as Markdown."""
    return tuple(_hostile())


def _hostile() -> Iterator[str]:
    for text in (*SIGNS, EVIL):
        yield clean(article(text), "markdown")
        for keep in ("drop", "once"):
            yield clean_page(page_of(text), "markdown", keep, "https://echo.example/")
    for case in cases("clean"):
        yield clean_page(case["page"], "markdown", "once", case.get("url"))


@every_renderer
def test_nothing_in_a_hostile_article_is_active(name: str) -> None:
    for output in hostile():
        shown(markdown.RENDERERS[name](output), set(TAGS))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if reason := browser.missing():
        pytest.skip(reason)
    with browser.browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_showdown_shows_each_sign_as_it_is(chromium: Browser, tmp_path: Path) -> None:
    if not markdown.SHOWDOWN.exists():
        pytest.skip(markdown.HOW_TO_GET_SHOWDOWN)
    rendered = markdown.showdown(chromium, tmp_path, [clean(article(text), "markdown") for text in SIGNS])
    for at, page in enumerate(rendered):
        same(page, SIGNS[at // 2])
    for page in markdown.showdown(chromium, tmp_path, list(hostile())):
        shown(page, set(TAGS))


def test_nothing_runs_in_a_browser(chromium: Browser, tmp_path: Path) -> None:
    texts = list(hostile())
    rendered = [render(text) for render in markdown.RENDERERS.values() for text in texts]
    if markdown.SHOWDOWN.exists():
        rendered += markdown.showdown(chromium, tmp_path, texts)
    page = tmp_path / "all.html"
    trap = "<!doctype html><meta charset=utf-8><script>window.hits = 0; window.alert = () => { hits += 1 }</script>"
    page.write_text(trap + "\n".join(rendered), encoding="utf-8", errors="replace")
    opened = chromium.open(page)
    assert opened.run("return [hits, document.scripts.length]") == [0, 1]
    handlers = "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(n => n.startsWith('on'))"
    assert opened.run(f"return {handlers}") == []
    page.write_text(trap + EVIL, encoding="utf-8")
    assert chromium.open(page).run("return hits") > 0  # the trap works


def test_a_report_in_markdown_is_inactive_everywhere() -> None:
    for text in (*SIGNS, EVIL):
        stream = io.StringIO()
        as_markdown.write([Column("a", "A"), Column("b", "B")], [{"a": text, "b": text}], stream)
        for render in markdown.RENDERERS.values():
            shown(render(stream.getvalue()), set(TAGS) | {"code"})


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("1 < 2 & 3 > 2", "1 &lt; 2 & 3 &gt; 2"),
        ("AT&T &lt;", "AT&amp;T &amp;lt;"),
        ("a*b_c `d` [e] {f} ~g~ #h", r"a\*b\_c \`d\` \[e\] \{f} &#126;g&#126; \#h"),
        ("Jan Woitas | dpa", "Jan Woitas | dpa"),
    ],
)
def test_prose(text: str, escaped: str) -> None:
    assert prose(text) == escaped
