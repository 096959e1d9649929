"""The audit codes, one row each: severity, scope, meaning, fix, and the rule that finds it.

To add a code, write one row here (:class:`Code` explains its fields), one rule, one case in
``tests/cases/audit_codes.toml`` and one line in ``docs/audit.md``; everything else is derived from the row. The scope
decides where the rule belongs and what it receives:

- ``credit``: a function of :mod:`captions.audit.credit_rules`; ``(use, register) -> message | None``. It runs once per
  distinct credit, so it must read only ``use.credit``.
- ``use``: the same signature, with the caption; ``of_credit`` names the credits worth reading. A rule in
  :mod:`captions.audit.data_rules` compares the credit with the page's structured data (``looks_at="structured_data"``).
- ``article``, ``pair``: a function of :mod:`captions.audit.comparisons`; it yields findings on uses that it compared.
- ``picture``: a function of :mod:`captions.audit.image_rules`; it yields findings on one scanned picture file.

A code of another scope that also looks at picture files names that function in ``picture_rule``. Rules are functions,
or ``module:name`` where importing the module here would be a cycle or slow to start. The agreement codes (CR301 to
CR305, CR310), CR100, CR401 and CR901 are the exception: SQL finds them, so a new code of that kind also needs a
statement in ``captions_db.audit``. CR306 has a finder of its own, because the intended use and the day decide.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pkgutil import resolve_name
from typing import Any, Literal, cast

from captions.audit import credit_rules, data_rules
from captions.audit.credit_rules import Rule
from captions.licensing.coverage import Coverage
from captions.model import Credit

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Worst first."""
Scope = Literal["credit", "use", "article", "pair", "picture"]
Fix = Literal["line", "correction", "supplier", "agreement", "agency", "use"]
Decides = Literal["line", "supplier", "article", "command", "period", "message", "use"]
AuditInput = Literal["agreements", "quotas", "licenses", "pictures"]


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding."""

    code: str
    severity: Severity
    scope: Scope
    """What the rule judges: a distinct credit (the verdict applies to every use with that credit), a use, an article,
    a pair of uses, or a picture file."""
    meaning: str
    """The finding in one line, without a particular use."""
    fix: str
    """How to fix it, in one line."""
    rule: Rule | Callable[..., Any] | str
    """The function that finds it, or its ``module:name``."""
    command: Fix
    """What the suggested command acts on: it waives a line, a supplier or a use, corrects a line, or adds an
    agreement or an agency."""
    decides: Decides
    """What one decision settles for all findings that share it: their credit line, supplier, article, command, period
    without an agreement, or message; ``use`` if each is decided on its own. See :mod:`captions.audit.decisions`."""
    syndication: Severity | None = None
    """The severity for syndication, if it differs."""
    looks_at: str | None = None
    """The credit field without which the rule finds nothing; ``nobody`` for credits that name no party, and
    ``structured_data`` for a rule that needs a credit in the page's structured data."""
    of_credit: Callable[[Credit], bool] | None = None
    """For a rule about a use: return whether it can find anything on a use with this credit."""
    reads: tuple[AuditInput, ...] = ()
    """What the audit reads for this code, besides uses and credits."""
    picture_rule: str | None = None
    """``module:name`` of a second rule, which looks at the picture files."""
    quotes_other: bool = False
    """Whether its messages quote another credit, which disagrees with the printed one."""

    @property
    def picture_scope(self) -> Scope:
        """Return what the rule about picture files judges: a use, if the other rule judges its credit."""
        return "use" if self.scope == "credit" else self.scope


_ROWS = (
    Code(
        "CR100", "warning", "article", "picture with neither caption nor credit",
        "find out who made the picture, and print a caption and the credit",
        "captions.audit.uncaptioned:bare_pictures", command="use", decides="article",
    ),
    Code(
        "CR101", "error", "credit", "no credit for a captioned picture",
        "find out who made the picture, and print the credit",
        credit_rules.no_credit, command="use", decides="line", looks_at="nobody",
    ),
    Code(
        "CR102", "info", "credit", "agency only, no creator",
        "ask the agency for the creator's name, and print it",
        credit_rules.agency_only, command="line", decides="supplier",
    ),
    Code(
        "CR103", "warning", "credit", "creator only, with no agency, agreement or staff entry",
        "name the agency, add the freelancer's agreement, or add the creator to `staff` in the register",
        credit_rules.creator_only, command="correction", decides="line", reads=("licenses",),
    ),
    Code(
        "CR104", "warning", "credit", "placeholder instead of a name (handout, stringer, uncredited, courtesy)",
        "find out who made the picture and who supplied it",
        credit_rules.placeholder, command="line", decides="line", looks_at="qualifiers",
    ),
    Code(
        "CR105", "warning", "credit", "agency not in the register",
        "correct the spelling, or add the agency to the register passed with --agencies",
        credit_rules.unknown_agency, command="agency", decides="command",
    ),
    Code(
        "CR106", "warning", "credit", "the credit line does not show who supplied the picture",
        "look up the supplier in the picture system, and print only that agency, or put it after `via`",
        credit_rules.no_supplier, command="correction", decides="line",
    ),
    Code(
        "CR107", "info", "credit", "spelling differs from the canonical name",
        "print the canonical name",
        credit_rules.misspelled, command="line", decides="supplier",
    ),
    Code(
        "CR201", "error", "pair", "same picture, conflicting credits",
        "find out which credit is right, and correct the other article",
        "captions.audit.comparisons:conflicting_credits", command="use", decides="command", reads=("pictures",),
        picture_rule="captions.audit.image_rules:conflicting_credits", quotes_other=True,
    ),
    Code(
        "CR202", "warning", "use", "printed credit and embedded metadata disagree",
        "find out which is right, and correct the article, or the picture with captions images stamp",
        "captions.audit.image_rules:embedded_differs", command="use", decides="use", reads=("pictures",),
        quotes_other=True,
    ),
    Code(
        "CR203", "warning", "use", "printed credit and the page's structured data disagree",
        "find out which is right, and correct the article, or the picture's data in the CMS",
        data_rules.disagreeing, command="use", decides="line", looks_at="structured_data",
        quotes_other=True,
    ),
    Code(
        "CR204", "info", "picture", "XMP, IIM and EXIF disagree",
        "compare them with captions images read --families, and stamp the picture with the right value",
        "captions.audit.image_rules:families_disagree", command="use", decides="article", reads=("pictures",),
    ),
    Code(
        "CR205", "info", "picture", "embedded value cut at its byte limit",
        "embed the full value with captions images stamp",
        "captions.audit.image_rules:cut_values", command="use", decides="article", reads=("pictures",),
    ),
    Code(
        "CR206", "warning", "picture", "embedded metadata missing or stripped",
        "embed the credit with captions images stamp PICTURE --from-use N",
        "captions.audit.image_rules:missing_metadata", command="use", decides="article", reads=("pictures",),
    ),
    Code(
        "CR301", "error", "use", "no agreement with the supplier",
        "reach an agreement with the supplier, or record the existing one with captions agreement add",
        Coverage.periods, command="agreement", decides="supplier", reads=("agreements", "licenses"),
    ),
    Code(
        "CR302", "error", "use", "agreement not in force on the day",
        "record an agreement for that day, or license the use; date undated articles with ingest --published",
        Coverage.periods, command="use", decides="period", reads=("agreements", "licenses"),
    ),
    Code(
        "CR303", "error", "use", "agreement does not cover scope or territory",
        "license the use for this scope and territory, and record the agreement",
        Coverage.periods, command="line", decides="period", reads=("agreements", "licenses"),
    ),
    Code(
        "CR304", "error", "use", "quota exceeded",
        "license the uses beyond the quota, and waive them with the invoice as the reason",
        "captions.audit.engine:AuditEngine", command="use", decides="message",
        reads=("agreements", "quotas", "licenses"),
    ),
    Code(
        "CR305", "warning", "use", "80% of quota used, or usage unknown",
        "use fewer of the supplier's pictures until the period ends, or negotiate a larger quota",
        "captions.audit.engine:AuditEngine", command="supplier", decides="supplier",
        reads=("agreements", "quotas", "licenses"),
    ),
    Code(
        "CR306", "warning", "use", "restriction in the credit, the caption or the picture's metadata",
        "follow the restriction; clear the use with the supplier before you sell or syndicate it",
        "captions.audit.restriction_rules:RestrictionFinder", command="line", decides="line",
        syndication="error", reads=("pictures",),
        picture_rule="captions.audit.image_rules:embedded_notices",
    ),
    Code(
        "CR307", "warning", "credit",
        "handout, pool, social media or screenshot without a note of what permits the use",
        "note who released the picture, for what use and until when",
        credit_rules.unpermitted, command="line", decides="line",
    ),
    Code(
        "CR308", "error", "credit", "Creative Commons without creator, license or link",
        "print the creator, the license with its version, and a link to the license",
        credit_rules.incomplete_license, command="line", decides="line", looks_at="license",
    ),
    Code(
        "CR309", "warning", "use", "AI or composite picture not labeled",
        "say in the caption how the picture was made",
        credit_rules.unlabeled, command="line", decides="line",
        of_credit=credit_rules.may_be_unlabeled, reads=("pictures",),
        picture_rule="captions.audit.image_rules:embedded_type_unlabeled",
    ),
    Code(
        "CR310", "error", "use", "the license of this picture has expired while the article is online",
        "take the picture out of the article, or license it again and record it with captions license add",
        "captions.audit.license_check:note_licensed_uses", command="use", decides="message",
        reads=("agreements", "licenses"),
    ),
    Code(
        "CR311", "warning", "credit", "public license next to an agency that sells the picture",
        "find out who licensed the picture: pay the agency, or print only the source of the public license",
        credit_rules.contradicted_license, command="line", decides="line",
    ),
    Code(
        "CR401", "info", "use", "caption printed more than once",
        "clean the article with captions clean PATH",
        "captions_db.audit.statements:FindingStatements.repeated", command="use", decides="article",
    ),
    Code(
        "CR402", "warning", "article", "two captions nearly identical",
        "check whether both describe one picture; if so, make the texts identical",
        "captions.audit.comparisons:similar_captions", command="use", decides="article",
    ),
    Code(
        "CR901", "error", "article", "input could not be read",
        "repair the file or leave it out, and ingest again",
        "captions.stored:failures", command="use", decides="article",
    ),
)  # fmt: skip
CODES: Mapping[str, Code] = {row.code: row for row in _ROWS}
PICTURE_RULES = "captions.audit.image_rules"
"""The module of the rules that look at picture files."""
COMPARISONS = "captions.audit.comparisons"
"""The module of the rules that compare uses."""

OFF = "off"
"""The grade of a code that the newsroom does not want to see."""
SYNDICATION = ("syndication",)
"""Intended uses that pass pictures on. Some findings are more severe, because the recipient does not see the limits."""


def graded(
    scope: str | None = None, grades: Mapping[str, str] | None = None, asked: Collection[str] = ()
) -> Mapping[str, Code]:
    """Return the codes with the severities of an intended use: for syndication, ``CR306`` is an error.

    ``grades`` are the newsroom's own severities, which are preferred; a code that is ``off`` is left out, unless
    ``asked`` has it.
    """
    if scope not in SYNDICATION and not grades:
        return CODES
    own = {code: grade for code, grade in (grades or {}).items() if grade != OFF or code not in asked}
    usual = {
        code: row.syndication or row.severity if scope in SYNDICATION else row.severity for code, row in CODES.items()
    }
    return {
        code: replace(row, severity=cast("Severity", own.get(code, usual[code])))
        for code, row in CODES.items()
        if own.get(code) != OFF
    }


def rules_for_credits() -> dict[str, Rule]:
    """Return the rules that judge a credit, by code: their verdicts apply to every use with that credit."""
    return {code: row.rule for code, row in CODES.items() if row.scope == "credit" and not isinstance(row.rule, str)}


def rules_for_uses() -> dict[str, Rule]:
    """Return the rules that judge a use with its caption, by code."""
    return {code: row.rule for code, row in CODES.items() if row.of_credit and not isinstance(row.rule, str)}


def rules_for_structured_data() -> dict[str, Rule]:
    """Return the rules that compare a printed credit with the page's structured data, by code."""
    rows = {code: row for code, row in CODES.items() if row.looks_at == "structured_data"}
    return {code: row.rule for code, row in rows.items() if not isinstance(row.rule, str)}


def rules_that_compare() -> dict[str, Callable[..., Any]]:
    """Return the rules that compare uses, by code; see :data:`captions.audit.comparisons.CompareRule`."""
    return {
        code: resolve_name(row.rule)
        for code, row in CODES.items()
        if isinstance(row.rule, str) and row.rule.startswith(f"{COMPARISONS}:")
    }


def rules_for_pictures(scope: Scope) -> dict[str, Callable[..., Any]]:
    """Return the rules of a scope that look at picture files, by code; see :mod:`captions.audit.image_rules`."""
    named = {code: row.picture_rule or row.rule for code, row in CODES.items() if row.picture_scope == scope}
    return {
        code: resolve_name(rule)
        for code, rule in named.items()
        if isinstance(rule, str) and rule.startswith(f"{PICTURE_RULES}:")
    }


def reading(part: AuditInput) -> frozenset[str]:
    """Return the codes for which the audit reads agreements, quotas, licenses or pictures."""
    return frozenset(code for code, row in CODES.items() if part in row.reads)
