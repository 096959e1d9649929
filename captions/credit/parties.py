"""The parties of a credit line: its segments, each typed as agency, organization, person, mark or plain word."""

from __future__ import annotations

import re

from captions.credit.labels import PICTURE, by_phrases
from captions.credit.names import normal_case, sort_of
from captions.credit.segments import ABBREVIATED, EDGE, Party, compounded, segments
from captions.lexicon.vocabulary import Vocabulary
from captions.text import has_cjk, name_key

_ROLE = re.compile(r"([^\W\d_][\w\s./&-]{1,24}?)\s*[:：]\s*(.+)$")
_LAST = re.compile(r"[ -]")
_ARTICLE = re.compile(r"(?:the|der|die|das|dem|des|den|la|le|les|el|los|las|l'|l’)\b\s*", re.IGNORECASE)
_INITIALS = re.compile(r"[a-z]{2,4}")
# What most names look like: nothing to take apart, and in normal case.
_PLAIN_NAME = re.compile(r"([A-Z][a-zà-öø-ÿ]+) ([A-Z][a-zà-öø-ÿ]+)$")
_SMALL_BREAK = re.compile(r"[\s(\[:;,.-]")
_OFFICIAL = re.compile(r"^official\s+", re.IGNORECASE)
_SOURCED = ("courtesy", "supplied", "handout")
_REFERENCE = re.compile(
    r"(?:bild|photo|foto|image|no|nr|id|ref)\.?\s*[\d][\d./-]*$", re.IGNORECASE
)  # Bild 183-1990-0317
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|tiff?|heic|avif)$", re.IGNORECASE)
_JOINED_CJK = re.compile(r"([A-Z]{2,5})([\u3041-\u9fff\uac00-\ud7af]{2,8})$")  # AP연합뉴스, AFP時事
_CJK_REPORTER = re.compile(r"(.*?)(?:記者|记者|기자)\s*(.*)$")
_CHAINED = frozenset("/／|")
_AI = re.compile(r"\bA\.?I\b|\bKI\b|\bIA\b|\bИИ\b|\bШІ\b|AI(?=[\u3041-\u9fff])")
_MADE = re.compile("gener|erstellt|créé|creat|made|produc|сгенер|згенер|生成|作成|생성|제작")
_DATED = re.compile(r"(.+?),?\s+(?:19|20)\d\d$")
_CJK_DATE = re.compile(r"\d{4}年\d{1,2}月(?:\d{1,2}日)?$|\d+\s?[x×]\s?\d+$")
_DATE = re.compile(
    r"^\W*(?:\d{1,2}[./ -])?(?:\w{3,9}\.? )?(?:\d{1,2},? )?(?:19|20)\d\d\W*$|^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$"
)


def parties(text: str, words: Vocabulary) -> list[Party]:
    """Reads and types all segments of a credit line without its label, in printed order."""
    if "/" in text and len(text) <= 8 and text.casefold() in words.slashed:
        return [Party(text, "mark" if words.slashed[text.casefold()] else "word", words.slashed[text.casefold()], "")]
    if _DATE.match(text):
        return [Party(text, "word", "", "")]
    found = compounded(segments(text, words), words)
    out: list[Party] = []
    for joint, piece, agency in found:
        if agency is not None:
            out.append(Party(piece, "agency", agency.name, joint, agency))
        else:
            _type(piece, joint, words, out, 0)
    return out


def _type(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> None:
    """Types one segment; one that holds several parties gives several."""
    text = text.strip(EDGE)
    first, _, rest = text.partition(" ")
    if joint in (",", ";", "、", ")") and rest and first in words.joins:
        text, joint = rest, "and"  # A, B, and C
    elif joint in (",", "(") and rest and (first in words.fors or text.startswith("special to ")):
        text, joint = rest.removeprefix("to "), "for"  # Jo Reed, for The Seattle Times
    if text.endswith(".") and not ABBREVIATED.search(text):
        text = text.rstrip(". ")
    spelled = words.spelling(text)
    if spelled is None and joint in _CHAINED and text.islower() and len(text) <= 4:
        spelled = words.spelling(text.upper())  # Jo Reed/afp
    if spelled:
        out.append(Party(text, "agency", spelled[0].name, joint, spelled[0], spelled[1]))
        return
    if _INITIALS.fullmatch(text) and joint == "/" and {"agency", "person"} <= {p.kind for p in out}:
        out.append(Party(text, "word", "", joint))  # ANTARA FOTO/Jo Reed/aww: the editor's
        return
    key = name_key(text)
    if (
        not key
        or _DATE.match(text)
        or _CJK_DATE.match(text)
        or _REFERENCE.match(text)
        or text.casefold() in words.bare_words
    ):
        out.append(Party(text, "word", "", joint))
        return
    mark = words.marks.get(key)
    if mark is not None:
        out.append(Party(text, "mark" if mark else "word", mark, joint))
        return
    if _FILE.search(text) or (text[-1] == "。" and len(text) > 12):
        out.append(Party(text, "other", text, joint))
        return
    if key in words.labels or text.casefold() in words.title_set:
        out.append(Party(text, "word", "", joint))
        return
    if depth == 0 and (near := words.near(text)) is not None:
        out.append(Party(text, "agency", near.name, joint, near, True))
        return
    plain = _PLAIN_NAME.match(text)
    if (
        plain
        and not plain[2].endswith(words.organization_endings)
        and not words.name_breakers.intersection((plain[1].lower(), plain[2].lower()))
    ):
        out.append(Party(text, "person", text, joint))
        return
    if depth < 6 and any(rule(text, joint, words, out, depth) for rule in _COMPOSED):
        return
    sort = sort_of(text, words)
    if sort == "person":
        out.append(Party(text, "person", normal_case(text, words), joint))
    elif sort == "organization":
        out.append(Party(text, "organization", _without_article(text), joint))
    else:
        out.append(Party(text, sort, text, joint))


def _without_article(text: str) -> str:
    return text[4:] if text[:4] == "the " else text


def _labelled(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """A label or another role inside the line: ``photo by X``, ``Foto: X``; ``Styling: X`` made no picture."""
    role = _ROLE.match(text)
    if role:
        kind = words.labels.get(name_key(role[1]))
        spelled = words.spelling(role[1])
        if spelled is not None:  # AAP: Tessa King
            out.append(Party(role[1], "agency", spelled[0].name, joint, spelled[0], spelled[1]))
            _type(role[2], "/", words, out, depth + 1)
            return True
        if role[1].casefold().rsplit(" ", 1)[-1] in words.places:  # From left: A; B
            kind = "before"
        if kind is not None and kind != "caption":
            _type(role[2], joint, words, out, depth + 1)
        elif (mark := words.marks.get(name_key(role[1]))) is not None:
            if mark:
                out.append(Party(role[1], "mark", mark, joint))
            _type(role[2], joint, words, out, depth + 1)
        else:
            out.append(Party(text, "role", "", joint))
        return True
    for start, end in by_phrases(text, words):
        rest = text[end:].strip()
        if not rest or (start and not _SMALL_BREAK.match(text[start - 1])):
            continue
        before = _OFFICIAL.sub("", text[:start]).strip()
        if before and words.spelling(before):  # U.S. Navy photo by Jo Reed
            _type(before, joint, words, out, depth + 1)
            _type(rest, "/", words, out, depth + 1)
            return True
        if not before or words.marks.get(name_key(before)) == "" or before.casefold() in words.title_set:
            _type(rest, joint, words, out, depth + 1)
            return True
    return False


def _marked(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """A mark before or after a name: ``Courtesy of X``, ``photo illustration by X``, ``AP file``."""
    folded = text.casefold()
    if len(folded) != len(text):
        return False
    if _AI.search(text) and _MADE.search(folded):
        out.append(Party(text, "mark", "ai", joint))
        return True
    if dated := _DATED.match(text):
        mark = words.marks.get(name_key(dated[1]))
        if mark:  # File 2019
            out.append(Party(text, "mark", mark, joint))
            return True
    if _between(text, joint, words, out, depth):
        return True
    tokens = folded.split(" ", 1)
    for phrase, mark in words.mark_starts.get(tokens[0].strip(".,:"), ()):
        if folded.startswith(phrase) and len(folded) > len(phrase) and not folded[len(phrase)].isalnum():
            rest = text[len(phrase) :].strip(" :-,.")
            return _behind_mark(text, rest, phrase, mark, joint, words, out, depth)
    last = _LAST.split(folded)[-1].strip(".,:")
    phrases = words.mark_ends.get(last, ()) if not has_cjk(text) else words.cjk_marks
    for phrase, mark in phrases:
        if folded.endswith(phrase) and len(folded) > len(phrase):
            if not has_cjk(phrase) and folded[-len(phrase) - 1] not in " -":
                continue
            rest = text[: -len(phrase)].strip(" :-,").removesuffix("の")
            if words.spelling(rest) or sort_of(rest, words) == "person":
                _type(rest, joint, words, out, depth + 1)
                out.append(Party(phrase, "mark", mark, joint))
                return True
    return False


def _between(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """A mark between a name and an agency: ``Rhys Gauthier Archives Le Devoir``."""
    tokens = text.split(" ")
    for at in range(1, len(tokens) - 1):
        mark = words.marks.get(name_key(tokens[at])) if len(tokens[at]) >= 4 else None
        if mark in ("archive", "pool", "handout"):
            left, right = " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
            if words.spelling(right) and (words.spelling(left) or _is_person(left, words)):
                _type(left, joint, words, out, depth + 1)
                out.append(Party(tokens[at], "mark", mark, "/"))
                _type(right, "/", words, out, depth + 1)
                return True
    return False


def _behind_mark(
    text: str, rest: str, phrase: str, mark: str, joint: str, words: Vocabulary, out: list[Party], depth: int
) -> bool:
    first, _, tail = rest.partition(" ")
    by = first.casefold() in words.bys or first.casefold() == "of" or (mark in _SOURCED and first in words.particles)
    if by:
        rest = tail.strip()
    elif first[:1].islower() and mark not in _SOURCED and first.casefold() not in words.vias:
        return False  # Archives nationales: an organization's own name
    if not rest:
        return False
    institution = mark == "archive" and phrase in words.organization_words and not by
    if institution and words.spelling(rest) is None and sort_of(rest, words) != "person":
        return False  # Archivo Municipal: the archive is whom the line names
    source = mark in _SOURCED
    if source:
        rest = _ARTICLE.sub("", rest, count=1) if _ARTICLE.match(rest) and words.spelling(rest) is None else rest
    out.append(Party(phrase, "mark", mark, joint))
    before = len(out)
    last = phrase.rsplit(" ", 1)[-1]
    by = by or last in words.bys or last in words.particles or last == "of"
    _type(rest, "courtesy" if source and by else joint, words, out, depth + 1)
    if source:
        for party in out[before:]:
            if party.kind in ("other", "single"):
                party.kind, party.name = "organization", party.text.strip("'\"‘’“”")
    return True


def _titled(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """A rank or title before or after a name: ``Staff Sgt. X``, ``김혜진 기자``."""
    folded = text.casefold()
    if len(folded) != len(text):
        return False
    if has_cjk(text) and (reporter := _CJK_REPORTER.match(text)):
        house, name = reporter[1].strip(), reporter[2].strip()
        if name and (not house or words.spelling(house)):  # 新华社记者 陆景川
            if house:
                _type(house, joint, words, out, depth + 1)
            _type(name, "/" if house else joint, words, out, depth + 1)
            return True
    for title in words.title_starts.get(folded.split(" ", 1)[0], ()):
        if folded.startswith(title + " "):
            rest = text[len(title) + 1 :].strip()
            if sort_of(rest, words) in ("person", "single"):
                _type(rest, joint, words, out, depth + 1)
                return True
    for title in words.title_ends.get(folded.rsplit(" ", 1)[-1], ()):
        if folded.endswith(title) and len(folded) > len(title):
            rest = text[: -len(title)].strip(" ,-")
            if sort_of(rest, words) in ("person", "single"):
                _type(rest, joint, words, out, depth + 1)
                return True
    return False


_OF = frozenset({"of", "from"})


def _related(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """``X for Y``, ``X on Unsplash``, ``A and B``."""
    if " " not in text:
        return False
    tokens = text.split(" ")
    for at in range(1, len(tokens) - 1):
        word = tokens[at].casefold()
        if word in words.joins:
            left, right = " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
            if _is_person(left, words) and _is_person(right, words):
                _type(left, joint, words, out, depth + 1)
                _type(right, "and", words, out, depth + 1)
                return True
            known_left, known_right = words.spelling(left) is not None, words.spelling(right) is not None
            if (known_left or _is_person(left, words)) and (known_right or _is_person(right, words)):
                _type(left, joint, words, out, depth + 1)
                _type(right, "and", words, out, depth + 1)
                return True
        if word in words.fors or word in words.ons or word in _OF:
            left, right = " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
            known = words.spelling(right)
            named = _is_person(left, words) or (at == 1 and known is not None) or words.spelling(left) is not None
            fits = known is not None or (
                word not in _OF
                and (word in words.fors and sort_of(right, words) in ("organization", "person", "single"))
            )
            if named and fits and not (word in words.particles and known is None):
                _type(left, joint, words, out, depth + 1)
                before = len(out)
                placed = (
                    known is not None
                    and (word in words.ons or word == "from")
                    and known[0].kind in ("platform", "stock")
                )
                _type(right, "on" if placed else "for", words, out, depth + 1)
                for party in out[before:]:
                    if party.kind in ("person", "single"):
                        party.kind, party.name = "organization", party.text
                return True
    return False


def _is_person(text: str, words: Vocabulary) -> bool:
    return words.spelling(text) is None and (
        sort_of(text, words) == "person" or bool(re.fullmatch(r"(?:[^\W\d_]\.\s?){1,3}[^\W\d_][\w'’-]+", text))
    )


def _hyphened(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """A name and an agency with a hyphen alone between: ``Jo Reed-Imagn Images``; scripts that meet: ``AP연합뉴스``."""
    if met := _JOINED_CJK.match(text):
        one, two = words.spelling(met[1]), words.spelling(met[2])
        if one and two:
            out.append(Party(met[1], "agency", one[0].name, joint, one[0]))
            out.append(Party(met[2], "agency", two[0].name, "=", two[0]))
            return True
    if " " in text:
        left, _, right = text.rpartition(" ")
        one, two = words.spelling(left), words.spelling(right)
        if one and (two or right.lower() in PICTURE):  # 로이터 연합뉴스, INQUIRER PHOTO
            out.append(Party(left, "agency", one[0].name, joint, one[0], one[1]))
            if two:
                out.append(Party(right, "agency", two[0].name, "=", two[0], two[1]))
            return True
    at = text.find("-")
    while at > 0:
        left, right = text[:at], text[at + 1 :]
        spelled = words.spelling(right)
        if spelled and not spelled[1] and len(name_key(right)) >= 4 and _is_person(left, words):
            out.append(Party(left, "person", normal_case(left, words), joint))
            out.append(Party(right, "agency", spelled[0].name, "/", spelled[0]))
            return True
        at = text.find("-", at + 1)
    return False


def _adjoined(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """An agency and a name with nothing between: ``AP Photo Jane Doe``, ``Jane Doe REUTERS``."""
    tokens = text.split(" ")
    if not 3 <= len(tokens) <= 8:
        return False
    for size in range(min(4, len(tokens) - 2), 0, -1):
        for head, rest, first in (
            (tokens[:size], tokens[size:], True),
            (tokens[-size:], tokens[:-size], False),
        ):
            spelled = words.spelling(" ".join(head))
            person = " ".join(rest)
            if spelled and not spelled[1] and len(rest) >= 2 and sort_of(person, words) == "person":
                pair = [
                    Party(" ".join(head), "agency", spelled[0].name, joint if first else "/", spelled[0]),
                    Party(person, "person", normal_case(person, words), "/" if first else joint),
                ]
                out.extend(pair if first else reversed(pair))
                return True
    return False


_COMPOSED = (_labelled, _marked, _titled, _related, _hyphened, _adjoined)
