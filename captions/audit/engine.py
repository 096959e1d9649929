"""Notes verdicts on what is few, then has the database find the uses they are true of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import captions_db.audit as store
from sqlalchemy import Engine

from captions.audit.codes import CODES, Code, reading, rules_for_credits, rules_for_data, rules_for_uses
from captions.audit.comparisons import compared
from captions.audit.credit_rules import no_credit
from captions.audit.finding import Finding
from captions.audit.fixes import waive
from captions.audit.overview import Overview
from captions.audit.request import Known, Question
from captions.audit.result import Answer, Credits
from captions.audit.spelling import Register
from captions.audit.spool import Spool
from captions.audit.summary import overview
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.agreements import Agreement, Period, period_of
from captions.licensing.coverage import Agreements, Asked, Group, Stretch, mark_of
from captions.model import Use
from captions.stored import failures
from captions.text import match_key, name_key

if TYPE_CHECKING:
    from captions.imaging.library import Archive

_AGREEMENT_CODES = reading("agreements")
QUOTA_CODES = reading("quotas")


class Judge:
    """Notes verdicts on what is few, then has the database find the uses they are true of."""

    def __init__(self, audit: store.Audit, question: Question, words: Vocabulary, archive: Archive | None) -> None:
        """Take an audit that is already confined, and the pictures of the store if there are any."""
        self.audit, self.question, self.words, self.archive = audit, question, words, archive
        self.told: dict[str, set[int]] = {}
        self.register = Register(words)
        self.credits = Credits(audit)
        self.loose: dict[str, Spool[None]] = {}
        self.parties: dict[str, str] = {}
        self.groups: list[Group] = []
        held = [_agreement(row) for row in audit.agreements()]
        self.held = Agreements(held, words, Asked(question.scope, question.territory))

    def answer(self, engine: Engine, baseline: Iterable[Known], codes: Mapping[str, Code], today: date) -> Answer:
        """Judges, joins, sorts and counts."""
        audit, ranks = self.audit, self.audit.ranks
        waivers = [aside for aside in audit.waivers(today) if aside.code in ranks]
        audit.put_suppressions("waiver", waivers)
        known_loose: set[tuple[str, str]] = set()
        audit.put_suppressions("baseline", _of_uses(baseline, known_loose))
        # Of a quota that is passed nearly all articles are numbered, of one that is not those of a day.
        numbered = "CR304" in ranks
        if numbered:
            audit.order_articles("all")
        if _AGREEMENT_CODES & ranks.keys():
            self._group_credits()
        self._judge_uses(self._judge_credits())
        self._judge_told()
        self._find()
        if "CR901" in ranks and not self.question.confined:
            for f in failures(engine, self.question.run):
                self._put_loose(Finding("CR901", f.reason, f.source, clear=waive("CR901", source=f.source)))
        answer = Answer(audit, self.credits, self.loose, codes, self.overview)
        answer.archive = self.archive
        self._count(answer, waivers, known_loose)
        if not numbered:
            audit.order_articles("found")
        audit.list_findings("waiver" if self.question.waived else None)
        return answer

    # --- verdicts

    def _judge_credits(self) -> dict[str, list[int]]:
        """Judge each distinct credit; return the credits whose uses the rules about uses must judge, by code."""
        audit, ranks = self.audit, self.audit.ranks
        rules = [(code, rule) for code, rule in rules_for_credits().items() if code in ranks]
        chosen: dict[str, list[int]] = {code: [] for code in rules_for_uses() if code in ranks}
        if rules or chosen:
            for row_id, credit in self.credits.having(_needed({code for code, _ in rules})):
                alone = Use("", 0, "", "", credit)
                for code, rule in rules:
                    if message := rule(alone, self.register):
                        audit.note_credit(code, row_id, audit.remark(message))
                for code, row_ids in chosen.items():
                    if (of_credit := CODES[code].of_credit) and of_credit(credit):
                        row_ids.append(row_id)
        return chosen

    def _group_credits(self) -> None:
        """Puts credits into the groups that the agreements know; all of a kind at once, where that tells the group."""
        audit, groups = self.audit, dict[Group, int]()
        kinds = audit.kinds_of_credits()
        self.credits.read({kind.credit_id for kind in kinds})
        for kind in kinds:
            first = self.credits[kind.credit_id]
            if first.supplier is None or not self.held.excluding(first.supplier):
                if (group := self.held.group(first)) is not None:
                    audit.put_kind(kind, groups.setdefault(group, len(groups)))
                continue
            row_ids = audit.credits_of_kind(kind)
            self.credits.read(set(row_ids))
            for row_id in row_ids:
                if (group := self.held.group(self.credits[row_id])) is not None:
                    audit.put_member(row_id, groups.setdefault(group, len(groups)))
        audit.join_members()
        self.groups = list(groups)
        self._judge_groups(groups)

    def _judge_groups(self, groups: Mapping[Group, int]) -> None:
        publications = self.audit.publications() if groups else []
        for group, group_id in groups.items():
            for name in self.held.own(group, publications):
                self.audit.put_own(group_id, name)
            for stretch in self.held.stretches(group):
                self._put(group_id, stretch, undated=False)
            self._put(group_id, self.held.undated(group), undated=True)

    def _put(self, group_id: int, stretch: Stretch, *, undated: bool) -> None:
        told = stretch.code is not None and stretch.code in self.audit.ranks
        self.audit.put_coverage(
            group_id,
            stretch.first,
            stretch.last,
            undated=undated,
            agreement_id=stretch.agreement.id if stretch.agreement else None,
            code=stretch.code if told else None,
            remark_id=self.audit.remark(stretch.message, stretch.clear) if told else None,
        )

    def _judge_uses(self, chosen: Mapping[str, list[int]]) -> None:
        """Judge the uses with these credits by the rules that look at the caption too."""
        audit, lines, rules = self.audit, self.credits, rules_for_uses()
        for code, row_ids in chosen.items():
            for row in lines.ahead(audit.uses_of(row_ids), lambda row: (row.credit_id,)):
                if message := rules[code](Use("", 0, row.caption, "", lines[row.credit_id]), self.register):
                    audit.note_use(code, row.use_id, audit.remark(message))
                    self.told.setdefault(code, set()).add(row.use_id)

    def _judge_told(self) -> None:
        """Compare printed credits with the page's structured data, each pair of credits once."""
        audit, lines = self.audit, self.credits
        rules = [(code, rule) for code, rule in rules_for_data().items() if code in audit.ranks]
        if not rules:
            return
        said: dict[tuple[int, int, str | None], list[tuple[str, int]]] = {}
        for row in lines.ahead(
            audit.uses_with_structured_credits(), lambda row: (row.credit_id, row.structured_id or 0)
        ):
            key = (row.credit_id, row.structured_id or 0, row.publication)
            if key not in said:
                use = Use("", 0, "", "", lines[key[0]], publication=row.publication, structured_credit=lines[key[1]])
                messages = [(code, rule(use, self.register)) for code, rule in rules]
                said[key] = [(code, audit.remark(message)) for code, message in messages if message]
            for code, remark in said[key]:
                audit.note_use(code, row.use_id, remark)

    def _judge_pictures(self, archive: Archive) -> None:
        """What is wrong with the pictures themselves, where it is not noted of a use already."""
        from captions.audit.image_rules import findings  # not above: a store without pictures need not wait for it

        for finding, _pictures in findings(archive):
            code, use = finding.code, finding.use
            if code not in self.audit.ranks:
                continue
            if use is not None and use.id is not None:
                if use.id not in self.told.get(code, ()):
                    self.audit.note_use(code, use.id, self.audit.remark(finding.message))
            elif not self.question.confined and self.question.run is None:
                self._put_loose(finding)

    def _judge_compared(self) -> None:
        """Note the findings that come from comparing uses."""
        for code, message, use_ids in compared(self.audit, self.credits):
            remark = self.audit.remark(message)
            for use_id in use_ids:
                self.audit.note_use(code, use_id, remark)
            self.told.setdefault(code, set()).update(use_ids)

    # --- sets

    def _find(self) -> None:
        audit, ranks, steps = self.audit, self.audit.ranks, self.audit.statements
        if QUOTA_CODES & ranks.keys():
            self._judge_quotas()
        nothing = audit.remark(no_credit(Use("", 0, "", "", None), self.register) or "")
        repeated = audit.remark("printed {n} times")
        audit.flush()
        if "CR101" in ranks:
            steps.without_credit("CR101", nothing)
        steps.by_credit()
        if "CR401" in ranks:
            steps.repeated("CR401", repeated)
        if _AGREEMENT_CODES & ranks.keys():
            steps.not_covered()
        if QUOTA_CODES & ranks.keys():
            steps.reach()
            if "CR304" not in ranks:
                audit.order_articles("reached")
            steps.beyond_quota("CR304", "CR305")
        self._judge_compared()
        if self.archive is not None:
            self._judge_pictures(self.archive)
        audit.flush()
        steps.by_use()

    def _judge_quotas(self) -> None:
        """CR304, CR305: which periods of which quotas came to their marks; what can't be counted is said."""
        limited = {a.id: a for a in self.held.held if a.quota is not None and a.id is not None}
        if not limited:
            return
        days: dict[tuple[int, Period], list[tuple[date, int]]] = {}
        for agreement_id, day, count in self.audit.count_days(sorted(limited)):
            days.setdefault((agreement_id, period_of(limited[agreement_id], day)), []).append((day, count))
        for (agreement_id, period), counts in days.items():
            self._put_period(limited[agreement_id], period, sorted(counts))
        self._undated_quotas(limited)

    def _put_period(self, agreement: Agreement, period: Period, counts: Sequence[tuple[date, int]]) -> None:
        """Has the uses of a period numbered, if it came to its mark: from the day on which that tells something."""
        quota, total = agreement.quota or 0, sum(count for _, count in counts)
        passed, sought = total > quota, mark_of(quota)
        told = ("CR304" if passed else "CR305") in self.audit.ranks
        if total < sought or agreement.id is None or not told:
            return
        # The mark of a quota that is passed was told when it was reached.
        least, before, at = quota + 1 if passed else sought, 0, 0
        while before + counts[at][1] < least:
            before += counts[at][1]
            at += 1
        text = f"use {{n}} of {quota} in {period.name} under agreement {agreement.id} with {agreement.supplier}"
        self.audit.put_period(
            agreement.id,
            (counts[at][0], counts[-1 if passed else at][0]),
            before=before,
            beyond=quota if passed else None,
            mark=None if passed else sought,
            remark_id=self.audit.remark(text),
        )

    def _undated_quotas(self, limited: Mapping[int, Agreement]) -> None:
        """CR305 beside the uses: how many uses without a day may or may not count on a quota."""
        if "CR305" not in self.audit.ranks:
            return
        for agreement_id, count in sorted(self._undated().items()):
            a = limited[agreement_id]
            uses = "1 use has" if count == 1 else f"{count} uses have"
            quota = f"{a.quota} a {a.quota_period}"
            message = (
                f"unknown: {uses} no day and can't be counted against {quota} under agreement {a.id} with {a.supplier}"
            )
            clear = waive("CR305", supplier=a.supplier)
            finding = Finding("CR305", message, f"agreement {a.id}", clear=clear)
            self._put_loose(finding)
            self.parties[finding.source] = a.supplier

    def _undated(self) -> dict[int, int]:
        """How many uses without a day may count on the quota of which agreement."""
        unknown: dict[int, int] = {}
        for group_id, count in self.audit.count_undated():
            for agreement in self.held.may_count(self.groups[group_id]):
                if agreement.id is not None:
                    unknown[agreement.id] = unknown.get(agreement.id, 0) + count
        return unknown

    def overview(self) -> Overview:
        """Tells what a report says beside the findings; only after :meth:`answer`."""
        return overview(self.audit, self.held, self._undated())

    def _count(self, answer: Answer, waivers: Sequence[store.Suppression], known: set[tuple[str, str]]) -> None:
        """Takes out what is set aside beside the uses, and counts."""
        shown: dict[str, int] = dict.fromkeys(self.audit.ranks, 0)
        for (code, why), count in self.audit.found().items():
            answer.waived += count if why == "waiver" else 0
            answer.known += count if why == "baseline" else 0
            if (why == "waiver") if self.question.waived else (why is None):
                shown[code] = count
        answer.in_order = shown
        totals = dict(shown)
        for code, beside in self.loose.items():
            kept: Spool[None] = Spool()
            for finding, _ in beside:
                is_waived = any(self._is_waived(finding, aside) for aside in waivers)
                is_known = not is_waived and (code, finding.source) in known
                answer.waived += is_waived
                answer.known += is_known
                if is_waived if self.question.waived else not (is_waived or is_known):
                    kept.add(finding, None)
            self.loose[code] = kept
            totals[code] += len(kept)
        answer.counts = {code: totals[code] for code in sorted(totals) if totals[code]}
        counts = self.audit.counts()
        answer.uses, answer.articles, answer.undated = counts.uses, counts.articles, counts.undated
        answer.without_run = counts.without_run
        answer.agreements = len(self.held.held)

    def _put_loose(self, finding: Finding) -> None:
        """Takes a finding that stands beside the uses."""
        self.loose.setdefault(finding.code, Spool()).add(finding, None)

    def _is_waived(self, finding: Finding, aside: store.Suppression) -> bool:
        if aside.code != finding.code or aside.line is not None or aside.caption_digest is not None:
            return False
        supplier = name_key(self.parties.get(finding.source, ""))
        return (aside.source in (None, finding.source)) and (
            aside.supplier is None or name_key(aside.supplier) == supplier != ""
        )


def _needed(codes: Set[str]) -> set[str]:
    """Return the fields of which a credit needs one to be judged; an empty set means to judge all credits.

    Rules about uses look at the qualifiers.
    """
    fields_ = {CODES[code].looks_at for code in codes}
    return set() if None in fields_ else {"qualifiers", *(name for name in fields_ if name)}


def _agreement(row: Mapping[str, Any]) -> Agreement:
    given = {field.name: row[field.name] for field in fields(Agreement)}
    for name in ("scopes", "territories", "excluded"):
        given[name] = tuple(json.loads(given[name]))
    price = given["price"]
    return Agreement(**{**given, "price": None if price is None else Decimal(price)})


def _of_uses(baseline: Iterable[Known], loose: set[tuple[str, str]]) -> Iterator[store.Suppression]:
    """What a baseline sets aside of uses; what stands beside them is put in ``loose``."""
    for known in baseline:
        if known.of_use:
            digest = store.caption_digest(match_key(known.caption), known.caption)
            yield store.Suppression(known.code, None, known.line, known.source, digest, known.line is None)
        else:
            loose.add((known.code, known.source))
