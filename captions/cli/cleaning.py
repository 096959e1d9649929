"""Clean one article for ``captions clean``: in a worker process, again for its barred pictures, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from captions.clean.barred import Barred
from captions.cli.output import count, note
from captions.errors import InputError
from captions.model import Article
from captions.sources import Source

if TYPE_CHECKING:
    from captions.audit.clearance import Objection, Objections, Republication
    from captions.clean import Place
    from captions.lexicon.vocabulary import Vocabulary

VERSION = 1
"""The version of the JSON."""


class CleanFormat(StrEnum):
    """Output formats of a clean article."""

    text = "text"
    markdown = "markdown"
    html = "html"
    json = "json"


class Keep(StrEnum):
    """What happens to the captions."""

    drop = "drop"
    once = "once"
    end = "end"


@dataclass(frozen=True, slots=True)
class Form:
    """How articles are written."""

    to: CleanFormat
    keep: Keep
    words: Vocabulary
    page: str | None = None
    """The URL of the page, if the user gave it."""
    marked: bool = False
    """Whether barred pictures stay, marked."""


@dataclass(frozen=True, slots=True)
class CleanArticle:
    """An article as read, and its clean text."""

    source: Source
    article: Article
    text: str
    objections: Objections | None = None
    """What speaks against republishing its pictures; None if nobody asked."""
    notes: tuple[str, ...] = field(default=())


def cleaned(source: Source, form: Form, place: Place | None = None, barred: Barred | None = None) -> CleanArticle:
    """Read an article and format it; with ``place``, its pictures are stamped, so it is not for workers.

    Raise InputError if the page has no article.
    """
    from captions import sources
    from captions.clean import clean, of_layout
    from captions.page import page_type

    barred = barred or Barred()
    to = "text" if form.to is CleanFormat.json else form.to.value
    keep = "drop" if form.to is CleanFormat.json else form.keep.value
    if source.page:
        from captions.page.parser import read_page

        article, text = read_page(
            source.text,
            form.page or source.facts.url,
            form.words,
            lambda layout: (layout.article, of_layout(layout, to, keep, form.words, place, barred)),
        )
        article = sources.with_facts(article, source)
    else:
        article = sources.article(source, form.words)
        text = clean(article, to, keep, source.text, form.words, place, barred)
    if not article.captions and (no_article := page_type.is_no_article(article.notes)):
        raise InputError(no_article)
    return CleanArticle(source, article, text, notes=(*source.notes, *article.notes))


def checked(item: CleanArticle, objections: Objections) -> CleanArticle:
    """Return an article with what speaks against republishing its pictures."""
    return replace(item, objections=objections)


def barred_of(objections: Objections, form: Form) -> Barred:
    """Return the pictures to leave out or to mark."""
    return Barred({at: _why(found) for at, found in objections.items()}, form.marked)


def report(item: CleanArticle, form: Form, plan: Republication) -> None:
    """Say on stderr which pictures are not cleared, and why."""
    objections = item.objections or {}
    done = "marked" if form.marked else "left out"
    for at, found in objections.items():
        note(f"{item.source.name} #{at}: {done}: {_why(found)}")
    if item.article.captions:
        pictures = count(len(item.article.captions), "picture")
        result = f"{len(objections)} of {pictures} not cleared" if objections else f"{pictures} cleared"
        note(f"{item.source.name}: {result} {plan}")


def as_json(item: CleanArticle) -> str:
    """Return an article as JSON: the clean text, and each picture with its credit and what speaks against it."""
    article = item.article
    facts: Mapping[str, object] = {
        "version": VERSION,
        "source": item.source.name,
        "url": article.url,
        "headline": article.headline,
        "publication": article.publication,
        "published": article.published and article.published.isoformat(),
        "language": article.language,
        "text": article.text,
        "pictures": [_picture(item, at) for at in range(1, len(article.captions) + 1)],
        "notes": item.notes,
    }
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


def _picture(item: CleanArticle, at: int) -> dict[str, object]:
    caption = item.article.captions[at - 1]
    found = (item.objections or {}).get(at, ())
    return {
        "position": at,
        "caption": caption.text,
        "credit": caption.credit.line if caption.credit else None,
        "images": caption.images,
        "cleared": None if item.objections is None else not found,
        "reasons": [{"code": it.code, "message": it.message} for it in found],
    }


def _why(found: tuple[Objection, ...]) -> str:
    return "; ".join(it.message for it in found)
