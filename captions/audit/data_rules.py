"""The rule that compares the printed credit with the page's structured data (CR203)."""

from __future__ import annotations

from collections.abc import Sequence

from captions.audit.spelling import Register, are_near
from captions.credit.compare import Relation, named, relate
from captions.credit.names import same_person
from captions.model import Credit, Use
from captions.text import name_key

# A name of at least this many letters that begins another is its short form: `Postmedia`, `Postmedia News`.
_LONG = 4


def disagreeing(use: Use, register: Register) -> str | None:
    """CR203: ``Jo Reed/AP`` is printed, the data say ``John Roe/AP``.

    Fewer names, another spelling, an abbreviation or a parent of the same agency agree with the print. So does the
    publication itself, which content systems fill in for every picture.
    """
    printed, structured = use.credit, use.structured_credit
    if printed is None or structured is None or not differing(printed, structured, use.publication, register):
        return None
    return f"printed {printed.line}, but the page's structured data say {structured.line}"


def differing(printed: Credit, structured: Credit, publication: str | None, register: Register) -> bool:
    """Return whether the data cannot be right if the printed credit is; see :func:`disagreeing`."""

    def same(name: str, other: str) -> bool:
        return _same(name, other, register)

    for kind in ("creators", "agencies"):
        names, others = (_named(credit, kind, publication, register) for credit in (printed, structured))
        # A single word may be read as a creator or as an agency.
        if relate(names, others, same, all_left=named(printed), all_right=named(structured)) is Relation.DIFFERENT:
            return True
    return False


def omits_agency(printed: Credit | None, embedded: Credit, publication: str | None, register: Register) -> bool:
    """Return whether a picture names an agency, and the print no one, or the publication in the agency's place.

    In Harbor Echo, ``Harbor Echo`` and ``File photo`` omit the agency of ``Jo Reed/Reuters``, and ``Jo Reed`` does not;
    nothing omits the agency of ``Jo Reed/Harbor Echo via Reuters``.
    """

    def is_own(name: str) -> bool:
        return _same(name, publication or "", register)

    if not embedded.agencies or any(map(is_own, named(embedded))):
        return False
    names = named(printed) if printed is not None else ()
    others = [name for name in names if not is_own(name)]
    is_house = len(others) < len(names)
    return not others or (is_house and printed is not None and all(map(is_own, printed.agencies)))


def _named(credit: Credit, kind: str, publication: str | None, register: Register) -> Sequence[str]:
    names: Sequence[str] = getattr(credit, kind)
    return [name for name in names if not _same(name, publication or "", register)]


def _same(name: str, other: str, register: Register) -> bool:
    """Return whether two names may mean the same party: a variant, a short form, or its parent in the register."""
    a, b = name_key(name), name_key(other)
    if not a or not b:
        return False
    if same_person(name, other) or are_near(a, b) or _initials(name) == b or _initials(other) == a:
        return True
    if min(len(a), len(b)) >= _LONG and (a.startswith(b) or b.startswith(a)):
        return True
    if _shortened(name, other) or _shortened(other, name):
        return True
    rows = [register.words.agency(each) for each in (name, other)]
    return all(rows) and any(x and y and (x.name == y.name or x.parent == y.name) for x, y in (rows, rows[::-1]))


def _initials(name: str) -> str:
    """Return the initials of several words: ``National Press Agency`` gives ``npa``; a single word gives ``""``."""
    words = name.split()
    return name_key("".join(word[0] for word in words if word[0].isupper())) if len(words) > 1 else ""


def _shortened(short: str, long: str) -> bool:
    """Return whether ``short`` is ``long`` with initials for the given names: ``J. Reed``, ``Jo Reed``."""
    few, many = short.replace(".", ". ").split(), long.split()
    if len(few) < 2 or len(many) < 2 or name_key(few[-1]) != name_key(many[-1]):
        return False
    return len(few) <= len(many) and all(
        len(name_key(part)) == 1 and name_key(whole)[:1] == name_key(part)
        for part, whole in zip(few[:-1], many[: len(few) - 1], strict=True)
    )
