"""Compare captions: whether two are nearly the same, and whether a caption is long enough to identify a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from captions.text import has_cjk

# Unrelated pictures share captions shorter than this (`The prime minister`): in words and characters, or, for text
# without spaces, in characters.
FEWEST_WORDS, FEWEST_CHARACTERS, FEWEST_CJK = 5, 25, 12


# A person should look at two captions that share this much of their words.
NEARLY = 0.9


# With more captions in an article, leave the comparison of each with each to the audit.
MANY = 200


def is_telling(key: str) -> bool:
    """Return whether a match key is so long that two pictures rarely share it by chance."""
    if has_cjk(key):
        return len(key) >= FEWEST_CJK
    return len(key) >= FEWEST_CHARACTERS and key.count(" ") + 1 >= FEWEST_WORDS


def near_pairs(keys: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield pairs of indexes of match keys that are nearly but not exactly the same; CR201 handles equal keys."""
    bags = [(at, key, _bag(key)) for at, key in enumerate(keys) if is_telling(key)]
    for (first, key, bag), (second, other_key, other_bag) in combinations(bags, 2):
        most, least = max(bag.total(), other_bag.total()), min(bag.total(), other_bag.total())
        if key == other_key or 2 * least / (most + least) < NEARLY:
            continue
        if 2 * (bag & other_bag).total() / (most + least) >= NEARLY:
            yield first, second


def may_be_near(keys: Sequence[str]) -> bool:
    """Return whether two of these match keys may be nearly the same; a fast test whose False is always right.

    The store saves the result for each article, so that an audit need not compare again. A rule that finds more pairs
    needs a migration that clears the saved results.
    """
    if len(keys) > MANY:
        return True
    bags = [(len(parts), set(parts)) for parts in map(_parts, keys) if parts]
    for (count, words), (other_count, others) in combinations(bags, 2):
        least = NEARLY / 2 * (count + other_count) - 1e-6  # the product may be rounded up
        # They cannot share the words that only the first has.
        if count >= least and other_count >= least and count - len(words) + len(words & others) >= least:
            return True
    return False


def _bag(key: str) -> Counter[str]:
    return Counter(_parts(key))


def _parts(key: str) -> list[str]:
    """Return the words of a key or, for text without spaces, its pairs of characters."""
    if has_cjk(key):
        solid = key.replace(" ", "")
        return [solid[at : at + 2] for at in range(len(solid) - 1)]
    return key.split()
