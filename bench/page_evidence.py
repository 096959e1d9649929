"""Learn the weights of ``[page-credit]`` and ``[page-caption]`` in ``captions/data/evidence.toml`` from marked pages.

``python -m bench.page_evidence PAGES.jsonl.gz...`` prints the current and the learned weight of each row. Each line of
a file is a page: ``{"id", "html", "images": [{"caption", "authors"}], "also": [...]}``. A third of the publishers are
held out; score them to test the learned weights on other pages.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from captions.caption.evidence import weights
from captions.lexicon import tables
from captions.lexicon.vocabulary import default
from captions.page import dom, limits
from captions.page.parser import boxes_of
from captions.page.slots import Slot
from captions.text import match_key

_STEPS, _RATE, _PULL = 400, 0.2, 1.0


@dataclass(frozen=True, slots=True)
class Example:
    """The evidence for one reading, and whether the marks say that it is right."""

    page: str
    names: tuple[str, ...]
    is_right: bool


def is_held_out(page: dict[str, Any]) -> bool:
    """Return whether a page's publisher is in the third that is held out for testing."""
    host = urlsplit(page.get("url") or "").netloc.lower().removeprefix("www.")
    publisher = host or str(page["id"]).split("_20")[0]
    return int(hashlib.md5(publisher.encode(), usedforsecurity=False).hexdigest(), 16) % 3 == 0


def examples(page: dict[str, Any], kind: str) -> Iterator[Example]:
    """Yield the readings of a page's lines as credits or as captions."""
    marks = [*(page.get("images") or ()), *page.get("also", ())]
    captions = {match_key(mark.get("caption") or "") for mark in marks} - {""}
    owed = {match_key(name) for mark in marks for name in mark.get("authors") or ()} - {""}
    tree = dom.walk(dom.parse(limits.bounded(page["html"])[0]))
    boxes, reader = boxes_of(tree, default())
    for box in boxes:
        for line in reader.lines(box):
            for slot in reader.slots(box, line):
                found = slot.credit_evidence if kind == "page-credit" else slot.caption_evidence
                if found is not None:
                    is_right = _is_credit(slot, owed) if kind == "page-credit" else match_key(slot.caption) in captions
                    yield Example(str(page["id"]), found.names, is_right)


def _is_credit(slot: Slot, owed: set[str]) -> bool:
    credit = slot.reading.credit if slot.reading is not None else None
    if credit is None:
        return False
    named = {match_key(name) for name in (*credit.creators, *credit.agencies, credit.line)}
    return bool(named & owed)


def learned(found: Sequence[Example], priors: dict[str, float]) -> dict[str, float]:
    """Return the weights that explain the examples best, pulled towards the priors; a gallery counts as a few lines."""
    sizes = Counter(example.page for example in found)
    now = {name: priors.get(name, 0.0) for example in found for name in example.names}
    slopes = dict.fromkeys(now, 1e-6)
    for _ in range(_STEPS):
        change = {name: _PULL * (weight - priors.get(name, 0.0)) for name, weight in now.items()}
        for example in found:
            names = set(example.names)
            odds = max(-30.0, min(30.0, sum(now[name] for name in names)))
            error = (1 / (1 + math.exp(-odds)) - example.is_right) / math.sqrt(sizes[example.page])
            for name in names:
                change[name] += error
        for name, slope in change.items():
            slopes[name] += slope * slope
            now[name] -= _RATE * slope / math.sqrt(slopes[name])
    return now


def main(paths: Sequence[str]) -> None:
    """Print the weights learned from files of marked pages next to those in use."""
    pages: list[dict[str, Any]] = []
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            pages += [page for line in file if not is_held_out(page := json.loads(line))]
    for kind in ("page-credit", "page-caption"):
        found = [example for page in pages for example in examples(page, kind)]
        rows = tables.load("evidence.toml").table(kind).tables()
        used = weights(kind)
        priors = {name: row.amount("prior") if "prior" in row else 0.0 for name, row in rows.items()}
        print(
            f"[{kind}] {len(found)} readings of {len(pages)} pages, {sum(reading.is_right for reading in found)} right"
        )
        for name, weight in sorted(learned(found, priors).items(), key=lambda pair: -pair[1]):
            print(f"{used.get(name, 0.0):7.2f} {weight:7.2f}  {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
