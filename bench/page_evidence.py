"""Learn the weights of ``[page-credit]`` and ``[page-caption]`` in ``captions/data/evidence.toml`` from marked pages.

``python -m bench.page_evidence [--write] PAGES.jsonl.gz... [--partly PAGES.jsonl.gz...]`` prints each row's weight in
use and the one learned; ``--write`` puts the learned weights into the table. Each line of a file is a page: ``{"id",
"url", "html", "images": [{"caption", "authors"}], "also": [...]}``. In files behind ``--partly`` some captions and
credits are not marked, so only the lines that are marked count. One sixth of the publishers is left out; score them to
see whether the weights help where they were not learned.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from captions.caption.evidence import weights
from captions.credit.names import house_spellings
from captions.lexicon import tables
from captions.lexicon.vocabulary import default, with_houses
from captions.page import dom, limits
from captions.page.metadata import of_page
from captions.page.parser import boxes_of
from captions.page.slots import Slot
from captions.page.structured import Index
from captions.text import has_cjk

TABLE = Path(__file__).resolve().parents[1] / "captions" / "data" / "evidence.toml"
KINDS = ("page-credit", "page-caption")
_STEPS, _RATE = 300, 0.2
# How strongly a weight is pulled to its prior: as by so many lines of a page with few.
_PULL = 12.0
# The least share of a caption's words that a reading must have, and of a credit's.
_SAME_CAPTION, _SAME_CREDIT = 0.8, 0.6
_SURE_SIGNS = frozenset(("label", "sign", "sure cut", "sure credit"))

Row = tuple[str, str]
"""The name of a table, and that of a row in it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to read a line: the evidence that counts for it, and whether the marks agree with it."""

    rows: tuple[Row, ...]
    is_right: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """The captions and credits that a page's marks name, as sets of words."""

    captions: list[frozenset[str]]
    credits: list[frozenset[str]]


def is_held_back(page: dict[str, Any]) -> bool:
    """Return whether a page's publisher is among those that nothing is learned from."""
    host = urlsplit(page.get("url") or "").netloc.lower().removeprefix("www.")
    publisher = host or str(page["id"]).split("_20")[0]
    return int(hashlib.md5(publisher.encode(), usedforsecurity=False).hexdigest(), 16) % 6 == 3


def lines(page: dict[str, Any], *, partly: bool = False) -> Iterator[list[Choice]]:
    """Yield the choices for each line of text in a box of the page; reading nothing is the first."""
    listed = [*(page.get("images") or ()), *page.get("also", ())]
    marks = Marks(
        [_words(mark["caption"]) for mark in listed if mark.get("caption")],
        [_words(" ".join(mark["authors"])) for mark in listed if mark.get("authors")],
    )
    parsed = dom.parse(limits.bounded(page["html"])[0])
    metadata = of_page(parsed, page.get("url"))
    words = default()
    if metadata.publication:
        words = with_houses(words, house_spellings(metadata.publication))
    boxes, reader = boxes_of(dom.walk(parsed), Index(metadata.pictures), words)
    for box in boxes:
        for line in reader.lines(box):
            found = _choices(reader.slots(line), marks)
            if not partly or _is_marked(found):
                yield found


def _choices(slots: Sequence[Slot], marks: Marks) -> list[Choice]:
    """Return the choices for a line; those are right that find the most of what is marked, and nothing else."""
    rated: list[tuple[tuple[Row, ...], int, bool]] = [((), 0, True)]
    for slot in slots:
        rows: list[Row] = []
        agreeing: list[bool] = []
        if slot.caption_evidence is not None:
            rows += [("page-caption", name) for name in slot.caption_evidence.names]
            agreeing.append(_is_any(_words(slot.caption), marks.captions, _SAME_CAPTION))
        if slot.credit_evidence is not None:
            rows += [("page-credit", name) for name in slot.credit_evidence.names]
            credit = slot.reading.credit if slot.reading is not None else None
            agreeing.append(credit is not None and _is_any(_words(credit.line), marks.credits, _SAME_CREDIT))
        rated.append((tuple(dict.fromkeys(rows)), sum(agreeing), all(agreeing)))
    most = max(count for _, count, agrees in rated if agrees)
    return [Choice(rows, agrees and count == most) for rows, count, agrees in rated]


def _is_marked(choices: Sequence[Choice]) -> bool:
    """Return whether the marks name what a line says, and leave out no credit in it."""
    right = [set(choice.rows) for choice in choices if choice.is_right and choice.rows]
    if any(kind == "page-credit" for rows in right for kind, _ in rows):
        return True
    return bool(right) and not any(name in _SURE_SIGNS for choice in choices for _, name in choice.rows)


def _words(text: str) -> frozenset[str]:
    """Return the words of a text; in scripts without spaces, its characters."""
    return frozenset(re.findall(r"\w", text) if has_cjk(text) else re.findall(r"\w+", text.casefold()))


def _is_any(found: frozenset[str], marked: Sequence[frozenset[str]], least: float) -> bool:
    """Return whether a text shares enough words with any of the marked texts (F1)."""
    return any(found and 2 * len(found & each) >= least * (len(found) + len(each)) for each in marked)


def learned(pages: Sequence[Sequence[list[Choice]]], priors: dict[Row, float]) -> dict[Row, float]:
    """Return the weights under which the right choices win, pulled to the priors; a gallery counts as a few lines.

    The choices for a line compete: the chance of each grows with the exponential of its sum.
    """
    now = {row: priors.get(row, 0.0) for page in pages for line in page for choice in line for row in choice.rows}
    slopes = dict.fromkeys(now, 1e-6)
    for _ in range(_STEPS):
        change = {row: _PULL * (weight - priors.get(row, 0.0)) for row, weight in now.items()}
        for page in pages:
            share = 2 / math.sqrt(max(1, len(page)))
            for line in page:
                _add_errors(line, share, now, change)
        for row, slope in change.items():
            slopes[row] += slope * slope
            now[row] -= _RATE * slope / math.sqrt(slopes[row])
    return now


def _add_errors(line: Sequence[Choice], share: float, now: dict[Row, float], change: dict[Row, float]) -> None:
    sums = [sum(map(now.__getitem__, choice.rows)) for choice in line]
    top = max(sums)
    chances = [math.exp(total - top) for total in sums]
    everything = sum(chances)
    right = sum(chance for chance, choice in zip(chances, line, strict=True) if choice.is_right)
    for chance, choice in zip(chances, line, strict=True):
        error = share * chance * (1 / everything - (1 / right if choice.is_right and right else 0.0))
        for row in choice.rows:
            change[row] += error


def rewritten(table: str, found: dict[Row, float]) -> str:
    """Return the text of ``evidence.toml`` with learned weights; rows that no page has keep theirs."""
    kind = ""
    out = []
    for line in table.split("\n"):
        if head := re.match(r"\[([\w-]+)\]", line):
            kind = head[1]
        row = re.match(r'"?([^"=]+?)"? = \{ weight = ', line)
        weight = found.get((kind, row[1])) if row is not None else None
        out.append(line if weight is None else re.sub(r"weight = -?[\d.]+", f"weight = {weight:.2f}", line, count=1))
    return "\n".join(out)


def _read(paths: Sequence[str], *, partly: bool) -> Iterator[list[list[Choice]]]:
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for page in map(json.loads, file):
                if not is_held_back(page) and page.get("images") is not None:
                    yield list(lines(page, partly=partly))


def main(arguments: Sequence[str]) -> None:
    """Print the weights learned from files of marked pages next to those in use, and write them where asked."""
    paths = [argument for argument in arguments if argument != "--write"]
    cut = paths.index("--partly") if "--partly" in paths else len(paths)
    pages = [*_read(paths[:cut], partly=False), *_read(paths[cut + 1 :], partly=True)]
    priors: dict[Row, float] = {}
    used: dict[Row, float] = {}
    for kind in KINDS:
        used.update({(kind, name): weight for name, weight in weights(kind).items()})
        for name, entry in tables.load("evidence.toml").table(kind).tables().items():
            priors[kind, name] = entry.amount("prior") if "prior" in entry else 0.0
    found = learned(pages, priors)
    print(f"{sum(map(len, pages))} lines of {len(pages)} pages")
    for row, weight in sorted(found.items(), key=lambda item: (item[0][0], -item[1])):
        print(f"{used.get(row, 0.0):7.2f} {weight:7.2f}  [{row[0]}] {row[1]}")
    if "--write" in arguments:
        TABLE.write_text(rewritten(TABLE.read_text("utf-8"), found), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
