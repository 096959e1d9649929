"""Read Markdown: the fields above the text, and pictures with captions in italics, in quotes, titles or codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import BinaryIO

from captions.caption.candidates import LIKELY
from captions.caption.split import split as split_credit
from captions.decoding import decode
from captions.lexicon.vocabulary import default
from captions.page.structured import PictureData
from captions.page.structured.picture_data import of_pairs
from captions.sources import front_matter, to_page
from captions.sources.json_pictures import PictureFields
from captions.sources.record_pictures import figure, with_pictures
from captions.sources.records import facts_of
from captions.sources.shortcodes import attributes
from captions.sources.source import Options, Read, Source, UnreadableError, digest_of
from captions.sources.streams import whole

_ANY_IMAGE = re.compile(rb"^[ \t>]{0,8}\[?!\[[^\]\n]{0,2000}+\]\([^()\s]", re.MULTILINE)
_FRONT = re.compile(rb"(?:\xef\xbb\xbf)?(?:---[ \t]*\r?\n[\w-]{1,60}:[ \t\r\n]|\+\+\+[ \t]*\r?\n[\w-]{1,60} *=)")
_IMAGE = re.compile(
    r"(?:\[)?!\[((?:[^\[\]\\]|\\.)*+)\]\(\s*+<?([^\s()<>]++)>?(?:\s++(?:\"((?:[^\"\\]|\\.)*+)\"|'([^']*+)'))?\s*+\)"
    r"(?:\]\([^\s()]*+\))?(?:\{[^{}\n]*+\})?"
)
_CODE = re.compile(r"\{\{[<%]\s*+(?:figure|image|img|picture|photo)\b([^{}>%]*+)[>%]\}\}")
_ITALIC = re.compile(r"\s*+(?:\*(?![\s*])(.+)(?<![\s*\\])\*|_(?![\s_])(.+)(?<![\s_\\])_)\s*", re.DOTALL)
_HEADING = re.compile(r"(#{1,6})[ \t]++(.*)")
_ITEM = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+")
_LINK = re.compile(r"(?<!!)\[([^\[\]]++)\]\(([^\s()]++)(?:\s[^()]*+)?\)")
_STRONG = re.compile(r"(?<![\w\\*])(?:\*\*|__)(?=\S)([^*_\n]++)(?<=\S)(?:\*\*|__)(?![\w*])")
_EMPHASIS = re.compile(r"(?<![\w\\*])[*_](?=\S)([^*_\n]++)(?<=\S)[*_](?![\w*])")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_BREAK = re.compile(r"(?:  |\\)\n")


def is_markdown(head: bytes) -> bool:
    """Return whether a text has Markdown's fields above it, or a picture in Markdown at the start of a line."""
    return _FRONT.match(head) is not None or _ANY_IMAGE.search(head) is not None


def read_markdown(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read one article."""
    data = whole(stream)
    text, notes = decode(data)
    if not any(map(str.isalpha, text)):
        raise UnreadableError("no article in it: not one letter")
    fields, body = front_matter.split(text)
    headline, html = html_of(body)
    facts = facts_of(fields, options)
    headline = facts.headline or headline
    pictures = PictureFields(fields)
    html = with_pictures(html, pictures.of_record())
    page = to_page.page(html, headline, facts.language)
    yield Source(name, page, digest_of(data), notes, page=True, facts=facts)


def html_of(text: str) -> tuple[str, str]:
    """Return the first heading of a Markdown text, and the HTML of the rest."""
    blocks = [block.strip("\n") for block in re.split(r"\n[ \t]*(?:\n[ \t]*)+", text.replace("\r\n", "\n").strip())]
    headline = ""
    out: list[str] = []
    at = 0
    while at < len(blocks):
        block, at = blocks[at], at + 1
        heading = _HEADING.match(block)
        if heading and len(heading[1]) == 1 and not headline:
            headline = re.sub(r"<[^<>]*>", "", _inline(heading[2]))
            headline = unescape(headline)
            continue
        following = blocks[at] if at < len(blocks) else ""
        caption, is_taken = _picture(block, following)
        at += is_taken
        out.append(caption or _block(block))
    return headline, "\n".join(filter(None, out))


def _picture(block: str, following: str) -> tuple[str, bool]:
    """Return the figure of a block with a picture, and whether the block behind it is its caption."""
    if code := _CODE.fullmatch(block.strip()):
        return _of_code(attributes(code[1])), False
    is_quote = block.startswith(">")
    inner = re.sub(r"(?m)^> ?", "", block) if is_quote else block
    image = _IMAGE.match(inner.strip())
    if image is None:
        return (_of_quote(inner) if is_quote else ""), False
    rest = inner.strip()[image.end() :].strip().removeprefix("\\").strip()
    if _IMAGE.search(rest):
        return "", False
    title = _inline(image[3] or image[4] or "")
    if rest:
        italic = _ITALIC.fullmatch(rest)
        if not is_quote and italic is None and "\n" not in inner.strip():
            return "", False  # a picture at the start of a paragraph
        return _figure(image, _inline(rest)), False
    if _ITALIC.fullmatch(following):
        return _figure(image, _inline(following)), True
    return _figure(image, title or _of_alt(image[1])), False


def _figure(image: re.Match[str], caption: str) -> str:
    alt = escape(unescape(_ESCAPED.sub(r"\1", image[1])))
    source = escape(unescape(image[2]))
    return f'<figure><img src="{source}" alt="{alt}"><figcaption>{caption}</figcaption></figure>'


def _of_alt(alt: str) -> str:
    """Return an alternative text that ends in a credit: it is a caption."""
    text = unescape(_ESCAPED.sub(r"\1", alt))
    return escape(text) if _has_credit(text) else ""


def _of_quote(text: str) -> str:
    """Return the figure of a quote in one paragraph that ends in a credit in brackets; ``""`` for any other quote."""
    caption = unescape(re.sub(r"<[^<>]*>", "", _inline(" ".join(text.split()))))
    is_caption = caption.endswith(")") and _has_credit(caption)
    return f"<figure><figcaption>{escape(caption)}</figcaption></figure>" if is_caption else ""


def _has_credit(text: str) -> bool:
    found = split_credit(text, default())
    return found is not None and found.strength >= LIKELY


def _of_code(pairs: dict[str, str]) -> str:
    """Return the figure of ``{{< figure src=".." caption=".." attr="Jo Reed" >}}``."""
    data: PictureData = of_pairs({("credit" if name == "attr" else name): value for name, value in pairs.items()})
    data.caption = data.caption or pairs.get("title", "")
    data.addresses = tuple(filter(None, (pairs.get("src", ""),)))
    return figure(data)


def _block(block: str) -> str:
    if block.lstrip().startswith("<"):
        return block
    if heading := _HEADING.match(block):
        level = len(heading[1])
        rest = block[heading.end() :].strip()
        return f"<h{level}>{_inline(heading[2])}</h{level}>" + (f"\n{_block(rest)}" if rest else "")
    if block.startswith(">"):
        return f"<blockquote><p>{_inline(re.sub(r'(?m)^> ?', '', block))}</p></blockquote>"
    if _ITEM.match(block):
        return f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in _items(block))}</ul>"
    return f"<p>{_inline(block)}</p>" if re.search(r"[^\W_]", block) else ""


def _items(block: str) -> Iterator[str]:
    item = ""
    for line in block.split("\n"):
        if begin := _ITEM.match(line):
            if item:
                yield item
            item = line[begin.end() :]
        else:
            item += f"\n{line.strip()}"
    yield item


def _inline(text: str) -> str:
    """Return a line of Markdown as HTML: pictures, links, emphasis, line breaks, escaped signs."""
    text = _ESCAPED.sub(lambda found: f"&#{ord(found[1])};", text)
    text = _IMAGE.sub(lambda found: f'<img src="{escape(found[2])}" alt="{escape(found[1])}">', text)
    text = _LINK.sub(r'<a href="\2">\1</a>', text)
    text = _STRONG.sub(r"<strong>\1</strong>", text)
    text = _EMPHASIS.sub(r"<em>\1</em>", text)
    return _BREAK.sub("<br>\n", text)
