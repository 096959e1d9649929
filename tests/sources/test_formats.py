"""Read the same article from every file format, and report each broken file in one line."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import sys
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions import sources
from captions.lexicon.vocabulary import default
from captions.sources.formats import read_file
from captions.sources.records import RecordNames
from captions.sources.source import Options
from tests.support import formats as f

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

ALL = f.all_formats()


@pytest.mark.parametrize("name", ALL)
def test_the_same_article_in_each_format_gives_the_same(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(ALL[name])
    ran = run("parse", name)
    assert ran.err == ""
    (article,) = json.loads(ran.out)["articles"]
    assert article["text"] == f.TEXT
    (caption,) = article["captions"]
    assert caption["text"] == f.CAPTION
    assert caption["credit"]["creators"] == ["Odalys Fenwick"]
    assert caption["credit"]["supplier"] == "Reuters"
    assert {key: article[key] for key in f.FACTS} == f.FACTS
    assert article["notes"] == []


# --- a broken file gets a one-line reason, and its intact part is read


def bomb(name: bytes = b"&c;") -> bytes:
    entities = b'<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">'
    return (
        b'<?xml version="1.0"?><!DOCTYPE rss ['
        + entities
        + b"]><rss><channel><title>"
        + name
        + b"</title></channel></rss>"
    )


LINES = f.jsonl(f.RECORD, {**f.RECORD, "url": f.URL + "/2"})
BROKEN_LINE = LINES.replace(b"\n", b'\n{"html": "Rain\n', 1)
PAGES = {"a.html": f.PAGE.encode(), "b.html": f.PAGE.encode()}
OFFICE = f.zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
FIELDS = "no article in it: no field holds the text; the fields are"

BAD: dict[str, tuple[bytes, int, list[str]]] = {
    # file: its bytes, the number of articles read, and the reasons reported
    "cut.html.gz": (gzip.compress(f.PAGE.encode())[:-30], 0, ["cut.html.gz: broken gzip file"]),
    "empty.gz": (gzip.compress(b""), 0, ["empty.gz: an empty file"]),
    "thrice.gz": (
        gzip.compress(gzip.compress(gzip.compress(f.PAGE.encode()))),
        0,
        ["thrice.gz: compressed too often: a gzip file inside gzip files"],
    ),
    "no-html.mhtml": (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: text/css\r\n\r\np\r\n--B--",
        0,
        ["no-html.mhtml: no article in it: the saved page or message has no HTML part"],
    ),
    "empty.mht": (
        b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n",
        0,
        ["empty.mht: no article in it: the HTML part is empty or broken"],
    ),
    "line.jsonl": (BROKEN_LINE, 2, ["line.jsonl:2: broken JSON: unterminated string starting at character 10"]),
    "first.jsonl": (
        b'{"html": "Rain\n' + LINES,
        2,
        ["first.jsonl:1: broken JSON: unterminated string starting at character 10"],
    ),
    "list-in.jsonl": (
        LINES + b"[1]\n7\n",
        2,
        [f"list-in.jsonl:{n}: not a JSON object" for n in (3, 4)],
    ),
    "other.jsonl": (
        LINES + b'{"price": 7, "sku": "x"}\n',
        2,
        [f"other.jsonl:3: {FIELDS} price, sku; choose one with --map text=FIELD"],
    ),
    "blank.jsonl": (LINES + b'{"text": " 12 "}\n', 2, ["blank.jsonl:3: no article in it: not one letter"]),
    "cut.json": (
        json.dumps([f.RECORD, f.RECORD]).encode()[:-40],
        1,
        ["cut.json: broken JSON: unterminated string starting; the records before it were read"],
    ),
    "endless.json": (
        json.dumps([f.RECORD]).encode()[:-1],
        1,
        ["endless.json: broken JSON: the list has no end; its complete records were read"],
    ),
    "none.json": (b"[ ]", 0, ["none.json: no article in it: the list is empty"]),
    "settings.json": (b'{\n "debug": true\n}', 0, [f"settings.json: {FIELDS} debug; choose one with --map text=FIELD"]),
    "deep.json": (b'[{"text": ' + b"[" * 100_000, 0, ["deep.json: broken JSON: nested too deep"]),
    "header.csv": (b"url,text\n", 0, ["header.csv: no article in it: the table has a header but no rows"]),
    "gap.csv": (
        b"url,text\nx,\ny,Rain again at the pier.\n",
        1,
        [f"gap.csv:2: {FIELDS} url, text; choose one with --map text=FIELD"],
    ),
    "cut.xml": (f.rss(f.ITEM * 2)[:-700], 1, ["cut.xml: broken XML: unclosed token in line 2, column 1"]),
    "bomb.xml": (bomb(), 0, ["bomb.xml: refused: XML with custom entities can be a bomb"]),
    "deep.xml": (b"<?xml version='1.0'?><rss>" + b"<a>" * 100_000, 0, ["deep.xml: broken XML: nested too deep"]),
    "empty.rss": (f.rss(""), 0, ["empty.rss: no article in it: the feed has no items"]),
    "drafts.xml": (
        f.rss("<item><title>x</title><wp:status>draft</wp:status></item>"),
        0,
        ["drafts.xml: no article in it: the export has no published posts"],
    ),
    "other.xml": (
        b'<?xml version="1.0"?><urlset><url/></urlset>',
        0,
        ["other.xml: unsupported XML: its root element is urlset"],
    ),
    "none.xml": (
        b'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"/>',
        0,
        ["none.xml: no article in it: the NewsML-G2 delivery has neither text nor picture"],
    ),
    "empty.nitf.xml": (b"<nitf><body/></nitf>", 0, ["empty.nitf.xml#1: no article in it: not one letter"]),
    "ninjs.json": (
        b'{"uri": "x", "associations": [], "versioncreated": "2024"}',
        0,
        ["ninjs.json:1: no article in it: the ninjs item has neither body nor picture"],
    ),
    "empty.zip": (f.zipped({}), 0, ["empty.zip: no readable file in this archive"]),
    "cut.zip": (f.zipped(PAGES)[:-30], 0, ["cut.zip: broken ZIP archive"]),
    "office.zip": (OFFICE, 0, ["office.zip: not a text file: an office document, an e-book or a program"]),
    "nested.zip": (
        f.zipped({"in.zip": f.zipped(PAGES), **PAGES}),
        2,
        ["nested.zip!in.zip: nested archive: unpack the outer archive first"],
    ),
    "bad-member.zip": (f.zipped({"a.txt": b"", **PAGES}), 2, ["bad-member.zip!a.txt: an empty file"]),
    "bomb.zip": (
        f.zipped({"a.txt": b"A wet dog. " * 8_000_000, **PAGES}),
        2,
        ["bomb.zip!a.txt: possible bomb: it unpacks to far more data than text would"],
    ),
    "empty.tar": (f.tarred({"a.jpg": b"\xff\xd8"}), 0, ["empty.tar: no readable file in this archive"]),
    "cut.tgz": (f.tarred(PAGES, "w:gz")[:-40], 0, ["cut.tgz: broken gzip file"]),
    "nested.tar": (
        f.tarred({"in.tar": f.tarred(PAGES), **PAGES}),
        2,
        ["nested.tar!in.tar: nested archive: unpack the outer archive first"],
    ),
    "moved.warc": (
        f.warc(status="301 Moved"),
        0,
        ["moved.warc: no article in it: the WARC file has no pages"],
    ),
    "long-row.csv": (
        b"url,text\na,Rain again\nb,Rain, again\nc,Rain at last\n",
        2,
        ["long-row.csv:3: 3 cells, but the header has 2; quote cells that contain ','"],
    ),
    "open-quote.csv": (
        b'url,text\na,"Rain again\nb,"So it goes on"\nc,Rain at last\n',
        2,
        ["open-quote.csv:2: broken CSV: a quote in line 2 is not closed"],
    ),
    "twice.csv": (
        b"url,text,tags,tags,text\na,Rain again,x,y,and again\n",
        1,
        ["twice.csv:1: column 'text' appears twice; only the first is read, so rename the other"],
    ),
    "deep.mhtml": (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B0\r\n\r\n"
        + b"".join(b"--B%d\r\nContent-Type: multipart/mixed; boundary=B%d\r\n\r\n" % (n, n + 1) for n in range(3000)),
        0,
        ["deep.mhtml: cannot be read as MHTML: nested too deep"],
    ),
    "cut.parquet": (f.parquet(f.RECORD)[:-9], 0, ["cut.parquet: broken Parquet file"]),
}


@pytest.mark.parametrize("name", BAD)
def test_a_broken_file_is_reported_in_one_line(run: Run, tmp_path: Path, name: str) -> None:
    data, count, reasons = BAD[name]
    (tmp_path / name).write_bytes(data)
    ran = run("parse", name)
    assert len(json.loads(ran.out)["articles"]) == count
    lines = ran.err.splitlines()
    assert len(lines) == len(reasons)
    for line, start in zip(lines, reasons, strict=True):
        assert line.startswith(f"not read: {start}")
    assert ran.code == (0 if count else 2)


# --- pages after other text


BEFORE_A_PAGE = {
    "a long comment": b"<!-- " + b"x" * 5000 + b" -->\n",
    "many comments": b"<!-- x -->\n" * 500,
    "a comment longer than what is looked at": b"<!-- " + b"x" * 70_000 + b" -->\n",
    "two BOMs": codecs.BOM_UTF8 * 2,
    "a notice": b"Notice: Undefined variable: ad in /srv/www/page.php on line 12\n",
    "a notice in HTML": b"<br />\n<b>Warning</b>:  count() in <b>/srv/www/page.php</b> on line <b>12</b><br />\n",
}


@pytest.mark.parametrize("start", BEFORE_A_PAGE)
@pytest.mark.parametrize("name", ["a.html", "a.htm.gz", "a.zip"])
def test_what_comes_before_a_page_does_not_hide_it(run: Run, tmp_path: Path, start: str, name: str) -> None:
    data = BEFORE_A_PAGE[start] + f.PAGE.encode()
    (tmp_path / name).write_bytes(f.zipped({"a.html": data}) if name == "a.zip" else data)
    (article,) = json.loads(run("parse", name).out)["articles"]
    assert article["text"] == f.TEXT
    assert [caption["text"] for caption in article["captions"]] == [f.CAPTION]
    assert article["headline"] == f.HEADLINE


def test_a_text_without_markup_stays_a_text_whatever_its_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f.PLAIN, encoding="utf-8")
    (article,) = json.loads(run("parse", "a.html").out)["articles"]
    assert article["text"] == f.TEXT


# --- values that Python cannot represent


def odd_columns() -> dict[str, Any]:
    """Return columns with values that a conversion to Python objects fails on."""
    import pyarrow as pa

    broken = pa.array([f.PLAIN.encode() + b"\xff", f.PLAIN.encode()], pa.binary())
    return {
        "nanoseconds": pa.array([1_716_012_000_000_000_001, 1], pa.timestamp("ns")),
        "time zone": pa.array([1_716_012_000_000_000, 1], pa.timestamp("us", tz="Mars/Phobos")),
        "year 148000": pa.array([2**62, 1], pa.timestamp("us")),
        "day": pa.array([2**31 - 1, 1], pa.date32()),
        "text": pa.Array.from_buffers(pa.string(), 2, broken.buffers()),
    }


@pytest.mark.parametrize("kind", ["nanoseconds", "time zone", "year 148000", "day", "text"])
def test_odd_values_in_a_table_cost_no_article(run: Run, tmp_path: Path, kind: str) -> None:
    import pyarrow as pa
    from pyarrow import parquet as pq

    column = odd_columns()[kind]
    columns = {"text": column} if kind == "text" else {"text": [f.PLAIN] * 2, "published": column}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    ran = run("parse", "a.parquet")
    articles = json.loads(ran.out)["articles"]
    assert [len(article["captions"]) for article in articles] == [1, 1]
    assert ran.err == ""
    if kind in ("nanoseconds", "time zone"):
        assert articles[0]["published"] == "2024-05-18"


# --- each record is a separate article


def stored(run: Run, *arguments: str) -> tuple[str, list[str]]:
    """Ingest and return the summary and the names of the stored uses."""
    summary = run("ingest", *arguments).out.split(";")[0].strip()
    uses = json.loads(run("find", "pier", "--format", "json").out)["uses"]
    return summary, [use["source"] for use in uses]


def test_each_record_is_a_separate_article_and_is_recognized(run: Run, tmp_path: Path) -> None:
    other = {**f.RECORD, "html": f.RECORD["html"].replace("hens", "geese"), "url": f"{f.URL}/2"}
    third = {"body": f"{f.CAPTION} (Photo: {f.CREDIT})\n\n{f.TEXT.replace('hens', 'ducks')}"}
    fourth = {"body": third["body"].replace("ducks", "swans"), "id": 7}
    lines = [f.RECORD, other, f.RECORD, third, fourth]
    (tmp_path / "a.jsonl").write_bytes(f.jsonl(*lines))
    summary, names = stored(run, "a.jsonl")
    assert summary == "read 5, new 4, changed 0, unchanged 1, failed 0"
    assert sorted(names) == ["a.jsonl#4", "a.jsonl#7", f"a.jsonl#{f.URL}", f"a.jsonl#{f.URL}/2"]
    assert stored(run, "a.jsonl")[0] == "read 5, new 0, changed 0, unchanged 5, failed 0"
    lines[4] = {**fourth, "views": 8}  # fields that are not read may change
    lines[1] = {**other, "title": "The ferry is late"}
    (tmp_path / "a.jsonl").write_bytes(f.jsonl(*lines))
    assert stored(run, "a.jsonl")[0] == "read 5, new 0, changed 1, unchanged 4, failed 0"
    cleaned = run("clean", "a.jsonl#4")
    assert (cleaned.code, cleaned.out) == (0, f.TEXT.replace("hens", "ducks") + "\n")


def test_records_on_standard_input_are_recognized_by_their_ids(run: Run) -> None:
    data = f.jsonl(f.RECORD, {"text": f.PLAIN.replace("hens", "geese")}) + b"{]\n"
    assert run("ingest", "-", stdin=data).out.startswith("read 2, new 2, changed 0, unchanged 0, failed 1;")
    again = run("ingest", "-", stdin=data)
    assert again.out == "read 2, new 0, changed 0, unchanged 2, failed 1\n"
    assert again.err.startswith("not read: -:3: broken JSON")
    names = {use["source"].split(":")[0] for use in json.loads(run("find", "pier", "--format", "json").out)["uses"]}
    assert names == {"stdin", "stdin#https"}
    assert "CR901" not in run("audit").out


MAPS = [
    ("text=story.body,url=where", {}),
    ("html=story.page", {"url": None}),
    ("text=story.body,url=where,headline=top.0,published=when,publication=paper,language=tongue,id=n", f.FACTS),
]


@pytest.mark.parametrize(("mapping", "facts"), MAPS)
def test_map_names_unusual_fields(run: Run, tmp_path: Path, mapping: str, facts: dict[str, str | None]) -> None:
    record = {
        "story": {"body": f.PLAIN, "page": f.BODY},
        "where": f.URL,
        "top": [f.HEADLINE],
        "when": 1716012000,
        "paper": "Harbor Echo",
        "tongue": "en_GB",
        "text": "Not this one.",
    }
    (tmp_path / "a.jsonl").write_bytes(f.jsonl(record))
    (article,) = json.loads(run("parse", "a.jsonl", "--map", mapping).out)["articles"]
    assert article["text"] == f.TEXT
    assert [caption["text"] for caption in article["captions"]] == [f.CAPTION]
    assert {name: article[name] for name in facts} == facts


@pytest.mark.parametrize("mapping", ["text", "text=", "captions=body", "=x"])
def test_an_invalid_map_is_reported(run: Run, mapping: str) -> None:
    ran = run("ingest", "a.jsonl", "--map", mapping)
    parts = "text, html, url, headline, published, publication, language, id"
    parts += ", caption, credit, creator, agency, copyright, terms, image"
    assert (ran.code, ran.err) == (2, f"captions: --map {mapping}: use PART=FIELD, where PART is one of {parts}\n")


def test_map_makes_a_table_of_unusual_columns(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(f.csv_of({"nr": "1", "copytext": f.PLAIN}))
    (article,) = json.loads(run("parse", "a.txt", "--map", "text=copytext").out)["articles"]
    assert article["source"] == "a.txt#1"
    assert article["text"] == f.TEXT


NO_RECORDS = [
    "Ferries, boats, and a text\n\nThe text, the title and the url of it are all here, the council said on Tuesday.\n",
    "[Photo] A boat at the pier\n\nThe council said on Tuesday that the ferry stays.\n",
    "{Editor: see below}\n\nThe council said on Tuesday that the ferry stays.\n",
    "Note: this is a text\nFrom: the council\n\nThe council said on Tuesday that the ferry stays.\n",
    "a < b and b > c\n\nThe council said on Tuesday that the ferry stays.\n",
]


@pytest.mark.parametrize("text", NO_RECORDS)
def test_a_text_stays_a_text(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (article,) = json.loads(run("parse", "a.txt").out)["articles"]
    assert article["source"] == "a.txt"
    assert "The council said" in article["text"] or "the council said" in article["text"]


def large(name: str) -> bytes:
    """Return the content of the file with this name: 600 articles in 12 MB."""
    many = [{**f.RECORD, "url": f"{f.URL}/{n}", "pad": "x" * 20_000} for n in range(600)]
    if name == "a.json":
        return json.dumps(many).encode()
    if name == "a.jsonl":
        return f.jsonl(*many)
    if name == "a.csv":
        return b"url,text,pad\r\n" + (b'"x","' + f.PLAIN.encode() + b'","' + b"x" * 20_000 + b'"\r\n') * 600
    if name == "a.rss":
        return f.rss(f.ITEM.replace("A boat.", "A boat." + "x" * 20_000) * 600)
    return f.tarred({f"{n}.jsonl": f.jsonl(record) for n, record in enumerate(many)})


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.csv", "a.rss", "a.tar"])
def test_a_file_of_any_size_is_read_piece_by_piece(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(large(name))
    entry = sources.InputFile(name, path)
    assert isinstance(next(sources.read(entry)), sources.Source)  # loads the format's modules
    tracemalloc.start()
    try:
        count = sum(isinstance(item, sources.Source) for item in sources.read(entry))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 600
    assert peak < 2_000_000


def test_the_names_of_a_million_records_take_little_memory() -> None:
    names = RecordNames("a.jsonl")
    tracemalloc.start()
    try:
        given = {names.of(str(n), n, "x") for n in range(20_000)}
        repeated = [names.of("7", 20_001, "x"), names.of("7", 20_002, "y"), names.of(None, 20_003, "z")]
        memory = tracemalloc.get_traced_memory()[0] - sum(map(sys.getsizeof, given)) - sys.getsizeof(given)
    finally:
        tracemalloc.stop()
    assert len(given) == 20_000
    assert repeated == ["a.jsonl#7", "a.jsonl#7:20002", "a.jsonl#20003"]
    assert memory < 5_000_000


# --- reading any file ends with articles and reasons


KEYS = st.sampled_from(
    [
        "text",
        "html",
        "title",
        "url",
        "date",
        "id",
        "source",
        "language",
        "uri",
        "type",
        "value",
        "name",
        "data",
        "associations",
        "headlines",
        "bodies",
        "infosources",
        "renditions",
        "versioncreated",
    ]
)
TEXTS = st.sampled_from(
    [f.BODY, f.PAGE, "picture", "\ud800", "2024", "", "x" * 50, "<p>", "\x00", "[1]", "Rain, again"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def read_bytes(data: bytes) -> list[sources.Source | sources.Unread]:
    return list(read_file(io.BytesIO(data), "a", Options()))


@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_no_record_raises(record: dict[str, Any]) -> None:
    (*_, item) = read_bytes(json.dumps(record).encode())
    if isinstance(item, sources.Source):
        sources.article(item, default())


DAMAGED = ("a.mhtml", "list.json", "a.csv", "wordpress.xml", "nitf.xml", "newsml.xml", "a.zip", "a.tar", "a.warc")


@pytest.mark.parametrize("name", DAMAGED)
@given(data=st.data())
def test_no_damaged_file_raises(name: str, data: st.DataObject) -> None:
    whole = ALL[name]
    at = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 40))
    read_bytes(whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + length :])
