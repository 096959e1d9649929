"""Which blocks are occurrences of the same caption: found blocks -> captions, each once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from captions.credit.compare import Relation, named, parties
from captions.credit.parser import Reading
from captions.model import Caption, Credit, Occurrence
from captions.text import is_cut, match_key, name_key, tidy, without_ellipsis

# A cut occurrence must share at least this much with the whole one: shorter beginnings are shared by chance.
SHORTEST_CUT = 12
# Captions of the same words with other credits that an occurrence is compared with: an article has one or two.
MOST_COMPARED = 40


@dataclass(frozen=True, slots=True)
class FoundCaption:
    """An occurrence as found: its caption, its credit if it has one, and where it stood."""

    caption: str
    reading: Reading | None
    occurrence: Occurrence
    rule: str
    order: int
    """Where it stands among the blocks: its first line's number."""
    images: tuple[str, ...] = ()
    data_credit: Credit | None = None
    """What the page's data tell of the credit, where it is not what is printed."""
    pictures: frozenset[str] = frozenset()
    """What its pictures are known by, under any address. The same line under two pictures is two uses."""


@dataclass(slots=True)
class _Group:
    key: str
    caption: str
    credit: Credit | None
    blocks: list[FoundCaption]
    pictures: set[str]

    def shows(self, block: FoundCaption) -> bool:
        """Return whether a block can be of the same picture."""
        return not self.pictures or not block.pictures or not self.pictures.isdisjoint(block.pictures)

    def add(self, block: FoundCaption) -> None:
        """Add an occurrence."""
        self.blocks.append(block)
        self.pictures |= block.pictures


def group(blocks: Iterable[FoundCaption]) -> tuple[Caption, ...]:
    """Put the occurrences of each caption together, in the order of the first occurrence.

    Two whole occurrences are one caption if their texts are the same but for case, quotes and spaces and their credits
    name no different parties; the fullest credit stays. An occurrence without a credit, or cut short with an
    ellipsis, joins the caption that it begins.
    """
    ordered = sorted(blocks, key=lambda b: b.order)
    groups: list[_Group] = []
    by_key: dict[str, list[_Group]] = {}
    loose: list[FoundCaption] = []
    for block in ordered:
        if block.reading is None or is_cut(block.caption):
            loose.append(block)
            continue
        _add_whole(block, groups, by_key)
    starts = _by_start(groups)
    for block in loose:
        found = _of_loose(block, by_key, starts)
        if found is not None:
            found.add(block)
            if found.credit is None and block.reading is not None:
                found.credit = block.reading.credit
        else:
            _add_whole(block, groups, by_key)
    groups.sort(key=lambda g: min(b.order for b in g.blocks))
    return tuple(_caption(g) for g in groups)


def _add_whole(block: FoundCaption, groups: list[_Group], by_key: dict[str, list[_Group]]) -> None:
    key = match_key(block.caption)
    credit = block.reading.credit if block.reading else None
    # A credit without a caption is the same occurrence again only if the line is the same.
    place = key or (f"\n{name_key(credit.line)}" if credit else "")
    for known in by_key.get(place, ())[-MOST_COMPARED:]:
        if _agree(known.credit, credit) and known.shows(block):
            known.add(block)
            if credit and (known.credit is None or _weight(credit) > _weight(known.credit)):
                known.credit = credit
            return
    new = _Group(key, block.caption, credit, [block], set(block.pictures))
    groups.append(new)
    by_key.setdefault(place, []).append(new)


def _agree(left: Credit | None, right: Credit | None) -> bool:
    """Return whether two credits can be of one picture: the same line, or one that names all whom the other names."""
    if left is None or right is None:
        return True
    if name_key(left.line) == name_key(right.line):
        return True
    return bool(named(left) and named(right)) and parties(left, right) is not Relation.DIFFERENT


def _weight(credit: Credit) -> int:
    return len(credit.creators) + len(credit.agencies)


def _by_start(groups: Iterable[_Group]) -> list[tuple[str, int, _Group]]:
    """Return the groups in the order of their keys: those that one text begins stand together."""
    return sorted((known.key, n, known) for n, known in enumerate(groups))


def _of_loose(
    block: FoundCaption, by_key: dict[str, list[_Group]], starts: list[tuple[str, int, _Group]]
) -> _Group | None:
    credit = block.reading.credit if block.reading else None
    if is_cut(block.caption):
        return cut_of(block.caption, starts, credit)
    for known in by_key.get(match_key(block.caption), ()):
        if _agree(known.credit, credit) and known.shows(block):
            return known
    return None


def cut_of(text: str, starts: list[tuple[str, int, _Group]], credit: Credit | None = None) -> _Group | None:
    """Return the caption that a text cut with an ellipsis begins."""
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
    """Return whether a text cut with an ellipsis begins one of the keys, which are in order."""
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
