"""Parse a credit line: remove labels, extract notices, type the parties, and read their chain."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from captions.credit import labels, rights, supplier
from captions.credit.names import KOREAN_PLACE, is_forename, is_surname, same_person
from captions.credit.parties import parties
from captions.credit.segments import Kind, Party, is_abbreviation
from captions.lexicon.vocabulary import Vocabulary, default, with_houses
from captions.model import Credit
from captions.text import closing_bracket_start, name_key, tidy

# The longest credit line, in characters. The longest of 211 on news pages has 82, and notices may follow.
LONGEST = 600
# A picture desk's signature after a credit: +++ dpa-Bildfunk +++.
_TICKER = re.compile(r"(?<!\s)\s*+\+\+\+\s*(?:\w+[- ])?(?:Bildfunk|NPK|KORR)\s*\+\+\+\s*$", re.IGNORECASE)
# (서울=연합뉴스) 김가람 기자 =: the place, the agency, and the reporter, who is also the creator.
_DATELINE = re.compile(r"^[(\[【（［<〈][^=()\[\]]{2,12}=\s*([^=()\[\]/]{2,20})[)\]】）］>〉]\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Reading:
    """A credit line and its reading."""

    credit: Credit
    label: str | None
    """The kind of its label: before, by, after, weak or sign; None without a label."""
    label_text: str
    parties: tuple[Party, ...]
    pictures: tuple[Reading, ...] = ()
    """The reading of each picture's credit, if the line credits several: ``Left: A/Reuters. Right: B/AP``."""

    @property
    def clean(self) -> bool:
        """Return whether the whole line consists of names, marks and signs."""
        return bool(self.parties) and all(p.kind != "other" for p in self.parties)

    @property
    def is_rights_only(self) -> bool:
        """Return whether the line names nobody, and says under which license or with which qualifier it is printed."""
        return not self.parties and bool(self.credit.license or self.credit.qualifiers)

    @property
    def registered(self) -> tuple[Party, ...]:
        """The parties in the register."""
        return tuple(p for p in self.parties if p.agency is not None)

    @property
    def persons(self) -> tuple[Party, ...]:
        """The parties that are people."""
        return tuple(p for p in self.parties if p.kind == "person")


def parse_credit(line: str, vocabulary: Vocabulary | None = None, houses: frozenset[str] = frozenset()) -> Credit:
    """Read one credit line; no string raises.

    ``"(photo credit: IBRAHEEM ABU MUSTAFA / REUTERS)"`` gives creators ``("Ibraheem Abu Mustafa",)``, agencies
    ``("Reuters",)``, supplier ``Reuters``. How a chain is read: see :mod:`captions.credit.supplier`. ``houses`` are
    spellings of the article's own publication; see :func:`captions.credit.names.house_spellings`.
    """
    return read(line, vocabulary or default(), houses).credit


def parse_credits(line: str, vocabulary: Vocabulary | None = None) -> tuple[Credit, ...]:
    """Read a credit line, which may credit several pictures; no string raises.

    ``"Left: Ada Quill/Reuters. Right: Jo Reed/AP"`` gives two; the same picture credited twice,
    ``"(Photo by Jo Reed / AFP) (Photo by Jo Reed/AFP via Getty Images)"``, gives one.
    """
    reading = read(line, vocabulary or default())
    return tuple(r.credit for r in reading.pictures) or (reading.credit,)


def read(line: str, words: Vocabulary, houses: frozenset[str] = frozenset()) -> Reading:
    """Return the reading of a credit line; see :func:`parse_credit`."""
    if houses:
        words = with_houses(words, houses)
    printed = tidy(line)
    if "+++" in printed:
        printed = _TICKER.sub("", printed)
    if not printed:
        return Reading(Credit(line="", rule="empty"), None, "", ())
    if len(printed) > LONGEST:
        return Reading(Credit(line=printed, rule="too-long"), None, "", ())
    if fullest := _printed_twice(printed, words):
        return fullest
    bare = _DATELINE.sub(r"\1/", printed) if printed[0] in "([【（［<〈" else printed
    unlabelled = _without_stop(labels.strip(bare, words), words)
    pictures = [read(part, words) for part in _pictures(unlabelled.text, words)]
    if pictures and all(r.clean and (r.registered or r.persons) for r in pictures):
        return _several(unlabelled, pictures)
    if rights.may_contain(printed, words):  # a copyright sign is a label before a name and a notice before a year
        notices = rights.take(printed, words)
        # A label after a notice can be removed only now: `© 2024 AP. Photo: Jo Reed`.
        body = unlabelled.names if notices.text == printed else labels.strip(notices.text, words).names
    else:
        notices, body = rights.Notices(unlabelled.text), unlabelled.names
    found = parties(body if body.isascii() else unicodedata.normalize("NFC", body), words)
    _resolve_singles(found, words)
    label_marks = _label_marks(unlabelled.all, words) if unlabelled.all else set()
    if "supplied" in label_marks:  # `사진제공=솔내군`: the provider is more often a county than a person
        for party in found:
            if party.kind == "person" and KOREAN_PLACE.fullmatch(party.text):
                party.kind = "organization"
    marks = {p.name for p in found if p.kind == "mark"} | ({"public domain"} if notices.public_domain else set())
    named = [p for p in found if p.kind in ("agency", "organization", "person")]
    marks |= label_marks
    verdict = supplier.read(named, frozenset(marks))
    unread = any(p.kind == "other" for p in found)
    credit = Credit(
        line=unlabelled.text,
        creators=_creators(named),
        agencies=_agencies(named),
        supplier=verdict.supplier,
        qualifiers=tuple(sorted(marks)),
        restrictions=notices.restrictions,
        copyright_notice=notices.copyright_notice,
        license=notices.license,
        license_url=notices.license_url,
        rule=verdict.rule,
        confidence=round(verdict.confidence * (0.6 if unread else 1.0), 2),
    )
    return Reading(credit, unlabelled.kind, unlabelled.label, tuple(found))


def _label_marks(found: tuple[str, ...], words: Vocabulary) -> set[str]:
    """Return the marks among the labels: ``사진=국립생태원 제공``."""
    return {m for x in found if (m := words.label_marks.get(k := name_key(x)) or words.marks.get(k))}


def _without_stop(unlabelled: labels.Unlabelled, words: Vocabulary) -> labels.Unlabelled:
    """Remove the period from a credit that ends like a sentence: ``Photo by Jo Reed.``, ``© 2019 Harbor Trust.``"""
    text = unlabelled.text
    if not text.endswith(".") or text.endswith("..") or is_abbreviation(text, words):
        return unlabelled
    if unlabelled.kind is None and not labels.source_phrase(text, words) and not rights.YEAR.match(text):
        return unlabelled
    return replace(unlabelled, text=text[:-1].rstrip())


def _printed_twice(text: str, words: Vocabulary) -> Reading | None:
    """Return the fuller of two credits for a picture: ``(Photo by A / AFP) (Photo by A/AFP via Getty Images)``."""
    if text[0] not in "([" or text[-1] not in ")]" or closing_bracket_start(text, len(text)) == 0:
        return None
    second = closing_bracket_start(text, len(text))
    first = text[:second].rstrip() if second else ""
    if second is None or not first or closing_bracket_start(first, len(first)) != 0:
        return None
    before, after = read(first, words), read(text[second:], words)
    names_before, names_after = ({p.name for p in r.parties} for r in (before, after))
    if names_before and names_before <= names_after:
        return after
    return before if names_after and names_after < names_before else None


def _pictures(text: str, words: Vocabulary) -> list[str]:
    """Return the parts of a line that credits several pictures by position; empty for other lines.

    ``"Left: A. Right: B"`` and ``"A (left), B (right)"`` give ``["A", "B"]``.
    """
    if ":" in text or "：" in text:
        places = list(words.place_before.finditer(text))
        if len(places) > 1 and not text[: places[0].start()].strip(" (["):
            ends = [p.start() for p in places[1:]] + [len(text)]
            return [text[p.end() : end].strip(" .;,|") for p, end in zip(places, ends, strict=True)]
    if ")" in text or "]" in text:
        places = list(words.place_after.finditer(text))
        if len(places) > 1 and not text[places[-1].end() :].strip(" .)]"):
            starts = [0] + [p.end() for p in places[:-1]]
            return [text[start : p.start()].strip(" .;,|") for start, p in zip(starts, places, strict=True)]
    return []


def _several(unlabelled: labels.Unlabelled, pictures: list[Reading]) -> Reading:
    """Return the combined credit of a line with several pictures; its supplier is None unless all have the same."""
    credits_ = [r.credit for r in pictures]
    suppliers = {c.supplier for c in credits_}
    credit = Credit(
        line=unlabelled.text,
        creators=tuple(dict.fromkeys(n for c in credits_ for n in c.creators)),
        agencies=tuple(dict.fromkeys(n for c in credits_ for n in c.agencies)),
        supplier=suppliers.pop() if len(suppliers) == 1 else None,
        qualifiers=tuple(sorted({m for c in credits_ for m in c.qualifiers})),
        restrictions=tuple(dict.fromkeys(r for c in credits_ for r in c.restrictions)),
        rule="several-pictures",
        confidence=min(c.confidence for c in credits_),
    )
    found = tuple(p for r in pictures for p in r.parties)
    return Reading(credit, unlabelled.kind, unlabelled.label, found, tuple(pictures))


def _resolve_singles(found: list[Party], words: Vocabulary) -> None:
    """Decide which single words and organizations are people, such as the contributors of a stock library.

    ``ipopba / iStock`` and ``Grumpy Cow Studios | Getty Images`` name contributors, ``Tischler / IMAGO`` an agency.
    """
    named = [p for p in found if p.kind in ("agency", "organization", "person", "single", "other")]
    for at, party in enumerate(named):
        if party.agency is not None or party.kind not in ("single", "organization", "other"):
            continue
        if _is_sign(named, at):
            party.kind = "word"
        elif party.kind == "single":
            party.kind = _single(named, at, words)
        elif _is_contributor(named, at, words):
            party.kind, party.name = "person", party.text


def _single(named: list[Party], at: int, words: Vocabulary) -> Kind:
    """Return the kind of a single word: a contributor, handle or forename is a person, others are organizations."""
    party = named[at]
    if party.text.isupper() and len(party.text) <= 5 and "." not in party.text:
        return "organization"  # BMUV/Getty Images
    if _contributes_to_next(named, at) or _contributes_to_previous(named, at):
        return "person"
    if len(named) == 1 and is_forename(party.text, words):
        return "person"
    initials = party.text.islower() and len(party.text) <= 3  # next to an agency, they sign a text: (mm/dpa)
    only = not any(p.kind == "person" for p in named if p is not party)
    if is_surname(party.text, words) and only and (len(named) == 1 or not initials):
        return "person"
    return "other" if party.text[:1].islower() and at else "organization"


def _is_sign(named: list[Party], at: int) -> bool:
    """Return whether a word in small letters ends a chain of names: a house's own sign, as in ``Jo Reed/nh``."""
    party = named[at]
    if not at or at < len(named) - 1 or party.joint not in ("/", "|") or not party.text[:1].islower():
        return False
    return (
        " " not in party.text and named[at - 1].kind in ("person", "agency") and not _contributes_to_previous(named, at)
    )


def _contributes_to_next(named: list[Party], at: int) -> bool:
    """Return whether the first party is a contributor to an agency after it: ``lichtblick77/Adobe Stock``."""
    behind = [p.agency for p in named[1:] if p.agency is not None]
    if at or not behind:
        return False
    following = named[1].agency
    return (
        _is_handle(named[at])
        or (following is not None and following.prints_contributors)
        or any(agency.kind in _HOSTS for agency in behind)
    )


def _contributes_to_previous(named: list[Party], at: int) -> bool:
    """Return whether a party is a contributor to the agency before it: ``Adobe Stock/lichtblick77``."""
    before = named[at - 1].agency if at else None
    if before is None:
        return False
    return (_is_handle(named[at]) and before.kind in _HOSTS) or (at == len(named) - 1 and before.prints_contributors)


def _is_handle(party: Party) -> bool:
    return party.text[:1].islower() and len(party.text) >= 4


_HOSTS = ("stock", "platform")


def _is_contributor(named: list[Party], at: int, words: Vocabulary) -> bool:
    """Return whether a party that looks like an organization is a contributor to the stock library next to it."""
    party, last = named[at], at == len(named) - 1
    library = (
        named[1].agency
        if not at and not last and named[1].joint != ","
        else named[at - 1].agency
        if last and at
        else None
    )
    if library is None or not library.prints_contributors:
        return False
    text = party.text
    tokens = text.casefold().split()
    if party.kind == "other":  # sommart sombutwanitkul / iStock
        return not at and 1 < len(tokens) <= 3 and text.islower() and all(t.isalpha() for t in tokens)
    if "." in text or any(t in words.organization_words and t not in words.studios for t in tokens):
        return False
    if len(tokens) == 1:
        return not (text.isupper() and len(text) <= 6)  # FatCamera, Kathyn8; not BMUV
    return not words.studios.isdisjoint(tokens)


def _creators(named: list[Party]) -> tuple[str, ...]:
    out: list[str] = []
    for party in named:
        if party.kind == "person" and not any(same_person(party.name, known) for known in out):
            out.append(party.name)
    return tuple(out)


def _agencies(named: list[Party]) -> tuple[str, ...]:
    if len(named) == 1:
        return (named[0].name,) if named[0].kind != "person" else ()
    out: dict[str, str] = {}
    for party in named:
        if party.kind != "person":
            out.setdefault(name_key(party.name), party.name)
    return tuple(out.values())


def explain(line: str, vocabulary: Vocabulary | None = None) -> list[tuple[str, str]]:
    """Return the steps by which a credit line was read, as (step, result) pairs for display.

    ``"Foto: X/dpa"`` gives ``("label", "Foto (before)")``, ``("person", "X")``, ...
    """
    words = vocabulary or default()
    reading = read(line, words)
    credit = reading.credit
    steps = [("line", credit.line)]
    if reading.label:
        steps.insert(0, ("label", f"{reading.label_text} ({reading.label})"))
    for party in reading.parties:
        joint = f" after {party.joint!r}" if party.joint else ""
        becomes = f" -> {party.name}" if party.name and party.name != party.text else ""
        steps.append((party.kind, f"{party.text}{becomes}{joint}"))
    for restriction in credit.restrictions:
        steps.append(("restriction", restriction))
    for name, value in (("notice", credit.copyright_notice), ("license", credit.license)):
        if value:
            steps.append((name, value))
    steps.append(("rule", f"{credit.rule}, confidence {credit.confidence:.2f}"))
    steps.append(("supplier", credit.supplier or "unclear"))
    return steps


__all__ = ["Reading", "explain", "parse_credit", "parse_credits", "read"]
