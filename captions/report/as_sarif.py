"""A report -> SARIF 2.1.0 (OASIS), which code hosts and editors show beside the files.

SARIF and not JUnit: a finding has a code with a meaning, a severity of its own and a place in a file, and is told
again in the next run. JUnit knows tests that passed or failed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote

from captions import __version__, escaping
from captions.audit.codes import Code
from captions.audit.finding import Finding

if TYPE_CHECKING:
    from captions.report.audit_report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def write(report: Report, stream: TextIO) -> None:
    """Writes the findings as results, one a line; all codes as rules, found or not."""
    head = {
        "tool": {"driver": {"name": "captions", "version": __version__, "rules": [*map(_rule, report.codes.values())]}},
        "columnKind": "unicodeCodePoints",
        "properties": {"summary": report.heading(), **report.totals},
        "results": [],
    }
    text = json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [head]}, ensure_ascii=False, indent=2)
    before, _, after = text.rpartition("[]")
    stream.write(escaping.json_text(before) + "[")
    separator = "\n"
    places = {code: at for at, code in enumerate(report.codes)}
    for result in _results(report, places):
        stream.write(separator + "        " + escaping.json_text(json.dumps(result, ensure_ascii=False)))
        separator = ",\n"
    stream.write(("\n      " if separator != "\n" else "") + f"]{after}\n")


def _rule(code: Code) -> dict[str, object]:
    return {
        "id": code.code,
        "shortDescription": {"text": code.title},
        "help": {"text": code.remedy},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _results(report: Report, places: dict[str, int]) -> Iterator[dict[str, object]]:
    known: dict[str, int] = {}
    for finding in report.shown:
        told = _identity(finding)
        # Two findings of one code on one caption in one article: told apart by which of them it is.
        known[told] = known.get(told, 0) + 1
        yield {
            "ruleId": finding.code,
            "ruleIndex": places[finding.code],
            "level": _LEVELS[finding.severity],
            "message": {"text": _message(finding)},
            "locations": [_location(finding)],
            "partialFingerprints": {"caption/v1": f"{told}:{known[told]}"},
            "properties": _properties(finding),
        }


def _message(finding: Finding) -> str:
    use = finding.use
    parts = [finding.message]
    if use is not None:
        if use.caption:
            parts.append(f"caption {use.position}: {escaping.short(use.caption, 160)}")
        if use.credit:
            parts.append(f"credit line: {escaping.short(use.credit.line, 160)}")
    if finding.clear:
        parts.append(f"to clear it: {finding.clear}")
    return "\n".join(escaping.line(part) for part in parts)


def _location(finding: Finding) -> dict[str, object]:
    # The store knows which caption of the article it is, not its line; code hosts show nothing without a region.
    where = {"artifactLocation": {"uri": uri(finding.source)}, "region": {"startLine": 1}}
    place: dict[str, object] = {"physicalLocation": where}
    if finding.use is not None:
        place["logicalLocations"] = [{"name": f"caption {finding.use.position}", "kind": "element"}]
    return place


def _properties(finding: Finding) -> dict[str, object]:
    use = finding.use
    told = {
        "clear": finding.clear,
        "supplier": use.supplier if use else None,
        "publication": use.publication if use else None,
        "used_on": use.used_on.isoformat() if use and use.used_on else None,
        "use": use.id if use else None,
    }
    return {key: value for key, value in told.items() if value is not None}


def _identity(finding: Finding) -> str:
    """What stays the same when the article is read again: code, source, caption and credit line."""
    use = finding.use
    line = use.credit.line if use and use.credit else ""
    said = "\x00".join((finding.code, finding.source, use.match_key if use else finding.message, line))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def uri(source: str) -> str:
    """Where an article was read from, as a reference: ``archive/a b.txt`` gives ``archive/a%20b.txt``."""
    if address := escaping.address(source):
        return address
    text = quote(source, safe="/!,;=+~@$&'()", errors="replace")
    return text if text.startswith("/") else text or "unknown"
