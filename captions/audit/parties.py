"""The suppliers or freelancers in a store whose uses count together under agreements."""

from __future__ import annotations

from collections.abc import Collection

import captions_db.audit as store
from captions_db.audit import accounted
from sqlalchemy import ColumnElement

from captions.audit.payee import Payee
from captions.lexicon.agencies import with_parents
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.coverage import Coverage, freelancer
from captions.licensing.judging import JudgedParties
from captions.model import Credit
from captions.text import name_key


class Parties:
    """Suppliers with the agencies below them, or a freelancer, by their numbers in the store."""

    def __init__(self, audit: store.Audit, words: Vocabulary, payees: Collection[Payee]) -> None:
        """Look the payees up; a payee that no use names has no number."""
        self._audit = audit
        self._role = "creator" if any(payee.creator for payee in payees) else "agency"
        keys = {name_key(payee.name) for payee in payees}
        if self._role == "creator":
            self._named = set(audit.party_ids("creator", lambda name: name_key(name) in keys))
            self.supplier_ids: set[int] = set()
            self.judged = JudgedParties(freelancers=frozenset(keys))
            return

        def is_theirs(name: str) -> bool:
            return not keys.isdisjoint(map(name_key, with_parents(name, words.agencies)))

        found = audit.party_ids("agency", is_theirs) if keys else {}
        self._named = {number for number, name in found.items() if name_key(name) in keys}
        self.supplier_ids = set(found)
        self.judged = JudgedParties(suppliers=tuple(sorted(found)))

    def condition(self, use_id: int | None = None) -> ColumnElement[bool]:
        """Return which uses may be theirs, or count against their agreements: a condition on table ``use``.

        A use with ``use_id`` meets it in any case.
        """
        return accounted.uses_of_parties(self.supplier_ids, self._named, self._role, use_id)

    def unclear(self) -> list[int]:
        """Return the credits that name them, but do not show whose the picture is."""
        return accounted.unclear_credits(self._audit.connection, self._named, self._role)


def parties_of(audit: store.Audit, words: Vocabulary, coverage: Coverage, credit: Credit | None) -> Parties:
    """Return the parties whose uses count under the agreements that may cover a credit."""
    if credit is None:
        return Parties(audit, words, ())
    if credit.supplier is None:
        paid = freelancer(credit, words.staff)
        is_paid = paid is not None and name_key(paid) in coverage.freelancers
        return Parties(audit, words, [Payee(paid or "", creator=True)] if is_paid else ())
    names = {credit.supplier, *(agreement.supplier for agreement in coverage.of_supplier(credit.supplier))}
    return Parties(audit, words, [Payee(name) for name in sorted(names)])
