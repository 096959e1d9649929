"""An article for republishing, as text, Markdown or HTML: its captions left out, put back once, or at the end."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from captions.clean import links
from captions.clean.credits import credit_line
from captions.clean.parts import Figure, Part, with_figures
from captions.clean.plain import as_lines, parts_of_lines, places_of
from captions.lexicon.vocabulary import Vocabulary, default
from captions.model import Article, Caption
from captions.text import match_key, tidy

if TYPE_CHECKING:
    from captions.page.parser import Layout

# Between the addresses of a `srcset`, and between each and its size.
_PARTED = re.compile(r",\s+|\s+")
Place = Callable[[Caption], str | None]
"""Where the picture of a caption lies, relative to what is written; None to leave the page's address."""


def clean(
    article: Article,
    to: str = "text",
    keep: str = "drop",
    source: str | None = None,
    vocabulary: Vocabulary | None = None,
    place: Place | None = None,
) -> str:
    """An article of plain text, or one whose page is not there, for republishing; a line end stands at its end.

    ``drop`` leaves the captions out, ``once`` puts each where it was first printed, ``end`` lists them after the text.
    ``source`` is the text that was parsed: without it, places are told from the spans of the occurrences, and a caption
    that has none (a page's) stands at the end. Credits are printed as their suppliers ask for it. ``place`` tells where
    the picture of a caption lies that is to be shown instead of the one on the page, if it has one.
    """
    words = vocabulary or default()
    shown = article.captions if keep != "drop" else ()
    figures = {id(caption): _figure(caption, words, article.url, place=place) for caption in shown}
    lines = article.text.split("\n") if article.text else []
    places: dict[int, list[Figure]] = {}
    if keep == "once":
        places = {at: [figures[id(c)] for c in group] for at, group in places_of(article, source).items()}
    elif keep == "end":
        places = {len(lines): list(figures.values())}
    if to == "html":
        from captions.clean import as_html  # the sanitizer is loaded where it is needed

        headline, parts, numbers = parts_of_lines(lines, article.headline)
        return as_html.write(_placed(parts, numbers, places), headline, article.language)
    return as_lines(lines, article.headline, to, keep, places)


def clean_page(
    html: str | bytes,
    to: str = "text",
    keep: str = "drop",
    url: str | None = None,
    vocabulary: Vocabulary | None = None,
    place: Place | None = None,
) -> str:
    """A news page for republishing: its article with headings, lists, tables, links and emphasis, as far as the form
    can say them, and nothing else of it.

    ``url`` is the page's address, to which its links are relative; by default the one that the page tells. Text is the
    article's clean text, with ``once`` and ``end`` with a paragraph for each caption. ``place`` is as of
    :func:`clean`.
    """
    from captions.page.parser import read_page  # where it is needed: a tree's library takes a while to load

    words = vocabulary or default()
    return read_page(html, url, words, lambda layout: of_layout(layout, to, keep, words, place))


def of_layout(layout: Layout, to: str, keep: str, words: Vocabulary, place: Place | None = None) -> str:
    """A page as :func:`clean_page` gives it, while its tree lives."""
    article = layout.article
    base = _base(layout)
    pictures = _pictures(layout, base) if keep != "drop" else {}
    places: dict[int, list[Figure]] = defaultdict(list)
    for caption, at in zip(article.captions, layout.places, strict=True):
        if keep != "drop":
            number = at if keep == "once" else len(layout.blocks)
            places[number].append(_figure(caption, words, base, pictures, place))
    if to == "text":
        lines = article.text.split("\n") if article.text else []
        numbers = [block.number for block in layout.kept]
        by_line: dict[int, list[Figure]] = defaultdict(list)
        for number, group in sorted(places.items()):
            by_line[bisect_left(numbers, number)].extend(group)
        return as_lines(lines, None, to, keep, by_line)
    from captions.clean import as_html, as_markdown
    from captions.clean.layout import parts_of

    parts, numbers = parts_of(layout, base)
    parts = _placed(parts, numbers, places)
    if to == "markdown":
        return as_markdown.write(parts, article.headline)
    return as_html.write(parts, article.headline, article.language)


def _placed(parts: list[Part], numbers: list[int], places: Mapping[int, list[Figure]]) -> list[Part]:
    """The parts with figures: each before the first part that ends behind its place, but in no list and no table."""
    by_part: dict[int, list[Figure]] = defaultdict(list)
    at = 0
    for place, figures in sorted(places.items()):
        while at < len(numbers) and numbers[at] < place:
            at += 1
        by_part[at].extend(figures)
    return with_figures(parts, by_part)


def _figure(
    caption: Caption,
    words: Vocabulary,
    base: str | None,
    alts: Mapping[str, str | None] | None = None,
    place: Place | None = None,
) -> Figure:
    """A caption as it is printed; of its pictures the first that may be shown."""
    told = alts or {}
    addresses = [a for image in caption.images if (a := links.picture(image, base)) and told.get(a, "") is not None]
    image = addresses[0] if addresses else None
    alt = told.get(image or "") or ""
    if caption.text and match_key(caption.text) in match_key(alt):
        alt = ""  # the caption stands below it
    own = place(caption) if place is not None else None
    return Figure(caption, credit_line(caption.credit, words), own or image, alt)


def _base(layout: Layout) -> str | None:
    """The address to which a page's links are relative."""
    tag = layout.soup.find("base")
    href = tag.get("href") if tag is not None else None
    return (links.link(href, layout.article.url) if href else None) or layout.article.url


def _pictures(layout: Layout, base: str | None) -> dict[str, str | None]:
    """The addresses of a page's pictures, each with what stands in its place where it is not shown; None for one that
    nobody is to see."""
    found: dict[str, str | None] = {}
    for tag in layout.soup.find_all("img"):
        seen = not ({str(tag.get("width", "")).strip(), str(tag.get("height", "")).strip()} & {"0", "1", "0px", "1px"})
        sets = [_PARTED.split(str(tag.get(name, ""))) for name in ("srcset", "data-srcset")]
        for told in (tag.get("src"), tag.get("data-src"), *(one for several in sets for one in several)):
            if address := links.picture(told, base):
                found.setdefault(address, tidy(str(tag.get("alt", ""))) if seen else None)
    return found
