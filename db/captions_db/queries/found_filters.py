"""The filters of a search: conditions on table ``use`` besides its words and days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select

from captions_db import models as m
from captions_db.bulk import in_chunks
from captions_db.picture_keys import is_key, number_of
from captions_db.queries.filters import agency_ids, creator_ids, use_filters
from captions_db.spellings import WantedSpellings, accented


class PictureFilter(NamedTuple):
    """Pictures by their URL or file name: those with ``part``, in any case, that ``matches`` accepts."""

    part: str
    """ASCII letters and digits."""
    matches: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class FoundFilters:
    """The filters of a search; None sets no limit."""

    publication: str | None = None
    agency: str | None = None
    """An agency that the credit names, by name or alias."""
    supplier: str | None = None
    """The supplier, by name or alias."""
    creator: str | None = None
    """A creator that the credit names, by name or alias."""
    picture: PictureFilter | None = None

    def conditions(self, connection: Connection) -> list[ColumnElement[bool]]:
        """Return the conditions on table ``use``."""
        parties = None if self.agency is None else agency_ids(connection, self.agency)
        where = use_filters(parties, None, None, self.publication)
        use = m.use.c
        if self.supplier is not None:
            where.append(use.supplier_id.in_(agency_ids(connection, self.supplier)))
        if self.creator is not None:
            chain = m.credit_party.c
            theirs = chain.party_id.in_(creator_ids(connection, self.creator))
            where.append(use.credit_id.in_(select(chain.credit_id).where(theirs, chain.role == "creator")))
        if self.picture is not None:
            # Numbers in the statement itself: it may have more of them than parameters.
            ids = _shown_in(connection, self.picture)
            where.append(use.id.in_(bindparam("shown", ids, expanding=True, literal_execute=True)))
        return where


def _shown_in(connection: Connection, picture: PictureFilter) -> list[int]:
    """Return the uses with a picture at such a URL, or with a scanned picture in such a file."""
    pattern = f"%{picture.part}%"
    image, file, key = m.use_image.c, m.image_file.c, m.picture_key.c
    addresses = select(image.use_id, image.address)
    if is_key(picture.part):
        addresses = addresses.where(image.use_id.in_(select(key.use_id).where(key.key == number_of(picture.part))))
    else:
        addresses = addresses.where(image.address.ilike(pattern))
    at = connection.execute(addresses)
    found = {use_id for use_id, address in at if picture.matches(address)}
    in_files = connection.execute(select(file.image_id, file.path).where(file.path.ilike(pattern)))
    scanned = {image_id for image_id, path in in_files if picture.matches(path.replace("\\", "/").rpartition("/")[2])}
    for chunk in in_chunks(sorted(scanned)):
        found.update(
            connection.execute(select(m.image_use.c.use_id).where(m.image_use.c.image_id.in_(chunk))).scalars()
        )
    return sorted(found)


def really_spelled(asked: Sequence[WantedSpellings]) -> list[ColumnElement[bool]]:
    """Return conditions on table ``use``: its texts print each word that is written out, or its accented form.

    ``Soeder`` may be printed ``Soeder`` or ``Söder``; the search index has ``soder`` also for ``Soder``.
    """
    conditions = []
    for it in asked:
        if forms := accented(it.word):
            caption, credit = m.caption.c, m.credit.c
            in_caption = or_(caption.search_text.contains(it.word), *(caption.text.icontains(form) for form in forms))
            in_credit = or_(credit.search_text.contains(it.word), *(credit.line.icontains(form) for form in forms))
            conditions.append(
                or_(
                    select(caption.id).where(caption.id == m.use.c.caption_id, in_caption).exists(),
                    select(credit.id).where(credit.id == m.use.c.credit_id, in_credit).exists(),
                )
            )
    return conditions
