"""Decisions: the findings that one fact settles, with the command that settles them all.

``Code.decides`` says which fact that is. An audit of a store groups in the store, so a million findings need no memory;
:func:`key_of` names the decision that a single finding belongs to. The key is the same in each audit, until the credit
line, the supplier or the article changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import cast

from captions_db.audit import ReportedFinding
from captions_db.audit import decisions as store

from captions.audit.codes import CODES, Severity
from captions.audit.finding import Finding
from captions.audit.fixes import IN_COMMAND, FixCommands, agree, can_be_typed, correct, waive, waive_each
from captions.audit.result import AuditResult
from captions.audit.summary import UNCOVERED
from captions.text import name_key

EXAMPLES = 3
"""The findings shown with a decision."""
_DAYS = "period"
_NUMBER = re.compile(r"^use \d+ ")
"""The only part of its message in which a use beyond a quota differs from the others of the period."""
_AT_ONCE = 500
"""Decisions whose credits are read in one query."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The findings of a code that one fact settles."""

    key: str
    """``CR301 supplier Reuters``: the code, the kind of fact, and the fact."""
    findings: int
    uses: int
    """0 for findings on files and agreements."""
    articles: int
    amounts: tuple[tuple[str, Decimal], ...]
    """Currency and amount at risk, by currency."""
    unpriced: int
    """Uses at risk without a known price; no amount includes them."""
    command: str
    """The command that settles all of them, quoted for a shell."""
    about: str
    """The credit line, supplier or article; ``""`` if the message says it."""
    examples: tuple[Finding, ...]
    """The first findings, at least one."""

    @property
    def code(self) -> str:
        """Return the code of the findings."""
        return self.examples[0].code

    @property
    def severity(self) -> Severity:
        """Return error, warning or info."""
        return self.examples[0].severity

    @property
    def message(self) -> str:
        """Return what is wrong with the first finding, in one line, without a number that may not apply to others."""
        is_alike = self.findings == len(self.examples) and len({it.message for it in self.examples}) == 1
        if self.code == "CR401" and not is_alike:
            return "printed more than once"
        return self.examples[0].message

    @property
    def cost(self) -> str:
        """Return ``405.00 EUR + unknown for 3 uses``, ``cost unknown`` without a price, ``""`` if nothing is owed."""
        if not self.amounts:
            return "cost unknown" if self.unpriced else ""
        known = " + ".join(f"{amount:.2f} {currency}" for currency, amount in self.amounts)
        unknown = f" + unknown for {self.unpriced} use{'s'[: self.unpriced != 1]}" if self.unpriced else ""
        return f"{known}{unknown}"


class DecisionGroups:
    """The decisions of an audit, errors first, then by money at risk, then by the number of findings."""

    def __init__(self, result: AuditResult) -> None:
        """Group the findings in the store; the result can be read only while its audit lasts."""
        self._result = result
        self._codes = {rank: code for code, rank in result.ranks.items()}
        self._grouping = result.grouping({code: row.decides for code, row in CODES.items()})
        self._grouping.add_loose(_loose(result))
        prices, quota_prices = (
            {number: (currency, int(price * store.PARTS)) for number, (currency, price) in known.items()}
            for known in (result.prices(), result.quota_prices())
        )
        priced = {rank for code, rank in result.ranks.items() if code in UNCOVERED}
        self._count = self._grouping.group(prices, quota_prices, priced)

    def __len__(self) -> int:
        """Return the number of decisions."""
        return self._count

    def __iter__(self) -> Iterator[Decision]:
        """Yield the decisions with a few examples."""
        return self.with_findings(EXAMPLES)

    def with_findings(self, most: int) -> Iterator[Decision]:
        """Yield the decisions, each with at most so many of its findings."""
        rows = self._grouping.rows(most)
        while page := list(islice(rows, _AT_ONCE)):
            examples = (it for row in page for _, it in row.examples)
            self._result.read_credits(it.credit_id for it in examples if not isinstance(it, store.LooseFinding))
            uses = self._grouping.use_ids(
                [row.id for row in page if row.kind == store.MESSAGE and not self._is_long(row)]
            )
            for row in page:
                yield self._decision(row, uses.get(row.id, ()))

    def _decision(self, row: store.DecisionRow, uses: Sequence[int]) -> Decision:
        found = tuple(self._finding(rank, data) for rank, data in row.examples)
        first = found[0]
        key, about = f"{first.code} {' '.join(_fact(row.kind, first))}", _about(row.kind, first)
        amounts = [(name, Decimal(sum_) / store.PARTS) for name, _, sum_ in row.costs if name is not None]
        unpriced = sum(n for name, n, _ in row.costs if name is None)
        counts, command = (row.findings, row.uses, row.articles), self._command(row, first, uses)
        return Decision(key, *counts, tuple(amounts), unpriced, command, about, found)

    def _is_long(self, row: store.DecisionRow) -> bool:
        """Return whether more uses are beyond a quota than a command lists."""
        return self._codes[row.rank] == "CR304" and row.uses > IN_COMMAND

    def _finding(self, rank: int, data: ReportedFinding | store.LooseFinding) -> Finding:
        code = self._codes[rank]
        if isinstance(data, store.LooseFinding):
            grade = cast(Severity | None, data.grade)
            return Finding(code, data.message, data.source, None, data.command, grade, data.about)
        return next(self._result.findings_of(code, [data]))

    def _command(self, row: store.DecisionRow, first: Finding, uses: Sequence[int]) -> str:
        """Return the command that settles all findings of a decision."""
        code, use, kind = first.code, first.use, row.kind
        credit = use.credit if use else None
        if kind == store.MESSAGE and self._is_long(row):
            return waive(code, supplier=_supplier(first)) if _supplier(first) else first.command
        if kind == store.MESSAGE:
            return waive_each(code, "use", uses)
        if kind == store.USE and use is not None:
            return waive(code, use=str(use.id))
        if kind == store.ARTICLE:
            return waive(code, source=first.source)
        if kind == store.SUPPLIER and CODES[code].command == "agreement" and credit is not None:
            days = (None, None) if row.undated else (row.first, row.last)
            return agree(credit.supplier or "", *days)
        if kind == store.SUPPLIER and credit is not None:
            return waive(code, supplier=credit.supplier or "")
        if kind == store.LINE and credit is not None:
            return correct(credit) if CODES[code].command == "correction" else waive(code, line=credit.line)
        return first.command


def key_of(finding: Finding, commands: FixCommands) -> str:
    """Return the key of the decision that settles a finding."""
    return finding.decision or f"{finding.code} {' '.join(_fact(_kind_of(finding, commands), finding))}"


def _kind_of(finding: Finding, commands: FixCommands) -> int:
    """Return the kind of fact that decides a finding, as ``Grouping`` does in the store."""
    use, code = finding.use, finding.code
    if use is None:
        return store.SUPPLIER if finding.about else store.LOOSE
    decides, credit = CODES[code].decides, use.credit
    own = finding.command != commands.of(code, use)
    if decides in ("command", _DAYS) and own:
        return store.COMMAND
    if decides in ("line", "supplier", "article", "message") and own:
        return store.USE
    if decides == "article" or (decides == _DAYS and use.used_on is None):
        return store.ARTICLE
    if decides == "message":
        return store.MESSAGE
    if decides == "supplier" and credit is not None and credit.supplier:
        return store.SUPPLIER
    if decides == "use":
        return store.USE
    if credit is None:
        return store.ARTICLE
    return store.LINE if can_be_typed(credit.line) else store.USE


def _fact(kind: int, finding: Finding) -> tuple[str, str]:
    """Return the name of a kind of fact, and the fact: ``supplier``, ``Reuters``."""
    if kind == store.LINE:
        return "line", _line(finding)
    if kind == store.ARTICLE:
        return "article", finding.source
    if kind == store.MESSAGE:
        return "message", _NUMBER.sub("", finding.message)
    if kind == store.USE:
        return "use", f"{finding.source} #{finding.use.position if finding.use else 0}"
    # A freelancer has no number in the store.
    if kind == store.SUPPLIER or (kind == store.LOOSE and finding.about):
        return "supplier", _supplier(finding)
    return "command", finding.command


def _about(kind: int, finding: Finding) -> str:
    """Return the credit line, supplier or article that a decision is about; ``""`` if the message says it."""
    if kind == store.MESSAGE and not _NUMBER.match(finding.message):
        return ""
    if kind in (store.LINE, store.USE):
        return _line(finding)
    if kind == store.ARTICLE or (kind == store.LOOSE and not finding.about):
        return finding.source
    return _supplier(finding)


def _line(finding: Finding) -> str:
    return finding.use.credit.line if finding.use and finding.use.credit else ""


def _supplier(finding: Finding) -> str:
    return finding.about or (finding.use.supplier if finding.use else None) or ""


def _loose(result: AuditResult) -> Iterator[store.LooseFinding]:
    ids = {name_key(name): number for number, name in result.suppliers(lambda _: True).items()}
    for f in result.unattached():
        supplier = ids.get(name_key(f.about)) if f.about else None
        yield store.LooseFinding(result.ranks[f.code], supplier, f.message, f.source, f.command, f.grade, f.about)
