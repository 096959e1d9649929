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
from captions.lexicon.agencies import Agency, Row, Spelling, by_name, rows_of, spellings, user_rows
from captions.lexicon.fields import Arguments, agency_fields, word_fields
from captions.lexicon.table_cache import Tables, cached
from captions.lexicon.word_tables import LONG
from captions.text import name_key


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """All tables, in the forms in which they are queried; compared by identity, so that it can be a cache key."""

    agencies: Mapping[str, Agency]
    """By canonical name."""
    spellings: Mapping[str, Spelling]
    """By name key."""
    compounds: Mapping[tuple[str, ...], Agency]
    """The name keys of the parts of a spelling with a slash or the like inside -> agency."""
    labels: Mapping[str, str]
    """Name key of a label -> before, by, after, weak or caption."""
    dotted_labels: re.Pattern[str]
    """Finds labels that end in a period and need no colon: ``fot.``."""
    comma_labels: frozenset[str]
    """Name keys of labels that may end with a comma: of several words, or a word that does not begin sentences."""
    rtl_labels: tuple[tuple[str, str], ...]
    """Right-to-left labels, folded by ``text.fold_arabic``, with their kinds, longest first."""
    label_ends: frozenset[str]
    """Name keys of the last words of labels, and of marks used as labels."""
    label_marks: Mapping[str, str]
    """Name key of a label that is also a mark -> the mark: ``photo courtesy of``, ``Archivfoto``."""
    after_labels: tuple[str, ...]
    """Labels after a name, longest first, in lowercase."""
    by_starts: Mapping[str, tuple[str, ...]]
    """First word -> the labels before a name without a colon, longest first, in lowercase."""
    by_cjk: tuple[str, ...]
    """Such labels in scripts without spaces."""
    sources: Mapping[str, tuple[str, ...]]
    """First word -> phrases before the lender of a picture, longest first: ``courtesy of``, ``cedida por``."""
    source_stems: tuple[str, ...]
    """Every text with such a phrase contains at least one of these."""
    last_words: frozenset[str]
    """Name keys of the last words of all spellings; a line that ends with an agency ends with one of these."""
    marks: Mapping[str, str]
    """Name key of a word or phrase -> mark; ``""`` for words that are neither marks nor names."""
    placeholders: frozenset[str]
    """Marks used in place of a name."""
    organization_words: frozenset[str]
    organization_phrases: Mapping[str, tuple[str, ...]]
    """First word -> phrases in the names of organizations: ``city of``, ``red cross``."""
    organization_first: frozenset[str]
    """Words that show an organization only at the start of a name: ``Schloss``."""
    studios: frozenset[str]
    """Words in the names of a stock library's contributors."""
    screen_sources: tuple[str, ...]
    """Sources of a screenshot, after the owner's name: ``website``."""
    elsewhere: tuple[str, ...]
    """Starts of labels for pictures elsewhere in the article: ``all photos``, ``featured image``."""
    other_roles: Mapping[str, tuple[str, ...]]
    """First word -> work for a picture other than creating it: ``design``, ``hair and makeup``."""
    other_singles: frozenset[str]
    """Name keys of given names that, by themselves, are more often a place or a brand."""
    regions: frozenset[str]
    """States and countries as printed after a city: ``TX``, ``Texas``."""
    family_names: frozenset[str]
    """Name keys of common family names, each of which names a person by itself."""
    lenders: re.Pattern[str]
    """Finds lenders without a name: ``the artist and``."""
    restrictions: re.Pattern[str]
    """Finds restrictions: ``Nur zur redaktionellen Verwendung``."""
    limits: re.Pattern[str]
    """Finds words that limit, which restrict a picture's use if they are in its terms of use: ``only``."""
    no_limits: re.Pattern[str]
    """Finds phrases with such words that do not restrict: ``no restrictions``."""
    notice_words: Mapping[str, tuple[str, ...]]
    """Key of a word or phrase -> what it may mean in a notice: ``no``, ``sale``, ``medium:tv``, ``place:DE``."""
    notice_phrases: Mapping[str, str]
    """Complete notices, folded -> what they say: ``sale not``."""
    notice_limits: frozenset[str]
    """Words of which every notice contains one: ``out``, ``only``; for a fast test."""
    notice_signs: tuple[str, ...]
    """Letters of which every notice in a caption contains some: ``OUT``."""
    remarks: re.Pattern[str]
    """Finds an agency's remarks to editors: ``ATTENTION EDITORS``."""
    notice_starts: frozenset[str]
    """The first six letters, in lowercase, of words that every restriction or remark contains; for a fast test."""
    notice_cjk: tuple[str, ...]
    """Complete restrictions in scripts without spaces, for the same test."""
    machine: re.Pattern[str]
    """Finds words for artificial intelligence and names of image generators: groups ``term``, ``tool`` and ``weak``."""
    machine_starts: frozenset[str]
    """The first four letters of its first words in Latin script, in lowercase; for a fast test."""
    ai_fillers: frozenset[str]
    """Words at the start of such a notice: ``This``, ``Mit``."""
    making_stems: tuple[str, ...]
    """The stems of verbs for creating a picture: ``generat``, ``erstellt``."""
    months: frozenset[str]
    """The first three letters of the months."""
    surnames: frozenset[str]
    """Words in the names of organizations that are also surnames."""
    organization_endings: Mapping[str, tuple[str, ...]]
    """The last two letters -> word endings that only organizations have: ``-verlag``."""
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
    """Words with a slash inside, ``n/a``, in lowercase -> mark, or ``""``."""
    common_words: frozenset[str]
    """Common lowercase words; a name of several words that begins or ends with one belongs to an organization."""
    given_names: frozenset[str]
    """Name keys of given names."""
    long_starts: frozenset[str]
    """The first three and first five letters of all spellings long enough to be recognized with a letter wrong."""
    long_ends: frozenset[str]
    """Their last four letters."""
    misspelled: Mapping[str, Agency]
    """Name keys of long spellings with a letter left out -> agency."""
    small_particles: frozenset[str]
    """Particles that are lowercase in the normal case of a name in capitals."""
    places: frozenset[str]
    """Words for a picture's position on the page."""
    bare_words: frozenset[str]
    """Words next to names that are not names: ``via``, ``by``, ``and``, ``left``."""
    place_before: re.Pattern[str]
    """Finds a picture's position before its credit: ``Left:``."""
    place_after: re.Pattern[str]
    """Finds a picture's position after its credit: ``(left)``."""
    name_breakers: frozenset[str]
    """Words of titles, labels, marks and organizations, in lowercase; a text with any of them is not a plain name."""
    abbreviations: frozenset[str]
    """Abbreviated titles, whose period does not end a sentence."""
    small_words: frozenset[str]
    """Lowercase words inside names: particles, prepositions, conjunctions."""
    particles: frozenset[str]
    joins: frozenset[str]
    """Words that join two names."""
    showing: frozenset[str]
    """Words before a label in a sentence that describes a picture: ``In the photo: X``."""
    vias: frozenset[str]
    fors: frozenset[str]
    for_starts: Mapping[str, tuple[str, ...]]
    """First word -> phrases before the client of a photographer: ``for``, ``on behalf of``."""
    ons: frozenset[str]
    bys: frozenset[str]
    staff: frozenset[str] = field(default=frozenset())
    """Name keys of creators on the staff."""
    own: frozenset[str] = field(default=frozenset())
    """Name keys of the newsroom's own publications."""
    houses: frozenset[str] = field(default=frozenset())
    """Name keys of the article's own publication, which is an agency even if its name looks like a person's."""

    def agency(self, text: str) -> Agency | None:
        """Return the agency with a spelling, weak spellings included: ``"REUTERS"`` gives Reuters."""
        found = self.spelling(text)
        return found[0] if found else None

    def has_organization_ending(self, word: str) -> bool:
        """Return whether a lowercase word has an ending that only organizations' names have."""
        endings = self.organization_endings.get(word[-2:])
        return endings is not None and word.endswith(endings)

    def near(self, text: str) -> Agency | None:
        """Return the agency whose long spelling differs by an extra or missing letter, or by two swapped letters."""
        key = name_key(text)
        if len(key) < LONG or key[:3] not in self.long_starts:
            return None
        if key[:5] not in self.long_starts and key[-4:] not in self.long_ends:
            return None  # a single mistake leaves the beginning or the end intact
        if key in self.misspelled:
            return self.misspelled[key]
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
        """Return the agency with a spelling, and whether the spelling is weak; None if there is none."""
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

    Raise VocabularyError, which names the file and the row, for a spelling claimed twice, an unknown key or an empty
    list.
    """
    rows, of_agencies, others = cached(_built_in)
    if user_register is None:
        return Vocabulary(**of_agencies, **others)
    user = user_rows(user_register)
    replaced = {agency.name for _, agency in user.agencies}
    of_agencies = _of_agencies([row for row in rows if row[1].name not in replaced] + user.agencies)
    words = Vocabulary(**of_agencies, **others, staff=frozenset(map(name_key, user.staff)))
    known = (words.agency(name) for name in user.own)
    own = (name_key(row.name if row else name) for name, row in zip(user.own, known, strict=True))
    return replace(words, own=frozenset(own))


def _built_in() -> Tables:
    """Read the program's own tables."""
    register = tables.load("agencies.toml")
    register.only({"agency"})
    rows = rows_of(register)
    return rows, _of_agencies(rows), word_fields()


def _of_agencies(rows: list[Row]) -> Arguments:
    """Return the fields that depend on the register; raise VocabularyError if rows contradict each other."""
    agencies = by_name(rows)
    known, compounds = spellings(rows)
    return agency_fields(agencies, known, compounds)


@lru_cache(maxsize=256)
def with_houses(words: Vocabulary, houses: frozenset[str]) -> Vocabulary:
    """Return the tables for articles of the publication with these name keys; see ``names.house_spellings``.

    The result is cached, so that the readings of all articles of a publication are cached together.
    """
    return replace(words, houses=words.houses | houses) if houses - words.houses else words


@lru_cache(maxsize=1)
def default() -> Vocabulary:
    """Return the program's own tables, loaded once."""
    return load()
