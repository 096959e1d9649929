"""The same picture again: 1,000 made pictures in 8 variations, and how many are the same among many."""

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
    """Recall and precision of the hashes, and time and memory of finding the groups of :data:`CROWD` pictures."""
    begun = time.perf_counter()
    base = [_hashed(saved(scene(n), quality=90)) for n in range(PICTURES)]
    mirrored = [_hashed(saved(ImageOps.mirror(scene(n)))) for n in range(PICTURES)]
    found = false = 0
    shares = []
    for name, vary in VARIATIONS.items():
        varied = [_hashed(vary(scene(n))) for n in range(PICTURES)]
        hits = sum(one.same(other) for one, other in zip(base, varied, strict=True))
        found += hits
        false += sum(one.same(other) for (a, one), (b, other) in product(enumerate(base), enumerate(varied)) if a != b)
        shares.append(f"{name} {hits / PICTURES:.3f}")
    false += sum(one.same(other) for one, other in product(base, mirrored))
    recall, precision = found / (PICTURES * len(VARIATIONS)), found / (found + false)
    print(f"same: recall {recall:.4f} (0.95 asked), precision {precision:.4f} (0.99 asked) of {PICTURES} pictures in "
          f"{len(VARIATIONS) + 1} variations, mirrored ones as negatives: {', '.join(shares)}; "
          f"{time.perf_counter() - begun:.0f} s")  # fmt: skip
    _crowd()


def _hashed(data: bytes) -> Hashes:
    found = hashes(data)
    if found is None:
        raise ValueError("a made picture shows a single tone")
    return found


def _crowd() -> None:
    rng = random.Random(1)  # noqa: S311 - pictures, no secrets
    before, same = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, DuplicateGroups()
    for number in range(1, CROWD + 1):
        same.add(number, rng.getrandbits(64), rng.getrandbits(256))
    begun = time.perf_counter()
    same.join()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"same: groups among {CROWD} pictures in {time.perf_counter() - begun:.1f} s, {grown:.0f} MB")
