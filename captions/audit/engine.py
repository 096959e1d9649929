"""Judge each distinct credit, agreement and group once; SQL then joins the verdicts to the uses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

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
from captions.audit.fixes import waive
from captions.audit.overview import Overview, Unchecked
from captions.audit.request import AuditRequest, BaselineFinding
from captions.audit.restriction_rules import CODE as RESTRICTED
from captions.audit.restriction_rules import RestrictionFinder
from captions.audit.result import AuditResult, CreditCache
from captions.audit.spelling import Register
from captions.audit.spool import Spool
from captions.audit.summary import overview
from captions.audit.uncaptioned import bare_pictures
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.agreements import Agreement, Period, period_of
from captions.licensing.coverage import Coverage, CoveragePeriod, CreditGroup, IntendedUse, warning_at
from captions.licensing.restrictions import RightsQuestion
from captions.model import Use
from captions.stored import failures
from captions.text import match_key, name_key

if TYPE_CHECKING:
    from captions.imaging.library import Archive

_AGREEMENT_CODES = reading("agreements")
QUOTA_CODES = reading("quotas")


class AuditEngine:
    """Judge each distinct credit, agreement and group once; SQL then joins the verdicts to the uses."""

    def __init__(self, audit: store.Audit, request: AuditRequest, words: Vocabulary, archive: Archive | None) -> None:
        """Use an audit that is already confined to the requested uses, and the store's pictures if there are any."""
        self.audit, self.request, self.words, self.archive = audit, request, words, archive
        self.reported: dict[str, set[int]] = {}
        """By code, the uses that have a finding before the picture files are examined."""
        self.register = Register(words)
        self.credits = CreditCache(audit)
        self.unattached: dict[str, Spool[None]] = {}
        """By code, the findings that belong to no use."""
        self.suppliers: dict[str, str] = {}
        """The supplier of a finding on an agreement, by the finding's source."""
        self.groups: list[CreditGroup] = []
        agreements = [_agreement(row) for row in audit.agreements()]
        intended = IntendedUse(request.scope, request.territory)
        self.coverage = Coverage(agreements, words, intended)
        self.asked = RightsQuestion(intended)

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
        numbered = "CR304" in ranks
        if numbered:
            audit.order_articles("all")
        if _AGREEMENT_CODES & ranks.keys():
            self._group_credits()
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
        result.archive = self.archive
        self._count(result, waivers, known_sources, proposed)
        if not numbered:
            audit.order_articles("found")
        audit.list_findings("waiver" if self.request.waived else None)
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
                        audit.note_credit(code, row_id, audit.remark(message))
                for code, row_ids in chosen.items():
                    if (of_credit := CODES[code].of_credit) and of_credit(credit):
                        row_ids.append(row_id)
        return chosen

    def _group_credits(self) -> None:
        """Group credits by what the agreements distinguish; all credits of a kind at once if the kind decides it."""
        audit, groups = self.audit, dict[CreditGroup, int]()
        kinds = audit.kinds_of_credits()
        self.credits.read({kind.credit_id for kind in kinds})
        for kind in kinds:
            first = self.credits[kind.credit_id]
            if first.supplier is None or not self.coverage.exclusions(first.supplier):
                if (group := self.coverage.group(first)) is not None:
                    audit.put_kind(kind, groups.setdefault(group, len(groups)))
                continue
            row_ids = audit.credits_of_kind(kind)
            self.credits.read(set(row_ids))
            for row_id in row_ids:
                if (group := self.coverage.group(self.credits[row_id])) is not None:
                    audit.put_member(row_id, groups.setdefault(group, len(groups)))
        audit.join_members()
        self.groups = list(groups)
        self._judge_groups(groups)

    def _judge_groups(self, groups: Mapping[CreditGroup, int]) -> None:
        publications = self.audit.publications() if groups else []
        for group, group_id in groups.items():
            for name in self.coverage.own_publications(group, publications):
                self.audit.put_own(group_id, name)
            if not self.coverage.agreements:
                if not group.free:
                    self.audit.put_coverage(group_id, None, None)
                continue
            for period in self.coverage.periods(group):
                self._put_coverage(group_id, period, undated=False)
            self._put_coverage(group_id, self.coverage.undated(group), undated=True)

    def _put_coverage(self, group_id: int, period: CoveragePeriod, *, undated: bool) -> None:
        is_reported = period.code is not None and period.code in self.audit.ranks
        self.audit.put_coverage(
            group_id,
            period.first,
            period.last,
            undated=undated,
            agreement_id=period.agreement.id if period.agreement else None,
            code=period.code if is_reported else None,
            remark_id=self.audit.remark(period.message, period.command) if is_reported else None,
        )

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
            for message, use_ids in rule(self.audit, self.credits):
                remark = self.audit.remark(message)
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
        self._compare_uses()
        if self.archive is not None:
            self._judge_pictures(self.archive)
        audit.flush()
        steps.by_use()

    def _judge_quotas(self) -> None:
        """Find the quota periods that reached 80% or the quota (CR304, CR305), and report uncountable uses."""
        limited = {a.id: a for a in self.coverage.agreements if a.quota is not None and a.id is not None}
        if not limited:
            return
        days: dict[tuple[int, Period], list[tuple[date, int]]] = {}
        for agreement_id, day, count in self.audit.count_days(sorted(limited)):
            days.setdefault((agreement_id, period_of(limited[agreement_id], day)), []).append((day, count))
        for (agreement_id, period), counts in days.items():
            self._put_period(limited[agreement_id], period, sorted(counts))
        self._undated_quotas(limited)

    def _put_period(self, agreement: Agreement, period: Period, counts: Sequence[tuple[date, int]]) -> None:
        """Have SQL number the uses of a period that reached 80% or its quota, from the first day that matters."""
        quota, total = agreement.quota or 0, sum(count for _, count in counts)
        exceeded, warning = total > quota, warning_at(quota)
        is_reported = ("CR304" if exceeded else "CR305") in self.audit.ranks
        if total < warning or agreement.id is None or not is_reported:
            return
        # An exceeded quota no longer needs its 80% warning.
        least, before, at = quota + 1 if exceeded else warning, 0, 0
        while before + counts[at][1] < least:
            before += counts[at][1]
            at += 1
        text = f"use {{n}} of {quota} in {period.name} under agreement {agreement.id} with {agreement.supplier}"
        self.audit.put_period(
            agreement.id,
            (counts[at][0], counts[-1 if exceeded else at][0]),
            before=before,
            beyond=quota if exceeded else None,
            mark=None if exceeded else warning,
            remark_id=self.audit.remark(text),
        )

    def _undated_quotas(self, limited: Mapping[int, Agreement]) -> None:
        """Report, per agreement, the undated uses that may or may not count against its quota (CR305)."""
        if "CR305" not in self.audit.ranks:
            return
        for agreement_id, count in sorted(self._undated().items()):
            a = limited[agreement_id]
            uses = "1 undated use" if count == 1 else f"{count} undated uses"
            quota = f"quota of {a.quota} per {a.quota_period}"
            message = f"unknown: {uses} can't be counted against the {quota} of agreement {a.id} with {a.supplier}"
            finding = Finding("CR305", message, f"agreement {a.id}", command=waive("CR305", supplier=a.supplier))
            self._add_unattached(finding)
            self.suppliers[finding.source] = a.supplier

    def _undated(self) -> dict[int, int]:
        """Return, by agreement, the number of undated uses that may count against its quota."""
        unknown: dict[int, int] = {}
        for group_id, count in self.audit.count_undated():
            for agreement in self.coverage.may_count(self.groups[group_id]):
                if agreement.id is not None:
                    unknown[agreement.id] = unknown.get(agreement.id, 0) + count
        return unknown

    def overview(self) -> Overview:
        """Count what a report shows besides the findings; call it after :meth:`result`."""
        return overview(self.audit, self.coverage, self._undated())

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
                is_waived = any(self._is_waived(finding, aside) for aside in waivers)
                is_known = not is_waived and (
                    (code, finding.source) in known or any(self._is_waived(finding, aside) for aside in proposed)
                )
                result.waived += is_waived
                result.known += is_known
                if is_waived if self.request.waived else not (is_waived or is_known):
                    remaining.add(finding, None)
            self.unattached[code] = remaining
            totals[code] += len(remaining)
        result.counts = {code: totals[code] for code in sorted(totals) if totals[code]}
        counts = self.audit.counts()
        result.uses, result.articles, result.undated = counts.uses, counts.articles, counts.undated
        result.without_run = counts.without_run
        if _AGREEMENT_CODES & self.audit.ranks.keys() and not self.coverage.agreements:
            result.unchecked = Unchecked(*counted.lacking_agreements(self.audit.connection, self.audit.where))

    def _add_unattached(self, finding: Finding) -> None:
        self.unattached.setdefault(finding.code, Spool()).add(finding, None)

    def _is_waived(self, finding: Finding, aside: store.Suppression) -> bool:
        if aside.code != finding.code or aside.line is not None or aside.caption_digest is not None:
            return False
        supplier = name_key(self.suppliers.get(finding.source, ""))
        return (aside.source in (None, finding.source)) and (
            aside.supplier is None or name_key(aside.supplier) == supplier != ""
        )


def _needed(codes: Set[str]) -> set[str]:
    """Return the fields of which a credit needs at least one for these codes to apply; empty means all credits.

    Rules about uses look at the qualifiers.
    """
    fields_ = {CODES[code].looks_at for code in codes}
    return set() if None in fields_ else {"qualifiers", *(name for name in fields_ if name)}


def _agreement(row: Mapping[str, Any]) -> Agreement:
    values = {field.name: row[field.name] for field in fields(Agreement)}
    for name in ("scopes", "territories", "excluded"):
        values[name] = tuple(json.loads(values[name]))
    price = values["price"]
    return Agreement(**{**values, "price": None if price is None else Decimal(price)})


def _of_uses(baseline: Iterable[BaselineFinding], known_sources: set[tuple[str, str]]) -> Iterator[store.Suppression]:
    """Yield the baseline's findings on uses; add the code and source of the others to ``known_sources``."""
    for known in baseline:
        if known.of_use:
            digest = store.caption_digest(match_key(known.caption), known.caption)
            yield store.Suppression(known.code, None, known.line, known.source, digest, known.line is None)
        else:
            known_sources.add((known.code, known.source))
