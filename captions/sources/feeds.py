"""Read RSS, Atom and WordPress exports (WXR), one article per item, with the captions and credits of Media RSS."""

from __future__ import annotations

from contextlib import suppress
from html import unescape
from typing import BinaryIO
from xml.etree.ElementTree import Element

from captions.sources import media_rss, to_page, wordpress
from captions.sources.record_pictures import with_pictures
from captions.sources.records import RecordNames, day_of, language_of, make
from captions.sources.source import Facts, Options, Read, UnreadableError
from captions.sources.streams import seekable, with_head
from captions.sources.xml_stream import elements, first, language_in, markup, text_of
from captions.text import tidy

_WANTED = frozenset(("item", "entry"))
_CHANNEL = frozenset(("title", "language", "base_site_url"))
# WordPress exports also list these, and posts that were never published.
_OTHER_POST_TYPES = frozenset(
    ("attachment", "revision", "nav_menu_item", "custom_css", "wp_block", "wp_template", "wp_global_styles")
)
_UNPRINTED = frozenset(("draft", "auto-draft", "pending", "trash", "private", "future", "inherit"))
_SUMMARY = "only the feed's summary of the article"


def read_feed(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read one article per item, in one pass; the media library of a WordPress export takes another pass before it."""
    head, stream = with_head(stream)
    if not wordpress.is_export(head):
        yield from _items(stream, name, None)
        return
    library = wordpress.Library()
    with seekable(stream) as file:
        start = file.tell()
        with suppress(UnreadableError):  # the second reading reports it
            library.read(file)
        file.seek(start)
        yield from _items(file, name, library)


def _items(stream: BinaryIO, name: str, library: wordpress.Library | None) -> Read:
    named, number, skipped = RecordNames(name), 0, 0
    channel: dict[str, str] = {}
    for tag, item in elements(stream, _WANTED | _CHANNEL):
        if tag in _CHANNEL:
            channel.setdefault(tag, text_of(item))
            continue
        number += 1
        if first(item, "post_type") in _OTHER_POST_TYPES or first(item, "status") in _UNPRINTED:
            skipped += 1
            continue
        yield from _of_item(item, channel, named, number, f"{name}#{number}", library)
    if not number:
        raise UnreadableError("no article in it: the feed has no items")
    if skipped == number:
        raise UnreadableError("no article in it: the export has no published posts")


def _of_item(
    item: Element,
    channel: dict[str, str],
    named: RecordNames,
    number: int,
    at: str,
    library: wordpress.Library | None,
) -> Read:
    body, full = _body(item)
    pictures = media_rss.pictures_of(item)
    if library is not None:
        pictures += library.pictures_of(item, body)
        body = library.with_galleries(item, body)
    headline = tidy(unescape(first(item, "title")))
    url = first(item, "link") or _link(item)
    language = language_of(first(item, "language") or language_in(item) or channel.get("language"))
    facts = Facts(
        url=url or None,
        headline=headline or None,
        published=next((day for n in _DATES if (day := day_of(first(item, n)))), None),
        publication=first(item, "source/title", "source") or channel.get("title") or None,
        language=language,
    )
    html = to_page.of_any(body)
    html = with_pictures(html, pictures)
    html = to_page.page(html, headline, language) if html else ""
    ident = url or first(item, "guid", "id") or None
    yield make(
        html, facts, ident, named, number, f"{at[: at.rindex('#')]}#{ident or number}", () if full else (_SUMMARY,)
    )


_DATES = ("post_date", "published", "pubDate", "date", "issued", "updated")


def _body(item: Element) -> tuple[str, bool]:
    """Return the article's HTML, and whether it is more than a summary."""
    for tag in ("content-encoded", "content", "description", "summary"):
        for element in item.iterfind(tag):
            text = markup(element) if element.get("type") == "xhtml" or len(element) else element.text or ""
            if text.strip():
                return text, tag.startswith("content") or len(text) > 1500
    return "", True


def _link(item: Element) -> str:
    """Return the URL of an Atom entry, which is in an attribute."""
    links = [link for link in item.iterfind("link") if link.get("rel", "alternate") == "alternate"]
    return next((link.get("href", "") for link in links if link.get("href")), "")
