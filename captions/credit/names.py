"""Distinguish people from organizations by their names, and write names in normal case."""

from __future__ import annotations

import re
from typing import Literal

from captions.lexicon.vocabulary import Vocabulary
from captions.text import CJK, name_key

Sort = Literal["person", "organization", "single", "other"]

# The number in a handle, kali9021, except those in the names of media: nh24, brasil247.
_HANDLE_NUMBER = re.compile(r"(?<!\d)(?!(?:24|247|365|360|20|21)(?!\d))\d{2,}")
_INITIALS = re.compile(r"(?:[^\W\d_]\.\s?){2,4}$")
_DOMAIN_INSIDE = re.compile(r"\w\.(?:com|org|net|info|de|fr|it|es|co|tv|eu)\b", re.IGNORECASE)
_ROMAN = {"II", "III", "IV"}
_PREFIXES = ("d'", "d’", "al-", "el-", "ez-", "ar-", "l'", "l’", "as-")
_SUFFIX = {"jr", "jr.", "sr", "sr."}
_HANDLE = re.compile(r"@[\w.]{2,30}$")
_INITIAL = re.compile(r"(?:[^\W\d_]\.?[-–]?){1,3}\.?$")
_GLUED = re.compile(r"(?:[^\W\d_]\.){1,3}[^\W\d_][\w'’-]+$")  # R.Schmitt
_TOKEN = re.compile(r"[^\W\d_][\w'’‘ʼ`.·\-–‑]*$")
_HAN = r"[\u3400-\u9fff々]"
_CJK_NAME = re.compile(
    rf"{_HAN}{{2,5}}$|{_HAN}{{1,3}}[\u3041-\u309f]{{1,4}}$|{_HAN}{{1,3}}[ \u3000]{_HAN}{{1,3}}$"
    r"|[\uac00-\ud7af]{2,4}$|[\uac00-\ud7af]{1,2} [\uac00-\ud7af]{1,3}$"
    r"|[\u30a0-\u30ff][\u30a0-\u30fa\u30fc-\u30ff]*+[・＝=･ ][\u30a0-\u30ff・＝=･ ]+$"
)
_CJK_ANY = re.compile(f"[{CJK}]")
_CJK_SENTENCE = re.compile(
    r"[、。，（「『？！を]|(?<!\w)[^\Wはがにで]*+[はがにで]\w*[たいる]$|では|には|する|した|され|ている|[\u3400-\u9fff][でにはが][\u3400-\u9fff]|습니다|했다|다$"
)
KOREAN_PLACE = re.compile(r"[\uac00-\ud7af]+(?:군|시|구|도|청|처)$")
_WORD = re.compile(r"[^\W_]+")
_CASELESS = re.compile("[\u0590-\u06ff\u0750-\u077f\u0900-\u0dff\u0e00-\u0eff\u10a0-\u10ff\u1200-\u137f]")
_TURKISH = re.compile("[İıĞğŞş]")
# Family names after which `Van` is a middle name, not a particle.
_VIETNAMESE = frozenset(
    ["nguyen", "tran", "le", "pham", "hoang", "phan", "vu", "vo", "dang", "bui", "do", "ho", "ngo", "duong", "ly"]
)
_VOWEL = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœ]", re.IGNORECASE)
_PARTS = re.compile(r"([-–‑'’‘ʼ`.]+)")
# Names in which a capital follows Mac, unlike Macron, Machado and Macias.
_MAC = re.compile(
    r"^Mac(?=(?:aulay|beth|donald|dougall|farlane|gregor|intosh|intyre|kay|kenzie|lean|leod|millan|neil|pherson|queen)$)"
)


def sort_of(text: str, words: Vocabulary) -> Sort:
    """Return whether a segment of a credit line names a person or an organization.

    ``"Jan Woitas"`` is a person, ``"Mashreq University"`` an organization, ``"Tischler"`` a single word that may be
    either. ``"+1/3 %"`` and whole sentences are other.
    """
    if _HANDLE.match(text):
        return "person"
    if not text.isascii():
        if _CJK_ANY.search(text):
            return _cjk(text, words)
        if _CASELESS.search(text):
            return _caseless(text, words)
    tokens = text.split()
    if not any(map(str.isalpha, text)):
        return "other"
    if not tokens or len(tokens) > 9 or len(text) > 90:
        return "other"
    if not _INITIALS.match(text) and _is_organization(text, tokens, words):
        return "organization" if text[:1].isupper() or any(t[:1].isupper() for t in tokens) else "other"
    if len(tokens) == 1:
        if _INITIALS.match(text):
            return "single"
        if _GLUED.match(text):
            return "person"
        return "single" if _TOKEN.match(text) or text[:1].isalnum() else "other"
    return _cased(tokens, words)


def _cjk(text: str, words: Vocabulary) -> Sort:
    if len(text) > 24 or len(text.split()) > 5:
        return "other"
    if any(part in text for part in words.organization_cjk):
        return "organization"
    if _CJK_SENTENCE.search(text):
        return "other"
    if _CJK_NAME.match(text):
        return "person"
    return "single" if len(text) <= 16 else "other"


def _caseless(text: str, words: Vocabulary) -> Sort:
    tokens = text.split()
    if any(t.strip(".,").casefold() in words.organization_words for t in tokens):
        return "organization"
    if len(tokens) == 1:
        return "single"
    return "person" if 2 <= len(tokens) <= 4 and not any(map(str.isdigit, text)) else "other"


def _is_organization(text: str, tokens: list[str], words: Vocabulary) -> bool:
    lower = [w.casefold() for w in _WORD.findall(text)]
    if not text.isascii():
        lower = [w.replace("i\u0307", "i") for w in lower]  # casefold turns a Turkish İ into this
    given = len(tokens) > 1 and is_given_name(tokens[0], words)
    if given and len(tokens) <= 3:
        lower = [w for w in lower if w not in words.surnames]
    if len(tokens) > 1 and not given and lower and _has_organization_edge(tokens, lower, words):
        return True
    if _has_organization_word(text, lower, words) and _is_name(tokens, words):
        return True
    if any(len(w) >= 7 and words.has_organization_ending(w) for w in lower):
        return True
    return _has_organization_form(text, tokens, words)


def _has_organization_edge(tokens: list[str], lower: list[str], words: Vocabulary) -> bool:
    """Return whether a name begins with an organization's word, or begins or ends with a common word."""
    if lower[0] in words.organization_first:
        return _is_name(tokens, words)
    if len(tokens) > 4 or not all(t[0].isupper() or not t[0].isalpha() for t in tokens):
        return False
    return lower[0] in words.common_words or (lower[-1] in words.common_words and lower[-1] not in words.surnames)


def is_given_name(token: str, words: Vocabulary) -> bool:
    """Return whether a name's first word is a given name or an initial."""
    return (
        name_key(token) in words.given_names
        or (len(token) == 2 and token[1] == "." and token[0].isupper())
        or ("-" in token and name_key(token.split("-", 1)[0]) in words.given_names)
    )


def is_forename(text: str, words: Vocabulary) -> bool:
    """Return whether a single word is a given name that may sign a picture, rather than a place or a brand."""
    key = name_key(text)
    return key in words.given_names and key not in words.other_singles and text[:1].isupper() and not text.isupper()


def is_surname(text: str, words: Vocabulary) -> bool:
    """Return whether a single word is a common family name, initials or a handle: ``Müller``, ``J.R.``."""
    if text.islower() and text.isascii():
        if text.isalpha():
            return 2 <= len(text) <= 3
        return "_" in text or _HANDLE_NUMBER.search(text) is not None
    if "." in text:
        return _INITIALS.match(text) is not None
    return name_key(text) in words.family_names and text[:1].isupper()


def _has_organization_word(text: str, lower: list[str], words: Vocabulary) -> bool:
    if not words.organization_words.isdisjoint(lower):
        return True
    folded = text.casefold()
    return folded in words.organization_words or any(
        phrase in folded for word in lower for phrase in words.organization_phrases.get(word, ())
    )


def _has_organization_form(text: str, tokens: list[str], words: Vocabulary) -> bool:
    """Return whether the form of a name shows an organization: an article, `of`, a digit, an abbreviation."""
    capitals = sum(t[0].isupper() for t in tokens)
    if len(tokens) > 1 and tokens[0].casefold() == "the":
        return _is_name(tokens, words)
    if len(tokens) > 1 and any(t.casefold() in ("of", "for", "+", "&") for t in tokens):
        return capitals > 1
    if any(map(str.isdigit, text)):
        numbered = len(tokens) == 2 and tokens[0].isdigit() and len(tokens[0]) <= 3 and tokens[1][:1].isupper()
        return (text[:1].isupper() and sum(t.isdigit() for t in tokens) < 2) or (
            numbered and tokens[1].casefold()[:3] not in words.months
        )
    # RegionalHUB; a single capital within a word may belong to a person: McDonald, DeWitt, O'Neil.
    if len(tokens) == 1 and re.search(r"[a-z][A-Z]{2,}", text):
        return True
    if "." in text and _DOMAIN_INSIDE.search(text):
        return True
    return _has_acronym(tokens)


def _is_name(tokens: list[str], words: Vocabulary) -> bool:
    """Return whether few enough words are lowercase for a name; a sentence has more."""
    small = [t for t in tokens if t[0].islower() and t.casefold() not in words.small_words and t != "the"]
    if tokens[0][0].isupper() and len(tokens) <= (2 if tokens[0].isascii() else 4):
        small = [t for t in small if t.casefold() not in words.organization_words]  # Морлівська міська рада
    allowed = 2 if tokens[0].casefold().strip(".,") in words.organization_words else 1
    return len(small) <= max(allowed, len(tokens) // 4) or len(tokens) == 1


def _has_acronym(tokens: list[str]) -> bool:
    """Return whether a name contains an abbreviation in capitals, prisma TPX, but not a surname, Jean DUPONT."""
    capitals = [t for t in tokens if t.isupper() and len(t.strip(".")) >= 2 and "." not in t and t not in _ROMAN]
    if not capitals or len(capitals) == len(tokens):
        return len(tokens) == 1 and len(capitals) == 1 and len(tokens[0]) <= 5 and not _VOWEL.search(tokens[0])
    if any(len(t) >= 4 for t in capitals):
        return False
    return any(len(t) == 3 for t in capitals) or tokens[-1] in capitals


def _cased(tokens: list[str], words: Vocabulary) -> Sort:
    if len(tokens) > 6:
        return "other"
    named = 0
    for at, token in enumerate(tokens):
        token = token.strip('"“”„') or token  # Amanda "Mae" Tan
        folded = token.casefold()
        if token[0].isupper() and (_TOKEN.match(token) or token[0] in "'’"):
            named += 1
        elif folded in words.particles or folded.startswith(_PREFIXES) or (at and folded in _SUFFIX):
            continue
        else:
            return "other"
    if named == 0 or not (
        tokens[-1][0].isupper() or tokens[-1].casefold() in _SUFFIX or tokens[-1][:3] in ("al-", "el-")
    ):
        return "other"
    if all(_INITIAL.match(t) and (t[-1] == "." or t.isupper()) for t in tokens):
        return "single"
    return "person" if len(tokens) <= 5 else "other"


def normal_case(name: str, words: Vocabulary) -> str:
    """Return a person's name in normal case.

    ``"IBRAHEEM ABU MUSTAFA"`` gives ``"Ibraheem Abu Mustafa"``, ``"Jean-Luc DUPONT"`` ``"Jean-Luc Dupont"``. Words
    with lowercase letters do not change.
    """
    if not any(c.isupper() for c in name):
        return name
    tokens = name.split()
    if not any(len(t.strip(".")) > 1 and t.isupper() for t in tokens):
        return name
    whole = all(t.isupper() for t in tokens if any(c.isalpha() for c in t))
    turkish = _TURKISH.search(name) is not None
    vietnamese = tokens[0].casefold() in _VIETNAMESE
    return " ".join(_word(t, at, len(tokens), whole, turkish, words, vietnamese) for at, t in enumerate(tokens))


def _lower(text: str, turkish: bool) -> str:
    if turkish:
        text = text.replace("I", "ı")
    return text.replace("İ", "i").lower()


def _word(token: str, at: int, total: int, whole: bool, turkish: bool, words: Vocabulary, vietnamese: bool) -> str:
    bare = token.strip(".,")
    lower = _lower(token, turkish)
    if whole and 0 < at < total - 1 and lower in words.small_particles:
        return lower if not vietnamese else token.capitalize()
    if lower in words.particles and not whole and len(bare) > 1 and token.isupper():
        return token.capitalize()
    if not token.isupper() or len(bare) < 2 or (bare in _ROMAN and at) or token.startswith("@"):
        return token
    if len(bare) == 2 and "." not in token and (not _VOWEL.search(bare) or bare[1] == "J" or not whole):
        if bare.casefold() in _SUFFIX:
            return bare.capitalize() + token[2:]
        return token  # initials: JP, AJ
    if re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?", token):
        return token  # J.P.
    parts = _PARTS.split(token)
    return "".join(_part(parts, n, at, turkish) for n in range(len(parts)))


def _part(parts: list[str], n: int, at: int, turkish: bool) -> str:
    part = parts[n]
    if not part or n % 2:
        return part
    lower = _lower(part, turkish)
    before, after = (parts[n - 1] if n else ""), (parts[n + 1] if n + 1 < len(parts) else "")
    if at and "-" in after and n == 0 and lower in ("al", "el", "ar", "as", "ash", "ad", "an", "at", "az", "ez", "ul"):
        return lower
    if before and before[-1] in "'’‘ʼ`" and (len(part) == 1 or len(parts[n - 2]) > 2):
        return lower  # Za'anin, Joe's; not O'Brien
    first = lower[:1].upper() if not (turkish and lower[:1] == "i") else "İ"
    if lower.startswith("ij") and len(lower) > 4 and lower[2] not in "aeiou":
        return "IJ" + lower[2:]
    if lower.startswith("mc") and len(lower) > 3:
        return "Mc" + lower[2].upper() + lower[3:]
    word = first + lower[1:]
    return "Mac" + word[3].upper() + word[4:] if _MAC.match(word) else word


# Signs between a publication's name and its slogan: `Harbor Echo | News and views`, `Harbor Echo – All the news`.
_SLOGAN = re.compile(" ?[|｜•·»] ?| [-–—]+ | ?: ")
_DOMAIN = re.compile(
    r"^(?:https?://)?(?:www\.|m\.)?|\.(?:com?|org|net|info|news|tv|eu)?(?:\.?[a-z]{2})?/?$", re.IGNORECASE
)
_COMPANY = re.compile(
    r"(?:(?<![\s,])[\s,]++(?:inc|llc|ltd|limited|plc|corp|corporation|co|company|gmbh(?: & co\.? kg)?"
    r"|ag|kg|se|e\.?\s?v|s\.?a\.?s?"
    r"|s\.?l\.?u?|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|a/s|as|ab|oyj?|sp\. z o\.?\s?o|s\.?r\.?o|kft|zrt|ooo|pty|pvt"
    r"|media group|mediengruppe|verlag|verlags|publishing|holdings?|group|online|digital|redaktion)\.?){1,6}$",
    re.IGNORECASE,
)
_ACRONYM = 3


def house_spellings(*names: str) -> frozenset[str]:
    """Return the name keys that a publication's own pictures may be credited with.

    ``"The Harbor Echo | News"`` gives the keys of Harbor Echo and The Harbor Echo. Company suffixes, slogans and the
    end of ``harborecho.com`` are dropped; the initials of three words or more count as well.
    """
    found: set[str] = set()
    for name in names:
        text = " ".join(name.split())
        for form in {text, _SLOGAN.split(text, maxsplit=1)[0] or text}:
            bare = _COMPANY.sub("", form).strip(" ,.") or form
            domain = _DOMAIN.sub("", form) if "." in form and " " not in form else ""
            found.update(name_key(f) for f in (form, bare, domain) if f)
            initials = "".join(w[0] for w in bare.split() if w[0].isupper() and w != "The")
            if len(initials) >= _ACRONYM:
                found.add(name_key(initials))
    found |= {key[3:] for key in found if key.startswith("the") and len(key) >= 7}
    return frozenset(key for key in found if len(key) >= 2)


def same_person(a: str, b: str) -> bool:
    """Return whether two spellings name the same person, even if the last letters are missing: Hochmuth, HOCHMUT."""
    shorter, longer = sorted((name_key(a), name_key(b)), key=len)
    return shorter == longer or (len(shorter) >= 8 and longer.startswith(shorter) and len(longer) - len(shorter) <= 2)
