"""Write a report as SARIF 2.1.0 (OASIS), which code hosts and editors show next to the files.

SARIF suits findings better than JUnit: a finding has a code, a severity and a location, and recurs in the next run,
whereas JUnit knows only passed and failed tests.
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
    """Write the findings as results, one per line, and all codes as rules, found or not."""
    head = {
        "tool": {"driver": {"name": "captions", "version": __version__, "rules": [*map(_rule, report.codes.values())]}},
        "columnKind": "unicodeCodePoints",
        "properties": {"summary": report.heading(), "notes": report.all_notes(), **report.totals},
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
        "shortDescription": {"text": code.meaning},
        "help": {"text": code.fix},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _results(report: Report, places: dict[str, int]) -> Iterator[dict[str, object]]:
    known: dict[str, int] = {}
    for finding in report.listed:
        identity = _identity(finding)
        # Numbers repeated findings of one code on one caption of one article.
        known[identity] = known.get(identity, 0) + 1
        yield {
            "ruleId": finding.code,
            "ruleIndex": places[finding.code],
            "level": _LEVELS[finding.severity],
            "message": {"text": _message(finding)},
            "locations": [_location(finding)],
            "partialFingerprints": {"caption/v1": f"{identity}:{known[identity]}"},
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
    if finding.command:
        parts.append(f"to fix it: {finding.command}")
    return "\n".join(escaping.line(part) for part in parts)


def _location(finding: Finding) -> dict[str, object]:
    # The store has no line numbers, and code hosts need a region.
    where = {"artifactLocation": {"uri": uri(finding.source)}, "region": {"startLine": 1}}
    place: dict[str, object] = {"physicalLocation": where}
    if finding.use is not None:
        place["logicalLocations"] = [{"name": f"caption {finding.use.position}", "kind": "element"}]
    return place


def _properties(finding: Finding) -> dict[str, object]:
    use = finding.use
    properties = {
        "command": finding.command,
        "supplier": use.supplier if use else None,
        "publication": use.publication if use else None,
        "used_on": use.used_on.isoformat() if use and use.used_on else None,
        "use": use.id if use else None,
    }
    return {key: value for key, value in properties.items() if value is not None}


def _identity(finding: Finding) -> str:
    """Hash what re-reading the article does not change: code, source, caption and credit line."""
    use = finding.use
    line = use.credit.line if use and use.credit else ""
    key = "\x00".join((finding.code, finding.source, use.match_key if use else finding.message, line))
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def uri(source: str) -> str:
    """Return the source of an article as a URI reference: ``archive/a b.txt`` gives ``archive/a%20b.txt``."""
    if address := escaping.address(source):
        return address
    text = quote(source, safe="/!,;=+~@$&'()", errors="replace")
    return text if text.startswith("/") else text or "unknown"
