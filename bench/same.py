"""Measure how well copies of generated pictures are found in 8 variations, and how fast groups are found among many."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator
from itertools import product

from PIL import ImageOps

from bench.figures import Row
from bench.setup import Setup
from bench.timing import once
from captions.imaging.duplicates import DuplicateGroups
from captions.imaging.hashing import Hashes, hashes
from tests.imaging.test_hashing import VARIATIONS, saved, scene


def run(setup: Setup) -> Iterator[Row]:
    """Yield recall and precision of the hashes, and time and memory of grouping pictures that all differ."""
    count = setup.sizes.hashed
    base = [_hashed(saved(scene(n), quality=90)) for n in range(count)]
    mirrored = [_hashed(saved(ImageOps.mirror(scene(n)))) for n in range(count)]
    found = 0
    false = sum(x.same(y) for x, y in product(base, mirrored))
    for name, vary in VARIATIONS.items():
        varied = [_hashed(vary(scene(n))) for n in range(count)]
        hits = sum(first.same(second) for first, second in zip(base, varied, strict=True))
        false += sum(x.same(y) for (a, x), (b, y) in product(enumerate(base), enumerate(varied)) if a != b)
        found += hits
        yield Row(f"recall, {name}", hits / count, "of 1")
    yield Row("recall of all variations", found / (count * len(VARIATIONS)), "of 1", "limit", 0.95, least=1)
    yield Row("precision, mirrored pictures included", found / (found + false), "of 1", "limit", 0.99, least=1)
    yield from _crowd(setup.sizes.crowd)


def _hashed(data: bytes) -> Hashes:
    found = hashes(data)
    if found is None:
        raise ValueError("a generated picture has a single tone")
    return found


def _crowd(count: int) -> Iterator[Row]:
    rng = random.Random(1)  # noqa: S311 - repeatable, no secret
    before, same = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, DuplicateGroups()
    for number in range(1, count + 1):
        same.add(number, rng.getrandbits(64), rng.getrandbits(256))
    yield Row(f"groups among {count:,} pictures", once(same.join, time.process_time), "s of CPU")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    yield Row(f"memory of groups among {count:,} pictures", grown, "MB")
