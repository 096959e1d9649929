"""Prepare an article for republishing as text, Markdown or HTML; captions go, stay once, or move to the end."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import chain
from typing import TYPE_CHECKING

from captions.clean import links
from captions.clean.barred import ALL_CLEARED, Barred
from captions.clean.credits import credit_line
from captions.clean.parts import CaptionedPicture, ContentPart, with_figures
from captions.clean.plain import as_lines, parts_of_lines, places_of
from captions.lexicon.vocabulary import Vocabulary, default
from captions.model import Article, Caption
from captions.text import match_key, tidy

if TYPE_CHECKING:
    from captions.page.parser import Layout

# Separates the URLs in a `srcset` from each other and from their sizes.
_SRCSET_SEPARATOR = re.compile(r",\s+|\s+")
Place = Callable[[Caption], str | None]
"""A function that returns the path of a caption's picture, relative to the output, or None to keep the page's URL."""


def clean(
    article: Article,
    to: str = "text",
    keep: str = "drop",
    source: str | None = None,
    vocabulary: Vocabulary | None = None,
    place: Place | None = None,
    barred: Barred = ALL_CLEARED,
) -> str:
    """Format a plain-text article, or a page that is no longer available, for republishing.

    ``drop`` removes captions, ``once`` puts each where it first appeared, and ``end`` lists them after the text.
    ``source`` is the parsed text. Without it, positions come from the spans of the occurrences, and captions without a
    span, such as a page's, go to the end. Credits take the form that their supplier requires. ``place`` finds a local
    copy of a picture to show instead of the page's. ``barred`` pictures are left out or marked.
    """
    words = vocabulary or default()
    captions, remarks = barred.cleared(article) if keep != "drop" else (), barred.remarks(article)
    figures = {id(it): _figure(it, words, article.url, place=place, remark=remarks.get(id(it), "")) for it in captions}
    lines = article.text.split("\n") if article.text else []
    places: dict[int, list[CaptionedPicture]] = {}
    if keep == "once":
        places = {
            at: [figures[id(c)] for c in group if id(c) in figures] for at, group in places_of(article, source).items()
        }
    elif keep == "end":
        places = {len(lines): list(figures.values())}
    if to == "html":
        from captions.clean import as_html  # here, because the sanitizer is slow to import

        headline, parts, numbers = parts_of_lines(lines, article.headline)
        return as_html.write(_with_pictures(parts, numbers, places), headline, article.language)
    return as_lines(lines, article.headline, to, keep, places)


def clean_page(
    html: str | bytes,
    to: str = "text",
    keep: str = "drop",
    url: str | None = None,
    vocabulary: Vocabulary | None = None,
    place: Place | None = None,
    barred: Barred = ALL_CLEARED,
) -> str:
    """Format the article of a news page for republishing, with its headings, lists, tables, links and emphasis.

    ``url`` resolves relative links and defaults to the URL that the page declares. As text, the result is the article's
    clean text, plus a paragraph per caption with ``once`` and ``end``. For ``place`` and ``barred``, see :func:`clean`.
    """
    from captions.page.parser import read_page  # here, because the HTML parser is slow to import

    words = vocabulary or default()
    return read_page(html, url, words, lambda layout: of_layout(layout, to, keep, words, place, barred))


def of_layout(
    layout: Layout,
    to: str,
    keep: str,
    words: Vocabulary,
    place: Place | None = None,
    barred: Barred = ALL_CLEARED,
) -> str:
    """Format a parsed page as :func:`clean_page` does; call it while the page's tree exists."""
    article = layout.article
    base = _base(layout)
    pictures = _pictures(layout, base) if keep != "drop" else {}
    places: dict[int, list[CaptionedPicture]] = defaultdict(list)
    cleared, remarks = set(map(id, barred.cleared(article))) if keep != "drop" else (), barred.remarks(article)
    for caption, at in zip(article.captions, layout.places, strict=True):
        if id(caption) in cleared:
            number = at if keep == "once" else len(layout.tree.blocks)
            places[number].append(_figure(caption, words, base, pictures, place, remarks.get(id(caption), "")))
    if to == "text":
        lines = article.text.split("\n") if article.text else []
        numbers = [block.number for block in layout.text_blocks]
        by_line: dict[int, list[CaptionedPicture]] = defaultdict(list)
        for number, group in sorted(places.items()):
            by_line[bisect_left(numbers, number)].extend(group)
        return as_lines(lines, None, to, keep, by_line)
    from captions.clean import as_html, as_markdown
    from captions.clean.layout import parts_of

    parts, numbers = parts_of(layout, base)
    parts = _with_pictures(parts, numbers, places)
    if to == "markdown":
        return as_markdown.write(parts, article.headline)
    return as_html.write(parts, article.headline, article.language)


def _with_pictures(
    parts: list[ContentPart], numbers: list[int], places: Mapping[int, list[CaptionedPicture]]
) -> list[ContentPart]:
    """Insert each figure before the first part that ends after its place, never inside a list or table."""
    by_part: dict[int, list[CaptionedPicture]] = defaultdict(list)
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
    remark: str = "",
) -> CaptionedPicture:
    """Return a caption with its credit, a remark after it, and the first of its pictures that is visible."""
    alts = alts or {}
    urls = [url for image in caption.images if (url := links.picture(image, base)) and alts.get(url, "") is not None]
    image = urls[0] if urls else None
    alt = alts.get(image or "") or ""
    if caption.text and match_key(caption.text) in match_key(alt):
        alt = ""  # repeats the caption below it
    own = place(caption) if place is not None else None
    credit = " ".join(filter(None, (credit_line(caption.credit, words), remark)))
    return CaptionedPicture(caption, credit, own or image, alt)


def _base(layout: Layout) -> str | None:
    """Return the URL that a page's links are relative to."""
    node = layout.page.css_first("base[href]")
    href = node.attributes.get("href") if node is not None else None
    return (links.link(href, layout.article.url) if href else None) or layout.article.url


def _pictures(layout: Layout, base: str | None) -> dict[str, str | None]:
    """Return the alt texts of a page's pictures by URL, with None for invisible pictures."""
    found: dict[str, str | None] = {}
    for picture in layout.tree.pictures:
        values = picture.attrs
        is_visible = not {(values.get(name) or "").strip() for name in ("width", "height")} & {"0", "1", "0px", "1px"}
        sets = [_SRCSET_SEPARATOR.split(values.get(name) or "") for name in ("srcset", "data-srcset")]
        for candidate in (values.get("src"), values.get("data-src"), *chain.from_iterable(sets)):
            if url := links.picture(candidate, base):
                found.setdefault(url, tidy(values.get("alt") or "") if is_visible else None)
    return found
