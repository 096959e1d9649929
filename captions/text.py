"""Clean and compare strings: Unicode, white space, keys for comparison."""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache

# The longest text, in characters, whose key is cached; a page can have many megabytes of text.
_LONGEST_CACHED = 600
# In characters: the keys of longer names are not cached.
_LONGEST_NAME = 100
_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[\W_]+")
_NO_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}
_SIGNS_TO_SPACES = {code: " " for code in range(128) if not chr(code).isalnum()}
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]")
# The same without the joiners, which words (Persian, Hindi) and emoji need; joiners that join nothing are removed.
_STRAY = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]")
_JOINS_NOTHING = re.compile(
    "(?<![^\\s\u200c\u200d])[\u200c\u200d]+|[\u200c\u200d]+(?![^\\s\u200c\u200d])|(?<=[ -~])[\u200c\u200d]+(?=[ -~])"
)
# For character classes: C0 and C1 controls that are not white space, which mean nothing in an article but control a
# terminal; controls that are white space, except tabs and line ends; halves of characters.
CONTROLS, WHITE_CONTROLS, SURROGATES = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f", "\x0b\x0c\x1c-\x1f\x85", "\ud800-\udfff"
_CONTROL = re.compile(f"[{CONTROLS}]")
_NOT_TEXT = re.compile(f"[{CONTROLS}\ufeff]")
# Separators of files, groups, records and units are both white space and controls.
_SEPARATOR = re.compile("[\x1c-\x1f]")
_SURROGATE = re.compile(f"[{SURROGATES}]")
_ELLIPSIS = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*$")
# A period after an abbreviation, an initial or an ordinal does not end a sentence: Feb., U.S., Gov., 38. Mal.
_SENTENCE_END = re.compile(
    r"(?:(?<!\b[A-Z])(?<!\b[A-Z]\w)(?<!\b[A-Z]\w\w)(?<!\bSept)(?<!\b\d)(?<!\b\d\d)\.|[!?؟।…])[\"'”’»)\]]*(?=\s+\S)|[。！？]"
)
# Marks that end a sentence, in the scripts of the corpus.
STOPS = ".!?。！？…"
# Brackets around credits: round, square, full-width, lenticular, pointed. Corner brackets are for quotations.
BRACKETS = {"(": ")", "[": "]", "（": "）", "［": "］", "【": "】", "〔": "〕", "<": ">", "＜": "＞"}
CLOSING = {close: open_ for open_, close in BRACKETS.items()}
CJK = "\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f"
_CJK = re.compile(f"[{CJK}]")


def decoded(data: bytes) -> str:
    """Decode a file that a person edits: UTF-8 with or without a BOM, or UTF-16 with one, as spreadsheets save it.

    Raise UnicodeDecodeError for anything else.
    """
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if is_utf16 else "utf-8-sig")


def tidy(text: str) -> str:
    """Return one line with single spaces, without control and invisible characters; joiners within words stay.

    ``"A\\xa0 b\\u200b"`` becomes ``"A b"``.
    """
    if text.isprintable():  # no control or format characters, and only plain spaces
        return _SPACES.sub(" ", text).strip() if "  " in text else text.strip()
    if not text.isascii():
        text = whole_characters(_JOINS_NOTHING.sub("", _STRAY.sub("", text)))
    text = _CONTROL.sub("", text)
    return _SPACES.sub(" ", text).strip()


def printable(text: str) -> str:
    """Return text without controls and surrogates, with its line ends and spaces: safe to show, store and send."""
    return whole_characters(_SEPARATOR.sub(" ", _NOT_TEXT.sub("", text)))


def whole_characters(text: str) -> str:
    """Return text with a replacement character for each surrogate, which cannot be encoded."""
    return _SURROGATE.sub("\ufffd", text)


def match_key(text: str) -> str:
    """Return the key that occurrences of the same caption share: its words in lower case, without punctuation.

    ``"A MAN HOLDS\\xa0a ‘flag’."`` and ``"A man holds a 'flag'"`` both have ``"a man holds a flag"``. Text without
    letters and digits is its own key.
    """
    return _cached_key(text) if len(text) <= _LONGEST_CACHED else _match_key(text)


def _match_key(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().translate(_SIGNS_TO_SPACES).split()) or " ".join(text.split())
    text = unicodedata.normalize("NFKC", text if text.isprintable() else _INVISIBLE.sub("", text))
    key = _NOT_WORD.sub(" ", text.casefold()).strip()
    return key or _SPACES.sub(" ", text).strip()


# An article compares the same lines many times: five of six calls repeat a recent one.
_cached_key = lru_cache(maxsize=1024)(_match_key)


# Letters that Arabic and Persian keyboards write differently: ي ى ك -> ی ک.
_ARABIC = {0x064A: 0x06CC, 0x0649: 0x06CC, 0x0643: 0x06A9}


def fold_arabic(text: str) -> str:
    """Return the text with letters made equal that Arabic and Persian keyboards write differently; same length."""
    return text.translate(_ARABIC)


def name_key(text: str) -> str:
    """Return the key that spellings of the same name share: letters and digits, without case and accents.

    ``"Anadolu Ajansı"`` has ``"anadoluajansi"``; ``"A.P."`` has ``"ap"``.
    """
    return _cached_name_key(text) if len(text) <= _LONGEST_NAME else _name_key(text)


def _name_key(text: str) -> str:
    if text.isascii():
        return text.lower().translate(_NO_SIGNS)
    # NFKD separates accents from letters; they are not word characters, so they go with the punctuation.
    text = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("İ", "i")).translate(_ARABIC)
    return _NOT_WORD.sub("", text.casefold())


# While one credit line is read, the same few names are looked up over and over.
_cached_name_key = lru_cache(maxsize=512)(_name_key)


def is_cut(text: str) -> bool:
    """Return whether text ends in an ellipsis, as an abridged occurrence does."""
    return _ELLIPSIS.search(text[-8:]) is not None


def without_ellipsis(text: str) -> str:
    """Return text without its final ellipsis."""
    return _ELLIPSIS.sub("", text).rstrip()


def sentences(text: str) -> int:
    """Return the approximate number of sentences, at least 1."""
    return 1 + len(_SENTENCE_END.findall(text))


def has_cjk(text: str) -> bool:
    """Return whether text contains Chinese, Japanese or Korean characters."""
    return not text.isascii() and _CJK.search(text) is not None


def closing_bracket_start(text: str, limit: int = 400) -> int | None:
    """Return the index of the bracket that the last character closes; None if it is not within ``limit`` characters.

    For ``"A dog (Photo: X (AP))"``, return 6.
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


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 use``, ``2 uses``, ``1,204 uses``; ``plural`` if it does not end in ``s``."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
