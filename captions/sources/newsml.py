"""NewsML-G2: articles with their pictures, which are items of their own, as one delivery holds them."""

from __future__ import annotations

from typing import BinaryIO
from xml.etree.ElementTree import Element

from captions.sources import to_page
from captions.sources.nitf import page_of
from captions.sources.records import Names, day_of, language_of, make
from captions.sources.source import Facts, Options, Read, UnreadableError
from captions.sources.xml_stream import elements, first, language_in, markup

_PICTURES = ("picture", "graphic", "image", "photo")


def read_newsml(stream: BinaryIO, name: str, options: Options) -> Read:
    """Reads the articles of a delivery, each with the pictures that it names; with all, if it is alone.

    A picture that belongs to no article is an article without text. The items of one delivery are held at once: an
    article's pictures may stand before or behind it.
    """
    texts: list[Element] = []
    pictures: dict[str, Element] = {}
    for number, (_, item) in enumerate(elements(stream, frozenset(("newsItem",)), held=True)):
        kind = next((one.get("qcode", "") for one in item.iterfind("itemMeta/itemClass")), "").casefold()
        if kind.endswith(_PICTURES):
            pictures[item.get("guid") or str(number)] = item
        elif kind.endswith("text") or not kind:
            texts.append(item)
    named, number, used = Names(name), 0, set()
    for number, item in enumerate(texts, 1):
        refs = {link.get("residref", "") for link in item.iter("link")} & set(pictures)
        own = list(pictures) if len(texts) == 1 else sorted(refs)
        used.update(own)
        yield from _of_item(item, [pictures[one] for one in pictures if one in own], named, number, name)
    for guid, item in pictures.items():
        if guid not in used:
            number += 1
            yield from _of_item(item, [item], named, number, name)
    if not number:
        raise UnreadableError("no article in it: NewsML-G2 without a text and without a picture")


def _of_item(item: Element, pictures: list[Element], named: Names, number: int, name: str) -> Read:
    headline = first(item, "contentMeta/headline", "itemMeta/title")
    language = next((one.get("tag", "") for one in item.iterfind("contentMeta/language")), "") or language_in(item)
    told = Facts(
        url=next((u for one in item.iterfind("itemMeta/link") if (u := one.get("href", "")).startswith("http")), None),
        headline=headline or None,
        published=next((d for n in _DATES if (d := day_of(first(item, n)))), None),
        publication=first(item, "itemMeta/provider/name") or None,
        language=language_of(language),
    )
    body = "" if item in pictures else _body(item)
    parts = [figure for one in pictures if (figure := _figure(one))]
    html = to_page.page("\n".join((*parts, body)), headline, told.language) if parts or body else ""
    ident = told.url or item.get("guid")
    yield make(html, told, ident, named, number, f"{name}#{ident or number}")


_DATES = (
    "contentMeta/contentCreated",
    "itemMeta/firstCreated",
    "itemMeta/versionCreated",
    "contentMeta/contentModified",
)


def _body(item: Element) -> str:
    """What stands in the item itself: NITF, XHTML, or text."""
    for inner in item.iterfind("contentSet/inlineXML"):
        nitf = inner if inner.tag == "nitf" else inner.find("nitf")
        if nitf is not None:
            page, _ = page_of(nitf)
            return page[page.find("<article>") + 9 : page.rfind("</article>")].split("</h1>", 1)[-1]
        html = inner.find(".//body")
        return markup(inner if html is None else html)
    for data in item.iterfind("contentSet/inlineData"):
        text = (data.text or "").strip()
        return to_page.of_editor(text) if to_page.is_markup(text) else to_page.of_text(text)
    return ""


def _figure(item: Element) -> str:
    captions = [one for one in item.iterfind("contentMeta/description") if "caption" in one.get("role", "")]
    caption = "".join(captions[0].itertext()) if captions else first(item, "contentMeta/description")
    makers = [first(one, "name") or one.get("literal", "") for one in item.iterfind("contentMeta/creator")]
    credit = first(item, "contentMeta/creditline") or "/".join(
        dict.fromkeys(one for one in (*makers, first(item, "itemMeta/provider/name")) if one)
    )
    image = next((h for one in item.iterfind("contentSet/remoteContent") if (h := one.get("href", ""))), "")
    return to_page.figure(caption, credit, image)
