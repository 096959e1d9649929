"""Findings -> lines of JSON, a million in seconds: what many share is encoded once.

The same as ``json.dumps(object_of(COLUMNS, row(finding)))``, which takes ten times as long; a test holds them together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring as quoted  # the C function where there is one, as json.dumps uses it

from captions.audit import Finding
from captions.model import Credit
from captions.report import safe

INDENT = "    "
_KEPT = 100_000


def lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Gives each finding as an object on one line, indented as an item of the report."""
    kinds: dict[tuple[str, str], tuple[str, str]] = {}
    credits_: dict[int, tuple[Credit, str, str]] = {}
    nobody = _credit(None)
    for finding in findings:
        use = finding.use
        kind = (finding.code, finding.severity)
        head, meaning = kinds.get(kind) or kinds.setdefault(kind, _kind(finding))
        credit = use.credit if use else None
        if credit is None:
            line, parties = nobody
        else:
            # By identity: a hash of all its fields would take longer than to encode it. The value keeps it alive.
            kept = credits_.get(id(credit))
            if kept is None:
                if len(credits_) >= _KEPT:
                    credits_.clear()
                kept = credits_[id(credit)] = (credit, *_credit(credit))
            _, line, parties = kept
        if use is None:
            place, article = '"position": null, "caption": null', _NO_ARTICLE
        else:
            place = f'"position": {use.position}, "caption": {quoted(use.caption)}'
            day = "null" if use.used_on is None else f'"{use.used_on.isoformat()}"'
            article = (
                f'"headline": {_or_null(use.headline)}, "publication": {_or_null(use.publication)}, '
                f'"used_on": {day}, "url": {_or_null(use.url)}, "use": {"null" if use.id is None else use.id}'
            )
        text = (
            f'{head}"source": {quoted(finding.source)}, {place}, {line}, "message": {quoted(finding.message)}, '
            f'{meaning}"clear": {quoted(finding.clear)}, {parties}, {article}}}'
        )
        yield text if text.isascii() and "\x7f" not in text else safe.json_text(text)


_NO_ARTICLE = '"headline": null, "publication": null, "used_on": null, "url": null, "use": null'


def _kind(finding: Finding) -> tuple[str, str]:
    head = f'{INDENT}{{"severity": {quoted(finding.severity)}, "code": {quoted(finding.code)}, '
    return head, f'"title": {quoted(finding.title)}, "remedy": {quoted(finding.remedy)}, '


def _credit(credit: Credit | None) -> tuple[str, str]:
    """The line, and the parties in it."""
    if credit is None:
        return '"credit": null', '"supplier": null, "creators": [], "agencies": [], "marks": []'
    names = [f'"{name}": {_list(getattr(credit, name))}' for name in ("creators", "agencies", "marks")]
    return f'"credit": {quoted(credit.line)}', f'"supplier": {_or_null(credit.supplier)}, {", ".join(names)}'


def _list(values: tuple[str, ...]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _or_null(text: str | None) -> str:
    return "null" if text is None else quoted(text)
