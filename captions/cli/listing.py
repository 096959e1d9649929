"""Lists of what people said, corrections and waivers, as tables and as data."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence

from captions.cli import options as o
from captions.report import Column, Row, write_rows


def write_said(
    name: str,
    columns: Mapping[bool, Sequence[Column]],
    rows: Iterable[Row],
    form: o.Listing,
    limit: int | None,
    *,
    every: bool,
) -> None:
    """Writes to stdout those rows whose ``state`` is that they hold, or all of them; tells on stderr where it was cut.

    ``columns`` are those of a table (True), which shows days alone, and those of data (False).
    """
    kept = [row for row in rows if every or row["state"] == "active"]
    shown = kept if limit is None else kept[:limit]
    is_table = form is o.Listing.table
    if is_table:
        shown = [{**row, "made": str(row["made"])[:10]} for row in shown]
    write_rows(name, columns[is_table], shown, form.value, sys.stdout, {"total": len(kept)})
    o.tell_cut(len(shown), len(kept))
