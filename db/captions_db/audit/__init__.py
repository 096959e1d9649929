"""The audit's part in the database: verdicts go in, findings on uses come out.

This package knows no rules. The caller judges each distinct credit, agreement and group once and notes the verdicts;
SQL joins them to the uses, sets aside what is waived, and sorts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    func,
    insert,
    or_,
    select,
)

from captions_db import models as m
from captions_db.agreements import AgreementRecord, read_agreements
from captions_db.audit import candidates, listing, statements, suppressions
from captions_db.audit import work_tables as t
from captions_db.audit.candidates import ArticleCaptions, CreditedUse, CreditKind, SharedUse
from captions_db.audit.decisions import Decides, Grouping
from captions_db.audit.licensed import LicensedUse, LicensedUses
from captions_db.audit.listing import ReportedFinding
from captions_db.audit.report_filter import OneUse, ReportFilter, UseCounts, count_uses, read_use
from captions_db.audit.suppressions import Suppression
from captions_db.overlay import current_merges
from captions_db.queries.filters import use_filters
from captions_db.queries.uses import credits_between, credits_by_id
from captions_db.records import CreditRecord
from captions_db.rows import caption_digest
from captions_db.uncaptioned import UncaptionedPicture, uncaptioned_pictures

NOBODY = "nobody"
"""Selects credits that name no party, among the columns of ``Audit.credits``."""
_FLUSH = 5_000
_PAGE = 5_000


class Audit:
    """An audit of one snapshot of the store, created by :func:`auditing`."""

    def __init__(self, connection: Connection, ranks: Mapping[str, int]) -> None:
        """Accept the codes to report, with their order in the report."""
        self.connection = connection
        self.ranks = ranks
        self._buffers: dict[Table, list[dict[str, Any]]] = {}
        self._remarks = 0
        self._where: list[ColumnElement[bool]] = []
        self._of_run = self._is_listed = False
        self.why: str | None = None
        """What sets aside the findings to report; None reports those that nothing sets aside."""
        self._confines = ReportFilter()
        self.only: OneUse | None = None
        """The only use to report on; then what cannot affect its findings is not read."""
        self.licensed = LicensedUses(connection)
        self.statements = statements.FindingStatements(connection, ranks, self._where)

    def confine(self, confines: ReportFilter) -> None:
        """Report on some uses only. All uses are still compared and counted, or those that affect a single use."""
        where = use_filters(None, confines.since, confines.until, confines.publication)
        if confines.suppliers is not None:
            ids = select(m.party.c.id).where(m.party.c.kind == "agency", m.party.c.name.in_(confines.suppliers))
            supplied = select(m.credit.c.id).where(m.credit.c.supplier_id.in_(ids))
            where.append(m.use.c.credit_id.in_(supplied))
        if confines.run is not None:
            where.append(m.use.c.article_id.in_(select(m.article.c.id).where(m.article.c.run_id == confines.run)))
        if confines.source is not None:
            where.append(m.use.c.article_id.in_(select(m.article.c.id).where(m.article.c.source == confines.source)))
        if confines.use is not None:
            where.append(m.use.c.id == confines.use)
            self.only = read_use(self.connection, confines.use)
        self._where[:] = where
        self._of_run = confines.run is not None
        self._confines = confines

    @property
    def where(self) -> Sequence[ColumnElement[bool]]:
        """Return the conditions on table ``use`` that select the reported uses."""
        return self._where

    # --- input of the rules

    def credits(self, having: Collection[str] = ()) -> Iterator[tuple[int, CreditRecord]]:
        """Yield all credits by id, or those with a value in one of some columns: ``("qualifiers", "license")``.

        NOBODY among the columns adds credits that name no party. Of a single use, yield its credits.
        """
        if self.only is not None:
            yield from credits_by_id(self.connection, self.only.credits).items()
            return
        if having:
            nobody = ~select(m.credit_party.c.credit_id).where(m.credit_party.c.credit_id == m.credit.c.id).exists()
            conditions = [nobody if name == NOBODY else m.credit.c[name].not_in(("", "[]")) for name in sorted(having)]
            ids = (
                self.connection.execute(select(m.credit.c.id).where(or_(*conditions)).order_by(m.credit.c.id))
                .scalars()
                .all()
            )
            for start in range(0, len(ids), _PAGE):
                yield from credits_by_id(self.connection, ids[start : start + _PAGE]).items()
            return
        highest = self.connection.execute(select(func.max(m.credit.c.id))).scalar() or 0
        for first in range(1, highest + 1, _PAGE):
            yield from credits_between(self.connection, first, first + _PAGE - 1).items()

    def kinds_of_credits(self, suppliers: Collection[int] | None = None) -> list[CreditKind]:
        """See :func:`captions_db.audit.candidates.kinds_of_credits`."""
        return candidates.kinds_of_credits(self.connection, suppliers)

    def credits_of_kind(self, kind: CreditKind, *, of_several: bool = False) -> list[int]:
        """See :func:`captions_db.audit.candidates.credits_of_kind`."""
        return candidates.credits_of_kind(self.connection, kind, of_several=of_several)

    def credits_of_creators(self, is_meant: Callable[[str], bool]) -> list[int]:
        """See :func:`captions_db.audit.candidates.credits_of_creators`."""
        return candidates.credits_of_creators(self.connection, is_meant)

    def agreements(self) -> list[AgreementRecord]:
        """Return the agreements that are not undone, by number."""
        return [record for record in read_agreements(self.connection) if record.undone is None]

    def publications(self) -> list[str]:
        """Return the publications of all reported uses that may be the newsroom's own."""
        if self.only is not None:
            return [self.only.publication] if self.only.publication is not None else []
        return sorted(
            self.connection.execute(
                select(m.use.c.publication).where(m.use.c.publication.is_not(None)).distinct()
            ).scalars()
        )

    def own_publications(self) -> set[str]:
        """Return the publications that the user named in ingest runs, also under the names they are merged into."""
        column = m.ingest_run.c.publication
        named = set(self.connection.execute(select(column).where(column.is_not(None)).distinct()).scalars())
        merges = current_merges(self.connection, "publication")
        return named | {merges[name] for name in named & merges.keys()}

    def suppliers(self) -> list[str]:
        """Return the names of all agencies."""
        return sorted(self.connection.execute(select(m.party.c.name).where(m.party.c.kind == "agency")).scalars())

    def party_ids(self, kind: str, is_meant: Callable[[str], bool]) -> dict[int, str]:
        """Return the agencies or creators whose names ``is_meant`` accepts: ``{7: "Reuters"}``."""
        rows = self.connection.execute(select(m.party.c.id, m.party.c.name).where(m.party.c.kind == kind))
        return {party_id: name for party_id, name in rows if is_meant(name)}

    def runs(self) -> list[int]:
        """Return the numbers of all ingest runs."""
        return sorted(self.connection.execute(select(m.ingest_run.c.id)).scalars())

    # --- verdicts

    def remark(self, text: str, clear: str | None = None) -> int:
        """Store the text of a finding; return its number. Numbers increase."""
        self._remarks += 1
        self._put(t.remark, {"id": self._remarks, "text": text, "clear": clear})
        return self._remarks

    def note_credit(self, code: str, credit_id: int, remark_id: int) -> None:
        """Note a finding on every use with a credit."""
        self._put(t.on_credit, {"credit_id": credit_id, "rank": self.ranks[code], "remark_id": remark_id})

    def note_use(self, code: str, use_id: int, remark_id: int) -> None:
        """Note a finding on one use."""
        self._put(t.on_use, {"rank": self.ranks[code], "use_id": use_id, "remark_id": remark_id})

    def put_kind(self, kind: CreditKind, group_id: int) -> None:
        """Assign all credits of a kind to a group of credits that the agreements treat alike."""
        row = {
            "supplier_id": kind.supplier_id,
            "qualifiers": kind.qualifiers,
            "license": kind.license,
            "group_id": group_id,
        }
        self._put(t.kind, row)

    def put_member(self, credit_id: int, group_id: int) -> None:
        """Assign a credit to a group of credits that the agreements treat alike."""
        self._put(t.member, {"credit_id": credit_id, "group_id": group_id})

    def put_own(self, group_id: int, publication: str) -> None:
        """Note a publication in which a group's uses need no agreement."""
        self._put(t.own, {"group_id": group_id, "publication": publication})

    def put_coverage(
        self,
        group_id: int,
        first: date | None,
        last: date | None,
        *,
        within: str | None = None,
        agreement_id: int | None = None,
        code: str | None = None,
        remark_id: int | None = None,
    ) -> None:
        """Note whether an agreement covers a group's uses over some days, or those without a day.

        ``within`` is their month or year of publication, or ``""`` if it is unknown.
        """
        row = {
            "group_id": group_id,
            "first": first or statements.FIRST_DAY,
            "last": last or statements.LAST_DAY,
            "within": within,
            "agreement_id": agreement_id,
            "rank": None if code is None else self.ranks.get(code),
            "remark_id": remark_id,
        }
        self._put(t.coverage, row)

    def put_period(
        self,
        agreement_id: int,
        days: tuple[date, date],
        *,
        before: int,
        beyond: int | None,
        mark: int | None,
        remark_id: int,
    ) -> None:
        """Note a quota period that reached its mark: the days whose uses are numbered from ``before`` + 1."""
        row = {
            "id": remark_id,
            "agreement_id": agreement_id,
            "first": days[0],
            "last": days[1],
            "before": before,
            "beyond": beyond,
            "mark": mark,
            "remark_id": remark_id,
        }
        self._put(t.period, row)

    def put_suppressions(self, why: str, rows: Iterable[Suppression]) -> None:
        """Set findings aside; ``why`` is waiver or baseline."""
        suppressions.put(self.connection, why, rows, self.ranks)

    def join_members(self) -> None:
        """Assign credits to the groups of their kinds; call it after the last kind."""
        self.flush()
        statements.join_members(self.connection)

    def flush(self) -> None:
        """Write buffered rows."""
        for table in list(self._buffers):
            self._write(table)

    # --- queries of the rules

    def waivers(self, today: date) -> list[Suppression]:
        """Return the waivers in force on a day."""
        return suppressions.waivers(self.connection, today)

    def shared_captions(self) -> Iterator[SharedUse]:
        """See :func:`captions_db.audit.candidates.shared_captions`."""
        return candidates.shared_captions(self.connection, self.only)

    def shared_pictures(self) -> Iterator[SharedUse]:
        """See :func:`captions_db.audit.candidates.shared_pictures`."""
        return candidates.shared_pictures(self.connection, self.only)

    def pictures_of(self, use_ids: list[int]) -> dict[int, list[str]]:
        """Return the URLs of the pictures of some uses."""
        return candidates.pictures_of(self.connection, use_ids)

    def uncaptioned_pictures(self) -> Iterator[UncaptionedPicture]:
        """Yield the pictures with neither caption nor credit in the reported articles; they have no supplier."""
        limits = self._confines
        if limits.suppliers is None and limits.use is None:
            yield from uncaptioned_pictures(
                self.connection,
                publication=limits.publication,
                since=limits.since,
                until=limits.until,
                run=limits.run,
                source=limits.source,
            )

    def uses_of(self, credit_ids: list[int]) -> Iterator[CreditedUse]:
        """Yield the uses of these credits."""
        return candidates.with_credits(self.connection, credit_ids, self.only)

    def uses_with_structured_credits(self) -> Iterator[CreditedUse]:
        """Yield the uses whose printed credit differs from the page's structured data."""
        return candidates.with_structured_credits(self.connection, self.only)

    def articles_with_captions(self) -> Iterator[ArticleCaptions]:
        """See :func:`captions_db.audit.candidates.articles_with_captions`."""
        return candidates.articles_with_captions(self.connection, self.only)

    def captions_of(self, article_ids: list[int]) -> Iterator[tuple[int, int, int, str, str]]:
        """Yield article, use, position, match key and caption of some articles."""
        return candidates.captions_of(self.connection, article_ids)

    def count_days(
        self, agreement_ids: Sequence[int], first: date | None = None, last: date | None = None
    ) -> list[tuple[int, date, int]]:
        """Count the uses that each agreement covers, by day, from a first to a last day."""
        self.flush()
        return statements.count_days(self.connection, agreement_ids, first, last)

    def count_undated(self) -> list[tuple[int, str, int]]:
        """See :func:`captions_db.audit.statements.count_undated`."""
        return statements.count_undated(self.connection)

    def order_articles(self, which: statements.Which) -> None:
        """See :func:`captions_db.audit.statements.order_articles`."""
        statements.order_articles(self.connection, which)

    # --- report

    def grouping(
        self, decides: Mapping[int, Decides], severities: Mapping[int, int], can_be_typed: Callable[[str], bool]
    ) -> Grouping:
        """Return the store's part of grouping the reported findings by decision; see :class:`Grouping`."""
        return Grouping(self.connection, decides, severities, can_be_typed, statements.reported(self.why))

    def found(self) -> dict[tuple[str, str | None], int]:
        """Count the findings by code and by what sets them aside."""
        codes = {rank: code for code, rank in self.ranks.items()}
        found = t.found.c
        rows = self.connection.execute(
            select(found.rank, found.suppressed_by, func.count()).group_by(found.rank, found.suppressed_by)
        )
        return {(codes[rank], why): count for rank, why, count in rows}

    def listed(self, first: int, last: int) -> Iterator[ReportedFinding]:
        """Yield the reported findings from one place in report order to another, inclusive."""
        if not self._is_listed:
            # Sorting a million findings takes seconds, and a report of decisions needs only a few of them.
            statements.list_found(self.connection, self.why)
            self._is_listed = True
        return listing.listed(self.connection, first, last)

    def credits_of(self, credit_ids: Sequence[int]) -> Mapping[int, CreditRecord]:
        """Return these credits by id."""
        return credits_by_id(self.connection, credit_ids)

    def counts(self) -> UseCounts:
        """Count the reported uses."""
        return count_uses(self.connection, self._where, of_run=self._of_run)

    def _put(self, table: Table, row: dict[str, Any]) -> None:
        rows = self._buffers.setdefault(table, [])
        rows.append(row)
        if len(rows) >= _FLUSH:
            self._write(table)

    def _write(self, table: Table) -> None:
        if rows := self._buffers.pop(table, None):
            self.connection.execute(insert(table), rows)


@contextmanager
def auditing(engine: Engine, ranks: Mapping[str, int]) -> Iterator[Audit]:
    """Yield an audit of a snapshot of the store; later writes do not affect it.

    ``ranks`` are the codes to report, with their order in the report: ``{"CR101": 0, "CR102": 1}``.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        t.create(connection)
        connection.execute(select(m.ingest_run.c.id).limit(1))  # the first query takes the snapshot
        try:
            yield Audit(connection, ranks)
        finally:
            connection.rollback()
            # Temporary tables belong to the connection, so close it instead of returning it to the pool.
            connection.invalidate()


__all__ = [
    "NOBODY",
    "ArticleCaptions",
    "Audit",
    "CreditKind",
    "CreditedUse",
    "LicensedUse",
    "LicensedUses",
    "OneUse",
    "ReportFilter",
    "ReportedFinding",
    "SharedUse",
    "Suppression",
    "UseCounts",
    "auditing",
    "caption_digest",
]
