"""Measure, or compare two measurements.

``python -m bench [--size SIZE] [-o FILE] [NAME ...]`` runs all benchmarks or those named, prints their figures and
writes them to a file. ``python -m bench compare A B`` compares two files.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import archive, audit, desk, embedded, figures, ingest, pages, parse, same, search, start, usage
from bench.figures import Row
from bench.setup import SIZES, Setup, prepared

ALL: dict[str, Callable[[Setup], Iterator[Row]]] = {
    "start": start.run,
    "parse": parse.run,
    "pages": pages.run,
    "ingest": ingest.run,
    "archive": archive.run,
    "embedded": embedded.run,
    "same": same.run,
    "audit": audit.run,
    "usage": usage.run,
    "search": search.run,
    "desk": desk.run,
}


def main(arguments: list[str]) -> int:
    """Run the command; return 2 if the arguments or a file cannot be used."""
    if arguments[:1] == ["compare"]:
        return _compare(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure, and write the figures to a file.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ALL)} (default: all)")
    parser.add_argument("--size", choices=SIZES, default="usual", help="how much to measure (full: an hour or more)")
    parser.add_argument("-o", "--output", type=Path, help="the file (default: build/bench/COMMIT.json)")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in ALL]:
        parser.error(f"unknown benchmark {unknown[0]!r}; choose from {', '.join(ALL)}")
    with prepared(SIZES[options.size]) as setup:
        results = figures.show((name, ALL[name](setup)) for name in options.names or ALL)
    path = options.output or Path("build", "bench", f"{figures.commit()}.json")
    figures.save(results, path)
    print(f"bench: wrote {path}", file=sys.stderr)
    return 0


def _compare(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench compare", description="Compare the figures of two files.")
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    options = parser.parse_args(arguments)
    try:
        figures.compare(options.first, options.second)
    except (OSError, ValueError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
