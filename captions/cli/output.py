"""Write results to stdout or a file, and messages to stderr."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar

import typer

from captions import escaping
from captions.cli.options import Listing
from captions.errors import CaptionsError
from captions.files.targets import Targets
from captions.report import Column, Row, write_rows
from captions.text import count as count

if TYPE_CHECKING:
    from captions_db import CorrectionRecord, ForgottenRecord, MergeRecord, WaiverRecord


Form = TypeVar("Form", bound=StrEnum)


def for_report(path: Path | None, inputs: Iterable[str | Path | None] = (), *, overwrite: bool) -> Targets:
    """Return the targets of a command that writes a report to ``path``, which may be stdout.

    A report may replace an earlier report; anything else needs ``overwrite``. Raise CaptionsError, before the work
    begins, if ``path`` must not be written.
    """
    targets = Targets(inputs, overwrite=overwrite, earlier=_is_report)
    if path is not None and not is_stdout(path):
        targets.check(path)
    return targets


def _is_report(path: Path) -> bool:
    from captions.report.earlier import is_report

    return is_report(path)


_EXTENSIONS = {"htm": "html", "md": "markdown", "ndjson": "jsonl"}
"""The extensions of files that differ from the name of their format."""
_OTHERS = {"csv", "html", "json", "jsonl", "parquet", "pdf", "xlsx"}
"""Extensions whose programs cannot open a file in another format."""


def format_of(chosen: Form | None, path: Path | None, default: Form) -> Form:
    """Return the chosen format, else the one that the extension of the output file names, else the default.

    ``report.html`` is HTML, ``report.md`` Markdown, and ``report.txt`` the default. Raise CaptionsError for an
    extension of another format.
    """
    if chosen is not None:
        return chosen
    formats = {form.value: form for form in type(default)}
    return formats.get(extension_of(path, formats), default)


def extension_of(path: Path | None, formats: Collection[str]) -> str:
    """Return the format that a file's extension names; raise CaptionsError for one that the command cannot write."""
    suffix = "" if path is None else path.suffix.lower().removeprefix(".")
    form = _EXTENSIONS.get(suffix, suffix)
    if form in _OTHERS and form not in formats:
        extensions = " or ".join(f".{name}" for name in formats if name != "table")
        raise CaptionsError(f"{path}: this command does not write .{suffix} files; choose {extensions}")
    return form


def is_stdout(path: Path | None) -> bool:
    """Return whether output goes to stdout: without ``-o``, or with ``-o -``."""
    return path is None or str(path) == "-"


@contextmanager
def opened(path: Path | None, targets: Targets, *, for_spreadsheet: bool = False) -> Iterator[TextIO]:
    """Open stdout, or a file that appears only once it is complete.

    A CSV file starts with a BOM, without which Excel reads ``Müller`` as ``MÃ¼ller``; stdout has none, because
    programs read it. Raise CaptionsError if the path must not be written or cannot be.
    """
    if path is None or is_stdout(path):
        yield sys.stdout
        return
    encoding = "utf-8-sig" if for_spreadsheet else "utf-8"
    with targets.replaced(path) as part, part.open("w", encoding=encoding, errors="replace", newline="\n") as stream:
        yield stream


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder, so that only one command at a time changes its files; leave no lock file behind."""
    if sys.platform == "win32":  # Windows cannot lock folders.
        yield
        return
    import fcntl

    with ExitStack() as stack:
        # If the folder is missing or cannot be locked, the write that follows reports it.
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def uncollected() -> Iterator[None]:
    """Turn garbage collection off: a million rows contain no cycles, and looking for them costs a tenth more."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def numbered(kind: str, numbers: Sequence[int]) -> str:
    """Return the numbers of new decisions, by which they are undone: ``waiver 3``, ``waivers 3 to 7``."""
    first, *more = numbers
    if not more:
        return f"{kind} {first}"
    is_run = len(more) > 1 and more[-1] - first == len(more)
    return f"{kind}s {first} to {more[-1]}" if is_run else f"{kind}s {', '.join(map(str, numbers[:-1]))} and {more[-1]}"


def note(message: str) -> None:
    """Print a message on stderr, as one line whatever text of an article it quotes."""
    typer.echo(escaping.line(message), err=True)


def note_limit(listed: int, total: int, *, more: bool = False, on_screen: bool = False, which: str = "") -> None:
    """Say on stderr that a listing was cut by ``--limit``, or to a screenful.

    ``more`` means that there are more than ``total`` rows; ``which`` describes those that are listed.
    """
    if listed < total or more:
        remedy = "use --all" if on_screen else "omit --limit"
        some = f"the {listed} {which}," if which else str(listed)
        note(f"showing {some} of {'more than ' if more else ''}{total}; {remedy} to show all")


def write_text(text: str, stream: TextIO) -> None:
    """Write an article's text; remove terminal control sequences if the stream is a terminal."""
    stream.write(escaping.lines(text) if stream.isatty() else text)


def timestamp(when: datetime | None) -> str | None:
    """Return a time in UTC as ISO 8601 text: ``2026-05-18T09:30:00+00:00``."""
    return None if when is None else when.isoformat(timespec="seconds")


def write_listing(
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    form: Listing,
    limit: int | None,
) -> None:
    """Write at most ``limit`` rows to stdout, with the total in JSON, and say on stderr if some were cut."""
    listed = rows if limit is None else rows[:limit]
    write_rows(name, columns, listed, form.value, sys.stdout, {"total": len(rows)})
    note_limit(len(listed), len(rows))


def write_decisions(
    name: str,
    table: Sequence[Column],
    data: Sequence[Column],
    rows: Iterable[Row],
    form: Listing,
    limit: int | None,
    *,
    every: bool,
) -> None:
    """Write corrections, waivers or merges to stdout: those in force, or with ``every`` all of them.

    ``table`` has the columns of a table, which shows dates without times, and ``data`` those of the other formats.
    """
    chosen = [row for row in rows if every or row["state"] == IN_FORCE]
    if form is Listing.table:
        chosen = [{**row, "recorded": str(row["recorded"])[:10]} for row in chosen]
    write_listing(name, table if form is Listing.table else data, chosen, form, limit)


IN_FORCE = "active"
"""The state of a decision that counts."""
UNDONE = (
    Column("undone", "Undone"),
    Column("undone_by", "Undone by"),
    Column("undone_reason", "Reason for undoing"),
)
"""The columns of data that say who undid a decision, and why."""
UNDONE_IN_TABLE = (
    Column("undone", "Undone", width=10),
    Column("undone_by", "By"),
    Column("undone_reason", "Reason", wide=True),
)
"""The same, as short as a table needs them."""
DECISION = (
    Column("reason", "Reason", wide=True, cut=80),
    Column("who", "Who"),
    Column("recorded", "Recorded"),
    Column("state", "State"),
)
"""The columns of a table that say who made a decision, and why."""


def decision_row(
    decision: CorrectionRecord | WaiverRecord | MergeRecord | ForgottenRecord, state: str | None = None
) -> Row:
    """Return the values of the columns ``DECISION`` and ``UNDONE``; by default, a decision is active until undone."""
    return {
        "reason": decision.reason,
        "who": decision.who,
        "recorded": timestamp(decision.added),
        "state": state or (IN_FORCE if decision.undone is None else "undone"),
        "undone": timestamp(decision.undone),
        "undone_by": decision.undone_by,
        "undone_reason": decision.undone_reason,
    }


def write_facts(title: str, name: str, columns: Sequence[Column], row: Mapping[str, object]) -> None:
    """Write one record to stdout as a table with a row for each fact; leave out those without a value."""
    facts: list[Row] = [{"fact": c.title, "value": row[c.key]} for c in columns if row[c.key]]  # type: ignore[dict-item]
    write_rows("facts", (Column("fact", title), Column("value", name, wide=True)), facts, "table", sys.stdout)
