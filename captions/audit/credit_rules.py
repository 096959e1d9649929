"""The rules that need one use alone: who is named, how they are spelled, what the line says of rights."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from captions.audit.spelling import Register
from captions.model import Credit, Use
from captions.text import name_key

# Marks of pictures that come without a license: what covers the use stands elsewhere, or nowhere.
UNCOVERED = ("handout", "pool", "screenshot")
MADE = ("ai", "composite", "montage")
_FREE = ("public domain",)
# Words by which a reader knows how a picture was made. A tool's name (Midjourney) tells only who knows it.
_SAID = re.compile(
    # In capitals only: `ai` is a word in Italian, `ia` the end of a list in Romanian.
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
"""Gives what is wrong with a use, in one line; None where nothing is."""


def named(credit: Credit) -> bool:
    """Whether a credit names anybody."""
    return bool(credit.creators or credit.agencies)


def no_credit(use: Use, register: Register) -> str | None:
    """CR101: no credit, or a line that names nobody and says nothing else either."""
    credit = use.credit
    if credit is None or not credit.line:
        return "no credit is printed"
    if named(credit) or credit.qualifiers or credit.license or credit.copyright_notice:
        return None
    return f"the credit line names nobody: {credit.line}"


def agency_only(use: Use, register: Register) -> str | None:
    """CR102: ``Foto: dpa``; where a placeholder stands for the creator, CR104 says so."""
    credit = use.credit
    if credit is None or credit.creators or not credit.agencies or _placeholders(credit, register):
        return None
    return f"no creator beside {_and(credit.agencies)}"


def creator_only(use: Use, register: Register) -> str | None:
    """CR103: ``Tobias Koch``, who is not on the staff list, and no public license."""
    credit = use.credit
    if credit is None or credit.agencies or credit.license or _is_free(credit):
        return None
    strangers = [name for name in credit.creators if name_key(name) not in register.words.staff]
    return f"nobody to license from: {_and(strangers)} alone" if strangers else None


def placeholder(use: Use, register: Register) -> str | None:
    """CR104: ``Handout via Reuters``, ``Screenshot``: a word where a name should stand."""
    credit = use.credit
    if credit is None or credit.creators or credit.license or _is_free(credit):
        return None
    marks = _placeholders(credit, register) or (() if credit.agencies else credit.qualifiers)
    return f"{_and(marks)} instead of a name" if marks else None


def unknown_agency(use: Use, register: Register) -> str | None:
    """CR105: an agency that no row of the register names; tells of which it may be a misprint."""
    unknown = [a for a in use.credit.agencies if a not in register.words.agencies] if use.credit else []
    if not unknown:
        return None
    hints = [f"{name} (did you mean {near}?)" if (near := register.near(name)) else name for name in unknown]
    return f"not in the register: {_and(hints)}"


def no_supplier(use: Use, register: Register) -> str | None:
    """CR106: ``AP/dpa | Richard Drew``: either may have to be paid."""
    credit = use.credit
    if credit is None or credit.supplier is not None or len(credit.agencies) < 2:
        return None
    return f"either of {_and(credit.agencies)} may be the supplier"


def misspelt(use: Use, register: Register) -> str | None:
    """CR107: ``Retuers``. Other names of an agency (``AP Photo``, ``Associated Press``) are not misspelt."""
    if use.credit is None:
        return None
    line = use.credit.line
    wrong = [(p, a) for a in use.credit.agencies if (p := register.misprint(a, line))]
    return "; ".join(f"printed {printed}, canonical {agency}" for printed, agency in wrong) or None


def restricted(use: Use, register: Register) -> str | None:
    """CR306: ``NO SALES``, ``DENMARK OUT``, an embargo."""
    return f"the line says {_and(use.credit.restrictions)}" if use.credit and use.credit.restrictions else None


def uncovered(use: Use, register: Register) -> str | None:
    """CR307: a handout, pool, social or screenshot picture; nothing in the text says what covers the use."""
    if use.credit is None or use.credit.license:
        return None
    found = [m for m in use.credit.qualifiers if m in UNCOVERED] + [
        a for a in use.credit.agencies if register.is_social(a)
    ]
    return f"{_and(found)}, and nothing says what covers the use" if found else None


def incomplete_license(use: Use, register: Register) -> str | None:
    """CR308: a Creative Commons license that asks for the creator, without creator, version or link."""
    credit = use.credit
    if credit is None or not credit.license or not credit.license.startswith("CC") or credit.license.startswith("CC0"):
        return None
    lacks = [
        what
        for what, there in (
            ("creator", bool(credit.creators) or any(not register.is_platform(a) for a in credit.agencies)),
            ("version of the license", any(char.isdigit() for char in credit.license)),
            ("link", credit.license_url is not None),
        )
        if not there
    ]
    return f"{credit.license} without {_and(lacks)}" if lacks else None


def unlabelled(use: Use, register: Register) -> str | None:
    """CR309: made by a machine or put together, and no word of caption or credit tells a reader.

    ``Jane Doe / Midjourney`` is found, ``AI image: Jane Doe`` and ``Jane Doe / Fotomontage`` are not. A mark that
    no part of the line means comes from the label before it, which the line no longer holds, and which tells.
    """
    credit = use.credit
    if credit is None or not any(mark in MADE for mark in credit.qualifiers):
        return None
    if _SAID.search(use.caption) or _SAID.search(credit.line):
        return None
    parts = [part.strip() for part in _PARTS.split(credit.line)]
    tools = [part for part in parts if register.words.marks.get(name_key(part)) in MADE]
    return f"{_and(tools)}, and no word tells the reader what that means" if tools else None


def is_labelled(use: Use, register: Register) -> bool:
    """Whether a word of caption or credit tells the reader that a picture was made by a machine, or put together."""
    if _SAID.search(use.caption) or (use.credit is not None and _SAID.search(use.credit.line)):
        return True
    made = use.credit is not None and may_be_unlabelled(use.credit)
    return made and unlabelled(use, register) is None


def _placeholders(credit: Credit, register: Register) -> tuple[str, ...]:
    return tuple(mark for mark in credit.qualifiers if mark in register.words.placeholders)


def _is_free(credit: Credit) -> bool:
    return any(mark in _FREE for mark in credit.qualifiers)


def _and(names: Collection[str]) -> str:
    """``("A", "B", "C")`` gives ``A, B and C``."""
    listed = list(names)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"


def may_be_unlabelled(credit: Credit) -> bool:
    """Whether CR309 may stand on a use with this credit; the caption decides."""
    return any(mark in MADE for mark in credit.qualifiers)
