"""People's decisions in memory, to read the credits of an article that is not stored as the store would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Engine, String, cast, func, literal, select, union_all

from captions_db import models as m
from captions_db.agreements import AgreementRecord, read_agreements
from captions_db.audit.suppressions import Suppression
from captions_db.credits import CreditDecisions, best_readings, record_of_row
from captions_db.licenses import LicenseRecord, read_licenses
from captions_db.overlay import correction_record, current_merges, merge_rows
from captions_db.publications import preference
from captions_db.records import CreditRecord
from captions_db.rows import storable
from captions_db.search import name_key
from captions_db.waivers import WaiverRecord, read_waivers

_NOBODY = CreditDecisions({}, {}, {})


@dataclass(frozen=True, slots=True)
class DecisionSnapshot:
    """The decisions of a store at one moment, without those that were undone; by default, none."""

    agreements: tuple[AgreementRecord, ...] = ()
    licenses: tuple[LicenseRecord, ...] = ()
    waivers: tuple[WaiverRecord, ...] = ()
    own_publications: frozenset[str] = frozenset()
    """The publications that the user named as the newsroom's own, also under the names they are merged into."""
    _credits: CreditDecisions = _NOBODY
    _spellings: Mapping[str, str] = field(default_factory=dict)
    """The keys of the publications in merges, by name."""
    _publication_merges: tuple[tuple[str, str], ...] = ()

    def credits_of(self, records: Sequence[CreditRecord | None]) -> list[tuple[str, CreditRecord] | None]:
        """Return each credit as the store would, after the key that it shares with the credits of its line."""
        read, best = best_readings(records)
        decided = {key: record_of_row(self._credits.apply(row)) for key, row in best.items()}
        return [None if row is None else (row["line_digest"], decided[row["line_digest"]]) for row in read]

    def publication(self, name: str, key: str) -> str:
        """Return the current name of a publication, given with its key; see :mod:`captions_db.publications`."""
        name = storable(name)
        if not self._publication_merges:
            return name
        keys = {**self._spellings}
        key = keys.setdefault(name, key or name_key(name))
        into = {keys.get(old, name_key(old)): new for old, new in self._publication_merges}
        chosen = {keys.get(new, name_key(new)): new for _, new in self._publication_merges}
        seen: set[str] = set()
        while key in into and key not in seen:
            seen.add(key)
            key = keys.get(into[key], name_key(into[key]))
        spelled = sorted((written for written, other in keys.items() if other == key), key=preference)
        return chosen.get(key) or next(iter(spelled), name)

    def with_own(self, names: Iterable[str]) -> DecisionSnapshot:
        """Return the decisions with more publications as the newsroom's own."""
        into = dict(self._publication_merges)
        more = {name for it in map(storable, names) for name in (it, into.get(it)) if name is not None}
        return replace(self, own_publications=self.own_publications | more)

    def suppressions(self, day: date) -> list[Suppression]:
        """Return what the waivers in force on a day set aside."""
        return [
            Suppression(it.code, it.supplier, it.line, it.source, it.caption_digest)
            for it in self.waivers
            if it.until is None or it.until >= day
        ]


def decision_snapshot(engine: Engine) -> DecisionSnapshot:
    """Return the decisions of a store."""
    with engine.connect() as connection:
        own = select(m.ingest_run.c.publication).where(m.ingest_run.c.publication.is_not(None)).distinct()
        named = set(connection.scalars(own))
        merged = current_merges(connection, "publication")
        correction, spelling = m.correction.c, m.publication_spelling.c
        active = select(m.correction).where(correction.undone.is_(None)).order_by(correction.id)
        pairs = tuple((row.name, row.merged_into) for row in merge_rows(connection, "publication"))
        names = sorted({name for pair in pairs for name in pair})
        keys = select(spelling.name, spelling.key).where(spelling.name.in_(names))
        return DecisionSnapshot(
            tuple(it for it in read_agreements(connection) if it.undone is None),
            tuple(it for it in read_licenses(connection) if it.undone is None),
            tuple(it for it in read_waivers(connection) if it.undone is None),
            frozenset(name for it in named for name in (it, merged.get(it)) if name is not None),
            CreditDecisions(
                {row.line: correction_record(row) for row in connection.execute(active)},
                current_merges(connection),
                current_merges(connection, "creator"),
            ),
            {row.name: row.key for row in connection.execute(keys)} if names else {},
            pairs,
        )


def decision_version(engine: Engine) -> str:
    """Return a text that changes with every decision: the snapshot of a store must then be read again."""
    with engine.connect() as connection:
        return repr(sorted(tuple(map(str, row)) for row in connection.execute(_version())))


@lru_cache(maxsize=1)
def _version() -> CompoundSelect[Any]:
    """Return the statement, which takes longer to build than to run."""
    parts = []
    for table in (m.agreement, m.license_, m.correction, m.waiver, m.party_merge):
        column = table.c
        ended = func.max(column.ended) if "ended" in column else func.max(column.undone)
        parts.append(
            select(
                literal(table.name).label("name"),
                func.coalesce(func.max(column.id), 0).label("last"),
                func.count(column.undone).label("undone"),
                cast(func.max(column.undone), String).label("at"),
                cast(ended, String).label("ended"),
            )
        )
    run = m.ingest_run.c
    named = select(
        literal("own"), func.count(run.publication.distinct()), literal(0), cast(func.max(run.publication), String),
        literal(""),
    ).where(run.publication.is_not(None))  # fmt: skip
    return union_all(*parts, named)
