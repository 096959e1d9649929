"""Find the uses of licensed pictures, and store which of them a license covers.

The caller says which addresses and files belong to a license, and judges each use; see ``captions.audit``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, func, insert, select

from captions_db import models as m
from captions_db.audit import work_tables as t
from captions_db.audit.statements import published_within
from captions_db.licenses import LicenseRecord, read_licenses
from captions_db.rows import Row, key_number, storable

_PAGE = 5_000


class LicensedUse(NamedTuple):
    """A use of a licensed picture."""

    use_id: int
    license_id: int
    used_on: date | None
    published_in: str
    """The month or year of publication, if the day is unknown; empty if that is unknown too."""


class LicensedUses:
    """The uses of licensed pictures in an audit."""

    def __init__(self, connection: Connection) -> None:
        """Use the connection of an audit."""
        self._connection = connection
        self._among: ColumnElement[bool] | None = None

    def confine(self, among: ColumnElement[bool]) -> None:
        """Read the URLs of the pictures of some uses only; ``among`` is a condition on table ``use``."""
        self._among = among

    def licenses(self) -> list[LicenseRecord]:
        """Return the licenses that are not undone, by number."""
        return [record for record in read_licenses(self._connection) if record.undone is None]

    def put(self, license_id: int, use_ids: Iterable[int]) -> None:
        """Note uses of a licensed picture."""
        self._insert(t.license_use, ({"license_id": license_id, "use_id": use_id} for use_id in use_ids))

    def put_by_address(self, licenses_of: Callable[[str], Collection[int]]) -> None:
        """Note the uses of pictures whose URL belongs to a license: ``licenses_of`` returns its number."""
        image = m.use_image.c
        addresses = select(image.use_id, image.address)
        if self._among is not None:
            addresses = addresses.where(image.use_id.in_(select(m.use.c.id).where(self._among)))
        rows = self._stream(addresses)
        self._insert(
            t.license_use,
            ({"license_id": number, "use_id": use_id} for use_id, address in rows for number in licenses_of(address)),
        )

    def files(self) -> Iterator[tuple[int, str]]:
        """Yield the scanned picture files: number of the picture, and path."""
        yield from self._stream(select(m.image_file.c.image_id, m.image_file.c.path))

    def put_by_caption(self, license_id: int, key: str) -> None:
        """Note the uses of a caption, except where an article prints it with several pictures."""
        use, caption = m.use.c, m.caption.c
        same = select(caption.id).where(caption.key_number == key_number(key), caption.match_key == storable(key))
        once = (
            select(func.min(use.id)).where(use.caption_id.in_(same)).group_by(use.article_id).having(func.count() == 1)
        )
        self.put(license_id, self._connection.execute(once).scalars().all())

    def found(self) -> Iterator[LicensedUse]:
        """Yield the uses of licensed pictures by use, each with every license of its picture once."""
        use, of = m.use.c, t.license_use.c
        statement = (
            select(use.id, of.license_id, use.used_on, published_within())
            .distinct()
            .select_from(
                t.license_use.join(m.use, use.id == of.use_id).join(m.article, m.article.c.id == use.article_id)
            )
            .order_by(use.id, of.license_id)
        )
        yield from map(LicensedUse._make, self._stream(statement))

    def of_use(self, use_id: int) -> set[int]:
        """Return the licenses of the pictures of a use."""
        of = t.license_use.c
        return set(self._connection.execute(select(of.license_id).where(of.use_id == use_id)).scalars())

    def covered(self) -> set[int]:
        """Return the uses that a license covers."""
        return set(self._connection.execute(select(t.licensed.c.use_id)).scalars())

    def put_licensed(self, rows: Iterable[tuple[int, int]]) -> None:
        """Note uses that a license covers: use and license."""
        self._insert(t.licensed, ({"use_id": use_id, "license_id": license_id} for use_id, license_id in rows))

    def put_ended(self, rows: Iterable[tuple[int, int, bool]]) -> None:
        """Note uses of pictures whose license has ended: use, remark, and whether the use is of a later day."""
        self._insert(
            t.ended, ({"use_id": use_id, "remark_id": remark, "after": after} for use_id, remark, after in rows)
        )

    def pictures_with(self, file_hash: str) -> list[int]:
        """Return the scanned picture with this content, if there is one."""
        image = m.image.c
        return list(self._connection.execute(select(image.id).where(image.file_hash == storable(file_hash))).scalars())

    def _insert(self, table: Table, rows: Iterable[Row]) -> None:
        rest = iter(rows)
        while page := list(islice(rest, _PAGE)):
            self._connection.execute(insert(table), page)

    def _stream(self, statement: Select[Any]) -> Iterator[Any]:
        for page in self._connection.execute(statement.execution_options(yield_per=_PAGE)).partitions():
            yield from page
