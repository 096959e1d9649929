"""Let each reader raise each exception: the file becomes one failure, and the others are read."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import pytest

from captions import sources
from captions.errors import failure_reason
from captions.sources import formats
from captions.sources.source import Options, Read, Reader, Unread
from tests.support import formats as f

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write


class PanicException(BaseException):
    """The failure of a library written in Rust, which is no Exception."""


EXCEPTIONS: dict[str, tuple[BaseException, str]] = {
    "ValueError": (ValueError("year 0 is\nout of range"), "ValueError: year 0 is out of range"),
    "UnicodeDecodeError": (
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
    "OverflowError": (OverflowError("date value out of range"), "OverflowError: date value out of range"),
    "RecursionError": (RecursionError("maximum recursion depth exceeded"), "nested too deep"),
    "KeyError": (KeyError("x"), "KeyError: 'x'"),
    "AssertionError": (AssertionError(), "AssertionError"),
    "struct.error": (struct.error("unpack requires 4 bytes"), "error: unpack requires 4 bytes"),
    "zlib.error": (zlib.error("Error -3"), "error: Error -3"),
    "EOFError": (EOFError(), "EOFError"),
    "OSError": (OSError(5, "Input/output error"), "Input/output error"),
    "panic": (PanicException("called `unwrap()` on an `Err`"), "PanicException: called `unwrap()` on an `Err`"),
}
# A file of each format; the format of one that is refused has no reader that could fail.
FILES = {
    "ZIP": f.zipped({"a.html": f.PAGE.encode()}),
    "TAR": f.tarred({"a.html": f.PAGE.encode()}),
    "WARC": f.warc(),
    "Parquet": f.parquet(f.RECORD),
    "MHTML": f.mhtml(),
    "HTML": f.PAGE.encode(),
    "RSS or Atom": f.ATOM,
    "NITF": f.NITF,
    "NewsML-G2": f.NEWSML,
    "NewsML 1": f.NEWSML_1,
    "Markdown": f.MARKDOWN,
    "JSON": f.jsonl(f.RECORD),
    "CSV": f.csv_of({**f.METADATA, "text": f.PLAIN}),
    "text": f.PLAIN.encode(),
}


def fail_at_mark(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Have each reader raise an exception at files whose name begins with ``bad``, after reading some of it."""

    def failing(read: Reader) -> Reader:
        def read_or_fail(stream: BinaryIO, name: str, options: Options) -> Read:
            if name.startswith("in/bad"):
                stream.read(10)
                raise error
            yield from read(stream, name, options)

        return read_or_fail

    monkeypatch.setattr(formats, "FORMATS", tuple(replace(each, read=failing(each.read)) for each in formats.FORMATS))


def test_each_format_is_tested() -> None:
    assert {*FILES, "binary", "XML"} == {each.name for each in formats.FORMATS}


@pytest.mark.parametrize("kind", EXCEPTIONS)
@pytest.mark.parametrize("name", FILES)
def test_any_exception_of_a_reader_is_a_failure_of_its_file(
    name: str, kind: str, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, reason = EXCEPTIONS[kind]
    fail_at_mark(monkeypatch, error)
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "in" / "a.txt")
    (tmp_path / "in" / "bad.txt").write_bytes(FILES[name])
    write(tmp_path / "in" / "c.txt")
    first, bad, last = sources.read_all(["in"])
    assert (first.name, last.name) == ("in/a.txt", "in/c.txt")
    assert bad == Unread("in/bad.txt", f"cannot be read as {name}: {reason}")


@pytest.mark.parametrize("kind", EXCEPTIONS)
@pytest.mark.parametrize("command", ["ingest", "parse", "clean"])
def test_ten_good_files_are_read_and_one_bad_file_is_reported(
    command: str, kind: str, run: Run, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, reason = EXCEPTIONS[kind]
    fail_at_mark(monkeypatch, error)
    for number in range(10):
        write(tmp_path / "in" / f"{number}.txt", f"Number {number}/AFP")
    (tmp_path / "in" / "bad.txt").write_bytes(f.jsonl(f.RECORD))
    ran = run(command, "in", *(["-o", "out"] if command == "clean" else []))
    assert ran.code == 0
    assert f"not read: in/bad.txt: cannot be read as JSON: {reason}\n" in ran.err
    if command == "ingest":
        assert ran.out.startswith("read 10, new 10, changed 0, unchanged 0, failed 1")
        findings = json.loads(run("audit", "--format", "json", "--code", "CR901").out)["findings"]
        assert [finding["source"] for finding in findings] == ["in/bad.txt"]
    elif command == "parse":
        data = json.loads(ran.out)
        assert (len(data["articles"]), len(data["failures"])) == (10, 1)
    else:
        assert "cleaned 10, failed 1" in ran.err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(2), GeneratorExit(), MemoryError()])
def test_what_concerns_the_whole_program_is_no_failure_of_a_file(error: BaseException) -> None:
    assert failure_reason(error) is None
