"""Read archives with a member that hangs, crashes or eats memory: it costs only itself."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest

from captions.cli import main
from captions.ingest.reading import ReaderProcess
from captions.processes.limits import Limits, stop_step, waiting
from captions.sources import InputFile, Source, Unread, find, formats
from captions.sources.formats import FileFormat
from captions.sources.source import Options, Read
from tests.support import formats as f

if TYPE_CHECKING:
    from tests.conftest import Run, Write

LIMIT = ["--time-limit", "3"]
LIMITS = Limits(seconds=3)
MARK = b"#HOSTILE "
# What reading a member does, and the reason reported.
DEADLY = {
    "hang": "took longer than 3 seconds; raise --time-limit",
    "crash": "crashed the program (SIGTRAP)",
    "memory": "needs more than 1536 MB of memory",
}
COUNT, BAD = 250, 120
NAMES = [f"{number:03}.txt" for number in range(COUNT)]


def read_hostile(stream: BinaryIO, name: str, options: Options) -> Read:
    """Do what a member says, as a bug in a reader would."""
    what = stream.read().removeprefix(MARK).decode()
    while what == "hang":
        time.sleep(60)
    if what == "crash":
        os.kill(os.getpid(), signal.SIGTRAP)  # pytest reports other signals at length
    yield Unread(name, str(len(bytearray(1 << 40))))


@pytest.fixture(autouse=True)
def hostile_format(monkeypatch: pytest.MonkeyPatch) -> None:
    row = FileFormat("hostile", lambda head, _: head.startswith(MARK), read_hostile)
    monkeypatch.setattr(formats, "FORMATS", (row, *formats.FORMATS))


def members(what: str, bad: int = BAD) -> dict[str, bytes]:
    texts = {name: f"{f.CAPTION} (Photo: {f.CREDIT})\n\n{f.TEXT}\n\n{name}\n".encode() for name in NAMES}
    return {**texts, NAMES[bad]: MARK + what.encode()}


ARCHIVES: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "a.zip": f.zipped,
    "a.tar": f.tarred,
    "a.tgz": lambda files: f.tarred(files, "w:gz"),
}


@pytest.mark.parametrize(
    ("what", "archive", "bad"),
    [
        *((what, archive, BAD) for what in DEADLY for archive in ARCHIVES),
        *(("crash", "a.tgz", bad) for bad in (0, 3, COUNT - 1)),
    ],
)
def test_a_deadly_member_costs_only_itself(
    run: Run, tmp_path: Path, what: str, archive: str, bad: int, write: Write
) -> None:
    (tmp_path / archive).write_bytes(ARCHIVES[archive](members(what, bad)))
    write(tmp_path / "z.txt")
    ran = run("ingest", archive, "z.txt", *LIMIT)
    assert ran.out.startswith("read 250, new 250, changed 0, unchanged 0, failed 1;")
    assert ran.err == f"not read: {archive}!{NAMES[bad]}: {DEADLY[what]}\n"
    assert run("ingest", archive, *LIMIT).out.startswith("read 249, new 0, changed 0, unchanged 249")


@pytest.mark.parametrize(
    ("what", "archive"), [*(("crash", archive) for archive in ARCHIVES), ("hang", "a.tgz"), ("memory", "a.tgz")]
)
@pytest.mark.parametrize("command", ["ingest", "parse"])
def test_a_deadly_member_on_standard_input_costs_only_itself(run: Run, what: str, archive: str, command: str) -> None:
    ran = run(command, "-", *LIMIT, stdin=ARCHIVES[archive](members(what)))
    assert ran.err == f"not read: -!{NAMES[BAD]}: {DEADLY[what]}\n"
    if command == "ingest":
        assert ran.out.startswith("read 249, new 249")
    else:
        assert len(json.loads(ran.out)["articles"]) == 249


@pytest.mark.parametrize("what", DEADLY)
def test_parse_and_clean_go_on_after_a_deadly_file(run: Run, write: Write, tmp_path: Path, what: str) -> None:
    for name in ("a", "c"):
        write(tmp_path / "in" / f"{name}.txt")
    (tmp_path / "in" / "b.txt").write_bytes(MARK + what.encode())
    (tmp_path / "in" / "d.zip").write_bytes(f.zipped({"1.txt": MARK + what.encode(), "2.txt": f.PLAIN.encode()}))
    reasons = [f"not read: in/{name}: {DEADLY[what]}\n" for name in ("b.txt", "d.zip!1.txt")]
    ran = run("parse", "in", *LIMIT)
    assert (ran.code, ran.err) == (0, "".join(reasons))
    names = [article["source"] for article in json.loads(ran.out)["articles"]]
    assert names == ["in/a.txt", "in/c.txt", "in/d.zip!2.txt"]
    ran = run("clean", "in", "-o", "out", *LIMIT)
    assert (ran.code, ran.err) == (0, "".join(reasons) + "cleaned 3, failed 2; written to out\n")
    ran = run("clean", "in/b.txt", *LIMIT)
    assert (ran.code, ran.err) == (2, f"captions: in/b.txt: {DEADLY[what]}\n")


# --- what kills the work on an article


def work(source: Source) -> str:
    """Return the text of an article; a text with a mark kills the process."""
    if MARK.decode() in source.text:
        os.kill(os.getpid(), signal.SIGTRAP)
    return source.text


def record(number: int, text: str = "It rained.") -> bytes:
    return f.jsonl({"id": str(number), "text": f"{text} {number}"})


RECORDS = b"".join(record(n, MARK.decode() if n in (0, 7, 8, 19) else "It rained.") for n in range(20))
DEADLY_FILES = {
    "a.jsonl": RECORDS,
    "a.jsonl.gz": gzip.compress(RECORDS),
    "a.zip": f.zipped({"1.jsonl": record(100), "2.jsonl": RECORDS, "3.jsonl": record(101)}),
    "a.tar": f.tarred({"1.jsonl": record(100), "2.jsonl": RECORDS, "3.jsonl": record(101)}),
}


@pytest.mark.parametrize("channel", ["file", "standard input"])
@pytest.mark.parametrize("name", DEADLY_FILES)
def test_a_deadly_article_costs_only_itself(
    name: str, channel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    path.write_bytes(DEADLY_FILES[name])
    with path.open("rb") as stream, ReaderProcess(LIMITS, work=work) as reader:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        entry = InputFile("a", path, path.stat().st_size) if channel == "file" else InputFile("-", None)
        found = [item.result for item in reader.read(entry)]
    failed = [item for item in found if isinstance(item, Unread)]
    read = [item for item in found if isinstance(item, str)]
    is_archive = "jsonl" not in name
    assert [item.name.rpartition("#")[2] for item in failed] == ["0", "7", "8", "19"]
    assert {item.reason for item in failed} == {"crashed the program (SIGTRAP)"}
    numbers = [n for n in range(20) if n not in (0, 7, 8, 19)]
    assert [int(text.split()[-1]) for text in read] == ([100, *numbers, 101] if is_archive else numbers)


def test_waiting_stops_the_clock() -> None:
    signal.setitimer(signal.ITIMER_REAL, 1000)
    try:
        with waiting():
            assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    finally:
        stop_step()


def test_a_pipe_is_read_while_it_is_written(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    (entry,) = find([str(tmp_path / "a.jsonl")])
    assert isinstance(entry, InputFile)
    proceed = threading.Event()

    def write() -> None:
        with (tmp_path / "a.jsonl").open("wb", buffering=0) as pipe:
            pipe.write(b"".join(record(n, "It rained. " * 1000) for n in range(20)))
            proceed.wait()
            pipe.write(record(20))

    thread = threading.Thread(target=write)
    thread.start()
    with ReaderProcess[Source](LIMITS) as reader:
        found = reader.read(entry)
        assert isinstance(next(found).result, Source)
        proceed.set()
        assert [isinstance(item.result, Source) for item in found] == [True] * 20
    thread.join()


def test_standard_input_takes_no_space_unless_it_is_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").write_bytes(b"".join(record(n, "It rained. " * 1000) for n in range(300)))
    sizes = []
    with copies(monkeypatch) as made, (tmp_path / "in").open("rb") as stream, ReaderProcess[Source](LIMITS) as reader:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        for number, _ in enumerate(reader.read(InputFile("-", None))):
            if number in (100, 200):
                sizes.append(os.fstat(made[0].fileno()).st_size)
    assert sizes == [0, 0]


@contextmanager
def copies(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BinaryIO]]:
    """Yield the temporary files that are made."""
    import tempfile

    made: list[BinaryIO] = []
    make = tempfile.TemporaryFile

    def temporary_file() -> BinaryIO:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", temporary_file)
    yield made


def test_closed_standard_input_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["parse", "-"]) == 2
