"""Test that the time to read an article grows with its length, not with the square of it, by counting calls."""

from __future__ import annotations

import cProfile
from collections.abc import Callable

import pytest

import captions
from captions.page.limits import bounded
from captions.sources import to_page

# A text four times as long may take this many times the calls: 4 if they grow with its length, 16 with its square.
MOST_GROWTH = 5

_CAPTION = "The ferrywoman ties the new rope to the landing at Eastmere on Monday evening"
_TEXT = "<p>" + "Goats graze on the verge of the ring road, seen from the bridge. " * 8 + "</p>"
_CREDIT = '<span class="credit">Ida Quill/AFP</span>'

TEXTS: dict[str, tuple[int, Callable[[int], str]]] = {
    "captions repeated in cut form": (
        200,
        lambda n: "\n".join(f"{_CAPTION} {i}. (Photo: Ida Quill/AFP)\n{_CAPTION[:50]}…" for i in range(n)),
    ),
    "cut forms of one caption": (
        400,
        lambda n: "\n".join(
            [f"{_CAPTION}. (Photo: Ida Quill/AFP)", *[_CAPTION[: 30 + i % 40] + "…" for i in range(n)]]
        ),
    ),
    "different credits": (300, lambda n: "\n".join(f"Photo: Ida Quill{i}/AFP{i}" for i in range(n))),
    "one caption, different credits": (
        200,
        lambda n: "\n".join(f"{_CAPTION}. Photo: Ida Quill{i}/AFP" for i in range(n)) + f"\n{_CAPTION}." * n,
    ),
    "captions in one line": (400, lambda n: f"{_CAPTION}. (Photo: Ida Quill/AFP) " * n),
    "lines of a name and a value": (300, lambda n: "".join(f"Word{i}: value {i}\r\n" for i in range(n))),
}

BODIES: dict[str, tuple[int, Callable[[int], str]]] = {
    "figures cut short": (
        50,
        lambda n: "".join(_figure(i, f"{_CAPTION} {i} {_CREDIT}") + f"<p>{_CAPTION[:40]}…</p>" for i in range(n)),
    ),
    "one caption for all pictures": (200, lambda n: "".join(_figure(i, _CAPTION) for i in range(n))),
    "inline elements in a line": (400, lambda n: "".join(f"<span class=credit>Ida Quill{i}</span>" for i in range(n))),
    "pictures in one element": (200, lambda n: "".join(f"<img src=/{i}.jpg><p>Goat {i} grazes.</p>" for i in range(n))),
    "links in a list": (200, lambda n: "".join(f"<li><a href=/{i}>Goat {i}</a>" for i in range(n))),
    "cells of a table": (200, lambda n: "<table>" + "".join(f"<tr><td>{i}<td>Goat" for i in range(n))),
    "nested elements": (2_000, lambda n: "<div>" * n),
    "short codes": (500, lambda n: to_page.of_editor('[caption id="1"]' * n)),
}


def _figure(number: int, text: str) -> str:
    return f'<figure><img src="/i/{number}.jpg"><figcaption>{text}</figcaption></figure>'


@pytest.mark.parametrize("name", TEXTS)
def test_calls_grow_with_the_length_of_a_text(name: str) -> None:
    size, make = TEXTS[name]
    captions.parse_text(make(9))  # loads the tables
    assert _growth(captions.parse_text, make(size), make(4 * size)) <= MOST_GROWTH


@pytest.mark.parametrize("name", BODIES)
def test_calls_grow_with_the_length_of_a_page(name: str) -> None:
    size, make = BODIES[name]
    captions.parse_html(_page(make(9)))
    assert _growth(captions.parse_html, _page(make(size)), _page(make(4 * size))) <= MOST_GROWTH


def _page(body: str) -> str:
    return f"<!DOCTYPE html><html><body><article><h1>x</h1>{_TEXT}{body}</article></body></html>"


def _growth(read: Callable[[str], object], short: str, long: str) -> float:
    calls = _calls(read, short)
    return _calls(read, long) / calls


def _calls(read: Callable[[str], object], source: str) -> int:
    """Return how many functions are called to read a source."""
    profile = cProfile.Profile()
    profile.runcall(read, source)
    return sum(entry.callcount for entry in profile.getstats())


def test_the_options_of_a_long_list_are_dropped() -> None:
    """lexbor calls nothing that can be counted; its time grows with the square of the options."""
    options = "".join(f"<option value={i}>Goat {i}</option>\n" for i in range(40_000))
    html, notes = bounded(_page(f"<select>{options}</select><p>The ferry is back.</p>"))
    assert "option" not in html.lower()
    assert "</select><p>The ferry is back.</p>" in html
    assert notes == ()


def test_the_options_of_a_usual_list_stay() -> None:
    html = _page("<select>" + "<option>Goat</option>" * 250 + "</select>")
    assert bounded(html) == (html, ())
