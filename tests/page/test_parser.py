"""Read the small pages in tests/cases/pages/, hostile pages and mutated pages with parse_html."""

from __future__ import annotations

import codecs
import re
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import captions
from tests.support.case_files import Case, cases, params
from tests.support.depth import examples

FIELDS = ("headline", "published", "publication", "language")
# The fields of a caption that a case may check besides text, credit and count.
BESIDE = {"images", "structured", "rule", "copyright_notice", "license", "license_url", "licensor_url"}


CASES = cases("pages")


def _found(article: captions.Article) -> list[tuple[str, str | None, int]]:
    return [(c.text, c.credit.line if c.credit else None, c.count) for c in article.captions]


def _field(caption: captions.Caption, key: str) -> object:
    """Return a field of a caption or its credit as a case writes it: "" for None."""
    if key == "structured":
        return caption.structured_credit.line if caption.structured_credit else ""
    value = getattr(caption if key in ("images", "rule") else caption.credit, key)
    return list(value) if key == "images" else value or ""


@pytest.mark.parametrize("case", params(CASES))
def test_case(case: Case) -> None:
    article = captions.parse_html(case["html"], url=case.get("url"))
    wanted = [(c["text"], c.get("credit"), c.get("count", 1)) for c in case.get("captions", [])]
    assert _found(article) == wanted
    if "text" in case:
        assert article.text.split("\n") == case["text"].removesuffix("\n").split("\n")
    facts = {field: str(getattr(article, field)) for field in FIELDS if field in case}
    assert facts == {field: case[field] for field in FIELDS if field in case}
    if "uncaptioned" in case:
        assert [{"url": p.url, "alt": p.alt} for p in article.uncaptioned] == case["uncaptioned"]
    for caption, wanted_of in zip(article.captions, case.get("captions", []), strict=True):
        for key in BESIDE & set(wanted_of):
            assert (key, _field(caption, key)) == (key, wanted_of[key])


@pytest.mark.parametrize("case", CASES, ids=lambda c: str(c["id"]))
def test_bytes_give_what_text_gives(case: Case) -> None:
    article = captions.parse_html(case["html"])
    assert captions.parse_html(case["html"]) == article
    assert captions.parse_html(case["html"].encode()) == article


def test_ids_are_unique() -> None:
    assert [name for name, times in Counter(case["id"] for case in CASES).items() if times > 1] == []


def test_keys_are_known() -> None:
    allowed = {"id", "html", "text", "captions", "note", "known", "url", "uncaptioned", *FIELDS}
    assert [case["id"] for case in CASES if not set(case) <= allowed] == []
    inner = {"text", "credit", "count", *BESIDE}
    assert [case["id"] for case in CASES for c in case.get("captions", []) if not set(c) <= inner] == []


# --- hostile pages: no traceback, bounded time

WORDS = "The ferry left the pier at seven, with nine passengers, four goats and a very patient dog on board."
BODY = f"<p>{WORDS}</p>"
FIGURE = '<figure><img src="a.jpg"><figcaption>A dog in the park. Photo: Jo Reed/AP</figcaption></figure>'
LD = '<script type="application/ld+json">'
# Large enough that a quadratic step would take minutes.
HOSTILE: dict[str, str] = {
    "nested-divs": "<div>" * 100_000 + BODY,
    "nested-divs-closed": "<div>" * 100_000 + BODY + "</div>" * 100_000,
    "nested-inline": "<b>" * 100_000 + BODY,
    "nested-links": "<a href=x>" * 100_000 + BODY,
    "nested-tables": "<table><tr><td>" * 20_000 + BODY,
    "nested-lists": "<ul><li>" * 50_000 + BODY,
    "nested-captions": "<div class=caption>" * 50_000 + BODY,
    "nested-figures": "<figure>" * 20_000 + BODY,
    "nested-quotes-and-forms": "<blockquote><form>" * 20_000 + BODY,
    "unclosed-paragraphs": f"<p>{WORDS}" * 5_000,
    "unclosed-everything": "<article><h1>x<figure><figcaption>A dog. Photo: Jo Reed/AP<p>" + WORDS,
    "unclosed-attribute": BODY + '<p class="' + "x" * 1_000_000,
    "unclosed-comment": BODY + "<!--" + "x" * 1_000_000,
    "unclosed-script": BODY + LD + '{"@type":"NewsArticle"' * 1000,
    "closed-only": "</div></p></figure>" * 50_000 + BODY,
    "less-than-signs": "<" * 500_000,
    "ampersands": BODY + "<p>" + "&" * 200_000,
    "class-names": '<p class="' + " ".join(f"caption{i}" for i in range(100_000)) + f'">{WORDS}</p>',
    "long-class-name": f'<div class="{"caption" * 100_000}">{BODY}</div>',
    "data-uri": BODY
    + f'<figure><img src="data:image/png;base64,{"A" * 5_000_000}"><figcaption>A dog.</figcaption></figure>',
    "data-uri-in-style": BODY + f'<div style="background:url(data:image/png;base64,{"A" * 5_000_000})"></div>',
    "one-long-word": f"<p>{'x' * 1_000_000}",
    "comments": BODY + "<!-- x -->" * 50_000 + BODY,
    "text-parted-by-comments": BODY + "<p>" + "x<!-- -->" * 30_000,
    "labels-in-a-caption": BODY + f"<figure><img><figcaption>{'Photo: ' * 50_000}</figcaption></figure>" + BODY,
    "brackets-in-a-caption": BODY + f"<figure><img><figcaption>{'(' * 50_000}</figcaption></figure>" + BODY,
    "slashes-in-a-caption": BODY + f"<figure><img><figcaption>{'Jo Reed/' * 20_000}</figcaption></figure>" + BODY,
    "credits-in-a-caption": BODY
    + "<figure><img><figcaption>"
    + "<i class=credit>AP</i>" * 5_000
    + "</figcaption></figure>",
    "captions-in-a-box": BODY + "<div class=image><img>" + "<p class=caption>a dog</p>" * 3_000 + "</div>" + BODY,
    "figures-after-the-body": BODY + FIGURE * 10_000,
    "figures-among-paragraphs": (BODY + FIGURE) * 300,
    "figures-beside-each-other": FIGURE * 20_000,
    "line-breaks": "<p>x" + "<br>" * 100_000,
    "attributes": "<p " + " ".join(f"a{i}=1" for i in range(100_000)) + f">{WORDS}</p>",
    "metas": "<meta name=a content=b>" * 20_000 + BODY,
    "json-nested": BODY + LD + "[" * 100_000 + "</script>",
    "json-long-number": BODY + LD + '{"@type":"NewsArticle","headline":' + "9" * 10_000 + "}</script>",
    "json-of-other-kinds": BODY + LD + '{"@type":[1,null],"headline":{},"datePublished":[],"publisher":7}</script>',
    "json-bad-date": BODY + LD + '{"@type":"NewsArticle","datePublished":"2024-99-99"}</script>',
    "state-of-five-megabytes": BODY
    + '<script type="application/json">['
    + '{"url":"/a.jpg","caption":"A dog","credit":"Jo Reed/AP"},' * 90_000
    + "0]</script>",
    "state-of-one-object": BODY + f'<script>x={{"credit":"{"x" * 5_000_000}"}}</script>',
    "state-of-names-alone": BODY + "<script>" + '"credit":' * 500_000 + "</script>",
    "state-of-open-braces": BODY + "<script>" + '{"credit":' * 300_000 + "</script>",
    "state-nested": BODY + "<script>" + '{"credit":[' * 2_000 + "1" + "]}" * 2_000 + "</script>",
    "state-in-open-strings": BODY + "<script>" + 'JSON.parse("{credit\\":' * 100_000 + "</script>",
    "state-in-strings": BODY + "<script>" + 'push([1,"{\\"credit\\":1}"])' * 50_000 + "</script>",
    "state-in-many-scripts": BODY + '<script>x={"a":"b","credit":"Jo Reed"}</script>' * 20_000,
    "srcset-of-megabytes": BODY
    + f'<figure><img srcset="{"a.jpg 1w, " * 4_000}"><figcaption>A dog, here</figcaption></figure>',
    "srcset-without-spaces": BODY
    + f'<figure><img srcset="{"a,1w" * 10_000}"><figcaption>A dog, here</figcaption></figure>',
    "pictures-with-captions-in-data": BODY
    + "".join(f'<img src="{n}.jpg" data-caption="Dog {n} runs." data-credit="Jo Reed/AP">' for n in range(3_000))
    + BODY,
    "pictures-in-nested-captions": BODY
    + '<div data-caption="A dog runs." data-credit="Jo Reed/AP"><img src=a.jpg>' * 3_000
    + BODY,
    "pictures-in-one-figure": BODY
    + "<figure>"
    + "<picture><source srcset='a.webp 9w'><img src=a.jpg></picture>" * 3_000
    + "<figcaption>A dog runs. Photo: Jo Reed/AP</figcaption></figure>"
    + BODY,
    "pictures-in-one-scope": BODY
    + '<div itemscope itemtype="https://schema.org/ImageObject">'
    + "<img itemprop=creditText src=a.jpg>" * 20_000
    + "</div>",
    "scopes-in-scopes": BODY + '<div itemscope itemtype="https://schema.org/ImageObject" itemprop=image>' * 500,
    "pictures-of-json-ld": BODY
    + LD
    + "["
    + ",".join(
        f'{{"@type":"ImageObject","url":"/{n}.jpg","caption":"Dog {n}","creditText":"AP"}}' for n in range(20_000)
    )
    + "]</script>",
    "nul": BODY.replace("ferry", "fer\x00ry") + "<p\x00 cla\x00ss=x>\x00",
    "controls": f"<p>{''.join(map(chr, range(32)))}\x7f\x80\x9f{WORDS}</p>",
    "lone-surrogates": f"<p>\ud800{WORDS}\udfff</p>" + FIGURE.replace("dog", "\ud83ddog"),
    "character-references": "<p>&#0;&#xD800;&#x110000;&#xFFFE;&#99999999999;&bogus;&#;" + WORDS,
    "directions": f"<p>\u202e{WORDS}\u202c\u2066\u200f</p>" + FIGURE.replace("A dog", "\u202eA dog"),
    "empty": "",
    "white-space": " \n\t\r\n ",
    "doctype": "<!DOCTYPE html>",
    "html": "<html>",
    "body-twice": "<body><body class=caption>" + BODY,
    "frameset": "<frameset><frame src=a></frameset>",
    "plaintext": "<plaintext>" + BODY,
    "textarea": "<textarea>" + BODY,
    "template": "<template>" + BODY,
    "svg-and-math": f"<svg><foreignObject>{BODY}</foreignObject></svg><math><mtext>{BODY}</mtext></math>{BODY}",
    "cdata": f"<![CDATA[{BODY}]]>{BODY}",
    "processing-instruction": "<?xml version='1.0'?><?php echo 1 ?>" + BODY,
    "tags-of-odd-names": f"<p:x><x-y><1><é><p/><p =a ='\"><a\x0cb>{BODY}",
    "no-html": WORDS,
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_is_read(html: str) -> None:
    article = captions.parse_html(html)
    assert "\x00" not in article.text
    if len(html) < 50_000:
        assert captions.parse_html(html) == article


def test_a_page_of_five_megabytes_is_read_whole() -> None:
    article = captions.parse_html((BODY + "\n") * 48_000)
    assert (article.text.count(WORDS), article.notes) == (48_000, ())


@pytest.mark.parametrize("name", ["nul", "controls", "directions", "character-references", "cdata", "no-html"])
def test_the_text_of_a_broken_page_stays(name: str) -> None:
    assert "at seven, with nine passengers" in captions.parse_html(HOSTILE[name]).text


def test_controls_do_not_reach_the_text() -> None:
    text = captions.parse_html(HOSTILE["controls"] + HOSTILE["nul"]).text
    assert [c for c in text if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0] == []


def test_a_script_is_not_part_of_a_caption() -> None:
    script = '<script>document.write("<b>Photo: Bad Actor/AP</b>")</script><style>p{}</style>'
    article = captions.parse_html(f"<article>{BODY}{FIGURE.replace('A dog', script + 'A dog')}{BODY}</article>")
    assert _found(article) == [("A dog in the park.", "Jo Reed/AP", 1)]
    assert article.text == f"{WORDS}\n\n{WORDS}"


def test_marks_written_as_text_stay_text() -> None:
    html = BODY + FIGURE.replace("A dog", "&lt;script&gt;alert(1)&lt;/script&gt; A dog") + BODY
    assert _found(captions.parse_html(html)) == [("<script>alert(1)</script> A dog in the park.", "Jo Reed/AP", 1)]


# --- bytes, read as a browser would

MOEWEN = "Möwen – „Grüße“ sagte die Fährfrau am Dienstag und legte mit neun Fahrgästen und vier Ziegen ab."
PAGE = "<!DOCTYPE html><html><head>{head}<title>x</title></head><body><article><p>{text}</p></article></body></html>"


def _page(text: str, head: str = "") -> str:
    return PAGE.format(head=head, text=text)


LATIN = '<meta charset="iso-8859-1">'
EQUIV = '<meta http-equiv="Content-Type" content="text/html; charset={}">'
RUSSIAN = "Паромщица причалила в семь часов утра с девятью пассажирами и четырьмя козами на борту."
JAPANESE = "港町の議会は火曜日の夜、古い渡し船をもう一夏だけ運航することを賛成多数で決めた。"
KOREAN = "항구 마을 의회는 화요일 밤 낡은 나룻배를 한 해 여름 더 운항하기로 찬성 다수로 결정했다."
ENCODED = {
    "utf-8": (_page(MOEWEN).encode(), MOEWEN),
    "utf-8-bom": (codecs.BOM_UTF8 + _page(MOEWEN).encode(), MOEWEN),
    "utf-8-declared": (_page(MOEWEN, "<meta charset=utf-8>").encode(), MOEWEN),
    "latin-1-is-windows-1252": (_page(MOEWEN, LATIN).encode("cp1252"), MOEWEN),
    "windows-1252-undeclared": (_page(MOEWEN).encode("cp1252"), MOEWEN),
    "declared-by-http-equiv": (_page(RUSSIAN, EQUIV.format("windows-1251")).encode("cp1251"), RUSSIAN),
    "shift-jis": (_page(JAPANESE, EQUIV.format("Shift_JIS")).encode("cp932"), JAPANESE),
    "euc-kr": (_page(KOREAN, "<meta charset=euc-kr>").encode("cp949"), KOREAN),
    "utf-16-le-bom": (codecs.BOM_UTF16_LE + _page(MOEWEN).encode("utf-16-le"), MOEWEN),
    "utf-16-be-bom": (codecs.BOM_UTF16_BE + _page(MOEWEN).encode("utf-16-be"), MOEWEN),
    "bom-beats-the-declared": (codecs.BOM_UTF8 + _page(MOEWEN, LATIN).encode(), MOEWEN),
    "utf-16-declared-is-utf-8": (_page(MOEWEN, "<meta charset=utf-16>").encode(), MOEWEN),
    "declared-latin-1-but-utf-8": (_page(MOEWEN, LATIN).encode(), MOEWEN),
    "declared-utf-8-but-windows-1252": (_page(MOEWEN, "<meta charset=utf-8>").encode("cp1252"), MOEWEN),
    "declared-unknown": (_page(MOEWEN, "<meta charset=klingon>").encode(), MOEWEN),
    "declared-no-text-codec": (_page(MOEWEN, "<meta charset=base64>").encode(), MOEWEN),
}


@pytest.mark.parametrize("name", ENCODED)
def test_bytes_are_decoded_as_a_browser_would(name: str) -> None:
    data, text = ENCODED[name]
    assert captions.parse_html(data).text == text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"\xff\xfe<\x00p",
        b"\xfe\xff\x00",
        bytes(range(256)) * 400,
        b"\x89PNG\r\n\x1a\n" + bytes(5000),
        b"%PDF-1.7\n<p>",
        b"<meta charset=''>",
        b"<meta charset=utf-7><p>+ADw-script+AD4-",
        b"\x00" * 100_000,
        b"<p>" + b"\xc3" * 10_000,
    ],
    ids=lambda data: repr(data[:20]),
)
def test_bytes_that_are_not_a_page_do_not_raise(data: bytes) -> None:
    assert captions.parse_html(data) == captions.parse_html(data)


# --- mutated pages

SOURCES = [case["html"] for case in CASES]
TAGS = (
    "<div>", "</div>", "<p>", "</p>", "<figure>", "</figure>", "<figcaption>", "</figcaption>", "<img src=x.jpg>",
    "<br>", "<table>", "<td>", "</table>", "<a href=x>", "</a>", "<h1>", "</h1>", '<div class="caption">', "<script>",
    '<span class="credit">', "</script>", "<!--", "-->", "<b>", "</i>", "<svg>", "<template>", "<noscript>", "<form>",
    "<select>", "<li>", "</body>", "<body>", "<html lang=xx>", "<title>", "<style>", '"', "'", "<", ">", "&", "&#",
    "\x00", "\ud800", "\u202e", "Photo: ", "(AP)", "©", " / ", "(", LD, "{", "}]", "<iframe>", "<aside>",
    '<meta charset="utf-16">', "<blockquote>", "<frameset>", "<plaintext>", "<math>", "<head>", '<p class="">',
    "<p class>",
)  # fmt: skip
MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["delete", "duplicate", "swap", "insert", "cut"]),
        st.floats(0, 1),
        st.floats(0, 1),
        st.integers(1, 400),
        st.sampled_from(TAGS),
    ),
    min_size=1,
    max_size=12,
)

# Bytes inserted into the source, which is then passed as bytes.
JUNK = (b"", b"\xff", b"\x00\x00", b"\x1b[2J", b"\xc3", b"\x80\x9b", b"\xef\xbb\xbf", b"\xf0\x9f\x93")


def mutated(html: str, changes: list[tuple[str, float, float, int, str]]) -> str:
    """Return a page with slices deleted, doubled and swapped, and odd tags inserted."""
    for kind, first, second, size, tag in changes:
        a, b = sorted((int(first * len(html)), int(second * len(html))))
        size = min(size, b - a) if kind == "swap" else size
        if kind == "delete":
            html = html[:a] + html[a + size :]
        elif kind == "duplicate":
            html = html[:b] + html[a : a + size] + html[b:]
        elif kind == "swap":
            html = html[:a] + html[b : b + size] + html[a + size : b] + html[a : a + size] + html[b + size :]
        elif kind == "insert":
            html = html[:a] + tag + html[a:]
        else:
            html = html[: max(a, 1)]
    return html


@settings(deadline=None, max_examples=examples(120), suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SOURCES), MUTATIONS, st.none() | st.sampled_from(JUNK))
@example(SOURCES[0], [("insert", 0.5, 0.5, 1, "\ud800")], None)
@example(SOURCES[0], [("insert", 0.0, 0.5, 1, "<frameset>")], None)
@example(SOURCES[0], [("insert", 0.34, 0.5, 1, "\x1b")], None)
def test_mutated_pages_do_not_raise(
    html: str, changes: list[tuple[str, float, float, int, str]], junk: bytes | None
) -> None:
    html = mutated(html, changes)
    data = html.encode("utf-8", "surrogatepass")
    at = int(changes[0][1] * len(data))
    source = html if junk is None else data[:at] + junk + data[at:]
    article = captions.parse_html(source)
    assert captions.parse_html(source) == article
    texts = [article.text, *(x for x in (article.headline, article.publication, article.language, article.url) if x)]
    texts += [x for c in article.captions for x in (c.text, c.credit.line if c.credit else "")]
    for text in texts:
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)
    assert sum(map(len, texts)) <= 3 * len(source) + 100
    for caption in article.captions:
        assert caption.text or caption.credit
        assert all(p.element is not None for p in caption.occurrences)


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "no page: a PNG picture"),
        (b"%PDF-1.7\n<p>all of it ASCII", "no page: a PDF"),
        (b"PK\x03\x04<p>word/document.xml", "no page: a ZIP archive or an office document"),
        (b"<p>text" + bytes(500), "no page: binary data, with NUL bytes"),
    ],
)
def test_bytes_that_are_not_a_page_give_an_empty_article_and_a_note(data: bytes, note: str) -> None:
    assert captions.parse_html(data) == captions.Article(text="", notes=(note,))


def test_a_page_of_50_mb_is_read_in_bounded_memory() -> None:
    program = (
        "import resource, captions\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "page = '<p>The ferrywoman ties the new rope to the landing at Eastmere on Monday, at noon.</p>' * 600_000\n"
        "print(captions.parse_html(page.encode()).notes)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603
    assert (ran.returncode, ran.stdout.count("read only as far as")) == (0, 2), ran.stderr


CANONICAL = '<link rel="canonical" href="{}">'
SHARED = '<meta property="og:url" content="{}">'


@pytest.mark.parametrize(
    ("head", "url", "expected"),
    [
        ("", None, None),
        (CANONICAL.format("https://news.example/ferry"), None, "https://news.example/ferry"),
        (SHARED.format("https://news.example/f?share"), None, "https://news.example/f?share"),
        (
            SHARED.format("https://news.example/f?share") + CANONICAL.format("https://news.example/ferry"),
            None,
            "https://news.example/ferry",
        ),
        (SHARED.format("https://news.example/a/f") + CANONICAL.format("/ferry"), None, "https://news.example/ferry"),
        (CANONICAL.format("/ferry"), None, None),
        (CANONICAL.format("javascript:alert(1)") + SHARED.format("file:///etc/passwd"), None, None),
        (CANONICAL.format("https://news.example/ferry"), "https://other.example/1", "https://other.example/1"),
        ('<link rel="Canonical nofollow" href=" https://news.example/ferry ">', None, "https://news.example/ferry"),
    ],
)
def test_a_saved_page_has_its_own_address(head: str, url: str | None, expected: str | None) -> None:
    page = (
        f"<html><head>{head}</head><body><article><h1>Ferry stays</h1><p>The ferry stays.</p></article></body></html>"
    )
    assert captions.parse_html(page, url=url).url == expected


def test_a_line_with_only_a_sign_before_a_bracket_has_no_caption() -> None:
    paragraph = f"<p>{'The ferry to Skarholm sailed again on Monday. ' * 6}</p>"
    page = f"<article>{paragraph}<div><img src='ferry.jpg'><div>- (foo)</div></div>{paragraph}</article>"
    assert captions.parse_html(page).captions == ()
