"""The audit's codes, one row each: severity, scope, meaning, how to fix it, and the rule that finds it.

To add a code about a credit, add a row here, a rule in :mod:`captions.audit.credit_rules`, a case in
``tests/cases/audit_codes.toml`` and a line in ``docs/audit.md``. Everything else is derived from the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from captions.audit import credit_rules, data_rules
from captions.audit.credit_rules import Rule
from captions.model import Credit

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Worst first."""
Scope = Literal["credit", "use", "article", "pair", "picture"]
Fix = Literal["line", "correction", "supplier", "agreement", "use"]
Part = Literal["agreements", "quotas", "pictures"]


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding."""

    code: str
    severity: Severity
    scope: Scope
    """What the rule judges: a distinct credit (its verdict is true of all uses with that credit), a use, an article,
    a pair of uses, or a picture."""
    title: str
    """What it means, in one line."""
    remedy: str
    """How to fix it, in one line."""
    rule: Rule | str
    """The rule for a credit or a use; the ``module:name`` of what finds the others."""
    fix: Fix
    """The command that clears a finding: waive a line, a supplier or a use, correct the line, add an agreement."""
    syndication: Severity | None = None
    """The severity for syndication, where it differs."""
    looks_at: str | None = None
    """The field of a credit without which the rule finds nothing; ``nobody`` for credits that name no party. For a rule
    about a use, ``told``: it finds nothing without a credit in the page's structured data."""
    of_credit: Callable[[Credit], bool] | None = None
    """For a rule about a use: whether it can find anything on a use with this credit."""
    reads: tuple[Part, ...] = ()
    """What the audit reads for it, besides uses and credits."""


_ROWS = (
    Code(
        "CR101", "error", "credit", "no credit anywhere",
        "find out who made the picture and print the credit",
        credit_rules.no_credit, fix="use", looks_at="nobody",
    ),
    Code(
        "CR102", "info", "credit", "agency only, no creator",
        "ask the agency for the creator's name and print it",
        credit_rules.agency_only, fix="line",
    ),
    Code(
        "CR103", "warning", "credit", "creator only, nobody to license from",
        "name who licensed the picture; put staff on the `staff` list of the register given with --agencies",
        credit_rules.creator_only, fix="correction",
    ),
    Code(
        "CR104", "warning", "credit", "a placeholder instead of a name",
        "find out who made the picture and who supplied it",
        credit_rules.placeholder, fix="line", looks_at="qualifiers",
    ),
    Code(
        "CR105", "warning", "credit", "agency not in the register",
        "correct the spelling, or add the agency to the register given with --agencies",
        credit_rules.unknown_agency, fix="line",
    ),
    Code(
        "CR106", "warning", "credit", "no supplier can be told from the line",
        "look up in the picture system who delivered it, and print that agency alone or after `via`",
        credit_rules.no_supplier, fix="correction",
    ),
    Code(
        "CR107", "info", "credit", "spelling differs from the canonical name",
        "print the canonical name",
        credit_rules.misspelt, fix="line",
    ),
    Code(
        "CR201", "error", "pair", "the same caption or picture with conflicting credits",
        "find out which credit is right and correct the other article",
        "captions.audit.comparisons:compared", fix="use", reads=("pictures",),
    ),
    Code(
        "CR202", "warning", "picture", "printed credit and embedded metadata disagree",
        "find out which is right, and correct the print, or the picture: captions images stamp",
        "captions.audit.image_rules:findings", fix="use", reads=("pictures",),
    ),
    Code(
        "CR203", "warning", "use", "printed credit and the page's structured data disagree",
        "find out which is right, and correct the print or the picture's data in the content system",
        data_rules.disagreeing, fix="use", looks_at="told",
    ),
    Code(
        "CR204", "info", "picture", "XMP, IIM and EXIF of a picture disagree",
        "see captions images read --families; find out which is right, and stamp the picture",
        "captions.audit.image_rules:findings", fix="use", reads=("pictures",),
    ),
    Code(
        "CR205", "info", "picture", "embedded value cut at its byte limit",
        "embed the whole value: captions images stamp",
        "captions.audit.image_rules:findings", fix="use", reads=("pictures",),
    ),
    Code(
        "CR206", "warning", "picture", "embedded metadata missing or stripped",
        "embed the credit: captions images stamp PICTURE --from-use N",
        "captions.audit.image_rules:findings", fix="use", reads=("pictures",),
    ),
    Code(
        "CR301", "error", "use", "no agreement with the supplier",
        "make an agreement with the supplier, or enter the one there is: captions agreement add",
        "captions.licensing.coverage:Agreements.stretches", fix="agreement", reads=("agreements",),
    ),
    Code(
        "CR302", "error", "use", "agreement not in force on the day of use",
        "enter the agreement of those days, or license the use; give articles without a day theirs with --published",
        "captions.licensing.coverage:Agreements.stretches", fix="use", reads=("agreements",),
    ),
    Code(
        "CR303", "error", "use", "agreement does not cover the scope, the territory or the collection",
        "license the use for this scope and territory, and enter the agreement",
        "captions.licensing.coverage:Agreements.stretches", fix="line", reads=("agreements",),
    ),
    Code(
        "CR304", "error", "use", "quota of the agreement passed",
        "license the uses beyond the quota, and waive them with the invoice as the reason",
        "captions.audit.engine:Judge", fix="use", reads=("agreements", "quotas"),
    ),
    Code(
        "CR305", "warning", "use", "80 % of the quota of the agreement reached, or not to be known",
        "use less of this supplier until the period ends, or agree on more",
        "captions.audit.engine:Judge", fix="supplier", reads=("agreements", "quotas"),
    ),
    Code(
        "CR306", "warning", "credit", "a restriction in the text",
        "keep to the restriction; clear the use with the supplier before selling or syndicating it",
        credit_rules.restricted, fix="line", looks_at="restrictions", syndication="error",
    ),
    Code(
        "CR307", "warning", "credit", "handout, pool, social or screenshot, and no note of what covers the use",
        "note who released it, for what use and until when",
        credit_rules.uncovered, fix="line",
    ),
    Code(
        "CR308", "error", "credit", "Creative Commons without creator, license or link",
        "print creator, license with its version, and a link to the license",
        credit_rules.incomplete_license, fix="line", looks_at="license",
    ),
    Code(
        "CR309", "warning", "use", "AI or composite picture not labelled",
        "say in the caption how the picture was made",
        credit_rules.unlabelled, fix="use", of_credit=credit_rules.may_be_unlabelled, reads=("pictures",),
    ),
    Code(
        "CR401", "info", "use", "caption printed more than once in an article",
        "clean the article: captions clean PATH",
        "captions_db.audit.statements:FindingStatements.repeated", fix="use",
    ),
    Code(
        "CR402", "warning", "article", "two captions nearly the same in an article",
        "look whether they are of one picture; if so, make the two texts the same",
        "captions.audit.comparisons:compared", fix="use",
    ),
    Code(
        "CR901", "error", "article", "input that could not be read",
        "mend the file or leave it out, and ingest again",
        "captions.stored:failures", fix="use",
    ),
)  # fmt: skip
CODES: Mapping[str, Code] = {row.code: row for row in _ROWS}

SYNDICATION = ("syndication",)
"""Intended uses that pass pictures on: some findings are more severe, because the recipient does not see the limits."""


def graded(scope: str | None = None) -> Mapping[str, Code]:
    """Return the codes with the severities of an intended use: for syndication, ``CR306`` is an error."""
    if scope not in SYNDICATION:
        return CODES
    return {code: replace(row, severity=row.syndication or row.severity) for code, row in CODES.items()}


def rules_for_credits() -> dict[str, Rule]:
    """Return the rules that judge a credit, by code: their verdicts are true of every use with that credit."""
    return {code: row.rule for code, row in CODES.items() if row.scope == "credit" and not isinstance(row.rule, str)}


def rules_for_uses() -> dict[str, Rule]:
    """Return the rules that judge a use with its caption, by code; its credit says whether they can find anything."""
    return {code: row.rule for code, row in CODES.items() if row.of_credit and not isinstance(row.rule, str)}


def rules_for_data() -> dict[str, Rule]:
    """Return the rules that compare a printed credit with the page's structured data, by code."""
    return {code: row.rule for code, row in CODES.items() if row.looks_at == "told" and not isinstance(row.rule, str)}


def reading(part: Part) -> frozenset[str]:
    """Return the codes for which the audit reads agreements, quotas or pictures."""
    return frozenset(code for code, row in CODES.items() if part in row.reads)
