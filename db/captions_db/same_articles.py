"""Find the article that each reading belongs to, and the reading that each article keeps.

An article keeps the reading with the greatest rank (``captions_db.readings``), whatever the order of reading. Two cases
depend on what was stored before, because in them the input itself has changed:

- If the place that an article's reading comes from has new content, this replaces the reading, whatever its rank: the
  article was corrected. Other places that were read before are outdated until their own content changes.
- If that reading then has a lower rank than those of other places, these are read again the next time, because only the
  best reading is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from captions_db.readings import identity_of, is_url
from captions_db.records import ArticleRecord, BatchCounts
from captions_db.rows import storable, storable_source


@dataclass(slots=True, eq=False)
class Held:
    """An article that is stored or will be."""

    id: int | None
    stored_identity: str
    source: str
    rank: str
    places: int = 0
    """The number of its places; only for articles identified by their content."""
    identity: str = ""
    record: ArticleRecord | None = None
    """The reading to write, if it has a new one."""
    became: Held | None = None
    """The article that it turned out to be."""

    def __post_init__(self) -> None:
        """Begin with the stored identity."""
        self.identity = self.stored_identity

    def now(self) -> Held:
        """Return the article, or the one that it turned out to be."""
        return self if self.became is None else self.became.now()


@dataclass(slots=True)
class KnownPlace:
    """A place as it is stored, or as a reading of this batch leaves it."""

    article: Held
    content_hash: str
    digest: str
    content_key: str
    rank: str
    outdated: bool = False
    changed_run: int | None = None
    is_new: bool = False
    is_read: bool = False
    """Whether this batch has read it."""


@dataclass(slots=True)
class ReadingBatch:
    """The stored articles that a batch may concern, and what its readings change."""

    run: int | None
    articles: list[Held]
    places: dict[str, KnownPlace]
    corrected: dict[Held, None] = field(default_factory=dict)
    """Articles that have a new version."""
    lowered: dict[Held, None] = field(default_factory=dict)
    """Articles of which other places may have a better reading."""
    left: dict[Held, None] = field(default_factory=dict)
    """Articles that are no longer at the place they were read from."""
    counts: BatchCounts = field(default_factory=BatchCounts)
    _by_identity: dict[str, Held] = field(default_factory=dict)
    _alike: defaultdict[str, dict[Held, None]] = field(default_factory=lambda: defaultdict(dict))
    """Articles by content key."""

    def __post_init__(self) -> None:
        """Index the articles."""
        self._by_identity = {article.identity: article for article in self.articles}

    def note_alike(self, pairs: Iterable[tuple[str, Held]]) -> None:
        """Note that articles have a place with this content key."""
        for key, article in pairs:
            self._alike[key][article] = None

    def add(self, record: ArticleRecord) -> None:
        """Find the article of a reading, and keep the reading if it is the best."""
        source, place = storable_source(record.source), self.places.get(storable_source(record.source))
        if place is not None and place.content_hash == storable(record.content_hash):
            self._count(unchanged=1)
            return
        before = None if place is None else place.article.now()
        article = self._match(record)
        if article is None and before is not None and not is_url(before.identity) and before.places == 1:
            article = before  # the only file with this text has changed
            self._alike[place.content_key if place else ""].pop(article, None)
            self._identify(article, identity_of(record))
            self._replace(article, record, place)
            self._count(changed=1)
        elif article is None:
            article = Held(None, "", source, "")
            self.articles.append(article)
            self._identify(article, identity_of(record))
            article.record, article.rank = record, record.rank
            self._count(new=1)
        elif article is before and article.source == source:
            self._replace(article, record, place)
            self._count(changed=1)
        else:
            is_outdated = _is_outdated(place, article, record)
            is_better = not is_outdated and record.rank > article.rank
            if is_better:
                article.record, article.rank, article.source = record, record.rank, source
            self._count(changed=is_better, unchanged=not is_better, elsewhere=place is None)
        self._move(source, record, article, before)

    def _match(self, record: ArticleRecord) -> Held | None:
        """Return the article that a reading belongs to; join articles if the reading shows that they are the same."""
        alike = [it for it in self._alike[record.content_key] if it.became is None]
        without_url = sorted((it for it in alike if not is_url(it.identity)), key=_identity)
        if record.identity is not None:
            found = self._by_identity.get(record.identity) or next(iter(without_url), None)
            for other in without_url:
                if found is not None and other is not found:
                    self._join(other, found)
            if found is not None:
                self._identify(found, record.identity)
            return found
        if len(alike) > len(without_url):
            return min((it for it in alike if is_url(it.identity)), key=_identity)
        if record.publication is None:
            return next(iter(without_url), None)
        own = identity_of(record)
        found = self._by_identity.get(own) or self._by_identity.get(record.content_key)
        if found is not None:
            self._identify(found, own)
        return found

    def _join(self, gone: Held, into: Held) -> None:
        gone.became = into
        into.places += gone.places
        self._by_identity.pop(gone.identity, None)

    def _identify(self, article: Held, identity: str) -> None:
        if self._by_identity.get(article.identity) is article:
            del self._by_identity[article.identity]
        article.identity = identity
        self._by_identity[identity] = article

    def _replace(self, article: Held, record: ArticleRecord, place: KnownPlace | None) -> None:
        """Replace the reading of an article by a new one from the same place."""
        if place is not None and place.digest != digest_of(record):
            self.corrected[article] = None
            for other in self.places.values():
                if other.article.now() is article and other is not place and other.changed_run != self.run:
                    other.outdated = True
        if record.rank < article.rank:
            self.lowered[article] = None
        article.record, article.rank = record, record.rank

    def _move(self, source: str, record: ArticleRecord, article: Held, before: Held | None) -> None:
        """Note that a place now has this reading of an article; it may have had another article before."""
        if before is not article:
            article.places += 1
        if before is not None and before is not article:
            before.places -= 1
            if not is_url(before.identity) and before.places == 0:
                self._join(before, article)
            elif before.source == source:
                self.left[before] = None
        old = self.places.get(source)
        is_same = old is not None and old.digest == digest_of(record)
        self.places[source] = KnownPlace(
            article,
            storable(record.content_hash),
            digest_of(record),
            record.content_key,
            record.rank,
            _is_outdated(old, article, record),
            old.changed_run if old is not None and is_same else self.run,
            is_new=old is None or old.is_new,
            is_read=True,
        )
        self._alike[record.content_key][article] = None

    def _count(self, new: int = 0, changed: int = 0, unchanged: int = 0, elsewhere: int = 0) -> None:
        to = self.counts
        self.counts = BatchCounts(
            to.new + new, to.changed + changed, to.unchanged + unchanged, to.elsewhere + elsewhere
        )


def digest_of(record: ArticleRecord) -> str:
    """Return the digest of the input of a reading."""
    return storable(record.digest or record.content_hash)


def _identity(article: Held) -> str:
    return article.identity


def _is_outdated(place: KnownPlace | None, article: Held, record: ArticleRecord) -> bool:
    """Return whether a reading is that of an earlier version of the article, read again from the same input."""
    if place is None or not place.outdated:
        return False
    return (
        place.article.now() is article
        and article.source != storable_source(record.source)
        and (place.digest == digest_of(record))
    )
