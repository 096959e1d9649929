"""Test what ``captions show`` writes about one use: equal to the audit, safe, and readable in a real browser."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import captions_db as db
import pytest

from captions.audit.dossier import UseDossier, use_dossiers
from captions.audit.request import AuditRequest
from captions.audit.run import audited
from captions.lexicon.vocabulary import default
from captions.licensing.agreements import Agreement
from captions.report.dossier_report import DossierReport, write, write_evidence
from tests.report.test_html import HOSTILE
from tests.support.audit_store import TODAY, Page, Shot, Store
from tests.support.browser import Browser, browser, missing

AXE = Path(os.environ.get("CAPTIONS_AXE") or f"{sys.prefix}/node_modules/axe-core/axe.min.js")
SENTENCE = "Passengers queue on the new floating pontoon at Pier Two in Harbor City"
PAGES = [
    Page("a.html", date(2026, 5, 4), (
        Shot(SENTENCE, "Jo Reed/Reuters", ("https://img.example/pier.jpg",), 2, "figure"),
        Shot(HOSTILE[0], HOSTILE[1], (), 1, "figure"),
        Shot("A gull on the roof of the market", None, (), 1, "figure"),
    ), "Harbor Echo"),
    Page("b.html", date(2026, 5, 5), (Shot(SENTENCE, "Ann Lee/AFP", (), 1, "figure"),), "Valley Times"),
]  # fmt: skip
AGREEMENT = Agreement(
    "Reuters", kind="flat", starts=date(2026, 1, 1), ends=date(2026, 12, 31), scopes=("web",), price=Decimal(12000),
    currency="EUR",
)  # fmt: skip


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store(PAGES, [AGREEMENT]) as opened:
        opened.waive("CR201", {"source": "a.html"})
        correction = db.CorrectionRecord(HOSTILE[1], supplier="AP", reason=HOSTILE[2], who="kim")
        db.add_corrections(opened.engine, [correction])
        yield opened


def dossier(store: Store, use: int) -> UseDossier:
    [found] = use_dossiers(store.engine, default(), [use], TODAY, {"CR102": "off", "CR306": "error"})
    return found


def shown(store: Store, use: int, form: str) -> str:
    stream = StringIO()
    write(DossierReport([dossier(store, use)]), form, stream)
    return stream.getvalue()


def evidence(store: Store, use: int) -> str:
    stream = StringIO()
    write_evidence(dossier(store, use), TODAY, "0.1.0", "captions.db", stream)
    return stream.getvalue()


def test_the_findings_are_those_of_the_audit(store: Store) -> None:
    with audited(store.engine, AuditRequest(grades={"CR102": "off", "CR306": "error"}), today=TODAY) as result:
        whole = list(result)
    for row in db.uses_for_audit(store.engine):
        own = [finding for finding in whole if finding.use and finding.use.id == row.use_id]
        assert list(dossier(store, row.use_id).findings) == own


def test_an_unknown_use_has_no_dossier(store: Store) -> None:
    assert use_dossiers(store.engine, default(), [99], TODAY, {}) == []


def test_a_use_is_shown_with_its_agreement_and_decisions(store: Store) -> None:
    data: dict[str, Any] = json.loads(shown(store, 1, "json"))
    assert data["printed"] == {"credit": "Jo Reed/Reuters", "caption": SENTENCE, "occurrences": 2}
    assert data["permission"] == {"agreement": 1, "no_license": "none covers this use"}
    assert [(it["what"], it["who"], it["state"]) for it in data["waivers"]] == [
        ("CR201 set aside for this article", "me", "active")
    ]
    assert data["sources"][0]["source"] == "a.html"
    without: dict[str, Any] = json.loads(shown(store, 3, "json"))
    assert without["printed"]["credit"] == "no credit printed"
    assert without["permission"]["no_agreement"] == "no credit is printed, so no agreement can be checked"


def test_evidence_is_about_this_use_only(store: Store) -> None:
    page = re.sub(r"<wbr>|</?span[^>]*>", "", evidence(store, 4))
    assert "Ann Lee/AFP" in page
    assert any(finding.code == "CR201" for finding in dossier(store, 4).findings)
    for other in ("Reuters", "a.html", "Jo Reed", "gull on the roof", "CR201"):
        assert other not in page, other
    assert "date of publication, in the article or set when it was ingested" in page
    for internal in ("a test", "Findings", "Waivers", "12000"):
        assert internal not in evidence(store, 1), internal


def test_text_fits_a_terminal_and_stays_text(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for use in (1, 2, 3, 4):
        text = shown(store, use, "table")
        assert max(map(len, text.splitlines())) <= 80
        assert "\x1b" not in text and "\u202e" not in text


needs_browser = pytest.mark.skipif(bool(missing()), reason=missing() or "there is a browser")


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(window: Browser, store: Store, tmp_path: Path) -> Browser:
    path = tmp_path / "evidence.html"
    path.write_text(evidence(store, 2), encoding="utf-8")
    window.emulate()
    return window.open(path)


@needs_browser
def test_hostile_text_stays_text(page: Browser) -> None:
    assert page.run("return document.querySelectorAll('script, img, svg, a').length") == 0
    assert HOSTILE[0].split("<img", maxsplit=1)[0] in page.run("return document.body.innerText")
    assert page.log() == []


def resize(page: Browser, width: int) -> None:
    """Set the width of the page, which may be less than that of the narrowest window."""
    sizes = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500}
    page.call("goog/cdp/execute", cmd="Emulation.setDeviceMetricsOverride", params=sizes)


@needs_browser
def test_it_fits_a_phone_and_prints(page: Browser, tmp_path: Path) -> None:
    resize(page, 390)
    assert page.run("return [innerWidth, document.documentElement.scrollWidth]") == [390, 390]
    page.print(tmp_path / "evidence.pdf")
    assert 1 <= (tmp_path / "evidence.pdf").read_bytes().count(b"/Type /Page\n") <= 4


@needs_browser
@pytest.mark.skipif(not AXE.exists(), reason=f"axe-core is not installed: {AXE}")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_barriers(page: Browser, scheme: str, width: int) -> None:
    resize(page, width)
    page.emulate(prefers_color_scheme=scheme)
    page.run(AXE.read_text("utf-8"))
    found = page.run_async("axe.run().then(r => arguments[0](r.violations.map(v => [v.id, v.nodes.map(n => n.html)])))")
    assert found == []
