"""Read the keys of uses from table ``use`` itself, latest first: a search without words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from captions_db import models as m

DAY = 1 << 32
"""A key is the day times this, plus the use's id; of an undated use, the id."""


class RecentUses:
    """The uses within a period and other conditions."""

    def __init__(
        self, connection: Connection, where: Sequence[ColumnElement[bool]], since: date | None, until: date | None
    ) -> None:
        """Use conditions on table ``use``; a period excludes undated uses."""
        self._connection = connection
        day = m.use.c.used_on
        bounds = [day >= since] if since is not None else []
        bounds += [day <= until] if until is not None else []
        self._where, self._bounds = where, bounds

    def count(self, most: int) -> int:
        """Count the uses, up to ``most`` + 1."""
        uses: Select[Any] = (
            select(literal_column("1")).select_from(m.use).where(*self._where, *self._bounds).limit(most + 1)
        )
        return int(self._connection.execute(select(func.count()).select_from(uses.subquery())).scalar_one())

    def keys(self) -> list[int]:
        """Return the keys of all uses, latest first."""
        return self._keys(None)

    def first_keys(self, limit: int) -> list[int]:
        """Return the keys of the latest uses, complete for the last of their days."""
        return self._keys(limit)

    def _keys(self, limit: int | None) -> list[int]:
        use = m.use.c
        # Two queries, because the engines disagree on where NULL comes in an index.
        dated = select(use.used_on, use.id).where(*self._where, use.used_on.is_not(None), *self._bounds)
        keys = self._read(dated.order_by(use.used_on.desc()), limit)
        if self._bounds or (limit is not None and len(keys) >= limit):
            return keys
        undated = select(use.used_on, use.id).where(*self._where, use.used_on.is_(None))
        return keys + self._read(undated, None)

    def _read(self, statement: Select[Any], limit: int | None) -> list[int]:
        keys: list[int] = []
        found = self._connection.execute(statement.execution_options(yield_per=1_000))
        for day, use_id in found:
            key = (day.toordinal() * DAY if day else 0) + use_id
            if limit is not None and len(keys) >= limit and key // DAY != keys[-1] // DAY:
                found.close()
                break
            keys.append(key)
        return keys
