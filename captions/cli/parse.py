"""``captions parse``: write the captions and text of articles as JSON, without the database."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.output import extension_of, for_report, note, opened
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Article, Caption, Credit, Occurrence

if TYPE_CHECKING:
    from captions.sources import Source


def parse(
    paths: o.Paths,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Include the rule that found each caption, the steps of each credit, and on pages the evidence for"
            " each way to read a line next to a picture.",
        ),
    ] = False,
    fields: o.Map = None,
    agencies: o.Agencies = None,
    seconds: o.TimeLimit = 60,
    output: o.Output = None,
    overwrite: o.Overwrite = False,
) -> None:
    """Write the content of articles as JSON.

    Lists captions and credits, with the clean text. The database is not used.

    \b
    Examples:
      captions parse article.txt
      captions parse --explain - < article.txt
      captions parse --explain page.html
      captions parse archive.jsonl --map text=story.body,url=link
    """
    from captions.ingest.reading import ReaderProcess
    from captions.processes.limits import Limits
    from captions.report import as_json
    from captions.sources import Unread
    from captions.sources.records import parse_map

    extension_of(output, ("json",))
    targets = for_report(output, (*paths, agencies), overwrite=overwrite)
    articles, failed, missing = [], [], False
    work = partial(_parsed, words=o.words(agencies), explain=explain)
    reader: ReaderProcess[dict[str, object]]
    with ReaderProcess(Limits(seconds), parse_map(fields or []), work) as reader:
        for found in reader.read_all(paths):
            if isinstance(found, Unread):
                note(f"not read: {found.name}: {found.reason}")
                failed.append({"source": found.name, "reason": found.reason})
                missing = missing or found.missing
            else:
                articles.append(found)
    with opened(output, targets) as stream:
        as_json.write({"articles": articles, "failures": failed}, stream)
    if missing or (failed and not articles):
        raise typer.Exit(2)


def _parsed(source: Source, words: Vocabulary, explain: bool) -> dict[str, object]:
    """Parse a source and return its article as a JSON object."""
    from captions import sources

    read, boxes = sources.explained(source, words) if explain else (sources.article(source, words), None)
    found = _article(read, words if explain else None)
    if boxes is not None:
        found["boxes"] = boxes
    return {"source": source.name, "notes": [*source.notes, *read.notes], **found}


def _article(article: Article, words: Vocabulary | None) -> dict[str, object]:
    """Return an article as a JSON object; with ``words``, include rules and steps."""
    return {
        "headline": article.headline,
        "url": article.url,
        "published": article.published.isoformat() if article.published else None,
        "publication": article.publication,
        "language": article.language,
        "captions": [_caption(caption, words) for caption in article.captions],
        "uncaptioned": [{"url": picture.url, "alt": picture.alt} for picture in article.uncaptioned],
        "text": article.text,
    }


def _caption(caption: Caption, words: Vocabulary | None) -> dict[str, object]:
    return {
        "text": caption.text,
        "credit": _credit(caption.credit, words) if caption.credit else None,
        **({"structured": _credit(caption.structured_credit, words)} if caption.structured_credit else {}),
        "count": caption.count,
        "occurrences": [_occurrence(occurrence) for occurrence in caption.occurrences],
        "images": list(caption.images),
        **({"rule": caption.rule} if words else {}),
    }


def _credit(credit: Credit, words: Vocabulary | None) -> dict[str, object]:
    from captions.cli.credit import COLUMNS, row
    from captions.credit.parser import explain
    from captions.report import as_json

    read = as_json.object_of(COLUMNS, row(credit))
    return {**read, "steps": explain(credit.line, words)} if words else read


def _occurrence(occurrence: Occurrence) -> dict[str, object]:
    place = (
        {"element": occurrence.element} if occurrence.element else {"start": occurrence.start, "end": occurrence.end}
    )
    return {"shape": occurrence.shape, **place, "text": occurrence.text}
