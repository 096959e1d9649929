"""Run all benchmarks, or those named: ``python -m bench [NAME ...]``."""

from __future__ import annotations

import sys
from collections.abc import Callable

from bench import audit, embedded, ingest, pages, parse, same, search, usage

ALL: dict[str, Callable[[], None]] = {
    "parse": parse.run,
    "pages": pages.run,
    "ingest": ingest.run,
    "audit": audit.run,
    "embedded": embedded.run,
    "same": same.run,
    "usage": usage.run,
    "search": search.run,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; return 2 if a name is unknown."""
    if unknown := [name for name in names if name not in ALL]:
        print(f"bench: unknown benchmark {unknown[0]!r}; choose from {', '.join(ALL)}", file=sys.stderr)
        return 2
    for name in names or ALL:
        ALL[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
