"""Read names next to a rank, a title or, in East Asia, an agency."""

from __future__ import annotations

import re

from captions.credit.names import sort_of
from captions.credit.segments import Again, Party
from captions.lexicon.vocabulary import Vocabulary
from captions.text import has_cjk, name_key

_CJK_REPORTER = re.compile(r"(.*?)(?:記者|记者|기자)[\s・･]*(.*)$")
# News1 김가람 기자, 연합뉴스 김가람: the agency, the reporter, the title.
_KOREAN_BYLINE = re.compile(r"(.|.+?\S)\s++([\uac00-\ud7af]{2,4})(?:\s++([\uac00-\ud7af]*(?:기자|특파원|작가|위원)))?$")


def titled(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again) -> bool:
    """Type a rank or title before or after a name: ``Staff Sgt. X``, ``김혜진 기자``."""
    folded = text.casefold()
    if len(folded) != len(text):
        return False
    if not text.isascii() and has_cjk(text) and _cjk_titled(text, joint, words, out, depth, again):
        return True
    for title in words.title_starts.get(folded.split(" ", 1)[0], ()):
        if folded.startswith(title + " "):
            rest = text[len(title) + 1 :].strip()
            if sort_of(rest, words) in ("person", "single"):
                again(rest, joint, words, out, depth + 1)
                return True
    for title in words.title_ends.get(folded.rsplit(" ", 1)[-1], ()):
        if folded.endswith(title) and len(folded) > len(title):
            rest = text[: -len(title)].strip(" ,-")
            sort = sort_of(rest, words)
            if sort in ("person", "single") or (sort == "organization" and title.startswith("staff")):
                again(rest, joint, words, out, depth + 1)
                return True
    return False


def _cjk_titled(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again) -> bool:
    """Type an agency, a name and a title in East Asian scripts: ``新华社记者 陆景川``, ``News1 김가람 기자``."""
    if byline := _KOREAN_BYLINE.match(text):
        house, name, title = byline.groups()
        known = words.spelling(house) is not None
        if (known or (title and sort_of(house, words) == "organization")) and not (
            words.spelling(name) or words.marks.get(name_key(name))
        ):
            again(house, joint, words, out, depth + 1)
            out.append(Party(name, "person", name, "/"))
            return True
    if reporter := _CJK_REPORTER.match(text):
        house, name = reporter[1].strip(), reporter[2].strip()
        if not name and house and sort_of(house, words) == "person":  # 森原太郎記者
            house, name = "", house
        if name and (not house or words.spelling(house)):
            if house:
                again(house, joint, words, out, depth + 1)
            again(name, "/" if house else joint, words, out, depth + 1)
            return True
    for title in words.cjk_titles:
        if text.startswith(title) or text.endswith(title):
            rest = (text[len(title) :] if text.startswith(title) else text[: -len(title)]).strip(" ・･\u3000/:：")
            if rest and sort_of(rest, words) == "person":
                out.append(Party(rest, "person", rest, joint))
                return True
    return False
