"""Render Markdown as five common programs do: four in Python, and Showdown in a browser."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import markdown
import mistune
from commonmark.main import commonmark
from markdown_it import MarkdownIt

from tests.support.browser import Browser

RENDERERS: dict[str, Callable[[str], str]] = {
    "Python-Markdown": markdown.markdown,
    "Python-Markdown with extensions": lambda text: markdown.markdown(text, extensions=["extra", "sane_lists"]),
    "mistune": lambda text: str(mistune.html(text)),
    "markdown-it": MarkdownIt("commonmark").enable(["table", "strikethrough"]).render,
    "CommonMark": commonmark,
}
"""By program: a function that returns the HTML of Markdown. All of them pass HTML through."""

SHOWDOWN = Path(os.environ.get("CAPTIONS_SHOWDOWN") or f"{sys.prefix}/node_modules/showdown/dist/showdown.min.js")
HOW_TO_GET_SHOWDOWN = (
    f"no Showdown here; run: npm install --ignore-scripts --prefix {sys.prefix} showdown@2.1.0, "
    "or name its showdown.min.js in CAPTIONS_SHOWDOWN"
)


def showdown(browser: Browser, folder: Path, texts: Sequence[str]) -> list[str]:
    """Return the HTML of texts as Showdown writes it, as on GitHub's pages."""
    shutil.copy(SHOWDOWN, folder / "showdown.js")
    page = folder / "showdown.html"
    page.write_text('<!doctype html><meta charset="utf-8"><script src="showdown.js"></script>', encoding="utf-8")
    script = """
        const plain = new showdown.Converter();
        const more = new showdown.Converter({tables: true, strikethrough: true, underline: true, tasklists: true});
        return arguments[0].flatMap(text => [plain.makeHtml(text), more.makeHtml(text)]);
    """
    found: list[str] = browser.open(page).run(script, list(texts))
    return found
