"""Column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import types
from sqlalchemy.ext.compiler import compiles


class Text(types.Text):
    """Text that sorts by code point, as in SQLite and Python.

    PostgreSQL would sort it by the database's language, so the same archive would be listed in another order.
    """


@compiles(Text, "postgresql")
def _on_postgresql(_type: Text, _compiler: Any, **_options: Any) -> str:
    return 'TEXT COLLATE "C"'
