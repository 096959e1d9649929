"""Type the segments of a credit line as agencies, organizations, people, marks or plain words."""

from __future__ import annotations

import re

from captions.credit.composed import RULES, houses
from captions.credit.names import normal_case, sort_of
from captions.credit.segments import ABBREVIATED, EDGE, Party, compounded, segments
from captions.lexicon.vocabulary import Vocabulary
from captions.text import name_key

_INITIALS = re.compile(r"[a-z]{2,4}")
# The form of most names: two words in normal case.
_PLAIN_NAME = re.compile(r"([A-Z][a-zà-öø-ÿ]+) ([A-Z][a-zà-öø-ÿ]+)$")
_REFERENCE = re.compile(
    r"(?:bild|photo|foto|image|no|nr|id|ref)\.?\s*[\d][\d./-]*$", re.IGNORECASE
)  # Bild 183-1990-0317
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|tiff?|heic|avif)$", re.IGNORECASE)
_CHAINED = frozenset("/／|")
# Segments inside segments: a deeper one is read whole.
_DEEPEST = 6
# The web address of an organization: `Foto: example.org`, `www.example.co.uk`.
_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[a-z0-9äöüßéèñçåøæ-]+\.)+(?:[a-z]{2}|com|org|net|info|gov|edu|int|mil|biz|news|media|photos?"
    r"|photography|blog|online|shop|store|app|dev|art|design|studio|agency|press|cat|berlin|wien|hamburg|koeln|space|site"
    r"|website|club|rocks|today|digital|earth|museum|travel|sport|film|рф|укр))/?$",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<!\s)\s*+[(<]?(?<![\w.+-])[\w.+-]++@[\w-]++\.[\w.-]+[)>]?")
# Full-width letters and digits: ＡＰ＝共同.
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WITH_HANDLE = re.compile(r"([^@]{2}(?:[^@]*[^\s:(@])?)[\s:(]+(@[\w.]{2,30})\)?$")  # Jo Reed @joreed, Instagram @joreed
_USER = re.compile(r"(.+?) user:? (\S+)$", re.IGNORECASE)
_DEGREE = re.compile(r",\s*(?:Ph\.?\s?D|M\.?D|M\.?B\.?A|R\.?N|Esq|Jr|Sr)\b\.?$", re.IGNORECASE)
# An agency with the picture's number: Shutterstock 1234567, AdobeStock_123456, iStock-1234567.
_NUMBERED = re.compile(
    r"(.|.+?[^\s_#-])[\s_#-]++(?:(?:ID|Nr|No|Bild|Image|Photo|Foto)\b\.?:?\s?)?#?\d{4,}$", re.IGNORECASE
)
_BEHIND_DATE = re.compile(
    r"\d{4}\s?[.年년/-]\s?\d{1,2}\s?[.月월/-]\s?\d{1,2}[.日일]?\s*(?=[^\W\d日일])"
)  # 2024.5.4 뉴스1
# A label behind a name: `Jo Reed Source: AP`.
_INNER_LABEL = re.compile(r"(?<=[^\W\d_])\s+([A-ZÀ-Þ][^\W\d_]{2,15})\s?:\s*(?=\S)")
_CJK_DATE = re.compile(r"\d{4}年\d{1,2}月(?:\d{1,2}日)?$|\d+\s?[x×]\s?\d+$")
_DATE = re.compile(
    r"^\W*(?:\d{1,2}[./ -])?(?:\w{3,9}\.? )?(?:\d{1,2},? )?(?:19|20)\d\d\W*$|^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$"
)


def parties(text: str, words: Vocabulary) -> list[Party]:
    """Return the typed segments of a credit line without its label, in printed order."""
    if "/" in text and len(text) <= 8 and text.casefold() in words.slashed:
        return [Party(text, "mark" if words.slashed[text.casefold()] else "word", words.slashed[text.casefold()], "")]
    if _DATE.match(text):
        return [Party(text, "word", "", "")]
    if not text.isascii():
        text = text.translate(_WIDE)
    if "@" in text:
        text = _MAIL.sub("", text).strip() or text
    if "c/o" in text:
        text = text.replace(" c/o ", " for ")
    if len(text) <= 3 and text.isupper() and text.casefold() in words.ons | words.fors | words.joins and len(text) > 1:
        return [Party(text, "organization", text, "")]  # ON: a single word in capitals is an abbreviation
    whole = words.marks.get(name_key(text)) if len(text) <= 40 and ". " in text else None
    if whole is not None:  # mat. prasowe
        return [Party(text, "mark" if whole else "word", whole, "")]
    if ":" in text:
        text = _INNER_LABEL.sub(lambda found: _divided(found, words), text)
    found = compounded(_without_by(segments(text, words), words), words)
    out: list[Party] = []
    for joint, piece, agency in found:
        if agency is not None:
            out.append(Party(piece, "agency", agency.name, joint, agency))
        else:
            _type(piece, joint, words, out, 0)
    return _without_places(out, words) if len(out) > 1 or " " in text else out


def _divided(found: re.Match[str], words: Vocabulary) -> str:
    """Return a sign in place of a label between two names."""
    return " / " if words.labels.get(name_key(found[1])) in ("before", "weak") else found.group()


def _without_by(pieces: list[tuple[str, str]], words: Vocabulary) -> list[tuple[str, str]]:
    """Remove a preposition before the name of an uploader: ``Von Jo Reed - Eigenes Werk``."""
    if len(pieces) > 1:
        first, _, rest = pieces[0][1].partition(" ")
        if rest and first.casefold() in words.bys and words.marks.get(name_key(pieces[1][1])) == "":
            return [(pieces[0][0], rest), *pieces[1:]]
    return pieces


def _without_places(found: list[Party], words: Vocabulary) -> list[Party]:
    """Type an organization's city and state as words: ``Harbor Design, Houston, TX``, ``Harbor Design, Napa CA``."""
    for at, party in enumerate(found):
        if party.joint != "," or not at or party.kind not in ("single", "organization", "person", "word"):
            continue
        city, _, state = party.text.rpartition(" ")
        if city and state in words.regions and state.isupper() and not city.isupper():
            party.kind, party.name = "word", ""
        elif party.text in words.regions and party.agency is None:
            before = found[at - 1]
            if at > 1 and before.joint == "," and before.kind in ("single", "person", "organization"):
                before.kind, before.name = "word", ""
            party.kind, party.name = "word", ""
    return found


def _type(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> None:
    """Type a segment, which may contain several parties."""
    text = text.strip(EDGE)
    if " " in text:
        begun = _without_joint(text, joint, words, out, depth)
        if begun is None:
            return
        text, joint = begun
    if text.endswith(".") and not ABBREVIATED.search(text):
        text = text.rstrip(". ")
    spelled = words.spelling(text)
    if spelled is None and joint in _CHAINED and text.islower() and len(text) <= 4:
        spelled = words.spelling(text.upper())  # Jo Reed/afp
    if spelled and not (spelled[1] and _means_mark(text, out, words)):
        out.append(Party(text, "agency", spelled[0].name, joint, spelled[0], spelled[1]))
        return
    if " user " in text or not text.replace(" ", "").isalpha():
        if _with_handle(text, joint, words, out, depth):
            return
        if party := _with_number(text, joint, words):
            out.append(party)
            return
        if degree := _DEGREE.search(text):
            text = text[: degree.start()]
    if party := _nameless(text, joint, words, out):
        out.append(party)
        return
    if depth == 0 and (near := words.near(text)) is not None:
        out.append(Party(text, "agency", near.name, joint, near, True))
        return
    if _is_plain_name(text, words):
        out.append(Party(text, "person", text, joint))
        return
    for rule in RULES if depth < _DEEPEST else ():
        if rule(text, joint, words, out, depth, _type):
            return
    sort = sort_of(text, words)
    name = {"person": normal_case, "organization": _without_article}.get(sort)
    out.append(Party(text, sort, name(text, words) if name else text, joint))


def _is_plain_name(text: str, words: Vocabulary) -> bool:
    """Return whether a text is a forename and a surname that no rule needs to read: ``Jo Reed``."""
    plain = _PLAIN_NAME.match(text)
    return (
        plain is not None
        and words.name_breakers.isdisjoint(parts := plain[0].lower().split(" "))
        and words.common_words.isdisjoint(parts)
        and not any(map(words.has_organization_ending, parts))
    )


def _without_joint(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> tuple[str, str] | None:
    """Return a segment without the word that joins it to the previous segment, and its joint; None if it is typed."""
    first, _, rest = text.partition(" ")
    if first in ("From", "FROM") and not out and rest[:1].isupper():
        houses(rest, joint, words, out, depth, _type)
        return None
    if joint in (",", ";", "、", ")") and first in words.joins:
        return rest, "and"  # A, B, and C
    if out and first.casefold() in words.for_starts and (phrase := _for_phrase(text, words)):
        houses(text[len(phrase) :].strip(), "for", words, out, depth, _type)  # Jo Reed, for The Seattle Times
        return None
    return text, joint


def _with_handle(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """Type a name or a platform and a handle: ``Jo Reed @joreed``, ``Instagram @joreed``, ``Flickr user joreed``."""
    if " user " in text and (user := _USER.match(text)) and (spelled := words.spelling(user[1])):
        out.append(Party(user[1], "agency", spelled[0].name, joint, spelled[0]))
        out.append(Party(user[2], "person", user[2], "/"))
        return True
    if "@" in text and (handle := _WITH_HANDLE.match(text)):
        _type(handle[1], joint, words, out, depth + 1)
        if words.spelling(handle[1]):
            out.append(Party(handle[2], "person", handle[2], "/"))
        return True
    return False


def _with_number(text: str, joint: str, words: Vocabulary) -> Party | None:
    """Return an agency with a date or a picture's number, or the organization with a web address."""
    if "." in text and (address := _ADDRESS.match(text)):
        return _addressed(text, address[1], joint, words)
    name = None
    if text[:1].isdigit() and (dated := _BEHIND_DATE.match(text)):
        name = text[dated.end() :]
    elif text[-1:].isdigit() and (numbered := _NUMBERED.match(text)):
        name = numbered[1]
    spelled = words.spelling(name) if name else None
    return Party(text, "agency", spelled[0].name, joint, spelled[0], spelled[1]) if spelled else None


def _nameless(text: str, joint: str, words: Vocabulary, out: list[Party]) -> Party | None:
    """Return a segment without a name, such as a mark, a label, a date or a file; None if it may be a name."""
    if _INITIALS.fullmatch(text) and joint == "/" and {"agency", "person"} <= {p.kind for p in out}:
        return Party(text, "word", "", joint)  # ANTARA FOTO/Jo Reed/aww: the editor's
    key, folded = name_key(text), text.casefold()
    if not key or folded in words.bare_words or _DATE.match(text) or _CJK_DATE.match(text) or _REFERENCE.match(text):
        return Party(text, "word", "", joint)
    mark = words.marks.get(key)
    if mark is not None:
        return Party(text, "mark" if mark else "word", mark, joint)
    if _FILE.search(text) or (text[-1] == "。" and len(text) > 12):
        return Party(text, "other", text, joint)
    if key in words.labels or folded in words.title_set:
        return Party(text, "word", "", joint)
    return None


def _means_mark(text: str, out: list[Party], words: Vocabulary) -> bool:
    """Return whether a weak spelling that is also a mark means the mark: ``Netflix/PR``, but not ``Ada Quill/PR``."""
    return words.marks.get(name_key(text)) is not None and not any(p.kind == "person" for p in out)


def _for_phrase(text: str, words: Vocabulary) -> str | None:
    """Return the phrase before the organization in ``for HOUSE``: ``for``, ``special to``."""
    folded = text.casefold()
    if len(folded) != len(text):
        return None
    for phrase in words.for_starts.get(folded.split(" ", 1)[0], ()):
        if folded.startswith(phrase + " ") and (text[0].islower() or name_key(phrase) not in words.given_names):
            return phrase  # not Per Olsson
    return None


def _addressed(text: str, host: str, joint: str, words: Vocabulary) -> Party:
    """Return the organization with a web address: an agency in the register, ``reuters.com``, or the address itself."""
    name, domain = host.rsplit(".", 1)
    spelled = words.spelling(host)
    if spelled is None and domain == "com":
        spelled = words.spelling(name) or words.spelling(name.upper())
    if spelled is not None and spelled[0].name in words.agencies and not spelled[0].ambiguous:
        return Party(text, "agency", spelled[0].name, joint, spelled[0])
    return Party(text, "organization", text, joint)


def _without_article(text: str, _: Vocabulary) -> str:
    return text[4:] if text[:4] == "the " else text
