"""Read pages and texts that people drop on the desk, in a process with limits: no page can tie up the desk."""

from __future__ import annotations

import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from captions.errors import InputError
from captions.ingest.reading import ReaderProcess
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Article
from captions.processes.limits import Limits
from captions.sources import InputFile, Source, Unread, article

SECONDS = 10.0
"""How long reading one article may take."""
_MOST_ITEMS = 4
"""Articles and failures after which a file is not read any further: it is an archive."""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A run of an article's text as printed; ``caption`` is the number of the caption it belongs to, from 1, or 0."""

    text: str
    caption: int = 0


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article with the text it was read from, cut into what stays and what is removed."""

    article: Article
    blocks: tuple[TextBlock, ...]
    clean: str
    digest: str
    page: bool = False
    """Whether it is a page, whose blocks are joined by blank lines and not by the characters in the file."""
    notes: tuple[str, ...] = ()

    @property
    def removed(self) -> list[int]:
        """Return the places of the removed blocks."""
        return [at for at, block in enumerate(self.blocks) if block.caption]

    def restored(self, places: frozenset[int]) -> str:
        """Return the text with the removed blocks at these places: without any, the clean text.

        With all of them, it is the text as printed, byte for byte.
        """
        if not places & set(self.removed):
            return self.clean
        left = [block.text for at, block in enumerate(self.blocks) if not block.caption or at in places]
        return "\n\n".join(left) + "\n" if self.page else "".join(left)


class PageReader:
    """A process that reads one article after the other for all who use the desk."""

    def __init__(self, words: Vocabulary, seconds: float = SECONDS) -> None:
        """Prepare to read."""
        work = partial(read_article, words=words)
        self._process: ReaderProcess[ReadArticle] = ReaderProcess(Limits(seconds), work=work)
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Start the process now, before the desk has any connection that it would inherit."""
        with tempfile.NamedTemporaryFile(suffix=".txt") as file:
            file.write(b"Rain\n\nIt rained all day.\n")
            file.flush()
            with suppress(InputError):
                self._read(Path(file.name), "start.txt")
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._process.__exit__()

    def read_bytes(self, data: bytes, name: str) -> ReadArticle:
        """Read the article in a file's bytes; raise InputError if there is none, or it takes too long."""
        # The extension may decide how the file is read; nothing else of the name is used.
        suffix = Path(name).suffix[:10] if Path(name).suffix[1:].isalnum() else ""
        with tempfile.NamedTemporaryFile(suffix=suffix) as file:
            file.write(data)
            file.flush()
            return self._read(Path(file.name), name)

    def read_file(self, path: Path) -> ReadArticle:
        """Read the article in a file; raise InputError likewise."""
        return self._read(path, str(path))

    def _read(self, path: Path, name: str) -> ReadArticle:
        items: list[ReadArticle | Unread] = []
        with self._lock:
            for item in self._process.read(InputFile(name, path, path.stat().st_size)):
                items.append(item.result)
                if len(items) > _MOST_ITEMS:
                    self._process.__exit__()  # or it goes on with the rest; another starts with the next file
                    break
        found = [item for item in items if isinstance(item, ReadArticle)]
        if len(found) > 1:
            raise InputError("the file contains several articles; ingest it with: captions ingest FILE")
        if not found:
            reasons = [item.reason for item in items if isinstance(item, Unread)]
            raise InputError(reasons[0] if reasons else "there is no article in it")
        return found[0]


def read_article(source: Source, words: Vocabulary) -> ReadArticle:
    """Read an article with its blocks; raise InputError if a page has none."""
    from captions.clean import clean
    from captions.page import page_type

    if source.page:
        found = _of_page(source, words)
    else:
        read = article(source, words)
        text = clean(read, source=source.text, vocabulary=words)
        found = ReadArticle(read, _of_text(source.text, read), text, source.digest)
    if not found.article.captions and (no_article := page_type.is_no_article(found.article.notes)):
        raise InputError(no_article)
    return found


def _of_text(text: str, read: Article) -> tuple[TextBlock, ...]:
    """Cut a text at the places of its captions: joined, the blocks are the text."""
    spans = sorted(
        (it.start, it.end, number)
        for number, caption in enumerate(read.captions, 1)
        for it in caption.occurrences
        if it.start is not None and it.end is not None
    )
    blocks, at = [], 0
    for start, end, number in spans:
        if start < at:
            continue  # two captions in one span: the first shows it
        if start > at:
            blocks.append(TextBlock(text[at:start]))
        blocks.append(TextBlock(text[start:end], number))
        at = end
    if at < len(text):
        blocks.append(TextBlock(text[at:]))
    return tuple(blocks)


def _of_page(source: Source, words: Vocabulary) -> ReadArticle:
    from captions.clean import of_layout
    from captions.page.parser import Layout, read_page
    from captions.sources import with_facts

    def then(layout: Layout) -> ReadArticle:
        staying = [(block.number, 0, 0, TextBlock(block.text)) for block in layout.text_blocks]
        removed = [
            (place, 1, number, TextBlock(it.text, number))
            for number, (caption, place) in enumerate(zip(layout.article.captions, layout.places, strict=True), 1)
            for it in caption.occurrences
        ]
        ordered = sorted([*staying, *removed], key=lambda row: row[:3])
        text = of_layout(layout, "text", "drop", words)
        blocks = tuple(block for *_, block in ordered)
        return ReadArticle(with_facts(layout.article, source), blocks, text, source.digest, page=True)

    return read_page(source.text, source.facts.url, words, then)
