"""Read the words of notices: what each word or phrase may mean, by its key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from captions.errors import VocabularyError
from captions.lexicon import tables

_WORD = re.compile(r"[^\W_]+")
_LIMITS = ("no", "only", "except", "out", "before", "after", "without", "must")
_SUBJECTS = (
    "sale", "archive", "once", "editorial", "commercial", "internal", "publication", "reproduction", "alteration",
    "crop", "credit", "mining", "permission", "context", "embargo", "restricted", "worldwide", "fee", "unminable",
)  # fmt: skip
_MEDIA = (
    "print", "newspapers", "magazines", "tabloids", "books", "covers", "online", "mobile", "tv", "radio", "video",
    "social",
)  # fmt: skip
_TABLES = {
    "limits",
    "subjects",
    "media",
    "places",
    "regions",
    "parts",
    "phrases",
    "zones",
    "units",
    "fillers",
    "captions",
}
# Every notice contains a word with one of these meanings.
_DECISIVE = frozenset(
    {"no", "only", "except", "out", "without", "once", "credit", "embargo", "restricted", "fee", "unminable"}
)
_FILLERS = {"words": "filler", "joins": "join", "qualifiers": "qualifier"}


def notice_fields() -> dict[str, Any]:
    """Return the vocabulary's fields about notices."""
    read = tables.load("restrictions.toml")
    read.only(_TABLES)
    meanings: dict[str, dict[str, None]] = {}
    for meaning, found in (*_words(read), *_places(read)):
        for phrase in found:
            if key := notice_key(phrase):
                meanings.setdefault(key, {})[meaning] = None
    _check_places(meanings)
    phrases = read.table("phrases")
    return {
        "notice_words": {key: tuple(each) for key, each in meanings.items()},
        "notice_limits": frozenset(
            max(key.split(), key=len) for key, found in meanings.items() if not _DECISIVE.isdisjoint(found)
        ),
        "notice_signs": read.words("captions", "signs"),
        "notice_phrases": {phrase.casefold(): rule for rule in phrases for phrase in phrases.texts(rule)},
    }


def notice_key(text: str) -> str:
    """Return the key of a word or phrase: ``U.S.`` gives ``u s``, ``one-time use`` gives ``one time use``."""
    return " ".join(_WORD.findall(text.casefold()))


def _words(read: tables.Table) -> Iterable[tuple[str, tuple[str, ...]]]:
    for name, keys, prefix in (("limits", _LIMITS, ""), ("subjects", _SUBJECTS, ""), ("media", _MEDIA, "medium:")):
        table = read.table(name)
        table.only(keys)
        yield from ((f"{prefix}{key}", table.texts(key)) for key in table)
    fillers = read.table("fillers")
    fillers.only(_FILLERS)
    yield from ((_FILLERS[key], fillers.texts(key)) for key in fillers)
    for name in ("zones", "units"):
        table = read.table(name)
        yield from ((f"{name[:-1]}:{key}", table.texts(key)) for key in table)


def _places(read: tables.Table) -> Iterable[tuple[str, tuple[str, ...]]]:
    generated = tables.load("territories.toml")
    generated.only({"names", "months"})
    terms = tables.load("terms.toml")
    codes, groups = set(terms.text("territories").split()), terms.table("groups")
    sources: tuple[tuple[tables.Table, str, Iterable[str]], ...] = (
        (read.table("places"), "place", codes),
        (generated.table("names"), "place", codes),
        (read.table("regions"), "place", groups),
        (read.table("parts"), "part", codes),
    )
    for table, prefix, known in sources:
        table.only(set(known))
        yield from ((f"{prefix}:{code}", table.texts(code)) for code in table)
    months = generated.table("months")
    months.only([str(number) for number in range(1, 13)])
    yield from ((f"month:{number}", months.texts(number)) for number in months)


def _check_places(meanings: Mapping[str, Iterable[str]]) -> None:
    """Raise VocabularyError if a name means two countries."""
    for key, found in meanings.items():
        places = [meaning for meaning in found if meaning.startswith("place:")]
        if len(places) > 1:
            raise VocabularyError(f"captions/data/restrictions.toml: {key!r} names {' and '.join(sorted(places))}")
