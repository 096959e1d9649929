"""The parties of a credit line: its segments, each typed as agency, organization, person, mark or plain word."""

from __future__ import annotations

import re

from captions.labels import PICTURE, by_phrases
from captions.names import is_forename, is_given_name, normal_case, sort_of
from captions.segments import ABBREVIATED, EDGE, Party, compounded, segments
from captions.text import has_cjk, name_key
from captions.vocabulary import Vocabulary

_ROLE = re.compile(r"([^\W\d_][\w\s./&-]{1,24}?)\s*[:：]\s*(.+)$")
_WORD = re.compile(r"[^\W_]+")
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
_CJK_REPORTER = re.compile(r"(.*?)(?:記者|记者|기자)[\s・･]*(.*)$")
# News1 김가람 기자, 연합뉴스 김가람: the house, the reporter, the title.
_KOREAN_BYLINE = re.compile(r"(.+?)\s+([\uac00-\ud7af]{2,4})(?:\s+([\uac00-\ud7af]*(?:기자|특파원|작가|위원)))?$")
_OF = frozenset({"of", "from"})
_WITH = frozenset({"of", "from", "at", "with"})
_CHAINED = frozenset("/／|")
# The address of a house: `Foto: example.org`, `www.example.co.uk`.
_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[a-z0-9äöüßéèñçåøæ-]+\.)+(?:[a-z]{2}|com|org|net|info|gov|edu|int|mil|biz|news|media|photos?"
    r"|photography|blog|online|shop|store|app|dev|art|design|studio|agency|press|cat|berlin|wien|hamburg|koeln|space|site"
    r"|website|club|rocks|today|digital|earth|museum|travel|sport|film|рф|укр))/?$",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\s*[(<]?[\w.+-]+@[\w-]+\.[\w.-]+[)>]?")
# Full-width letters and digits: ＡＰ＝共同.
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WITH_HANDLE = re.compile(r"([^@]{2,}?)[\s:(]+(@[\w.]{2,30})\)?$")  # Jo Reed @joreed, Instagram @joreed
_USER = re.compile(r"(.+?) user:? (\S+)$", re.IGNORECASE)
_DEGREE = re.compile(r",\s*(?:Ph\.?\s?D|M\.?D|M\.?B\.?A|R\.?N|Esq|Jr|Sr)\b\.?$", re.IGNORECASE)
# A picture's number behind its agency: Shutterstock 1234567, AdobeStock_123456, iStock-1234567.
_NUMBERED = re.compile(r"(.+?)(?:\s|[-_#])+(?:(?:ID|Nr|No|Bild|Image|Photo|Foto)\b\.?:?\s?)?#?\d{4,}$", re.IGNORECASE)
_BEHIND_DATE = re.compile(
    r"\d{4}\s?[.年년/-]\s?\d{1,2}\s?[.月월/-]\s?\d{1,2}[.日일]?\s*(?=[^\W\d日일])"
)  # 2024.5.4 뉴스1
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
    if not text.isascii():
        text = text.translate(_WIDE)
    if "@" in text:
        text = _MAIL.sub("", text).strip() or text
    if "c/o" in text:
        text = text.replace(" c/o ", " for ")
    if len(text) <= 3 and text.isupper() and text.casefold() in words.ons | words.fors | words.joins and len(text) > 1:
        return [Party(text, "organization", text, "")]  # ON: a word in capitals by itself is an abbreviation
    whole = words.marks.get(name_key(text)) if len(text) <= 40 and ". " in text else None
    if whole is not None:  # mat. prasowe
        return [Party(text, "mark" if whole else "word", whole, "")]
    found = compounded(_without_by(segments(text, words), words), words)
    out: list[Party] = []
    for joint, piece, agency in found:
        if agency is not None:
            out.append(Party(piece, "agency", agency.name, joint, agency))
        else:
            _type(piece, joint, words, out, 0)
    return _without_places(out, words) if len(out) > 1 or " " in text else out


def _without_by(pieces: list[tuple[str, str]], words: Vocabulary) -> list[tuple[str, str]]:
    """Take off what stands before the name where a picture is somebody's own work: ``Von Jo Reed - Eigenes Werk``."""
    if len(pieces) > 1:
        first, _, rest = pieces[0][1].partition(" ")
        if rest and first.casefold() in words.bys and words.marks.get(name_key(pieces[1][1])) == "":
            return [(pieces[0][0], rest), *pieces[1:]]
    return pieces


def _without_places(found: list[Party], words: Vocabulary) -> list[Party]:
    """Make words of a house's city and state: ``Harbor Design, Houston, TX``, ``Harbor Design, Napa CA``."""
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
    """Types one segment; one that holds several parties gives several."""
    text = text.strip(EDGE)
    first, _, rest = text.partition(" ")
    if first in ("From", "FROM") and not out and rest[:1].isupper():
        _houses(rest, joint, words, out, depth)
        return
    if joint in (",", ";", "、", ")") and rest and first in words.joins:
        text, joint = rest, "and"  # A, B, and C
    elif out and rest and first.casefold() in words.for_starts and (phrase := _for_phrase(text, words)):
        _houses(text[len(phrase) :].strip(), "for", words, out, depth)  # Jo Reed, for The Seattle Times
        return
    if text.endswith(".") and not ABBREVIATED.search(text):
        text = text.rstrip(". ")
    spelled = words.spelling(text)
    if spelled is None and joint in _CHAINED and text.islower() and len(text) <= 4:
        spelled = words.spelling(text.upper())  # Jo Reed/afp
    if spelled and not (spelled[1] and _is_rather_a_mark(text, out, words)):
        out.append(Party(text, "agency", spelled[0].name, joint, spelled[0], spelled[1]))
        return
    if _INITIALS.fullmatch(text) and joint == "/" and {"agency", "person"} <= {p.kind for p in out}:
        out.append(Party(text, "word", "", joint))  # ANTARA FOTO/Jo Reed/aww: the editor's
        return
    if " user " in text and (user := _USER.match(text)) and (spelled := words.spelling(user[1])):
        out.append(Party(user[1], "agency", spelled[0].name, joint, spelled[0]))
        out.append(Party(user[2], "person", user[2], "/"))
        return
    if text[:1].isdigit() and (dated := _BEHIND_DATE.match(text)):
        text = text[dated.end() :]
        if spelled := words.spelling(text):
            out.append(Party(text, "agency", spelled[0].name, joint, spelled[0], spelled[1]))
            return
    if "@" in text and (handle := _WITH_HANDLE.match(text)):
        _type(handle[1], joint, words, out, depth + 1)
        if words.spelling(handle[1]):
            out.append(Party(handle[2], "person", handle[2], "/"))
        return
    if "," in text and (degree := _DEGREE.search(text)):
        text = text[: degree.start()]
    if "." in text and (address := _ADDRESS.match(text)):
        out.append(_addressed(text, address[1], joint, words))
        return
    if text[-1:].isdigit() and (numbered := _NUMBERED.match(text)) and (spelled := words.spelling(numbered[1])):
        out.append(Party(text, "agency", spelled[0].name, joint, spelled[0], spelled[1]))
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
        and words.name_breakers.isdisjoint(parts := plain[0].lower().split(" "))
        and not any(map(words.has_organization_ending, parts))
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


def _is_rather_a_mark(text: str, out: list[Party], words: Vocabulary) -> bool:
    """Return whether a weak spelling that is also a mark means the mark: behind a house, ``Netflix/PR``; not behind a
    person, ``Ada Quill/PR``."""
    return words.marks.get(name_key(text)) is not None and not any(p.kind == "person" for p in out)


def _for_phrase(text: str, words: Vocabulary) -> str | None:
    """Return the words of ``for HOUSE`` that stand before the house: ``for``, ``special to``."""
    folded = text.casefold()
    if len(folded) != len(text):
        return None
    for phrase in words.for_starts.get(folded.split(" ", 1)[0], ()):
        if folded.startswith(phrase + " ") and (text[0].islower() or name_key(phrase) not in words.given_names):
            return phrase  # not Per Olsson
    return None


def _addressed(text: str, host: str, joint: str, words: Vocabulary) -> Party:
    """Return the house that a web address names: one of the register, ``reuters.com``, or the address itself."""
    name, domain = host.rsplit(".", 1)
    spelled = words.spelling(host)
    if spelled is None and domain == "com":
        spelled = words.spelling(name) or words.spelling(name.upper())
    if spelled is not None and spelled[0].name in words.agencies and not spelled[0].ambiguous:
        return Party(text, "agency", spelled[0].name, joint, spelled[0])
    return Party(text, "organization", text, joint)


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
        elif _is_house_before(role[1], role[2], words):  # Harbor Radio: Tessa King
            out.append(Party(role[1], "organization", role[1], joint))
            _type(role[2], "/", words, out, depth + 1)
        elif (mark := words.marks.get(name_key(role[1]))) is not None:
            if mark:
                out.append(Party(role[1], "mark", mark, joint))
            _type(role[2], joint, words, out, depth + 1)
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
        if before and words.spelling(before):  # U.S. Navy photo by Jo Reed
            _type(before, joint, words, out, depth + 1)
            _type(rest, "/", words, out, depth + 1)
            return True
        if not before or words.marks.get(name_key(before)) == "" or before.casefold() in words.title_set:
            _type(rest, joint, words, out, depth + 1)
            return True
    return False


def _is_house_before(house: str, rest: str, words: Vocabulary) -> bool:
    """Return whether a house stands before a colon and a person behind it; not what the person did: ``Hair: X``."""
    done = set(house.casefold().split())
    return (
        not any(words.other_roles.get(word) for word in done)
        and words.marks.get(name_key(house)) is None
        and house[:1].isupper()
        and sort_of(house, words) == "organization"
        and sort_of(rest, words) == "person"
    )


def _is_other_role(text: str, words: Vocabulary) -> bool:
    """Return whether a text names who did something else for the picture: ``Design by X``."""
    tokens = text.casefold().split(" ", 4)
    for role in words.other_roles.get(tokens[0], ()):
        size = role.count(" ") + 1
        if len(tokens) > size + 1 and tokens[:size] == role.split(" ") and tokens[size] in words.bys:
            return True
    return False


def _made_by_machine(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """A picture that a program made: ``Image created with Midjourney by Jo Reed``, ``mit KI erstellt``."""
    folded = text.casefold()
    if text.isascii() and not any(word[:4] in words.machine_starts for word in _WORD.findall(folded)):
        return False
    found = words.machine.search(text)
    if found is None:
        return False
    made = any(stem in folded for stem in words.made)
    rest = words.machine.sub(" ", text).replace("'", " ").replace("’", " ").split()
    names = [t.strip("-.,:()") for t in rest if not _is_filler(t, words)]
    name = " ".join(n for n in names if n)
    if not made and (found["weak"] or (name and not found["tool"])):
        return False  # Harbor AI is a company, Leonardo Reed a person
    cased = name[:1].isupper() and not has_cjk(name)
    if cased and (words.spelling(name) or sort_of(name, words) in ("person", "organization")):
        _type(name, joint, words, out, depth + 1)
    out.append(Party(text, "mark", "ai", joint))
    return True


def _is_filler(token: str, words: Vocabulary) -> bool:
    """Return whether a word beside a program's name is no part of a name: in small letters, a label, a word for making."""
    bare = token.strip("-.,:()").casefold()
    return (
        not bare[:1].isalpha()
        or token[:1].islower()
        or bare in words.bare_words
        or bare in words.particles
        or bare in words.ai_fillers
        or name_key(bare) in words.labels
        or bare.startswith(words.made)
        or words.marks.get(name_key(bare)) is not None
    )


def _marked(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """A mark before or after a name: ``Courtesy of X``, ``photo illustration by X``, ``AP file``."""
    folded = text.casefold()
    if len(folded) != len(text):
        return False
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
            sort = "agency" if words.spelling(rest) else sort_of(rest, words)
            if sort in ("agency", "person") or (sort == "organization" and (" " in phrase or mark == "screenshot")):
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
    by = (
        first.casefold() in words.bys
        or first.casefold() == "of"
        or (mark == "screenshot" and first == "from")
        or (mark in _SOURCED and first in words.particles)
    )
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
    of_a_house = False
    if source and (article := _ARTICLE.match(rest)) and words.spelling(rest) is None:
        of_a_house = rest[0].islower() and article.group().endswith(" ")  # courtesy of the High Line
        rest = rest[article.end() :]
        if lender := words.lenders.match(rest):
            rest = rest[lender.end() :]
            if not rest:
                out.append(Party(phrase, "mark", mark, joint))
                return True
    if mark == "screenshot":
        rest = _whose_screen(rest, words)
    out.append(Party(phrase, "mark", mark, joint))
    before = len(out)
    last = phrase.rsplit(" ", 1)[-1]
    by = by or last in words.bys or last in words.particles or last == "of"
    _type(rest, "courtesy" if source and by else joint, words, out, depth + 1)
    if source:
        for party in out[before:]:
            if party.kind == "single" and by and is_forename(party.text, words):
                party.kind = "person"  # Submitted by Ashley
            elif party.kind in ("other", "single") or (of_a_house and party.kind == "person"):
                party.kind, party.name = "organization", party.text.strip("'\"‘’“”")
    return True


def _whose_screen(text: str, words: Vocabulary) -> str:
    """Return the owner of what a screenshot shows: ``from the Harbor Echo website`` gives ``Harbor Echo``."""
    first, _, rest = text.partition(" ")
    if rest and first.casefold() in _OF:
        text = rest
    if (article := _ARTICLE.match(text)) and text[0].islower():
        text = text[article.end() :]
    folded = text.casefold()
    for thing in words.shown:
        if folded.endswith(" " + thing):
            return text[: -len(thing)].strip().removesuffix("'s").removesuffix("’s").strip()
    return text


def _titled(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """A rank or title before or after a name: ``Staff Sgt. X``, ``김혜진 기자``."""
    folded = text.casefold()
    if len(folded) != len(text):
        return False
    if not text.isascii() and has_cjk(text) and _cjk_titled(text, joint, words, out, depth):
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
            sort = sort_of(rest, words)
            if sort in ("person", "single") or (sort == "organization" and title.startswith("staff")):
                _type(rest, joint, words, out, depth + 1)
                return True
    return False


def _cjk_titled(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """A house, a name and a title in scripts that need no space: ``新华社记者 陆景川``, ``News1 김가람 기자``."""
    if byline := _KOREAN_BYLINE.match(text):
        house, name, title = byline.groups()
        known = words.spelling(house) is not None
        if (known or (title and sort_of(house, words) == "organization")) and not (
            words.spelling(name) or words.marks.get(name_key(name))
        ):
            _type(house, joint, words, out, depth + 1)
            out.append(Party(name, "person", name, "/"))
            return True
    if reporter := _CJK_REPORTER.match(text):
        house, name = reporter[1].strip(), reporter[2].strip()
        if not name and house and sort_of(house, words) == "person":  # 森原太郎記者
            house, name = "", house
        if name and (not house or words.spelling(house)):
            if house:
                _type(house, joint, words, out, depth + 1)
            _type(name, "/" if house else joint, words, out, depth + 1)
            return True
    for title in words.cjk_titles:
        if text.startswith(title) or text.endswith(title):
            rest = (text[len(title) :] if text.startswith(title) else text[: -len(title)]).strip(" ・･\u3000/:：")
            if rest and sort_of(rest, words) == "person":
                out.append(Party(rest, "person", rest, joint))
                return True
    return False


def _related(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """``A and B``, ``X for Y``, ``X on Unsplash``."""
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
            right_is_house = known_right or sort_of(right, words) == "organization"
            if (known_left or _is_person(left, words)) and (right_is_house or _is_person(right, words)):
                _type(left, joint, words, out, depth + 1)
                _type(right, "and", words, out, depth + 1)
                return True
        if word in words.for_starts and _made_for(tokens, at, joint, words, out, depth):
            return True
        if tokens[at] in _WITH and _works_for(tokens, at, joint, words, out, depth):
            return True
        if word in words.ons or word in _OF:
            left, right = " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
            known = words.spelling(right)
            if known is None and (article := _ARTICLE.match(right)) and word in words.ons:
                right = right[article.end() :]
                known = words.spelling(right)
            named = known is not None and (_is_person(left, words) or at == 1 or words.spelling(left) is not None)
            if named and known is not None:
                placed = (word in words.ons or word == "from") and known[0].kind in ("platform", "stock")
                _type(left, joint, words, out, depth + 1)
                _houses(right, "on" if placed else "for", words, out, depth)
                return True
    return False


def _works_for(tokens: list[str], at: int, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """``Jo Reed of Harbor Studio``, ``Jo Reed from Harbor Echo``."""
    left, right = " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
    named = at >= 2 and is_given_name(tokens[0], words) and right[0].isupper() and _is_person(left, words)
    if not named or words.spelling(right) or sort_of(right, words) not in ("organization", "person"):
        return False
    _type(left, joint, words, out, depth + 1)
    _houses(right, "for", words, out, depth)
    return True


def _made_for(tokens: list[str], at: int, joint: str, words: Vocabulary, out: list[Party], depth: int) -> bool:
    """``X for HOUSE``, ``X on assignment for HOUSE``, also where the register does not know the house."""
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
    if not (_is_person(left, words) or words.spelling(left) or (at == 1 and known is not None)):
        return False
    if known is None and sort_of(right, words) == "other":
        return False
    _type(left, joint, words, out, depth + 1)
    _houses(right, "for", words, out, depth)
    return True


def _houses(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int) -> None:
    """Type what follows ``for`` or ``on``: a house, also where it looks like a person."""
    before = len(out)
    article = _ARTICLE.match(text)
    if article and text[0].islower() and words.spelling(text) is None:
        text = text[article.end() :]
    _type(text, joint, words, out, depth + 1)
    for party in out[before:]:
        if party.kind in ("person", "single"):
            party.kind, party.name = "organization", party.text


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


_COMPOSED = (_made_by_machine, _labelled, _marked, _titled, _related, _hyphened, _adjoined)
