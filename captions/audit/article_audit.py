"""Audit one article in memory, in milliseconds; the findings are those of :func:`captions.audit.check.checked`.

An audit of a store takes a hundred statements, whatever its size; one article needs only the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import captions_db as db

from captions.audit.article_uses import ArticleUse, ArticleUses, uses_of
from captions.audit.check import anywhere, confined
from captions.audit.codes import (
    CODES,
    Code,
    graded,
    reading,
    rules_for_credits,
    rules_for_structured_data,
    rules_for_uses,
    rules_that_compare,
)
from captions.audit.credit_rules import Rule, no_credit
from captions.audit.engine import LICENSED_CODES, is_waived
from captions.audit.finding import Finding
from captions.audit.fixes import FixCommands, fix_agency
from captions.audit.license_check import licenses_by_address
from captions.audit.request import AuditRequest
from captions.audit.restriction_rules import (
    CODE,
    CREDIT_LINE,
    beyond,
    known_words,
    of_caption,
    of_credit,
    restriction_message,
)
from captions.audit.run import ranks_of
from captions.audit.spelling import Register
from captions.audit.uncaptioned import bare_picture
from captions.ingest.records import Record
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing import licenses
from captions.licensing.coverage import Coverage, CoveragePeriod, CreditGroup, IntendedUse
from captions.licensing.license_repository import license_of
from captions.licensing.repository import agreement_of
from captions.licensing.restrictions import RightsQuestion
from captions.model import Credit, Use
from captions.text import name_key

_AGREEMENT_CODES = reading("agreements")
_UNLESS_LICENSED = LICENSED_CODES - _AGREEMENT_CODES
Noted = tuple[str, ArticleUse, str, str | None]
"""The code, the use, the message and the command of a finding; without a command, that depends on the use."""


class ArticleAuditor:
    """Audit articles one by one against the same decisions."""

    def __init__(self, decisions: db.DecisionSnapshot, words: Vocabulary) -> None:
        """Use the newsroom's decisions and register."""
        self.decisions, self.words = decisions, words
        self._agreements = [agreement_of(record) for record in decisions.agreements]
        self._licenses = {number: it for it in map(license_of, decisions.licenses) if (number := it.id) is not None}
        self._by_address = licenses_by_address(list(self._licenses.values()))
        self.commands = FixCommands()
        self.coverage = lru_cache(maxsize=100)(self._coverage)
        freelancers = self.coverage(IntendedUse()).freelancers
        self.register = Register(words, freelancers)

    def findings(self, record: Record, request: AuditRequest, today: date) -> list[Finding]:
        """Return the findings on an article, worst first; ``today`` decides which waivers and licenses are in force."""
        request = confined(request)
        codes = graded(request.scope, request.grades, request.codes)
        ranks = ranks_of(request, codes)
        publication = (
            self.decisions.publication(record.publication, record.publication_key) if record.publication else None
        )
        article = _Verdicts(
            self, uses_of(record, publication, self.decisions), ranks.keys(), request, publication, today
        )
        asides = [aside for aside in self.decisions.suppressions(today) if aside.code in ranks]
        found = [
            (ranks[code], use.position, order, self._finding(codes, code, use, message, command))
            for order, (code, use, message, command) in enumerate(article.noted())
            if not any(use.is_set_aside(aside) for aside in asides if aside.code == code)
        ]
        if "CR100" in ranks:
            bare = (bare_picture(record.source, address) for address, _ in record.uncaptioned)
            loose = sorted(
                (it for it in bare if not any(is_waived(it, aside) for aside in asides)), key=lambda it: it.order
            )
            found += [(ranks["CR100"], 0, n, self._graded(codes, it)) for n, it in enumerate(loose)]
        found.sort(key=lambda row: row[:3])
        return [anywhere(row[-1], self.commands) for row in found]

    def _finding(
        self, codes: Mapping[str, Code], code: str, use: ArticleUse, message: str, command: str | None
    ) -> Finding:
        known = command or self.commands.of(code, use.use)
        # As the store reports a use.
        reported = replace(use.use, images=(), rule="", structured_credit=None)
        return self._graded(codes, Finding(code, message, reported.source, reported, known))

    def _graded(self, codes: Mapping[str, Code], finding: Finding) -> Finding:
        severity = codes[finding.code].severity
        return finding if severity == CODES[finding.code].severity else replace(finding, grade=severity)

    def _coverage(self, intended: IntendedUse) -> Coverage:
        return Coverage(self._agreements, self.words, intended)

    def licenses_of(self, use: ArticleUse, uses: Sequence[ArticleUse]) -> list[licenses.License]:
        """Return the licenses of the picture of a use, by number; ``uses`` are those of its article."""
        numbers = {n for address in use.use.images for n in (self._by_address(address) if self._by_address else ())}
        key = use.use.match_key
        if key and sum(other.use.match_key == key for other in uses) == 1:
            numbers |= {number for number, it in self._licenses.items() if it.caption_key == key}
        return [self._licenses[number] for number in sorted(numbers)]


@dataclass(slots=True)
class _Verdicts:
    """The verdicts on one article; the order of the methods is that of :class:`captions.audit.engine.AuditEngine`."""

    auditor: ArticleAuditor
    uses: Sequence[ArticleUse]
    codes: Collection[str]
    request: AuditRequest
    publication: str | None
    today: date

    def noted(self) -> Iterator[Noted]:
        """Yield the verdicts; those with one code on one use are in the order of the report."""
        licensed, ended = self._licensed()
        for use in self.uses:
            yield from self._of_credit(use, is_licensed=use.id in licensed)
        for code, rule in self._asked(rules_for_structured_data()):
            for use in self.uses:
                if message := rule(replace(use.use, caption="", match_key=""), self.auditor.register):
                    yield code, use, message, None
        if CODE in self.codes:
            yield from self._restricted()
        if _AGREEMENT_CODES.intersection(self.codes):
            yield from self._not_covered({use.id for use in self.uses} - licensed)
        yield from ended
        compared = ArticleUses(self.uses)
        for code, compare in rules_that_compare().items():
            if code in self.codes:
                for found in compare(compared, compared):
                    yield from (
                        (code, compared.by_id[number], found.message, found.command) for number in found.use_ids
                    )

    def _asked(self, rules: Mapping[str, Rule]) -> list[tuple[str, Rule]]:
        return [(code, rule) for code, rule in rules.items() if code in self.codes]

    def _of_credit(self, use: ArticleUse, *, is_licensed: bool) -> Iterator[Noted]:
        register, credit = self.auditor.register, use.use.credit
        if credit is None:
            if "CR101" in self.codes:
                yield "CR101", use, no_credit(use.use, register) or "", None
        else:
            of_credit = Use("", 0, "", "", credit)
            for code, rule in self._asked(rules_for_credits()):
                if not (is_licensed and code in _UNLESS_LICENSED) and (message := rule(of_credit, register)):
                    yield code, use, message, fix_agency(credit, register) if CODES[code].command == "agency" else None
            for code, rule in self._asked(rules_for_uses()):
                if (may_apply := CODES[code].of_credit) is None or not may_apply(credit):
                    continue
                if message := rule(replace(of_credit, caption=use.use.caption), register):
                    yield code, use, message, None
        if "CR401" in self.codes and use.use.occurrences > 1:
            yield "CR401", use, f"printed {use.use.occurrences} times", None

    def _restricted(self) -> Iterator[Noted]:
        words = self.auditor.words
        asked = RightsQuestion(IntendedUse(self.request.scope, self.request.territory), today=self.today)
        for use in self.uses:
            credit, day = use.use.credit, use.use.used_on
            found = of_credit(credit, words) if credit is not None else []
            is_undated = all(each.place == CREDIT_LINE and not each.is_dated for each in found)
            if text := restriction_message(found, asked, None if is_undated else day):
                yield CODE, use, text, None
            if any(sign in use.use.caption for sign in words.notice_signs):
                beyond_credit = beyond(of_caption(use.use.caption, words), known_words(credit))
                if text := restriction_message(beyond_credit, asked, day):
                    # Other captions may have the same line, so the command is about this use.
                    yield CODE, use, text, self.auditor.commands.of(CODE, replace(use.use, credit=None))

    def _licensed(self) -> tuple[set[int], list[Noted]]:
        """Return the uses that a license covers, and the verdicts on those whose license has ended."""
        covered: set[int] = set()
        ended: list[Noted] = []
        scope, territory = self.request.scope, self.request.territory
        for use in self.uses if LICENSED_CODES.intersection(self.codes) else ():
            known = self.auditor.licenses_of(use, self.uses)
            days = licenses.days_of(use.use.used_on, None)
            if any(licenses.covers(it, days, scope, territory) for it in known):
                covered.add(use.id)
            over = licenses.ended(known, days, self.today) if "CR310" in self.codes else None
            if over is not None and not (over.after and self._is_agreed(use)):
                ended.append(("CR310", use, over.message, None))
        return covered, ended

    def _is_agreed(self, use: ArticleUse) -> bool:
        period = self._period(use)
        return period is not None and period.agreement is not None

    def _not_covered(self, uses: Collection[int]) -> Iterator[Noted]:
        if not self._judges_agreements:
            return
        for use in self.uses:
            period = self._period(use) if use.id in uses else None
            if period is not None and period.code in self.codes and not self._is_own(use):
                yield period.code or "", use, period.message, period.command

    @property
    def _judges_agreements(self) -> bool:
        return bool(self._coverage.agreements) or self.request.unchecked

    @property
    def _coverage(self) -> Coverage:
        return self.auditor.coverage(IntendedUse(self.request.scope, self.request.territory))

    def _period(self, use: ArticleUse) -> CoveragePeriod | None:
        """Return the verdict of the agreements on a use's day."""
        group = self._group(use.use.credit)
        day = use.use.used_on or self.today
        if group is None or not self._judges_agreements:
            return None
        return next(
            it for it in self._coverage.periods(group) if (it.first or date.min) <= day <= (it.last or date.max)
        )

    def _group(self, credit: Credit | None) -> CreditGroup | None:
        """Return the group of a credit as :class:`captions.licensing.judging.Judgment` does."""
        coverage = self._coverage
        if credit is None:
            return None
        if credit.supplier is None:
            is_paid = not credit.agencies and any(name_key(name) in coverage.freelancers for name in credit.creators)
            return coverage.group(credit) if is_paid else None
        if coverage.exclusions(credit.supplier) or (len(credit.agencies) > 1 and coverage.may_be_free(credit)):
            return coverage.group(credit)
        return coverage.group(coverage.supplier_only(credit))

    def _is_own(self, use: ArticleUse) -> bool:
        group = self._group(use.use.credit)
        if group is None or self.publication is None:
            return False
        own = self.auditor.decisions.own_publications
        # Not cached like Coverage.own_publications, which knows the publications of one store.
        return bool(own) and self._coverage.is_own(group, self.publication, own)
