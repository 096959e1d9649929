"""Unicode, white space and the keys by which texts are compared. Pure functions over strings."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# In characters: the keys of longer texts are not kept, for a page can have many megabytes of them.
_KEPT = 600
_LONGEST_NAME = 100
_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[\W_]+")
_NO_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}
_SIGNS_TO_SPACES = {code: " " for code in range(128) if not chr(code).isalnum()}
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]")
# C0 and C1 controls but tab and line ends: they have no meaning in an article, and force in a terminal.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ELLIPSIS = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*$")
# A full stop after an abbreviation, an initial or an ordinal number ends no sentence: Feb., U.S., Gov., 38. Mal.
_SENTENCE_END = re.compile(
    r"(?:(?<!\b[A-Z])(?<!\b[A-Z]\w)(?<!\b[A-Z]\w\w)(?<!\bSept)(?<!\b\d)(?<!\b\d\d)\.|[!?؟।…])[\"'”’»)\]]*(?=\s+\S)|[。！？]"
)
# Brackets that stand around credits: round, square, full-width, lenticular, pointed. Corner brackets quote.
BRACKETS = {"(": ")", "[": "]", "（": "）", "［": "］", "【": "】", "〔": "〕", "<": ">", "＜": "＞"}
CLOSING = {close: open_ for open_, close in BRACKETS.items()}
CJK = "\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f"
_CJK = re.compile(f"[{CJK}]")


def tidy(text: str) -> str:
    """One line with single spaces, without control and invisible characters.

    ``"A\\xa0 b\\u200b"`` gives ``"A b"``.
    """
    if text.isprintable():  # no control, no format character, no space but the plain one
        return _SPACES.sub(" ", text).strip() if "  " in text else text.strip()
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))
    text = _CONTROL.sub("", text)
    return _SPACES.sub(" ", text).strip()


def match_key(text: str) -> str:
    """What two printings of one caption share: words in one case, without punctuation, quotes and spaces' kinds.

    ``"A MAN HOLDS\\xa0a ‘flag’."`` and ``"A man holds a 'flag'"`` give ``"a man holds a flag"``. A text without any
    letter or digit is its own key.
    """
    return _kept_key(text) if len(text) <= _KEPT else _match_key(text)


def _match_key(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().translate(_SIGNS_TO_SPACES).split()) or " ".join(text.split())
    text = unicodedata.normalize("NFKC", text if text.isprintable() else _INVISIBLE.sub("", text))
    key = _NOT_WORD.sub(" ", text.casefold()).strip()
    return key or _SPACES.sub(" ", text).strip()


# Of one article the same lines are compared over and over: of six calls, five are for a text of shortly before.
_kept_key = lru_cache(maxsize=1024)(_match_key)


# Letters that Arabic and Persian keyboards write differently: ي ى ك -> ی ک.
_ARABIC = {0x064A: 0x06CC, 0x0649: 0x06CC, 0x0643: 0x06A9}


def fold_arabic(text: str) -> str:
    """Return a text of the same length in which the letters that Arabic and Persian keyboards tell apart are equal."""
    return text.translate(_ARABIC)


def name_key(text: str) -> str:
    """What two spellings of one name share: letters and digits, without case, accents, spaces and punctuation.

    ``"Anadolu Ajansı"`` gives ``"anadoluajansi"``; ``"A.P."`` gives ``"ap"``.
    """
    return _kept_name_key(text) if len(text) <= _LONGEST_NAME else _name_key(text)


def _name_key(text: str) -> str:
    if text.isascii():
        return text.lower().translate(_NO_SIGNS)
    # What NFKD parts from its letter is no word character, and goes with the signs.
    text = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("İ", "i")).translate(_ARABIC)
    return _NOT_WORD.sub("", text.casefold())


# While one credit line is read, the same few names are looked up over and over.
_kept_name_key = lru_cache(maxsize=512)(_name_key)


def is_cut(text: str) -> bool:
    """Whether a text ends in an ellipsis: a printing cut short."""
    return _ELLIPSIS.search(text[-8:]) is not None


def without_ellipsis(text: str) -> str:
    """The text before its closing ellipsis."""
    return _ELLIPSIS.sub("", text).rstrip()


def sentences(text: str) -> int:
    """How many sentences a text seems to hold: at least 1."""
    return 1 + len(_SENTENCE_END.findall(text))


def has_cjk(text: str) -> bool:
    """Whether a text holds Chinese, Japanese or Korean characters."""
    return not text.isascii() and _CJK.search(text) is not None


def closing_bracket_start(text: str, limit: int = 400) -> int | None:
    """Where the bracket that closes at the end of a text opens; None if none does within ``limit`` characters.

    ``"A dog (Photo: X (AP))"`` gives 6.
    """
    if not text or text[-1] not in CLOSING:
        return None
    depth: list[str] = []
    for at in range(len(text) - 1, max(-1, len(text) - 1 - limit), -1):
        char = text[at]
        if char in CLOSING:
            depth.append(CLOSING[char])
        elif char in BRACKETS:
            if depth[-1] != char:
                return None
            depth.pop()
            if not depth:
                return at
    return None
