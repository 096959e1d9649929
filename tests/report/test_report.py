"""Write reports, and escape the text in them.

The golden files have the reports on the samples. After an intended change, run
``CAPTIONS_RENEW_GOLDEN=1 pytest tests/report/test_report.py`` and read the diff.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
import shlex
from datetime import date
from functools import lru_cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from captions import escaping, parse_text
from captions.audit.codes import CODES
from captions.audit.finding import Finding
from captions.audit.overview import Unchecked
from captions.files.csv_input import cell_text
from captions.model import Credit, Use
from captions.report import as_csv, as_json, as_markdown, as_sarif, findings_text, write_rows
from captions.report.audit_report import Report
from captions.report.rows import Column, Row
from captions.report.write import write_audit
from captions.text import match_key
from tests.support.paths import GOLDEN, SAMPLES
from tests.support.reference_audit import audit

if TYPE_CHECKING:
    from tests.conftest import Run

SAMPLES = SAMPLES / "articles"
HOSTILE = '=cmd()|"calc" \x1b[31mred\x1b]0;title\x07 \u202eevil\u202c <script>alert(1)</script>\x9b2J\r\nnext\x00'


@lru_cache(maxsize=1)
def samples() -> list[Use]:
    """Return the uses of the samples, read without a store."""
    uses = []
    for path in sorted(SAMPLES.glob("*.txt")):
        article = parse_text(path.read_text(encoding="utf-8-sig"))
        uses += [
            Use(f"samples/articles/{path.name}", n, c.text, match_key(c.text), c.credit, c.count, article.headline)
            for n, c in enumerate(article.captions, 1)
        ]
    return uses


def report(uses: list[Use], limit: int | None = None) -> Report:
    return Report(audit(uses), len(uses), len({use.source for use in uses}), limit)


def written(what: Report, form: str) -> str:
    stream = io.StringIO()
    write_audit(what, form, stream)
    return stream.getvalue()


def hostile() -> Report:
    credit = Credit(HOSTILE, creators=(HOSTILE,), agencies=("@SUM(1)",), supplier=HOSTILE)
    return report([Use(f"a{HOSTILE}.txt", 1, HOSTILE, match_key(HOSTILE), credit, 2, HOSTILE, HOSTILE, HOSTILE)])


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_the_report_on_the_samples_has_not_changed(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = written(report(samples()), form)
    path = GOLDEN / f"audit.{'txt' if form == 'table' else form}"
    if os.environ.get("CAPTIONS_RENEW_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_table_fits_its_width_in_any_script(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    from rich.cells import cell_len

    lines = written(report(samples()), "table").splitlines()[2:]
    assert max(map(cell_len, lines)) <= width


@given(st.lists(st.text().filter(str.isprintable), min_size=1))
def test_a_command_on_several_lines_is_the_same_to_a_shell(words: list[str]) -> None:
    options = [f"--line {shlex.quote(word)}" for word in words]
    text = " ".join(("captions waive CR104", *options))
    for width in (20, 80):
        lines = findings_text.command(text, width)
        joined = "\n".join(lines).replace(" \\\n", " ")
        assert shlex.split(joined) == shlex.split(text)
        assert all(line.endswith(" \\") for line in lines[:-1]) and not lines[-1].endswith(" \\")


def test_a_finding_ends_with_the_command_that_fixes_it() -> None:
    use = Use("news/a.txt", 2, "A dog.", "a dog", Credit("Handout"), used_on=date(2026, 5, 1), id=7)
    command = "captions waive CR104 --line Handout --supplier 'Harbor City Picture Desk' --reason '…'"
    found = [Finding("CR104", "handout instead of a name", use.source, use, command)]
    assert written(Report(found, 1, 1), "table").partition("\n\n")[2].partition("\n\n")[0].split("\n") == [
        "warning CR104  a.txt #2  2026-05-01",
        "  A dog. | Handout",
        "  handout instead of a name",
        "  captions waive CR104 --line Handout --supplier 'Harbor City Picture Desk' --reason '…'",
    ]


def test_totals_are_complete_whatever_the_limit() -> None:
    uses = samples()
    whole, cut = (json.loads(written(report(uses, limit), "json")) for limit in (None, 3))
    assert cut["totals"] == whole["totals"]
    assert (cut["shown"], len(cut["findings"])) == (3, 3)
    assert cut["findings"] == whole["findings"][:3]
    assert sum(whole["totals"]["by_code"].values()) == whole["totals"]["findings"] == len(whole["findings"])
    assert sum(whole["totals"]["by_severity"].values()) == whole["totals"]["findings"]
    assert f"3 of {whole['totals']['findings']} findings listed" in written(report(uses, 3), "table")
    assert f"3 of {whole['totals']['findings']} findings listed" in written(report(uses, 3), "html")


def test_all_formats_have_the_same_findings() -> None:
    what = report(samples())
    as_json = json.loads(written(what, "json"))["findings"]
    as_csv = list(csv.DictReader(io.StringIO(written(what, "csv"))))
    assert [(f["code"], f["source"]) for f in as_json] == [(f["code"], f["source"]) for f in as_csv]
    assert written(what, "html").count("<tr") == len(as_json) + len(what.summary()) + 2


def test_a_report_without_findings_is_one_line() -> None:
    credit = Credit("Jane Doe/AFP", creators=("Jane Doe",), agencies=("AFP",), supplier="AFP")
    clean = report([Use("a.txt", 1, "A dog.", "a dog", credit)])
    assert written(clean, "table") == "1 use in 1 article: no findings\n"
    assert "no findings" in written(clean, "html")
    assert json.loads(written(clean, "json"))["findings"] == []


def test_nothing_in_a_table_is_active_in_a_terminal() -> None:
    text = written(hostile(), "table")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "[31m" not in text


def test_no_csv_cell_is_a_formula_or_breaks_its_line() -> None:
    rows = list(csv.reader(io.StringIO(written(hostile(), "csv"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any(cell.startswith("'=cmd()") for cell in cells)
    assert not any(set(cell) & set("\x00\x1b\r\n\u202e") for cell in cells)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name in ("href", "src")}
        if ("http-equiv", "Content-Security-Policy") in attrs:
            self.policy = dict(attrs)["content"] or ""


def page(text: str) -> _Page:
    read = _Page()
    read.feed(text)
    return read


def test_an_html_report_has_no_markup_from_captions_and_uses_no_network() -> None:
    text = written(hostile(), "html")
    read, harmless = page(text), page(written(report(samples()), "html"))
    assert read.tags == harmless.tags
    assert read.attributes == harmless.attributes
    assert all(address.startswith("#") for address in read.addresses)
    assert "default-src 'none'" in read.policy
    assert "&lt;script&gt;alert(1)" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


@pytest.mark.parametrize("kind", ["style", "script"])
def test_the_policy_of_the_html_report_allows_its_own_style_and_script_only(kind: str) -> None:
    text = written(hostile(), "html")
    inside = text.partition(f"<{kind}>")[2].partition(f"</{kind}>")[0]
    digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
    assert f"{kind}-src 'sha256-{digest}';" in page(text).policy


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://echo.example/a?b=1&c=2#d", "https://echo.example/a?b=1&c=2#d"),
        ("HTTP://echo.example/", "HTTP://echo.example/"),
        ('https://echo.example/a b"c<d>', "https://echo.example/a%20b%22c%3Cd%3E"),
        ("https://echo.example/bücher", "https://echo.example/b%C3%BCcher"),
        ("https://[::1", None),
        ("https://", None),
        ("https://echo.example@evil.example/", None),
        ("https://echo.example/\x00", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("//echo.example/", None),
        ("", None),
        (None, None),
    ],
)
def test_links_of_a_report(url: str | None, expected: str | None) -> None:
    assert escaping.address(url) == expected


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "a | b",
        "`rm -rf` and ``two``",
        "*b* _i_ ~~s~~ **B** $x$ \\",
        "[here](https://evil.example) ![x](y) <https://evil.example> [^1]",
        "&lt;b&gt; &amp; <b>b</b> <!-- x -->",
        "# no heading",
        "@all @harbor/desk jo@echo.example #12 harbor/desk#7 GH-3",
        "Müller/Getty – 写真",
    ],
)
def test_no_sign_is_active_in_markdown(text: str) -> None:
    # Rich's own dependency reads CommonMark and tables as GitHub does.
    from markdown_it import MarkdownIt

    stream = io.StringIO()
    as_markdown.write([Column("a", "A"), Column("command", "B")], [{"a": text, "command": text}], stream)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(stream.getvalue())
    cells = [token.children or [] for token in tokens if token.type == "inline"][2:]
    assert [[child.type for child in cell] for cell in cells] == [["text"], ["code_inline"]]
    plain = escaping.line(text)
    assert cells[0][0].content.replace("\u200b", "") == plain
    assert " ".join(cells[1][0].content.split()) == plain


def test_sarif_has_the_place_and_severity_of_each_finding() -> None:
    what = report(samples())
    sarif = json.loads(written(what, "sarif"))
    assert (sarif["version"], len(sarif["runs"])) == ("2.1.0", 1)
    run = sarif["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    found = [(r["ruleId"], r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for r in run["results"]]
    assert found == [(f.code, f.source) for f in what.listed]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    levels = {"error": "error", "warning": "warning", "info": "note"}
    assert [r["level"] for r in run["results"]] == [levels[f.severity] for f in what.listed]
    prints = [r["partialFingerprints"]["caption/v1"] for r in run["results"]]
    assert len(set(prints)) == len(prints)
    assert json.loads(written(report([]), "sarif"))["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("samples/a b.txt", "samples/a%20b.txt"),
        ("https://echo.example/a?b=c", "https://echo.example/a?b=c"),
        ("a.zip!b/c:d.html", "a.zip!b/c%3Ad.html"),
        ("-", "-"),
        ("../\x1b?#%\ud800", "../%1B%3F%23%25%3F"),
    ],
)
def test_a_place_in_sarif_is_a_reference(source: str, expected: str) -> None:
    assert as_sarif.uri(source) == expected


def test_json_keeps_every_character_and_escapes_active_characters() -> None:
    text = written(hostile(), "json")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert json.loads(text)["findings"][0]["caption"] == HOSTILE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a\tb\nc", "a b c"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\u202eabc\u202c", "abc"),
        ("a\u2028b", "a b"),
        ("\ud800x", "\ufffdx"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚒", "👩\u200d🚒"),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
        ("x\x1b", "x"),
    ],
)
def test_a_line_for_a_terminal(text: str, expected: str) -> None:
    assert escaping.line(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("-2", "'-2"),
        ("@x", "'@x"),
        ("\t=1", "'=1"),
        ("＝1", "'＝1"),
        ("\u200b=1", "'=1"),
        (" =1", "'=1"),
        ("a=1", "a=1"),
        ("Müller", "Müller"),
        ("a;=1", "a;''=1"),
        ('ä; "=1', "ä;'' \"=1"),
        ("a, @x", "a, @x"),
        ("captions correct 'a;=1'", "captions correct 'a;''=1'"),
    ],
)
def test_a_csv_cell(text: str, expected: str) -> None:
    assert escaping.cell(text) == expected


@given(
    rows=st.lists(st.lists(st.text("a=+@-;,\t\"' \n＝"), min_size=2, max_size=2), min_size=1),
    delimiter=st.sampled_from(",;\t"),
    opened_with=st.sampled_from(",;\t"),
)
def test_no_cell_runs_whatever_separator_the_spreadsheet_uses(
    rows: list[list[str]], delimiter: str, opened_with: str
) -> None:
    stream = io.StringIO()
    columns = [Column("a", "A"), Column("b", "B")]
    as_csv.write(columns, [dict(zip("ab", row, strict=True)) for row in rows], stream, delimiter)
    lines = stream.getvalue().splitlines()
    seen = [cell for line in lines for row in csv.reader([line], delimiter=opened_with) for cell in row]
    assert [cell for cell in seen if cell.lstrip(" ").startswith(tuple("=+-@＝"))] == []
    assume(
        not any("'" in cell for row in rows for cell in row)
    )  # reading cannot distinguish them from those that were added
    read = [list(map(cell_text, row)) for row in csv.reader(lines[1:], delimiter=delimiter)]
    assert read == [[escaping.line(cell) for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [("A dog runs", 20, "A dog runs"), ("A dog runs", 8, "A dog…"), ("Abcdefghijkl", 6, "Abcde…")],
)
def test_a_text_is_cut_between_words(text: str, limit: int, expected: str) -> None:
    assert escaping.short(text, limit) == expected


def test_markup_of_the_table_writer_is_only_text() -> None:
    stream = io.StringIO()
    write_rows("rows", [Column("a", "A")], [{"a": "[red]x[/red] :smile: [link=file:///etc]"}], "table", stream)
    assert "[red]x[/red] :smile: [link=file:///etc]" in stream.getvalue()


def test_json_written_an_item_at_a_time_is_the_same() -> None:
    for rows in ([], [{"a": [], "b": {"c": "\n"}}], [{"a": ["x", "y"]}, {"a": None}]):
        whole, parts = io.StringIO(), io.StringIO()
        as_json.write({"head": {"n": 1}, "rows": rows}, whole)
        as_json.write_listing({"head": {"n": 1}}, "rows", rows, parts)
        assert parts.getvalue() == whole.getvalue()


def test_json_written_a_line_at_a_time_means_the_same() -> None:
    row: Row = {"a": ("x", "y"), "day": date(2024, 5, 18), "n": 1, "none": None, "text": "caf\u00e9 \u202e\n\x9b"}
    for rows in ([], [row], [row, {**row, "text": "half a pair: \ud800"}]):
        stream = io.StringIO()
        as_json.write_lines({"head": {"n": 1}}, {"rows": rows}, stream)
        expected = [{**row, "a": ["x", "y"], "day": "2024-05-18"} for row in rows]
        assert json.loads(stream.getvalue()) == {"version": as_json.VERSION, "head": {"n": 1}, "rows": expected}
        assert not re.search("[\x7f-\x9f\u202a-\u202e\ud800-\udfff]", stream.getvalue())


def test_the_command_writes_the_same_report_as_the_library(run: Run) -> None:
    ran = run("ingest", SAMPLES)
    assert ran.code == 0
    by_command = json.loads(run("audit", "--format", "json").out)
    by_library = json.loads(written(report(samples()), "json"))
    assert by_command["totals"]["by_code"] == by_library["totals"]["by_code"]
    unchecked = by_command["totals"]["unchecked"]
    assert by_command["notes"] == [str(Unchecked(**unchecked))]
    assert min(unchecked.values()) > 0


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a | b", r"a \| b"),
        ("*x* _y_ `z` ~~w~~ # 1", r"\*x\* \_y\_ \`z\` \~\~w\~\~ \# 1"),
        ("#12 desk/repo#7 GH-3 #tag", r"\#&#8203;12 desk/repo\#&#8203;7 GH-&#8203;3 \#tag"),
        ("![a](javascript:x)", r"\!\[a\](javascript:x)"),
        ("<img src=x>&amp;", r"&lt;img src\=x&gt;&amp;amp;"),
        ("two\nlines\x1b[31m", "two lines"),
        ("https://example.org @all", "https:&#47;&#47;example.org @&#8203;all"),
    ],
)
def test_text_is_escaped_in_markdown(text: str, escaped: str) -> None:
    assert escaping.markdown(text) == escaped
