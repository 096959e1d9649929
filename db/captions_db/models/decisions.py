"""What persons say: agreements, corrections, waivers, and which agencies are one."""

# No `from __future__ import annotations` here: SQLModel reads the annotations when the class is made.
from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, Index
from sqlmodel import Field

from captions_db.column_types import Text
from captions_db.models.base import Base


class Undoable(Base):
    """What a person may say was a mistake; nothing is deleted: an auditor asks who said so, and why."""

    undone: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    undone_by: str | None = Field(default=None, sa_type=Text)
    undone_reason: str | None = Field(default=None, sa_type=Text)


class AgreementTable(Undoable, table=True):
    """A license the newsroom holds with a supplier: from when to when, for what, where, how many, at what price.

    ``scopes``, ``territories`` and ``excluded`` are JSON lists of strings; an empty list of scopes or territories sets
    no limit. ``excluded`` names collections and agencies of the supplier that the agreement does not cover. ``price``
    is a decimal number as text, never a float: the whole price, or of a ``per-use`` agreement the price of one use.
    No end is open; ``ended`` tells when a person set the end and ``end_reason`` why. One that was a mistake is
    ``undone`` and counts nowhere. ``applies_to`` is the supplier's name as the user gave it;
    while that name is merged into another, the party is the other.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("kind IN ('flat', 'per-use', 'staff', 'free')", name="kind"),
        CheckConstraint("quota_period IN ('month', 'quarter', 'year', 'term')", name="quota_period"),
        CheckConstraint("quota > 0", name="quota"),
        CheckConstraint("ends >= starts", name="ends"),
        # Waivers and reports name an agreement by its number: none is ever given twice.
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    party_id: int = Field(foreign_key="party.id", index=True)
    applies_to: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    starts: date | None = None
    ends: date | None = None
    scopes: str = Field(sa_type=Text)
    territories: str = Field(sa_type=Text)
    excluded: str = Field(sa_type=Text)
    below: bool = False
    quota: int | None = None
    quota_period: str | None = Field(default=None, sa_type=Text)
    price: str | None = Field(default=None, sa_type=Text)
    currency: str | None = Field(default=None, sa_type=Text)
    requires: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    added: datetime = Field(sa_type=DateTime(timezone=True))
    ended: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    end_reason: str | None = Field(default=None, sa_type=Text)
    added_by: str | None = Field(default=None, sa_type=Text)
    ended_by: str | None = Field(default=None, sa_type=Text)


class CorrectionTable(Undoable, table=True):
    """What a person said that a credit line means. The latest that is not undone holds, for all uses of the line.

    ``creators``, ``agencies`` and ``qualifiers`` are JSON lists of strings; JSON's null, and NULL in ``supplier`` and
    ``license``, where the person said nothing and what was read stands. An empty list, or ``""``, says that there is
    none.
    """

    __tablename__ = "correction"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    line: str = Field(sa_type=Text)
    line_digest: str = Field(sa_type=Text, index=True)
    creators: str = Field(sa_type=Text)
    agencies: str = Field(sa_type=Text)
    supplier: str | None = Field(default=None, sa_type=Text)
    qualifiers: str = Field(sa_type=Text)
    license: str | None = Field(default=None, sa_type=Text)
    reason: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    added: datetime = Field(sa_type=DateTime(timezone=True))


class WaiverTable(Undoable, table=True):
    """A finding set aside: the code, and of which supplier, credit line, article or use; by whom, why, until when.

    What is NULL limits nothing. A use is told by its article's ``source`` and its caption's digest (empty for a use
    without caption), since a use has another number when its article is read again. ``applies_to`` is the supplier's
    name as the user gave it, ``supplier`` the name it has after merges.
    """

    __tablename__ = "waiver"
    __table_args__ = (Index(None, "code"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(sa_type=Text)
    supplier: str | None = Field(default=None, sa_type=Text)
    applies_to: str | None = Field(default=None, sa_type=Text)
    line: str | None = Field(default=None, sa_type=Text)
    line_digest: str | None = Field(default=None, sa_type=Text)
    source: str | None = Field(default=None, sa_type=Text)
    caption_digest: str | None = Field(default=None, sa_type=Text)
    reason: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    until: date | None = None
    added: datetime = Field(sa_type=DateTime(timezone=True))


class PartyMergeTable(Undoable, table=True):
    """An agency's name that a person said is another name of another agency.

    One not undone holds for all credits, agreements and waivers: each keeps the name that was read or said. Those that
    one command made are ``made`` at the same moment.
    """

    __tablename__ = "party_merge"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=Text, index=True)
    merged_into: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    added: datetime = Field(sa_type=DateTime(timezone=True))
