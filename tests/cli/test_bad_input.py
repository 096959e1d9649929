"""Read bad input as the design requires, row by row, for plain text."""

from __future__ import annotations

import codecs
import gzip
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import captions_db as db
import pytest

from captions import parse_html
from captions.decoding import decode, what_binary
from captions.sources import SUFFIXES, source
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from tests.conftest import Run

TEXT = "Möwen am Pier\n\nEs regnete den ganzen Tag.\n\nMöwen sitzen auf dem Geländer am Pier. (Foto: Jörg Müller/dpa)\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))


def captions_in(run: Run, path: str) -> tuple[list[str], list[str]]:
    """Return the captions and notes of an article."""
    (article,) = json.loads(run("parse", path).out)["articles"]
    return [caption["text"] for caption in article["captions"]], article["notes"]


# --- not UTF-8, BOM, NUL bytes


@pytest.mark.parametrize(
    ("data", "notes"),
    [
        (TEXT.encode(), []),
        (codecs.BOM_UTF8 + TEXT.encode(), []),
        (TEXT.encode("cp1252"), ["read as windows-1252"]),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), []),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), []),
        (TEXT.replace("\n", "\r\n").encode(), []),
        (TEXT.replace("ganzen", "gan\0zen").encode(), ["1 NUL byte left out"]),
        (
            TEXT.replace("Tag", "T~g").encode().replace(b"~", b"\xff"),
            ["1 character could not be decoded as UTF-8 and was replaced"],
        ),
    ],
)
def test_a_text_is_decoded_as_a_browser_would(run: Run, tmp_path: Path, data: bytes, notes: list[str]) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert captions_in(run, "a.txt") == (["Möwen sitzen auf dem Geländer am Pier."], notes)
    assert "Es regnete den" in run("clean", "a.txt").out
    assert "\0" not in run("clean", "a.txt").out


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"caf\xe9 \x80", "café €"),
        (b"\x81\x8d\x8f\x90\x9d\xe9", "\x81\x8d\x8f\x90\x9dé"),
        (codecs.BOM_UTF16_LE + b"a\0b", "a\ufffd"),
        ("ÄÖÜäöü".encode() + b"\xff", "ÄÖÜäöü\ufffd"),
        (b"", ""),
    ],
)
def test_bytes_that_are_not_utf8(data: bytes, text: str) -> None:
    assert decode(data)[0] == text


# --- empty, no article, binary


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "an empty file"),
        (b" \n\t\n", "no article in it: not one letter"),
        (b"12 - 34\n", "no article in it: not one letter"),
        (codecs.BOM_UTF8, "no article in it: not one letter"),
        (PNG, "not a text file: a PNG picture"),
        (b"%PDF-1.7\nall of it ASCII", "not a text file: a PDF"),
        (b"PK\x03\x04word/document.xml", "broken ZIP archive"),
        (b"text" + bytes(500), "not a text file: binary data, with NUL bytes"),
        (b"text\x01\x02\x03" * 50, "not a text file: binary data"),
        (TEXT.encode("utf-16-le"), "not a text file: binary data, with NUL bytes"),
    ],
)
def test_unreadable_input_is_reported_and_skipped(run: Run, tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "bad.txt").write_bytes(data)
    (tmp_path / "good.txt").write_text(TEXT, encoding="utf-8")
    ran = run("ingest", "bad.txt", "good.txt")
    assert ran.code == 0
    assert ran.out.startswith("read 1, new 1, changed 0, unchanged 0, failed 1;")
    assert ran.err == f"not read: bad.txt: {reason}\n"
    findings = json.loads(run("audit", "--format", "json", "--code", "CR901").out)["findings"]
    assert [(f["source"], f["message"]) for f in findings] == [("bad.txt", reason)]
    cleaned = run("clean", "bad.txt")
    assert (cleaned.code, cleaned.out, cleaned.err) == (2, "", f"captions: bad.txt: {reason}\n")


def test_a_text_in_utf16_is_not_binary() -> None:
    assert what_binary(codecs.BOM_UTF16_LE + "abc".encode("utf-16-le")) is None


def test_nothing_is_not_binary() -> None:
    assert what_binary(b"") is None
    assert parse_html(b"").notes == ()


def test_nothing_readable_at_all_exits_with_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").touch()
    ran = run("ingest", "in")
    assert (ran.code, ran.err) == (
        2,
        f"not read: in: no readable file in this folder: no {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}\n",
    )


def test_a_missing_path_exits_with_2_and_the_rest_is_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    ran = run("ingest", "nosuch.txt", "a.txt")
    assert (ran.code, ran.err) == (2, "not read: nosuch.txt: no such file or folder\n")
    assert ran.out.startswith("read 1, new 1")
    assert "nosuch" not in run("audit").out


def test_a_broken_link_in_a_folder_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").symlink_to(tmp_path / "gone.txt")
    assert run("parse", "in").err == "not read: in/a.txt: deleted before it could be read, or a broken link\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_missing_permission_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "closed").mkdir(mode=0)
    ran = run("parse", "a.txt", "closed")
    assert ran.err.splitlines() == [
        "not read: a.txt: permission denied",
        "not read: closed: permission denied for this folder",
    ]


def test_a_pipe_in_a_folder_is_not_waited_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in" / "pipe.txt")
    assert run("parse", "in").code == 2


def test_a_packed_file_that_is_broken_or_a_bomb(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LARGEST", 1024 * 1024)
    (tmp_path / "broken.txt.gz").write_bytes(gzip.compress(TEXT.encode())[:-20])
    (tmp_path / "no.txt.gz").write_bytes(b"text")  # recognized by its content, not its name
    (tmp_path / "bomb.txt.gz").write_bytes(gzip.compress(b"A wet dog. " * 2_000_000))
    assert run("parse", ".").err.splitlines() == [
        "not read: bomb.txt.gz: larger than 1 MB: not a single article",
        "not read: broken.txt.gz: broken gzip file",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
def test_a_file_name_that_is_not_utf8(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    name = os.fsencode(tmp_path / "in") + b"/a\xff\x1b[31m.txt"
    with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123 - a name of bytes
        file.write(TEXT)
    assert run("ingest", "in").out.startswith("read 1, new 1")
    for form in ("table", "csv", "json", "html"):
        assert "\x1b" not in run("audit", "--format", form).out
    assert run("ingest", "in").out.startswith("read 1, new 0, changed 0, unchanged 1")


# --- active characters


def test_nothing_in_a_caption_is_active_anywhere(run: Run, tmp_path: Path) -> None:
    evil = '=cmd()|"calc" <script>alert(1)</script> \x1b[31mred \u202edlo\u202c \x9b2J a man at the pier'
    text = f"Rain again\n\nIt rained\x1b[2J.\n\n{evil}. (photo credit: =HYPERLINK(1) <b>/\x1b[1mReuters)\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "b.txt").write_text(f"Rain\n\nIt rained.\n\n{evil}. (photo credit: dpa)\n", encoding="utf-8")
    runs = [run("ingest", "a.txt", "b.txt")]
    runs += [run("audit", "--format", form) for form in ("table", "csv", "json", "html")]
    runs += [run("find", "pier", "--format", form) for form in ("table", "csv", "json")]
    runs += [run("usage", "--by", "creator", "--by", "agency", "--format", form) for form in ("table", "csv", "json")]
    runs += [run("audit", "--format", form) for form in ("markdown", "sarif")]
    runs += [run("parse", "a.txt"), run("clean", "a.txt"), run("credit", evil), run("credit", "--explain", evil)]
    assert "pier" in runs[1].out + runs[5].out
    for ran in runs:
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", ran.out + ran.err)
    for ran in runs[1:10]:
        assert "\u202e" not in ran.out
    # The page's own script, which its policy allows by digest.
    assert runs[4].out.count("<script") == 1
    assert "<script>alert" not in runs[4].out
    for ran in (runs[2], runs[6]):
        assert not re.search(r'(?m)(?:^|,)"?[=+@-]', ran.out)


# --- the database


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


READERS = [["audit"], ["usage"], ["find", "x"], ["db", "info"], ["db", "check"], ["db", "upgrade"]]


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_a_missing_database_is_reported_and_not_created(run: Run, tmp_path: Path, command: list[str]) -> None:
    ran = run(*command)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "captions: no database at captions.db; run: captions ingest PATH\n"
    assert files(tmp_path) == {}


@pytest.mark.parametrize("command", [*READERS, ["ingest", "a.txt"]], ids=" ".join)
@pytest.mark.parametrize("kind", ["text", "other", "folder", "newer", "scheme"])
def test_a_file_that_is_not_a_store_is_reported_and_unchanged(
    run: Run, tmp_path: Path, command: list[str], kind: str
) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    place = tmp_path / "x.db"
    if kind == "text":
        place.write_text("no database, but long enough to look like one to a hasty program", encoding="utf-8")
    elif kind == "folder":
        place.mkdir()
    elif kind == "scheme":
        place = Path("mysql:/")
    else:
        if kind == "newer":
            db.open_store(str(place), create=True).dispose()
        with sqlite3.connect(place) as other:
            other.execute(
                "CREATE TABLE other (x)" if kind == "other" else "UPDATE alembic_version SET version_num='9999'"
            )
        other.close()
    before = files(tmp_path)
    ran = run(*command, "--db", "mysql://host/x" if kind == "scheme" else place)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("captions: ")
    assert files(tmp_path) == before


def test_a_locked_database_is_reported(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert run("ingest", "a.txt").code == 0
    waits = db.open_store.__kwdefaults__
    assert waits is not None
    monkeypatch.setitem(waits, "busy_timeout", 0.05)
    with sqlite3.connect(tmp_path / "captions.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        ran = run("ingest", "a.txt")
    other.close()
    assert ran.code == 2
    assert "captions.db is locked by another program" in ran.err
    assert ran.err.count("\n") == 1


def test_a_file_that_cannot_be_written_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    for place in ("no/such/folder.txt", "."):
        ran = run("clean", "a.txt", "-o", place)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


# --- killed in the middle, two at once


def many(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:04}.txt").write_text(f"{TEXT}\nNumber {number}.\n", encoding="utf-8")


def start(*arguments: str | Path, cwd: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "captions", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603


def stored(path: Path) -> int:
    if not path.exists():
        return 0
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            return int(connection.execute("SELECT count(*) FROM article").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.OperationalError:  # the tables do not exist yet
        return 0


def test_a_killed_ingest_leaves_whole_batches_and_the_next_goes_on(run: Run, tmp_path: Path) -> None:
    many(tmp_path / "in", 450)
    os.mkfifo(tmp_path / "last.txt")  # everything before it is stored, then the program waits here
    running = start("ingest", "in", "last.txt", cwd=tmp_path)
    end = time.monotonic() + 60
    while stored(tmp_path / "captions.db") < 400 and time.monotonic() < end and running.poll() is None:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    whole = stored(tmp_path / "captions.db")
    assert whole in (400, 450)  # the first batch, or both: the signal may come late
    assert run("db", "check").out == f"captions.db passed all checks: {whole} uses\n"
    ran = run("ingest", "in")
    assert ran.out.startswith(f"read 450, new {450 - whole}, changed 0, unchanged {whole}, failed 0")
    assert run("db", "check").out == "captions.db passed all checks: 450 uses\n"


def test_two_ingests_at_once_store_nothing_twice(run: Run, tmp_path: Path) -> None:
    many(tmp_path / "in", 60)
    both = [start("ingest", "in", cwd=tmp_path) for _ in range(2)]
    runs = [running.communicate(timeout=60) for running in both]
    assert [running.returncode for running in both] == [0, 0], runs
    counts = [int(re.search(r"new (\d+)", out)[1]) for out, _ in runs]  # type: ignore[index]
    assert sum(counts) == 60
    assert run("db", "check").out == "captions.db passed all checks: 60 uses\n"
