"""Load and check the tables in ``captions/data`` once: agencies, labels, marks, words.

Spellings are compared by :func:`captions.text.name_key`: case, accents, spaces and dots do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from captions.lexicon import tables
from captions.lexicon.agencies import Agency, Spelling, by_name, rows_of, spellings, user_rows
from captions.lexicon.fields import agency_fields, word_fields
from captions.lexicon.word_tables import LONG
from captions.text import name_key


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
    """Name key of a word or phrase -> mark; ``""`` for a word that is neither."""
    placeholders: frozenset[str]
    """Marks that stand instead of a name."""
    organization_words: frozenset[str]
    organization_phrases: Mapping[str, tuple[str, ...]]
    """First word -> phrases of several words that organizations have in their names: ``city of``, ``red cross``."""
    organization_first: frozenset[str]
    """Words that begin an organization's name, and are surnames or anything behind another word: ``Schloss``."""
    studios: frozenset[str]
    """Words in the names of a stock library's contributors."""
    screen_sources: tuple[str, ...]
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
    making_stems: tuple[str, ...]
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
    common_words: frozenset[str]
    """Words that articles write small: a name of several words that begins or ends with one is an organization's."""
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
    """Words of titles, labels, marks and organizations, in lower case: a text with them is not a plain name."""
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
        """Return the agency a text spells, weak spellings too. ``"REUTERS"`` gives Reuters' row."""
        found = self.spelling(text)
        return found[0] if found else None

    def has_organization_ending(self, word: str) -> bool:
        """Return whether a word, in lower case, ends as only organizations' names do."""
        endings = self.organization_endings.get(word[-2:])
        return endings is not None and word.endswith(endings)

    def near(self, text: str) -> Agency | None:
        """Return the agency whose long spelling a text misses by one letter too many or too few, or by two swapped."""
        key = name_key(text)
        if len(key) < LONG or key[:3] not in self.long_starts:
            return None
        if key[:5] not in self.long_starts and key[-4:] not in self.long_ends:
            return None  # one mistake leaves the beginning or the end as it is
        if key in self.misspelt:
            return self.misspelt[key]
        for at in range(len(key)):
            without = key[:at] + key[at + 1 :]
            found = self.spellings.get(without)
            if found is not None and not found.weak and len(without) >= LONG:
                return found.agency
            swapped = key[:at] + key[at + 1 : at + 2] + key[at : at + 1] + key[at + 2 :]
            found = self.spellings.get(swapped)
            if found is not None and not found.weak:
                return found.agency
        return None

    def spelling(self, text: str) -> tuple[Agency, bool] | None:
        """Return the agency a text spells and whether the spelling is a weak one; None if it spells none."""
        key = name_key(text)
        found = self.spellings.get(key) or (self.spellings.get(key[3:]) if key[:3] == "the" else None)
        if self.houses and (found is None or found.weak) and key in self.houses:
            return Agency(text.strip(), "publisher"), found is None and " " not in text.strip()
        if found is not None and found.forms and not text.isascii():
            text = unicodedata.normalize("NFKC", text)
        if found is None or (found.forms and text.replace(".", "").removeprefix("The ").strip() not in found.forms):
            return None
        return found.agency, found.weak


def load(user_register: Path | None = None) -> Vocabulary:
    """Read and check all tables; a user's own register adds rows or replaces those of the same name.

    Raises VocabularyError, which names the file and the row: a spelling claimed twice, an unknown key, an empty list.
    """
    register = tables.load("agencies.toml")
    register.only({"agency"})
    rows = rows_of(register)
    staff: tuple[str, ...] = ()
    if user_register is not None:
        own, staff = user_rows(user_register)
        replaced = {agency.name for _, agency in own}
        rows = [row for row in rows if row[1].name not in replaced] + own
    agencies = by_name(rows)
    known, compounds = spellings(rows)
    return Vocabulary(
        **agency_fields(agencies, known, compounds),
        **word_fields(),
        staff=frozenset(name_key(name) for name in staff),
    )


@lru_cache(maxsize=256)
def with_houses(words: Vocabulary, houses: frozenset[str]) -> Vocabulary:
    """Return the tables for an article of the publication that these name keys spell; see ``names.house_spellings``.

    Cached, so that the readings of all articles of one publication are cached together.
    """
    return replace(words, houses=words.houses | houses) if houses - words.houses else words


@lru_cache(maxsize=1)
def default() -> Vocabulary:
    """Return the tables that come with the program, loaded once."""
    return load()
