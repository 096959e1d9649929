"""Show a screenful of a listing on a terminal; list everything in pipes and files."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from captions.cli.output import is_stdout

_AROUND = 4
"""Lines next to the rows: the header, the note that follows, and the prompt."""
_LEAST = 5

All = Annotated[
    bool, typer.Option("--all", help="Show all rows; without it, a table on a terminal is cut to a screenful.")
]


def height(output: Path | None, limit: int | None, *, table: bool, every: bool) -> int | None:
    """Return the lines that the rows of a listing may fill; None if the listing is complete or has a limit."""
    if every and limit is not None:
        raise typer.BadParameter("cannot be combined with --limit", param_hint="--all")
    if every or limit is not None or not table or not is_stdout(output) or not sys.stdout.isatty():
        return None
    return max(shutil.get_terminal_size().lines - _AROUND, _LEAST)
