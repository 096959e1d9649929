"""Whether two captions are nearly the same, and whether one is long enough to identify a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from captions.text import has_cjk

# A caption shorter than this is shared by pictures that have nothing in common: `The prime minister`.
# In words and characters; of text without spaces, in characters.
FEWEST_WORDS, FEWEST_CHARACTERS, FEWEST_CJK = 5, 25, 12


# Two captions that share this much of their words are left for a person.
NEARLY = 0.9


# Of more captions than these in an article it is left to the audit whether any are near: each is compared with each.
MANY = 200


def is_telling(key: str) -> bool:
    """Return whether a match key is long enough that two pictures hardly share it by chance."""
    if has_cjk(key):
        return len(key) >= FEWEST_CJK
    return len(key) >= FEWEST_CHARACTERS and key.count(" ") + 1 >= FEWEST_WORDS


def near_pairs(keys: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Return the places of match keys that are nearly but not exactly the same, in pairs; for equal keys see CR201."""
    bags = [(at, key, _bag(key)) for at, key in enumerate(keys) if is_telling(key)]
    for (first, key, bag), (second, other_key, other_bag) in combinations(bags, 2):
        most, least = max(bag.total(), other_bag.total()), min(bag.total(), other_bag.total())
        if key == other_key or 2 * least / (most + least) < NEARLY:
            continue
        if 2 * (bag & other_bag).total() / (most + least) >= NEARLY:
            yield first, second


def may_be_near(keys: Sequence[str]) -> bool:
    """Return whether two of these match keys may be nearly the same: quick, and never wrong where the answer is no.

    The store keeps it of each article, so that an audit need not ask again: a rule that finds more needs a migration
    that forgets it.
    """
    if len(keys) > MANY:
        return True
    bags = [(len(parts), set(parts)) for parts in map(_parts, keys) if parts]
    for (count, words), (other_count, others) in combinations(bags, 2):
        least = NEARLY / 2 * (count + other_count) - 1e-6  # a product may be rounded up
        # Each word of one that is not in the other is missing from what they share.
        if count >= least and other_count >= least and count - len(words) + len(words & others) >= least:
            return True
    return False


def _bag(key: str) -> Counter[str]:
    return Counter(_parts(key))


def _parts(key: str) -> list[str]:
    """Return the words of a key; of text without spaces, its pairs of characters."""
    if has_cjk(key):
        solid = key.replace(" ", "")
        return [solid[at : at + 2] for at in range(len(solid) - 1)]
    return key.split()
