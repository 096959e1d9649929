"""``captions archive``: read archives too large for a database into Parquet files, and count what is in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import archive_usage
from captions.cli import options as o
from captions.cli.output import count, note
from captions.cli.progress import Progress, cores, progress_of
from captions.errors import CaptionsError

if TYPE_CHECKING:
    from captions.archive.reading import ReadSettings
    from captions.archive.shards import Shard

app = typer.Typer(
    help="Read archives too large for a database into Parquet files, and count them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("usage")(archive_usage.usage)

Shards = Annotated[
    list[str],
    typer.Argument(metavar="SHARD", help="Files, folders, or a list of files named *.paths or *.paths.gz."),
]
Output = Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="Write a Parquet file per shard here.")]
Prefix = Annotated[
    Path | None,
    typer.Option("--prefix", metavar="FOLDER", help="Where the files of a list are.  [default: next to the list]"),
]
ByMonth = Annotated[bool, typer.Option("--by-month", help="Divide the articles into folders by month: month=2024-05.")]
Refresh = Annotated[bool, typer.Option("--refresh", help="Read shards again that another version of the program read.")]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, metavar="N", help="Number of shards read at once.  [default: one per core]"),
]


@app.callback()
def _group() -> None:
    pass


@app.command()
def read(
    shards: Shards,
    output: Output,
    prefix: Prefix = None,
    by_month: ByMonth = False,
    refresh: Refresh = False,
    agencies: o.Agencies = None,
    fields: o.Map = None,
    jobs: Jobs = None,
    seconds: o.TimeLimit = 60,
) -> None:
    """Read the pages of many files, and write a Parquet file with the articles of each.

    Reads WARC, WACZ, WET, Parquet, JSON Lines and all other formats of captions ingest, without a database. Each page
    becomes a row: an article with its captions and credits, or the reason why it could not be read.

    A shard that was read to its end is not read again, so after an interruption, run the same command again.

    \b
    Examples:
      captions archive read CC-NEWS-*.warc.gz -o news
      captions archive read warc.paths.gz --prefix /data/cc -o news --by-month
      captions archive read articles.jsonl.gz -o news --refresh
    """
    try:
        import pyarrow  # noqa: F401 - the archive needs it
    except ModuleNotFoundError:
        raise CaptionsError("an archive needs pyarrow: pip install 'captions[archive]'") from None
    from captions.archive.folder import ArchiveFolder
    from captions.archive.reading import ReadSettings, unread_shards
    from captions.archive.shards import find_shards
    from captions.processes.limits import Limits
    from captions.sources.records import parse_map

    o.words(agencies)  # a broken register is reported before the work begins
    folder = ArchiveFolder(output, by_month)
    settings = ReadSettings(folder, o.register_of(agencies), parse_map(fields or []), Limits(seconds))
    found, failed = find_shards(shards, prefix)
    folder.check()
    for failure in failed:
        note(f"not read: {failure.name}: {failure.reason}")
    waiting, outdated = unread_shards(found, settings, refresh=refresh)
    try:
        rows, errors, lost = _read(waiting, settings, jobs or cores())
    except KeyboardInterrupt:
        note("the shards read so far are complete; run the same command again to continue")
        raise
    done = len(found) - len(waiting)
    now = count(len(waiting) - lost, "shard")
    typer.echo(f"{now} read, {done} already read: {count(rows, 'page')}, {errors} failed")
    if outdated:
        note(f"{count(outdated, 'shard')} read by another version of the program; to read them again, pass --refresh")
    if failed or lost:
        raise typer.Exit(2)


def _read(shards: list[Shard], settings: ReadSettings, jobs: int) -> tuple[int, int, int]:
    """Read shards; return the numbers of pages, of those that failed, and of shards that could not be read."""
    from captions.archive.reading import ShardOutcome, read_shards

    rows = errors = lost = 0
    with progress_of(sum(shard.size for shard in shards)) as bar:
        line = _Shown(bar)
        for event in read_shards(shards, settings, jobs):
            if not isinstance(event, ShardOutcome):
                line.update(event.pages, event.size)
            elif event.counts is None:
                lost += 1
                note(f"not read: {event.shard.name}: {event.reason}")
            else:
                rows += event.counts.rows
                errors += event.counts.errors
    return rows, errors, lost


class _Shown:
    """Turn the totals of the readers into the steps of a progress bar."""

    def __init__(self, bar: Progress) -> None:
        self._bar, self._pages, self._size = bar, 0, 0

    def update(self, pages: int, size: int) -> None:
        """Show these totals."""
        self._bar.advance(pages - self._pages, size - self._size)
        self._pages, self._size = pages, size
