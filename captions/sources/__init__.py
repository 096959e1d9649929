"""Paths -> articles: files, folders, archives and standard input, each article read or failed with a reason.

A bad file never stops the rest, nor a bad record the rest of its file: it comes out as an :class:`Unread`, and the
audit reports it as CR901. What kinds of files there are is told by :mod:`captions.sources.formats`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from captions.lexicon.vocabulary import Vocabulary
from captions.model import Article
from captions.sources.paths import SUFFIXES, find
from captions.sources.source import STDIN, Entry, Facts, Source, Unread

__all__ = ["STDIN", "SUFFIXES", "Entry", "Facts", "Source", "Unread", "article", "find", "read", "read_all"]


def read(
    entry: Entry, names: tuple[tuple[str, str], ...] = (), opened: Callable[[BinaryIO], object] | None = None
) -> Iterator[Source | Unread]:
    """The articles of one file; an Unread for each that is empty, binary, holds no article, or cannot be opened.

    ``names`` are the user's own of a record's fields, ``(("text", "body"),)``; the usual ones need none. ``opened`` is
    called with the file once it is open: its ``tell()`` says how far the reading is.
    """
    from captions.sources.formats import read_file  # where it is needed: all the formats take a while to load

    try:
        if entry.path is None:
            yield from read_file(sys.stdin.buffer, entry.name, names)
        else:
            with entry.path.open("rb") as stream:
                if opened is not None:
                    opened(stream)
                yield from read_file(stream, entry.name, names)
    except FileNotFoundError:
        yield Unread(entry.name, "vanished before it could be read, or is a link to nothing")
    except PermissionError:
        yield Unread(entry.name, "no permission to read it")
    except OSError as error:
        yield Unread(entry.name, f"cannot be read: {error.strerror or error}")


def article(source: Source, words: Vocabulary) -> Article:
    """The article that a source holds, read as a page or as plain text.

    What its container tells of it fills what the article does not say itself; its address the container knows better,
    and of a plain text, whose headline is a guess, the headline too.
    """
    from captions.page.parser import parse_html  # where it is needed: a tree's library takes a while to load
    from captions.plain.parser import parse_text

    told = source.told
    read = parse_html(source.text, told.url, words) if source.page else parse_text(source.text, words)
    if told == Facts():
        return read
    return replace(
        read,
        url=told.url or read.url,
        headline=(read.headline or told.headline) if source.page else (told.headline or read.headline),
        published=read.published or told.published,
        publication=read.publication or told.publication,
        language=read.language or told.language,
    )


def read_all(paths: Iterable[str], names: tuple[tuple[str, str], ...] = ()) -> Iterator[Source | Unread]:
    """Finds and reads; see :func:`find` and :func:`read`."""
    for item in find(paths):
        if isinstance(item, Unread):
            yield item
        else:
            yield from read(item, names)
