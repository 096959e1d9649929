"""Find articles in files, folders, archives and standard input, and decode them.

A bad file or record never stops the rest: it becomes an :class:`Unread`, which the audit reports as CR901. The formats
are listed in :mod:`captions.sources.formats`.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import BinaryIO

from captions.errors import parser_failure
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Article
from captions.sources.paths import SUFFIXES, find
from captions.sources.source import STDIN, Facts, InputFile, Options, Source, Unread

__all__ = [
    "STDIN",
    "SUFFIXES",
    "Facts",
    "InputFile",
    "Source",
    "Unread",
    "article",
    "explained",
    "find",
    "parsed",
    "read",
    "read_all",
    "with_facts",
]


def read(
    entry: InputFile,
    options: Options | None = None,
    open_file: Callable[[InputFile], AbstractContextManager[BinaryIO]] | None = None,
) -> Iterator[Source | Unread]:
    """Yield the articles of one file, and an Unread for each one that is empty, binary or unreadable.

    ``open_file`` opens the file in another way than as a file or standard input.
    """
    from captions.sources.formats import read_file  # here, because the formats are slow to import

    try:
        with (open_file or _opened)(entry) as stream:
            yield from read_file(stream, entry.name, options or Options())
    except FileNotFoundError:
        yield Unread(entry.name, "deleted before it could be read, or a broken link")
    except PermissionError:
        yield Unread(entry.name, "permission denied")
    except OSError as error:
        yield Unread(entry.name, f"cannot be read: {error.strerror or error}")


def _opened(entry: InputFile) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if entry.path is None else entry.path.open("rb")


def article(source: Source, words: Vocabulary) -> Article:
    """Parse a source as a page or as plain text.

    Facts from the container fill gaps in the article. The container's URL always wins, and so does its headline over
    that of a plain text, which is a guess.
    """
    if source.article is not None:
        return source.article.article
    from captions.page.parser import parse_html  # here, because the HTML parser is slow to import
    from captions.plain.parser import parse_text

    read = parse_html(source.text, source.facts.url, words) if source.page else parse_text(source.text, words)
    return with_facts(read, source)


def parsed(source: Source, words: Vocabulary) -> Article | Unread:
    """Parse a source; return an Unread if it is no article, or if a bug in the parser fails it."""
    from captions.page import page_type

    try:
        found = article(source, words)
    except BaseException as error:
        if os.environ.get("CAPTIONS_TRACEBACK"):
            traceback.print_exc()
        return Unread(source.name, parser_failure(error))
    reason = None if found.captions else page_type.is_no_article(found.notes)
    return Unread(source.name, reason) if reason else found


def explained(source: Source, words: Vocabulary) -> tuple[Article, list[dict[str, object]] | None]:
    """Parse a source as :func:`article` does; with the article of a page, return its pictures' boxes as plain data."""
    if not source.page:
        return article(source, words), None
    from captions.page import explain
    from captions.page.parser import read_page

    read, boxes = read_page(
        source.text, source.facts.url, words, lambda layout: (layout.article, explain.boxes_of(layout))
    )
    return with_facts(read, source), boxes


def with_facts(read: Article, source: Source) -> Article:
    """Return an article with the facts of its container; see :func:`article`."""
    facts = source.facts
    if facts == Facts():
        return read
    return replace(
        read,
        url=facts.url or read.url,
        headline=(read.headline or facts.headline) if source.page else (facts.headline or read.headline),
        published=read.published or facts.published,
        publication=read.publication or facts.publication,
        language=read.language or facts.language,
    )


def read_all(paths: Iterable[str]) -> Iterator[Source | Unread]:
    """Find and read everything under ``paths``; see :func:`find` and :func:`read`."""
    for item in find(paths):
        if isinstance(item, Unread):
            yield item
        else:
            yield from read(item)
