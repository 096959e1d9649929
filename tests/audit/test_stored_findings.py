"""Test that stored findings are those of the audit, and that decisions settle the findings that a new audit lacks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import captions_db as db
import pytest
from captions_db import models as m
from captions_db.audit import stored_listing as stored
from sqlalchemy import Engine, update

from captions.audit.decisions import DecisionGroups, key_of
from captions.audit.finding import Finding
from captions.audit.request import AuditRequest
from captions.audit.run import audited
from captions.audit.stored_findings import recheck_lines, store
from captions.lexicon.vocabulary import default
from tests.conftest import Run, write_article
from tests.support.audit_store import Page, Shot, article_record

TODAY = date.today()
LINES = (
    None, "Jane Doe/Reuters", "Reuters", "Handout/Reuters", "Handout", "AP/dpa | Jo Reed", "Jo Reed",
    "Clara Venn/Northlight Picture Agency", "CONRAD YULE/Retuers",
)  # fmt: skip
_Found = tuple[str, str, str, int | None]


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Return a store with articles, a failure, a full quota and agreements that lack days."""
    pages = [Page(f"in/{n}.txt", day, tuple(Shot(f"Picture {n} of {line}.", line, occurrences=1 + n) for line in LINES))
             for n, day in enumerate((None, date(2024, 1, 5), date(2025, 3, 1)))]  # fmt: skip
    pages.append(Page("in/3.txt", date(2024, 1, 6), (Shot("", "Handout"), Shot("", "Reuters"))))
    run = db.start_run(engine, "test")
    db.write_articles(engine, run, [article_record(page) for page in pages], [db.FailureRecord("in/x.bin", "binary")])
    spring = (date(2024, 1, 1), date(2024, 6, 30))
    reuters = db.AgreementRecord("Reuters", starts=spring[0], ends=spring[1], quota=1, quota_period="month")
    db.add_agreements(engine, [reuters, db.AgreementRecord("dpa", kind="per-use", starts=date(2025, 1, 1))])
    return engine


def keep(engine: Engine, request: AuditRequest | None = None) -> list[tuple[Finding, str]]:
    """Audit and store; return the findings with the keys of their decisions."""
    request = request or AuditRequest()
    began = datetime.now(UTC)
    with audited(engine, request, today=TODAY) as result:
        found = [(finding, key_of(finding, result.commands)) for finding in result]
        store(result, DecisionGroups(result), request, "", "1.0", began)
    return found


def audit(engine: Engine) -> set[_Found]:
    with audited(engine, today=TODAY) as result:
        return {identity(finding) for finding in result}


def identity(finding: Finding) -> _Found:
    return finding.code, finding.message, finding.source, finding.use.id if finding.use else None


def rows(engine: Engine, view: str = "finding_in_words") -> list[dict[str, Any]]:
    columns, found = db.view_rows(engine, view)
    return [dict(zip(columns, row, strict=True)) for row in found]


def seen(engine: Engine, *states: str) -> set[_Found]:
    return {
        (row["code"], row["message"], row["source"], row["use_id"])
        for row in rows(engine)
        if row["state"] in (states or ("open",))
    }


def test_the_stored_findings_are_those_of_the_audit(filled: Engine) -> None:
    found = keep(filled)
    assert {finding.code for finding, _ in found} >= {
        "CR101",
        "CR103",
        "CR106",
        "CR301",
        "CR302",
        "CR304",
        "CR401",
        "CR901",
    }
    stored_rows = rows(filled)
    assert sorted(str((*identity(finding), key)) for finding, key in found) == sorted(
        str((row["code"], row["message"], row["source"], row["use_id"], row["decision"])) for row in stored_rows
    )
    assert {(row["question"], row["version"], row["days_old"], row["state"]) for row in stored_rows} == {
        ("{}", "1.0", 0, "open")
    }
    [kept] = stored.audits(filled)
    with audited(filled, today=TODAY) as result:
        expected = [(d.key, d.findings, d.uses, d.articles, d.command, d.cost) for d in DecisionGroups(result)]
    listed = stored.decisions(filled, kept.id, today=TODAY, limit=1000)
    assert [(d.key, d.findings, d.uses, d.articles, d.command, d.cost) for d in listed] == expected
    assert (kept.decisions, kept.findings) == (len(expected), len(found))
    in_pages = [
        d for at in range(0, len(listed), 4) for d in stored.decisions(filled, kept.id, today=TODAY, after=at, limit=4)
    ]
    assert in_pages == listed
    for decision in listed:
        uses = {row["use_id"] for row in stored_rows if row["decision"] == decision.key} - {None}
        assert stored.use_ids(filled, decision.id, limit=1000) == sorted(uses)


def test_an_audit_replaces_the_one_with_the_same_question(filled: Engine) -> None:
    keep(filled)
    keep(filled, AuditRequest(scope="syndication", territory="DE"))
    first = stored.audits(filled)
    keep(filled)
    last = stored.audits(filled)
    assert [it.question for it in last] == ["{}", '{"scope": "syndication", "territory": "DE"}']
    assert last[1] == first[0]
    assert {row["decision"] for row in rows(filled, "open_findings_by_decision") if row["question"] == "{}"}
    assert len(rows(filled)) == sum(it.findings for it in last)


WAIVERS: dict[str, db.WaiverRecord] = {
    "supplier": db.WaiverRecord("CR302", supplier="reuters"),
    "line": db.WaiverRecord("CR104", line="Handout"),
    "line and supplier": db.WaiverRecord("CR104", line="Handout/Reuters", supplier="Reuters"),
    "article": db.WaiverRecord("CR401", source="in/1.txt"),
    "failed file": db.WaiverRecord("CR901", source="in/x.bin"),
    "quota without a use": db.WaiverRecord("CR305", supplier="Reuters"),
    "no caption": db.WaiverRecord("CR102", source="in/3.txt", caption_digest=""),
    "nothing": db.WaiverRecord("CR104", line="Nobody"),
}


@pytest.mark.parametrize("name", WAIVERS)
def test_a_waiver_settles_what_a_new_audit_leaves_out(filled: Engine, name: str) -> None:
    keep(filled)
    before = seen(filled)
    [waiver] = db.add_waivers(filled, [WAIVERS[name]])
    after = seen(filled)
    assert after == audit(filled)
    assert (after < before) is (name != "nothing")
    assert {row["settled_by"] for row in rows(filled)} == {None} | (
        {f"waiver {waiver.id}"} if after < before else set()
    )
    [kept] = stored.audits(filled)
    left = stored.decisions(filled, kept.id, today=TODAY, limit=1000)
    assert sum(decision.open for decision in left) == len(after)
    assert {decision.key for decision in left} == {row["decision"] for row in rows(filled) if row["state"] == "open"}
    db.undo_waiver(filled, waiver.id, "me", "wrong")
    assert seen(filled) == before == audit(filled)


def test_a_finding_reopens_only_if_no_other_waiver_settles_it(filled: Engine) -> None:
    keep(filled)
    by_line, by_article = db.add_waivers(
        filled, [db.WaiverRecord("CR104", line="Handout"), db.WaiverRecord("CR104", source="in/1.txt")]
    )
    db.undo_waiver(filled, by_line.id, "me", "wrong")
    assert seen(filled) == audit(filled)
    assert {row["settled_by"] for row in rows(filled)} == {None, f"waiver {by_article.id}"}


def test_findings_return_when_their_waiver_ends(filled: Engine) -> None:
    keep(filled)
    [kept] = stored.audits(filled)
    all_open = {decision.key for decision in stored.decisions(filled, kept.id, today=TODAY, limit=1000)}
    db.add_waivers(filled, [db.WaiverRecord("CR104", line="Handout", until=TODAY)])
    today, tomorrow = (
        {decision.key for decision in stored.decisions(filled, kept.id, today=day, limit=1000)}
        for day in (TODAY, TODAY + timedelta(days=1))
    )
    assert all_open - today == {"CR104 line Handout"}
    assert tomorrow == all_open


def test_waivers_that_ended_settle_nothing(filled: Engine) -> None:
    keep(filled)
    before = len(seen(filled))
    yesterday, of_line, of_article = db.add_waivers(
        filled,
        [
            db.WaiverRecord("CR104", line="Handout", until=TODAY),
            db.WaiverRecord("CR104", line="Handout/Reuters", until=TODAY + timedelta(days=9)),
            db.WaiverRecord("CR104", source="in/1.txt"),
        ],
    )
    with filled.begin() as connection:
        ended = {"settled_until": TODAY - timedelta(days=1)}
        settled = m.stored_finding.c.settled_by == f"waiver {yesterday.id}"
        connection.execute(update(m.stored_finding).where(settled).values(ended))
        connection.execute(update(m.waiver).where(m.waiver.c.id == yesterday.id).values(until=ended["settled_until"]))
        connection.execute(update(m.stored_decision).values(settled_until=ended["settled_until"]))
    now = audit(filled)
    assert seen(filled) == now
    assert sum(row["open_findings"] for row in rows(filled, "open_findings_by_decision")) == len(now) < before
    [kept] = stored.audits(filled)
    assert sum(it.open for it in stored.decisions(filled, kept.id, today=TODAY, limit=1000)) == len(now)
    # The waiver without an end settles what one with an end has settled, and what one settled that has ended.
    assert {row["settled_by"] for row in rows(filled) if row["source"] == "in/1.txt" and row["code"] == "CR104"} == {
        f"waiver {of_article.id}"
    }
    [again] = db.add_waivers(filled, [db.WaiverRecord("CR104", line="Handout")])
    assert seen(filled) == audit(filled)
    db.undo_waiver(filled, of_article.id, "me", "wrong")
    assert seen(filled) == audit(filled)
    assert {f"waiver {it.id}" for it in (of_line, again)} <= {row["settled_by"] for row in rows(filled)}


CORRECTIONS = {
    "supplier": db.CorrectionRecord("AP/dpa | Jo Reed", supplier="dpa"),
    "creator": db.CorrectionRecord("Jo Reed", agencies=("dpa",), supplier="dpa"),
    "spelling": db.CorrectionRecord("CONRAD YULE/Retuers", creators=("Conrad Yule",), agencies=("Reuters",)),
    "still a placeholder": db.CorrectionRecord("Handout", agencies=("dpa",)),
}


@pytest.mark.parametrize("few", [0, 20])
@pytest.mark.parametrize("name", CORRECTIONS)
def test_a_correction_settles_what_a_new_audit_leaves_out(
    filled: Engine, name: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("captions.audit.stored_findings._FEW", few)
    keep(filled)
    before, line = seen(filled), CORRECTIONS[name].line
    [correction] = db.add_corrections(filled, [CORRECTIONS[name]])
    marked = [row for row in rows(filled) if row["state"] == "may be outdated"]
    assert {row["credit_line"] for row in marked} == {line}
    assert {row["outdated_by"] for row in marked} == {f"correction {correction.id}"}
    assert seen(filled) == {it for it in before if it[3] not in {row["use_id"] for row in marked}}
    recheck_lines(filled, [line], default(), TODAY)
    now = audit(filled)
    settled = [row for row in rows(filled) if row["state"] == "settled"]
    assert {row["settled_by"] for row in settled} <= {f"correction {correction.id}"}
    assert seen(filled) <= now
    assert not now & seen(filled, "settled")
    # The codes that the credit decides are certain; what agreements and captions decide stays marked.
    assert {row["code"] for row in rows(filled) if row["state"] == "may be outdated"} <= {
        "CR104", "CR301", "CR302", "CR303", "CR304", "CR305", "CR306", "CR309", "CR401", "CR402", "CR201",
    }  # fmt: skip
    [later] = db.add_corrections(filled, [db.CorrectionRecord(line, license="CC0")])
    assert seen(filled, "settled") == set()
    for number in (later.id, correction.id):
        db.undo_correction(filled, number, "me", "wrong")
    assert seen(filled, "settled") == set()
    assert seen(filled, "open", "may be outdated") == before


def test_an_agreement_marks_the_findings_that_it_may_settle(filled: Engine) -> None:
    keep(filled)
    [added] = db.add_agreements(filled, [db.AgreementRecord("Reuters", starts=date(2025, 1, 1))])
    marked = [row for row in rows(filled) if row["state"] == "may be outdated"]
    assert {row["outdated_by"] for row in marked} == {f"agreement {added.id}"}
    assert ("CR302", "Reuters") in {(row["code"], row["supplier"]) for row in marked}
    assert {row["supplier"] for row in marked} <= {"Reuters", None}
    assert all(row["outdated_since"] for row in marked)
    gone = keep_identities(filled) - audit(filled)
    assert gone
    assert gone <= {(row["code"], row["message"], row["source"], row["use_id"]) for row in marked}


def keep_identities(engine: Engine) -> set[_Found]:
    return seen(engine, "open", "may be outdated")


def test_a_merge_marks_the_lines_that_it_changes(filled: Engine) -> None:
    keep(filled)
    db.merge_parties(filled, ["Northlight Picture Agency"], "Reuters", "me")
    gone = keep_identities(filled) - audit(filled)
    assert gone
    assert gone <= seen(filled, "may be outdated")


def test_findings_on_an_article_that_was_read_again_are_outdated(filled: Engine) -> None:
    keep(filled)
    changed = Page("in/1.txt", date(2024, 1, 5), (Shot("Another picture.", "Jo Reed/dpa"),))
    db.write_articles(filled, db.start_run(filled, "test"), [article_record(changed)])
    outdated = [row for row in rows(filled) if row["state"] == "outdated"]
    assert {row["source"] for row in outdated} == {"in/1.txt"}
    assert not [row for row in rows(filled) if row["source"] == "in/1.txt" and row["state"] == "open" and row["use_id"]]
    counted = sum(row["open_findings"] for row in rows(filled, "open_findings_by_decision"))
    assert counted == len([row for row in rows(filled) if row["state"] == "open"])


def test_decisions_made_during_the_audit_count(filled: Engine) -> None:
    began = datetime.now(UTC)
    with audited(filled, today=TODAY) as result:
        groups = DecisionGroups(result)
        db.add_waivers(filled, [db.WaiverRecord("CR104", line="Handout")])
        db.add_corrections(filled, [CORRECTIONS["supplier"]])
        db.add_agreements(filled, [db.AgreementRecord("Reuters", starts=date(2025, 1, 1))])
        db.merge_parties(filled, ["Northlight Picture Agency"], "Reuters", "me")
        gone = [it.id for it in db.articles_at(filled, ["in/3.txt"])]
        db.forget(filled, gone, "me")
        store(result, groups, AuditRequest(), "", "1.0", began)
    assert {
        row["settled_by"] for row in rows(filled) if row["code"] == "CR104" and row["credit_line"] == "Handout"
    } == {"waiver 1"}
    assert "may be outdated" in {row["state"] for row in rows(filled) if row["code"] == "CR106"}
    assert seen(filled) <= audit(filled) | seen(filled, "outdated")
    assert {row["outdated_by"] for row in rows(filled)} >= {"correction 1", "agreement 3", "merge into Reuters"}
    assert "outdated" in {row["state"] for row in rows(filled)}
    counted = sum(row["open_findings"] for row in rows(filled, "open_findings_by_decision"))
    assert counted == len([row for row in rows(filled) if row["state"] in ("open", "may be outdated")])


# --- the command


def test_the_command_says_how_to_read_what_it_stored(run: Run, tmp_path: Any) -> None:
    write_article(tmp_path / "a.txt", "Handout")
    run("ingest", "a.txt")
    ran = run("audit", "--store", "--format", "json")
    assert ran.code == 0
    assert ran.err.splitlines()[-1] == (
        "stored 2 findings by decision; to read them, run: captions export open_findings_by_decision"
    )
    assert "CR104" in run("export", "open_findings_by_decision").out
    assert run("waive", "CR104", "--line", "Handout", "--reason", "free").code == 0
    assert "CR104" not in run("export", "open_findings_by_decision").out
    assert "settled,waiver 1" in run("export", "finding_in_words").out
    assert run("correct", "Handout", "--supplier", "dpa", "--reason", "asked").code == 0
    refused = run("audit", "--store", "--waived")
    assert (refused.code, refused.err.splitlines()[-1]) == (
        2,
        "Error: Invalid value: --store keeps open findings: omit --waived",
    )
