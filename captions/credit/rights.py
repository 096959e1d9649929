"""Extract public licenses, copyright notices and restrictions from a credit line, before its names are read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from captions.credit.notices import Notice, notices
from captions.lexicon.vocabulary import Vocabulary, default
from captions.text import has_cjk

_URL = re.compile(r"(?:https?://|www\.|(?=creativecommons\.org/))[^\s()<>\"']+", re.IGNORECASE)
# A web address without a path names an organization: www.example.org.
_HOST = re.compile(r"(?:https?://)?[^/\s]+/?$", re.IGNORECASE)
_CC = re.compile(
    r"""(?:\b(?:licen[sc]ed?(?:\ under)?|lizenz(?:iert)?(?:\ unter)?|licence|under|sous|unter)
        \s*+(?::\s*+)?(?:a\ |the\ )?)?
    \b(?:creative\ commons(?:\ licen[sc]e)?[\s:,(-]*)?
    (?:CC[\s-]?)(?P<parts>(?:BY|0|ZERO)(?:[\s-]?(?:NC|SA|ND))*)
    (?:[\s-]*(?P<version>[1-4]\.[05]))?
    (?:\s*(?:\(?(?P<country>[A-Z]{2})\)?|int(?:ernational|l)?\.?|de?ed))?(?![A-Za-z])\)?""",
    re.IGNORECASE | re.VERBOSE,
)
_CC_WORDS = re.compile(
    r"""\bcreative\ commons(?:[\s-]+(?:licen[sc]e|lizenz|licencia))?\s*
    (?P<words>(?:[\s-]*(?:attribution|namensnennung|non-?\s?commercial|share-?\s?alike|no-?\s?deriv(?:ative)?s?|zero))*)
    (?:[\s-]*(?P<version>[1-4]\.[05]))?
    (?:[\s-]+(?:international|unported|generic|licen[sc]e))*""",
    re.IGNORECASE | re.VERBOSE,
)
_PUBLIC_DOMAIN = re.compile(
    r"""\b(?:in\ (?:the\ )?)?public[\s-]domain\b|\bdomaine\ public\b|\bdominio\ público\b|\bdomínio\ público\b
    |\bgemeinfrei\b|\bpubblico\ dominio\b|\bpubliek\ domein\b""",
    re.IGNORECASE | re.VERBOSE,
)
_RESERVED = re.compile(
    r"""(?<![\s.,;/|-])[\s.,;/|-]*+\b(?:all\ rights\ reserved|alle\ rechte\ vorbehalten|tous\ droits\ réservés
    |todos\ los\ derechos\ reservados|tutti\ i\ diritti\ riservati|todos\ os\ direitos\ reservados
    |alle\ rechten\ voorbehouden|riproduzione\ riservata)\b.*$|(?<!\s)\s+or\ licensors\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGN = r"(?:©|\(c\)|（c）|\bcopyright\b(?:\s*(?:©|\(c\)))?|\bcopr\.)"
_YEARS = r"(?P<years>(?:19|20)\d\d(?:\s*[-–/,]\s*(?:(?:19|20)?\d\d))*)"
_COPYRIGHT = re.compile(rf"{_SIGN}\s*{_YEARS},?\s*(?:by\s+)?(?P<owner>[^/|;()]*)", re.IGNORECASE)
_COPYRIGHT_AFTER = re.compile(
    r"(?:©|\(c\)|\bcopyright\b)\s*+(?P<owner>[^/|;()\d\s][^/|;()\d]{0,79}),?\s++(?P<years>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
YEAR = re.compile(rf"{_SIGN}\s*{_YEARS}", re.IGNORECASE)
_RESTRICTION = re.compile(
    r"""\b(?:
    NO\ (?:(?:RE)?SALES?(?:\ IN\ [A-Z]{4,}(?:\ [A-Z]{4,})?)?|ARCHIVES?|ARCHIVING|MAGS|MAGAZINES|TABLOIDS?|TV
          |INTERNET|ONLINE|THIRD[- ]PARTY\ SALES?|MARKETING|ADVERTISING(?:\ CAMPAIGNS?)?|CROPPING|BOOKS?|MOBILE
          |COMMERCIAL(?:\ OR\ (?:BOOK|EDITORIAL)\ SALES(?:\ IN\ [A-Z ]+)?|\ USE)?|USE\ (?:(?:IN|BY)\ )?[A-Z]{2}[A-Z ]+)
    |NOT\ FOR\ (?:SALE|RESALE|COMMERCIAL\ USE|ADVERTISING|PUBLICATION|USE)[A-Z ]*
    |(?:FOR\ )?(?:EDITORIAL|PRINT|ONLINE|NEWS|PERSONAL|SINGLE|ONE[- ]TIME)\ USE\ ONLY
    |RESTRICTED\ TO\ EDITORIAL\ USE(?:\ ONLY)?|STRICTLY\ EDITORIAL|EDITORIAL\ ONLY
    |MANDATORY\ CREDITS?|CREDIT\ MANDATORY
    |EMBARGO(?:ED)?(?:\ (?:UNTIL|TILL|FOR|TO)\b[^/|;()]{1,60})?
    |(?i:SPERRFRIST|SOUS\ EMBARGO|EMBARGADO\ HASTA|EMBARGO\ (?:BIS|HASTA|JUSQU|FINO|ATÉ|TOT|TIL|TILL))\b[^/|;()]{0,60}
    |FREE\ (?:FOR\ )?EDITORIAL\ USE(?:\ ONLY)?
    )\b""",
    re.VERBOSE,
)
# Every line with a notice contains at least one of these.
_WORD = re.compile(r"[^\W_]+")
_SIGN_FOLDED = re.compile(
    "://|www\\.|cc|creative|domain|domin|domein|gemeinfrei|copyright|©|\\(c\\)|reserv|recht|diritti|riservat|embargo|sperrfrist"
)
_SIGN_PRINTED = re.compile(r" O(?:UT|ut)\b|NO |NOT |ONLY|EDITORIAL|MANDATORY| out|\+\+\+")
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{3})[.!](?=\s|$)|[。！;；\n]")
# In characters: a longer field contains a contract.
_LONGEST_TERMS = 4_000
_NAMES = {
    "attribution": "BY",
    "namensnennung": "BY",
    "noncommercial": "NC",
    "sharealike": "SA",
    "noderiv": "ND",
}


@dataclass(frozen=True, slots=True)
class Notices:
    """A credit line without its notices, and the notices."""

    text: str
    license: str | None = None
    license_url: str | None = None
    copyright_notice: str | None = None
    restrictions: tuple[str, ...] = ()
    public_domain: bool = False


def may_contain(text: str, words: Vocabulary) -> bool:
    """Return whether a text may contain a notice; a fast test, because most lines have none."""
    folded = text.casefold()
    if not folded.isascii() and has_cjk(folded) and any(phrase in folded for phrase in words.notice_cjk):
        return True
    return (
        not words.notice_starts.isdisjoint([word[:6] for word in _WORD.findall(folded)])
        or _SIGN_FOLDED.search(folded) is not None
        or _SIGN_PRINTED.search(text) is not None
    )


def take(text: str, words: Vocabulary | None = None) -> Notices:
    """Extract the notices from a credit line.

    ``"Jane Doe / CC BY-SA 4.0"`` gives text ``Jane Doe /``, license ``CC BY-SA 4.0`` and the license's URL.
    """
    words = words or default()
    if not may_contain(text, words):
        return Notices(text)
    license_, url = None, None
    if link := _URL.search(text):
        if "creativecommons.org" in link.group():
            url = link.group().rstrip(".,;")
        text = _URL.sub(_without_path, text)
    text, license_ = _license(text)
    if license_ is None and url:
        license_ = _from_url(url)
    if license_ and url is None:
        url = _url_of(license_)
    public = _PUBLIC_DOMAIN.search(text) is not None
    if public:
        license_ = license_ or "public domain"
        text = _PUBLIC_DOMAIN.sub(" / ", text)
    text, restrictions = _restrictions(text, words)
    text, notice = _copyright(text)
    return Notices(text, license_, url, notice, restrictions, public)


def restrictions_in(terms: str, words: Vocabulary | None = None) -> tuple[str, ...]:
    """Return the sentences in a picture's terms of use that restrict its use, as written.

    ``"Free for news. Not for sale after 2025."`` gives ``Not for sale after 2025``. In a field of terms, unlike in a
    credit line, any word that limits (``only``, ``nicht``) is enough.
    """
    words = words or default()
    sentences = (part.strip(" ,;:.*-–+") for part in _SENTENCE_END.split(" ".join(terms.split())[:_LONGEST_TERMS]))
    return tuple(dict.fromkeys(text for text in sentences if text and _limits(text, words)))


def _limits(sentence: str, words: Vocabulary) -> bool:
    bare = words.no_limits.sub(" ", sentence)
    patterns = (_RESTRICTION, words.restrictions, words.limits)
    found = any(pattern.search(text) for pattern in patterns for text in (bare, bare.upper()))
    return found or any(notices(bare, words))


def _restrictions(text: str, words: Vocabulary) -> tuple[str, tuple[str, ...]]:
    """Extract restrictions, and remove remarks to editors."""
    found: list[tuple[int, str]] = []
    noticed = list(notices(text, words))
    # Countries first: a name before `GERMANY OUT` must not become part of it.
    text = _without(text, [notice for notice in noticed if notice.by_out], found)
    before = text
    for pattern in (_RESTRICTION, words.restrictions):
        matches = list(pattern.finditer(text))
        found += [(m.start(), " ".join(m.group().split()).strip(" ,-")) for m in matches]
        if matches:
            text = pattern.sub(lambda m: " / ".ljust(len(m.group())), text)
    rest = [it for it in noticed if not it.by_out and text[it.start : it.end] == before[it.start : it.end]]
    text = _without(text, rest, found)
    bare = words.remarks.sub(" / ", text).replace("+++", " / ")
    if bare != text or found:
        text = bare.strip(" -–+*!:")
    return text, tuple(dict.fromkeys(name for _, name in sorted(found)))


def _without(text: str, noticed: Iterable[Notice], found: list[tuple[int, str]]) -> str:
    """Return a text of the same length without these notices, and add their words to ``found``."""
    for notice in noticed:
        if text[notice.end :].lstrip().startswith((":", "：")):
            continue  # a label: Mandatory credit: Jo Reed/AFP
        size = notice.end - notice.start
        found.append((notice.start, " ".join(text[notice.start : notice.end].split()).strip(" ,-")))
        text = text[: notice.start] + " / ".ljust(size)[:size] + text[notice.end :]
    return text


def _without_path(address: re.Match[str]) -> str:
    text = address.group()
    return text if _HOST.match(text) and "creativecommons" not in text else " "


def _license(text: str) -> tuple[str, str | None]:
    if m := _CC.search(text):
        parts = re.sub(r"[\s-]+", "-", m["parts"].upper().strip())
        parts = re.sub(r"(?<=[A-Z])(?=(?:NC|SA|ND)(?:-|$))", "-", parts).replace("--", "-")
        name = "CC0" if parts in ("0", "ZERO") else f"CC {parts}"
        if m["version"]:
            name += f" {m['version']}"
            name += f" {m['country']}" if m["country"] and m["country"].isupper() else ""
        return text[: m.start()] + " / " + text[m.end() :], name
    if m := _CC_WORDS.search(text):
        kinds = re.sub(r"[\s-]", "", m["words"].casefold())
        if "zero" in kinds:
            name = "CC0"
        else:
            found = [v for k, v in _NAMES.items() if k in kinds]
            name = f"CC {'-'.join(dict.fromkeys(found))}" if found else "CC"
        if m["version"]:
            name += f" {m['version']}"
        return text[: m.start()] + " / " + text[m.end() :], name
    return text, None


def _from_url(url: str) -> str | None:
    m = re.search(r"creativecommons\.org/(?:licenses/([a-z-]+)|publicdomain/(zero|mark))(?:/([1-4]\.\d))?", url)
    if not m:
        return None
    if m[2]:
        return "CC0 1.0" if m[2] == "zero" else "public domain"
    return f"CC {m[1].upper()}" + (f" {m[3]}" if m[3] else "")


def _url_of(name: str) -> str | None:
    m = re.fullmatch(r"CC (BY[A-Z-]*) (\d\.\d)(?: [A-Z]{2})?", name)
    if m:
        return f"https://creativecommons.org/licenses/{m[1].lower()}/{m[2]}/"
    return "https://creativecommons.org/publicdomain/zero/1.0/" if name.startswith("CC0") else None


def _copyright(text: str) -> tuple[str, str | None]:
    """Extract a copyright notice with a year; its owner stays in the text as a name."""
    reserved = _RESERVED.search(text)
    m = _COPYRIGHT.search(text) or _COPYRIGHT_AFTER.search(text)
    if m is None:
        return (_RESERVED.sub(" ", text), None) if reserved else (text, None)
    owner = _RESERVED.sub("", m["owner"]).strip(" .,-")
    notice = m.group().strip(" .,;-")
    if reserved and reserved.start() >= m.start():
        notice = (text[m.start() : reserved.end()] if reserved.end() > m.end() else notice).strip(" ,;-")
    before = text[: m.start()].rstrip()
    rest = before + (" / " if before.strip(" /|") else "") + owner + " " + text[m.end() :]
    return _RESERVED.sub(" ", rest).strip(), " ".join(notice.split())
