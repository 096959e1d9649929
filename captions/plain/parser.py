"""Parse the plain text of an article: find its captions, and remove them from the text.

Scrapers put each paragraph, caption or credit on a line. Each line is first read by itself
(:mod:`captions.caption.split`); if that does not decide, its neighbors and the rest of the article do.
"""

from __future__ import annotations

from collections.abc import Sequence

from captions.caption import occurrences
from captions.caption.line_shapes import CLOCK
from captions.caption.occurrences import FoundCaption
from captions.lexicon.vocabulary import Vocabulary, default
from captions.model import Article
from captions.plain.finder import Finder
from captions.plain.lines import Line, join, page_of, remaining, split_lines
from captions.plain.unknown_names import candidates
from captions.text import STOPS, has_cjk, printable

# The most passes over the remaining lines, which end when a pass finds nothing; no real text needed more than three.
PASSES = 12


def parse_text(text: str, vocabulary: Vocabulary | None = None) -> Article:
    """Read an article from plain text; no string raises.

    ``"Rain again\\n\\nA dog. (Photo: Jane Doe/AP)\\nIt rained."`` gives text ``"Rain again\\n\\nIt rained."`` and one
    caption, ``A dog.``, of Jane Doe and AP. Spans of occurrences count characters of ``text`` as given.
    """
    words = vocabulary or default()
    lines = split_lines(text, words)
    blocks: list[FoundCaption] = []
    for _ in range(PASSES):
        page = page_of(lines)
        open_ = not blocks or any(line.split is not None or line.label for line in lines) or candidates(page, words)
        if not open_:
            break  # nothing left for another pass
        found = Finder(page, words, text, unknown_names=True).find()
        if not found:
            break
        blocks.extend(found)
        lines = remaining(lines, page)
    captions = occurrences.group(blocks)
    return Article(text=join(text, lines), captions=captions, headline=_headline(text, lines))


def _headline(source: str, lines: Sequence[Line]) -> str | None:
    """Return the first line if it looks like a headline.

    It is short, has more than two words and no period, and a blank line or a longer sentence follows.
    """
    if len(lines) < 3 or not lines[0].text:
        return None
    raw = source[lines[0].start : lines[0].end]
    text = printable(raw).strip()
    if not text or (lines[1].text and (lines[1].text[-1] not in STOPS or len(lines[1].text) <= len(text))):
        return None
    long_enough = len(text.split()) > 2 or (has_cjk(text) and len(text) >= 8)
    if not long_enough or len(text) > 200 or text[-1] in ".。:：,;" or CLOCK.match(text):
        return None
    return text
