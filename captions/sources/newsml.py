"""Read NewsML-G2 deliveries, in which articles and their pictures are separate items."""

from __future__ import annotations

from typing import BinaryIO
from xml.etree.ElementTree import Element

from captions.sources import to_page
from captions.sources.nitf import page_of
from captions.sources.records import RecordNames, day_of, language_of, make
from captions.sources.source import Facts, Options, Read, UnreadableError
from captions.sources.xml_stream import elements, first, language_in, markup

_PICTURES = ("picture", "graphic", "image", "photo")


def read_newsml(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read the articles of a delivery, each with the pictures it links to; a single article gets all pictures.

    A picture without an article becomes an article without text. The whole delivery stays in memory, because an
    article's pictures may come before or after it.
    """
    texts: list[Element] = []
    pictures: dict[str, Element] = {}
    for number, (_, item) in enumerate(elements(stream, frozenset(("newsItem",)), retained=True)):
        kind = next((each.get("qcode", "") for each in item.iterfind("itemMeta/itemClass")), "").casefold()
        if kind.endswith(_PICTURES):
            pictures[item.get("guid") or str(number)] = item
        elif kind.endswith("text") or not kind:
            texts.append(item)
    named, number, used = RecordNames(name), 0, set()
    for number, item in enumerate(texts, 1):
        refs = {link.get("residref", "") for link in item.iter("link")} & set(pictures)
        own = list(pictures) if len(texts) == 1 else sorted(refs)
        used.update(own)
        yield from _of_item(item, [picture for guid, picture in pictures.items() if guid in own], named, number, name)
    for guid, item in pictures.items():
        if guid not in used:
            number += 1
            yield from _of_item(item, [item], named, number, name)
    if not number:
        raise UnreadableError("no article in it: the NewsML-G2 delivery has neither text nor picture")


def _of_item(item: Element, pictures: list[Element], named: RecordNames, number: int, name: str) -> Read:
    headline = first(item, "contentMeta/headline", "itemMeta/title")
    language = next((each.get("tag", "") for each in item.iterfind("contentMeta/language")), "") or language_in(item)
    facts = Facts(
        url=next((u for ref in item.iterfind("itemMeta/link") if (u := ref.get("href", "")).startswith("http")), None),
        headline=headline or None,
        published=next((d for n in _DATES if (d := day_of(first(item, n)))), None),
        publication=first(item, "itemMeta/provider/name") or None,
        language=language_of(language),
    )
    body = "" if item in pictures else _body(item)
    parts = [figure for picture in pictures if (figure := _figure(picture))]
    html = to_page.page("\n".join((*parts, body)), headline, facts.language) if parts or body else ""
    ident = facts.url or item.get("guid")
    yield make(html, facts, ident, named, number, f"{name}#{ident or number}")


_DATES = (
    "contentMeta/contentCreated",
    "itemMeta/firstCreated",
    "itemMeta/versionCreated",
    "contentMeta/contentModified",
)


def _body(item: Element) -> str:
    """Return the item's own content as HTML: NITF, XHTML or text."""
    for inner in item.iterfind("contentSet/inlineXML"):
        nitf = inner if inner.tag == "nitf" else inner.find("nitf")
        if nitf is not None:
            page, _ = page_of(nitf)
            return page[page.find("<article>") + 9 : page.rfind("</article>")].split("</h1>", 1)[-1]
        html = inner.find(".//body")
        return markup(inner if html is None else html)
    for data in item.iterfind("contentSet/inlineData"):
        text = (data.text or "").strip()
        return to_page.of_any(text)
    return ""


def _figure(item: Element) -> str:
    captions = [each for each in item.iterfind("contentMeta/description") if "caption" in each.get("role", "")]
    caption = "".join(captions[0].itertext()) if captions else first(item, "contentMeta/description")
    creators = [first(each, "name") or each.get("literal", "") for each in item.iterfind("contentMeta/creator")]
    credit = first(item, "contentMeta/creditline") or "/".join(
        dict.fromkeys(name for name in (*creators, first(item, "itemMeta/provider/name")) if name)
    )
    image = next((h for each in item.iterfind("contentSet/remoteContent") if (h := each.get("href", ""))), "")
    return to_page.figure(caption, credit, image)
