"""The rule that compares the printed credit with what the page's structured data tell (CR203)."""

from __future__ import annotations

from collections.abc import Sequence

from captions.audit.spelling import Register, are_near
from captions.credit.compare import Relation, named, relate
from captions.credit.names import same_person
from captions.model import Credit, Use
from captions.text import name_key

# Letters from which on a name that begins another is the same one cut short: `Postmedia`, `Postmedia News`.
_LONG = 4


def disagreeing(use: Use, register: Register) -> str | None:
    """CR203: ``Jo Reed/AP`` is printed, the data say ``John Roe/AP``.

    One that names fewer is no disagreement, nor is another spelling, an abbreviation or a parent of the same agency;
    nor the publication itself, which content systems fill in for every picture.
    """
    printed, told = use.credit, use.structured_credit
    if printed is None or told is None or not differing(printed, told, use.publication, register):
        return None
    return f"printed {printed.line}, the page's data say {told.line}"


def differing(printed: Credit, told: Credit, publication: str | None, register: Register) -> bool:
    """Return whether the data cannot be right if the printed credit is; see :func:`disagreeing`."""

    def same(one: str, other: str) -> bool:
        return _same(one, other, register)

    for kind in ("creators", "agencies"):
        one, other = (_named(credit, kind, publication, register) for credit in (printed, told))
        # A single word may be read as a creator or as an agency.
        if relate(one, other, same, around_one=named(printed), around_other=named(told)) is Relation.DIFFERENT:
            return True
    return False


def _named(credit: Credit, kind: str, publication: str | None, register: Register) -> Sequence[str]:
    names: Sequence[str] = getattr(credit, kind)
    return [name for name in names if not _same(name, publication or "", register)]


def _same(one: str, other: str, register: Register) -> bool:
    """Whether two names can be one party's: spelled otherwise, shortened, or parent and child in the register."""
    a, b = name_key(one), name_key(other)
    if not a or not b:
        return False
    if same_person(one, other) or are_near(a, b) or _initials(one) == b or _initials(other) == a:
        return True
    if min(len(a), len(b)) >= _LONG and (a.startswith(b) or b.startswith(a)):
        return True
    if _shortened(one, other) or _shortened(other, one):
        return True
    rows = [register.words.agency(name) for name in (one, other)]
    return all(rows) and any(x and y and (x.name == y.name or x.parent == y.name) for x, y in (rows, rows[::-1]))


def _initials(name: str) -> str:
    """``National Press Agency`` gives ``npa``; nothing of one word."""
    words = name.split()
    return name_key("".join(word[0] for word in words if word[0].isupper())) if len(words) > 1 else ""


def _shortened(short: str, long: str) -> bool:
    """Whether a name is another with its given names as initials: ``J. Reed``, ``Jo Reed``."""
    few, many = short.replace(".", ". ").split(), long.split()
    if len(few) < 2 or len(many) < 2 or name_key(few[-1]) != name_key(many[-1]):
        return False
    return len(few) <= len(many) and all(
        len(name_key(part)) == 1 and name_key(whole)[:1] == name_key(part)
        for part, whole in zip(few[:-1], many[: len(few) - 1], strict=True)
    )
