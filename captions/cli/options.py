"""Options that several commands share, and what they are read as."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from captions import dates
from captions.cli.output import note
from captions.errors import CaptionsError

if TYPE_CHECKING:
    from captions.lexicon.vocabulary import Vocabulary

T = TypeVar("T")


class Listing(StrEnum):
    """The forms of a listing."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"


class Shape(StrEnum):
    """The forms of what is no listing."""

    table = "table"
    json = "json"


class Fail(StrEnum):
    """From which severity findings make the exit code 1."""

    error = "error"
    warning = "warning"
    info = "info"
    never = "never"


class Level(StrEnum):
    """Severities."""

    error = "error"
    warning = "warning"
    info = "info"


def first_day(text: str) -> date:
    """The first day of what is meant: ``2024`` gives 1 January 2024, ``2024-05`` 1 May."""
    return _day(text, last=False)


def last_day(text: str) -> date:
    """The last day of what is meant: ``2024`` gives 31 December 2024, ``2024-05`` 31 May."""
    return _day(text, last=True)


def _day(text: str, *, last: bool) -> date:
    return as_option(lambda: dates.parse(text, last=last))


def as_option(read: Callable[[], T]) -> T:
    """What ``read`` gives; raises BadParameter, which names the option, where it raises CaptionsError."""
    try:
        return read()
    except CaptionsError as error:
        raise typer.BadParameter(str(error)) from None


def register_of(register: Path | None, url: str | None = None) -> Path | None:
    """The user's own register: the one named, else ``agencies.toml`` beside the database, if it is there.

    ``url`` is the database's; by default the one that a command without ``--db`` takes.
    """
    place = place_of_register(register, url)
    return place if register is not None or place.is_file() else None


def place_of_register(register: Path | None, url: str | None = None) -> Path:
    """Where the user's own register is, or would be; see :func:`register_of`."""
    if register is not None:
        return register
    database = (url or os.environ.get("CAPTIONS_DB") or DATABASE).removeprefix("sqlite:///")
    return (Path() if "://" in database else Path(database).parent) / "agencies.toml"


def words(register: Path | None, url: str | None = None) -> Vocabulary:
    """The tables that come with the program, and the user's own register on top; see :func:`register_of`."""
    from captions.lexicon.vocabulary import default, load

    own = register_of(register, url)
    return default() if own is None else load(own)


def needed(text: str, option: str) -> str:
    """A text that must say something; raises BadParameter for an empty one."""
    if not text.strip():
        raise typer.BadParameter("must not be empty", param_hint=option)
    return " ".join(text.split())


def moment(when: datetime | None) -> str | None:
    """When something was done, as UTC: ``2026-05-18T09:30:00+00:00``."""
    return None if when is None else when.isoformat(timespec="seconds")


def count(number: int, noun: str) -> str:
    """``1 use``, ``2 uses``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def tell_cut(shown: int, total: int, *, more: bool = False) -> None:
    """Tells on stderr where a listing was cut, and how to see the rest; ``more`` if there are more than ``total``."""
    if shown < total or more:
        note(f"shown: {shown} of {'more than ' if more else ''}{total}; all: leave out --limit")


def one_or_more(value: int | None) -> int | None:
    """A limit; raises BadParameter for what is less than 1."""
    if value is not None and value < 1:
        raise typer.BadParameter("must be 1 or more")
    return value


Database = Annotated[
    str,
    typer.Option("--db", envvar="CAPTIONS_DB", metavar="PATH|URL", help="The database.", show_default=True),
]
Agencies = Annotated[
    Path | None,
    typer.Option("--agencies", metavar="FILE", help="Your own register of agencies and staff (TOML)."),
]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to this file, whole or not at all.")
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", callback=one_or_more, metavar="N", help="Show at most N; totals stay whole."),
]
Since = Annotated[
    date | None, typer.Option("--since", parser=first_day, metavar="DAY", help="Used on this day or later.")
]
Until = Annotated[
    date | None, typer.Option("--until", parser=last_day, metavar="DAY", help="Used on this day or earlier.")
]
Agency = Annotated[str | None, typer.Option("--agency", metavar="NAME", help="Only lines that name this agency.")]
Publication = Annotated[str | None, typer.Option("--publication", metavar="NAME", help="Used in this publication.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
NeededReason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.", show_default=False)]
Who = Annotated[str | None, typer.Option("--who", metavar="NAME", help="Who says so; by default you ($USER).")]
ListingFormat = Annotated[Listing, typer.Option("--format", help="How to write it.")]
ShapeFormat = Annotated[Shape, typer.Option("--format", help="How to write it.")]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="PART=FIELD,...",
        help="Which field of a record is which part (text, html, url, headline, published, publication, language, id).",
    ),
]
DATABASE = "captions.db"
