"""Score a cut of a line: whether the credit reads cleanly and the rest reads as a caption."""

from __future__ import annotations

import re
from collections.abc import Callable

from captions.caption.candidates import Cut, has_slash, is_named, is_short_name
from captions.caption.evidence import weights
from captions.credit import labels
from captions.credit.parser import Reading
from captions.credit.segments import Party
from captions.lexicon.vocabulary import Vocabulary
from captions.text import STOPS, closing_bracket_start, has_cjk, name_key

# A dateline, a line of dialogue, the author of a quotation, or a list item.
_NOT_A_CREDIT = re.compile(r"[A-ZÀ-Þ][^\W\d_a-z]+\s*\([^)]*\)$|[-–—]\s?[^\W\d_]|\d+[.)]\s|[•*·]\s")
_CHAIN = re.compile(r"[/／|｜©]|copyright", re.IGNORECASE)
# The initials of editors, in lowercase.
_INITIALS = re.compile(r"[a-zà-ÿ]{2,3}")
_SELLERS = ("agency", "stock")
_LONGEST_LABELLED, _MOST_WORDS_LABELLED = 220, 28
_LONGEST_BARE, _MOST_WORDS_BARE = 120, 14
NO = -9.0


def score(cut: Cut, reading: Reading, line: str, words: Vocabulary) -> float:
    """Return the score of a cut: 1 is possible, 2 likely, 3 sure."""
    found = _labelled(cut, reading, line, words) if cut.kind or cut.place == "labelled-bracket" else None
    if found is None:
        found = _unlabelled(cut, reading, line, words)
    table = weights("cut")
    return sum(table[name] for name in found)


def may_be_bare(text: str, words: Vocabulary) -> bool:
    """Return whether a text may be a credit without a label; a fast test for a short text with a name or a chain."""
    if not 1 < len(text) <= 140:
        return False
    tokens = text.split()
    if len(tokens) > 16 or (len(tokens) > 3 and sum(t[0].islower() for t in tokens) > 1 + len(tokens) // 3):
        return bool(tokens) and labels.source_phrase(text, words)
    if _CHAIN.search(text) or text[-1] in ")]）】］〕>＞":
        return True
    last = name_key(tokens[-1].rsplit(".", 1)[-1] if not tokens[-1].endswith(".") else tokens[-1]) if tokens else ""
    return (
        last in words.last_words
        or labels.source_phrase(text, words)
        or (has_cjk(text) and words.spelling(text) is not None)
        or (len(tokens) <= 2 and words.marks.get(name_key(text)) in words.placeholders - {""})
        or (3 < len(tokens) <= 9 and any(t in words.fors for t in tokens[2:5]))
    )


# Cuts before a label.


def _labelled(cut: Cut, reading: Reading, line: str, words: Vocabulary) -> list[str]:
    """Return the evidence for and against a cut before a label."""
    if cut.place == "label-after":
        return _label_after(cut, reading, line)
    credit = reading.credit.line
    dated = cut.kind == "sign" and cut.start and reading.credit.copyright_notice and reading.persons  # © 2019 Jo Reed
    if reading.label is None and not dated and not (cut.house and is_named(reading)):
        return ["nobody"]
    if not credit or len(credit) > _LONGEST_LABELLED or len(credit.split()) > _MOST_WORDS_LABELLED:
        return ["prose"]
    if all(p.kind in ("role", "word") for p in reading.parties) and not (reading.parties and credit == "-"):
        return ["nobody"]
    found = [*_reads(reading)]
    if cut.place == "labelled-bracket":
        return [*found, "bracket", *_of_label(reading.label, reading)]
    return [*found, *_label_in_line(cut, reading, line, words)]


def _reads(reading: Reading) -> list[str]:
    if reading.clean:
        return ["clean"]
    others = [p.text for p in reading.parties if p.kind == "other"]
    return ["short-rest"] if reading.parties and all(map(is_short_name, others)) else ["prose"]


def _of_label(kind: str | None, reading: Reading) -> list[str]:
    if kind == "weak":
        return ["label-weak", *(["known"] if reading.registered else [])]
    return [f"label-{kind if kind in ('by', 'sign') else 'before'}"]


def _label_in_line(cut: Cut, reading: Reading, line: str, words: Vocabulary) -> list[str]:
    """Return the evidence in the words around a label within a line."""
    start, kind = cut.start, cut.kind
    found = _of_label(kind, reading)
    before = line[:start].split()
    if kind == "sign":
        code = reading.credit.line[:1].islower() and not reading.registered  # a line of code: # (c) nobody
        return ["nobody"] if code else found
    last = before[-1].casefold() if before else ""
    if last in words.joins or last in words.showing:
        return ["dangling", *found]  # Lights and photographs: Nell Carrow; In the photo: Nell Carrow
    if not reading.clean and 0 < len(before) < 3:
        return ["prose"]  # `Erstes Bild: so könnte es aussehen`
    label = line[start : start + 1]
    inside = bool(start) and not _after_stop(line, start) and not has_cjk(label)
    if inside and label.isalpha() and not label.isupper() and not is_named(reading):
        return ["prose"]  # the caption of the photo: a dog
    if kind == "by" and start and not _after_stop(line, start) and not label.isupper():
        return ["prose"] if line[-1] in STOPS else ["label-in-prose", *found]
    return found


def _after_stop(line: str, start: int) -> bool:
    before = line[:start].rstrip()
    return not before or not before[-1].isalnum()


def _label_after(cut: Cut, reading: Reading, line: str) -> list[str]:
    if reading.label != "after" or not is_named(reading):
        return ["nobody"]
    if cut.kind == "taken-by":
        return ["label-after", "clean", "label-after"] if reading.clean and len(reading.parties) == 1 else ["nobody"]
    named = all(p.kind in ("agency", "organization", "person", "mark") for p in reading.parties)
    listed = any(p.joint in ("、", "，", "=", "＝") for p in reading.parties)
    whole = cut.start > 0 or not any(stop in line for stop in "。！？")
    if not named or listed or not whole:
        return ["prose"]
    return ["label-after", "clean"] if cut.start == 0 or has_slash(reading) else ["label-after"]


# Cuts without a label.


def _unlabelled(cut: Cut, reading: Reading, line: str, words: Vocabulary) -> list[str]:
    """Return the evidence for and against a cut before a credit without a label."""
    whole_line = cut.place == "line"
    opened = closing_bracket_start(line) if whole_line else None
    if whole_line and _cannot_be_bare(line, reading, words):
        return ["prose"]
    if any(_INITIALS.fullmatch(party.text) for party in reading.persons):
        return ["prose"]  # (mm/dpa): who wrote the text
    found = bare(reading, bracketed=opened == 0, words=words)
    if found and min(map(weights("cut").__getitem__, found)) <= NO:
        return found
    if len(reading.credit.line) > _LONGEST_BARE and not whole_line:
        return ["prose"]
    if whole_line:
        person = opened == 0 and bool(reading.persons) and not has_cjk(line)
        return [*found, "bracket", "placeholder"] if person and found == ["clean"] else found
    return [*found, *_place(cut, reading, line, words)]


def _cannot_be_bare(line: str, reading: Reading, words: Vocabulary) -> bool:
    if _NOT_A_CREDIT.match(line) or line.split(" ", 1)[0].casefold() in words.bys:
        return True
    if reading.credit.line[-1:] in STOPS and not reading.credit.copyright_notice:
        return True  # a sentence, in brackets or not
    return line.rstrip(")]）】 ").endswith(("記者", "记者", "기자"))  # 新华社记者: who wrote the text


def _place(cut: Cut, reading: Reading, line: str, words: Vocabulary) -> list[str]:
    """Return the evidence in the place of a cut and the rest of the line."""
    found: list[str] = []
    if cut.place == "bracket":
        found.append("bracket")
        if line[-1] in "]］】" and _is_capitalized(reading):
            found.append("square-bracket-names")
    elif cut.place == "sentence":
        found.append("sentence-end")
        if all(p.kind == "mark" and p.name in words.placeholders for p in reading.parties):
            found.append("placeholder")
    elif cut.place == "equals":
        found.append("equals-sign" if reading.registered and reading.clean else "nobody")
    elif cut.place == "slash":
        found.append("slash")
        if line[-1] in STOPS:
            found.append("new-sentence")
        if reading.persons and len(reading.parties) == 1 and len(reading.parties[0].text.split()) <= 4:
            found.append("person")
    elif cut.place == "bar":
        found.append("bar")
    rest = line[: cut.end].rstrip(" |｜/–—•")
    last = rest.rsplit(None, 1)[-1] if rest else ""
    if cut.place in ("slash", "bar", "sentence") and _is_name_like(rest, words):
        found.append("few-words")
    if cut.place != "bracket" and last.islower() and (last in words.small_words or last in words.showing):
        found.append("dangling")
    return found


def _is_name_like(rest: str, words: Vocabulary) -> bool:
    """Return whether the text before a cut is too short for a caption, or is another name: ``Grumpy Cow Studios |``."""
    if has_cjk(rest):
        return False
    tokens = rest.split(None, 5)
    if len(tokens) < 3 or "©" in rest:
        return True
    return len(tokens) <= 4 and rest[-1] not in STOPS and all(t[0].isupper() or t in words.small_words for t in tokens)


def _is_capitalized(reading: Reading) -> bool:
    """Return whether a credit consists of two to six words that begin with a capital."""
    tokens = reading.credit.line.split()
    return reading.clean and 2 <= len(tokens) <= 6 and all(t[0].isupper() or len(t) <= 3 for t in tokens)


def bare(reading: Reading, bracketed: bool, words: Vocabulary) -> list[str]:
    """Return the evidence that a text without a label is a credit.

    If the whole line is in brackets (``bracketed``), any known name counts as much as a seller's. Elsewhere it does
    not, because headings and lists also name papers and broadcasters.
    """
    parties = reading.parties
    if not parties or len(reading.credit.line.split()) > _MOST_WORDS_BARE:
        return ["prose"]
    if not reading.clean:
        return _reads(reading)
    if any(p.joint == "stop" and p.kind != "mark" for p in parties):
        return ["new-sentence"]
    if any(p.joint and p.joint in ",，、" and p.agency is None and p.kind not in ("mark", "word") for p in parties):
        return ["name-list"]
    if any(p.kind == "role" for p in parties) or all(p.kind == "word" for p in parties):
        return ["nobody"]
    return ["clean", *_named(reading, bracketed, words)]


def _named(reading: Reading, bracketed: bool, words: Vocabulary) -> list[str]:
    """Return the evidence in the parties of a clean reading."""
    found = ["seller"] if _is_sold(reading, bracketed) else ["known"] if reading.registered else []
    first = next((name for name, shows in _PARTY_EVIDENCE if shows(reading, words)), None)
    return found if first is None else [*found, first]


def _is_sold(reading: Reading, bracketed: bool) -> bool:
    """Return whether the reading names a seller of pictures or, if bracketed, any known party."""
    strong = _strong(reading)
    return bool(strong) and (bracketed or any(p.agency is not None and p.agency.kind in _SELLERS for p in strong))


def _strong(reading: Reading) -> list[Party]:
    return [p for p in reading.registered if not p.weak]


def _is_chain(reading: Reading, words: Vocabulary) -> bool:
    if not has_slash(reading):
        return False
    if reading.registered and reading.persons:
        return True
    return bool(_strong(reading)) and any(p.kind == "mark" for p in reading.parties)


def _lists_agencies(reading: Reading, words: Vocabulary) -> bool:
    return not reading.persons and any(p.joint == "," and p.agency for p in reading.parties)


def _is_courtesy(reading: Reading, words: Vocabulary) -> bool:
    return reading.parties[0].kind == "mark" and any(p.joint == "courtesy" for p in reading.parties)


def _is_notice(reading: Reading, words: Vocabulary) -> bool:
    return bool(reading.credit.copyright_notice and reading.credit.agencies)


def _is_qualifier_chain(reading: Reading, words: Vocabulary) -> bool:
    parties = reading.parties
    return parties[0].kind == "mark" and len(parties) == 2 and parties[1].joint in ("/", "／")


def _is_person_for_house(reading: Reading, words: Vocabulary) -> bool:
    return is_for_house(reading) and has_given_name(reading.parties[0].text, words)


def _is_person_chain(reading: Reading, words: Vocabulary) -> bool:
    parties = reading.parties
    return has_slash(reading) and len(reading.persons) == 1 and len(parties) <= 3 and _slashed(reading)


def _is_person_apart(reading: Reading, words: Vocabulary) -> bool:
    if not reading.registered or all(p.agency or p.kind == "mark" for p in reading.parties):
        return False
    return bool(reading.persons) or not has_slash(reading)


_PARTY_EVIDENCE: tuple[tuple[str, Callable[[Reading, Vocabulary], bool]], ...] = (
    ("chain", _is_chain),
    ("agencies-listed", _lists_agencies),
    ("courtesy", _is_courtesy),
    ("notice", _is_notice),
    ("qualifier-chain", _is_qualifier_chain),
    ("person-for-house", _is_person_for_house),
    ("person-chain", _is_person_chain),
    ("person-apart", _is_person_apart),
)
"""The evidence that the parties of a clean reading may give; only the first that fits counts."""


def is_for_house(reading: Reading) -> bool:
    """Return whether a credit is ``X for HOUSE``, with at most four words after ``for``."""
    parties = reading.parties
    if len(parties) != 2 or parties[0].kind != "person" or parties[1].joint != "for":
        return False
    return len(parties[1].text.split()) <= 4  # My Secret Tip for Writing an Unforgettable College Essay


def has_given_name(text: str, words: Vocabulary) -> bool:
    """Return whether a person's name begins with a known given name or with an initial."""
    first = text.split(None, 1)[0]
    return name_key(first) in words.given_names or (len(first) == 2 and first[1] == "." and first[0].isupper())


def _slashed(reading: Reading) -> bool:
    return all(p.joint in ("", "/", "／") for p in reading.parties)
