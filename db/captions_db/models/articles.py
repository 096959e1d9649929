"""Articles, their captions, credits and uses, and the runs that read them."""

# No `from __future__ import annotations` here: SQLModel evaluates the annotations when it creates the class.
from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, DateTime, Float, Index, UniqueConstraint, column, false
from sqlmodel import Field

from captions_db.column_types import Text
from captions_db.models.base import Base

_NEAR = column("near", Boolean).is_not(false())


class ArticleTable(Base, table=True):
    """An article, identified by its URL or its content. ``run_id`` is the run that stored or last changed it.

    ``identity`` begins with two slashes if it is a URL (``//echo.example/news/crane``), else it is a digest of the
    content. ``source`` is the place that the article was read from, ``rank`` compares this reading with those of other
    places: see ``captions_db.readings``. ``published_in`` is the month or year of publication if the day is unknown,
    or a guessed day (``2024-05-03?``); its uses then have no day. ``near`` records whether two of its captions may be
    nearly identical; NULL if nobody checked. ``publication`` is the current name of the publication that the article
    or the user named (``publication_read``): see ``captions_db.publications``.
    """

    __tablename__ = "article"
    __table_args__ = (Index("ix_article_near", "id", sqlite_where=_NEAR, postgresql_where=_NEAR),)

    id: int | None = Field(default=None, primary_key=True)
    identity: str = Field(sa_type=Text, unique=True)
    source: str = Field(sa_type=Text, index=True)
    rank: str = Field(sa_type=Text)
    url: str | None = Field(default=None, sa_type=Text, index=True)
    headline: str | None = Field(default=None, sa_type=Text)
    publication: str | None = Field(default=None, sa_type=Text)
    publication_read: str | None = Field(default=None, sa_type=Text, index=True)
    published: date | None = None
    published_in: str | None = Field(default=None, sa_type=Text)
    language: str | None = Field(default=None, sa_type=Text)
    text: str = Field(sa_type=Text)
    run_id: int | None = Field(default=None, foreign_key="ingest_run.id", index=True)
    near: bool | None = None


class PublicationSpellingTable(Base, table=True):
    """A spelling of a publication's name. Spellings with the same key are one publication."""

    __tablename__ = "publication_spelling"
    __table_args__ = ({"sqlite_with_rowid": False},)

    name: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(sa_type=Text, index=True)


class PlaceTable(Base, table=True):
    """A place where an article was read: a file, a record in it, or a member of an archive.

    ``content_hash`` covers everything that affects the reading there, ``digest`` only the input; ``content_key`` is the
    same wherever the same words are read, and ``rank`` compares this reading with others. ``outdated`` places have an
    earlier version of the article. ``changed_run`` read this content first, ``last_run`` found it last.
    """

    __tablename__ = "place"
    __table_args__ = ({"sqlite_with_rowid": False},)

    source: str = Field(primary_key=True, sa_type=Text)
    article_id: int = Field(foreign_key="article.id", index=True)
    content_hash: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    content_key: str = Field(sa_type=Text, index=True)
    rank: str = Field(sa_type=Text)
    outdated: bool = False
    first_run: int | None = Field(default=None, foreign_key="ingest_run.id")
    changed_run: int | None = Field(default=None, foreign_key="ingest_run.id")
    last_run: int | None = Field(default=None, foreign_key="ingest_run.id")


class CaptionTable(Base, table=True):
    """A caption's text, stored once for all articles, and the key that matches near-identical texts.

    ``key_number`` indexes the key; NULL for the empty key.
    """

    __tablename__ = "caption"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(sa_type=Text, unique=True)
    match_key: str = Field(sa_type=Text)
    key_number: int | None = Field(default=None, sa_type=BigInteger, index=True)
    text: str = Field(sa_type=Text)
    search_text: str = Field(sa_type=Text)


class PartyTable(Base, table=True):
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


class PartyAliasTable(Base, table=True):
    """Another spelling of a party's name. Several parties may share an alias: AA, PA."""

    __tablename__ = "party_alias"
    __table_args__ = ({"sqlite_with_rowid": False},)

    party_id: int = Field(primary_key=True, foreign_key="party.id")
    alias: str = Field(primary_key=True, sa_type=Text)
    alias_key: str = Field(sa_type=Text, index=True)


class CreditTable(Base, table=True):
    """A credit line, stored once for all articles, and its reading.

    ``line_digest`` covers the line and its rights, if any: the same line with another license or with other usage terms
    is another credit.
    ``qualifiers`` and ``restrictions`` are JSON lists of strings. ``reading`` is a digest of the parsed fields,
    ``version`` the version of the program that read them. If a person corrected the line or merged one of its agencies,
    these fields follow that decision, and ``parsed`` has the program's reading as JSON.
    """

    __tablename__ = "credit"

    id: int | None = Field(default=None, primary_key=True)
    line_digest: str = Field(sa_type=Text, unique=True)
    line: str = Field(sa_type=Text)
    supplier_id: int | None = Field(default=None, foreign_key="party.id", index=True)
    qualifiers: str = Field(sa_type=Text)
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


class CreditPartyTable(Base, table=True):
    """A party in a credit, with its role and place."""

    __tablename__ = "credit_party"
    __table_args__ = (
        # Finds the credits of a party, for every query about one agency.
        Index(None, "party_id", "role", "credit_id", unique=True),
        CheckConstraint("role IN ('creator', 'agency', 'supplier')", name="role"),
        {"sqlite_with_rowid": False},
    )

    credit_id: int = Field(primary_key=True, foreign_key="credit.id")
    role: str = Field(primary_key=True, sa_type=Text)
    place: int = Field(primary_key=True)
    party_id: int = Field(foreign_key="party.id")


class UseTable(Base, table=True):
    """One picture used in one article, with its caption and credit: licensed, counted and audited.

    ``used_on`` and ``publication`` repeat the article's, ``supplier_id`` the credit's, so that counting reads one
    table. ``places`` is a JSON list of [shape, start, end], one per occurrence. ``structured_credit_id`` is the credit
    in the page's structured data, if it differs from the printed credit.
    """

    __tablename__ = "use"
    __table_args__ = (
        UniqueConstraint("article_id", "position"),
        # Finds captions with several credits.
        Index(None, "caption_id", "credit_id"),
        # Covering indexes, each in the order of one grouping of `captions usage`.
        Index(None, "credit_id", "used_on", "publication", "article_id"),
        Index(None, "supplier_id", "used_on", "publication", "article_id"),
        Index(None, "publication", "supplier_id", "used_on"),
        Index(None, "used_on", "publication", "article_id", "credit_id"),
        # Finds the latest uses of a publication.
        Index(None, "publication", "used_on"),
        # A waiver or a spreadsheet may refer to a use by its id, so ids are never reused.
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id")
    position: int
    caption_id: int | None = Field(default=None, foreign_key="caption.id")
    credit_id: int | None = Field(default=None, foreign_key="credit.id")
    structured_credit_id: int | None = Field(default=None, foreign_key="credit.id", index=True)
    supplier_id: int | None = Field(default=None, foreign_key="party.id")
    occurrences: int
    places: str = Field(sa_type=Text)
    used_on: date | None = None
    publication: str | None = Field(default=None, sa_type=Text)
    rule: str = Field(sa_type=Text)


class UseImageTable(Base, table=True):
    """The URL of a picture of a use."""

    __tablename__ = "use_image"
    __table_args__ = ({"sqlite_with_rowid": False},)

    use_id: int = Field(primary_key=True, foreign_key="use.id")
    place: int = Field(primary_key=True)
    address: str = Field(sa_type=Text)


class PictureKeyTable(Base, table=True):
    """A word, a number or the whole of the URL of a picture of a use, as a number: see ``captions_db.picture_keys``."""

    __tablename__ = "picture_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: int = Field(primary_key=True, sa_type=BigInteger)
    use_id: int = Field(primary_key=True, foreign_key="use.id", index=True)


class UncaptionedPictureTable(Base, table=True):
    """The URL and the alternative text of a picture that an article prints with neither caption nor credit."""

    __tablename__ = "uncaptioned_picture"
    __table_args__ = ({"sqlite_with_rowid": False},)

    article_id: int = Field(primary_key=True, foreign_key="article.id")
    place: int = Field(primary_key=True)
    address: str = Field(sa_type=Text)
    alt: str = Field(sa_type=Text)


class IngestRunTable(Base, table=True):
    """An ingest run and the version of the program; ``finished`` is NULL if the run was interrupted.

    ``elsewhere`` counts the articles that were stored already, under other names. ``publication`` is what the user
    named as the newsroom's own publication; publications that only articles name are not in it.
    """

    __tablename__ = "ingest_run"

    id: int | None = Field(default=None, primary_key=True)
    started: datetime = Field(sa_type=DateTime(timezone=True))
    finished: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    version: str = Field(sa_type=Text)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    elsewhere: int = 0
    failed: int = 0
    publication: str | None = Field(default=None, sa_type=Text)


class IngestFailureTable(Base, table=True):
    """A source that a run could not read, and why."""

    __tablename__ = "ingest_failure"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="ingest_run.id", index=True)
    source: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
