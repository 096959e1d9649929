"""Read segments with more than a name, such as labels, marks and joined names, by an ordered tuple of rules."""

from __future__ import annotations

import re

from captions.credit.adjoined import adjoined, hyphened, is_person
from captions.credit.labels import PICTURE, by_phrases
from captions.credit.machines import generated
from captions.credit.names import is_forename, is_given_name, sort_of
from captions.credit.segments import Again, Party
from captions.credit.titled import titled
from captions.lexicon.vocabulary import Vocabulary
from captions.text import has_cjk, name_key

_ROLE = re.compile(r"([^\W\d_][\w\s./&-]{1,24}?)\s*[:：]\s*(.+)$")
_LAST = re.compile(r"[ -]")
_ARTICLE = re.compile(r"(?:the|der|die|das|dem|des|den|la|le|les|el|los|las|l'|l’)\b\s*", re.IGNORECASE)
_SMALL_BREAK = re.compile(r"[\s(\[:;,.-]")
_OFFICIAL = re.compile(r"^official\s+", re.IGNORECASE)
_SOURCED = ("courtesy", "supplied", "handout")
# Unlike `archive`, never part of an organization's name: `Harbor Echo file`.
_FILES = frozenset({"file", "files"})
_OF = frozenset({"of", "from"})
_WITH = frozenset({"of", "from", "at", "with"})
_DATED = re.compile(r"(.+?)(?:,|(?<!\s)(?=\s))\s++(?:19|20)\d\d$")


def _labelled(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again) -> bool:
    """Type a label or a role within the line: ``photo by X``, ``Foto: X``, or ``Styling: X``, who is not a creator."""
    role = _ROLE.match(text)
    if role:
        kind = words.labels.get(name_key(role[1]))
        spelled = words.spelling(role[1])
        if spelled is not None:  # AAP: Tessa King
            out.append(Party(role[1], "agency", spelled[0].name, joint, spelled[0], spelled[1]))
            again(role[2], "/", words, out, depth + 1)
            return True
        if role[1].casefold().rsplit(" ", 1)[-1] in words.places:  # From left: A; B
            kind = "before"
        if kind is not None and kind != "caption":
            again(role[2], joint, words, out, depth + 1)
        elif _is_house_before(role[1], role[2], words):  # Harbor Radio: Tessa King, Harbor Radio photo: Tessa King
            house = _without_picture(role[1])
            out.append(Party(house, "organization", house, joint))
            again(role[2], "/", words, out, depth + 1)
        elif words.spelling(role[2]) is not None and is_person(role[1], words):  # Tessa King: Reuters
            again(role[1], joint, words, out, depth + 1)
            again(role[2], "/", words, out, depth + 1)
        elif (mark := words.marks.get(name_key(role[1]))) is not None:
            if mark:
                out.append(Party(role[1], "mark", mark, joint))
            again(role[2], joint, words, out, depth + 1)
        else:
            out.append(Party(text, "role", "", joint))
        return True
    if _is_other_role(text, words):
        out.append(Party(text, "role", "", joint))
        return True
    for start, end in by_phrases(text, words):
        rest = text[end:].strip()
        if not rest or (start and not _SMALL_BREAK.match(text[start - 1])):
            continue
        before = _OFFICIAL.sub("", text[:start]).strip()
        if before and (words.spelling(before) or _is_house_before(before, rest, words)):  # U.S. Navy photo by Jo Reed
            again(before, joint, words, out, depth + 1)
            again(rest, "/", words, out, depth + 1)
            return True
        if not before or words.marks.get(name_key(before)) == "" or before.casefold() in words.title_set:
            if mark := words.marks.get(name_key(text[start:end])):  # photo illustration by Jo Reed
                out.append(Party(text[start:end], "mark", mark, joint))
            again(rest, joint, words, out, depth + 1)
            return True
    return False


def _without_picture(text: str) -> str:
    head, _, last = text.rpartition(" ")
    return head if head and last.casefold() in PICTURE else text


def _is_house_before(house: str, rest: str, words: Vocabulary) -> bool:
    """Return whether an organization precedes the colon and a person follows; not a task, as in ``Hair: X``."""
    done = set(house.casefold().split())
    return (
        not any(words.other_roles.get(word) for word in done)
        and words.marks.get(name_key(house)) is None
        and house[:1].isupper()
        and sort_of(house, words) == "organization"
        and sort_of(rest, words) == "person"
    )


def _is_other_role(text: str, words: Vocabulary) -> bool:
    """Return whether a text credits work other than the picture itself: ``Design by X``."""
    tokens = text.casefold().split(" ", 4)
    for role in words.other_roles.get(tokens[0], ()):
        size = role.count(" ") + 1
        if len(tokens) > size + 1 and tokens[:size] == role.split(" ") and tokens[size] in words.bys:
            return True
    return False


def _marked(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again) -> bool:
    """Type a mark before or after a name: ``Courtesy of X``, ``photo illustration by X``, ``AP file``."""
    folded = text.casefold()
    if len(folded) != len(text):
        return False
    if dated := _DATED.match(text):
        mark = words.marks.get(name_key(dated[1]))
        if mark:  # File 2019
            out.append(Party(text, "mark", mark, joint))
            return True
    if _between(text, joint, words, out, depth, again):
        return True
    tokens = folded.split(" ", 1)
    for phrase, mark in words.mark_starts.get(tokens[0].strip(".,:"), ()):
        if folded.startswith(phrase) and len(folded) > len(phrase) and not folded[len(phrase)].isalnum():
            rest = text[len(phrase) :].strip(" :-,.")
            return _behind_mark(text, rest, phrase, mark, joint, words, out, depth, again)
    last = _LAST.split(folded)[-1].strip(".,:")
    phrases = words.mark_ends.get(last, ()) if not has_cjk(text) else words.cjk_marks
    for phrase, mark in phrases:
        if folded.endswith(phrase) and len(folded) > len(phrase):
            if not has_cjk(phrase) and folded[-len(phrase) - 1] not in " -":
                continue
            rest = text[: -len(phrase)].strip(" :-,").removesuffix("の")
            sort = "agency" if words.spelling(rest) else sort_of(rest, words)
            if sort in ("agency", "person") or (
                sort == "organization" and (" " in phrase or mark == "screenshot" or phrase in _FILES)
            ):
                again(rest, joint, words, out, depth + 1)
                out.append(Party(phrase, "mark", mark, joint))
                return True
    return False


def _between(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again) -> bool:
    """Type a mark between a name and an agency: ``Rhys Gauthier Archives Le Devoir``, ``X courtesy Y``."""
    tokens = text.split(" ")
    for at in range(1, len(tokens) - 1):
        mark = words.marks.get(name_key(tokens[at])) if len(tokens[at]) >= 4 else None
        left, right = " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
        if (
            mark == "courtesy"
            and is_person(left, words)
            and (words.spelling(right) or sort_of(right, words) != "other")
        ):
            again(left, joint, words, out, depth + 1)
            out.append(Party(tokens[at], "mark", mark, ","))
            again(right, "courtesy", words, out, depth + 1)
            return True
        is_pair = words.spelling(right) is not None and (words.spelling(left) or is_person(left, words))
        if is_pair and mark in ("archive", "pool", "handout"):
            again(left, joint, words, out, depth + 1)
            out.append(Party(tokens[at], "mark", mark, "/"))
            again(right, "/", words, out, depth + 1)
            return True
    return False


def _behind_mark(
    text: str,
    rest: str,
    phrase: str,
    mark: str,
    joint: str,
    words: Vocabulary,
    out: list[Party],
    depth: int,
    again: Again,
) -> bool:
    first, _, tail = rest.partition(" ")
    by, source = _is_by(first, mark, words), mark in _SOURCED
    if by:
        rest = tail.strip()
    elif first[:1].islower() and not source and first.casefold() not in words.vias:
        return False  # Archives nationales: an organization's own name
    if not rest or (not by and _is_institution(rest, phrase, mark, words)):
        return False
    of_a_house = False
    out.append(Party(phrase, "mark", mark, joint))
    if source:
        named, of_a_house = _without_lender(rest, words)
        if named is None:
            return True
        rest = named
    elif mark == "screenshot":
        rest = _whose_screen(rest, words)
    before = len(out)
    last = phrase.rsplit(" ", 1)[-1]
    by = by or last in words.bys or last in words.particles or last == "of"
    again(rest, "courtesy" if source and by else joint, words, out, depth + 1)
    if source:
        _type_lenders(out[before:], by, of_a_house, words)
    return True


def _is_by(word: str, mark: str, words: Vocabulary) -> bool:
    """Return whether a word after a mark joins it to a name: ``by``, ``of``."""
    return (
        word.casefold() in words.bys
        or word.casefold() == "of"
        or (mark == "screenshot" and word == "from")
        or (mark in _SOURCED and word in words.particles)
    )


def _is_institution(rest: str, phrase: str, mark: str, words: Vocabulary) -> bool:
    """Return whether the mark is part of an archive's own name: ``Archivo Municipal``."""
    if mark != "archive" or phrase not in words.organization_words:
        return False
    return words.spelling(rest) is None and sort_of(rest, words) != "person"


def _without_lender(rest: str, words: Vocabulary) -> tuple[str | None, bool]:
    """Remove an article and an unnamed lender; return the name, and whether the article shows an organization.

    ``the High Line`` gives ``High Line``. The name is None if the line has only an unnamed lender.
    """
    article = _ARTICLE.match(rest)
    if article is None or words.spelling(rest) is not None:
        return rest, False
    of_a_house = rest[0].islower() and article.group().endswith(" ")  # courtesy of the High Line
    rest = rest[article.end() :]
    lender = words.lenders.match(rest)
    return (rest[lender.end() :] or None) if lender else rest, of_a_house


def _type_lenders(found: list[Party], by: bool, of_a_house: bool, words: Vocabulary) -> None:
    """Make each lender without a clear type a person or an organization."""
    for party in found:
        if party.kind == "single" and by and is_forename(party.text, words):
            party.kind = "person"  # Submitted by Ashley
        elif party.kind in ("other", "single") or (of_a_house and party.kind == "person"):
            party.kind, party.name = "organization", party.text.strip("'\"‘’“”")


def _whose_screen(text: str, words: Vocabulary) -> str:
    """Return the owner of the source of a screenshot: ``from the Harbor Echo website`` gives ``Harbor Echo``."""
    first, _, rest = text.partition(" ")
    if rest and first.casefold() in _OF:
        text = rest
    if (article := _ARTICLE.match(text)) and text[0].islower():
        text = text[article.end() :]
    folded = text.casefold()
    for thing in words.screen_sources:
        if folded.endswith(" " + thing):
            return text[: -len(thing)].strip().removesuffix("'s").removesuffix("’s").strip()
    return text


def _related(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again) -> bool:
    """Type ``A and B``, ``X for Y``, ``X on Unsplash``."""
    if " " not in text:
        return False
    tokens = text.split(" ")
    for at in range(1, len(tokens) - 1):
        word = tokens[at].casefold()
        if word in words.joins and _both(tokens, at, joint, words, out, depth, again):
            return True
        if word in words.for_starts and _on_assignment(tokens, at, joint, words, out, depth, again):
            return True
        if tokens[at] in _WITH and _works_for(tokens, at, joint, words, out, depth, again):
            return True
        if (word in words.ons or tokens[at] in _WITH) and _from_known(tokens, at, joint, words, out, depth, again):
            return True
    return False


def _both(
    tokens: list[str], at: int, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again
) -> bool:
    """Type ``Jo Reed and Ada Quill``, ``Jo Reed and Harbor Studio``, ``Maria & Katerina``."""
    left, right = " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
    if is_forename(left, words) and is_forename(right, words):
        out += (Party(left, "person", left, joint), Party(right, "person", right, "and"))
        return True
    if not is_person(left, words) and words.spelling(left) is None:
        return False
    if not is_person(right, words) and words.spelling(right) is None and sort_of(right, words) != "organization":
        return False
    again(left, joint, words, out, depth + 1)
    again(right, "and", words, out, depth + 1)
    return True


def _from_known(
    tokens: list[str], at: int, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again
) -> bool:
    """Type ``Jo Reed on Unsplash`` and ``Jo Reed of AP``, whose organization is in the register."""
    word = tokens[at].casefold()
    left, right = " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
    known = words.spelling(right)
    if known is None and (article := _ARTICLE.match(right)) and word in words.ons:
        right = right[article.end() :]
        known = words.spelling(right)
    if known is None or not (is_person(left, words) or at == 1 or words.spelling(left) is not None):
        return False
    placed = (word in words.ons or word == "from") and known[0].kind in ("platform", "stock")
    again(left, joint, words, out, depth + 1)
    houses(right, "on" if placed else "for", words, out, depth, again)
    return True


def _works_for(
    tokens: list[str], at: int, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again
) -> bool:
    """Type ``Jo Reed of Harbor Studio``, ``Jo Reed from Harbor Echo``."""
    left, right = " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
    named = at >= 2 and is_given_name(tokens[0], words) and right[0].isupper() and is_person(left, words)
    if not named or words.spelling(right) or sort_of(right, words) not in ("organization", "person"):
        return False
    again(left, joint, words, out, depth + 1)
    houses(right, "for", words, out, depth, again)
    return True


def _on_assignment(
    tokens: list[str], at: int, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again
) -> bool:
    """Type ``X for HOUSE`` and ``X on assignment for HOUSE``, even if the organization is not in the register."""
    behind = " ".join(tokens[at:])
    folded = behind.casefold()
    if tokens[at][0].isupper() and not " ".join(tokens).isupper():
        return False  # Jan Per Olsson
    phrase = next((p for p in words.for_starts[tokens[at].casefold()] if folded.startswith(p + " ")), None)
    if phrase is None or len(folded) != len(behind):
        return False
    left, right = " ".join(tokens[:at]), behind[len(phrase) :].strip()
    known = words.spelling(right)
    if not right or (
        known is None and (phrase in words.particles or (right[0].islower() and not _ARTICLE.match(right)))
    ):
        return False
    if not (is_person(left, words) or words.spelling(left) or (at == 1 and known is not None)):
        return False
    if known is None and sort_of(right, words) == "other":
        return False
    again(left, joint, words, out, depth + 1)
    houses(right, "for", words, out, depth, again)
    return True


def houses(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again) -> None:
    """Type the text after ``for`` or ``on`` as an organization, even if it looks like a person."""
    before = len(out)
    article = _ARTICLE.match(text)
    if article and text[0].islower() and words.spelling(text) is None:
        text = text[article.end() :]
    again(text, joint, words, out, depth + 1)
    for party in out[before:]:
        if party.kind in ("person", "single"):
            party.kind, party.name = "organization", party.text


RULES = (generated, _labelled, _marked, titled, _related, hyphened, adjoined)
"""The first rule that fits types the segment."""
