"""Convert the tables to the forms in which a vocabulary is queried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from captions.lexicon import tables
from captions.lexicon.agencies import Agency, Spelling
from captions.lexicon.tables import Table
from captions.text import fold_arabic, has_cjk, name_key, tidy

LABEL_KEYS = ("before", "by", "after", "weak", "caption")
WORD_KEYS = {
    "organization", "organization_endings", "organization_cjk", "titles", "particles", "and", "via", "for", "on", "by",
    "places", "showing", "small", "surnames", "organization_first", "studio", "screen_sources", "other_singles",
    "regions", "months", "other_roles", "family_names", "lenders", "restrictions", "remarks",
    "limits", "no_limits", "ai_terms", "ai_tools", "ai_tools_weak", "making_stems", "ai_fillers", "elsewhere",
}  # fmt: skip
SMALL = frozenset({"of", "in", "at", "im", "am", "an", "to", "a", "och", "del", "della", "des", "du", "der"})
# From so many letters, a spelling with one wrong letter can be distinguished from other names.
LONG = 9
FIRST = re.compile(r"[^\W_]+")
RTL = re.compile("[\u0590-\u08ff]")


Languages = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Language -> kind of label -> labels."""


def read_languages() -> Languages:
    """Return the labels by language and kind."""
    languages: dict[str, dict[str, tuple[str, ...]]] = {}
    for language, table in tables.load("labels.toml").tables().items():
        table.only({*LABEL_KEYS, "comma"})
        languages[language] = {kind: table.texts(kind) for kind in table}
    return languages


def read_labels(languages: Languages) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Return the kinds of labels by name key, the labels after a name, and those before a name without a colon."""
    labels: dict[str, str] = {}
    after: set[str] = set()
    by: set[str] = set()
    rank = {kind: at for at, kind in enumerate(LABEL_KEYS)}
    for table in languages.values():
        for kind, words in table.items():
            if kind == "comma":
                continue
            for word in words:
                key = name_key(word)
                # A weak label in one language may be a label in another: `foto`.
                if key not in labels or rank[kind] < rank[labels[key]]:
                    labels[key] = kind
                if kind == "after":
                    after.add(word.casefold())
                elif kind == "by":
                    by.add(word.casefold())
    return labels, longest_first(after), longest_first(by)


def longest_first(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words, longest first."""
    return tuple(sorted(words, key=lambda w: (-len(w), w)))


def read_marks(read: Mapping[str, Table]) -> tuple[dict[str, str], tuple[tuple[str, str], ...], frozenset[str]]:
    """Return the marks by name key, their phrases, longest first, and the placeholders for a name."""
    marks: dict[str, str] = {}
    phrases: list[tuple[str, str]] = []
    placeholders = set()
    for mark, table in read.items():
        table.only({"words", "placeholder"})
        value = "" if mark == "none" else mark
        if table.flag("placeholder"):
            placeholders.add(value)
        for word in table.texts("words"):
            key = name_key(word)
            if key and marks.setdefault(key, value) != value:
                raise table.error(f"'words' lists {word!r}, which is in [{marks[key] or 'none'}] already")
            # Short ones count only as a whole line: within a line they are names (Ai Weiwei, Roy Ho, Dr. No).
            if value and (len(key) >= 4 or not key.isascii()):
                phrases.append((tidy(word).casefold(), value))
    return marks, tuple(sorted(phrases, key=lambda p: (-len(p[0]), p[0]))), frozenset(placeholders)


T = TypeVar("T")


def grouped(pairs: Iterable[tuple[T, str]]) -> dict[str, tuple[T, ...]]:
    """Return the values of each group, longest first."""
    groups: dict[str, list[T]] = {}
    for value, group in pairs:
        groups.setdefault(group, []).append(value)
    return {group: tuple(sorted(values, key=lambda v: (-len(str(v)), str(v)))) for group, values in groups.items()}


def first_word(phrase: str) -> str:
    """Return the first word of a phrase, without punctuation."""
    found = FIRST.match(phrase)
    return found.group() if found else phrase


def stems_of(phrases: Iterable[str]) -> tuple[str, ...]:
    """Return a few short texts such that each phrase contains at least one, for a fast test of all phrases."""
    stems: list[str] = []
    for word in sorted({max(re.split(r"[^\w]+", p), key=len) for p in phrases}, key=lambda w: (len(w), w)):
        if not any(stem in word for stem in stems):
            stems.append(word)
    return tuple(stems)


def any_phrase(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for these phrases, in any case and spacing, unless a colon and a name follow."""
    each = _alternatives(phrases).replace(r"\ ", r"\s+")
    return re.compile(rf"(?<![^\W_])(?:{each})(?![^\W\d_])(?!\s*[:：]\s*\w)", re.IGNORECASE)


def _alternatives(phrases: Iterable[str]) -> str:
    """Return a pattern for these phrases, grouped by first letter; tried in turn, they take several times as long."""
    groups: dict[str, list[str]] = {}
    for phrase in longest_first(phrases):
        groups.setdefault(phrase[0].lower(), []).append(re.escape(phrase[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups.items())


COMMON = frozenset({"images", "image", "picture", "fotografen", "supplied", "provided", "service", "the", "for"})


def rarest_start(phrase: str) -> str:
    """Return the first letters of a phrase's longest word, leaving out words that many credit lines contain."""
    found = sorted(FIRST.findall(phrase), key=len, reverse=True)
    return next((w for w in found if w[:6] != "archiv" and w not in COMMON), phrase)[:6]


def any_machine(words: Mapping[str, Iterable[str]]) -> re.Pattern[str]:
    """Return a pattern for artificial intelligence (words, abbreviations in capitals) and image generators."""
    term, tool, weak = (_alternatives(words[key]) for key in ("ai_terms", "ai_tools", "ai_tools_weak"))
    short = r"(?<![^\W_])(?:A\.?I\.?|KI|IA|ИИ|ШІ|ΤΝ|MI(?=-))(?![a-zà-öø-ÿа-я])|(?<=[\u3041-\u9fff\uac00-\ud7af])AI"
    return re.compile(
        rf"(?P<term>{short}|(?i:{term}))|(?<![^\W_])(?:(?P<tool>(?i:{tool}))(?:\s?\d(?:\.\d)?)?|(?P<weak>(?i:{weak})))"
        r"(?![^\W\d_])"
    )


def misspelled_keys(known: Mapping[str, Spelling]) -> dict[str, Agency]:
    """Return the name keys of long spellings with a letter left out."""
    return {
        key[:at] + key[at + 1 :]: spelling.agency
        for key, spelling in known.items()
        if len(key) > LONG and key.isascii() and not spelling.weak
        for at in range(len(key))
        if key[:at] + key[at + 1 :] not in known
    }


def source_phrases(phrases: Iterable[tuple[str, str]], bys: Iterable[str]) -> list[str]:
    """Return the phrases before a lender: those of two or more words that end in a word such as `by` or `of`."""
    ends = {*bys, "of", "de", "di", "von"}
    lenders = [(p, m) for p, m in phrases if m in ("courtesy", "supplied", "handout")]
    return [p for p, m in lenders if (p.rsplit(" ", 1)[-1] in ends if " " in p else m == "courtesy" and len(p) >= 7)]


def marks_of_labels(languages: Languages, marks: Mapping[str, str]) -> dict[str, str]:
    """Return the marks of labels that are also marks.

    The mark may be the whole label, a word of five or more letters or, in scripts without spaces, any part of it.
    """
    out: dict[str, str] = {}
    cjk = [key for key in marks if len(key) >= 2 and has_cjk(key)]
    for label in (w for table in languages.values() for words in table.values() for w in words):
        whole = name_key(label)
        candidates = [whole, *(k for w in label.split() if len(k := name_key(w)) >= 5)]
        if has_cjk(label):
            candidates += [key for key in cjk if key in whole]
        if mark := next((m for c in candidates if (m := marks.get(c))), None):
            out[whole] = mark
    return out


def comma_label_keys(languages: Languages) -> frozenset[str]:
    """Return the name keys of labels that may end with a comma."""
    kinds = ("before", "caption")
    several = (w for t in languages.values() for kind in kinds for w in t.get(kind, ()) if " " in w)
    return frozenset(map(name_key, (*several, *(w for t in languages.values() for w in t.get("comma", ())))))


def rtl_label_kinds(languages: Languages) -> tuple[tuple[str, str], ...]:
    """Return right-to-left labels of several words, folded, with their kinds, longest first."""
    found = {
        fold_arabic(w): kind
        for t in languages.values()
        for kind in ("before", "caption")
        for w in t.get(kind, ())
        if " " in w and RTL.match(w)
    }
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


def listed(text: str) -> list[str]:
    """Return the words of a plain list; lines that begin with # are comments."""
    return [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]


def read_words() -> dict[str, tuple[str, ...]]:
    """Return the lists of ``words.toml`` by key."""
    read = tables.load("words.toml")
    read.only(WORD_KEYS)
    return {key: read.texts(key) for key in sorted(WORD_KEYS)}
