"""Findings -> lines of JSON, a million in seconds: what many share is encoded once.

The same as ``json.dumps(object_of(COLUMNS, row(finding)))``, which takes ten times as long; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring as quoted  # the C function where there is one, as json.dumps uses it
from typing import Any, NamedTuple, TypeVar

from captions.audit import CODES, Finding
from captions.audit.commands import BROADER, Commands
from captions.model import Credit
from captions.report import safe

INDENT = "    "
_KEPT = 100_000
_K = TypeVar("_K")
_V = TypeVar("_V")


Brief = tuple[
    int | None, int, int, int, str | None, int | None, str | None, int, str, str | None, str | None, str | None
]
"""A finding as the store lists it: the number in its text; numbers of its remark and its use; position, day, number of
the credit, caption; number, source, address, headline and publication of the article."""


class Batch(NamedTuple):
    """Findings in the report's order, with what a writer does not know yet; plain values, to be sent elsewhere."""

    ready: Sequence[str] = ()
    """Lines that are made already, which stand before the rest."""
    code: str = ""
    severity: str = ""
    rows: Sequence[Brief] = ()
    """Findings on uses, all of this code."""
    credits: Mapping[int, Sequence[Any]] = {}
    """The fields of credits, by number."""
    remarks: Mapping[int, tuple[str, str | None]] = {}
    """What remarks say, and the commands that clear them, by number."""
    forget: bool = False
    """Whether what was learnt before is to be forgotten: else a writer's memory would grow with the archive."""


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
    """Writes findings, as the store lists them; remembers what many of them share."""

    def __init__(self, commands: Commands) -> None:
        """Remembers nothing yet."""
        self._commands = commands
        self._all_credits: dict[int, Credit] = {}
        self._credits: dict[int | None, tuple[str, str]] = {}
        self._remarks: dict[int, tuple[str, str, str | None, str | None]] = {}
        self._clears: dict[tuple[str, int, str | None], str] = {}
        self._days: dict[str | None, str] = {}

    def lines(self, batches: Iterable[Batch]) -> Iterator[str]:
        """Gives the same lines as :func:`lines` of these findings."""
        for batch in batches:
            self._learn(batch)
            yield from batch.ready
            if batch.rows:
                yield from self._lines(batch.code, batch.severity, batch.rows)

    def _learn(self, batch: Batch) -> None:
        if batch.forget:
            for known in (self._all_credits, self._credits, self._remarks):
                known.clear()
        for row_id, values in batch.credits.items():
            self._all_credits[row_id] = Credit(*values)
        for row_id, (text, command) in batch.remarks.items():
            message = _safe(text)
            before, mark, after = message.partition("{n}")
            self._remarks[row_id] = (message, before, after if mark else None, _safe(command) if command else None)

    def _lines(self, code: str, severity: str, rows: Iterable[Brief]) -> Iterator[str]:
        head, meaning = _kind(code, severity)
        credits_, remarks, clears, days = self._credits, self._remarks, self._clears, self._days
        broad = code in BROADER
        start, end = (quoted(part)[1:-1] for part in self._commands.by_use(code))
        last, article, headed, address = None, "", "", ""
        for row in rows:
            # A million findings come through here: taken apart once, each part made safe when it is encoded.
            number, remark_id, use_id, position, day, credit_id, caption, article_id, source, url, headline, name = row
            if article_id != last:  # most stand behind another one of their article
                last, article, address = article_id, _safe(source), _safe_or_null(url)
                headed = f'"headline": {_safe_or_null(headline)}, "publication": {_safe_or_null(name)}'
            line, parties = credits_.get(credit_id) or self._credit(credit_id)
            message, before, after, clear = remarks[remark_id]
            if number is not None and after is not None:
                message = f"{before}{number}{after}"
            if clear is None and broad and credit_id is not None:
                key = (code, credit_id, day and day[:4])
                clear = clears[key] if key in clears else _kept(clears, key, self._broader(code, credit_id, day))
            if not clear:
                clear = f'"{start}{use_id}{end}"'
            used_on = days.get(day) or _kept(days, day, _safe_or_null(day))
            yield (
                f'{head}{article}, "position": {position}, "caption": {_safe(caption or "")}, {line}, '
                f'"message": {message}, {meaning}{clear}, {parties}, {headed}, '
                f'"used_on": {used_on}, "url": {address}, "use": {use_id}}}'
            )

    def _credit(self, credit_id: int | None) -> tuple[str, str]:
        line, parties = _credit(None if credit_id is None else self._all_credits[credit_id])
        return self._credits.setdefault(credit_id, (safe.json_text(line), safe.json_text(parties)))

    def _broader(self, code: str, credit_id: int, day: str | None) -> str:
        """The command for all uses of a line or a supplier, as JSON; nothing where the use is named by its number."""
        found = self._commands.broader(code, self._all_credits[credit_id], int(day[:4]) if day else None)
        return _safe(found) if found else ""


def _safe(text: str) -> str:
    """A text as JSON; what is plain is safe."""
    encoded = quoted(text)
    return encoded if encoded.isascii() and "\x7f" not in encoded else safe.json_text(encoded)


def _safe_or_null(text: str | None) -> str:
    return "null" if text is None else _safe(text)


def _kept(known: dict[_K, _V], key: _K, value: _V) -> _V:
    if len(known) >= _KEPT:
        known.clear()
    return known.setdefault(key, value)


_NO_ARTICLE = '"headline": null, "publication": null, "used_on": null, "url": null, "use": null'


def _kind(code: str, severity: str) -> tuple[str, str]:
    head = f'{INDENT}{{"severity": {quoted(severity)}, "code": {quoted(code)}, "source": '
    return head, f'"title": {quoted(CODES[code].title)}, "remedy": {quoted(CODES[code].remedy)}, "clear": '


def _credit(credit: Credit | None) -> tuple[str, str]:
    """The line, and the parties in it."""
    if credit is None:
        return '"credit": null', '"supplier": null, "creators": [], "agencies": [], "qualifiers": []'
    names = [f'"{name}": {_list(getattr(credit, name))}' for name in ("creators", "agencies", "qualifiers")]
    return f'"credit": {quoted(credit.line)}', f'"supplier": {_or_null(credit.supplier)}, {", ".join(names)}'


def _list(values: tuple[str, ...]) -> str:
    return f"[{', '.join(map(quoted, values))}]"


def _or_null(text: str | None) -> str:
    return "null" if text is None else quoted(text)
