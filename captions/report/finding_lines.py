"""Findings -> lines of JSON, a million in seconds: what many share is encoded once.

The same as ``json.dumps(object_of(COLUMNS, row(finding)))``, which takes ten times as long; a test holds them together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring as quoted  # the C function where there is one, as json.dumps uses it
from typing import Protocol, TypeVar

from captions.audit import CODES, Finding, Severity
from captions.audit.commands import BROADER, Commands
from captions.model import Credit
from captions.report import safe

INDENT = "    "
_KEPT = 100_000
_K = TypeVar("_K")
_V = TypeVar("_V")


class CreditsById(Protocol):
    """Credits by their numbers in the store."""

    def __getitem__(self, row_id: int, /) -> Credit:
        """Gives one credit."""


Brief = tuple[
    int | None, str, str | None, int, int, str | None, int | None, str | None, str, str | None, str | None, str | None
]
"""A finding as the store lists it: the number in its text, text, command, use, position, day, number of the credit,
caption; source, address, headline and publication of the article."""


def lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Gives each finding as an object on one line, indented as an item of the report."""
    for finding in findings:
        use = finding.use
        head, meaning = _kind(finding.code, finding.severity)
        line, parties = _credit(use.credit if use else None)
        if use is None:
            place, article = '"position": null, "caption": null', _NO_ARTICLE
        else:
            day = None if use.used_on is None else use.used_on.isoformat()
            place = f'"position": {use.position}, "caption": {quoted(use.caption)}'
            article = (
                f'"headline": {_or_null(use.headline)}, "publication": {_or_null(use.publication)}, '
                f'"used_on": {_or_null(day)}, "url": {_or_null(use.url)}, "use": {"null" if use.id is None else use.id}'
            )
        yield safe.json_text(
            f'{head}{quoted(finding.source)}, {place}, {line}, "message": {quoted(finding.message)}, '
            f"{meaning}{quoted(finding.clear)}, {parties}, {article}}}"
        )


class Writer:
    """Writes the findings on uses of one code, as the store lists them."""

    def __init__(self, code: str, severity: Severity, commands: Commands) -> None:
        """Takes the code with its severity for this audit."""
        self._code, self._commands = code, commands
        self._head, self._meaning = _kind(code, severity)
        self._by_use = tuple(quoted(part)[1:-1] for part in commands.by_use(code))
        self._credits: dict[int, tuple[str, str]] = {}
        self._clears: dict[str | tuple[int, str | None], str] = {}

    def lines(self, rows: Iterable[Brief], credits_: CreditsById) -> Iterator[str]:
        """Gives the same lines as :func:`lines` of these findings."""
        head, meaning, parties_of, clears = self._head, self._meaning, self._credits, self._clears
        broad = self._code in BROADER
        before, after = (quoted(part)[1:-1] for part in self._commands.by_use(self._code))
        nobody = _credit(None)
        for row in rows:
            # Taken apart once: a million findings come through here.
            number, text, command, use_id, position, day, credit_id, caption, source, url, headline, publication = row
            if credit_id is None:
                line, parties = nobody
            elif credit_id in parties_of:
                line, parties = parties_of[credit_id]
            else:
                line, parties = _kept(parties_of, credit_id, _credit(credits_[credit_id]))
            if command is not None:
                clear = clears.get(command) or _kept(clears, command, safe.json_text(quoted(command)))
            elif broad and credit_id is not None:
                key = (credit_id, day and day[:4])
                clear = clears[key] if key in clears else _kept(clears, key, self._broader(credits_[credit_id], day))
            else:
                clear = ""
            if number is not None:
                text = text.replace("{n}", str(number), 1)
            left = (
                f'{head}{quoted(source)}, "position": {position}, "caption": {quoted(caption or "")}, {line}, '
                f'"message": {quoted(text)}, {meaning}'
            )
            right = (
                f', {parties}, "headline": {"null" if headline is None else quoted(headline)}, '
                f'"publication": {"null" if publication is None else quoted(publication)}, '
                f'"used_on": {"null" if day is None else quoted(day)}, '
                f'"url": {"null" if url is None else quoted(url)}, "use": {use_id}}}'
            )
            # A command holds the sign `…`, and is safe already: most of what is beside it needs no second look.
            if not left.isascii() or "\x7f" in left:
                left = safe.json_text(left)
            if not right.isascii() or "\x7f" in right:
                right = safe.json_text(right)
            yield f"{left}{clear}{right}" if clear else f'{left}"{before}{use_id}{after}"{right}'

    def _broader(self, credit: Credit, day: str | None) -> str:
        """The command for all uses of a line or a supplier, as JSON; nothing where the use is named by its number."""
        found = self._commands.broader(self._code, credit, int(day[:4]) if day else None)
        return safe.json_text(quoted(found)) if found else ""


def _kept(known: dict[_K, _V], key: _K, value: _V) -> _V:
    if len(known) >= _KEPT:
        known.clear()
    return known.setdefault(key, value)


_NO_ARTICLE = '"headline": null, "publication": null, "used_on": null, "url": null, "use": null'


def _kind(code: str, severity: Severity) -> tuple[str, str]:
    head = f'{INDENT}{{"severity": {quoted(severity)}, "code": {quoted(code)}, "source": '
    return head, f'"title": {quoted(CODES[code].title)}, "remedy": {quoted(CODES[code].remedy)}, "clear": '


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
