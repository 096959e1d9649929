"""Compare captions/clean/soup.py with BeautifulSoup's own builder on the pages in tests/cases/pages/.

The same page as lexbor writes it, read by ``BeautifulSoup(..., "html.parser")``, has the same tags, attributes and
words. The nodes are linked in both directions, before and after edits.
"""

from __future__ import annotations

import copy
import gc
import weakref
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from captions.clean import soup
from captions.page import dom, limits
from tests.support.case_files import cases

PAGES: dict[str, str] = {case["id"]: case["html"] for case in cases("pages")}
ODD = {
    "attributes": '<p class="a  b&#10;c" rel=next id="" data-x hidden title="&quot;&lt;">x</p><td headers="a b">y',
    "empty-class": '<p class="">x</p><p class=" ">y</p><a rel="">z</a>',
    "comments-and-doctype": "<!DOCTYPE html><!-- a --><html><!-- b --><body>x<!-- c -->y<!-- d --></body></html>",
    "stripped-between-texts": "<p>one <script>two</script> three<style>four</style> five</p><nav><p>six</p></nav>seven",
    "void-elements": '<p>a<br>b<hr>c<img src="x.jpg" alt>d<wbr>e</p><picture><source srcset="y"><img></picture>',
    "entities": "<p>&lt;b&gt; &amp;amp; &nbsp;&#8203; &eacute; &notanentity; &#x1F4F7;</p>",
    "misnested": "<p><b>one <i>two</b> three</i><table><p>four</p><tr><td>five</table></div></p>six",
    "noscript": "<head><noscript><img src=x></noscript></head><body><noscript><p>a <b>b</b></p></noscript>",
    "raw-text": "<title>a <b> c</title><textarea>x <p> y</textarea><template><p>z</p></template>",
    "other-namespaces": "<svg><text>a</text></svg><math><mi>b</mi></math><p>c",
    "no-body": "<html><head><title>x</title></head></html>",
    "nothing": "",
    "frames": "<frameset><frame src=a></frameset>",
    "custom-elements": "<my-figure data-a=1><my-caption>x</my-caption></my-figure><amp-img src=x></amp-img>",
    "preformatted": "<pre>\n\na\n  b</pre><p>\n c \n</p>",
}
SELECTORS = (
    "p", "article > p", "figure figcaption", "figure > img:first-child", "[class]", '[class*="caption"]', ".credit",
    "p:nth-of-type(2)", "h1 + *", "h1 ~ p", "img[src$=jpg]", ":not(p) > span", "div:has(img)", "li:last-child",
    "#comments",
)  # fmt: skip

ALL = [pytest.param(html, id=name) for name, html in {**PAGES, **ODD}.items()]
Signature = list[Any]


def both(html: str) -> tuple[BeautifulSoup, BeautifulSoup]:
    """Return our tree of a page, and BeautifulSoup's own tree of the same page as lexbor writes it."""
    page = dom.parse(html)
    ours = soup.build(page)[0]
    page.strip_tags(sorted(dom.STRIPPED), recursive=True)
    return ours, BeautifulSoup(page.html or "", "html.parser")


def events(node: Any) -> Iterator[Any]:
    """Yield start tags with attributes, end tags, and texts without comments and doctypes."""
    stack: list[Any] = list(reversed(node.contents))
    while stack:
        item = stack.pop()
        if isinstance(item, str) and not isinstance(item, NavigableString):
            yield item
        elif isinstance(item, Tag):
            yield (item.name, {k: list(v) if isinstance(v, list) else v for k, v in item.attrs.items()})
            stack.append(f"</{item.name}>")
            stack.extend(reversed(item.contents))
        elif isinstance(item, NavigableString) and not isinstance(item, PreformattedString):
            yield ("text", str(item))


def signature(node: Any) -> Signature:
    """Return the events of a tree, with adjacent texts joined and their white space folded."""
    out: Signature = []
    run = ""
    for event in [*events(node), None]:
        if isinstance(event, tuple) and event[0] == "text" and isinstance(event[1], str):
            run += event[1]
            continue
        if text := " ".join(run.split()):
            out.append(("text", text))
        run = ""
        if event is not None:
            out.append(event)
    return out


def assert_linked(soup: BeautifulSoup) -> None:
    """Check that parents, siblings and elements in document order refer to each other in both directions."""
    ordered: list[Any] = [soup]
    stack: list[Any] = list(reversed(soup.contents))
    while stack:
        node = stack.pop()
        ordered.append(node)
        if isinstance(node, Tag):
            stack.extend(reversed(node.contents))
    assert ordered[-1].next_element is None
    assert soup.previous_element is None
    for left, right in pairwise(ordered):
        assert left.next_element is right
        assert right.previous_element is left
    for node in ordered:
        if not isinstance(node, Tag):
            continue
        children: list[Any] = list(node.contents)
        for child in children:
            assert child.parent is node
        for left, right in pairwise(children):
            assert left.next_sibling is right
            assert right.previous_sibling is left
        if children:
            assert children[0].previous_sibling is None
            assert children[-1].next_sibling is None
    assert [id(n) for n in soup.descendants] == [id(n) for n in ordered[1:]]


@pytest.mark.parametrize("html", ALL)
def test_the_tree_is_the_same(html: str) -> None:
    ours, own = both(html)
    assert signature(ours) == signature(own)
    assert ours.get_text(" ").split() == own.get_text(" ").split()


@pytest.mark.parametrize("html", ALL)
def test_the_nodes_are_linked(html: str) -> None:
    assert_linked(both(html)[0])


@pytest.mark.parametrize("html", ALL)
def test_searches_find_the_same(html: str) -> None:
    ours, own = both(html)
    for name in ("p", "figure", ["h1", "h2"], True):
        assert [signature(t) for t in ours.find_all(name)] == [signature(t) for t in own.find_all(name)]
    for selector in SELECTORS:
        assert [signature(t) for t in ours.select(selector)] == [signature(t) for t in own.select(selector)]
    classes = {c for t in own.find_all(class_=True) for c in t["class"]}
    for name in sorted(classes):
        assert len(ours.find_all(class_=name)) == len(own.find_all(class_=name))
    for left, right in zip(ours.find_all(True), own.find_all(True), strict=True):
        assert [p.name for p in left.parents] == [p.name for p in right.parents]
        before, same_before = left.find_previous_sibling(), right.find_previous_sibling()
        assert (before and before.name) == (same_before and same_before.name)


@pytest.mark.parametrize("html", ALL)
def test_written_html_parses_to_the_same_tree(html: str) -> None:
    ours, own = both(html)
    assert signature(BeautifulSoup(str(ours), "html.parser")) == signature(ours)
    assert signature(copy.copy(ours)) == signature(ours)
    if ours.body is not None and own.body is not None:
        assert signature(copy.deepcopy(ours.body)) == signature(ours.body)
        assert [s for t in ours.body.stripped_strings for s in t.split()] == [
            s for t in own.body.stripped_strings for s in t.split()
        ]


def _decompose(soup: BeautifulSoup, tag: Tag) -> None:
    tag.decompose()


def _extract(soup: BeautifulSoup, tag: Tag) -> None:
    assert tag.extract().parent is None


def _insert(soup: BeautifulSoup, tag: Tag) -> None:
    new = soup.new_tag("b", attrs={"class": "new"})
    new.string = "new"
    tag.insert(0, new)
    tag.insert(1, NavigableString("text"))
    tag.append("last")


def _insert_sibling(soup: BeautifulSoup, tag: Tag) -> None:
    tag.insert_before(soup.new_tag("i"))
    tag.insert_after("after")


def _replace(soup: BeautifulSoup, tag: Tag) -> None:
    new = soup.new_tag("section")
    new.append("in its place")
    tag.replace_with(new)


def _unwrap(soup: BeautifulSoup, tag: Tag) -> None:
    tag.unwrap()


def _wrap(soup: BeautifulSoup, tag: Tag) -> None:
    tag.wrap(soup.new_tag("div"))


def _clear(soup: BeautifulSoup, tag: Tag) -> None:
    tag.clear()


def _rename(soup: BeautifulSoup, tag: Tag) -> None:
    tag.name = "aside"
    attributes: Any = tag.attrs
    attributes["class"] = ["renamed"]
    tag["title"] = "a < b"


def _string(soup: BeautifulSoup, tag: Tag) -> None:
    tag.string = "whole"


def _move(soup: BeautifulSoup, tag: Tag) -> None:
    assert soup.body is not None
    soup.body.append(tag)


EDITS: list[Callable[[BeautifulSoup, Tag], None]] = [
    _decompose, _extract, _insert, _insert_sibling, _replace, _unwrap, _wrap, _clear, _rename, _string, _move,
]  # fmt: skip
EDITED = ("figcaption-spans", "wordpress-block-gallery", "old-table-layout", "text-and-paragraphs-mixed", "drupal")


@pytest.mark.parametrize("name", EDITED)
@pytest.mark.parametrize("edit", EDITS, ids=lambda e: e.__name__.strip("_"))
def test_edits_do_the_same(edit: Callable[[BeautifulSoup, Tag], None], name: str) -> None:
    count = len(both(PAGES[name])[0].select("body *"))
    for at in sorted({0, 1, count // 3, count // 2, count - 2, count - 1}):
        ours, own = both(PAGES[name])
        if edit in (_insert, _string) and ours.select("body *")[at].is_empty_element:
            continue  # the content of a void element is not read back
        edit(ours, ours.select("body *")[at])
        edit(own, own.select("body *")[at])
        assert_linked(ours)
        assert signature(ours) == signature(own)
        assert signature(BeautifulSoup(str(ours), "html.parser")) == signature(own)


@pytest.mark.parametrize("name", EDITED)
def test_all_tags_of_a_kind_can_go(name: str) -> None:
    ours, own = both(PAGES[name])
    for tree in (ours, own):
        for tag in tree.find_all(["img", "figcaption", "span", "td"]):
            tag.decompose()
        for tag in tree.find_all(["a", "b", "em"]):
            tag.unwrap()
    assert_linked(ours)
    assert signature(ours) == signature(own)


def test_trees_share_nothing() -> None:
    left, right = both(PAGES["figcaption-spans"])[0], both(PAGES["figcaption-spans"])[0]
    for tag in left.find_all(True):
        tag.attrs["data-mark"] = "1"
        attributes: Any = tag.attrs
        attributes.setdefault("class", []).append("mark")
    assert right.select(".mark, [data-mark]") == []
    first, second = left.select("span")[:2]
    first.contents.clear()
    assert second.get_text()
    left.decompose()
    assert_linked(right)


def test_deep_nesting_is_flattened_without_losing_text() -> None:
    html = "<div>" * 30_000 + "<p>deep" + "</div>" * 30_000 + "<p>after"
    tree = soup.build(dom.parse(limits.bounded(html)[0]))[0]
    assert tree.get_text(" ").split() == ["deep", "after"]
    assert max(len(list(t.parents)) for t in tree.find_all(["p"])) < 1000


def test_a_released_tree_is_freed_at_once() -> None:
    gone: list[Any] = []
    gc.disable()
    try:
        tree = soup.build(dom.parse(PAGES["figcaption-spans"]))[0]
        for tag in tree.find_all(["body", "img", "figcaption"]):
            weakref.finalize(tag, gone.append, tag.name)
        del tag
        assert not gone
        soup.release(tree)
        assert set(gone) == {"body", "img", "figcaption"}
    finally:
        gc.enable()


SENTENCE = "The ferrywoman ties the new rope to the landing at Eastmere on Monday. "
FIGURE = "<figure><img src=x><figcaption>A goat. Photo: Ida Quill/AFP</figcaption></figure>"
CHARACTERS = "read only as far as 10,000,000 characters of the page's source"
TAGS = "read only as far as 100,000 tags of the page's source"
# Page, the most nodes, a word that is still read, and the notes.
HOSTILE: dict[str, tuple[Callable[[], str], int, str, tuple[str, ...]]] = {
    "50-mb": (lambda: f"<p>{SENTENCE}</p>\n" * 650_000, 310_000, "ferrywoman", (CHARACTERS, TAGS)),
    "50-mb-text": (lambda: f"<p>{SENTENCE * 700_000}", 10, "ferrywoman", (CHARACTERS,)),
    "a-million-paragraphs": (lambda: "<p>x" * 1_000_000, 210_000, "x", (TAGS,)),
    "nested": (lambda: f"{'<div>' * 100_000}<p>{SENTENCE}{'</div>' * 100_000}", 200, "Eastmere", ()),
    "unclosed": (lambda: f"<div><p><b><ul><li>{SENTENCE}" * 5_000, 40_000, "Eastmere", ()),
    "open-formats": (
        lambda: "".join(f"<b id={n}>" for n in range(1500)) + f"<p>{SENTENCE}" * 1500, 12_000, "Eastmere", ()
    ),
    "class-names": (lambda: f"<p class='{'caption-x ' * 2_000_000}'>{SENTENCE}", 10, "Eastmere", ()),
    "a-class-name": (lambda: f"<p class={'caption' * 1_000_000}>{SENTENCE}", 10, "Eastmere", ()),
    "attributes": (
        lambda: "".join(f"<p {' '.join(f'a{n}=1' for n in range(1000))}>{SENTENCE}" for _ in range(200)),
        500, "Eastmere", (),
    ),
    "data-uri": (lambda: f"<img src='data:image/png;base64,{'iVBORw0KGgo' * 2_000_000}'>{FIGURE}", 12, "goat", ()),
    "less-than": (lambda: f"<p>{SENTENCE}{'<' * 2_000_000}", 10, "Eastmere", (TAGS,)),
    "comments": (lambda: f"<p>{SENTENCE}{'<!--' * 2_000_000}", 10, "Eastmere", (TAGS,)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_read_as_far_as_it_goes(name: str) -> None:
    make, most, word, notes = HOSTILE[name]
    html, noted = limits.bounded(make())
    assert noted == notes
    tree = soup.build(dom.parse(html))[0]
    assert sum(1 for _ in tree.descendants) <= most
    assert all(len(tag.attrs) <= 200 for tag in tree.find_all(True))
    assert max(len(list(tag.parents)) for tag in tree.find_all(True)) < 500
    assert word in tree.get_text()
    soup.release(tree)


def test_a_page_within_limits_does_not_change() -> None:
    for html in PAGES.values():
        assert limits.bounded(html) == (html, ())
    wide = '<p data-x="' + "{'a': 'b c'} " * 1000 + '" class="' + "c " * 1500 + '">x'
    assert limits.bounded(wide) == (wide, ())
