"""Recognize files that an earlier run wrote as a report, which the same command may replace every day."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from captions.report.as_html import TITLE
from captions.report.as_ninjs import STANDARD
from captions.report.as_xlsx import WORKBOOK_WRITER
from captions.report.contact_sheet import SHEET_TITLE
from captions.report.dossier_report import DOSSIER_TITLE
from captions.report.statement_report import STATEMENT_TITLE

PARQUET_WRITER = "captions export"
"""The metadata of Parquet files, in their footer."""
_EDGE = 8_192

_GROUPS = "group|supplier|agency|creator|publication|month|quarter|year|scope"
_TITLES = rf"{TITLE}|{SHEET_TITLE}|{STATEMENT_TITLE}: [^<\n]*|(?:{DOSSIER_TITLE}|Article) \d+"
_JSON = "totals?|before|on|supplier|uses?|articles?|pictures"
"""The first keys of reports after the version."""
_FORMS = (
    # Tables: the titles, and a rule below them; the report of an audit.
    r"(?:[^\n]*\n){1,3}─+\n",
    r"[\d,]+ uses? in [\d,]+ articles?: ",
    rf"{STATEMENT_TITLE}: ",
    r"(?:Use|Article) \d+\n\nArticle\n(?:Use|Number) +\d+\n",
    # Markdown.
    r"\| [^\n]* \|\n\| -{3}",
    rf"# {TITLE}\n",
    # Pages: a policy that allows nothing from elsewhere, and a title.
    '<!DOCTYPE html>\n(?:[^\n]*\n){3}<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    rf"[^\n]*\n(?:[^\n]*\n){{0,4}}<title>(?:{_TITLES})</title>",
    # JSON, SARIF, and JSON Lines of the views and of ninjs.
    rf'\{{\n  "version": \d+,\n  "(?:{_JSON})": ',
    r'\{\n  "\$schema": "[^"\n]*sarif',
    r'\{"(?:use|finding|audit)_id": \d+, "(?:used_on|code|place)": ',
    r'\{"(?:supplier|agency|creator)": [^\n]*, "month": ',
    r'\{"source": "[^"\n]*", "reason": ',
    re.escape('{"standard": {"name": "ninjs", "version": "' + STANDARD["version"]),
    # CSV: an audit, a statement, a search, a count, agreements in use, the views.
    r"section,used_on,published_in,",
    r"severity,code,source,",
    r"used_on,source,position,caption,",
    rf"(?:(?:{_GROUPS}),)*(?:uses|uncredited|before)\b[a-z_,]*\n",
    r"agreement,supplier,kind,state,period,",
    r"use_id,used_on,(?:published_in,)?publication,source,",
    r"finding_id,code,severity,message,",
    r"audit_id,place,severity,code,",
    r"source,reason,last_tried\n",
)
"""How reports begin, after a BOM."""
_REPORT = re.compile(rf"\ufeff?(?:{'|'.join(_FORMS)})")


def is_report(path: Path) -> bool:
    """Return whether a file is a report of this program, by its content: ``severity,code,source,...``."""
    with path.open("rb") as file:
        head = file.read(_EDGE)
        if head.startswith(b"PAR1"):
            file.seek(-min(_EDGE, path.stat().st_size), 2)
            return PARQUET_WRITER.encode() in file.read()
        if head.startswith(b"PK"):
            return _is_workbook(path)
    return _REPORT.match(head.decode("utf-8", errors="replace")) is not None


def _is_workbook(path: Path) -> bool:
    try:
        with ZipFile(path) as book, book.open("docProps/core.xml") as properties:
            return WORKBOOK_WRITER.encode() in properties.read(_EDGE)
    except (BadZipFile, KeyError, NotImplementedError):
        return False
