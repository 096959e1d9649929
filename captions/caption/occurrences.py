"""Group the occurrences of each caption."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from captions.credit.compare import Relation, named, parties
from captions.credit.parser import Reading
from captions.model import Caption, Credit, Occurrence
from captions.text import is_cut, match_key, name_key, tidy, without_ellipsis

# An abridged occurrence must share this many characters with the whole caption; fewer may match by chance.
SHORTEST_CUT = 12
# Compare an occurrence with at most this many captions in the same words; an article has one or two.
MOST_COMPARED = 40


@dataclass(frozen=True, slots=True)
class FoundCaption:
    """An occurrence as found: its caption, its credit if any, and its place."""

    caption: str
    reading: Reading | None
    occurrence: Occurrence
    rule: str
    order: int
    """The number of its first line, which orders the blocks."""
    images: tuple[str, ...] = ()
    data_credit: Credit | None = None
    """The credit in the page's structured data, if it differs from the printed credit."""
    pictures: frozenset[str] = frozenset()
    """Keys of its pictures, the same for every URL of a picture. The same line under two pictures is two uses."""


@dataclass(slots=True)
class _Group:
    key: str
    caption: str
    credit: Credit | None
    blocks: list[FoundCaption]
    pictures: set[str]

    def shows(self, block: FoundCaption) -> bool:
        """Return whether a block can belong to the same picture."""
        return not self.pictures or not block.pictures or not self.pictures.isdisjoint(block.pictures)

    def add(self, block: FoundCaption) -> None:
        """Add an occurrence."""
        self.blocks.append(block)
        self.pictures |= block.pictures


def group(blocks: Iterable[FoundCaption]) -> tuple[Caption, ...]:
    """Group the occurrences of each caption, in the order of the first occurrences.

    Two whole occurrences are the same caption if their texts differ only in case, quotes and spaces and their credits
    do not name different parties; the fullest credit is used. An occurrence without a credit, or abridged with an
    ellipsis, joins the caption that it begins.
    """
    ordered = sorted(blocks, key=lambda b: b.order)
    groups: list[_Group] = []
    by_key: dict[str, list[_Group]] = {}
    by_picture: dict[tuple[str, str], _Group] = {}
    loose: list[FoundCaption] = []
    for block in ordered:
        if block.reading is None or is_cut(block.caption):
            loose.append(block)
            continue
        found = _add_whole(block, groups, by_key)
        by_picture |= {(found.key, picture): found for picture in block.pictures}
    starts = _by_start(groups)
    for block in loose:
        known = _of_loose(block, by_key, by_picture, starts)
        if known is not None:
            known.add(block)
            if known.credit is None and block.reading is not None:
                known.credit = block.reading.credit
        else:
            known = _add_whole(block, groups, by_key)
        by_picture |= {(known.key, picture): known for picture in block.pictures}
    groups.sort(key=lambda g: min(b.order for b in g.blocks))
    return tuple(_caption(g) for g in groups)


def _add_whole(block: FoundCaption, groups: list[_Group], by_key: dict[str, list[_Group]]) -> _Group:
    """Add a block to its group, or to a new one; return the group."""
    key = match_key(block.caption)
    credit = block.reading.credit if block.reading else None
    # Credits without captions belong together only if their lines are the same.
    place = key or (f"\n{name_key(credit.line)}" if credit else "")
    for known in by_key.get(place, ())[-MOST_COMPARED:]:
        if _agree(known.credit, credit) and known.shows(block):
            known.add(block)
            if credit and (known.credit is None or _weight(credit) > _weight(known.credit)):
                known.credit = credit
            return known
    new = _Group(key, block.caption, credit, [block], set(block.pictures))
    groups.append(new)
    by_key.setdefault(place, []).append(new)
    return new


def _agree(left: Credit | None, right: Credit | None) -> bool:
    """Return whether two credits can be for the same picture: the same line, or one names all parties of the other."""
    if left is None or right is None:
        return True
    if name_key(left.line) == name_key(right.line):
        return True
    return bool(named(left) and named(right)) and parties(left, right) is not Relation.DIFFERENT


def _weight(credit: Credit) -> int:
    return len(credit.creators) + len(credit.agencies)


def _by_start(groups: Iterable[_Group]) -> list[tuple[str, int, _Group]]:
    """Return the groups sorted by key, so that all that begin with the same text are adjacent."""
    return sorted((known.key, n, known) for n, known in enumerate(groups))


def _of_loose(
    block: FoundCaption,
    by_key: dict[str, list[_Group]],
    by_picture: dict[tuple[str, str], _Group],
    starts: list[tuple[str, int, _Group]],
) -> _Group | None:
    """Return the group of a block that is abridged or has no credit, or None."""
    if is_cut(block.caption):
        return cut_of(block.caption, starts, block.reading.credit if block.reading else None)
    key = match_key(block.caption)
    for picture in sorted(block.pictures):
        if known := by_picture.get((key, picture)):
            return known
    return next((known for known in by_key.get(key, ())[:MOST_COMPARED] if known.shows(block)), None)


def cut_of(text: str, starts: list[tuple[str, int, _Group]], credit: Credit | None = None) -> _Group | None:
    """Return the caption that begins with a text abridged with an ellipsis."""
    key = match_key(without_ellipsis(text))
    if len(key) < SHORTEST_CUT:
        return None
    place = bisect_left(starts, (key,))
    for start, _, known in starts[place : place + MOST_COMPARED]:
        if not start.startswith(key):
            break
        if _agree(known.credit, credit):
            return known
    return None


def begins_any(text: str, keys: Sequence[str]) -> bool:
    """Return whether any of the sorted keys begins with a text abridged with an ellipsis."""
    key = match_key(without_ellipsis(text))
    place = bisect_left(keys, key)
    return len(key) >= SHORTEST_CUT and place < len(keys) and keys[place].startswith(key)


def _caption(found: _Group) -> Caption:
    blocks = sorted(found.blocks, key=lambda b: b.order)
    images = tuple(dict.fromkeys(i for b in blocks for i in b.images))
    return Caption(
        text=tidy(found.caption),
        credit=found.credit,
        occurrences=tuple(b.occurrence for b in blocks),
        images=images,
        rule=found.blocks[0].rule,
        structured_credit=next((b.data_credit for b in blocks if b.data_credit is not None), None),
    )
