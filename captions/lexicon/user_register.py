"""What a newsroom changes in its own register: an agency more, another spelling, two rows that are one party.

Each function gives the new text of the file, or raises CaptionsError with what is wrong, where, and what to try.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from captions.errors import CaptionsError, VocabularyError
from captions.lexicon.agencies import Agency, user_rows
from captions.lexicon.register_edit import Spellings, with_row, with_spellings, without_row
from captions.lexicon.vocabulary import Vocabulary, default, load
from captions.text import name_key, tidy

WITH_THE_PROGRAM = "the register that comes with the program"


@dataclass(frozen=True, slots=True)
class OwnRegister:
    """The file, and all that is known of agencies with it."""

    path: Path
    text: str
    words: Vocabulary
    names: frozenset[str]
    """The rows of the file itself."""

    def place(self, name: str) -> str:
        """Where the row of an agency stands."""
        return str(self.path) if name in self.names else WITH_THE_PROGRAM


@dataclass(frozen=True, slots=True)
class Change:
    """The file's text as it is to be, whose row was changed, and which spellings are new there."""

    text: str
    name: str
    spellings: tuple[str, ...] = ()


def read(path: Path) -> OwnRegister:
    """The register at a path, an empty one where there is no file; VocabularyError where it can't be read."""
    if not path.exists():
        return OwnRegister(path, "", default(), frozenset())
    words = load(path)
    names = frozenset(agency.name for _, agency in user_rows(path)[0])
    return OwnRegister(path, path.read_bytes().decode("utf-8"), words, names)


def added(register: OwnRegister, agency: Agency) -> Change:
    """An agency more. Its parent and distributors may be given by any of their spellings."""
    name = _spelling(agency.name)
    known = _claimed(register, name)
    if known is not None:
        raise CaptionsError(
            f"{name!r} names {known.name} already, in {register.place(known.name)}; "
            f"for another spelling of it: captions agency alias {_quoted(known.name)} SPELLING"
        )
    row = replace(
        agency,
        name=name,
        country=tidy(agency.country),
        aliases=_free(register, agency.aliases, name, {name_key(name)}),
        parent=_known(register, agency.parent).name if agency.parent else None,
        distributors=tuple(dict.fromkeys(_known(register, other).name for other in agency.distributors)),
    )
    taken = {name_key(spelling) for spelling in (name, *row.aliases)}
    row = replace(row, weak_aliases=_free(register, agency.weak_aliases, name, taken))
    return Change(_told(register, lambda: with_row(register.text, row)), name, (name, *row.aliases, *row.weak_aliases))


def aliased(register: OwnRegister, name: str, spellings: Sequence[str], *, weak: bool = False) -> Change:
    """Other spellings for an agency; those that it is known by already are left out."""
    known = _known(register, name)
    taken = {name_key(it) for it in (known.name, *known.aliases, *known.weak_aliases)}
    new = _free(register, spellings, known.name, taken)
    more = Spellings(weak_aliases=new) if weak else Spellings(aliases=new)
    return Change(_spelt(register, known, more) if new else register.text, known.name, new)


def merged(register: OwnRegister, gone: str, into: str) -> Change:
    """Two names of one party: the row of the one, if it has one, becomes spellings of the other's.

    ``spellings`` are those by which the party that is gone was known anywhere, its name first: `AA` that is believed
    beside a label only may be somebody else in a line of long ago. The text stays where the register says so already.
    """
    gone = _spelling(gone)
    kept = _known(register, into)
    if gone == kept.name:
        raise CaptionsError(f"{gone} can't be merged into itself; name the other party: captions agency list --used")
    row = _claimed(register, gone)
    if row is not None and row.name == kept.name:
        return Change(register.text, kept.name, (gone,))
    if row is None:
        return Change(_spelt(register, kept, Spellings(aliases=(gone,))), kept.name, (gone,))
    if name_key(row.name) != name_key(gone):
        raise CaptionsError(
            f"{gone!r} is a spelling of {row.name} in {register.place(row.name)}; "
            f"for all of that: captions agency merge {_quoted(row.name)} {_quoted(kept.name)}"
        )
    if row.name in default().agencies:
        other = f"captions agency merge {_quoted(kept.name)} {_quoted(row.name)}"
        hint = f"correct its lines: captions correct LINE --supplier {_quoted(kept.name)}"
        raise CaptionsError(
            f"{row.name} stands in {WITH_THE_PROGRAM} and can't be taken out; "
            + (hint if kept.name in default().agencies else f"merge the other way round: {other}")
        )
    text = _told(register, lambda: without_row(register.text, row.name, kept.name))
    # A row whose spellings are words too hands them on as such.
    strong = () if row.ambiguous else (row.name, *row.aliases)
    weak = (row.name, *row.aliases, *row.weak_aliases) if row.ambiguous else row.weak_aliases
    text = _spelt(replace(register, text=text), kept, Spellings(strong, weak))
    return Change(text, kept.name, (row.name, *row.aliases))


def _spelt(register: OwnRegister, agency: Agency, more: Spellings) -> str:
    """The text with more spellings of an agency; of one that comes with the program, in a row that replaces its own."""
    if agency.name in register.names:
        return _told(register, lambda: with_spellings(register.text, agency.name, more))
    row = replace(
        agency,
        aliases=(*agency.aliases, *more.aliases),
        weak_aliases=(*agency.weak_aliases, *more.weak_aliases),
    )
    return _told(register, lambda: with_row(register.text, row, replaces=True))


def _told(register: OwnRegister, change: Callable[[], str]) -> str:
    try:
        return change()
    except VocabularyError as error:
        raise CaptionsError(f"{register.path} {error}") from None


def _known(register: OwnRegister, name: str) -> Agency:
    """The agency that a name spells; CaptionsError where none does."""
    found = _claimed(register, tidy(name))
    if found is None:
        near = register.words.near(tidy(name))
        hint = f"did you mean {near.name}?" if near else "see: captions agency list"
        raise CaptionsError(f"no agency {name!r} in {register.path} or {WITH_THE_PROGRAM}; {hint}")
    return found


def _claimed(register: OwnRegister, spelling: str) -> Agency | None:
    """Whose a spelling is, in whatever case: two rows can't share a key."""
    found = register.words.spellings.get(name_key(spelling))
    return found.agency if found else None


def _free(register: OwnRegister, spellings: Iterable[str], name: str, taken: set[str]) -> tuple[str, ...]:
    """Those spellings that are new, each once; CaptionsError for one that another row claims."""
    new: dict[str, str] = {}
    for spelling in map(_spelling, spellings):
        owner, key = _claimed(register, spelling), name_key(spelling)
        if owner is not None and owner.name != name:
            raise CaptionsError(
                f"{spelling!r} is a spelling of {owner.name} already, in {register.place(owner.name)}; if both are one "
                f"party: captions agency merge {_quoted(name)} {_quoted(owner.name)}"
            )
        if key not in taken:
            new.setdefault(key, spelling)
    return tuple(new.values())


def _spelling(text: str) -> str:
    """A name as it is kept: one line; CaptionsError for one without a letter, which no line could be told by."""
    name = tidy(text)
    if not name_key(name):
        raise CaptionsError(f"{text!r} has no letter that a name could be known by; write it as it is printed")
    return name


def _quoted(name: str) -> str:
    """A name as a shell takes it."""
    return shlex.quote(name)
