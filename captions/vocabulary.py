"""The tables in ``captions/data``, loaded and checked once: agencies, labels, marks, words.

Spellings are compared by :func:`captions.text.name_key`: case, accents, spaces and dots do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from captions.errors import VocabularyError
from captions.register import Agency, Spelling, by_name, printed, read_toml, rows_of, spellings, strings, user_rows
from captions.text import fold_arabic, has_cjk, name_key, tidy

_LABEL_KEYS = ("before", "by", "after", "weak", "caption")
_WORD_KEYS = {
    "organization", "organization_endings", "organization_cjk", "titles", "particles", "and", "via", "for", "on", "by",
    "places", "showing", "small", "surnames", "organization_first", "studio", "shown", "other_singles", "regions",
    "months", "other_roles", "family_names", "lenders", "restrictions", "remarks", "out",
    "ai_terms", "ai_tools", "ai_tools_weak", "made", "ai_fillers",
}  # fmt: skip
_SMALL = frozenset({"of", "in", "at", "im", "am", "an", "to", "a", "och", "del", "della", "des", "du", "der"})
# Letters from which on a spelling with one letter wrong is still told from other names.
_LONG = 9
_FIRST = re.compile(r"[^\W_]+")
_RTL = re.compile("[\u0590-\u08ff]")


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """All tables, in the shapes in which they are asked. One is equal to itself alone, so that it can be a key."""

    agencies: Mapping[str, Agency]
    """By canonical name."""
    spellings: Mapping[str, Spelling]
    """By name key."""
    compounds: Mapping[tuple[str, ...], Agency]
    """Spellings printed with a slash or the like inside: the name keys of their parts -> agency."""
    labels: Mapping[str, str]
    """Name key of a label -> before, by, after, weak or caption."""
    dotted_labels: re.Pattern[str]
    """Finds labels that end in a full stop and need no colon: ``fot.``."""
    comma_labels: frozenset[str]
    """Name keys of labels that a comma may end: those of several words, and single words that begin no sentence."""
    rtl_labels: tuple[tuple[str, str], ...]
    """Labels written from right to left, as ``text.fold_arabic`` gives them, with their kinds, longest first."""
    label_ends: frozenset[str]
    """Name keys of the last words of labels, and of marks that stand as labels."""
    label_marks: Mapping[str, str]
    """Name key of a label that says a mark as well -> the mark: ``photo courtesy of``, ``Archivfoto``."""
    after_labels: tuple[str, ...]
    """Labels that stand after the name, longest first, lower case."""
    by_starts: Mapping[str, tuple[str, ...]]
    """First word -> the labels that stand before a name without a colon, longest first, lower case."""
    by_stems_ascii: tuple[str, ...]
    by_stems: tuple[str, ...]
    """One of these is in any text that holds such a label."""
    source_stems: tuple[str, ...]
    by_cjk: tuple[str, ...]
    """Those of them in scripts without spaces."""
    sources: Mapping[str, tuple[str, ...]]
    """First word -> phrases that name who lent a picture, longest first: ``courtesy of``, ``cedida por``."""
    last_words: frozenset[str]
    """Name keys of the last words of all spellings: what a line that ends in an agency ends in."""
    marks: Mapping[str, str]
    """Name key of a word or phrase -> mark; ``""`` for a word that is no name and no mark."""
    placeholders: frozenset[str]
    """Marks that stand instead of a name."""
    organization_words: frozenset[str]
    organization_phrases: Mapping[str, tuple[str, ...]]
    """First word -> phrases of several words that organizations have in their names: ``city of``, ``red cross``."""
    organization_first: frozenset[str]
    """Words that begin an organization's name, and are surnames or anything behind another word: ``Schloss``."""
    studios: frozenset[str]
    """Words in the names of a stock library's contributors."""
    shown: tuple[str, ...]
    """What is shown on a screen, behind its owner's name: ``website``."""
    other_roles: Mapping[str, tuple[str, ...]]
    """First word -> what somebody did for the picture without making it: ``design``, ``hair and makeup``."""
    other_singles: frozenset[str]
    """Name keys of given names that, without another name, are rather a place or a brand."""
    regions: frozenset[str]
    """States and countries as printed behind a city: ``TX``, ``Texas``."""
    family_names: frozenset[str]
    """Name keys of frequent family names: a single word that is one is a person."""
    lenders: re.Pattern[str]
    """Finds who lent a picture where he has no name: ``the artist and``."""
    restrictions: re.Pattern[str]
    """Finds what a line forbids or asks for: ``Nur zur redaktionellen Verwendung``."""
    outs: re.Pattern[str]
    """Finds countries whose media may not use a picture: ``AUSTRALIA AND NEW ZEALAND OUT``."""
    remarks: re.Pattern[str]
    """Finds what an agency tells editors: ``ATTENTION EDITORS``."""
    notice_starts: frozenset[str]
    """The first six letters, in lower case, of words of which one is in any restriction or remark: a quick test."""
    notice_cjk: tuple[str, ...]
    """The same for scripts without spaces: restrictions as a whole."""
    machine: re.Pattern[str]
    """Finds artificial intelligence or a program that makes pictures: groups ``term``, ``tool`` and ``weak``."""
    machine_starts: frozenset[str]
    """The first four letters of its first words in Latin script, in lower case: a quick test."""
    ai_fillers: frozenset[str]
    """Words that begin such a notice: ``This``, ``Mit``."""
    made: tuple[str, ...]
    """The beginnings of words for making a picture: ``generat``, ``erstellt``."""
    months: frozenset[str]
    """The first three letters of the months."""
    surnames: frozenset[str]
    """Words of organizations that are surnames too."""
    organization_endings: Mapping[str, tuple[str, ...]]
    """The last two letters -> endings of words that make a name an organization's: ``-verlag``."""
    organization_cjk: tuple[str, ...]
    title_set: frozenset[str]
    title_starts: Mapping[str, tuple[str, ...]]
    """First word of a title -> the titles, longest first."""
    title_ends: Mapping[str, tuple[str, ...]]
    cjk_titles: tuple[str, ...]
    """Titles in scripts without spaces, longest first."""
    mark_starts: Mapping[str, tuple[tuple[str, str], ...]]
    """First word of a mark phrase -> the phrases with their marks, longest first."""
    mark_ends: Mapping[str, tuple[tuple[str, str], ...]]
    cjk_marks: tuple[tuple[str, str], ...]
    """Mark phrases in scripts without spaces, with their marks, longest first."""
    slashed: Mapping[str, str]
    """Mark words with a slash inside, ``n/a``, in lower case -> mark, or ``""``."""
    given_names: frozenset[str]
    """Name keys of given names."""
    long_starts: frozenset[str]
    """The first three and the first five letters of all spellings long enough to be known with one letter wrong."""
    long_ends: frozenset[str]
    """Their last four letters."""
    misspelt: Mapping[str, Agency]
    """Name keys of long spellings with one letter left out -> agency."""
    small_particles: frozenset[str]
    """Particles that are written small inside a name that was printed in capitals."""
    places: frozenset[str]
    """Words for a picture's place on the page."""
    bare_words: frozenset[str]
    """Words beside names that are none: ``via``, ``by``, ``and``, ``left``."""
    place_before: re.Pattern[str]
    """Finds a picture's place before its credit: ``Left:``."""
    place_after: re.Pattern[str]
    """Finds a picture's place behind its credit: ``(left)``."""
    name_breakers: frozenset[str]
    """Words, in lower case, that stand in titles, labels, marks and organizations: a text with one is no plain name."""
    abbreviations: frozenset[str]
    """Words of titles that a full stop follows: no sentence ends there."""
    small_words: frozenset[str]
    """Words that begin with a small letter inside names: particles, prepositions, conjunctions."""
    particles: frozenset[str]
    joins: frozenset[str]
    """Words that join two names."""
    showing: frozenset[str]
    """What stands before a label in a sentence that says what a picture shows: ``In the photo: X``."""
    vias: frozenset[str]
    fors: frozenset[str]
    for_starts: Mapping[str, tuple[str, ...]]
    """First word -> words and phrases that stand before the house a picture was made for: ``on behalf of``."""
    ons: frozenset[str]
    bys: frozenset[str]
    staff: frozenset[str] = field(default=frozenset())
    """Name keys of creators on the staff."""
    houses: frozenset[str] = field(default=frozenset())
    """Name keys of the article's own publication: an agency, whoever it looks like."""

    def agency(self, text: str) -> Agency | None:
        """The agency a text spells, weak spellings too. ``"REUTERS"`` gives Reuters' row."""
        found = self.spelling(text)
        return found[0] if found else None

    def has_organization_ending(self, word: str) -> bool:
        """Return whether a word, in lower case, ends as only organizations' names do."""
        endings = self.organization_endings.get(word[-2:])
        return endings is not None and word.endswith(endings)

    def near(self, text: str) -> Agency | None:
        """The agency whose long spelling a text misses by one letter too many, too few, or two in the wrong order."""
        key = name_key(text)
        if len(key) < _LONG or key[:3] not in self.long_starts:
            return None
        if key[:5] not in self.long_starts and key[-4:] not in self.long_ends:
            return None  # one mistake leaves the beginning or the end as it is
        if key in self.misspelt:
            return self.misspelt[key]
        for at in range(len(key)):
            without = key[:at] + key[at + 1 :]
            found = self.spellings.get(without)
            if found is not None and not found.weak and len(without) >= _LONG:
                return found.agency
            swapped = key[:at] + key[at + 1 : at + 2] + key[at : at + 1] + key[at + 2 :]
            found = self.spellings.get(swapped)
            if found is not None and not found.weak:
                return found.agency
        return None

    def spelling(self, text: str) -> tuple[Agency, bool] | None:
        """The agency a text spells and whether the spelling is a weak one; None if it spells none."""
        key = name_key(text)
        found = self.spellings.get(key) or (self.spellings.get(key[3:]) if key[:3] == "the" else None)
        if self.houses and (found is None or found.weak) and key in self.houses:
            return Agency(text.strip(), "publisher"), found is None and " " not in text.strip()
        if found is not None and found.forms and not text.isascii():
            text = unicodedata.normalize("NFKC", text)
        if found is None or (found.forms and text.replace(".", "").removeprefix("The ").strip() not in found.forms):
            return None
        return found.agency, found.weak


def _labels(tables: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    labels: dict[str, str] = {}
    after: set[str] = set()
    by: set[str] = set()
    rank = {kind: at for at, kind in enumerate(_LABEL_KEYS)}
    for language, table in tables.items():
        where = f"labels.toml [{language}]"
        for kind, words in table.items():
            if kind == "comma":
                continue
            if kind not in rank:
                raise VocabularyError(f"{where}: unknown key {kind!r}; known are {', '.join(_LABEL_KEYS)}")
            for word in strings(where, kind, words):
                key = name_key(word)
                # What is a label in one language and a weak one in another is a label: `foto`.
                if key not in labels or rank[kind] < rank[labels[key]]:
                    labels[key] = kind
                if kind == "after":
                    after.add(word.casefold())
                elif kind == "by":
                    by.add(word.casefold())
    return labels, _longest_first(after), _longest_first(by)


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda w: (-len(w), w)))


def _marks(tables: Mapping[str, Any]) -> tuple[dict[str, str], tuple[tuple[str, str], ...], frozenset[str]]:
    marks: dict[str, str] = {}
    phrases: list[tuple[str, str]] = []
    placeholders = set()
    for mark, table in tables.items():
        where = f"marks.toml [{mark}]"
        if unknown := sorted(set(table) - {"words", "placeholder"}):
            raise VocabularyError(f"{where}: unknown key {unknown[0]!r}; known are words, placeholder")
        value = "" if mark == "none" else mark
        if table.get("placeholder"):
            placeholders.add(value)
        for word in strings(where, "words", table.get("words")):
            key = name_key(word)
            if key and marks.setdefault(key, value) != value:
                raise VocabularyError(f"{where}: {word!r} stands already under {marks[key]!r}")
            # Short ones count alone only: inside a line they are names (Ai Weiwei, Roy Ho, Dr. No).
            if value and (len(key) >= 4 or not key.isascii()):
                phrases.append((tidy(word).casefold(), value))
    return marks, tuple(sorted(phrases, key=lambda p: (-len(p[0]), p[0]))), frozenset(placeholders)


_T = TypeVar("_T")


def _grouped(pairs: Iterable[tuple[_T, str]]) -> dict[str, tuple[_T, ...]]:
    """Value, group -> group: values, longest first."""
    groups: dict[str, list[_T]] = {}
    for value, group in pairs:
        groups.setdefault(group, []).append(value)
    return {group: tuple(sorted(values, key=lambda v: (-len(str(v)), str(v)))) for group, values in groups.items()}


def _first(phrase: str) -> str:
    """The first word of a phrase, without signs."""
    found = _FIRST.match(phrase)
    return found.group() if found else phrase


def _stems(phrases: Iterable[str]) -> tuple[str, ...]:
    """Few short texts of which each phrase holds one: a quick test for all of them."""
    stems: list[str] = []
    for word in sorted({max(re.split(r"[^\w]+", p), key=len) for p in phrases}, key=lambda w: (len(w), w)):
        if not any(stem in word for stem in stems):
            stems.append(word)
    return tuple(stems)


def _phrases(phrases: Iterable[str]) -> re.Pattern[str]:
    """Find one of several phrases, longest first, whatever the case and the spaces; no label, as a colon would show."""
    each = (re.escape(p).replace(r"\ ", r"\s+") for p in _longest_first(phrases))
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(each)})(?![^\W\d_])(?!\s*[:：]\s*\w)", re.IGNORECASE)


def _outs(countries: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of ``GERMANY OUT``, ``AUSTRALIA AND NEW ZEALAND OUT``."""
    country = rf"(?:{'|'.join(map(re.escape, _longest_first(countries)))})"
    return re.compile(rf"\b{country}(?:(?:\s*[,/&]\s*|\s+)(?:and\s+)?{country}){{0,6}}\s+out\b", re.IGNORECASE)


_COMMON = frozenset({"images", "image", "picture", "fotografen", "supplied", "provided", "service", "the", "for"})


def _rarest(phrase: str) -> str:
    """Return the beginning of a phrase's longest word that is not in every other credit line."""
    found = sorted(_FIRST.findall(phrase), key=len, reverse=True)
    return next((w for w in found if w[:6] != "archiv" and w not in _COMMON), phrase)[:6]


def _machine(words: Mapping[str, Iterable[str]]) -> re.Pattern[str]:
    """Find what made a picture where nobody did, by name, by abbreviation in capitals, or by the program's name."""
    term, tool, weak = (
        "|".join(map(re.escape, _longest_first(words[key]))) for key in ("ai_terms", "ai_tools", "ai_tools_weak")
    )
    short = r"(?<![^\W_])(?:A\.?I\.?|KI|IA|ИИ|ШІ|ΤΝ|MI(?=-))(?![a-zà-öø-ÿа-я])|(?<=[\u3041-\u9fff\uac00-\ud7af])AI"
    return re.compile(
        rf"(?P<term>{short}|(?i:{term}))|(?<![^\W_])(?:(?P<tool>(?i:{tool}))(?:\s?\d(?:\.\d)?)?|(?P<weak>(?i:{weak})))"
        r"(?![^\W\d_])"
    )


def _misspelt(known: Mapping[str, Spelling]) -> dict[str, Agency]:
    return {
        key[:at] + key[at + 1 :]: spelling.agency
        for key, spelling in known.items()
        if len(key) > _LONG and key.isascii() and not spelling.weak
        for at in range(len(key))
        if key[:at] + key[at + 1 :] not in known
    }


def _sources(phrases: Iterable[tuple[str, str]], bys: Iterable[str]) -> list[str]:
    """The phrases of two words or more that end in a word like `by` or `of`."""
    ends = {*bys, "of", "de", "di", "von"}
    lenders = [(p, m) for p, m in phrases if m in ("courtesy", "supplied", "handout")]
    return [p for p, m in lenders if (p.rsplit(" ", 1)[-1] in ends if " " in p else m == "courtesy" and len(p) >= 7)]


def _label_marks(tables: Mapping[str, Any], marks: Mapping[str, str]) -> dict[str, str]:
    """The marks that labels say: the whole label is one, or one of its words of five letters or more is, or, in scripts
    without spaces, a part of it."""
    out: dict[str, str] = {}
    cjk = [key for key in marks if len(key) >= 2 and has_cjk(key)]
    for label in (w for table in tables.values() for words in table.values() for w in words):
        whole = name_key(label)
        candidates = [whole, *(k for w in label.split() if len(k := name_key(w)) >= 5)]
        if has_cjk(label):
            candidates += [key for key in cjk if key in whole]
        if mark := next((m for c in candidates if (m := marks.get(c))), None):
            out[whole] = mark
    return out


def _comma_labels(tables: Mapping[str, Mapping[str, Iterable[str]]]) -> frozenset[str]:
    kinds = ("before", "caption")
    several = (w for t in tables.values() for kind in kinds for w in t.get(kind, ()) if " " in w)
    return frozenset(map(name_key, (*several, *(w for t in tables.values() for w in t.get("comma", ())))))


def _rtl_labels(tables: Mapping[str, Mapping[str, Iterable[str]]]) -> tuple[tuple[str, str], ...]:
    found = {
        fold_arabic(w): kind
        for t in tables.values()
        for kind in ("before", "caption")
        for w in t.get(kind, ())
        if " " in w and _RTL.match(w)
    }
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


def _words(tables: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    if unknown := sorted(set(tables) ^ _WORD_KEYS):
        raise VocabularyError(f"words.toml: unknown or missing key {unknown[0]!r}")
    return {key: strings("words.toml", key, value) for key, value in tables.items()}


def load(user_register: Path | None = None) -> Vocabulary:
    """Reads and checks all tables; a user's own register adds rows or replaces those of the same name.

    Raises VocabularyError, which names the file and the row: a spelling claimed twice, an unknown key, an empty list.
    """
    data = files("captions") / "data"
    read = {
        n: read_toml(f"{n}.toml", (data / f"{n}.toml").read_bytes()) for n in ("agencies", "labels", "marks", "words")
    }
    rows = rows_of("agencies.toml", read["agencies"])
    staff: tuple[str, ...] = ()
    if user_register is not None:
        own, staff = user_rows(user_register)
        replaced = {agency.name for _, agency in own}
        rows = [row for row in rows if row[1].name not in replaced] + own
    agencies = by_name(rows)
    known_spellings, compounds = spellings(rows)
    labels, after, by = _labels(read["labels"])
    marks, phrases, placeholders = _marks(read["marks"])
    marks_as_labels = [{"words": table["words"]} for mark, table in read["marks"].items() if mark != "none"]
    words = _words(read["words"])
    folded = {key: frozenset(w.casefold() for w in value) for key, value in words.items()}
    lines = (data / "given_names.txt").read_text(encoding="utf-8").splitlines()
    given = [name for line in lines if not line.startswith("#") for name in line.split()]
    dotted = _longest_first(
        {w for t in read["labels"].values() for w in t.get("before", ()) if w[-1:] == "." and len(w) > 3}
    )
    places = "|".join(map(re.escape, _longest_first(folded["places"])))
    joins = "|".join(map(re.escape, _longest_first(folded["and"])))
    return Vocabulary(
        agencies=agencies,
        spellings=known_spellings,
        compounds=compounds,
        labels=labels,
        dotted_labels=re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, dotted))})"),
        comma_labels=_comma_labels(read["labels"]),
        rtl_labels=_rtl_labels(read["labels"]),
        label_ends=frozenset(
            name_key(w.split()[-1]) for t in (*read["labels"].values(), *marks_as_labels) for v in t.values() for w in v
        ),
        label_marks=_label_marks(read["labels"], marks),
        after_labels=after,
        by_starts=_grouped([(p, _first(p)) for p in by]),
        by_stems_ascii=_stems(p for p in by if p.isascii()),
        by_stems=_stems(by),
        source_stems=_stems(_sources(phrases, words["by"])),
        by_cjk=tuple(p for p in by if has_cjk(p)),
        sources=_grouped([(p, p.split(" ", 1)[0]) for p in _sources(phrases, words["by"])]),
        last_words=frozenset(name_key(re.split(r"[\s.]", s.strip(". "))[-1]) for s in printed(agencies)),
        marks=marks,
        placeholders=placeholders,
        organization_words=folded["organization"],
        organization_phrases=_grouped([(w, _first(w)) for w in folded["organization"] if " " in w]),
        organization_first=folded["organization_first"],
        studios=folded["studio"],
        shown=_longest_first(folded["shown"]),
        other_roles=_grouped([(w, w.split(" ", 1)[0]) for w in folded["other_roles"]]),
        other_singles=frozenset(map(name_key, words["other_singles"])),
        regions=frozenset(words["regions"]),
        family_names=frozenset(map(name_key, words["family_names"])),
        lenders=re.compile(
            rf"(?i:{'|'.join(map(re.escape, _longest_first(folded['lenders'])))})"
            rf"(?:$|[\s,/]+(?:(?:{joins})\s+)?(?:the\s+)?(?=[^\W\d_a-z]))"
        ),
        restrictions=_phrases(folded["restrictions"]),
        outs=_outs(folded["out"]),
        remarks=_phrases(folded["remarks"]),
        notice_starts=frozenset(map(_rarest, (*folded["restrictions"], *folded["remarks"]))),
        notice_cjk=tuple(w.casefold() for w in words["restrictions"] if has_cjk(w)),
        machine=_machine(words),
        machine_starts=frozenset(
            w[:4]
            for key in ("ai_terms", "ai_tools", "ai_tools_weak")
            for p in folded[key]
            for w in _FIRST.findall(p)[:1]
        )
        | {"ai", "a", "ki", "ia", "mi"},
        ai_fillers=folded["ai_fillers"],
        made=tuple(sorted(folded["made"])),
        months=folded["months"],
        surnames=folded["surnames"],
        organization_endings=_grouped([(w, w[-2:]) for w in folded["organization_endings"]]),
        organization_cjk=tuple(sorted(folded["organization_cjk"])),
        title_set=folded["titles"],
        title_starts=_grouped([(w, w.split(" ", 1)[0]) for w in folded["titles"]]),
        title_ends=_grouped([(w, w.rsplit(" ", 1)[-1]) for w in folded["titles"]]),
        cjk_titles=_longest_first(w for w in folded["titles"] if has_cjk(w)),
        mark_starts=_grouped([((p, m), p.split(" ", 1)[0].strip(".,:")) for p, m in phrases]),
        mark_ends=_grouped([((p, m), p.rsplit(" ", 1)[-1].strip(".,:")) for p, m in phrases]),
        places=folded["places"],
        bare_words=folded["places"] | folded["via"] | folded["by"] | folded["and"] | folded["for"] | folded["on"],
        place_before=re.compile(rf"(?:^|[\s.;,|/(\[])(?:{places})\s*[:：]\s*", re.IGNORECASE),
        place_after=re.compile(rf"\s*[(\[](?:{places})[)\]][\s.,;/&|]*(?:(?:{joins})\s+)?", re.IGNORECASE),
        name_breakers=frozenset(
            part.strip(".,:")
            for text in (
                *folded["titles"],
                *folded["organization"],
                *folded["organization_first"],
                *folded["other_roles"],
                *folded["by"],
                *folded["via"],
                *(p for p, _ in phrases),
                *(w for t in read["labels"].values() for v in t.values() for w in v),
                *(w.casefold() for w in read["marks"]["none"]["words"]),
            )
            for part in text.split()
        ),
        cjk_marks=tuple((p, m) for p, m in phrases if has_cjk(p)),
        slashed={
            w.casefold(): "" if m == "none" else m for m, t in read["marks"].items() for w in t["words"] if "/" in w
        },
        given_names=frozenset(name_key(w) for w in given if w),
        long_starts=frozenset(k[:n] for k in known_spellings if len(k) >= _LONG for n in (3, 5)),
        long_ends=frozenset(k[-4:] for k in known_spellings if len(k) >= _LONG),
        misspelt=_misspelt(known_spellings),
        small_particles=folded["small"],
        abbreviations=frozenset(part.rstrip(".") for w in folded["titles"] for part in w.split() if part.endswith(".")),
        small_words=folded["particles"] | folded["and"] | folded["for"] | folded["on"] | folded["by"] | _SMALL,
        particles=folded["particles"],
        joins=folded["and"],
        showing=folded["showing"],
        vias=folded["via"],
        fors=frozenset(w for w in folded["for"] if " " not in w),
        for_starts=_grouped([(w, w.split(" ", 1)[0]) for w in folded["for"]]),
        ons=folded["on"],
        bys=folded["by"],
        staff=frozenset(name_key(name) for name in staff),
    )


@lru_cache(maxsize=256)
def with_houses(words: Vocabulary, houses: frozenset[str]) -> Vocabulary:
    """Return the tables for an article of the publication that these name keys spell; see ``names.house_spellings``.

    Kept, so that the readings of all articles of one publication are kept together.
    """
    return replace(words, houses=words.houses | houses) if houses - words.houses else words


@lru_cache(maxsize=1)
def default() -> Vocabulary:
    """The tables that come with the program, loaded once."""
    return load()
