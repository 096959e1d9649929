"""Plain text of an article -> Article: its captions found, its text without them.

Lines are the unit: scrapers leave a paragraph, a caption or a credit on a line. Each line is read alone
(:mod:`captions.caption.split`); what that leaves open is decided here by its neighbours and by the article as a whole.
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

# Passes over what is left, until nothing is found: more than three have not been seen in any real text.
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
            break  # nothing left that a further pass could take
        found = Finder(page, words, text, unknown_names=True).find()
        if not found:
            break
        blocks.extend(found)
        lines = remaining(lines, page)
    captions = occurrences.group(blocks)
    return Article(text=join(text, lines), captions=captions, headline=_headline(text, lines))


def _headline(source: str, lines: Sequence[Line]) -> str | None:
    """Return the first line if it looks like a headline.

    It is short, has more than two words and no full stop, and a blank line or a longer sentence follows.
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
