"""The registry of audit codes: each row has a rule, a fix, a line in the docs, and a case that yields its code."""

from __future__ import annotations

import html
import json
import re
import shlex
import shutil
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, get_args

import pytest

from captions.audit.codes import (
    CODES,
    SEVERITIES,
    Code,
    Fix,
    Scope,
    graded,
    rules_for_credits,
    rules_for_pictures,
    rules_for_structured_data,
    rules_for_uses,
    rules_that_compare,
)
from captions.model import Credit
from tests.support.case_files import cases
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from tests.conftest import Run

CASES = cases("audit_codes.toml")
CAPTION = "Passengers queue on the new floating pontoon at Pier Two in Harbor City"
FOUND_BY_SQL = ("CR100", "CR301", "CR302", "CR303", "CR304", "CR305", "CR310", "CR401", "CR901")
"""The codes that the engine and the database find without a rule per use."""
PAGE = """<html><head><title>{title}</title><meta property="article:published_time" content="2024-05-18T06:00:00Z">
{data}</head><body><article><h1>{title}</h1>
<p>The first boat left at dawn, and nobody on the quay seemed to mind the rain that day.</p>
{figures}
<p>Tickets will stay at their old price until the end of the year, the town hall said.</p>
</article></body></html>"""


@pytest.fixture(params=CODES.values(), ids=list(CODES))
def row(request: pytest.FixtureRequest) -> Code:
    code: Code = request.param
    return code


def test_each_code_has_a_case_in_the_order_of_the_codes() -> None:
    assert [case["code"] for case in CASES] == list(CODES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["code"])
def test_the_case_yields_its_code_and_a_command_that_fixes_it(case: dict[str, Any], run: Run, tmp_path: Path) -> None:
    for number, uses in enumerate(case.get("articles", ())):
        (tmp_path / f"{number}.html").write_text(_page(f"Article {number}", uses), encoding="utf-8")
    for name, text in case.get("files", {}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    inputs = sorted(path.name for path in tmp_path.iterdir())
    for name, sample in case.get("pictures", {}).items():
        shutil.copy(ROOT / "samples" / "archive_pictures" / sample, tmp_path / name)
    for arguments in case.get("agreements", ()):
        ran = run("agreement", "add", *arguments)
        assert ran.code == 0, ran.err
    for arguments in case.get("licenses", ()):
        ran = run("license", "add", *arguments)
        assert ran.code == 0, ran.err
    if inputs:
        run("ingest", *inputs)
    if pictures := case.get("pictures"):
        assert run("images", "scan", *pictures).code == 0
    audited = json.loads(run("audit", "--format", "json").out)
    found = audited["findings"]
    assert case["code"] in {decision["code"] for decision in audited["decisions"]}
    of_code = [finding for finding in found if finding["code"] == case["code"]]
    assert of_code, found
    program, *arguments = shlex.split(of_code[0]["command"])
    assert program == "captions"
    assert arguments
    assert [f["code"] for f in json.loads(run("audit", "--format", "json", "--code", case["code"]).out)["findings"]]


def test_the_row_is_complete(row: Code) -> None:
    assert re.fullmatch(r"CR\d{3}", row.code)
    assert row.severity in SEVERITIES
    assert row.scope in get_args(Scope)
    assert row.command in get_args(Fix)
    assert row.meaning and row.fix
    assert "\n" not in row.meaning + row.fix


def test_the_row_names_a_rule_that_is_run(row: Code) -> None:
    assert callable(resolve_name(row.rule) if isinstance(row.rule, str) else row.rule)
    if row.code in FOUND_BY_SQL:
        return
    runs = {
        "credit": row.code in rules_for_credits(),
        "use": row.code in {**rules_for_uses(), **rules_for_structured_data(), **rules_for_pictures("use")},
        "picture": row.code in rules_for_pictures("picture"),
        "pair": row.code in rules_that_compare(),
        "article": row.code in rules_that_compare(),
    }
    assert runs[row.scope]


def test_a_second_rule_looks_at_picture_files(row: Code) -> None:
    if row.picture_rule is not None:
        assert row.code in rules_for_pictures(row.picture_scope)
        assert "pictures" in row.reads


def test_a_rule_about_a_credit_looks_at_a_field_that_a_credit_has(row: Code) -> None:
    if row.scope == "credit" and row.looks_at not in (None, "nobody"):
        assert row.looks_at in Credit.__dataclass_fields__


def test_the_docs_explain_the_code_in_one_line(row: Code) -> None:
    lines = [line for line in (ROOT / "docs" / "audit.md").read_text("utf-8").splitlines() if f"| {row.code} |" in line]
    assert lines == [f"| {row.code} | {row.severity} | {row.meaning} | {row.fix} |"]


def test_syndication_changes_only_the_severities_in_the_table() -> None:
    assert {code: row.severity for code, row in graded("syndication").items()} == {
        code: row.syndication or row.severity for code, row in CODES.items()
    }
    assert graded("web") is CODES


def _page(title: str, uses: list[dict[str, str]]) -> str:
    figures, data = [], []
    for number, use in enumerate(uses):
        caption = f"{use.get('caption', CAPTION)}."
        address = use.get("image", f"https://img.example/{title[-1]}-{number}.jpg")
        line = html.escape(f" (Photo: {use['credit']})" if "credit" in use else "")
        figures.append(f'<figure><img src="{address}"><figcaption>{caption}{line}</figcaption></figure>')
        if "structured" in use:
            image = {"@type": "ImageObject", "url": address, "caption": caption, "creditText": use["structured"]}
            item = json.dumps({"@context": "https://schema.org", "@type": "NewsArticle", "image": image})
            data.append(f'<script type="application/ld+json">{item}</script>')
    return PAGE.format(title=title, figures="\n".join(figures), data="".join(data))
