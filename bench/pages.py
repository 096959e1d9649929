"""Measure how fast news pages are read, next to readers that extract only text, in the same run.

What class names mean is cached. Each generated page is read once, with class names of its own, or with those that the
pages read before it have too. Real pages are read once, most with class names of their own, and then again, when class
names, lines and credits are all cached.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module

from bench import corpus
from bench.figures import Row
from bench.setup import Setup
from bench.timing import in_turn
from captions import parse_html

Reader = Callable[[str], object]
_OURS, _FULL_READER = "captions", "trafilatura"
_TARGETS = {"development": (4, 5), "wild": (3.5, 3.5)}
"""How many times as fast as trafilatura real pages are to be read, once and again."""


def _lexbor() -> Reader:
    parser: Reader = import_module("selectolax.lexbor").LexborHTMLParser
    return parser


def _resiliparse() -> Reader:
    extract = import_module("resiliparse.extract.html2text").extract_plain_text
    return lambda page: extract(page, main_content=True)


def _trafilatura() -> Reader:
    extract = import_module("trafilatura").extract
    return lambda page: extract(page, include_comments=False, include_tables=False)


def _readability() -> Reader:
    document = import_module("readability").Document
    logging.getLogger("readability").setLevel(logging.CRITICAL)
    return lambda page: document(page).summary()


PEERS: dict[str, Callable[[], Reader]] = {
    _FULL_READER: _trafilatura,
    "lexbor, only parsing": _lexbor,
    "resiliparse": _resiliparse,
    "readability-lxml": _readability,
}


def run(setup: Setup) -> Iterator[Row]:
    """Yield pages per second of CPU time next to each peer, or a row without its figure if it is not installed."""
    count, readers = setup.sizes.pages, _readers()
    for site, names in ((False, "new"), (True, "seen")):
        pages = corpus.pages(count + 1, one_site=site)
        took = in_turn(readers, pages, setup.sizes.runs)
        yield from _rows(f"generated pages, {names} class names", count, {name: took[name].first for name in took}, 4)
    for kind, (once, again) in _TARGETS.items():
        pages = corpus.real_pages(kind)
        pages = pages[:: len(pages) // (count + 1) or 1][: count + 1]
        if pages:
            took = in_turn(readers, pages, setup.sizes.runs)
            read = len(pages) - 1
            yield from _rows(f"{kind} pages, read once", read, {name: took[name].first for name in took}, once)
            yield from _rows(f"{kind} pages, read again", read, {name: took[name].again for name in took}, again)


def _readers() -> dict[str, Reader]:
    """Return this program's reader and those of the installed peers."""
    readers: dict[str, Reader] = {_OURS: parse_html}
    for peer, imported in PEERS.items():
        with suppress(ImportError):
            readers[peer] = imported()
    return readers


def _rows(name: str, count: int, seconds: dict[str, float], least: float) -> Iterator[Row]:
    for peer in PEERS:
        rate = count / seconds[peer] if peer in seconds else None
        yield Row(name, count / seconds[_OURS], "pages/s", peer, rate, least if peer == _FULL_READER else None)
