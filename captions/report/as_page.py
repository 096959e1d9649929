"""Write tables as one HTML file: no network access, no script, light and dark, ready for print; text is escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TextIO

from captions import escaping
from captions.report.rows import Column, Row, as_text

_STYLE = """
:root { color-scheme: light dark; --line: #c8c8c8; --error: #b00020; --warning: #8a5a00; --info: #1c5a86; }
@media (prefers-color-scheme: dark) {
  :root { --line: #555; --error: #ff8a80; --warning: #ffcc66; --info: #8ecbff; }
}
html { background: Canvas; color: CanvasText; }
body { font: 1rem/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0.25rem; }
h2 { font-size: 1.15rem; margin-top: 2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: 0.4rem 0.9rem 0.4rem 0; }
th, td { text-align: left; vertical-align: top; }
td { overflow-wrap: break-word; unicode-bidi: isolate; min-width: 4.5rem; }
td.long { overflow-wrap: anywhere; }
td.whole { white-space: nowrap; }
td.number, th.number { text-align: right; }
@media (max-width: 44rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: 0.6rem 0; }
  td, td.number { border: 0; padding: 0.1rem 0; text-align: start; }
  td:empty { display: none; }
  td, td.long, td.whole { overflow-wrap: anywhere; white-space: normal; }
  td::before { content: attr(data-title) " "; font-weight: 600; }
  td[data-title=""]::before { content: none; }
}
.error { color: var(--error); font-weight: bold; }
.warning { color: var(--warning); font-weight: bold; }
.info { color: var(--info); }
@media print {
  body { font-size: 9pt; margin: 0; max-width: none; }
  .scroll { overflow: visible; }
  h2 { break-after: avoid; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
}
"""
_LANDSCAPE = "@page { size: landscape; margin: 12mm; }\n"
_MANY = 7
"""The number of columns from which a table needs paper in landscape."""
PICTURE = "thumbnail"
_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_BREAK = re.compile(r"(?<=[/?&=_])(?=[^/\s])|(?<=\w{8}[-.])(?=\w)")
"""Where a URL, a path or a credit line may be broken: ``Odalys Fenwick/`` and ``Reuters``."""
_LONG = 32
"""The length of a word that may be broken anywhere."""
_SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table with its heading."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    """An empty sequence omits the table."""


def write(title: str, heading: str, tables: Sequence[PageTable], note: str, stream: TextIO) -> None:
    """Write a page: title, a one-line summary, the tables, and a note at the end.

    A column with the key :data:`PICTURE` contains thumbnails, as JPEG in base64.
    """
    style = _STYLE + _LANDSCAPE * any(len(table.columns) >= _MANY for table in tables)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    if any(column.key == PICTURE for table in tables for column in table.columns):
        policy += "; img-src data:"
    stream.write(
        "<!DOCTYPE html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escaping.markup(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escaping.markup(title)}</h1>\n<p>{escaping.markup(heading)}</p>\n"
    )
    for table in tables:
        _write_table(table, stream)
    if note:
        stream.write(f"<p>{escaping.markup(note)}</p>\n")
    stream.write("</main>\n</body>\n</html>\n")


def _write_table(table: PageTable, stream: TextIO) -> None:
    if isinstance(table.rows, Sequence) and not table.rows:
        return
    stream.write(f'<h2>{escaping.markup(table.title)}</h2>\n<div class="scroll">\n<table>\n<thead>\n<tr>')
    for column in table.columns:
        kind = ' class="number"' if column.number else ""
        stream.write(f'<th scope="col"{kind}>{escaping.markup(column.title)}</th>')
    stream.write("</tr>\n</thead>\n<tbody>\n")
    for row in table.rows:
        stream.write(f"<tr>{''.join(_cell(column, row) for column in table.columns)}</tr>\n")
    stream.write("</tbody>\n</table>\n</div>\n")


def _cell(column: Column, row: Row) -> str:
    text = as_text(row.get(column.key))
    if column.key == PICTURE:
        return f'<td><img alt="" src="data:image/jpeg;base64,{escaping.markup(text)}"></td>' if text else "<td></td>"
    title = f' data-title="{escaping.markup(column.title)}"'
    if column.number:
        return f'<td class="number"{title}>{escaping.markup(text)}</td>'
    if column.key == "severity" and text in _SEVERITIES:
        return f'<td class="{text}"{title}>{text}</td>'
    if isinstance(row.get(column.key), date) or _DAY.fullmatch(text):
        return f'<td class="whole"{title}>{escaping.markup(text)}</td>'
    parts = _BREAK.split(text)
    kind = ' class="long"' if any(len(word) > _LONG for part in parts for word in part.split()) else ""
    # Hebrew and Arabic captions may appear among English ones.
    return f'<td dir="auto"{kind}{title}>{"<wbr>".join(map(escaping.markup, parts))}</td>'
