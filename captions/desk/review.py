"""What a person needs to see to make one decision: the line, its witnesses, the archive's evidence, the choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import captions_db as db

from captions.audit.decisions import Decision
from captions.audit.dossier import PictureFile, pictures_of_use
from captions.corrections.corrections import Correction, corrections
from captions.credit.parser import parse_credit
from captions.credit.parties import parties
from captions.desk.store import DeskContext
from captions.model import Credit, Use
from captions.stored import stored_use
from captions.text import name_key

CHOICES = 9
"""Suppliers to choose with one key."""
_SIMILAR = 5
_RECENT = 500
"""The latest corrections among which similar ones are looked for."""
REASONS = (
    "free of charge for the press",
    "covered by an agreement that is not recorded",
    "license bought by email, not recorded",
    "before our time, not to be pursued",
    "picture of our own staff",
    "the finding is wrong",
)
"""Reasons to waive, to be chosen with one key."""


@dataclass(frozen=True, slots=True)
class LinePart:
    """A piece of a credit line, and what it names: creator, agency, supplier, qualifier or nothing."""

    text: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A credit of the picture, and where it comes from."""

    name: str
    credit: Credit | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The supplier through which the pictures of a creator always came."""

    creator: str
    supplier: str
    uses: int


@dataclass(frozen=True, slots=True)
class Review:
    """Everything about one decision."""

    decision: Decision
    subject: db.DecisionSubject
    use: Use | None
    """The first use; None for a finding on a file or an agreement."""
    history: tuple[db.PastDecision, ...]
    """Corrections and waivers of the same subject, earlier or meanwhile."""
    pictures: tuple[PictureFile, ...] = ()
    """Its scanned pictures."""
    parts: tuple[LinePart, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    choices: tuple[str, ...] = ()
    """Suppliers that the witnesses or the archive name."""
    suggestion: Suggestion | None = None
    similar: tuple[Correction, ...] = ()
    """Current corrections of lines with the same agencies or creators."""

    @property
    def version(self) -> str:
        """Return a text that changes when somebody decides on the same subject."""
        return version_of(self.history)

    @property
    def corrects(self) -> bool:
        """Return whether naming the supplier or the creator may settle it."""
        return self.subject.line is not None


def version_of(history: tuple[db.PastDecision, ...]) -> str:
    """Return a text that differs for each state of the decisions on one subject."""
    return "-".join(f"{it.kind[0]}{it.id}{'u' if it.undone else ''}" for it in history) or "none"


def subject_of(decision: Decision) -> db.DecisionSubject:
    """Return what a decision is about: its credit line if it has one, else its supplier, else its article."""
    first = decision.examples[0]
    use = first.use
    kind = decision.key.split(" ", 2)[1]
    line = use.credit.line if use is not None and use.credit is not None else None
    if kind == "supplier":
        return db.DecisionSubject(first.code, supplier=first.about or (use.supplier if use else None))
    if kind == "article" or line is None:
        return db.DecisionSubject(first.code, source=first.source)
    return db.DecisionSubject(first.code, line=line, source=None if kind == "line" else first.source)


def review(store: DeskContext, decision: Decision) -> Review:
    """Return everything about a decision, as the store is now."""
    subject = subject_of(decision)
    first = decision.examples[0].use
    use = None if first is None or first.id is None else stored_use(store.engine, first.id)
    with store.engine.connect() as connection:
        history = db.decided(connection, subject)
    if use is None or use.id is None:
        return Review(decision, subject, None, history)
    credit, pictures = use.credit, pictures_of_use(store.engine, store.words, use.id)
    witnesses = tuple(_witnesses(use, pictures))
    suggestion = None if credit is None or subject.line is None else _suggestion(store, credit)
    return Review(
        decision,
        subject,
        use,
        history,
        pictures,
        () if credit is None else tuple(line_parts(credit, store)),
        witnesses,
        _choices(witnesses, suggestion) if subject.line is not None else (),
        suggestion,
        () if credit is None else tuple(_similar(store, credit)),
    )


def line_parts(credit: Credit, store: DeskContext) -> Iterator[LinePart]:
    """Cut a credit line into the names in it and the text between them; joined, the parts are the line."""
    line, at = credit.line, 0
    for party in parties(line, store.words):
        start = line.find(party.text, at) if party.text else -1
        role = _role(party.name, party.kind, credit)
        if start < 0 or not role:
            continue
        if start > at:
            yield LinePart(line[at:start])
        at = start + len(party.text)
        yield LinePart(line[start:at], role)
    if at < len(line):
        yield LinePart(line[at:])


def _role(name: str, kind: str, credit: Credit) -> str:
    key = name_key(name)
    if credit.supplier is not None and key == name_key(credit.supplier):
        return "supplier"
    if key in map(name_key, credit.agencies):
        return "agency"
    if key in map(name_key, credit.creators):
        return "creator"
    return "qualifier" if kind == "mark" and name else ""


def _witnesses(use: Use, pictures: Sequence[PictureFile]) -> Iterator[Witness]:
    yield Witness("Printed", use.credit, "" if use.credit else "no credit printed")
    structured = use.structured_credit
    yield Witness("Structured data", structured, "" if structured else "none, or the same parties")
    embedded = [picture for picture in pictures if picture.credit is not None]
    for picture in embedded[:3]:
        yield Witness("Embedded", picture.credit, picture.paths[0] if picture.paths else "")
    if not embedded:
        yield Witness("Embedded", None, "no scanned picture" if not pictures else "no credit embedded")


def _choices(witnesses: tuple[Witness, ...], suggestion: Suggestion | None) -> tuple[str, ...]:
    names = [
        name
        for witness in witnesses
        if witness.credit is not None
        for name in (witness.credit.supplier, *witness.credit.agencies)
        if name is not None
    ]
    if suggestion is not None:
        names.append(suggestion.supplier)
    return tuple(dict.fromkeys(names))[:CHOICES]


def _suggestion(store: DeskContext, credit: Credit) -> Suggestion | None:
    """Return the one supplier of all other uses of the creators, if the line does not name its own."""
    if credit.supplier is not None:
        return None
    for creator in credit.creators:
        rows = db.agency_usage(store.engine, ("supplier",), creator=creator, counts=()).rows
        suppliers = [(row.values[0], row.uses) for row in rows if row.values[0] is not None]
        if len(suppliers) == 1:
            return Suggestion(creator, *suppliers[0])
    return None


def _similar(store: DeskContext, credit: Credit) -> Iterator[Correction]:
    """Yield the latest current corrections of other lines that name the same agencies, or one of the creators."""
    agencies, creators = set(credit.agencies), set(credit.creators)
    found = 0
    for correction, state in reversed(corrections(store.engine)[-_RECENT:]):
        if state != "active" or correction.line == credit.line or found == _SIMILAR:
            continue
        other = parse_credit(correction.line, store.words)
        if (agencies and agencies == set(other.agencies)) or creators & set(other.creators):
            found += 1
            yield correction
