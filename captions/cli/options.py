"""Options that several commands share, and the functions that parse them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from captions import dates
from captions.cli import completion, settings
from captions.errors import CaptionsError

if TYPE_CHECKING:
    from captions.lexicon.vocabulary import Vocabulary

T = TypeVar("T")
DATABASE = "captions.db"
REGISTER = "agencies.toml"
_MISTYPED = re.compile(r"(?:postgres|postgresql|mysql|mariadb|sqlite)(?:\+\w+)?(?::|/[^:]*+:[^@]*+@)")


class Listing(StrEnum):
    """Output formats of a listing."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"


class Separator(StrEnum):
    """What separates the cells of a CSV file."""

    comma = ","
    semicolon = ";"
    tab = "tab"


class Shape(StrEnum):
    """Output formats of a result that is not a listing."""

    table = "table"
    json = "json"


class IntendedScope(StrEnum):
    """Scopes that an agreement can cover."""

    web = "web"
    print = "print"
    syndication = "syndication"
    social = "social"


def _one_territory(text: str | None) -> str | None:
    return None if text is None else as_option(lambda: _only_territory(text))


def _only_territory(text: str) -> str:
    from captions.licensing import terms

    found = terms.territories(text)
    if len(found) != 1:
        raise CaptionsError(f"{text!r} is not one territory; use one code, or a group such as EU")
    return found[0]


def first_day(text: str) -> date:
    """Return the first day of a date, month or year: ``2024`` is January 1, 2024, ``2024-05`` is May 1."""
    return as_option(lambda: dates.parse(text))


def last_day(text: str) -> date:
    """Return the last day of a date, month or year: ``2024`` is December 31, 2024, ``2024-05`` is May 31."""
    return as_option(lambda: dates.parse(text, last=True))


def date_text(text: str | None) -> str | None:
    """Return a date, month or year as typed; raise BadParameter if it is none of them."""
    if text is not None:
        as_option(lambda: dates.parse(text))
    return text


def days_of_period(
    period: str | None, since: date | None, until: date | None
) -> tuple[date | None, date | None, str | None]:
    """Return the first and last day of ``--period``, or of ``--since`` and ``--until``, and the period's name."""
    if period is None:
        if since is not None and until is not None and until < since:
            raise typer.BadParameter(f"{until} is before --since {since}", param_hint="--until")
        return since, until, None
    if since is not None or until is not None:
        raise typer.BadParameter("cannot be combined with --since or --until", param_hint="--period")
    from captions.licensing import terms

    return as_option(lambda: terms.calendar_period(period))


def needs(option: str, given: object, other: str, other_given: object) -> None:
    """Raise BadParameter if an option is given without another that it needs."""
    if given and not other_given:
        raise typer.BadParameter(f"{option} needs {other}")


def as_option(read: Callable[[], T]) -> T:
    """Return the result of ``read``; turn its CaptionsError into a BadParameter, which names the option."""
    try:
        return read()
    except CaptionsError as error:
        raise typer.BadParameter(str(error)) from None


def required(text: str, option: str) -> str:
    """Return the text of an option with single spaces; raise BadParameter if it is empty."""
    if not text.strip():
        raise typer.BadParameter("must not be empty", param_hint=option)
    return " ".join(text.split())


def separator(chosen: Separator | None, *, is_csv: bool) -> str:
    """Return the character between cells; raise BadParameter if one was chosen for another format than CSV."""
    if chosen is not None and not is_csv:
        raise typer.BadParameter("is only for CSV", param_hint="--delimiter")
    return "\t" if chosen is Separator.tab else (chosen or Separator.comma).value


def one_or_more(value: int | None) -> int | None:
    """Return a limit; raise BadParameter if it is less than 1."""
    if value is not None and value < 1:
        raise typer.BadParameter("must be 1 or more")
    return value


def database_of(url: str) -> str:
    """Return the database; raise BadParameter for a URL without ``://``, whose password would become part of a path."""
    if "://" not in url and _MISTYPED.match(url):
        raise typer.BadParameter("a database URL begins with postgresql+psycopg:// or sqlite:///")
    return url


def _or_setting(
    name: str, checked: Callable[[Any], Any] = lambda value: value
) -> Callable[[typer.Context, typer.CallbackParam, Any], Any]:
    """Return a callback that takes a value from ``captions.toml`` if no option and no variable gives one."""

    def callback(ctx: typer.Context, param: typer.CallbackParam, value: Any) -> Any:
        if is_default(ctx, param.name or ""):
            try:
                value = getattr(settings.current(), name) or value
            except CaptionsError:
                if not ctx.resilient_parsing:  # completion stays quiet
                    raise
        return checked(value)

    return callback


def is_default(ctx: typer.Context, name: str) -> bool:
    """Return whether neither an option nor the environment gives a parameter."""
    source = ctx.get_parameter_source(name)
    return source is None or source.name == "DEFAULT"


def with_settings(scope: IntendedScope | None, territory: str | None) -> tuple[IntendedScope | None, str | None]:
    """Return a scope and a territory; ``captions.toml`` gives the one that is missing."""
    file = settings.current()
    return scope or (IntendedScope(file.scope) if file.scope else None), territory or file.territory


def own_publications() -> tuple[tuple[str, str], ...]:
    """Return the folders in ``captions.toml``, without links, with the newsroom's publication in each."""
    rows = settings.current().publications.items()
    return tuple(sorted((os.path.realpath(folder), name) for folder, name in rows))


def register_of(register: Path | None, url: str | None = None) -> Path | None:
    """Return the newsroom's register: ``register``, else ``agencies.toml`` next to the database, if it exists.

    ``url`` is the database; by default, the one a command without ``--db`` uses.
    """
    path = register_path(register, url)
    return path if register is not None or path.is_file() else None


def register_path(register: Path | None, url: str | None = None) -> Path:
    """Return where the newsroom's register is or would be created; see :func:`register_of`."""
    if register is not None:
        return register
    database = url or os.environ.get("CAPTIONS_DB") or settings.current().database or DATABASE
    database = database.removeprefix("sqlite:///")
    return (Path() if "://" in database else Path(database).parent) / REGISTER


def words(register: Path | None, url: str | None = None) -> Vocabulary:
    """Load the program's tables, extended by the newsroom's register; see :func:`register_of`."""
    from captions.lexicon.vocabulary import default, load

    own = register_of(register, url)
    return default() if own is None else load(own)


Database = Annotated[
    str,
    typer.Option(
        "--db",
        envvar="CAPTIONS_DB",
        callback=_or_setting("database", database_of),
        metavar="PATH|URL",
        help="The database to use.",
        show_default=True,
    ),
]
Agencies = Annotated[
    Path | None,
    typer.Option(
        "--agencies",
        callback=_or_setting("agencies"),
        metavar="FILE",
        help="Your register of agencies and staff (TOML).",
    ),
]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to this file instead of stdout.")
]
Delimiter = Annotated[
    Separator | None,
    typer.Option(
        "--delimiter",
        help="What separates the cells of CSV: a semicolon for spreadsheets that write 1,5.  [default: ,]",
        show_default=False,
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace the output file even if it is not an earlier report.")
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", callback=one_or_more, metavar="N", help="Show at most N rows; totals stay complete."),
]
Since = Annotated[
    date | None, typer.Option("--since", parser=first_day, metavar="DATE", help="Only uses on or after this date.")
]
Until = Annotated[
    date | None, typer.Option("--until", parser=last_day, metavar="DATE", help="Only uses on or before this date.")
]
Period = Annotated[
    str | None,
    typer.Option("--period", metavar="PERIOD", help="Only uses in this month (2025-07), quarter (2025-Q3) or year."),
]
Agency = Annotated[
    str | None,
    typer.Option(
        "--agency", metavar="NAME", help="Only credit lines that name this agency.", autocompletion=completion.supplier
    ),
]
Supplier = Annotated[
    str | None,
    typer.Option(
        "--supplier", metavar="NAME", help="Only pictures from this supplier.", autocompletion=completion.supplier
    ),
]
Creator = Annotated[
    str | None,
    typer.Option("--creator", metavar="NAME", help="Only pictures by this creator.", autocompletion=completion.creator),
]
Publication = Annotated[
    str | None,
    typer.Option(
        "--publication", metavar="NAME", help="Only uses in this publication.", autocompletion=completion.publication
    ),
]
_TERRITORY_HELP = "Check the rights for this territory."
Territory = Annotated[
    str | None,
    typer.Option("--territory", callback=_one_territory, metavar="CODE", help=_TERRITORY_HELP),
]
AuditTerritory = Annotated[
    str | None,
    typer.Option(
        "--territory", callback=_or_setting("territory", _one_territory), metavar="CODE", help=_TERRITORY_HELP
    ),
]
"""The territory of an audit, which ``captions.toml`` can set."""
AuditScope = Annotated[
    IntendedScope | None,
    typer.Option(
        "--for",
        callback=_or_setting("scope", lambda value: None if value is None else IntendedScope(value)),
        help="Check this scope: agreements, and restrictions, which are errors for syndication.",
    ),
]
"""The scope of an audit, which ``captions.toml`` can set."""
Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        callback=_or_setting("baseline"),
        metavar="FILE",
        help="Only findings that an earlier audit (its JSON) does not list.",
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; stored with your name.")]
RequiredReason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why; stored with your name.", show_default=False)
]
Who = Annotated[str | None, typer.Option("--who", metavar="NAME", help="Who made this decision.  [default: $USER]")]
ListingFormat = Annotated[Listing, typer.Option("--format", help="Output format.")]
FORMAT_HELP = "Output format.  [default: by the extension of the output file, else table]"
FileFormat = Annotated[Listing | None, typer.Option("--format", help=FORMAT_HELP, show_default=False)]
ShapeFormat = Annotated[Shape, typer.Option("--format", help="Output format.")]
TimeLimit = Annotated[
    float, typer.Option("--time-limit", min=0.01, metavar="SECONDS", help="Skip an article that takes longer.")
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="PART=FIELD,...",
        help="Read a part of the article from a field of your own: text, html, url, headline, published, publication, "
        "language or id; or of its pictures: caption, credit, creator, agency, copyright, terms or image.",
    ),
]
Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders or archives; - for stdin.")]
