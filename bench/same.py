"""Measure how well copies are found: 1,000 generated pictures in 8 variations, and groups among many pictures."""

from __future__ import annotations

import random
import resource
import time
from itertools import product

from PIL import ImageOps

from captions.imaging.duplicates import DuplicateGroups
from captions.imaging.hashing import Hashes, hashes
from tests.imaging.test_hashing import VARIATIONS, saved, scene

PICTURES = 1_000
CROWD = 100_000


def run() -> None:
    """Print recall and precision of the hashes, and time and memory of grouping :data:`CROWD` pictures."""
    begun = time.perf_counter()
    base = [_hashed(saved(scene(n), quality=90)) for n in range(PICTURES)]
    mirrored = [_hashed(saved(ImageOps.mirror(scene(n)))) for n in range(PICTURES)]
    found = false = 0
    shares = []
    for name, vary in VARIATIONS.items():
        varied = [_hashed(vary(scene(n))) for n in range(PICTURES)]
        hits = sum(first.same(second) for first, second in zip(base, varied, strict=True))
        found += hits
        false += sum(x.same(y) for (a, x), (b, y) in product(enumerate(base), enumerate(varied)) if a != b)
        shares.append(f"{name} {hits / PICTURES:.3f}")
    false += sum(x.same(y) for x, y in product(base, mirrored))
    recall, precision = found / (PICTURES * len(VARIATIONS)), found / (found + false)
    print(f"same: recall {recall:.4f} (min. 0.95), precision {precision:.4f} (min. 0.99) for {PICTURES} pictures in "
          f"{len(VARIATIONS) + 1} variations, mirrored ones as negatives: {', '.join(shares)}; "
          f"{time.perf_counter() - begun:.0f} s")  # fmt: skip
    _crowd()


def _hashed(data: bytes) -> Hashes:
    found = hashes(data)
    if found is None:
        raise ValueError("a generated picture has a single tone")
    return found


def _crowd() -> None:
    rng = random.Random(1)  # noqa: S311 - repeatable, no secret
    before, same = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, DuplicateGroups()
    for number in range(1, CROWD + 1):
        same.add(number, rng.getrandbits(64), rng.getrandbits(256))
    begun = time.perf_counter()
    same.join()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"same: groups among {CROWD} pictures in {time.perf_counter() - begun:.1f} s, {grown:.0f} MB")
