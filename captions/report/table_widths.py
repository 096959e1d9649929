"""Fit the columns of a table to a width: long texts give way first, words stay whole, paths lose their folders."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from captions.report.rows import Column

GAP, NARROW_GAP = 3, 2
"""Spaces between columns, and between those of a table that would be too wide."""
_READABLE = 16
"""A column of long texts shrinks to this width before any other column gives way."""
_LONGEST = 24
"""The longest word or file name that a column must be wide enough for."""
# A word may be cut after these signs, which dates, times and names do not have, and CJK text anywhere.
_AFTER = re.compile(r"(?<=[/_|;,=&?#])")
_WIDE_SCRIPT = re.compile(r"([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef])")


def fitted(columns: Sequence[Column], cells: Sequence[Sequence[str]], width: int) -> tuple[list[int], list[int], int]:
    """Return the columns to print, by place, their widths, and the gap between them.

    ``cells`` has the texts of each column. Columns with a rank are left out, the highest rank first, if words would
    have to be cut otherwise.
    """
    natural = [_natural(column, texts) for column, texts in zip(columns, cells, strict=True)]
    least = [_least(column, texts, most) for column, texts, most in zip(columns, cells, natural, strict=True)]
    chosen = list(range(len(columns)))
    gap = GAP
    if sum(natural) + GAP * (len(chosen) - 1) > width:
        gap = NARROW_GAP
        while sum(least[at] for at in chosen) + gap * (len(chosen) - 1) > width:
            ranked = [at for at in chosen if columns[at].rank]
            if not ranked:
                break
            chosen.remove(max(ranked, key=lambda at: (columns[at].rank, at)))
    left = max(width - gap * (len(chosen) - 1), len(chosen))
    widths = {at: natural[at] for at in chosen}
    readable = {at: max(least[at], min(natural[at], _READABLE)) for at in chosen}
    wide = [at for at in chosen if columns[at].wide or columns[at].path]
    texts = [at for at in chosen if not columns[at].number]
    _shrink(widths, wide, readable, left)
    _shrink(widths, texts, {at: least[at] for at in chosen}, left)
    _shrink(widths, texts or chosen, dict.fromkeys(chosen, 1), left)
    return chosen, [widths[at] for at in chosen], gap


def _natural(column: Column, texts: Sequence[str]) -> int:
    return column.width or max(map(cell_len, (column.title, *texts)))


def _least(column: Column, texts: Sequence[str], natural: int) -> int:
    """Return the width below which a column would cut a word."""
    if column.number:
        return natural
    if column.path:
        return min(natural, max(cell_len(column.title), min(_LONGEST, max(map(_name_length, texts), default=0))))
    words = [min(cell_len(part), _LONGEST) for text in (column.title, *texts) for part in _parts(text)]
    return min(natural, max(words, default=1))


def _name_length(path: str) -> int:
    return cell_len(path.rpartition("/")[2]) + 2


def _parts(text: str) -> list[str]:
    return [part for word in text.split(" ") for part in _pieces(word)]


def _pieces(word: str) -> list[str]:
    """Return the parts between which a word may be cut: ``Jo/`` and ``AP`` for ``Jo/AP``."""
    pieces = [piece for piece in _WIDE_SCRIPT.split(word) if piece]
    return [part for piece in pieces for part in _AFTER.split(piece) if part]


def _shrink(widths: dict[int, int], places: Sequence[int], least: dict[int, int], left: int) -> None:
    """Make the widest columns narrower, one cell at a time, until all fit or each is as narrow as it may be."""
    while sum(widths.values()) > left:
        candidates = [at for at in places if widths[at] > least[at]]
        if not candidates:
            return
        widths[max(candidates, key=lambda at: (widths[at], at))] -= 1


def wrapped(text: str, width: int) -> str:
    """Return a text in lines of at most a width, cut between words; a word that is too long ends with an ellipsis."""
    if cell_len(text) <= width:
        return text
    lines, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= width:
            line = joined
            continue
        if cell_len(word) <= width:
            lines.append(line)
            line = word
            continue
        if line:
            lines.append(line)
        *whole, line = _cut(word, width)
        lines += whole
    return "\n".join(filter(None, (*lines, line)))


def _cut(word: str, width: int) -> list[str]:
    """Cut a word that is longer than a line at its signs; shorten a part that is still too long."""
    lines = [""]
    for piece in _pieces(word):
        if cell_len(lines[-1] + piece) <= width:
            lines[-1] += piece
        else:
            lines.append(piece if cell_len(piece) <= width else f"{set_cell_size(piece, width - 1).rstrip()}…")
    return [line for line in lines if line]


def shortened_path(path: str, width: int) -> str:
    """Return a path that fits a width, without its first folders: ``…/07-bibliothek.txt``."""
    if cell_len(path) <= width:
        return path
    parts = path.split("/")
    for at in range(1, len(parts)):
        if cell_len(short := "/".join(("…", *parts[at:]))) <= width:
            return short
    name = parts[-1]
    while name and cell_len(name) > width - 1:
        name = name[1:]
    return f"…{name}"
