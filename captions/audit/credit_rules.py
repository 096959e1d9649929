"""The rules that need only one use: who is named, how names are spelled, which rights the line states."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from captions.audit.spelling import Register
from captions.licensing.public_licenses import contradicting, free_by, permits
from captions.model import Credit, Use
from captions.text import name_key

# Qualifiers of pictures that come without a license.
NEEDS_PERMISSION = ("handout", "pool", "screenshot")
NEEDS_LABEL = ("ai", "composite", "montage")
_FREE = ("public domain",)
# Words that tell any reader how a picture was made; a tool's name (Midjourney) does not.
_LABEL = re.compile(
    # Only in capitals, because `ai` is an Italian word and `ia` ends a Romanian list.
    r"\b(?:(?-i:A\.?I|KI|IA|ИИ|ШІ)|artificial intelligence|künstliche\w* intelligenz|"
    r"intelligence artificielle|"
    r"inteligencia artificial|intelligenza artificiale|generated|generiert\w*|génér\w+|generad\w+|generat\w+|"
    r"computer[- ]generated|composites?|compound|collages?|\w*montage\w*|"
    r"montaje|fotomontaje|montaggio|fotomontaggio|"
    r"kollage|koll?až|монтаж\w*|коллаж\w*|колаж\w*)\b|人工知能|生成|合成|コラージュ|인공지능|합성|생성",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[/|,;()]|\s[-–—]\s|\b(?:via|with|mit|by)\b")
Rule = Callable[[Use, Register], str | None]
"""Return what is wrong with a use, in one line; None if nothing is."""


def named(credit: Credit) -> bool:
    """Return whether a credit names anyone."""
    return bool(credit.creators or credit.agencies)


def no_credit(use: Use, register: Register) -> str | None:
    """CR101: no credit, or a line without a name, qualifier, license or copyright notice."""
    credit = use.credit
    if credit is None or not credit.line:
        return "no credit printed"
    if named(credit) or credit.qualifiers or credit.license or credit.copyright_notice:
        return None
    return f"credit line names no one: {credit.line}"


def agency_only(use: Use, register: Register) -> str | None:
    """CR102: ``Foto: dpa``; CR104 reports a placeholder instead of the creator."""
    credit = use.credit
    if credit is None or credit.creators or not credit.agencies or _placeholders(credit, register):
        return None
    return f"no creator named, only {_and(credit.agencies)}"


def creator_only(use: Use, register: Register) -> str | None:
    """CR103: ``Tobias Koch``, who is neither on the staff list nor has an agreement, without a public license.

    Of several freelancers with agreements, a person must say which to pay.
    """
    credit = use.credit
    if credit is None or credit.agencies or _is_free(credit) or (credit.license and permits(credit.license, None)):
        return None
    strangers = [name for name in credit.creators if name_key(name) not in register.words.staff]
    if not strangers or (len(strangers) == 1 and name_key(strangers[0]) in register.freelancers):
        return None
    if all(name_key(name) in register.freelancers for name in strangers):
        return f"the credit names several freelancers with agreements, so it is unclear whom to pay: {_and(strangers)}"
    return f"photographer named, but no agency or agreement: {_and(strangers)}"


def placeholder(use: Use, register: Register) -> str | None:
    """CR104: ``Handout via Reuters``, ``Screenshot``: a placeholder instead of a name."""
    credit = use.credit
    if credit is None or credit.creators or credit.license or _is_free(credit):
        return None
    found = _placeholders(credit, register) or (() if credit.agencies else credit.qualifiers)
    return f"{_and(found)} instead of a name" if found else None


def unknown_agency(use: Use, register: Register) -> str | None:
    """CR105: an agency that is not in the register; suggest the known name it resembles."""
    unknown = [a for a in use.credit.agencies if a not in register.words.agencies] if use.credit else []
    if not unknown:
        return None
    hints = [f"{name} (did you mean {near}?)" if (near := register.near(name)) else name for name in unknown]
    return f"not in the register: {_and(hints)}"


def no_supplier(use: Use, register: Register) -> str | None:
    """CR106: ``AP/dpa | Richard Drew``: either may be owed."""
    credit = use.credit
    if credit is None or credit.supplier is not None or len(credit.agencies) < 2:
        return None
    return f"the supplier may be {_list(credit.agencies, 'or')}"


def misspelled(use: Use, register: Register) -> str | None:
    """CR107: ``Retuers``. Other names of an agency (``AP Photo``, ``Associated Press``) are not misspelled."""
    if use.credit is None:
        return None
    line = use.credit.line
    wrong = [(p, a) for a in use.credit.agencies if (p := register.misprint(a, line))]
    return "; ".join(f"printed {printed}, canonical name {agency}" for printed, agency in wrong) or None


def unpermitted(use: Use, register: Register) -> str | None:
    """CR307: a handout, pool, social media or screenshot picture without a note of what permits the use."""
    if use.credit is None or use.credit.license:
        return None
    found = [m for m in use.credit.qualifiers if m in NEEDS_PERMISSION] + [
        a for a in use.credit.agencies if register.is_social(a)
    ]
    return f"{_and(found)}, with no note of what permits the use" if found else None


def incomplete_license(use: Use, register: Register) -> str | None:
    """CR308: a Creative Commons license other than CC0, without creator, version or link."""
    credit = use.credit
    if credit is None or not credit.license or not credit.license.startswith("CC") or credit.license.startswith("CC0"):
        return None
    missing = [
        part
        for part, present in (
            ("creator", bool(credit.creators) or any(not register.is_platform(a) for a in credit.agencies)),
            ("license version", any(char.isdigit() for char in credit.license)),
            ("link", credit.license_url is not None),
        )
        if not present
    ]
    return f"{credit.license} without {_and(missing)}" if missing else None


def contradicted_license(use: Use, register: Register) -> str | None:
    """CR311: ``John Roe/Getty Images/CC BY-NC``, ``AFP via Wikimedia Commons``: free, but the agency sells it."""
    credit = use.credit
    sellers = contradicting(credit, register.words) if credit else ()
    if credit is None or not sellers or (free := free_by(credit, register.words)) is None:
        return None
    return f"free by {free}, but {_and(sellers)} {'sells its' if len(sellers) == 1 else 'sell their'} pictures"


def unlabeled(use: Use, register: Register) -> str | None:
    """CR309: an AI or composite picture, and no word of the caption or credit says so.

    ``Jane Doe / Midjourney`` is reported; ``AI image: Jane Doe`` and ``Jane Doe / Fotomontage`` are not. A qualifier
    that no part of the line explains comes from the label before the line, and the label says so to the reader.
    """
    credit = use.credit
    if credit is None or not any(qualifier in NEEDS_LABEL for qualifier in credit.qualifiers):
        return None
    if _LABEL.search(use.caption) or _LABEL.search(credit.line):
        return None
    parts = [part.strip() for part in _PARTS.split(credit.line)]
    tools = [part for part in parts if register.words.marks.get(name_key(part)) in NEEDS_LABEL]
    return f"{_and(tools)} named, but the picture is not labeled as AI or composite" if tools else None


def is_labeled(use: Use, register: Register) -> bool:
    """Return whether a word of the caption or credit says that a picture is AI-generated or a composite."""
    if _LABEL.search(use.caption) or (use.credit is not None and _LABEL.search(use.credit.line)):
        return True
    needs_label = use.credit is not None and may_be_unlabeled(use.credit)
    return needs_label and unlabeled(use, register) is None


def _placeholders(credit: Credit, register: Register) -> tuple[str, ...]:
    return tuple(qualifier for qualifier in credit.qualifiers if qualifier in register.words.placeholders)


def _is_free(credit: Credit) -> bool:
    return any(qualifier in _FREE for qualifier in credit.qualifiers)


def _and(names: Collection[str]) -> str:
    return _list(names, "and")


def _list(names: Collection[str], conjunction: str) -> str:
    """Join names for a sentence: ``("A", "B", "C")`` gives ``A, B and C``."""
    *rest, last = names
    return f"{', '.join(rest)} {conjunction} {last}" if rest else last


def may_be_unlabeled(credit: Credit) -> bool:
    """Return whether CR309 may apply to a use with this credit; the caption decides."""
    return any(qualifier in NEEDS_LABEL for qualifier in credit.qualifiers)
