"""What columns hold, where SQLite and PostgreSQL must be told apart for one answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import types
from sqlalchemy.ext.compiler import compiles


class Text(types.Text):
    """Text that sorts by its code points, as SQLite and Python sort it.

    PostgreSQL would sort by the language of its database: the same archive would be listed in another order.
    """


@compiles(Text, "postgresql")
def _on_postgresql(_type: Text, _compiler: Any, **_options: Any) -> str:
    return 'TEXT COLLATE "C"'
