"""The findings of audits that were stored, by decision: what was asked, when, and what has settled them since."""

# No `from __future__ import annotations` here: SQLModel evaluates the annotations when it creates the class.
from datetime import date, datetime

from sqlalchemy import DateTime, Index
from sqlmodel import Field

from captions_db.column_types import Text
from captions_db.models.base import Base


class StoredAuditTable(Base, table=True):
    """An audit whose findings are stored. ``question`` is JSON: its filters, scope and territory.

    Storing an audit replaces the earlier one with the same question.
    """

    __tablename__ = "stored_audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    question: str = Field(sa_type=Text)
    audited: datetime = Field(sa_type=DateTime(timezone=True))
    version: str = Field(sa_type=Text)
    findings: int
    decisions: int


class MayBeOutdated(Base):
    """A row that a later decision may have changed: such a decision and its time."""

    outdated_since: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    outdated_by: str | None = Field(default=None, sa_type=Text)


class StoredDecisionTable(MayBeOutdated, table=True):
    """What one decision settles, in report order (``place``), with the command for it.

    ``cost`` is in words, ``costs`` a JSON list of currency and amount. ``supplier`` is NULL if the findings may have
    several. ``on_terms`` marks codes that agreements and licenses decide. ``open`` counts the findings that nothing
    has settled and whose uses are still stored; ``settled_until`` is the first day on which a waiver of the others
    ends.
    """

    __tablename__ = "stored_decision"
    __table_args__ = (Index(None, "audit_id", "place", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    audit_id: int = Field(foreign_key="stored_audit.id")
    place: int
    key: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    severity: str = Field(sa_type=Text)
    message: str = Field(sa_type=Text)
    about: str = Field(sa_type=Text)
    supplier: str | None = Field(default=None, sa_type=Text)
    command: str = Field(sa_type=Text)
    on_terms: bool
    cost: str = Field(sa_type=Text)
    costs: str = Field(sa_type=Text)
    unpriced: int
    findings: int
    uses: int
    articles: int
    example: str = Field(sa_type=Text)
    example_use: int | None = None
    open: int
    settled_until: date | None = None


class StoredFindingTable(MayBeOutdated, table=True):
    """A finding. ``use_id`` may be the id of a use that is gone, because its article was read again or removed.

    ``settled_by`` is ``waiver 7`` or ``correction 3``; ``supplier`` is that of a finding without a use.
    """

    __tablename__ = "stored_finding"

    id: int | None = Field(default=None, primary_key=True)
    decision_id: int = Field(foreign_key="stored_decision.id", index=True)
    use_id: int | None = Field(default=None, index=True)
    source: str = Field(sa_type=Text)
    supplier: str | None = Field(default=None, sa_type=Text)
    message: str = Field(sa_type=Text)
    settled_by: str | None = Field(default=None, sa_type=Text)
    settled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    settled_until: date | None = None
