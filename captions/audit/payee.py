"""Find the supplier or freelancer of a statement by name."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

import captions_db as db
from sqlalchemy import Engine

from captions.audit.spelling import Register
from captions.errors import CaptionsError
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.agreements import Agreement
from captions.licensing.repository import listed
from captions.text import name_key, tidy


@dataclass(frozen=True, slots=True)
class Payee:
    """A supplier, or with ``creator`` a freelancer who has an agreement."""

    name: str
    creator: bool = False

    def has(self, agreement: Agreement) -> bool:
        """Return whether an agreement is with this supplier or freelancer."""
        return agreement.creator is self.creator and name_key(agreement.supplier) == name_key(self.name)


def supplier_named(engine: Engine, words: Vocabulary, name: str) -> Payee:
    """Return a supplier by a name or alias: ``RTR`` gives Reuters. Raise CaptionsError for an unknown name."""
    known = words.agency(tidy(name))
    canonical = known.name if known else None
    stored = db.agencies_named(engine, canonical or name)
    if canonical is not None and (canonical in stored or len(stored) != 1):
        return Payee(canonical)
    if len({name_key(agency) for agency in stored}) == 1:
        return Payee(stored[0])
    if stored:
        raise CaptionsError(f"{name!r} may be {' or '.join(stored)}; use the full name")
    agreements = listed(engine)
    for agreement in agreements:
        if name_key(agreement.supplier) == name_key(name):
            if agreement.creator:
                raise CaptionsError(f"{agreement.supplier} is a freelancer; use --creator")
            return Payee(agreement.supplier)
    near = Register(words).near(name)
    hint = f"did you mean {near}?" if near else "list the suppliers with: captions usage --by supplier"
    raise CaptionsError(f"no supplier {name!r} in the register or the database; {hint}")


def freelancer_named(engine: Engine, name: str) -> Payee:
    """Return a freelancer by name, in any case. Raise CaptionsError for one without an agreement."""
    names = {name_key(a.supplier): a.supplier for a in listed(engine) if a.creator}
    if (found := names.get(name_key(name))) is not None:
        return Payee(found, creator=True)
    near = [names[key] for key in get_close_matches(name_key(name), sorted(names), 1)]
    hint = f"did you mean {near[0]}?" if near else "list agreements with: captions agreement list --all"
    raise CaptionsError(f"no agreement with a freelancer {name!r}; {hint}")
