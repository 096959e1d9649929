"""Clean the pages in tests/cases/clean/ in each format and mode, and check that a hostile page can do nothing."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import captions
from captions.clean import clean, clean_page, links, of_layout
from captions.clean.credits import credit_line
from captions.cli.cleaning import CleanFormat, Keep
from captions.lexicon.vocabulary import default
from captions.page.parser import Layout, read_page
from tests.support.case_files import Case, cases
from tests.support.depth import examples

CASES = cases("clean")
PAGES = [(c["id"], c["page"]) for c in CASES] + [(c["id"], c["html"]) for c in cases("pages")]
FORMS, KEEPS = tuple(map(str, sorted({*CleanFormat} - {CleanFormat.json}))), tuple(map(str, Keep))
RESULTS = {f"{keep}_{to}": (to, keep) for to in FORMS for keep in KEEPS}
every_page = pytest.mark.parametrize("page", [p for _, p in PAGES], ids=[name for name, _ in PAGES])


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _body(html: str, *but: str) -> Tag:
    """Return the article element without the headline and the named elements."""
    soup = BeautifulSoup(html, "html.parser")
    article = soup.find("article")
    assert isinstance(article, Tag)
    for tag in article.find_all(["h1", *but]):
        tag.decompose()
    return article


# --- cases


@pytest.mark.parametrize("case", CASES, ids=lambda c: str(c["id"]))
def test_case(case: Case) -> None:
    given_keys = {key if "_" in key else f"once_{key}" for key in case} & set(RESULTS)
    assert given_keys
    for key in sorted(given_keys):
        to, keep = RESULTS[key]
        output = clean_page(case["page"], to, keep, case.get("url"))
        if to == "html":
            output, _, facts = output.partition("</article>\n")
            output += "</article>\n"
            if keep == "drop":
                assert facts == ""
        assert output == case.get(key, case.get(key.removeprefix("once_")))
    if "facts" in case:
        html = clean_page(case["page"], "html", "once", case.get("url"))
        script = BeautifulSoup(html, "html.parser").find("script", type="application/ld+json")
        assert isinstance(script, Tag)
        assert script.text.strip("\n") == case["facts"].strip("\n")
        assert json.loads(script.text)["@context"] == "https://schema.org"


def test_ids_are_unique() -> None:
    assert [name for name, times in Counter(case["id"] for case in CASES).items() if times > 1] == []


def test_keys_are_known() -> None:
    allowed = {"id", "page", "url", "note", "facts", *FORMS, *RESULTS}
    assert [case["id"] for case in CASES if not set(case) <= allowed] == []


# --- all pages


@every_page
def test_html_without_figures_has_the_same_text(page: str) -> None:
    """Compare the words and their order; a table in HTML has all its cells."""
    article = captions.parse_html(page)
    body = _body(clean_page(page, "html", "once"), "figure")
    tables = {word for table in body.find_all("table") for word in _words(table.get_text(" "))}
    for tag in body.find_all(["br", "td", "th", "li", "p"]):
        tag.insert_after(" ")
    actual, wanted = _words(body.get_text()), _words(article.text)
    if tables:
        actual, wanted = [w for w in actual if w not in tables], [w for w in wanted if w not in tables]
        assert set(_words(article.text)) <= {*actual, *tables}
    assert actual == wanted


@every_page
def test_markdown_has_the_same_text_as_html(page: str) -> None:
    html = _body(clean_page(page, "html", "once"), "figure")
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(clean_page(page, "markdown", "once"))
    markdown = _body(f"<article>{rendered}</article>")
    for quotation in markdown.find_all("blockquote"):  # captions are set as quotations
        if not any(quotation.get_text(" ", strip=True) == q.get_text(" ", strip=True) for q in html("blockquote")):
            quotation.decompose()
    assert "".join(_words(markdown.text)) == "".join(_words(html.text))
    counted = ("a", "h2", "h3", "li", "table", "blockquote")
    assert {t: len(markdown(t)) for t in counted} == {t: len(html(t)) for t in counted}


@every_page
def test_cleaning_again_loses_no_paragraph(page: str) -> None:
    article = captions.parse_html(page)
    again = captions.parse_html(clean_page(page, "html", "drop"))
    left = " ".join(_words(again.text))
    assert [p for p in article.text.split("\n\n") if " ".join(_words(p)) not in left] == []
    assert again.headline == article.headline


@every_page
def test_the_same_credits_are_read_again(page: str) -> None:
    """Skip captions without a credit, which are not recognized without a picture's URL."""

    def credited(article: captions.Article) -> list[tuple[str, str | None, tuple[str, ...]]]:
        found = [(c.text, c.credit.supplier, c.credit.creators) for c in article.captions if c.credit is not None]
        return list(dict.fromkeys(found))  # a credit without a caption is printed once for all its pictures

    assert credited(captions.parse_html(clean_page(page, "html", "once"))) == credited(captions.parse_html(page))


@every_page
def test_text_is_the_clean_text(page: str) -> None:
    assert clean_page(page) == captions.parse_html(page).text.strip("\n") + "\n"


# --- plain text

TEXTS = [(c["id"], c["source"]) for c in cases("plain") if "source" in c]
every_text = pytest.mark.parametrize("text", [t for _, t in TEXTS], ids=[name for name, _ in TEXTS])


@every_text
def test_html_of_plain_text_has_the_same_text(text: str) -> None:
    article = captions.parse_text(text)
    soup = BeautifulSoup(clean(article, "html", "once", text), "html.parser")
    for tag in soup(["figure", "script"]):
        tag.decompose()
    for tag in soup(["h1", "p", "li", "br"]):
        tag.insert_after(" ")
    assert _words(soup.text) == _words(article.text)


@every_text
@pytest.mark.parametrize("keep", KEEPS)
def test_each_format_has_each_caption_of_plain_text_once(text: str, keep: str) -> None:
    article = captions.parse_text(text)
    soup = BeautifulSoup(clean(article, "html", keep, text), "html.parser")
    figures = [" ".join(f.figcaption.text.split()) if f.figcaption else "" for f in soup("figure")]
    lines = [" ".join(filter(None, (c.text, credit_line(c.credit, default())))) for c in article.captions]
    assert figures == [" ".join(line.split()) for line in lines if keep != "drop"]


# --- credits


@pytest.mark.parametrize(
    ("agency", "form"), [(a.name, form) for a in default().agencies.values() for form in a.credit_forms]
)
def test_a_credit_form_is_read_as_it_is_meant(agency: str, form: str) -> None:
    line = form.replace("{creator}", "Jane Doe").replace("{agency}", "dpa" if agency == "picture alliance" else "AFP")
    credit = captions.parse_credit(line)
    assert (credit.supplier, credit.creators) == (agency, ("Jane Doe",))
    assert name_order(credit_line(credit, default())) == name_order(line)


def name_order(line: str) -> str:
    """Return a line without its label, which is not part of a credit line."""
    return line.removeprefix("Photo by ")


# --- pictures

URL = "https://echo.example/news/a"
PICTURED = """<!doctype html><html lang="en"><head><title>x</title></head><body><article><h1>The ferry is back</h1>
<p>The harbour council voted on Tuesday night to keep the old ferry running for one more summer.</p>
<figure><img src="/boat.jpg?utm_source=x" alt="A red &lt;b&gt; boat">
<figcaption>Islanders queue. (Jo Reed/AP)</figcaption></figure>
<figure><img src="/dot.gif" width="1" height="1"><figcaption>A dog waits. (Ada Quill/Reuters)</figcaption></figure>
<p>Tickets will cost the same as last year, and children under six still travel free on weekdays.</p>
</article></body></html>"""


def _pictured(to: str, *images: tuple[str, ...]) -> str:
    """Return the page, whose captions get these pictures."""

    def formatted(layout: Layout) -> str:
        pictured = [replace(c, images=i) for c, i in zip(layout.article.captions, images, strict=True)]
        return of_layout(replace(layout, article=replace(layout.article, captions=(*pictured,))), to, "once", default())

    return read_page(PICTURED, URL, None, formatted)


def test_pictures_with_known_addresses_are_included() -> None:
    html = _pictured("html", ("/boat.jpg?utm_source=x", "other.jpg"), ("/dot.gif",))
    assert html.count("<img") == 1
    assert (
        '<figure><img src="https://echo.example/boat.jpg" alt="A red &lt;b&gt; boat"><figcaption>Islanders queue. '
        '<span class="credit">AP Photo/Jo Reed</span></figcaption></figure>'
    ) in html
    assert "<figure><figcaption>A dog waits." in html
    (boat, dog) = json.loads(html.partition("</article>")[2].partition(">")[2].partition("</script>")[0])["@graph"]
    assert boat["contentUrl"] == "https://echo.example/boat.jpg"
    assert "contentUrl" not in dog
    markdown = _pictured("markdown", ("/boat.jpg",), ())
    assert (
        "> ![A red &lt;b&gt; boat](https://echo.example/boat.jpg)  \n> Islanders queue. (AP Photo/Jo Reed)\n\n> A dog"
    ) in markdown


def test_alt_text_does_not_repeat_the_caption() -> None:
    def formatted(layout: Layout) -> str:
        (caption, _) = layout.article.captions
        pictured = replace(layout, article=replace(layout.article, captions=(replace(caption, images=("/s.jpg",)),)))
        return of_layout(replace(pictured, places=pictured.places[:1]), "html", "once", default())

    page = PICTURED.replace(
        'alt="A red', 'srcset="/s.jpg 1x, /l.jpg 2x" alt="ISLANDERS QUEUE (Jo Reed/AP)" title="A red'
    )
    assert '<img src="https://echo.example/s.jpg" alt=""><figcaption>' in read_page(page, URL, None, formatted)
    assert 'alt="A man' in read_page(page.replace('alt="ISLANDERS', 'alt="A man'), URL, None, formatted)


@pytest.mark.parametrize("image", ["data:image/png;base64,AAAA", "javascript:x", "x" * 3000, "http://[", ""])
def test_no_other_address_is_included(image: str) -> None:
    assert "<img" not in _pictured("html", (image,), ())


# --- nothing is active

EVIL = '</script><script>alert(1)</script><img src=x onerror="alert(1)">'


@pytest.mark.parametrize("keep", KEEPS)
def test_an_article_whose_every_word_is_hostile(keep: str) -> None:
    credit = captions.Credit(EVIL, (EVIL,), (EVIL,), EVIL, copyright_notice=EVIL, license=EVIL, license_url=EVIL)
    occurrence = captions.Occurrence(EVIL, 0, 4)
    caption = captions.Caption(EVIL, credit, (occurrence,), (f"https://a.example/{EVIL}", EVIL))
    article = captions.Article(f"{EVIL}\n\n{EVIL}", (caption,), EVIL, f"https://a.example/{EVIL}", language=EVIL)
    html = clean(article, "html", keep)
    _has_no_force(html)
    soup = BeautifulSoup(html, "html.parser")
    if keep != "drop":
        assert json.loads(soup.find_all("script")[0].text)["@graph"][0]["creditText"] == EVIL
        assert soup.find_all("span")[0].text == EVIL
    rendered = MarkdownIt("commonmark").render(clean(article, "markdown", keep))
    assert BeautifulSoup(rendered, "html.parser")(["script"]) == []


ALLOWED = {
    "article": {"lang"}, "a": {"href"}, "img": {"src", "alt"}, "span": {"class"}, "ol": {"start"}, "td": {"colspan"},
    "th": {"colspan"}, "script": {"type"},
}  # fmt: skip
BITS = (
    "<p>", "</p>", "<b>", "</b>", "<a href='javascript:alert(1)'>", "<a href=/x onclick=alert(1)>", "</a>", "<ul>",
    "<li>", "</li>", "</ul>", "<ol start=99999999999>", "<table>", "<tr>", "<td colspan=7>", "</table>",
    "<blockquote>", "<figure>", "</blockquote>", "<img src=x onerror=alert(1)>", "<figcaption>", "</figure>",
    "<svg><script>", "</script>", "<script>", "<style>", "</style>", "<!--", "-->", "<![CDATA[", "]]>",
    "<math><mtext>", "<noscript>", "</noscript>", "<textarea>", "</textarea>", "&lt;script&gt;", "\"'><", "<h2>",
    "</h2>", "<i style=x>", "</i>", "<br>", "*", "_", "[x](", "`", "\\",
    "The harbour council voted on Tuesday night to keep the old ferry running for one more summer. ",
    "A dog on the pier. (Photo: Jo Reed/AP) ", "1. ", "- ", "# ", "> ", "| ", "\n", "\u0000", "\ud800", "<q>",
    "</q>", "<base href=x:y>",
)  # fmt: skip


def _has_no_force(html: str) -> None:
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.find_all(True):
        assert set(tag.attrs) <= ALLOWED.get(tag.name, set()), tag
        assert tag.name not in ("iframe", "style", "svg", "object", "base", "form")
        for name in ("href", "src"):
            assert re.match(r"(https?://|mailto:)", str(tag.get(name, "https://"))), tag
        if tag.name == "script":
            assert tag.attrs == {"type": "application/ld+json"}
            json.loads(tag.text)


@given(st.lists(st.sampled_from(BITS), max_size=40))
@settings(max_examples=examples(50), deadline=None)
def test_no_page_gets_anything_through(bits: list[str]) -> None:
    page = f"<article><h1>x</h1>{''.join(bits)}</article>"
    for keep in KEEPS:
        _has_no_force(clean_page(page, "html", keep, "https://echo.example/"))
        clean_page(page, "markdown", keep)
        clean_page(page, "text", keep)


@pytest.mark.parametrize("tag", ["blockquote", "ul", "ul><li", "b", "table><tr><td", "div"])
def test_endless_nesting(tag: str) -> None:
    text = "<p>The harbour council voted on Tuesday night to keep the old ferry running for one more summer.</p>"
    page = f"<{tag}>" * 20_000 + text * 3
    for to in FORMS:
        assert clean_page(page, to, "once").count("harbour council") == 3


@pytest.mark.parametrize(
    "unit",
    [
        "<b>word</b>",
        "<b>word</b> <a href=/x>link</a>!",
        "</p><table><tr><td>1</td><td>A cell of so many words that it is kept as one of the article's own.</td></tr>"
        "<tr><td>2</td><td>Another cell</td></tr></table><p>",
        "</p><ul><li>A line of a list that ends in a stop.</li></ul><p>",
    ],
    ids=["emphasis", "links", "tables", "lists"],
)
def test_very_many_elements(unit: str) -> None:
    """Catch quadratic steps, which would take minutes here."""
    page = (
        f"<article><h1>x</h1><p>The harbour council voted on Tuesday to keep the old ferry.{unit * 2_000}</p></article>"
    )
    for to in FORMS:
        assert len(clean_page(page, to, "once")) > 4_000


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("/a?utm_source=x&b=1", "https://echo.example/a?b=1"),
        ("/a?ref=x&id=1", "https://echo.example/a?ref=x&id=1"),
        ("?UTM_CAMPAIGN=x", "https://echo.example/news"),
        ("https://a.example/?%75tm_source=x", "https://a.example/"),
        ("HTTPS://a.example/x", "https://a.example/x"),
        ("mailto:a@b.example?body=x", "mailto:a@b.example"),
        ("mailto:", None),
        ("tel:123", None),
        ("#a", None),
        ("java\nscript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("http:", None),
        ("", None),
        (None, None),
    ],
)
def test_links(address: str | None, wanted: str | None) -> None:
    assert links.link(address, "https://echo.example/news") == wanted
