"""Interpret an element's names (class, id, data attributes) by words of the trade, never by a single site's names.

The words are in ``captions/data/markup.toml``, in the languages that sites are built in. Names are evidence: a reader
weighs them and rejects nothing because of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from captions.lexicon import tables

CAPTION, CREDIT, BOILER, PICTURE, WEAK, AUTHOR, UNSEEN, HIDDEN, COMMENTS, OTHER, DECK, SOURCE, LINK, BUTTON = (
    1 << bit for bit in range(14)
)
"""One bit per meaning. OTHER marks another article on the page; LINK and BUTTON come from the tag."""
_TEXT = (
    "p", "b", "i", "em", "strong", "u", "sup", "sub", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "li",
)  # fmt: skip
# What a tag adds to the flags of an element's names, and which of them it denies: a paragraph named `paywall` is a
# paragraph.
_TAGS = {
    **dict.fromkeys(_TEXT, (0, BOILER | WEAK)),
    **dict.fromkeys(("body", "html", "main", "article"), (0, BOILER | CAPTION | CREDIT | AUTHOR | COMMENTS)),
    **dict.fromkeys(("figure", "picture"), (PICTURE, CAPTION | CREDIT)),
    "figcaption": (CAPTION, CREDIT),
    "aside": (BOILER, 0),
    "footer": (BOILER | UNSEEN, 0),
    "a": (LINK, BOILER | WEAK),
    "button": (BUTTON, 0),
}
_ATTRIBUTES = frozenset(
    ("id", "itemprop", "data-testid", "data-test", "data-component", "data-type", "role", "data-qa", "aria-label")
)
# In characters: a longer name means nothing.
_LONGEST_NAME = 200
# The start of a name or its part; a word that begins with alternatives; a word that must not follow another.
_PART = "(?:^|[ _-])"
_GROUP = re.compile(r"\(\?:([^()]*)\)(\??)(.*)")
_NOT_BEHIND = re.compile(r"((?:\(\?<!\w+-?\))+)(\w)(.*)")
_NOT_DISPLAYED = re.compile(r"display\s*:\s*none")
_CAMEL = re.compile(r"([a-z])([A-Z])")


@lru_cache(maxsize=1)
def words() -> dict[int, tuple[str, ...]]:
    """Return the patterns of the table, by the flag they set."""
    names = {
        "caption": CAPTION, "credit": CREDIT, "boilerplate": BOILER, "weak": WEAK, "picture": PICTURE,
        "author": AUTHOR, "unseen": UNSEEN, "comments": COMMENTS, "deck": DECK, "source": SOURCE,
    }  # fmt: skip
    table = tables.load("markup.toml")
    table.only(names)
    return {flag: table.words(name) for name, flag in names.items()}


@lru_cache(maxsize=1)
def patterns() -> dict[int, re.Pattern[str]]:
    """Return a compiled pattern for each flag."""
    return {flag: _compiled(listed) for flag, listed in words().items()}


@lru_cache(maxsize=1)
def any_pattern() -> re.Pattern[str]:
    """Return a pattern that finds any of the words, because most names contain none."""
    return _compiled([word for listed in words().values() for word in listed])


def _compiled(listed: Iterable[str]) -> re.Pattern[str]:
    """Compile words into a single pattern, grouped by first letter; tried in turn, they take six times as long."""
    groups: dict[str, list[str]] = {}
    for led in sorted({led for word in listed for led in _led(word)}):
        first = led[0] if _begins(led) else ""
        groups.setdefault(first, []).append(led[len(first) :])
    return re.compile("|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in groups.items()))


def _begins(word: str) -> bool:
    return word[:1].isalpha() and word[1:2] not in ("?", "*", "{", "|")


def _led(word: str) -> list[str]:
    """Rewrite a word to begin with a letter and match the same names: ``(?:^|[ _-])ads`` as ``a(?<![^ _-]a)ds``."""
    rest = word.removeprefix(_PART)
    group = _GROUP.fullmatch(rest)
    parts = [rest]
    if group is not None:
        parts = [stem + group[3] for stem in group[1].split("|")] + ([group[3]] if group[2] else [])
    out = []
    for part in parts:
        if (behind := _NOT_BEHIND.fullmatch(part)) is not None:
            part = behind[2] + behind[1].replace(")", f"{behind[2]})") + behind[3]
        if not _begins(part):
            return [word]
        out.append(f"{part[0]}(?<![^ _-]{part[0]}){part[1:]}" if rest != word else part)
    return out


@lru_cache(maxsize=50_000)
def _flags_of_names(value: str) -> int:
    """Return the flags of a whole ``class`` attribute, cached because sites repeat a few on all pages."""
    flags = 0
    for name in value.split():
        if len(name) <= _LONGEST_NAME:
            flags |= _flags_of_name(name)
    return flags


@lru_cache(maxsize=50_000)
def _flags_of_name(name: str) -> int:
    folded = name if name.islower() else _CAMEL.sub(r"\1-\2", name).lower()
    flags = 0
    if any_pattern().search(folded):
        for flag, pattern in patterns().items():
            if pattern.search(folded):
                flags |= flag
    return flags


def flags_of(name: str, attributes: Mapping[str, str | None]) -> int:
    """Return the meanings of an element's tag and names: CAPTION, CREDIT, BOILER, ... as bits of a number."""
    flags = 0
    for key, value in attributes.items():
        if key == "class":
            if value:
                flags |= _flags_of_names(value)
        elif key in _ATTRIBUTES:
            if value and len(value) <= _LONGEST_NAME:
                flags |= _flags_of_name(value)
        elif key == "hidden" or (key == "style" and value and _NOT_DISPLAYED.search(value)):
            flags |= HIDDEN
    if "-" in name:  # a custom element: <x-credit>
        flags |= _flags_of_name(name) & (CAPTION | CREDIT | PICTURE)
    added, denied = _TAGS.get(name, (0, 0))
    return (flags | added) & ~denied
