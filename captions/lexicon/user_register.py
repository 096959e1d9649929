"""Change a newsroom's register: add an agency or a spelling, or merge two rows.

Each function returns the new text of the file, or raises CaptionsError with the problem, the place and a remedy.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from captions.errors import CaptionsError, VocabularyError
from captions.lexicon.agencies import Agency, register_data, user_rows
from captions.lexicon.register_edit import Spellings, with_row, with_spellings, without_row
from captions.lexicon.vocabulary import Vocabulary, default, load
from captions.text import decoded, name_key, tidy

BUILT_IN = "the built-in register"


@dataclass(frozen=True, slots=True)
class OwnRegister:
    """A user's register, and the vocabulary that includes it."""

    path: Path
    text: str
    words: Vocabulary
    names: frozenset[str]
    """The names of the file's own rows."""

    def place(self, name: str) -> str:
        """Return the place of an agency's row: the file or the built-in register."""
        return str(self.path) if name in self.names else BUILT_IN


@dataclass(frozen=True, slots=True)
class Change:
    """The new text of the file, the name of the changed row, and its new spellings."""

    text: str
    name: str
    spellings: tuple[str, ...] = ()


def read(path: Path) -> OwnRegister:
    """Read the register at a path, empty if there is no file; raise VocabularyError if it is invalid."""
    if not path.exists():
        return OwnRegister(path, "", default(), frozenset())
    words = load(path)
    names = frozenset(agency.name for _, agency in user_rows(path).agencies)
    return OwnRegister(path, decoded(register_data(path)), words, names)


def added(register: OwnRegister, agency: Agency) -> Change:
    """Add an agency, whose parent and distributors may have any of their spellings."""
    name = _spelling(agency.name)
    known = _claimed(register, name)
    if known is not None:
        raise CaptionsError(
            f"{name!r} is already a name of {known.name} in {register.place(known.name)}; "
            f"to add a spelling: captions agency alias {_quoted(known.name)} SPELLING"
        )
    row = replace(
        agency,
        name=name,
        country=tidy(agency.country),
        aliases=_free(register, agency.aliases, name, {name_key(name)}),
        parent=_known(register, agency.parent).name if agency.parent else None,
        distributors=tuple(dict.fromkeys(_known(register, other).name for other in agency.distributors)),
    )
    existing = {name_key(spelling) for spelling in (name, *row.aliases)}
    row = replace(row, weak_aliases=_free(register, agency.weak_aliases, name, existing))
    return Change(
        _edited(register, lambda: with_row(register.text, row)), name, (name, *row.aliases, *row.weak_aliases)
    )


def aliased(register: OwnRegister, name: str, spellings: Sequence[str], *, weak: bool = False) -> Change:
    """Add spellings to an agency, leaving out those it already has."""
    known = _known(register, name)
    existing = {name_key(it) for it in (known.name, *known.aliases, *known.weak_aliases)}
    new = _free(register, spellings, known.name, existing)
    more = Spellings(weak_aliases=new) if weak else Spellings(aliases=new)
    return Change(_with_spellings(register, known, more) if new else register.text, known.name, new)


def merged(register: OwnRegister, old: str, into: str) -> Change:
    """Merge two names of the same agency: the row of ``old``, if any, becomes spellings of ``into``.

    ``spellings`` in the result are the old agency's, its name first, without the weak ones: ``AA`` may be another
    agency in an older line. If the register already has the merge, the text does not change.
    """
    old = _spelling(old)
    target = _known(register, into)
    if old == target.name:
        raise CaptionsError(f"{old} cannot be merged into itself; choose another agency: captions agency list --used")
    row = _claimed(register, old)
    if row is not None and row.name == target.name:
        return Change(register.text, target.name, (old,))
    if row is None:
        return Change(_with_spellings(register, target, Spellings(aliases=(old,))), target.name, (old,))
    if name_key(row.name) != name_key(old):
        raise CaptionsError(
            f"{old!r} is a spelling of {row.name} in {register.place(row.name)}; "
            f"to merge all its spellings: captions agency merge {_quoted(row.name)} {_quoted(target.name)}"
        )
    if row.name in default().agencies:
        other = f"captions agency merge {_quoted(target.name)} {_quoted(row.name)}"
        hint = f"correct its lines: captions correct LINE --supplier {_quoted(target.name)}"
        raise CaptionsError(
            f"{row.name} is in {BUILT_IN} and cannot be removed; "
            + (hint if target.name in default().agencies else f"merge the other way round: {other}")
        )
    text = _edited(register, lambda: without_row(register.text, row.name, target.name))
    # Spellings that are also words become weak ones.
    strong = () if row.ambiguous else (row.name, *row.aliases)
    weak = (row.name, *row.aliases, *row.weak_aliases) if row.ambiguous else row.weak_aliases
    text = _with_spellings(replace(register, text=text), target, Spellings(strong, weak))
    return Change(text, target.name, (row.name, *row.aliases))


def _with_spellings(register: OwnRegister, agency: Agency, more: Spellings) -> str:
    """Add spellings to an agency; for a built-in one, in a row that replaces the built-in row."""
    if agency.name in register.names:
        return _edited(register, lambda: with_spellings(register.text, agency.name, more))
    row = replace(
        agency,
        aliases=(*agency.aliases, *more.aliases),
        weak_aliases=(*agency.weak_aliases, *more.weak_aliases),
    )
    return _edited(register, lambda: with_row(register.text, row, replaces=True))


def _edited(register: OwnRegister, change: Callable[[], str]) -> str:
    try:
        return change()
    except VocabularyError as error:
        raise CaptionsError(f"{register.path} {error}") from None


def _known(register: OwnRegister, name: str) -> Agency:
    """Return the agency with this spelling; raise CaptionsError if there is none."""
    found = _claimed(register, tidy(name))
    if found is None:
        near = register.words.near(tidy(name))
        hint = f"did you mean {near.name}?" if near else "see: captions agency list"
        raise CaptionsError(f"no agency {name!r} in {register.path} or {BUILT_IN}; {hint}")
    return found


def _claimed(register: OwnRegister, spelling: str) -> Agency | None:
    """Return the agency that owns a spelling, in any case, or None."""
    found = register.words.spellings.get(name_key(spelling))
    return found.agency if found else None


def _free(register: OwnRegister, spellings: Iterable[str], name: str, existing: set[str]) -> tuple[str, ...]:
    """Return the new spellings without duplicates; raise CaptionsError if another row has one."""
    new: dict[str, str] = {}
    for spelling in map(_spelling, spellings):
        owner, key = _claimed(register, spelling), name_key(spelling)
        if owner is not None and owner.name != name:
            raise CaptionsError(
                f"{spelling!r} is already a spelling of {owner.name} in {register.place(owner.name)}; "
                f"if both are the same agency: captions agency merge {_quoted(name)} {_quoted(owner.name)}"
            )
        if key not in existing:
            new.setdefault(key, spelling)
    return tuple(new.values())


def _spelling(text: str) -> str:
    """Return a name as one line; raise CaptionsError if it has no letter."""
    name = tidy(text)
    if not name_key(name):
        raise CaptionsError(f"{text!r} has no letter; write the name as it is printed")
    return name


def _quoted(name: str) -> str:
    """Quote a name for a shell."""
    return shlex.quote(name)
