"""Read an agency next to a name or another agency without a sign between them."""

from __future__ import annotations

import re

from captions.credit.labels import PICTURE
from captions.credit.names import normal_case, sort_of
from captions.credit.segments import Again, Party
from captions.lexicon.vocabulary import Vocabulary
from captions.text import name_key

_JOINED_CJK = re.compile(r"([A-Z]{2,5})([\u3041-\u9fff\uac00-\ud7af]{2,8})$")  # AP연합뉴스, AFP時事
_HYPHEN = re.compile("[-–]")


def is_person(text: str, words: Vocabulary) -> bool:
    """Return whether a text reads as a person's name and is not in the register: ``Jo Reed``, ``J.Reed``."""
    return words.spelling(text) is None and (
        sort_of(text, words) == "person" or bool(re.fullmatch(r"(?:[^\W\d_]\.\s?){1,3}[^\W\d_][\w'’-]+", text))
    )


def hyphened(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again) -> bool:
    """Type a name and an agency with a hyphen, ``Jo Reed-Imagn Images``, and joined agencies, ``AP연합뉴스``."""
    if met := _JOINED_CJK.match(text):
        first, second = words.spelling(met[1]), words.spelling(met[2])
        if first and second:
            out.append(Party(met[1], "agency", first[0].name, joint, first[0]))
            out.append(Party(met[2], "agency", second[0].name, "=", second[0]))
            return True
    if " " in text:
        left, _, right = text.rpartition(" ")
        first, second = words.spelling(left), words.spelling(right)
        if first and (second or right.lower() in PICTURE):  # 로이터 연합뉴스, INQUIRER PHOTO
            out.append(Party(left, "agency", first[0].name, joint, first[0], first[1]))
            if second:
                out.append(Party(right, "agency", second[0].name, "=", second[0], second[1]))
            return True
    for hyphen in _HYPHEN.finditer(text):
        left, right = text[: hyphen.start()], text[hyphen.end() :]
        spelled = words.spelling(right)
        if spelled and not spelled[1] and len(name_key(right)) >= 4 and is_person(left, words):
            out.append(Party(left, "person", normal_case(left, words), joint))
            out.append(Party(right, "agency", spelled[0].name, "/", spelled[0]))
            return True
    return False


def adjoined(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again) -> bool:
    """Type an agency next to a name: ``AP Photo Jane Doe``, ``Jane Doe REUTERS``."""
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
