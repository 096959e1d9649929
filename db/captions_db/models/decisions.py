"""People's decisions: agreements, licenses, corrections, waivers, merged agencies and forgotten articles."""

# No `from __future__ import annotations` here: SQLModel evaluates the annotations when it creates the class.
from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, Index
from sqlmodel import Field

from captions_db.column_types import Text
from captions_db.models.base import Base


class Undoable(Base):
    """A decision that a person can undo. Undone rows stay, so that an auditor can see who decided what, and why."""

    undone: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    undone_by: str | None = Field(default=None, sa_type=Text)
    undone_reason: str | None = Field(default=None, sa_type=Text)


class AgreementTable(Undoable, table=True):
    """An agreement with a supplier or a freelancer: its dates, scopes, territories, quota and price.

    ``party_id`` is an agency, or the creator who is paid. ``scopes``, ``territories`` and ``excluded`` are JSON lists
    of strings; an empty list of scopes or territories sets no limit. ``excluded`` names collections and agencies of the
    supplier that the agreement does not cover. A quota counts per calendar ``quota_period``, or over any ``quota_days``
    days in a row. ``price`` is a decimal number as text, never a float: the total, or the price per use of a
    ``per-use`` agreement. NULL in ``starts`` or ``ends`` sets no limit; ``ended`` is the time at which a person set the
    end, ``end_reason`` the reason. An ``undone`` agreement never applies. ``applies_to`` is the party's name as the
    user entered it; while that name is merged into another, ``party_id`` is the other party.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("kind IN ('flat', 'per-use', 'staff', 'free')", name="kind"),
        CheckConstraint("quota_period IN ('month', 'quarter', 'year', 'term')", name="quota_period"),
        CheckConstraint("quota > 0", name="quota"),
        CheckConstraint("ends >= starts", name="ends"),
        # Waivers and reports refer to an agreement by its number, so numbers are never reused.
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
    quota_days: int | None = None
    price: str | None = Field(default=None, sa_type=Text)
    currency: str | None = Field(default=None, sa_type=Text)
    requires: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    added: datetime = Field(sa_type=DateTime(timezone=True))
    ended: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    end_reason: str | None = Field(default=None, sa_type=Text)
    added_by: str | None = Field(default=None, sa_type=Text)
    ended_by: str | None = Field(default=None, sa_type=Text)


class LicenseTable(Undoable, table=True):
    """The license of one picture: its invoice, dates, scopes, territories and price.

    The picture is identified by at least one of: the URL that articles print (``address``), the supplier's number
    (``asset``), the content of its file (``file_hash``, and the hashes of what it shows), or its caption
    (``caption``, and ``caption_key``, by which captions are compared). ``archive_years`` is how long an article may
    stay online after ``ends``. An ``undone`` license never applies.
    """

    __tablename__ = "license"
    __table_args__ = (CheckConstraint("ends >= starts", name="ends"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    invoice: str = Field(sa_type=Text)
    starts: date | None = None
    ends: date | None = None
    scopes: str = Field(sa_type=Text)
    territories: str = Field(sa_type=Text)
    archive_years: int | None = None
    price: str | None = Field(default=None, sa_type=Text)
    currency: str | None = Field(default=None, sa_type=Text)
    address: str | None = Field(default=None, sa_type=Text)
    asset: str | None = Field(default=None, sa_type=Text)
    file_hash: str | None = Field(default=None, sa_type=Text)
    dhash: str | None = Field(default=None, sa_type=Text)
    phash: str | None = Field(default=None, sa_type=Text)
    caption: str | None = Field(default=None, sa_type=Text)
    caption_key: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    added: datetime = Field(sa_type=DateTime(timezone=True))
    added_by: str | None = Field(default=None, sa_type=Text)


class CorrectionTable(Undoable, table=True):
    """A person's reading of a credit line. The latest correction that is not undone applies to all uses of the line.

    ``creators``, ``agencies`` and ``qualifiers`` are JSON lists of strings. JSON null in them, and NULL in ``supplier``
    and ``license``, leaves the parser's reading unchanged. An empty list or ``""`` means that the line has none.
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
    """Findings set aside: the code, and the supplier, credit line, article or use; by whom, why and until when.

    NULL sets no limit. A use is identified by its article's ``source`` and its caption's digest (empty without a
    caption), because its id changes when the article is read again. ``applies_to`` is the supplier's name as the user
    entered it, ``supplier`` its name after merges.
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
    """A name of an agency, a creator or a publication that a person merged into another.

    A merge that is not undone applies to all credits, agreements and waivers, each of which keeps its original name.
    Merges of one command share the time ``added``.
    """

    __tablename__ = "party_merge"
    __table_args__ = (
        CheckConstraint("kind IN ('agency', 'creator', 'publication')", name="kind"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text, index=True)
    merged_into: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    added: datetime = Field(sa_type=DateTime(timezone=True))


class ForgottenTable(Undoable, table=True):
    """An article that a person removed, with everything that restores it.

    ``content`` is JSON: the article, its uses as the program read them, and its places. Articles of one command share
    the time ``added``.
    """

    __tablename__ = "forgotten"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(sa_type=Text)
    identity: str = Field(sa_type=Text)
    url: str | None = Field(default=None, sa_type=Text)
    headline: str | None = Field(default=None, sa_type=Text)
    uses: int
    content: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    added: datetime = Field(sa_type=DateTime(timezone=True))
