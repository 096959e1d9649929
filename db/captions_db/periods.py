"""SQL expressions for months, quarters and years that work on both engines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, literal_column


def period_of(name: str, text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the month, quarter or year of a day as text, or the quarter or year of a month: ``2023-Q4``."""
    if name == "month":
        return func.substr(text, _constant("1"), _constant("7"))
    year = func.substr(text, _constant("1"), _constant("4"))
    if name == "year":
        return year
    month = func.substr(text, _constant("6"), _constant("2"))
    quarters = case(
        (month == _constant("''"), _constant("''")),
        *((month <= _constant(f"'{n * 3:02}'"), _constant(f"'-Q{n}'")) for n in (1, 2, 3, 4)),
    )
    return year.concat(quarters)


def _constant(constant: str) -> ColumnElement[Any]:
    # Inline: expressions with parameters are computed twice, to select and to group by.
    return literal_column(constant)
