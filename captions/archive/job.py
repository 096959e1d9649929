"""The command line that the jobs for Spark and Dask share."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from captions.archive.folder import ArchiveFolder
from captions.archive.reading import ReadSettings
from captions.archive.shards import Shard, find_shards
from captions.errors import CaptionsError
from captions.processes.limits import Limits
from captions.sources.records import parse_map

BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class Job:
    """What a job is to do: the shards that it reads, how, and the options of its engine."""

    shards: list[Shard]
    settings: ReadSettings
    engine: argparse.Namespace
    missing: int = 0
    """The number of paths that cannot be read."""


def parser_of(engine: str, help_text: str) -> argparse.ArgumentParser:
    """Return a parser with the arguments of every job."""
    parser = argparse.ArgumentParser(prog=f"python -m captions.archive.{engine}", description=help_text)
    parser.add_argument("input", nargs="+", help="files, folders, or a list of files named *.paths or *.paths.gz")
    parser.add_argument("output", type=Path, help="the folder for the Parquet files")
    parser.add_argument("--prefix", type=Path, metavar="FOLDER", help="where the files of a list are")
    parser.add_argument("--by-month", action="store_true", help="divide the articles into folders by month")
    parser.add_argument("--agencies", type=Path, metavar="FILE", help="your register of agencies and staff (TOML)")
    parser.add_argument("--map", action="append", default=[], metavar="PART=FIELD,...", help="name other fields")
    parser.add_argument("--time-limit", type=float, default=Limits().seconds, metavar="SECONDS", help="for one page")
    return parser


def job_of(options: argparse.Namespace) -> Job:
    """Return the job that the arguments describe, and report what it cannot read."""
    shards, failed = find_shards(options.input, options.prefix)
    for failure in failed:
        report(f"not read: {failure.name}: {failure.reason}")
    register = options.agencies.absolute() if options.agencies else None
    if register is not None and not register.is_file():
        raise CaptionsError(f"cannot read {options.agencies}; check the path")
    folder = ArchiveFolder(options.output.absolute(), options.by_month)
    settings = ReadSettings(folder, register, parse_map(options.map), Limits(options.time_limit))
    return Job(shards, settings, options, len(failed))


def run(parser: argparse.ArgumentParser, arguments: Sequence[str] | None, work: Callable[[Job], int]) -> int:
    """Run a job and return its exit code; an error becomes one line."""
    try:
        job = job_of(parser.parse_args(arguments))
        return work(job) or (BAD_INPUT if job.missing else 0)
    except CaptionsError as error:
        report(str(error))
    except KeyboardInterrupt:
        report("interrupted")
        return 130
    except Exception as error:  # of the engine: no Java, no cluster, a full disk
        if os.environ.get("CAPTIONS_TRACEBACK"):
            raise
        reason = next(iter(str(error).strip().splitlines()), "")[:200]
        report(f"{type(error).__name__}: {reason}; for details, set CAPTIONS_TRACEBACK=1")
    return BAD_INPUT


def needs(package: str, extra: str) -> None:
    """Raise CaptionsError if the package of an engine is not installed."""
    if find_spec(package) is None:
        raise CaptionsError(f"{package} is not installed; install it with: pip install 'captions[{extra}]'")


def report(message: str) -> None:
    """Write a message to stderr."""
    sys.stderr.write(f"captions: {message}\n")
