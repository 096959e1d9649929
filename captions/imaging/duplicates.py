"""Group all stored pictures that are the same, in little memory: 170 MB for a million."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from captions.imaging.hashing import BAND_BITS, BANDS, NEAR, SURE, hamming, near_band

_VALUES = 1 << BAND_BITS
_PHASH = 32  # bytes
# At most this many pictures with an equal dHash (plain backgrounds, blank pages) are compared with each other.
_MOST_ALIKE = 2_000


class DuplicateGroups:
    """Groups of equal pictures, by their hashes and by other evidence.

    Add picture numbers in ascending order, call :meth:`join`, then look up groups. The arrays take 60 MB for a million
    pictures, and 110 MB more during the comparison, which takes six minutes.
    """

    def __init__(self) -> None:
        """Start with no pictures."""
        self._numbers = array("q")
        self._dhashes = array("Q")
        self._phashes = bytearray()
        self._hashed = array("I")  # places among the numbers
        self._leaders = array("I")
        self._hash_leaders = array("I")  # the leaders by hashes only
        self._members: dict[int, list[int]] = {}

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self._numbers)

    def add(self, number: int, dhash: int | None, phash: int | None) -> None:
        """Add a picture, whose number must be higher than all earlier ones."""
        if dhash is not None and phash is not None:
            self._hashed.append(len(self._numbers))
            self._dhashes.append(dhash)
            self._phashes += phash.to_bytes(_PHASH, "big")
        self._leaders.append(len(self._numbers))
        self._numbers.append(number)

    def join(self, others: Iterable[Iterable[int]] = ()) -> None:
        """Group pictures with similar hashes, and then the numbers in each of ``others``, known to be equal."""
        # If two hashes differ in 10 bits, one of three bands differs in at most 2 bits, or the fourth in at most 1.
        near = list(near_band(0))
        for at in range(BANDS):
            self._join_band(BAND_BITS * at, near if at else near[: BAND_BITS + 1])
        self._hash_leaders = array("I", map(self._root, range(len(self._leaders))))
        for numbers in others:
            first, *more = map(self._place, numbers)
            for place in more:
                self._unite(first, place)
        for place in range(len(self._leaders)):
            if (leader := self._root(place)) != place:
                self._members.setdefault(leader, [leader]).append(place)

    def _join_band(self, shift: int, masks: Sequence[int]) -> None:
        """Compare all pictures whose hashes differ in one band by one of these masks."""
        buckets: dict[int, list[int]] = {}
        for at, dhash in enumerate(self._dhashes):
            buckets.setdefault(dhash >> shift & (_VALUES - 1), []).append(at)
        for value, own in buckets.items():
            if len(own) > _MOST_ALIKE:
                buckets[value] = self._without_crowds(own)
        hashes = {value: [self._dhashes[at] for at in own] for value, own in buckets.items()}
        for value, own in buckets.items():
            # Each pair of values is visited once; within a value, each pair of pictures is visited from both sides.
            others = [other for mask in masks if (other := value ^ mask) >= value and other in buckets]
            near = [dhash for other in others for dhash in hashes[other]]
            for at, dhash in zip(own, hashes[value], strict=True):
                if len([1 for other in near if (other ^ dhash).bit_count() <= NEAR]) > 1:  # the picture itself counts
                    places = [place for other in others for place in buckets[other]]
                    for place, other in zip(places, near, strict=True):
                        if place != at and hamming(other, dhash) <= NEAR:
                            self._compare(at, place)

    def _without_crowds(self, places: list[int]) -> list[int]:
        """Return the pictures to compare; in a crowd with the same dHash, the rest are compared with the first only."""
        crowd: dict[int, list[int]] = {}
        for at in places:
            crowd.setdefault(self._dhashes[at], []).append(at)
        few = []
        for same in crowd.values():
            few += same[:_MOST_ALIKE]
            for at in same[_MOST_ALIKE:]:
                self._compare(same[0], at)
        return sorted(few)

    def _compare(self, first: int, other: int) -> None:
        a, b = self._root(self._hashed[first]), self._root(self._hashed[other])
        if a == b:
            return
        if hamming(self._phash(first), self._phash(other)) <= SURE:
            self._unite(a, b)

    def _phash(self, at: int) -> int:
        return int.from_bytes(self._phashes[_PHASH * at : _PHASH * (at + 1)], "big")

    def _unite(self, first: int, other: int) -> None:
        a, b = sorted((self._root(first), self._root(other)))
        self._leaders[b] = a

    def _root(self, place: int) -> int:
        leaders = self._leaders
        while leaders[place] != place:
            leaders[place] = leaders[leaders[place]]
            place = leaders[place]
        return place

    def _place(self, number: int) -> int:
        at = bisect_left(self._numbers, number)
        if at == len(self._numbers) or self._numbers[at] != number:
            raise KeyError(number)
        return at

    def group(self, number: int) -> tuple[int, ...]:
        """Return all pictures equal to this one, including itself, sorted."""
        leader = self._root(self._place(number))
        return tuple(self._numbers[place] for place in self._members.get(leader, (leader,)))

    def groups(self) -> Iterator[tuple[int, ...]]:
        """Yield the groups of two or more pictures, sorted by their first numbers."""
        for leader in sorted(self._members):
            yield tuple(self._numbers[place] for place in self._members[leader])

    def are_equal(self, numbers: Iterable[int]) -> bool:
        """Return whether all these are the same picture."""
        return len({self._root(self._place(number)) for number in numbers}) == 1

    def look_the_same(self, first: int, other: int) -> bool:
        """Return whether hashes connect two pictures, directly or through other pictures."""
        return self._hash_leaders[self._place(first)] == self._hash_leaders[self._place(other)]
