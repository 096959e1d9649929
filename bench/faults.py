"""Disturb ingests, and compare every row of the database with that of an undisturbed run.

``python -m bench.faults 200`` kills that many ingests, and tries two at once, a full disk, a read-only disk and a
folder that vanishes; a second number is that of the articles. The tests run a few of each.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import corpus, figures

Rows = dict[str, list[tuple[object, ...]]]
# Every table without the row numbers that the database assigned.
QUERIES = {
    "article": "SELECT identity, source, rank, url, headline, publication, published, language, text FROM article",
    "place": """SELECT p.source, a.identity, p.content_hash, p.digest, p.content_key, p.rank, p.outdated FROM place p
        JOIN article a ON a.id = p.article_id""",
    "caption": "SELECT digest, match_key, text, search_text FROM caption",
    "party": "SELECT name, kind, name_key FROM party",
    "party_alias": "SELECT p.name, p.kind, a.alias, a.alias_key FROM party_alias a JOIN party p ON p.id = a.party_id",
    "credit": """SELECT c.line_digest, c.line, p.name, c.qualifiers, c.restrictions, c.copyright_notice, c.license,
        c.license_url, c.licensor_url, c.rule, c.confidence, c.version, c.reading, c.search_text
        FROM credit c LEFT JOIN party p ON p.id = c.supplier_id""",
    "credit_party": """SELECT c.line_digest, cp.role, cp.place, p.name, p.kind FROM credit_party cp
        JOIN credit c ON c.id = cp.credit_id JOIN party p ON p.id = cp.party_id""",
    "use": """SELECT a.source, u.position, ca.digest, c.line_digest, t.line_digest, u.occurrences, u.places, u.used_on,
        u.publication, u.rule, s.name FROM use u JOIN article a ON a.id = u.article_id
        LEFT JOIN party s ON s.id = u.supplier_id
        LEFT JOIN caption ca ON ca.id = u.caption_id LEFT JOIN credit c ON c.id = u.credit_id
        LEFT JOIN credit t ON t.id = u.structured_credit_id""",
    "use_image": """SELECT a.source, u.position, i.place, i.address FROM use_image i
        JOIN use u ON u.id = i.use_id JOIN article a ON a.id = u.article_id""",
    "uses_by_agency": """SELECT a.name, s.name, c.month, c.publication, c.uses FROM uses_by_agency c
        LEFT JOIN party a ON a.id = c.agency_id LEFT JOIN party s ON s.id = c.supplier_id""",
    "uses_by_creator_and_month": """SELECT p.name, c.month, c.uses FROM uses_by_creator_and_month c
        LEFT JOIN party p ON p.id = c.creator_id""",
    # A killed run may have listed a failure before, so duplicates are ignored.
    "ingest_failure": "SELECT DISTINCT source, reason FROM ingest_failure",
}


def rows(database: Path) -> Rows:
    """Return all rows of a store, sorted. Raise AssertionError if SQLite finds damage."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchone() is None
        return {name: sorted(connection.execute(query), key=repr) for name, query in QUERIES.items()}


def archive(folder: Path, count: int) -> None:
    """Write ``count`` articles in files of several formats, and some files that cannot be read."""
    folder.mkdir(parents=True)
    texts = corpus.articles(count * 3 // 4, 1500)
    third = len(texts) // 3
    for n, text in enumerate(texts[:third]):
        (folder / f"{n:05}.txt").write_text(text, encoding="utf-8")
    records = [json.dumps({"id": str(n), "text": text}) for n, text in enumerate(texts[third : 2 * third])]
    (folder / "records.jsonl").write_text("\n".join([*records, '{"broken', ""]), encoding="utf-8")
    with zipfile.ZipFile(folder / "packed.zip", "w") as packed:
        for n, text in enumerate(texts[2 * third :]):
            packed.writestr(f"{n:05}.txt", text)
    for n, text in enumerate(corpus.articles(count - len(texts), 1500, seed=8)):
        caption, _, body = text.partition("\n\n")
        page = (
            f"<html><body><article><h1>{caption}</h1><p>{'</p><p>'.join(body.splitlines())}</p></article></body></html>"
        )
        (folder / f"{n:05}.html.gz").write_bytes(gzip.compress(page.encode()))
    (folder / "empty.txt").touch()
    (folder / "binary.txt").write_bytes(b"\x89PNG\r\n\x1a\n" * 20)


def start(database: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    """Start ``captions ingest`` on the archive, the folder ``in``."""
    command = [sys.executable, "-m", "captions", "ingest", *map(str, arguments or ["in"]), "--db", str(database)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(corpus.ROOT), str(corpus.ROOT / "db")))}
    return subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=Path.cwd(), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(database: Path, *arguments: str | Path) -> str:
    """Run an ingest to its end and return its output."""
    running = start(database, *arguments)
    out, err = running.communicate(timeout=600)
    assert running.returncode == 0, err
    return out


def workers(pid: int) -> list[int]:
    """Return the child processes of a process."""
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    return []


def killed(database: Path, rng: random.Random, longest: float, *, worker: bool) -> None:
    """Start an ingest and kill it or its workers after a while, unless it ends sooner."""
    running = start(database, "in", "--jobs", "2")
    time.sleep(rng.uniform(0, longest))
    for pid in workers(running.pid) if worker else [running.pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    running.communicate(timeout=600)
    if worker:
        assert running.returncode == 0


def killed_often(database: Path, rng: random.Random, longest: float) -> None:
    """Kill up to three runs."""
    for _ in range(rng.randint(1, 3)):
        killed(database, rng, longest, worker=rng.random() < 0.25)


def two_at_once(database: Path, rng: random.Random, longest: float) -> None:
    """Run two ingests of the same archive, one a little later than the other."""
    first = start(database)
    time.sleep(rng.uniform(0, longest / 2))
    second = start(database)
    for running in (first, second):
        _, err = running.communicate(timeout=600)
        assert running.returncode == 0, err


def vanishing(database: Path, rng: random.Random, longest: float) -> None:
    """Move the archive away during an ingest, and move it back."""
    running = start(database)
    time.sleep(rng.uniform(0, longest))
    Path("in").rename("away")
    running.communicate(timeout=600)
    Path("away").rename("in")


@contextlib.contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """Mount a disk of this size, which needs root."""
    with tempfile.TemporaryDirectory() as folder:
        _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)  # noqa: S603, S607


def full_disk(expected: Rows, rng: random.Random, size: int) -> None:
    """Fill the disk during an ingest, then enlarge it; ``size`` is what the whole store takes, in KB."""
    with small_disk(f"{rng.randint(100, size * 3 // 4)}k") as disk:
        running = start(disk / "x.db")
        _, err = running.communicate(timeout=600)
        assert running.returncode == 2, (running.returncode, err)
        assert err.count("\n") == 1 and "disk" in err, err
        _mount("-o", "remount,size=200m", str(disk))
        finished(disk / "x.db")
        _same(rows(disk / "x.db"), expected)


def read_only(expected: Rows, rng: random.Random, longest: float) -> None:
    """Make the disk read-only after an interrupted ingest, then writable again."""
    with small_disk("200m") as disk:
        killed(disk / "x.db", rng, longest, worker=False)
        _mount("-o", "remount,ro", str(disk))
        running = start(disk / "x.db")
        _, err = running.communicate(timeout=600)
        assert running.returncode == 2, (running.returncode, err)
        assert err.count("\n") == 1, err
        _mount("-o", "remount,rw", str(disk))
        finished(disk / "x.db")
        _same(rows(disk / "x.db"), expected)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)  # noqa: S603, S607


def can_mount() -> bool:
    """Return whether disks can be mounted here."""
    try:
        with small_disk("100k"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def _same(found: Rows, expected: Rows) -> None:
    for name, wanted in expected.items():
        assert found[name] == wanted, f"{name}: {len(found[name])} rows, expected {len(wanted)}, or the rows differ"


def undisturbed(folder: Path) -> tuple[Rows, float]:
    """Return the rows of an undisturbed run, and how long it took."""
    begun = time.monotonic()
    finished(folder / "expected.db")
    return rows(folder / "expected.db"), time.monotonic() - begun


def same_after(disturb: Callable[[Path], None], expected: Rows, folder: Path) -> None:
    """Disturb an ingest, run it again to its end, and raise AssertionError if rows differ."""
    place = folder / "disturbed"
    place.mkdir()
    try:
        disturb(place / "x.db")
        finished(place / "x.db")
        _same(rows(place / "x.db"), expected)
    finally:
        shutil.rmtree(place)


def run(runs: int, count: int = 600) -> Iterator[figures.Row]:
    """Disturb this many ingests; yield how many ended with the rows of an undisturbed one."""
    rng = random.Random(7)  # noqa: S311 - repeatable, no secret
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        folder = Path(name)
        archive(folder / "in", count)
        expected, longest = undisturbed(folder)
        size = (folder / "expected.db").stat().st_size // 1024
        yield figures.Row(f"undisturbed, {sum(map(len, expected.values())):,} rows", longest, "s")
        kinds: tuple[tuple[str, int, Callable[[], None]], ...] = (
            ("killed ingests", runs, lambda: same_after(lambda to: killed_often(to, rng, longest), expected, folder)),
            (
                "two ingests at once",
                runs // 20,
                lambda: same_after(lambda to: two_at_once(to, rng, longest), expected, folder),
            ),
            (
                "a vanished folder",
                runs // 20,
                lambda: same_after(lambda to: vanishing(to, rng, longest), expected, folder),
            ),
            ("a full disk", runs // 20 if can_mount() else 0, lambda: full_disk(expected, rng, size)),
            ("a read-only disk", runs // 20 if can_mount() else 0, lambda: read_only(expected, rng, longest)),
        )
        for kind, times, disturb in kinds:
            good = 0
            for n in range(1, times + 1):
                try:
                    disturb()
                    good += 1
                except AssertionError as error:
                    print(f"{kind}: {error}", file=sys.stderr)
                if n % 10 == 0 and n < times:
                    print(f"{kind}: {good} of {n} so far", file=sys.stderr)
            if times:
                yield figures.Row(f"same rows after {kind}", good, "runs", "all", times, least=1)


if __name__ == "__main__":
    figures.show([("faults", run(*map(int, sys.argv[1:3] or ["200"])))])
