"""Judge each distinct credit, agreement and group once; SQL then joins the verdicts to the uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

import captions_db.audit as store
from captions_db.audit import overview as counted
from sqlalchemy import Engine

from captions.audit.codes import (
    CODES,
    Code,
    reading,
    rules_for_credits,
    rules_for_structured_data,
    rules_for_uses,
    rules_that_compare,
)
from captions.audit.credit_rules import no_credit
from captions.audit.finding import Finding
from captions.audit.fixes import fix_agency, waive
from captions.audit.license_check import note_licensed_uses
from captions.audit.overview import Overview, Unchecked
from captions.audit.parties import parties_of
from captions.audit.quota_messages import quota_messages
from captions.audit.request import AuditRequest, BaselineFinding
from captions.audit.restriction_rules import CODE as RESTRICTED
from captions.audit.restriction_rules import RestrictionFinder
from captions.audit.result import AuditResult, CreditCache
from captions.audit.spelling import Register
from captions.audit.spool import Spool
from captions.audit.summary import UNCOVERED, at_risk, overview, prices, quota_prices
from captions.audit.uncaptioned import bare_pictures
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.coverage import Coverage, IntendedUse
from captions.licensing.judging import Judgment
from captions.licensing.repository import agreement_of
from captions.licensing.restrictions import RightsQuestion
from captions.model import Use
from captions.stored import failures
from captions.text import match_key, name_key

if TYPE_CHECKING:
    from captions.imaging.library import Archive

_AGREEMENT_CODES = reading("agreements")
QUOTA_CODES = reading("quotas")
LICENSED_CODES = reading("licenses")


class AuditEngine:
    """Judge each distinct credit, agreement and group once; SQL then joins the verdicts to the uses."""

    def __init__(
        self,
        audit: store.Audit,
        request: AuditRequest,
        words: Vocabulary,
        archive: Archive | None,
        licensed_pictures: Archive | None = None,
    ) -> None:
        """Use an audit that is already confined to the requested uses, and the store's pictures if there are any.

        ``licensed_pictures`` are the pictures among which those of licenses are looked for.
        """
        self.audit, self.request, self.words, self.archive = audit, request, words, archive
        self.licensed_pictures = licensed_pictures
        self.reported: dict[str, set[int]] = {}
        """By code, the uses that have a finding before the picture files are examined."""
        self.credits = CreditCache(audit)
        self.unattached: dict[str, Spool[None]] = {}
        """By code, the findings that belong to no use."""
        self.intended = IntendedUse(request.scope, request.territory)
        self.coverage = Coverage(map(agreement_of, audit.agreements()), words, self.intended)
        only = None
        if audit.only is not None:
            credit = self.credits[audit.only.credit_id] if audit.only.credit_id is not None else None
            parties = parties_of(audit, words, self.coverage, credit)
            audit.licensed.confine(parties.condition(audit.only.use_id))
            only = parties.judged
        on = None if audit.only is None else audit.only.used_on or date.min
        self.judgment = Judgment(audit, self.coverage, self.credits.of, only, on)
        self.register = Register(words, self.coverage.freelancers)
        self.asked = RightsQuestion(self.intended)

    def result(
        self,
        engine: Engine,
        baseline: Iterable[BaselineFinding],
        codes: Mapping[str, Code],
        today: date,
        proposed: Sequence[store.Suppression] = (),
    ) -> AuditResult:
        """Run the rules, join their verdicts to the uses, sort and count."""
        audit, ranks = self.audit, self.audit.ranks
        self.asked = replace(self.asked, today=today)
        waivers = [aside for aside in audit.waivers(today) if aside.code in ranks]
        audit.put_suppressions("waiver", waivers)
        known_sources: set[tuple[str, str]] = set()
        audit.put_suppressions("baseline", chain(_of_uses(baseline, known_sources), proposed))
        # An exceeded quota numbers the uses of nearly all articles; any other quota, those of one day.
        numbered = "CR304" in ranks and audit.only is None
        if numbered:
            audit.order_articles("all")
        if LICENSED_CODES & ranks.keys():
            note_licensed_uses(audit, self.licensed_pictures, self.intended, today)
        if _AGREEMENT_CODES & ranks.keys():
            self.judgment.note(unchecked=self.request.unchecked)
        self._judge_uses(self._judge_credits())
        self._judge_structured_data()
        if RESTRICTED in ranks:
            RestrictionFinder(audit, self.credits, self.words, self.asked).judge()
        self._find()
        if "CR901" in ranks and not self.request.confined:
            for f in failures(engine, self.request.run):
                self._add_unattached(Finding("CR901", f.reason, f.source, command=waive("CR901", source=f.source)))
        if "CR100" in ranks:
            for bare in bare_pictures(audit):
                self._add_unattached(bare)
        result = AuditResult(audit, self.credits, self.unattached, codes, self.overview)
        result.prices = lambda: prices(self.judgment)
        result.quota_prices = lambda: quota_prices(self.judgment)
        result.archive = self.archive
        self._count(result, waivers, known_sources, proposed)
        if not numbered:
            audit.order_articles("found")
        audit.why = "waiver" if self.request.waived else None
        return result

    # --- verdicts

    def _judge_credits(self) -> dict[str, list[int]]:
        """Judge each distinct credit; return, by code, the credits whose uses a rule about uses must judge."""
        audit, ranks = self.audit, self.audit.ranks
        rules = [(code, rule) for code, rule in rules_for_credits().items() if code in ranks]
        chosen: dict[str, list[int]] = {code: [] for code in rules_for_uses() if code in ranks}
        if rules or chosen:
            for row_id, credit in self.credits.having(_needed({code for code, _ in rules})):
                use = Use("", 0, "", "", credit)
                for code, rule in rules:
                    if message := rule(use, self.register):
                        command = fix_agency(credit, self.register) if CODES[code].command == "agency" else None
                        audit.note_credit(code, row_id, audit.remark(message, command))
                for code, row_ids in chosen.items():
                    if (of_credit := CODES[code].of_credit) and of_credit(credit):
                        row_ids.append(row_id)
        return chosen

    def _judge_uses(self, chosen: Mapping[str, list[int]]) -> None:
        """Judge the uses with these credits by the rules that also read the caption."""
        audit, credits_, rules = self.audit, self.credits, rules_for_uses()
        for code, row_ids in chosen.items():
            for row in credits_.ahead(audit.uses_of(row_ids), lambda row: (row.credit_id,)):
                if message := rules[code](Use("", 0, row.caption, "", credits_[row.credit_id]), self.register):
                    audit.note_use(code, row.use_id, audit.remark(message))
                    self.reported.setdefault(code, set()).add(row.use_id)

    def _judge_structured_data(self) -> None:
        """Compare printed credits with the page's structured data, each pair of credits once."""
        audit, credits_ = self.audit, self.credits
        rules = [(code, rule) for code, rule in rules_for_structured_data().items() if code in audit.ranks]
        if not rules:
            return
        verdicts: dict[tuple[int, int, str | None], list[tuple[str, int]]] = {}
        for row in credits_.ahead(
            audit.uses_with_structured_credits(), lambda row: (row.credit_id, row.structured_id or 0)
        ):
            key = (row.credit_id, row.structured_id or 0, row.publication)
            if key not in verdicts:
                printed, structured = credits_[key[0]], credits_[key[1]]
                use = Use("", 0, "", "", printed, publication=row.publication, structured_credit=structured)
                messages = [(code, rule(use, self.register)) for code, rule in rules]
                verdicts[key] = [(code, audit.remark(message)) for code, message in messages if message]
            for code, remark in verdicts[key]:
                audit.note_use(code, row.use_id, remark)

    def _judge_pictures(self, archive: Archive) -> None:
        """Add the findings on picture files, except those that a use already has."""
        from captions.audit.image_rules import findings  # imported here: only a store with pictures needs the readers

        for finding, _pictures in findings(archive, self.asked):
            code, use = finding.code, finding.use
            if code not in self.audit.ranks:
                continue
            if use is not None and use.id is not None:
                if use.id not in self.reported.get(code, ()):
                    self.audit.note_use(code, use.id, self.audit.remark(finding.message, finding.command))
            elif not self.request.confined and self.request.run is None:
                self._add_unattached(finding)

    def _compare_uses(self) -> None:
        """Add the findings of the rules that compare uses."""
        for code, rule in rules_that_compare().items():
            if code not in self.audit.ranks:
                continue
            for message, use_ids, command in rule(self.audit, self.credits):
                remark = self.audit.remark(message, command)
                for use_id in use_ids:
                    self.audit.note_use(code, use_id, remark)
                self.reported.setdefault(code, set()).update(use_ids)

    # --- sets

    def _find(self) -> None:
        audit, ranks, steps = self.audit, self.audit.ranks, self.audit.statements
        if QUOTA_CODES & ranks.keys():
            self._judge_quotas()
        no_credit_remark = audit.remark(no_credit(Use("", 0, "", "", None), self.register) or "")
        repeated = audit.remark("printed {n} times")
        audit.flush()
        if "CR101" in ranks:
            steps.without_credit("CR101", no_credit_remark)
        steps.by_credit(unless_licensed=LICENSED_CODES - _AGREEMENT_CODES)
        if "CR401" in ranks:
            steps.repeated("CR401", repeated)
        if _AGREEMENT_CODES & ranks.keys():
            steps.not_covered()
        if "CR310" in ranks:
            steps.license_ended("CR310")
        if QUOTA_CODES & ranks.keys():
            steps.reach()
            if "CR304" not in ranks or audit.only is not None:
                audit.order_articles("reached")
            steps.beyond_quota("CR304", "CR305")
        self._compare_uses()
        if self.archive is not None:
            self._judge_pictures(self.archive)
        audit.flush()
        steps.by_use()

    def _judge_quotas(self) -> None:
        """Find the quota periods that reached 80% or the quota (CR304, CR305), and report uncountable uses."""
        self.judgment.put_full_periods()
        for counts in self.judgment.counts():
            a = counts.agreement
            if not self.request.is_about(a.supplier):
                continue
            for code, message in quota_messages(counts) if self.audit.only is None else ():
                if code in self.audit.ranks:
                    fix = waive(code, supplier=a.supplier)
                    self._add_unattached(Finding(code, message, f"agreement {a.id}", command=fix, about=a.supplier))

    def overview(self) -> Overview:
        """Count what a report shows besides the findings; call it after :meth:`result`."""
        return overview(self.audit, self.judgment, self.request.is_about)

    def _count(
        self,
        result: AuditResult,
        waivers: Sequence[store.Suppression],
        known: set[tuple[str, str]],
        proposed: Sequence[store.Suppression],
    ) -> None:
        """Drop the waived and known findings that belong to no use, and count."""
        reported: dict[str, int] = dict.fromkeys(self.audit.ranks, 0)
        for (code, why), count in self.audit.found().items():
            result.waived += count if why == "waiver" else 0
            result.known += count if why == "baseline" else 0
            if (why == "waiver") if self.request.waived else (why is None):
                reported[code] = count
        result.in_order = reported
        totals = dict(reported)
        for code, spool in self.unattached.items():
            remaining: Spool[None] = Spool()
            for finding, _ in spool:
                waived = any(is_waived(finding, aside) for aside in waivers)
                is_known = not waived and (
                    (code, finding.source) in known or any(is_waived(finding, aside) for aside in proposed)
                )
                result.waived += waived
                result.known += is_known
                if waived if self.request.waived else not (waived or is_known):
                    remaining.add(finding, None)
            self.unattached[code] = remaining
            totals[code] += len(remaining)
        result.counts = {code: totals[code] for code in sorted(totals) if totals[code]}
        counts = self.audit.counts()
        result.uses, result.articles, result.undated = counts.uses, counts.articles, counts.undated
        result.without_run = counts.without_run
        if _AGREEMENT_CODES & self.audit.ranks.keys() and not self.coverage.agreements:
            result.unchecked = Unchecked(*counted.lacking_agreements(self.audit.connection, self.audit.where))
        if self.audit.ranks.keys() >= UNCOVERED and self.coverage.agreements:
            result.at_risk = at_risk(self.audit, self.judgment)

    def _add_unattached(self, finding: Finding) -> None:
        self.unattached.setdefault(finding.code, Spool()).add(finding, None)


def is_waived(finding: Finding, aside: store.Suppression) -> bool:
    """Return whether a waiver sets aside a finding that belongs to no use."""
    if aside.code != finding.code or aside.line is not None or aside.caption_digest is not None:
        return False
    supplier = name_key(finding.about)
    return (aside.source in (None, finding.source)) and (
        aside.supplier is None or name_key(aside.supplier) == supplier != ""
    )


def _needed(codes: Set[str]) -> set[str]:
    """Return the fields of which a credit needs at least one for these codes to apply; empty means all credits.

    Rules about uses look at the qualifiers.
    """
    fields_ = {CODES[code].looks_at for code in codes}
    return set() if None in fields_ else {"qualifiers", *(name for name in fields_ if name)}


def _of_uses(baseline: Iterable[BaselineFinding], known_sources: set[tuple[str, str]]) -> Iterator[store.Suppression]:
    """Yield the baseline's findings on uses; add the code and source of the others to ``known_sources``."""
    for known in baseline:
        if known.of_use:
            digest = store.caption_digest(match_key(known.caption), known.caption)
            yield store.Suppression(known.code, None, known.line, known.source, digest, known.line is None)
        else:
            known_sources.add((known.code, known.source))
