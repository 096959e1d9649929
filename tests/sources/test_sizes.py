"""Read each format at each size from each channel: a file, a pipe, a gzip file, and a gzip file in a pipe."""

from __future__ import annotations

import gzip
import json
import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from captions.sources.formats import read_file
from captions.sources.source import Options, Source
from tests.support import formats as f

SMALL, LARGE, HUGE = 1_000, 320_000, 10_000_000
PAGE = f.PAGE.encode()


def padding(size: int) -> str:
    """Return text that does not compress well, so that the sizes hold for gzip files too."""
    return random.Random(size).randbytes(max(size, 0) // 2).hex()  # noqa: S311 - repeatable, no secret


def padded_page(size: int) -> bytes:
    return PAGE.replace(b"</body>", f"<!-- {padding(size)} --></body>".encode())


def records(size: int) -> list[dict[str, str]]:
    """Return ten records, or one for the smallest size."""
    count = 1 if size <= SMALL else 10
    part = size // count
    return [{**f.METADATA, "url": f"{f.URL}/{n}", "text": f.PLAIN, "note": padding(part)} for n in range(count)]


def pages(size: int) -> list[bytes]:
    """Return the records of a web archive."""
    count = 1 if size <= SMALL else 10
    return [f.warc_record(f"{f.URL}/{n}", "text/html; charset=utf-8", padded_page(size // count)) for n in range(count)]


def table(size: int, delimiter: str) -> str:
    first, *rest = (f.csv_of(record, delimiter).decode() for record in records(size))
    return first + "".join(row.partition("\r\n")[2] for row in rest)


def xml(size: int) -> bytes:
    items = (f.ITEM.replace(f.URL, f"{f.URL}/{n}") for n in range(1 if size <= SMALL else 10))
    return f.rss("".join(items) + f"<!-- {padding(size)} -->")


FORMATS: dict[str, Callable[[int], bytes]] = {
    "text": lambda size: f.PLAIN.encode() + padding(size).encode(),
    "HTML": padded_page,
    "HTML in UTF-16": lambda size: padded_page(size).decode().encode("utf-16"),
    "MHTML": lambda size: f.mhtml(padded_page(size).decode()),
    "JSON Lines": lambda size: f.jsonl(*records(size)),
    "JSON Lines in UTF-16": lambda size: f.jsonl(*records(size)).decode().encode("utf-16"),
    "JSON": lambda size: json.dumps(records(size)).encode(),
    "JSON in UTF-16": lambda size: json.dumps(records(size)).encode().decode().encode("utf-16"),
    "CSV": lambda size: table(size, ",").encode(),
    "Unicode Text of Excel": lambda size: table(size, "\t").encode("utf-16"),
    "CSV in UTF-16, the other byte order": lambda size: b"\xfe\xff" + table(size, ";").encode("utf-16-be"),
    "RSS": xml,
    "Parquet": lambda size: f.parquet(*records(size)),
    "ZIP": lambda size: f.zipped({f"{n}.html": padded_page(size // 4) for n in range(4)}),
    "TAR": lambda size: f.tarred({f"{n}.html": padded_page(size // 4) for n in range(4)}),
    "WARC": lambda size: b"".join(pages(size)),
    "WARC of gzip members": lambda size: b"".join(map(gzip.compress, pages(size))),
    "WARC in one gzip member": lambda size: gzip.compress(b"".join(pages(size))),
    "WACZ": lambda size: f.zipped(
        {"datapackage.json": b"{}", "archive/a.warc.gz": b"".join(map(gzip.compress, pages(size)))}
    ),
    "WARC in TAR": lambda size: f.tarred({"a.warc.gz": b"".join(map(gzip.compress, pages(size)))}),
}
SINGLE = {"text", "HTML", "HTML in UTF-16", "MHTML"}
SIZES = [(name, size) for name in FORMATS for size in (SMALL, LARGE, *([HUGE] if name.startswith("WA") else []))]


@contextmanager
def opened(data: bytes, channel: str, folder: Path) -> Iterator[BinaryIO]:
    """Open data as a file or a pipe."""
    if "gzip" in channel:
        data = gzip.compress(data, 1)
    if "pipe" not in channel:
        (folder / "a").write_bytes(data)
        with (folder / "a").open("rb") as file:
            yield file
        return
    reader, writer = os.pipe()

    def write() -> None:
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(reader, "rb") as pipe:
        yield pipe
    thread.join()


@pytest.mark.parametrize("channel", ["file", "pipe", "gzip file", "gzip in a pipe"])
@pytest.mark.parametrize(("name", "size"), SIZES)
def test_each_format_is_read_at_each_size_from_each_channel(name: str, size: int, channel: str, tmp_path: Path) -> None:
    expected = 1 if name in SINGLE else 4 if name in ("ZIP", "TAR") else 1 if size == SMALL else 10
    with opened(FORMATS[name](size), channel, tmp_path) as stream:
        found = list(read_file(stream, "a", Options()))
    assert all(isinstance(item, Source) for item in found), found
    assert len(found) == expected
    assert all(f.CAPTION in item.text for item in found if isinstance(item, Source))
