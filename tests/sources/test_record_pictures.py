"""Read captions, credits and rights that feeds and exports give in fields of their own."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions import parse_html, sources
from captions.clean import clean_page
from captions.lexicon.vocabulary import default
from captions.model import Article, Caption
from captions.page.structured import PictureData
from captions.sources.formats import read_file
from captions.sources.record_pictures import RecordPicture, line_of, with_pictures
from captions.sources.records import parse_map
from captions.sources.source import Options
from tests.support import formats as f
from tests.support.case_files import cases

HTML = "".join(f"<p>{paragraph}</p>" for paragraph in f.PARAGRAPHS)


def feed(item: str) -> bytes:
    text = item.replace("{{text}}", f"<![CDATA[{HTML}]]>")
    return f.rss(f"<item><title>{f.HEADLINE}</title><link>{f.URL}</link>{text}</item>")


def export(items: str) -> bytes:
    """Return a WordPress export: posts in braces, and the XML of attachments."""
    return f.rss(items.replace("{{text}}", f.TEXT))


def record(text: str) -> bytes:
    """Return a record in JSON."""
    parts = {"text": f.TEXT, "html": HTML, **{f"p{n}": paragraph for n, paragraph in enumerate(f.PARAGRAPHS)}}
    for name, part in parts.items():
        text = text.replace(f"{{{{{name}}}}}", json.dumps(part)[1:-1])
    return text.encode()


def table(text: str) -> bytes:
    """Return a table of rows."""
    return text.lstrip().replace("{{text}}", f.TEXT).encode()


def delivery(items: str) -> bytes:
    """Return a NewsML delivery; the braces are replaced by the article's text."""
    return items.lstrip().replace("{{html}}", HTML).encode()


WRITERS: dict[str, Callable[[str], bytes]] = {
    "media_rss": feed,
    "wordpress": export,
    "json": record,
    "csv": table,
    "ninjs": record,
    "newsml": delivery,
    "markdown": table,
}
ALL = {f"{name}: {case['id']}": (name, case) for name in WRITERS for case in cases(f"records/{name}.toml")}


def read(data: bytes, options: Options | None = None) -> list[tuple[Article, tuple[str, ...]]]:
    """Return the articles of a file, each with its notes."""
    found = list(read_file(io.BytesIO(data), "a", options or Options()))
    assert [item for item in found if isinstance(item, sources.Unread)] == []
    return [(sources.article(s, default()), s.notes) for s in found if isinstance(s, sources.Source)]


def found(caption: Caption, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a caption that a case names."""
    credit, data = caption.credit, caption.structured_credit
    parts = {
        "text": caption.text,
        "line": credit.line if credit else "",
        "creators": list(credit.creators) if credit else [],
        "agencies": list(credit.agencies) if credit else [],
        "supplier": credit.supplier if credit else None,
        "restrictions": list(credit.restrictions) if credit else [],
        "notice": credit.copyright_notice if credit else None,
        "license": credit.license if credit else None,
        "structured": data.line if data else "",
        "images": list(caption.images),
    }
    return {name: parts[name] for name in wanted}


@pytest.mark.parametrize("name", ALL)
def test_the_pictures_of_a_record_are_read(name: str) -> None:
    kind, case = ALL[name]
    articles = read(WRITERS[kind](case["input"]), Options(parse_map([case["map"]])) if "map" in case else None)
    captions = [caption for article, _ in articles for caption in article.captions]
    assert [found(c, w) for c, w in zip(captions, case["captions"], strict=False)] == case["captions"]
    assert len(captions) == len(case["captions"])
    for article, notes in articles:
        assert article.text == case.get("text", f.TEXT).strip()
        assert [note for note in notes if "fields" in note] == case.get("notes", [])


TAGS = st.sampled_from(
    ['<img src="/a-1.jpg">', "<img src='/b.jpg' class=wp-image-7>", "<figure>", "</figure>", "<figcaption>A dog.",
     "</figcaption>", "<p>", "</p>", "<a href='/a-1.jpg'>", "</a>", "<img", '"', "Rain again.", "<em class='credit'>x"]
)  # fmt: skip


@given(st.lists(TAGS, max_size=12).map("".join))
def test_pictures_only_add_to_an_article(body: str) -> None:
    data = PictureData(caption="A dog on the pier.", line="Jo Reed/AP", addresses=("/a-1.jpg",))
    html = with_pictures(body, [RecordPicture(data), RecordPicture(PictureData(line="dpa"), "7")])
    at = 0
    for char in body:  # each character is still there, in order
        at = html.index(char, at) + 1
    assert html.count("Jo Reed/AP") >= 1


@given(st.lists(st.sampled_from(["Jo Reed", "Jo Reed/AP", "AP", "", "dpa", "JO REED", "Reed"]), max_size=5))
def test_a_line_has_each_name_once(names: list[str]) -> None:
    line = line_of(names)
    assert all(name.casefold() in line.casefold() for name in names)
    assert line.casefold().count("reed") <= 1


TEXTS = ["A dog on the *old* pier.", "Hens [in a crate] wait at Pier_Two_.", "The pier, 9 < 10 & wet."]
CREDITS = ["Jo Reed/AP", "Ilse Brandt/dpa", "Odalys Fenwick/Reuters"]


@given(
    st.lists(
        st.tuples(st.sampled_from(TEXTS), st.sampled_from(CREDITS)), unique_by=lambda c: c[0], min_size=1, max_size=3
    )
)
def test_clean_markdown_gives_the_same_captions_when_it_is_read_again(captions: list[tuple[str, str]]) -> None:
    figures = (
        f'<figure><img src="https://news.example/{n}.jpg"><figcaption>{escape(text)} '
        f'<span class="credit">{credit}</span></figcaption></figure>'
        for n, (text, credit) in enumerate(captions)
    )
    page = f"<html><body><article><h1>{f.HEADLINE}</h1>{''.join(figures)}{HTML}</article></body></html>"
    before = parse_html(page)
    written = clean_page(page, "markdown", "once")
    ((after, _),) = read(written.encode())
    assert after.text == before.text == f.TEXT
    names = ("text", "creators", "supplier", "images")  # the line is written in the supplier's own form
    parts = [[found(c, dict.fromkeys(names)) for c in each.captions] for each in (before, after)]
    assert parts[0] == parts[1]
    assert len(after.captions) == len(captions)
