"""Count the uses of agencies under the group that they belong to, by the register."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import captions_db as db

from captions.lexicon.agencies import with_parents
from captions.lexicon.vocabulary import Vocabulary


def by_group(table: db.UsageTable, place: int, words: Vocabulary, limit: int | None) -> db.UsageTable:
    """Return a table with suppliers in one place of its groups, counted by the group of each supplier."""
    counted: Counter[tuple[Any, ...]] = Counter()
    for row in table.rows:
        supplier = row.values[place]
        group = None if supplier is None else with_parents(supplier, words.agencies)[-1]
        counted[(*row.values[:place], group, *row.values[place + 1 :]), row.unclear] += row.uses
    rows = [db.UsageRow(values, uses, None, None, None, None, unclear) for (values, unclear), uses in counted.items()]
    rows.sort(key=lambda row: db.by_uses(row.uses, row.values, row.unclear))
    return replace(table, rows=tuple(rows[:limit]), groups=len(rows))
