"""Use the desk over HTTP: the queue, decisions, undo, articles, suppliers, agreements and pairs, on both engines."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import captions_db as db
import httpx2 as httpx
import pytest

from captions.audit.decisions import DecisionGroups
from captions.audit.run import audited
from captions.cli import main
from captions.desk.queue import DeskQueues, QueueFilter
from captions.desk.reader import PageReader
from captions.errors import InputError
from captions.lexicon.vocabulary import default
from tests.support.desk import TODAY, RunningDesk, form, ingest, line_article, running
from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from tests.support.engines import Stores

AMBIGUOUS = "CR106 line AP/dpa | Jo Reed"
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    '"><a href="javascript:alert(4)" autofocus onfocus=alert(5)>here</a>',
    "{{7*7}} {% raw %} ${alert(6)}",
)


@contextmanager
def opened(stores: Stores, folder: Path, articles: dict[str, str], *options: str) -> Iterator[RunningDesk]:
    url = stores.empty()
    ingest(folder, url, articles, *options)
    with running(url) as desk:
        yield desk


def decide(client: httpx.Client, key: str, *, seen: str | None = None, **values: Any) -> httpx.Response:
    """Decide as the person who has just opened the decision."""
    page = client.get("/decision", params={"key": key})
    assert page.status_code == 200, page.text
    version = re.findall(r'name="seen" value="([^"]*)"', page.text)[0] if seen is None else seen
    return client.post("/decision", data=form(page, key=key, seen=version, **values))


def line_of(desk: RunningDesk, line: str) -> db.CreditRecord:
    uses = list(db.uses_for_audit(desk.store.engine))  # to the end, or the cursor stays open
    return next(it.credit for it in uses if it.credit and it.credit.line == line)


def test_the_queue_is_that_of_the_audit(stores: Stores, tmp_path: Path) -> None:
    articles = {path.name: path.read_text("utf-8") for path in sorted((SAMPLES / "articles").iterdir())}
    with opened(stores, tmp_path, articles, "--publication", "Harbor Echo", "--published", "2024-07-01") as desk:
        page = desk.signed_in().get("/").text
        with audited(desk.store.engine, today=TODAY) as result:
            keys = [it.key for it in DecisionGroups(result)]
            total = sum(result.counts.values())
        assert f"<b>{len(keys)}</b> decisions left, for {total} findings" in page
        listed = [httpx.URL(html.unescape(it)).params["key"] for it in re.findall(r'href="(/decision[^"]*)"', page)]
        assert listed == keys[:50]
        rows = desk.signed_in().get("/", params={"code": "CR106", "period": "2024"}).text
        assert set(re.findall(r"\b(CR\d+)</span>", rows)) == {"CR106"}
        assert "Nothing is left to decide here" in desk.signed_in().get("/", params={"supplier": "nosuch"}).text
        wrong = desk.signed_in().get("/", params={"period": "soon"})
        assert wrong.status_code == 422 and "soon" in wrong.text


def test_a_correction_is_that_of_the_command_line(stores: Stores, tmp_path: Path) -> None:
    articles = {f"{n}.txt": line_article(n, "AP/dpa | Jo Reed") for n in range(3)}
    with opened(stores, tmp_path, articles) as desk:
        client = desk.signed_in()
        page = client.get("/decision", params={"key": AMBIGUOUS}).text
        assert "Settles <b>3 uses</b>" in page
        assert re.findall(r'name="supplier" value="([^"]*)"', page) == ["AP", "dpa"]
        assert '<mark class="agency" title="agency">AP</mark>/' in page
        assert '<mark class="creator" title="creator">Jo Reed</mark>' in page
        answer = decide(client, AMBIGUOUS, supplier="dpa", reason="asked them")
        assert answer.status_code == 303 and "done=correction-1" in answer.headers["location"]
        (stored,) = db.corrections(desk.store.engine)
        assert (stored.line, stored.supplier, stored.who, stored.reason) == (
            "AP/dpa | Jo Reed",
            "dpa",
            "kim",
            "asked them",
        )
        assert line_of(desk, "AP/dpa | Jo Reed").supplier == "dpa"
        assert AMBIGUOUS not in queue(desk)
        log = client.get("/log").text
        assert (
            "correction 1" in log
            and 'data-key="z"' in log
            and 'data-key="z"' not in desk.signed_in("all").get("/log").text
        )
        assert "correction 1" in log and "supplier dpa" in log and "kim" in log
        assert client.post("/undo", data=form(client.get("/drop"), recorded="correction-1")).status_code == 303
        assert line_of(desk, "AP/dpa | Jo Reed").supplier is None
        again = client.post("/undo", data=form(client.get("/drop"), recorded="correction-1"))
        assert again.status_code == 412 and "already undone by kim" in again.text


def queue(desk: RunningDesk) -> list[str]:
    with audited(desk.store.engine, today=TODAY) as result:
        return [it.key for it in DecisionGroups(result)]


def test_each_kind_of_decision_can_be_waived_and_undone(stores: Stores, tmp_path: Path) -> None:
    articles = {
        "a.txt": line_article(1, "AP/dpa | Jo Reed"),
        "b.txt": line_article(2, "Ida Quill/Nosuch Pictures"),
        "c.txt": line_article(2, "Rune Askeland/AFP"),
        "d.txt": line_article(3, "dpa"),
        "e.txt": line_article(4, "Handout"),
    }
    with opened(stores, tmp_path, articles) as desk:
        client = desk.signed_in()
        keys = queue(desk)
        kinds = {key.split(" ")[1] for key in keys}
        assert {"line", "supplier", "command"} <= kinds
        for key in keys:
            answer = decide(client, key, waive="before our time, not to be pursued")
            assert answer.status_code == 303, (key, answer.text)
            assert key not in queue(desk), key
            done = re.findall(r"done=([\w-]+)", answer.headers["location"])[0]
            assert client.post("/undo", data=form(client.get("/drop"), recorded=done)).status_code == 303
            assert key in queue(desk), key
        assert queue(desk) == keys
        past = decide(client, keys[0], other_reason="old", do="waive", until="2026-05-31")
        assert past.status_code == 422 and "in the past" in past.text


def test_two_people_never_overwrite_each_other(stores: Stores, tmp_path: Path) -> None:
    with opened(stores, tmp_path, {"a.txt": line_article(1, "AP/dpa | Jo Reed")}) as desk:
        kim, lee = desk.signed_in(), desk.signed_in("all")
        kims = kim.get("/decision", params={"key": AMBIGUOUS})
        assert decide(lee, AMBIGUOUS, supplier="AP").status_code == 303
        late = kim.post("/decision", data=form(kims, key=AMBIGUOUS, seen="none", supplier="dpa"))
        assert late.status_code == 412
        assert "Decided by all meanwhile" in late.text and "correction 1 recorded by all" in late.text
        assert line_of(desk, "AP/dpa | Jo Reed").supplier == "AP"
        late = kim.post("/decision", data=form(kims, key=AMBIGUOUS, seen="none", waive="old"))
        assert late.status_code == 412 and not db.waivers(desk.store.engine)
        db.undo_correction(desk.store.engine, 1, "ann", "by mistake")
        late = kim.post("/decision", data=form(kims, key=AMBIGUOUS, seen="c1", supplier="dpa"))
        assert late.status_code == 412 and "undone by ann" in late.text
        assert decide(kim, AMBIGUOUS, supplier="dpa").status_code == 303


def test_a_settled_decision_says_who_settled_it(stores: Stores, tmp_path: Path) -> None:
    with opened(stores, tmp_path, {"a.txt": line_article(1, "AP/dpa | Jo Reed")}) as desk:
        client = desk.signed_in()
        db.add_corrections(desk.store.engine, [db.CorrectionRecord("AP/dpa | Jo Reed", supplier="AP", who="ann")])
        answer = client.get("/decision", params={"key": AMBIGUOUS})
        assert answer.status_code == 404 and "Decided by ann meanwhile" in answer.text
        assert client.get("/decision", params={"key": "nonsense"}).status_code == 404


def test_the_archive_suggests_and_never_decides(stores: Stores, tmp_path: Path) -> None:
    articles = {f"{n}.txt": line_article(n, "Odalys Fenwick/Reuters") for n in range(4)}
    articles["x.txt"] = line_article(9, "Odalys Fenwick")
    with opened(stores, tmp_path, articles) as desk:
        client = desk.signed_in()
        key = "CR103 line Odalys Fenwick"
        page = client.get("/decision", params={"key": key}).text
        assert "Odalys Fenwick always came through <b>Reuters</b> (4 uses)" in page
        assert line_of(desk, "Odalys Fenwick").supplier is None
        assert decide(client, key, supplier="Reuters").status_code == 303
        assert key not in queue(desk)
        # Another line of the creator, and a second supplier: nothing is suggested any more.
        ingest(tmp_path, desk.store.engine.url.render_as_string(hide_password=False), {
            "y.txt": line_article(10, "Odalys Fenwick/AP"), "z.txt": line_article(11, "Odalys Fenwick, Harbor"),
        })  # fmt: skip
        for each in [key for key in queue(desk) if key.startswith(("CR103 line", "CR106 line"))]:
            assert "always came through" not in client.get("/decision", params={"key": each}).text


def test_similar_lines_show_what_was_decided(stores: Stores, tmp_path: Path) -> None:
    articles = {"a.txt": line_article(1, "AP/dpa | Jo Reed"), "b.txt": line_article(2, "AP/dpa | Ida Quill")}
    with opened(stores, tmp_path, articles) as desk:
        client = desk.signed_in()
        assert decide(client, AMBIGUOUS, supplier="dpa").status_code == 303
        page = client.get("/decision", params={"key": "CR106 line AP/dpa | Ida Quill"}).text
        similar = page.split("Decisions on similar lines")[1]
        assert "<bdi>AP/dpa | Jo Reed</bdi>: supplier dpa" in similar


def test_an_article_is_restored_byte_for_byte(sqlite: Stores) -> None:
    url = sqlite.empty()
    assert main(["ingest", str(SAMPLES / "articles"), "--db", url]) == 0
    with running(url) as desk:
        client = desk.signed_in()
        for source in [article.source for article in db.articles(desk.store.engine)]:
            page = client.get("/articles", params={"source": source}).text
            places = sorted(int(at) for at in re.findall(r'data-restore="(\d+)"', page))
            assert places, source
            whole = Path(source).read_bytes().decode("utf-8")
            alone = client.get("/articles/text", params={"source": source, "restore": places})
            assert alone.content.decode("utf-8") == whole.removeprefix("\ufeff")
            for at in places:
                read = client.get("/articles/text", params={"source": source, "restore": [at]}).content.decode("utf-8")
                block = re.findall(rf'<del data-at="{at}"><span class="text">(.*?)</span></del>', page, re.S)[0]
                assert html.unescape(block) in read and html.unescape(block) in whole


def test_only_what_was_ingested_is_read_from_files(stores: Stores, tmp_path: Path) -> None:
    with opened(stores, tmp_path, {"a.txt": line_article(1, "Jo Reed/AP")}) as desk:
        client = desk.signed_in()
        source = str(tmp_path / "a.txt")
        assert "Jo Reed/AP" in client.get("/articles", params={"source": source}).text
        Path(source).write_text("A secret that nobody ingested.\n\nIt is long enough to be an article.\n")
        page = client.get("/articles", params={"source": source}).text
        assert "secret" not in page and "the file has changed" in page
        assert client.get("/articles", params={"source": "/etc/passwd"}).status_code == 404
        assert client.get("/articles", params={"source": source, "restore": "x"}).status_code == 422


def test_a_dropped_page_is_read_and_not_stored(stores: Stores, tmp_path: Path) -> None:
    with opened(stores, tmp_path, {"a.txt": line_article(1, "Jo Reed/AP")}) as desk:
        client = desk.signed_in()
        start = client.get("/drop")
        page = client.post("/drop", data=form(start, text=line_article(7, "AP/dpa | Ida Quill"))).text
        assert "1 caption in pasted text" in page and "Ida Quill" in page
        assert "<del>" in page
        sample = (SAMPLES / "first.txt").read_bytes()
        page = client.post("/drop", data=form(start), files={"file": ("first.txt", sample)}).text
        assert "2 captions in first.txt" in page
        assert len(list(db.uses_for_audit(desk.store.engine))) == 1
        for wrong in (b"", b"\x00\x01\x02PNG", b"<html></html>"):
            answer = client.post("/drop", data=form(start), files={"file": ("../../x.html", wrong)})
            assert answer.status_code == 422, wrong


def test_a_page_that_takes_too_long_is_given_up() -> None:
    with PageReader(default(), seconds=0.3) as reader:
        with pytest.raises(InputError, match="took longer"):
            reader.read_bytes(b"<p>" + b"<i>Foto: Jo Reed/dpa, a dog. " * 200_000, "x.html")
        assert reader.read_bytes(line_article(1, "Jo Reed/AP").encode(), "a.txt").article.captions


def test_search_finds_what_find_finds(stores: Stores, tmp_path: Path) -> None:
    articles = {"a.txt": line_article(1, "Jo Reed/AP"), "b.txt": line_article(2, "Ida Quill/Reuters")}
    with opened(stores, tmp_path, articles) as desk:
        client = desk.signed_in()
        assert "2 found" in client.get("/search", params={"q": "pontoon"}).text
        assert "1 found" in client.get("/search", params={"supplier": "Reuters"}).text
        assert "0 found" in client.get("/search", params={"q": "nosuch"}).text
        assert "found" not in client.get("/search").text


def test_agreements_are_added_ended_imported_and_undone(stores: Stores, tmp_path: Path) -> None:
    options = ("--published", "2026-05-18")
    with opened(stores, tmp_path, {"a.txt": line_article(1, "Jo Reed/AP")}, *options) as desk:
        client, engine = desk.signed_in(), desk.store.engine
        start = client.get("/agreements")
        terms = {"supplier": "Associated Press", "from": "2026-01-01", "to": "2026", "quota": "2/month", "kind": "flat"}
        assert client.post("/agreements", data=form(start, **terms)).status_code == 303
        (agreement,) = db.agreements(engine)
        assert (agreement.supplier, agreement.ends, agreement.added_by) == ("AP", date(2026, 12, 31), "kim")
        supplier = client.get("/suppliers", params={"name": "ap"}).text
        assert "0 of 2 used in June 2026; 2 left" in supplier
        bad = client.post("/agreements", data=form(start, supplier="AP", quota="many"))
        assert bad.status_code == 422 and "many" in bad.text
        end = form(start, agreement="1", on="2026-06-30", reason="canceled", seen="2026-12-31")
        assert client.post("/agreements/end", data=end).status_code == 303
        late = client.post("/agreements/end", data=end)
        assert late.status_code == 412 and "Decided by kim meanwhile" in late.text
        sheet = {"file": ("agreements.csv", (SAMPLES / "agreements.csv").read_bytes())}
        assert client.post("/agreements/import", data=form(start), files=sheet).status_code == 303
        assert len(db.agreements(engine)) > 2
        wrong = {"file": ("x.csv", b"supplier;quota\nAP;many\n")}
        answer = client.post("/agreements/import", data=form(start), files=wrong)
        assert answer.status_code == 422 and "x.csv line 2, column quota" in answer.text
        license_ = {"invoice": "R-17", "asset": "841304270", "to": "2030", "price": "180", "currency": "EUR"}
        assert client.post("/licenses", data=form(start, **license_)).status_code == 303
        (stored,) = db.licenses(engine)
        sheet = {
            "file": ("l.csv", b"invoice,asset,to,price,currency\nR-17,841304270,2030,180,EUR\nR-18,841304271,,,\n")
        }
        answer = client.post("/licenses/import", data=form(start), files=sheet)
        assert "added+1+of+2+licenses" in answer.headers["location"] and len(db.licenses(engine)) == 2
        refused = client.post(
            "/licenses/import", data=form(start), files={"file": ("l.csv", b"invoice,to\nR-1,soon\n")}
        )
        assert refused.status_code == 422 and "l.csv line 2, column to" in refused.text
        assert (stored.invoice, stored.asset, stored.ends) == ("R-17", "841304270", date(2030, 12, 31))
        for recorded in ("license-1", "license-2", "agreement-1"):
            assert client.post("/undo", data=form(client.get("/drop"), recorded=recorded)).status_code == 303
        assert not db.licenses(engine)


def test_a_statement_is_that_of_the_command_line(stores: Stores, tmp_path: Path) -> None:
    articles = {"a.txt": line_article(1, "Jo Reed/AP")}
    with opened(stores, tmp_path, articles, "--published", "2026-05-18") as desk:
        client = desk.signed_in()
        for kind in ("csv", "json", "html"):
            answer = client.get("/suppliers/statement", params={"name": "AP", "period": "2026-Q2", "form": kind})
            assert answer.status_code == 200 and "Jo Reed" in answer.text
            assert answer.headers["content-disposition"].startswith("attachment")
        assert client.get("/suppliers/statement", params={"name": "nosuch"}).status_code == 422
        page = client.get("/suppliers", params={"name": "AP"}).text
        assert "Articles with most findings" in page


def test_pairs_are_judged_same_or_different(stores: Stores, tmp_path: Path) -> None:
    articles = {"a.txt": line_article(1, "Jo Reed/AP"), "b.txt": line_article(1, "Rune Askeland/AFP")}
    with opened(stores, tmp_path, articles) as desk:
        client = desk.signed_in()
        page = client.get("/pairs")
        assert "Jo Reed/AP" in page.text and "Rune Askeland/AFP" in page.text
        key = html.unescape(re.findall(r'name="key" value="([^"]*)"', page.text)[0])
        data = form(page, key=key, seen="none", answer="different")
        assert client.post("/pairs", data=data).status_code == 303
        assert all(it.reason == "different pictures" for it in db.waivers(desk.store.engine))
        assert "No pair is left" in client.get("/pairs").text
        assert client.post("/pairs", data=data).status_code == 412


def test_hostile_texts_stay_text_on_every_screen(stores: Stores, tmp_path: Path) -> None:
    cells = [html.escape(text) for text in HOSTILE]
    page = "".join(
        f"<figure><img src='https://x.example/{n}.jpg'><figcaption>{text} on the pontoon. Foto: {text}/AP/dpa"
        "</figcaption></figure>"
        for n, text in enumerate(cells)
    )
    article = (
        f"<html><head><title>{cells[0]}</title></head><body><article><h1>{cells[1]}</h1><p>The rain that had been "
        f"expected for a week came on a Monday, and stayed until Friday evening.</p>{page}</article></body></html>"
    )
    with opened(stores, tmp_path, {"a.html": article}, "--publication", HOSTILE[0]) as desk:
        client = desk.signed_in()
        source = str(tmp_path / "a.html")
        paths: list[tuple[str, dict[str, Any]]] = [("/", {}), ("/log", {}), ("/pairs", {}), ("/suppliers", {})]
        paths += [("/decision", {"key": key}) for key in queue(desk)]
        paths += [("/articles", {"source": source}), ("/search", {"q": "pontoon"}), ("/search", {"q": HOSTILE[0]})]
        paths += [("/suppliers", {"name": HOSTILE[1]}), ("/agreements", {"supplier": HOSTILE[1], "done": HOSTILE[0]})]
        paths += [("/log", {"who": HOSTILE[1], "undone": HOSTILE[0]}), ("/", {"publication": HOSTILE[1]})]
        answers = [client.get(path, params=query) for path, query in paths]
        start = client.get("/drop")
        answers.append(client.post("/drop", data=form(start), files={"file": ("<b>.html", article.encode())}))
        key = queue(desk)[0]
        answers.append(decide(client, key, other_reason=HOSTILE[0], do="waive"))
        answers.append(client.get("/log"))
        for answer in answers:
            assert answer.status_code in (200, 303, 422), (answer.url, answer.text[:500])
            assert "<script>alert" not in answer.text and "<img src=x" not in answer.text
            assert 'href="javascript:' not in answer.text and "49 on" not in answer.text
            assert len(answer.content) < 100_000


def test_the_queue_is_the_stored_audit_until_somebody_audits_again(stores: Stores, tmp_path: Path) -> None:
    lines = ("AP/dpa | Jo Reed", "AP/dpa | Ida Quill", "Handout")
    with opened(stores, tmp_path, {f"{n}.txt": line_article(n, line) for n, line in enumerate(lines)}) as desk:
        client, engine, url = desk.signed_in(), desk.store.engine, desk.store.engine.url
        page = client.get("/")
        assert "Audited just now." in page.text and "AP/dpa | Jo Reed" in page.text
        db.add_waivers(engine, [db.WaiverRecord("CR106", line="AP/dpa | Jo Reed", reason="x", who="ann")])
        assert "1 decision since" in client.get("/").text
        left = [it.key for it in DeskQueues(desk.store).page(QueueFilter("CR106"), 0, 9)]
        assert left == ["CR106 line AP/dpa | Ida Quill"]
        ingest(
            tmp_path, url.render_as_string(hide_password=False), {"z.txt": line_article(9, "AP/dpa | Rune Askeland")}
        )
        page = client.get("/")
        assert "1 ingest and 1 decision since" in page.text and "Rune Askeland" not in page.text
        assert client.post("/audit", data=form(page)).status_code == 303
        page = client.get("/")
        assert "Audited just now." in page.text and "Rune Askeland" in page.text


def test_a_chosen_supplier_is_recorded_though_a_reason_to_waive_was_typed(sqlite: Stores, tmp_path: Path) -> None:
    with opened(sqlite, tmp_path, {"a.txt": line_article(1, "AP/dpa | Jo Reed")}) as desk:
        assert decide(desk.signed_in(), AMBIGUOUS, supplier="dpa", other_reason="old").status_code == 303
        assert len(db.corrections(desk.store.engine)) == 1 and not db.waivers(desk.store.engine)
