"""Write what is known about a use or an article as text, JSON or an HTML page, or as evidence for a claim letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TextIO

import captions_db as db

from captions import escaping
from captions.audit.dossier import UseDossier
from captions.report.dossier_sections import SOURCED, Section, of_article, of_use
from captions.report.rows import as_data

if TYPE_CHECKING:
    from captions.report.as_page import PageTable

DOSSIER_TITLE = "Picture use"


@dataclass(frozen=True, slots=True)
class DossierReport:
    """The uses to show, with their article if it was asked for."""

    uses: Sequence[UseDossier]
    article: db.StoredArticle | None = None
    sources: Sequence[db.ArticlePlace] = ()
    """Where the article was read."""
    uncaptioned: Sequence[db.UncaptionedPicture] = ()
    """The article's pictures without caption or credit."""


def write(report: DossierReport, form: str, stream: TextIO) -> None:
    """Write a report as ``table``, ``json`` or ``html``."""
    if form == "json":
        _write_json(report, stream)
    elif form == "html":
        _write_page(report, stream)
    else:
        _write_text(report, stream)


def write_evidence(it: UseDossier, today: date, version: str, database: str, stream: TextIO) -> None:
    """Write the evidence about one use as a page to print: each fact with its source.

    The other side of a claim may read it, so it has nothing about other uses, and no findings, reasons or prices.
    """
    from captions.report import as_page

    tables = [
        as_page.PageTable(section.title, SOURCED if section.is_facts else section.columns, section.rows)
        for section in of_use(it, internal=False)
    ]
    heading = f"{_name(it)}. Produced on {today} with captions {version} from {database}."
    note = (
        "Dates, texts and credits are quoted as the program read them. A hash identifies the content of a file: the "
        "same content has the same hash."
    )
    as_page.write(f"{DOSSIER_TITLE} {it.use.id}", heading, tables, note, stream)


def _name(it: UseDossier) -> str:
    day = it.article.published or it.article.published_in or "no date"
    parts = (it.article.publication, str(day), it.article.headline or it.use.source)
    return ", ".join(filter(None, parts))


def _write_json(report: DossierReport, stream: TextIO) -> None:
    from captions.report import as_json

    uses = [_object(of_use(it)) for it in report.uses]
    if report.article is None:
        as_json.write(uses[0], stream)
    else:
        head = _object(of_article(report.article, report.sources, report.uncaptioned))
        as_json.write({**head, "uses": uses}, stream)


def _object(sections: Sequence[Section]) -> dict[str, object]:
    from captions.report import as_json

    found: dict[str, object] = {}
    for section in sections:
        if section.is_facts:
            found[section.key] = {str(row["key"]): as_data(row["data"]) for row in section.rows}
        else:
            columns = section.data or section.columns
            found[section.key] = [as_json.object_of(columns, row) for row in section.rows]
    return found


def _write_text(report: DossierReport, stream: TextIO) -> None:
    blocks = []
    if report.article is not None:
        blocks.append((f"Article {report.article.id}", of_article(report.article, report.sources, report.uncaptioned)))
    blocks += [(f"Use {it.use.id}", of_use(it)) for it in report.uses]
    for n, (title, sections) in enumerate(blocks):
        stream.write(("\n\n" if n else "") + f"{title}\n")
        for section in sections:
            _write_section(section, stream)


def _write_section(section: Section, stream: TextIO) -> None:
    from captions.report import as_table

    stream.write(f"\n{escaping.line(section.title)}\n")
    if not section.is_facts:
        as_table.write(section.columns, section.rows, stream)
        return
    as_table.write_facts(section.columns, section.rows, stream)


def _write_page(report: DossierReport, stream: TextIO) -> None:
    from captions.report import as_page

    tables = []
    if report.article is not None:
        tables += _tables(of_article(report.article, report.sources, report.uncaptioned), "")
    for it in report.uses:
        tables += _tables(of_use(it), f"Use {it.use.id}: " if report.article is not None else "")
    if report.article is not None:
        title, heading = f"Article {report.article.id}", report.article.headline or report.article.source
    else:
        title, heading = f"{DOSSIER_TITLE} {report.uses[0].use.id}", _name(report.uses[0])
    as_page.write(title, heading, tables, "", stream)


def _tables(sections: Sequence[Section], prefix: str) -> list[PageTable]:
    from captions.report import as_page

    return [as_page.PageTable(prefix + section.title, section.columns, section.rows) for section in sections]
