"""Write a report as one HTML file: no network access, light and dark, ready for print, keyboard and screen reader.

All article text is escaped, and the content security policy allows only the page's own style and script, by digest.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from captions import escaping
from captions.audit.codes import SEVERITIES
from captions.audit.finding import Finding
from captions.audit.overview import AuditedArticle, Overview
from captions.report import charts, html_decisions

if TYPE_CHECKING:
    from captions.report.audit_report import Report, ThumbnailSource

TITLE = "Audit of picture credits"
FINDINGS = 20_000
"""The most findings listed; browsers fail on larger pages."""
_HEADS = ("Severity", "Code", "Date", "Article", "Caption", "Credit line", "Supplier", "Finding and fix")


def write(report: Report, stream: TextIO) -> None:
    """Write the report: a summary, charts, a table of findings, and the articles with their captions."""
    overview = report.overview() if report.overview else None
    stream.writelines(_head(report.thumbnails is not None))
    stream.write(f"<h1>{TITLE}</h1>\n<p>{escaping.markup(report.heading())}</p>\n")
    stream.writelines(html_decisions.asked(report))
    if unchecked := report.unchecked_note():
        stream.write(f"<p>{escaping.markup(unchecked)}</p>\n")
    stream.writelines(_tiles(report, overview))
    if overview is not None:
        stream.writelines(_charts(report, overview))
    stream.writelines(html_decisions.decisions(report))
    stream.writelines(_by_code(report))
    codes: dict[int, list[str]] = {}
    stream.writelines(_findings(report, codes))
    if overview is not None:
        stream.writelines(_articles(overview.articles, report, codes))
    stream.write(f"</main>\n<script>{_file('report.js')}</script>\n</body>\n</html>\n")


def _head(pictures: bool) -> Iterator[str]:
    style, script = _file("report.css"), _file("report.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        f"base-uri 'none'; form-action 'none'{'; img-src data:' if pictures else ''}"
    )
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="referrer" content="no-referrer">\n'
    yield f"<title>{TITLE}</title>\n<style>{style}</style>\n</head>\n<body>\n"
    yield '<a class="skip" href="#findings">Skip to findings</a>\n<main>\n'


@lru_cache(maxsize=2)
def _file(name: str) -> str:
    return "\n" + (files("captions") / "data" / name).read_text("utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _tiles(report: Report, overview: Overview | None) -> Iterator[str]:
    by_severity, uses = report.by_severity, report.uses
    tiles = [("Uses", str(uses), "", f"in {report.articles} article{'s'[: report.articles != 1]}")]
    if overview is not None:
        tiles.append(
            ("Credited", charts.share(overview.credited, uses), "", f"{overview.credited} of {uses} have a credit line")
        )
    names = {"error": "Errors", "warning": "Warnings", "info": "Info"}
    tiles += [(names[name], str(by_severity[name]), name, "") for name in SEVERITIES]
    if overview is not None:
        risk = report.at_risk
        figure, note = ("unknown", "agreements not checked") if risk is None else (str(risk), risk.note)
        tiles.append(("Money at risk", figure, "", note))
    tiles.append(("Waived", str(report.waived), "", "set aside with a reason"))
    if report.known:
        tiles.append(("Known", str(report.known), "", "in the baseline"))
    yield '<dl class="tiles">\n'
    for name, figure, kind, note in tiles:
        kind = f" {kind}" if kind and figure != "0" else ""
        amount = escaping.markup(figure).replace(" + ", "<br>")
        yield f'<div><dt>{name}</dt><dd class="figure{kind}">{amount}</dd>'
        yield f'<dd class="note">{escaping.markup(note)}</dd></div>\n'
    yield "</dl>\n"


def _charts(report: Report, overview: Overview) -> Iterator[str]:
    if not report.uses:
        return
    yield '<div class="charts">\n<section>\n<h2>Uses by supplier</h2>\n'
    yield from charts.of_suppliers(overview.suppliers, overview.credited, report.uses)
    yield "</section>\n<section>\n<h2>Uses by month</h2>\n"
    yield from charts.of_months(overview.months, overview.undated)
    yield "</section>\n</div>\n"
    if overview.quotas:
        yield _scrolled("Quotas")
        yield from charts.of_quotas(overview.quotas)
        yield "</div>\n</section>\n"
    if rows := report.risk_rows():
        yield _scrolled("Money at risk")
        yield from charts.of_risk(rows)
        yield "</div>\n</section>\n"


def _scrolled(title: str) -> str:
    """Return the start of a section whose table can be scrolled with the keyboard."""
    region = f'<div class="scroll" role="region" tabindex="0" aria-label="{title}">'
    return f"<section>\n<h2>{title}</h2>\n{region}\n"


def _by_code(report: Report) -> Iterator[str]:
    if not report.total:
        return
    yield _scrolled("Findings by code")
    yield '<table class="cards">\n'
    yield charts.heads("Code", "Severity", "#Count", "Meaning", "How to fix it")
    for row in report.summary():
        code, severity = row["code"], row["severity"]
        yield f'<tr><th scope="row"><a href="#findings" data-code="{code}">{code}</a></th>'
        yield f'<td class="{severity}">{severity}</td><td class="number">{row["count"]}</td>'
        yield f"<td>{escaping.markup(str(row['meaning']))}</td><td>{_commands(str(row['fix']))}</td></tr>\n"
    yield "</tbody>\n</table>\n</div>\n</section>\n"


def _commands(text: str) -> str:
    return escaping.markup(text.replace("`", "'"))


def _findings(report: Report, codes: dict[int, list[str]]) -> Iterator[str]:
    count = min(report.listed_count, FINDINGS)
    yield f'<section id="findings" data-total="{report.total}">\n<h2>Findings</h2>\n'
    if count < report.total:
        yield f"<p>{count} of {report.total} findings listed, worst first; the filters search only these. "
        yield "To list all, run <code>captions audit --format csv -o FILE</code></p>\n"
    if not report.listed_count:
        yield "<p>No findings.</p>\n</section>\n"
        return
    yield from _controls(report)
    yield '<div class="scroll" role="region" aria-labelledby="findings-caption" tabindex="0">\n<table>\n'
    yield '<caption id="findings-caption">Findings, worst first. Column headings sort; click a command to select it, '
    yield "and replace <code>…</code> with what only you know.</caption>\n<thead><tr>"
    yield from (f'<th scope="col" aria-sort="none"><button type="button">{head}</button></th>' for head in _HEADS)
    yield "</tr></thead>\n<tbody>\n"
    for finding in islice(report.listed, count):
        if finding.use is not None and finding.use.id is not None:
            codes.setdefault(finding.use.id, []).append(finding.code)
        yield _row(finding, report, _image(report.thumbnails.of_finding(finding)) if report.thumbnails else "")
    yield "</tbody>\n</table>\n</div>\n</section>\n"


def _controls(report: Report) -> Iterator[str]:
    by_severity = {name: count for name, count in report.by_severity.items() if count}
    # Hidden until the script runs, because they do nothing without it.
    yield '<div class="controls" role="search" aria-label="Filter findings" hidden>\n'
    yield '<label for="words">Search findings <input id="words" type="search" autocomplete="off" '
    yield 'spellcheck="false" aria-describedby="shown"></label>\n'
    yield '<label for="severity">Severity <select id="severity"><option value="">all</option>'
    yield from (f"<option>{name}</option>" for name in by_severity)
    yield '</select></label>\n<label for="code">Code <select id="code"><option value="">all</option>'
    yield from (
        f'<option value="{row["code"]}">{row["code"]} {escaping.markup(str(row["meaning"]))}</option>'
        for row in sorted(report.summary(), key=lambda row: str(row["code"]))
    )
    for name in ("supplier", "publication"):  # the script lists those in the table
        yield f'</select></label>\n<label for="{name}">{name.capitalize()} '
        yield f'<select id="{name}"><option value="">all</option>'
    yield '</select></label>\n<button type="button" id="all">Show all</button>\n'
    yield '<p id="shown" role="status"></p>\n</div>\n'


def _row(finding: Finding, report: Report, image: str) -> str:
    use, severity = finding.use, finding.severity
    credit = use.credit if use else None
    day = use.used_on.isoformat() if use and use.used_on else ""
    rank = SEVERITIES.index(severity) + 1
    place = escaping.markup(finding.source) + (f" #{use.position}" if use else "")
    publication = escaping.markup(use.publication or "") if use else ""
    message = escaping.markup(html_decisions.message(finding, report))
    key = escape(escaping.line(report.key_of(finding)), quote=True) if report.key_of else ""
    return (
        f'<tr data-publication="{publication}" data-decision="{key}">'
        f'<td class="{severity}" data-key="{rank}">{severity}</td><td>{finding.code}</td>'
        f'<td class="day">{day}</td>'
        f'<td dir="auto" data-key="{place}">{_article(finding, place)}</td>'
        f'<td dir="auto">{image}{escaping.markup(use.caption) if use else ""}</td>'
        f'<td dir="auto">{escaping.markup(credit.line) if credit else ""}</td>'
        f'<td dir="auto">{escaping.markup(credit.supplier or "") if credit else ""}</td>'
        f'<td dir="auto">{message}{_command(finding.command)}</td></tr>\n'
    )


def _image(small: str) -> str:
    return f'<img alt="" src="data:image/jpeg;base64,{escape(small)}">' if small else ""


def _article(finding: Finding, place: str) -> str:
    use = finding.use
    if use is None:
        return place
    publication = f"{escaping.markup(use.publication)} · " if use.publication else ""
    return f"{_linked(use.headline or finding.source, use.url)}<small>{publication}{place}</small>"


def _linked(text: str, url: str | None) -> str:
    address = escaping.address(url)
    if address is None:
        return escaping.markup(text)
    return f'<a href="{escape(address)}" rel="noopener noreferrer">{escaping.markup(text)}</a>'


def _command(text: str) -> str:
    # Keep spaces, because the line in the command must match the stored line.
    return html_decisions.as_code(text) if text else ""


def _articles(articles: Iterable[AuditedArticle], report: Report, codes: dict[int, list[str]]) -> Iterator[str]:
    yield '<section id="articles">\n<h2>Articles and captions</h2>\n'
    listed = 0
    for article in articles:
        listed += 1
        yield _details(article, codes, report.thumbnails)
    if listed < report.articles:
        yield f"<p>{listed} of {report.articles} articles listed. For others, run <code>captions audit "
        yield "--format html --publication NAME --since DAY --until DAY</code></p>\n"
    yield "</section>\n"


def _details(article: AuditedArticle, codes: dict[int, list[str]], thumbnails: ThumbnailSource | None) -> str:
    found = sum(len(codes.get(caption.use, ())) for caption in article.captions)
    facts = [article.publication or "", article.day.isoformat() if article.day else "no date", article.source]
    facts.append(f"{len(article.captions)} caption{'s'[: len(article.captions) != 1]}")
    parts = [
        f'<details>\n<summary><span dir="auto">{escaping.markup(article.headline or article.source)}</span> '
        f"<small>{' · '.join(map(escaping.markup, filter(None, (*facts, f'findings: {found}'))))}"
        "</small></summary>\n"
    ]
    if address := escaping.address(article.url):
        parts.append(f"<p>{_linked(address, address)}</p>\n")
    parts.append("<ol>\n")
    for caption in article.captions:
        tags = f" <b>{' '.join(dict.fromkeys(codes[caption.use]))}</b>" if caption.use in codes else ""
        line = escaping.markup(caption.credit) if caption.credit is not None else "<i>no credit</i>"
        text = escaping.markup(caption.caption) or "<i>no caption</i>"
        image = _image(thumbnails.of_use(caption.use)) if thumbnails is not None else ""
        parts.append(
            f'<li value="{caption.position}" dir="auto">{image}{text}<small dir="auto">{line}{tags}</small></li>\n'
        )
    parts.append("</ol>\n</details>\n")
    return "".join(parts)
