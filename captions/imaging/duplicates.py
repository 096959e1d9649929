"""Which pictures are the same, of all that are stored, in little memory: 170 MB for a million."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from captions.imaging.hashing import BAND_BITS, BANDS, NEAR, SURE, hamming, near_band

_VALUES = 1 << BAND_BITS
_PHASH = 32  # bytes
# Pictures with one dHash (plain backgrounds, blank pages) that are compared each with each.
_MOST_ALIKE = 2_000


class Same:
    """Groups of pictures: by their hashes, and by what else says that they are one.

    Numbers of pictures are added in rising order; then :meth:`join` compares the hashes, and groups can be asked for.
    All stands in arrays: of a million pictures 60 MB, and 110 MB more while they are compared, which takes six minutes.
    """

    def __init__(self) -> None:
        """Knows no picture yet."""
        self._numbers = array("q")
        self._dhashes = array("Q")
        self._phashes = bytearray()
        self._hashed = array("I")  # places among the numbers
        self._leaders = array("I")
        self._looks = array("I")  # the leaders before ids were asked
        self._members: dict[int, list[int]] = {}

    def __len__(self) -> int:
        """Gives how many pictures there are."""
        return len(self._numbers)

    def add(self, number: int, dhash: int | None, phash: int | None) -> None:
        """Takes a picture; its number must be higher than those before it."""
        if dhash is not None and phash is not None:
            self._hashed.append(len(self._numbers))
            self._dhashes.append(dhash)
            self._phashes += phash.to_bytes(_PHASH, "big")
        self._leaders.append(len(self._numbers))
        self._numbers.append(number)

    def join(self, others: Iterable[Iterable[int]] = ()) -> None:
        """Puts together what looks the same; then the numbers in each of ``others``, which are one by what they say."""
        # Of two hashes that differ in 10 bits, one of three bands differs in 2 at most, or the fourth in 1.
        near = list(near_band(0))
        for at in range(BANDS):
            self._join_band(BAND_BITS * at, near if at else near[: BAND_BITS + 1])
        self._looks = array("I", map(self._root, range(len(self._leaders))))
        for numbers in others:
            first, *more = map(self._place, numbers)
            for place in more:
                self._unite(first, place)
        for place in range(len(self._leaders)):
            if (leader := self._root(place)) != place:
                self._members.setdefault(leader, [leader]).append(place)

    def _join_band(self, shift: int, masks: Sequence[int]) -> None:
        """Compares all pictures whose hashes differ in one band in the bits of one of these masks."""
        buckets: dict[int, list[int]] = {}
        for at, dhash in enumerate(self._dhashes):
            buckets.setdefault(dhash >> shift & (_VALUES - 1), []).append(at)
        for value, own in buckets.items():
            if len(own) > _MOST_ALIKE:
                buckets[value] = self._without_crowds(own)
        hashes = {value: [self._dhashes[at] for at in own] for value, own in buckets.items()}
        for value, own in buckets.items():
            # Each pair of values once; of one value, each pair of pictures is looked at from both sides.
            others = [other for mask in masks if (other := value ^ mask) >= value and other in buckets]
            near = [dhash for other in others for dhash in hashes[other]]
            for at, dhash in zip(own, hashes[value], strict=True):
                if len([1 for other in near if (other ^ dhash).bit_count() <= NEAR]) > 1:  # itself is one
                    places = [place for other in others for place in buckets[other]]
                    for place, other in zip(places, near, strict=True):
                        if place != at and hamming(other, dhash) <= NEAR:
                            self._compare(at, place)

    def _without_crowds(self, places: list[int]) -> list[int]:
        """The pictures of which not thousands have the same dHash; of those that have, the others meet the first."""
        crowd: dict[int, list[int]] = {}
        for at in places:
            crowd.setdefault(self._dhashes[at], []).append(at)
        kept = []
        for same in crowd.values():
            kept += same[:_MOST_ALIKE]
            for at in same[_MOST_ALIKE:]:
                self._compare(same[0], at)
        return sorted(kept)

    def _compare(self, one: int, other: int) -> None:
        a, b = self._root(self._hashed[one]), self._root(self._hashed[other])
        if a == b:
            return
        if hamming(self._phash(one), self._phash(other)) <= SURE:
            self._unite(a, b)

    def _phash(self, at: int) -> int:
        return int.from_bytes(self._phashes[_PHASH * at : _PHASH * (at + 1)], "big")

    def _unite(self, one: int, other: int) -> None:
        a, b = sorted((self._root(one), self._root(other)))
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
        """All pictures that are the same as this one, itself too; sorted."""
        leader = self._root(self._place(number))
        return tuple(self._numbers[place] for place in self._members.get(leader, (leader,)))

    def groups(self) -> Iterator[tuple[int, ...]]:
        """The groups of two pictures and more, by their first numbers."""
        for leader in sorted(self._members):
            yield tuple(self._numbers[place] for place in self._members[leader])

    def one(self, numbers: Iterable[int]) -> bool:
        """Whether these are all one picture."""
        return len({self._root(self._place(number)) for number in numbers}) == 1

    def look_the_same(self, one: int, other: int) -> bool:
        """Whether two pictures are one by their hashes, or by those of others between them."""
        return self._looks[self._place(one)] == self._looks[self._place(other)]
