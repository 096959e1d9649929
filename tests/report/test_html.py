"""Test the HTML report in a real browser: sorting, filtering, script errors and hostile captions."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from captions import __version__
from captions.audit.finding import Finding
from captions.audit.overview import AtRisk, AuditedArticle, Month, Overview, PrintedCaption, Quota, SupplierAtRisk
from captions.model import Credit, Use
from captions.report.audit_report import Report
from captions.report.write import write_audit
from captions.text import match_key
from tests.support.browser import Browser, browser, missing
from tests.support.paths import SAMPLES
from tests.support.reference_audit import audit

if TYPE_CHECKING:
    from tests.conftest import Run

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "there is a browser")

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>",
    '"><a href="javascript:alert(4)" autofocus onfocus=alert(5)>here</a>',
    "</td></tr></table></script><style>*{display:none}</style><!--",
    "\u202eevil\u202c ]]> {{7*7}} ${alert(6)} `; \x1b[31m",
)
AXE = Path(os.environ.get("CAPTIONS_AXE") or f"{sys.prefix}/node_modules/axe-core/axe.min.js")
HOW_TO_GET_AXE = (
    f"no axe-core here; run: npm install --ignore-scripts --prefix {sys.prefix} axe-core@4.10.3, "
    "or name its axe.min.js in CAPTIONS_AXE"
)
ENTER, TAB, ESCAPE = "\ue007", "\ue004", "\ue00c"


def _use(n: int, text: str, line: str, supplier: str | None, day: date | None) -> Use:
    credit = Credit(line, creators=(), agencies=(supplier,) if supplier else (), supplier=supplier)
    url = "javascript:alert(7)" if n == 1 else f"https://news.example/{n}?a=1&b=2"
    return Use(f"a{n}.txt", 1, text, match_key(text), credit, 1, text, url, text, day, n)


def report(uses: list[Use]) -> Report:
    findings = [
        *(Finding(f.code, f.message, f.source, f.use, f"captions waive {f.code} --use {f.use.id if f.use else 0}")
          for f in audit(uses)),
    ]  # fmt: skip
    articles = [
        AuditedArticle(u.source, u.headline, u.publication, u.used_on, u.url,
             [PrintedCaption(u.id or 0, u.position, u.caption, u.credit.line if u.credit else None)])
        for u in uses
    ]  # fmt: skip
    overview = Overview(
        credited=len(uses),
        suppliers=[(HOSTILE[0], 3), ("AP", 1), (None, 1)],
        months=[Month(2024, 11, 2, 1), Month(2025, 2, 5)],
        undated=1,
        quotas=[Quota(1, HOSTILE[1], "May 2024", 6, 4, "month"), Quota(2, "AP", "2024", 1, 80, "year", 2)],
        articles=articles,
    )
    return Report(findings, len(uses), len(articles), overview=lambda: overview, at_risk=RISK)


RISK = AtRisk((SupplierAtRisk(HOSTILE[0], 3), SupplierAtRisk("AP", 1, "EUR", Decimal(45)), SupplierAtRisk(None, 1)))


def write(what: Report, path: Path) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        write_audit(what, "html", stream)
    return path


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(window: Browser, tmp_path: Path) -> Browser:
    """Return the page of a report with hostile texts."""
    window.size(1366, 900)
    window.emulate()
    uses = [
        _use(1, HOSTILE[0], HOSTILE[1], "Zeta Bild", date(2025, 2, 3)),
        _use(2, HOSTILE[1], HOSTILE[0], "AP", None),
        _use(3, HOSTILE[2], "Müller", "dpa", date(2024, 11, 30)),
        _use(10, HOSTILE[3], "Reuters", "Reuters", date(2025, 2, 1)),
    ]
    return window.open(write(report(uses), tmp_path / "report.html"))


def column(page: Browser, number: int) -> list[str]:
    """Return the texts in a column of the visible findings, from the top."""
    script = """return [...document.querySelectorAll('#findings tbody tr')].filter(row => row.offsetParent)
        .map(row => row.cells[arguments[0] - 1].textContent.trim())"""
    found: list[str] = page.run(script, number)
    return found


def test_no_script_fails_and_no_network_is_used(page: Browser) -> None:
    assert page.log() == []
    assert page.run("return performance.getEntriesByType('resource').map(entry => entry.name)") == []
    page.run("const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)")
    assert page.run("return window.ran ?? null") is None
    assert ["Content Security Policy" in entry["message"] for entry in page.log()] == [True]


def test_hostile_texts_are_only_text(page: Browser) -> None:
    body = page.run("return document.body.textContent")
    assert "<script>alert(1)</script><img src=x onerror=alert(2)>" in body
    assert "</td></tr></table></script><style>*{display:none}</style><!--" in body
    assert "\u202e" not in body
    assert (
        page.run("return document.querySelectorAll('script, style, img, [onload], [onerror], [onfocus]').length") == 2
    )
    links = page.run("return [...document.links].map(link => link.protocol)")
    assert set(links) == {"https:", "file:"}
    with pytest.raises(AssertionError, match="no such alert"):
        page.call("alert/accept")


@pytest.mark.parametrize("number", range(1, 9))
def test_each_column_is_sorted_by_its_button(page: Browser, number: int) -> None:
    head = f"#findings th:nth-child({number})"
    before = column(page, number)
    page.click(f"{head} button")
    up = column(page, number)
    assert page.run("return document.querySelector(arguments[0]).ariaSort", head) == "ascending"
    page.click(f"{head} button")
    down = column(page, number)
    assert page.run("return document.querySelector(arguments[0]).ariaSort", head) == "descending"
    assert sorted(up) == sorted(down) == sorted(before)
    filled = [text for text in up if text]
    assert next(text for text in down if text) == filled[-1]
    # Empty cells come last in both directions.
    assert not any(up[len(filled) :]) and not any(down[len(filled) :])
    assert page.run("return document.querySelectorAll('#findings th[aria-sort=none]').length") == 7


def test_severities_are_sorted_by_rank_and_numbers_as_numbers(page: Browser) -> None:
    page.click("#findings th:nth-child(1) button")
    assert list(dict.fromkeys(column(page, 1))) == ["error", "warning", "info"][-len(set(column(page, 1))) :]
    page.click("#findings th:nth-child(4) button")
    assert column(page, 4)[-1].endswith("a10.txt #1")


def test_findings_are_filtered_and_counted(page: Browser) -> None:
    count = len(column(page, 1))
    assert page.run("return shown.textContent") == f"Shown: {count} of {count} findings"
    page.type("#words", "MULLER dpa")
    assert set(column(page, 6)) == {"Müller"}
    left = len(column(page, 1))
    assert page.run("return shown.textContent") == f"Shown: {left} of {count} findings"
    page.type("#words", " nowhere")
    assert column(page, 1) == []
    page.click("#all")
    assert len(column(page, 1)) == count
    page.click("a[data-code]")
    code = page.run("return document.querySelector('a[data-code]').dataset.code")
    assert set(column(page, 2)) == {code}


def test_the_keyboard_is_enough(page: Browser) -> None:
    page.press(TAB)
    assert page.run("return document.activeElement.textContent") == "Skip to findings"
    assert page.run("return document.activeElement.getBoundingClientRect().top >= 0")
    page.press(ENTER)
    assert page.run("return location.hash") == "#findings"
    page.press(TAB)
    assert page.run("return document.activeElement.id") == "words"
    page.run("document.querySelector('#findings th:nth-child(6) button').focus()")
    page.press(ENTER)
    assert page.run("return document.querySelector('#findings th:nth-child(6)').ariaSort") == "ascending"


def test_all_controls_and_regions_have_names(page: Browser) -> None:
    unnamed = """return [...document.querySelectorAll('input, select, button, svg:not([aria-hidden]), [role=region]')]
        .filter(e => !(e.labels?.[0]?.textContent || e.ariaLabel || e.getAttribute('aria-labelledby') || e.textContent))
        .length"""
    assert page.run(unnamed) == 0
    assert page.run("return document.querySelector('#shown').getAttribute('role')") == "status"
    assert page.run("return document.documentElement.lang") == "en"
    assert page.run("return [...document.querySelectorAll('th')].every(head => head.scope)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(page: Browser, scheme: str) -> None:
    """Require the contrast of WCAG 2.1 AA: 4.5 to 1 for text."""
    page.emulate(prefers_color_scheme=scheme)
    worst = page.run(
        """const light = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).map(v => { v /= 255;
              return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b };
        const ground = (e) => { while (e) { const c = getComputedStyle(e).backgroundColor;
            if (!/, 0\\)$/.test(c)) return c; e = e.parentElement } return 'rgb(255, 255, 255)' };
        return Math.min(...[...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
              && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && !e.closest('svg'))
            .map(e => { const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
              return (a + 0.05) / (b + 0.05) }))"""
    )
    assert worst >= 4.5


@pytest.mark.parametrize("width", [400, 800, 1366, 1920])
def test_the_page_is_never_wider_than_the_window(page: Browser, width: int) -> None:
    # Windows have a minimum width, and the page's policy forbids frames, so the width of the device is set.
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.call("goog/cdp/execute", cmd="Emulation.setDeviceMetricsOverride", params=metrics)
    try:
        assert page.run("return innerWidth") == width
        assert page.run("const e = document.documentElement; return e.scrollWidth - e.clientWidth") == 0
    finally:
        page.call("goog/cdp/execute", cmd="Emulation.clearDeviceMetricsOverride", params={})


def test_print_shows_all_captions_and_no_controls(page: Browser, tmp_path: Path) -> None:
    page.print(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    page.emulate("print")
    assert page.run("return getComputedStyle(document.querySelector('.controls')).display") == "none"
    assert page.run("return document.querySelectorAll('#articles details').length") == 4
    assert page.run("return [...document.querySelectorAll('#articles li')].every(e => e.checkVisibility())")


def test_without_a_script_all_rows_are_visible(page: Browser) -> None:
    count = len(column(page, 1))
    page.call("goog/cdp/execute", cmd="Emulation.setScriptExecutionDisabled", params={"value": True})
    try:
        page.call("refresh")
        tree = page.call("goog/cdp/execute", cmd="DOM.getDocument", params={"depth": -1})
    finally:
        page.call("goog/cdp/execute", cmd="Emulation.setScriptExecutionDisabled", params={"value": False})
    rows = page.call("goog/cdp/execute", cmd="DOM.querySelectorAll",
                     params={"nodeId": tree["root"]["nodeId"], "selector": "#findings tbody tr"})  # fmt: skip
    assert len(rows["nodeIds"]) == count
    hidden = page.call("goog/cdp/execute", cmd="DOM.querySelectorAll",
                       params={"nodeId": tree["root"]["nodeId"], "selector": ".controls[hidden]"})  # fmt: skip
    assert len(hidden["nodeIds"]) == 1


def test_twenty_thousand_findings_are_sorted_and_filtered(window: Browser, tmp_path: Path) -> None:
    credit, message = Credit("Foto: dpa", agencies=("dpa",), supplier="dpa"), "no creator named, only dpa"
    findings = [
        Finding("CR102", message, f"{n}.txt", Use(f"{n}.txt", 1, f"Caption {n}", "k", credit, id=n))
        for n in range(20_001, 0, -1)
    ]
    page = window.open(write(Report(findings, 20_001, 20_001), tmp_path / "many.html"))
    page.click("#findings th:nth-child(4) button")
    assert page.run("return document.querySelector('#findings tbody tr').cells[3].innerText").startswith("2.txt")
    page.run("words.value = 'caption 19999'; words.dispatchEvent(new Event('input'))")
    status = page.run_async(
        """const [done] = arguments;
        new MutationObserver(() => done(shown.textContent)).observe(shown, {childList: true})"""
    )
    assert status == "Shown: 1 of 20000 findings listed, of 20001 found"
    assert "20000 of 20001 findings listed, worst first" in page.run("return document.body.innerText")
    assert page.log() == []


def test_the_report_is_accessible(page: Browser) -> None:
    if not AXE.is_file():
        pytest.skip(HOW_TO_GET_AXE)
    page.run(AXE.read_text(encoding="utf-8"))
    found = page.run_async(
        """const [done] = arguments;
        axe.run().then(({passes, violations}) => done([passes.length, violations.map(v => `${v.id}: ${v.help}`)]))"""
    )
    assert found[0] > 10
    assert found[1] == []


def newsroom(run: Run, folder: Path, editions: int) -> None:
    """Ingest the samples' archive in several editions, each under addresses and texts of its own."""
    for edition in range(editions):
        for path in sorted((SAMPLES / "archive").rglob("*")):
            if not path.is_file():
                continue
            text = re.sub(r"\b(echo|talbote|courrier)\.example", rf"\g<1>{edition}.example", path.read_text("utf-8"))
            target = folder / "in" / str(edition) / path.relative_to(SAMPLES / "archive")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(f"Edition {edition}\n\n{text}" if path.suffix == ".txt" and text else text, "utf-8")
    assert run("agreement", "import", SAMPLES / "agreements.csv").code == 0
    assert run("ingest", "in").code == 0


def test_nine_hundred_findings_are_printed_on_forty_pages(window: Browser, run: Run, tmp_path: Path) -> None:
    newsroom(run, tmp_path, 13)
    assert run("audit", "-o", "report.html").code == 0
    page = window.open(tmp_path / "report.html")
    assert page.run("return document.querySelectorAll('#findings tbody tr').length") >= 900
    page.print(tmp_path / "report.pdf")
    assert len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "report.pdf").read_bytes())) <= 40


def test_a_report_on_one_supplier_names_no_other(run: Run, tmp_path: Path) -> None:
    newsroom(run, tmp_path, 1)
    assert run("audit", "--supplier", "Reuters", "-o", "report.html").code == 0
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "Reuters" in text
    others = ("AFP", "dpa", "PA Media", "picture alliance", "Getty", "ANSA", "EPA", "Unsplash", "Gullwing")
    assert [name for name in others if re.search(rf"\b{name}\b", text)] == []


def test_the_report_says_what_was_asked(run: Run, tmp_path: Path) -> None:
    newsroom(run, tmp_path, 1)
    given = ("--publication", "Talbote", "--since", "2025", "--for", "web", "--territory", "DE", "--code", "CR301")
    assert run("audit", *given, "-o", "report.html").code == 0
    text = (tmp_path / "report.html").read_text("utf-8").partition('<dl class="asked">')[2].partition("</dl>")[0]
    rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text)
    assert dict(rows) == {
        "Publication": "Talbote",
        "Days": "2025-01-01 to today",
        "Codes": "CR301",
        "Scope": "web",
        "Territory": "DE",
        "Audited on": date.today().isoformat(),
        "Database": "captions.db",
        "Program": f"captions {__version__}",
    }


def test_decisions_and_findings_are_filtered_by_supplier(window: Browser, run: Run, tmp_path: Path) -> None:
    newsroom(run, tmp_path, 1)
    run("audit", "-o", "report.html")
    window.size(1366, 900)
    page = window.open(tmp_path / "report.html")
    page.run("supplier.value = 'PA Media'; supplier.dispatchEvent(new Event('change'))")
    assert set(column(page, 7)) == {"PA Media"}
    shown = page.run(
        "return [...document.querySelectorAll('#decisions > ol > li:not([hidden])')].map(e => e.innerText)"
    )
    assert 0 < len(shown) < page.run("return document.querySelectorAll('#decisions > ol > li').length")
    metrics = {"width": 390, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.call("goog/cdp/execute", cmd="Emulation.setDeviceMetricsOverride", params=metrics)
    try:
        assert page.run("const e = document.documentElement; return e.scrollWidth - e.clientWidth") == 0
        assert (
            page.run("return getComputedStyle(document.querySelector('#findings tbody tr:not([hidden])')).display")
            == "block"
        )
    finally:
        page.call("goog/cdp/execute", cmd="Emulation.clearDeviceMetricsOverride", params={})
