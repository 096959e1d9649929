"""``captions waive``: set findings aside, with a reason and an optional end date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import completion
from captions.cli import options as o
from captions.cli.default_command import DEFAULT, DefaultCommand, DefaultGroup
from captions.cli.inputs import known_agency, opened_store, sheet_rows, user_name
from captions.cli.output import UNDONE, count, decision_row, note, numbered, write_decisions
from captions.errors import CaptionsError
from captions.report import Column, Row

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from captions.audit.waivers import Waiver
    from captions.files.csv_input import SheetRow
    from captions.lexicon.vocabulary import Vocabulary

app = typer.Typer(cls=DefaultGroup, help="Set findings aside, with a reason.", rich_markup_mode=None)
_TABLE = (
    Column("id", "No.", number=True),
    Column("code", "Code"),
    Column("of", "Applies to", wide=True, cut=120),
    Column("reason", "Reason", wide=True, cut=80),
    Column("who", "Who"),
    Column("until", "Until"),
    Column("recorded", "Recorded"),
    Column("state", "State"),
)
_DATA = (
    *(column for column in _TABLE if column.key in ("id", "state", "code")),
    Column("supplier", "Supplier"),
    Column("line", "Credit line"),
    Column("source", "Article"),
    Column("caption_digest", "Caption (digest)"),
    *(column for column in _TABLE if column.key in ("until", "reason", "who", "recorded")),
    *UNDONE,
)
Code = Annotated[
    str | None,
    typer.Argument(
        metavar="CODE",
        help="The code of the findings, such as CR104.",
        autocompletion=completion.codes,
        show_default=False,
    ),
]
OfSupplier = Annotated[
    str | None,
    typer.Option(
        "--supplier", metavar="NAME", help="Findings about this supplier.", autocompletion=completion.supplier
    ),
]
OfLine = Annotated[
    str | None, typer.Option("--line", metavar="LINE", help="Findings about this credit line, as printed.")
]
OfSource = Annotated[
    list[str],
    typer.Option(
        "--source", metavar="FILE", help="Findings about this article: its name or the last part of it; repeatable."
    ),
]
OfUse = Annotated[
    list[int],
    typer.Option("--use", metavar="N", help="The finding about this use (its number in the audit's CSV); repeatable."),
]
AuditFile = Annotated[
    Path | None, typer.Option("--from", metavar="CSV", help="All findings in a file written by `captions audit`.")
]
EndDate = Annotated[
    date | None,
    typer.Option("--until", parser=o.last_day, metavar="DATE", help="The last day of the waiver.  [default: no end]"),
]
Number = Annotated[int, typer.Argument(metavar="N", help="The number of the waiver.")]

_Narrowed = tuple["Waiver", str, int | None]
"""A waiver, the description of its limits, and its only use."""


@app.command(DEFAULT, cls=DefaultCommand, hidden=True)
def waive(
    code: Code = None,
    supplier: OfSupplier = None,
    line: OfLine = None,
    source: OfSource = [],  # noqa: B006 - typer copies it
    use: OfUse = [],  # noqa: B006 - typer copies it
    from_: AuditFile = None,
    reason: o.Reason = "",
    until: EndDate = None,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Set aside findings with one code about a supplier, a credit line, an article or a use.

    If several are given, a finding must match all of them. A waiver that no finding matches is not recorded.
    --from waives all findings in the file, or, if you add a column reason, only those with a reason; a column until
    has the last day.

    \b
    Examples:
      captions waive CR104 --line Handout --reason "free for the press"
      captions waive CR306 --supplier AFP --until 2026-12-31 --reason "not sold"
      captions audit --format csv -o audit.csv
      captions waive --from audit.csv --reason "before our time"
      captions waive list
      captions waive undo 3 --reason "they sent a letter"
    """
    from captions.audit import waivers

    _check_options(code, from_, (supplier, line) != (None, None), source, use)
    rows = None if from_ is None else sheet_rows(from_, ("code",))
    has_reasons = rows is not None and waivers.has_reasons(rows)
    if has_reasons and reason:
        raise typer.BadParameter("the file has a column reason, so omit --reason")
    why, by = "" if has_reasons else o.required(reason, "--reason"), user_name(who)
    if until is not None and until < _today():
        raise CaptionsError(f"{until} is in the past, so this waives nothing; choose a later --until, or omit it")
    words = o.words(agencies, db_url)
    if from_ is not None and rows is not None:
        _waive_listed(from_, rows, until, why, by, words, db_url)
        return
    waiver = waivers.Waiver(
        waivers.code_of(code or ""),
        supplier=None if supplier is None else known_agency(supplier, words),
        line=None if line is None else " ".join(line.split()),
        until=until,
        reason=why,
        who=by,
    )
    with opened_store(db_url) as engine:
        articles: Sequence[str | None] = source or [None]
        uses: Sequence[int | None] = use or [None]
        each = [_narrowed(engine, waiver, name, number) for name in articles for number in uses]
        narrowed = _that_match(engine, each, words) if len(each) > 1 else each
        _waive(engine, [it for it, _, _ in narrowed], words, ", ".join(limits for _, limits, _ in narrowed))


def _check_options(
    code: str | None, from_: Path | None, has_party: bool, source: Sequence[str], use: Sequence[int]
) -> None:
    """Refuse options that contradict each other, or that name no finding."""
    if (code is None) == (from_ is None):
        raise typer.BadParameter("give either a code or --from")
    has_limits = has_party or bool(source or use)
    if source and use and len(source) + len(use) > 2:
        raise typer.BadParameter("name several articles or several uses, not both")
    if from_ is not None and has_limits:
        raise typer.BadParameter("--from cannot be combined with --supplier, --line, --source or --use")
    if from_ is None and not has_limits:
        raise typer.BadParameter("give --supplier, --line, --source or --use")


def _waive_listed(
    file: Path, rows: Sequence[SheetRow], until: date | None, reason: str, who: str, words: Vocabulary, url: str
) -> None:
    """Waive the findings in a file that the audit wrote."""
    from captions.audit import waivers

    with opened_store(url) as engine:
        given = waivers.waivers_from(engine, rows, until, reason, who, today=_today())
        if rows and not given:
            raise CaptionsError(f"{file}: no row has a reason, so nothing is waived; fill the column reason")
        _waive(engine, given, words, f"listed in {file}")


def _narrowed(engine: Engine, waiver: Waiver, source: str | None, use: int | None) -> _Narrowed:
    """Narrow a waiver to an article and a use; return it with a description of its limits, and the use."""
    from captions.audit import waivers

    if source is not None:
        name, of_place = waivers.named_source(engine, source)
        waiver, use = replace(waiver, source=name), use or of_place
    if use is not None:
        waiver = waivers.of_use(engine, waiver, use)
    given = {"supplier": waiver.supplier, "line": waiver.line, "article": waiver.source, "use": use}
    return waiver, "of " + ", ".join(f"{name} {value}" for name, value in given.items() if value is not None), use


def _that_match(engine: Engine, narrowed: Sequence[_Narrowed], words: Vocabulary) -> Sequence[_Narrowed]:
    """Return the waivers that set a finding aside, and say which do not; if none does, return all."""
    from captions.audit import waivers

    found = []
    for waiver, limits, use in narrowed:
        if waivers.matching(engine, [waiver], words, _today(), use) or waivers.is_waived(engine, waiver):
            found.append((waiver, limits, use))
        else:
            note(f"no open {waiver.code} finding {limits}, so it is not waived")
    return found or narrowed


def _waive(engine: Engine, given: Sequence[Waiver], words: Vocabulary, limits: str) -> None:
    """Record waivers that set findings aside, and say how many; CaptionsError if they set nothing aside."""
    from captions.audit import waivers

    found = waivers.matching(engine, given, words, _today())
    code = given[0].code if len({waiver.code for waiver in given}) == 1 else ""
    if not found and not all(waivers.is_waived(engine, waiver) for waiver in given):
        of_code = f"{code} finding" if code else "finding"
        remedy = f"captions audit --code {code}" if code else "captions audit"
        raise CaptionsError(f"no open {of_code} {limits}, so nothing is waived; see: {remedy}")
    results = waivers.waive(engine, given)
    new = [result.id for result in results if result.new]
    if len(new) < len(results):
        note(f"already waived: {len(results) - len(new)}")
    findings = count(found, f"{code} finding".strip())
    typer.echo(f"waived {findings}: {numbered('waiver', new)}" if new else "waived nothing")


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Include waivers that have expired or were undone.")] = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """List the waivers in force today, or all that were ever recorded.

    \b
    Example:
      captions waive list --all --format csv
    """

    from captions.audit import waivers

    with opened_store(db_url) as engine:
        rows = [_row(waiver, state) for waiver, state in waivers.waivers(engine, _today())]
    write_decisions("waivers", _TABLE, _DATA, rows, form, limit, every=every)


@app.command()
def undo(
    number: Number,
    reason: o.RequiredReason,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Undo a waiver; its findings are reported again.

    \b
    Example:
      captions waive undo 3 --reason "they sent a letter"
    """

    from captions.audit import waivers

    with opened_store(db_url) as engine:
        waivers.undo_waiver(engine, number, user_name(who), o.required(reason, "--reason"))
    typer.echo(f"undid waiver {number}")


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def _row(waiver: Waiver, state: str) -> Row:
    caption = None if waiver.caption_digest is None else "a caption" if waiver.caption_digest else "no caption"
    of = {"supplier": waiver.supplier, "line": waiver.line, "article": waiver.source, "use": caption}
    return {
        "id": waiver.id,
        "code": waiver.code,
        "of": "; ".join(f"{name}: {value}" for name, value in of.items() if value is not None),
        "supplier": waiver.supplier,
        "line": waiver.line,
        "source": waiver.source,
        "caption_digest": waiver.caption_digest,
        "until": waiver.until,
        **decision_row(waiver, state),
    }
