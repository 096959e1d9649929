"""Build the fields of a vocabulary from the word lists, by subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from captions.lexicon import tables
from captions.lexicon.agencies import Agency, Spelling, printed
from captions.lexicon.notice_tables import notice_fields
from captions.lexicon.word_tables import (
    FIRST,
    LONG,
    SMALL,
    Languages,
    any_machine,
    any_phrase,
    comma_label_keys,
    first_word,
    grouped,
    listed,
    longest_first,
    marks_of_labels,
    misspelled_keys,
    rarest_start,
    read_labels,
    read_languages,
    read_marks,
    read_words,
    rtl_label_kinds,
    source_phrases,
    stems_of,
)
from captions.text import has_cjk, name_key

Arguments = dict[str, Any]
"""Arguments of the vocabulary, by name."""


@dataclass(frozen=True, slots=True)
class WordLists:
    """The labels, marks and words of the program's tables."""

    languages: Languages
    marks: Mapping[str, str]
    """Name key of a word or phrase -> mark."""
    phrases: tuple[tuple[str, str], ...]
    """Mark phrases with their marks, longest first."""
    placeholders: frozenset[str]
    mark_words: Mapping[str, tuple[str, ...]]
    """Mark -> its words as listed."""
    words: Mapping[str, tuple[str, ...]]
    folded: Mapping[str, frozenset[str]]
    """The same lists without case."""


def word_fields() -> Arguments:
    """Return all fields that do not depend on the register of agencies."""
    languages = read_languages()
    marks_read = tables.load("marks.toml").tables()
    marks, phrases, placeholders = read_marks(marks_read)
    mark_words = {mark: table.texts("words") for mark, table in marks_read.items()}
    words = read_words()
    folded = {key: frozenset(w.casefold() for w in value) for key, value in words.items()}
    lists = WordLists(languages, marks, phrases, placeholders, mark_words, words, folded)
    bys = folded["by"]
    illustrated_by = [w for w in mark_words["illustration"] if w.rpartition(" ")[2].casefold() in bys]
    labels = _labels({**languages, "marks": {"by": tuple(illustrated_by)}})
    subjects = (_marks, _label_marks, _sources, _organizations, _notices, _machines, _titles, _names, _places, _joints)
    return labels | notice_fields() | {name: value for subject in subjects for name, value in subject(lists).items()}


def agency_fields(
    agencies: Mapping[str, Agency], known: Mapping[str, Spelling], compounds: Mapping[tuple[str, ...], Agency]
) -> Arguments:
    """Return the fields that depend on the register of agencies."""
    long = [key for key in known if len(key) >= LONG]
    return {
        "agencies": agencies,
        "spellings": known,
        "compounds": compounds,
        "last_words": frozenset(name_key(re.split(r"[\s.]", s.strip(". "))[-1]) for s in printed(agencies)),
        "long_starts": frozenset(key[:n] for key in long for n in (3, 5)),
        "long_ends": frozenset(key[-4:] for key in long),
        "misspelled": misspelled_keys(known),
    }


def _labels(languages: Languages) -> Arguments:
    labels, after, by = read_labels(languages)
    dotted = {w for t in languages.values() for w in t.get("before", ()) if w[-1:] == "." and len(w) > 3}
    return {
        "labels": labels,
        "dotted_labels": re.compile(rf"(?<![^\W_])(?:{_any_of(dotted)})"),
        "comma_labels": comma_label_keys(languages),
        "rtl_labels": rtl_label_kinds(languages),
        "after_labels": after,
        "by_starts": grouped([(p, first_word(p)) for p in by]),
        "by_cjk": tuple(p for p in by if has_cjk(p)),
    }


def _label_marks(lists: WordLists) -> Arguments:
    marks = {mark: words for mark, words in lists.mark_words.items() if mark != "none"}
    ends = (w.split()[-1] for t in (*lists.languages.values(), marks) for v in t.values() for w in v)
    return {
        "label_ends": frozenset(map(name_key, ends)),
        "label_marks": marks_of_labels(lists.languages, lists.marks),
    }


def _marks(lists: WordLists) -> Arguments:
    phrases = lists.phrases
    return {
        "marks": lists.marks,
        "placeholders": lists.placeholders,
        "mark_starts": grouped([((p, m), p.split(" ", 1)[0].strip(".,:")) for p, m in phrases]),
        "mark_ends": grouped([((p, m), p.rsplit(" ", 1)[-1].strip(".,:")) for p, m in phrases]),
        "cjk_marks": tuple((p, m) for p, m in phrases if has_cjk(p)),
        "slashed": {
            w.casefold(): "" if mark == "none" else mark
            for mark, words in lists.mark_words.items()
            for w in words
            if "/" in w
        },
    }


def _sources(lists: WordLists) -> Arguments:
    phrases = source_phrases(lists.phrases, lists.words["by"])
    lenders, joins = _any_of(lists.folded["lenders"]), _any_of(lists.folded["and"])
    return {
        "source_stems": stems_of(phrases),
        "sources": grouped(_by_start(phrases)),
        "lenders": re.compile(
            rf"(?i:{lenders})(?:$|[\s,/]+(?:(?:{joins})\s+)?(?:the\s+)?(?=[^\W\d_a-z]))",
        ),
    }


def _organizations(lists: WordLists) -> Arguments:
    folded = lists.folded
    return {
        "organization_words": folded["organization"],
        "organization_phrases": grouped([(w, first_word(w)) for w in folded["organization"] if " " in w]),
        "organization_first": folded["organization_first"],
        "organization_endings": grouped([(w, w[-2:]) for w in folded["organization_endings"]]),
        "organization_cjk": tuple(sorted(folded["organization_cjk"])),
        "studios": folded["studio"],
        "screen_sources": longest_first(folded["screen_sources"]),
        "elsewhere": longest_first(folded["elsewhere"]),
        "surnames": folded["surnames"],
    }


def _notices(lists: WordLists) -> Arguments:
    restrictions, remarks = lists.folded["restrictions"], lists.folded["remarks"]
    return {
        "restrictions": any_phrase(restrictions),
        "limits": any_phrase(lists.folded["limits"]),
        "no_limits": any_phrase(lists.folded["no_limits"]),
        "remarks": any_phrase(remarks),
        "notice_starts": frozenset(map(rarest_start, (*restrictions, *remarks))),
        "notice_cjk": tuple(w.casefold() for w in lists.words["restrictions"] if has_cjk(w)),
    }


def _machines(lists: WordLists) -> Arguments:
    phrases = [p for key in ("ai_terms", "ai_tools", "ai_tools_weak") for p in lists.folded[key]]
    starts = {word[:4] for phrase in phrases for word in FIRST.findall(phrase)[:1]}
    return {
        "machine": any_machine(lists.words),
        "machine_starts": frozenset(starts | {"ai", "ai.", "a.i", "a.i.", "ki", "ia", "mi"}),
        "ai_fillers": lists.folded["ai_fillers"],
        "making_stems": tuple(sorted(lists.folded["making_stems"])),
    }


def _titles(lists: WordLists) -> Arguments:
    titles = lists.folded["titles"]
    return {
        "title_set": titles,
        "title_starts": grouped(_by_start(titles)),
        "title_ends": grouped([(w, w.rsplit(" ", 1)[-1]) for w in titles]),
        "cjk_titles": longest_first(w for w in titles if has_cjk(w)),
        "abbreviations": frozenset(part.rstrip(".") for w in titles for part in w.split() if part.endswith(".")),
    }


def _names(lists: WordLists) -> Arguments:
    """Return the fields that help to find names: common names, other words, and lowercase words in names."""
    words, folded = lists.words, lists.folded
    given, common = (
        listed((tables.DATA / name).read_text(encoding="utf-8")) for name in ("given_names.txt", "common_words.txt")
    )
    return {
        "given_names": frozenset(name_key(w) for w in given if w),
        "common_words": frozenset(common),
        "family_names": frozenset(map(name_key, words["family_names"])),
        "other_singles": frozenset(map(name_key, words["other_singles"])),
        "regions": frozenset(words["regions"]),
        "months": folded["months"],
        "other_roles": grouped(_by_start(folded["other_roles"])),
        "name_breakers": frozenset(part.strip(".,:") for text in _no_names(lists) for part in text.split()),
        "particles": folded["particles"],
        "small_particles": folded["small"],
        "small_words": folded["particles"] | folded["and"] | folded["for"] | folded["on"] | folded["by"] | SMALL,
    }


def _no_names(lists: WordLists) -> list[str]:
    """Return the titles, labels, marks and other texts whose words do not occur in plain names."""
    folded = lists.folded
    keys = ("titles", "organization", "organization_first", "other_roles", "by", "via")
    return [
        *(text for key in keys for text in folded[key]),
        *(phrase for phrase, _ in lists.phrases),
        *(label for table in lists.languages.values() for labels in table.values() for label in labels),
        *(word.casefold() for word in lists.mark_words["none"]),
    ]


def _places(lists: WordLists) -> Arguments:
    folded = lists.folded
    places, joins = _any_of(folded["places"]), _any_of(folded["and"])
    return {
        "places": folded["places"],
        "bare_words": folded["places"] | folded["via"] | folded["by"] | folded["and"] | folded["for"] | folded["on"],
        "place_before": re.compile(rf"(?:^|[\s.;,|/(\[])(?:{places})\s*[:：]\s*", re.IGNORECASE),
        "place_after": re.compile(rf"(?<!\s)\s*+[(\[](?:{places})[)\]][\s.,;/&|]*(?:(?:{joins})\s+)?", re.IGNORECASE),
    }


def _joints(lists: WordLists) -> Arguments:
    folded = lists.folded
    return {
        "joins": folded["and"],
        "showing": folded["showing"],
        "vias": folded["via"],
        "fors": frozenset(w for w in folded["for"] if " " not in w),
        "for_starts": grouped(_by_start(folded["for"])),
        "ons": folded["on"],
        "bys": folded["by"],
    }


def _by_start(phrases: frozenset[str] | list[str]) -> list[tuple[str, str]]:
    """Return phrases with their first words."""
    return [(phrase, phrase.split(" ", 1)[0]) for phrase in phrases]


def _any_of(words: frozenset[str] | set[str]) -> str:
    """Join the alternatives of a pattern, longest first."""
    return "|".join(map(re.escape, longest_first(words)))
