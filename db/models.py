"""The tables. Their names and columns are the design's words: the file explains itself in any SQLite browser.

What makes a row the same row is its unique column, not its id: ``article.source``, ``caption.digest``,
``credit.line_digest``, ``party.name`` and ``kind``. Digests stand in for long texts in indexes, since PostgreSQL
refuses index entries of more than 2,704 bytes. Nothing cascades: ``db.store`` writes its deletes out.
"""

# No `from __future__ import annotations` here: SQLModel reads the annotations when the class is made.
from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, Float, Index, MetaData, Table, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.types import Text


class _Base(SQLModel):
    """Holds these tables apart from others that a program may have made with SQLModel."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Article(_Base, table=True):
    """An article, by where it was read from. ``run_id`` is the run that stored it or changed it last.

    NULL where a program of before schema 0009 stored it, which kept no run.
    """

    __tablename__ = "article"

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(sa_type=Text, unique=True)
    url: str | None = Field(default=None, sa_type=Text, index=True)
    headline: str | None = Field(default=None, sa_type=Text)
    publication: str | None = Field(default=None, sa_type=Text)
    published: date | None = None
    language: str | None = Field(default=None, sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    run_id: int | None = Field(default=None, foreign_key="ingest_run.id", index=True)


class Caption(_Base, table=True):
    """A caption's text, once over all articles, and the key under which near texts match."""

    __tablename__ = "caption"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(sa_type=Text, unique=True)
    match_key: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    search_text: str = Field(sa_type=Text)


class Party(_Base, table=True):
    """A creator or an agency, by canonical name."""

    __tablename__ = "party"
    __table_args__ = (
        UniqueConstraint("name", "kind"),
        CheckConstraint("kind IN ('creator', 'agency')", name="kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    name_key: str = Field(sa_type=Text, index=True)


class PartyAlias(_Base, table=True):
    """Another spelling of a party's name. One alias may stand for several parties: AA, PA."""

    __tablename__ = "party_alias"
    __table_args__ = {"sqlite_with_rowid": False}

    party_id: int = Field(primary_key=True, foreign_key="party.id")
    alias: str = Field(primary_key=True, sa_type=Text)
    alias_key: str = Field(sa_type=Text, index=True)


class Credit(_Base, table=True):
    """A credit line, once over all articles, and how it was read.

    ``line_digest`` is of the line, and of the rights where any are told: two pictures with one line and other
    licenses have two credits. ``marks`` and ``restrictions`` are JSON lists of strings.
    ``reading`` is a digest of the parsed fields, ``version`` that of the program which read them. Where a person
    corrected the line, or merged an agency of it into another, all these fields say what the person said, and
    ``parsed`` keeps as JSON what the program read.
    """

    __tablename__ = "credit"

    id: int | None = Field(default=None, primary_key=True)
    line_digest: str = Field(sa_type=Text, unique=True)
    line: str = Field(sa_type=Text)
    supplier_id: int | None = Field(default=None, foreign_key="party.id", index=True)
    marks: str = Field(sa_type=Text)
    restrictions: str = Field(sa_type=Text)
    copyright_notice: str | None = Field(default=None, sa_type=Text)
    license: str | None = Field(default=None, sa_type=Text)
    license_url: str | None = Field(default=None, sa_type=Text)
    licensor_url: str | None = Field(default=None, sa_type=Text)
    rule: str = Field(sa_type=Text)
    confidence: float = Field(sa_type=Float)
    version: str = Field(sa_type=Text)
    reading: str = Field(sa_type=Text)
    parsed: str | None = Field(default=None, sa_type=Text)
    search_text: str = Field(sa_type=Text)


class CreditParty(_Base, table=True):
    """Which party stands in which credit, in which role, at which place."""

    __tablename__ = "credit_party"
    __table_args__ = (
        # From a party to its credits: the way of every question about one agency.
        Index(None, "party_id", "role", "credit_id", unique=True),
        CheckConstraint("role IN ('creator', 'agency', 'supplier')", name="role"),
        {"sqlite_with_rowid": False},
    )

    credit_id: int = Field(primary_key=True, foreign_key="credit.id")
    role: str = Field(primary_key=True, sa_type=Text)
    place: int = Field(primary_key=True)
    party_id: int = Field(foreign_key="party.id")


class Use(_Base, table=True):
    """One caption with its credit in one article: what is licensed, counted and audited.

    ``used_on`` and ``publication`` are the article's, ``supplier_id`` is the credit's, here once more so that counting
    need not read articles and credits.
    ``places`` is a JSON list of [shape, start, end], one for each printing. ``told_credit_id`` is the credit that the
    page's structured data tell, where it is not the one that is printed.
    """

    __tablename__ = "use"
    __table_args__ = (
        UniqueConstraint("article_id", "position"),
        # Four covering indexes, each in the order of a way of counting: a million uses in about 0.1 s.
        Index(None, "credit_id", "used_on", "publication", "article_id"),
        Index(None, "supplier_id", "used_on", "publication", "article_id"),
        Index(None, "publication", "supplier_id", "used_on"),
        Index(None, "used_on", "publication", "article_id", "credit_id"),
        # A waiver or a spreadsheet may name a use by its id: none is ever given twice.
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id")
    position: int
    caption_id: int | None = Field(default=None, foreign_key="caption.id", index=True)
    credit_id: int | None = Field(default=None, foreign_key="credit.id")
    told_credit_id: int | None = Field(default=None, foreign_key="credit.id", index=True)
    supplier_id: int | None = Field(default=None, foreign_key="party.id")
    printings: int
    places: str = Field(sa_type=Text)
    used_on: date | None = None
    publication: str | None = Field(default=None, sa_type=Text)
    rule: str = Field(sa_type=Text)


class UseImage(_Base, table=True):
    """The address of a picture of a use."""

    __tablename__ = "use_image"
    __table_args__ = {"sqlite_with_rowid": False}

    use_id: int = Field(primary_key=True, foreign_key="use.id")
    place: int = Field(primary_key=True)
    address: str = Field(sa_type=Text)


class IngestRun(_Base, table=True):
    """What was read when, by which version of the program; ``finished`` is NULL where a run was cut off."""

    __tablename__ = "ingest_run"

    id: int | None = Field(default=None, primary_key=True)
    started: datetime = Field(sa_type=DateTime(timezone=True))
    finished: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    version: str = Field(sa_type=Text)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0


class IngestFailure(_Base, table=True):
    """A source that a run could not read, and why."""

    __tablename__ = "ingest_failure"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="ingest_run.id", index=True)
    source: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)


class Agreement(_Base, table=True):
    """A license the newsroom holds with a supplier: from when to when, for what, where, how many, at what price.

    ``scopes``, ``territories`` and ``excluded`` are JSON lists of strings; an empty list of scopes or territories sets
    no limit. ``excluded`` names collections and agencies of the supplier that the agreement does not cover. ``price``
    is a decimal number as text, never a float: the whole price, or of a ``per-use`` agreement the price of one use.
    No end is open; ``ended`` tells when a person set the end and ``end_reason`` why. One that was a mistake is
    ``undone`` and counts nowhere; nothing is deleted. Who added or ended one is unknown before schema 0010.
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
    undone: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    undone_by: str | None = Field(default=None, sa_type=Text)
    undone_reason: str | None = Field(default=None, sa_type=Text)


class Correction(_Base, table=True):
    """What a person said that a credit line means. The latest that is not undone holds, for all uses of the line.

    ``creators``, ``agencies`` and ``marks`` are JSON lists of strings; JSON's null, and NULL in ``supplier`` and
    ``license``, where the person said nothing and what was read stands. An empty list, or ``""``, says that there is
    none. Nothing is deleted: an auditor asks who said so.
    """

    __tablename__ = "correction"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    line: str = Field(sa_type=Text)
    line_digest: str = Field(sa_type=Text, index=True)
    creators: str = Field(sa_type=Text)
    agencies: str = Field(sa_type=Text)
    supplier: str | None = Field(default=None, sa_type=Text)
    marks: str = Field(sa_type=Text)
    license: str | None = Field(default=None, sa_type=Text)
    reason: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    made: datetime = Field(sa_type=DateTime(timezone=True))
    undone: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    undone_by: str | None = Field(default=None, sa_type=Text)
    undone_reason: str | None = Field(default=None, sa_type=Text)


class Waiver(_Base, table=True):
    """A finding set aside: the code, and of which supplier, credit line, article or use; by whom, why, until when.

    What is NULL limits nothing. A use is told by its article's ``source`` and its caption's digest (empty for a use
    without caption), since a use has another number when its article is read again. Nothing is deleted.
    """

    __tablename__ = "waiver"
    __table_args__ = (Index(None, "code"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(sa_type=Text)
    supplier: str | None = Field(default=None, sa_type=Text)
    line: str | None = Field(default=None, sa_type=Text)
    line_digest: str | None = Field(default=None, sa_type=Text)
    source: str | None = Field(default=None, sa_type=Text)
    caption_digest: str | None = Field(default=None, sa_type=Text)
    reason: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    until: date | None = None
    made: datetime = Field(sa_type=DateTime(timezone=True))
    undone: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    undone_by: str | None = Field(default=None, sa_type=Text)
    undone_reason: str | None = Field(default=None, sa_type=Text)


class PartyMerge(_Base, table=True):
    """An agency's name that a person said is another name of another agency. One not undone holds for all credits.

    ``agreements`` and ``waivers`` are JSON lists of the numbers of those that went along, and go back if it is undone.
    """

    __tablename__ = "party_merge"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=Text, index=True)
    merged_into: str = Field(sa_type=Text)
    agreements: str = Field(sa_type=Text)
    waivers: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    made: datetime = Field(sa_type=DateTime(timezone=True))
    undone: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    undone_by: str | None = Field(default=None, sa_type=Text)
    undone_reason: str | None = Field(default=None, sa_type=Text)


class Image(_Base, table=True):
    """A picture by the content of its file: what is embedded in it (JSON), and its hashes, if it could be decoded.

    ``band_1`` to ``band_4`` are the four parts of ``dhash``, 16 bits each: of two hashes that differ in less than 12
    bits, one part differs in 2 at most, and is found by an index. ``version`` tells which program read it.
    """

    __tablename__ = "image"

    id: int | None = Field(default=None, primary_key=True)
    file_hash: str = Field(sa_type=Text, unique=True)
    version: str = Field(sa_type=Text)
    format: str | None = Field(default=None, sa_type=Text)
    width: int | None = None
    height: int | None = None
    dhash: str | None = Field(default=None, sa_type=Text)
    phash: str | None = Field(default=None, sa_type=Text)
    band_1: int | None = Field(default=None, index=True)
    band_2: int | None = Field(default=None, index=True)
    band_3: int | None = Field(default=None, index=True)
    band_4: int | None = Field(default=None, index=True)
    embedded: str = Field(sa_type=Text)
    notes: str = Field(sa_type=Text)


class ImageFile(_Base, table=True):
    """Where a picture's file stands: one picture may lie in several folders."""

    __tablename__ = "image_file"

    id: int | None = Field(default=None, primary_key=True)
    path: str = Field(sa_type=Text, unique=True)
    image_id: int = Field(foreign_key="image.id", index=True)


class ImageUse(_Base, table=True):
    """Which picture belongs to which use, and by what that is known: name of its file, embedded id, caption, hash."""

    __tablename__ = "image_use"
    __table_args__ = (
        CheckConstraint("how IN ('name', 'id', 'caption', 'hash')", name="how"),
        {"sqlite_with_rowid": False},
    )

    image_id: int = Field(primary_key=True, foreign_key="image.id")
    use_id: int = Field(primary_key=True, foreign_key="use.id", index=True)
    how: str = Field(sa_type=Text)


METADATA: MetaData = _Base.metadata


def _table(name: str) -> Table:
    return METADATA.tables[name]


article = _table("article")
caption = _table("caption")
party = _table("party")
party_alias = _table("party_alias")
credit = _table("credit")
credit_party = _table("credit_party")
use = _table("use")
use_image = _table("use_image")
agreement = _table("agreement")
correction = _table("correction")
waiver = _table("waiver")
party_merge = _table("party_merge")
image = _table("image")
image_file = _table("image_file")
image_use = _table("image_use")
ingest_run = _table("ingest_run")
ingest_failure = _table("ingest_failure")
