"""The shards of an archive, and where each of their pages is."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import pytest

from captions.archive.schema import PAGES
from captions.archive.shards import Shard, ShardCut, find_shards, pages
from captions.errors import CaptionsError
from captions.sources import Unread
from tests.support import formats as f

LARGE = f.PAGE.replace("</body>", "<p>It rained.</p>" * 200_000 + "</body>")
"""A page larger than what is checked before it is passed on."""


def rows(path: Path, **options: Any) -> list[dict[str, Any]]:
    batches = list(pages(Shard(path.name, path), **options))
    assert all(batch.schema == PAGES for batch in batches)
    return [row for batch in batches for row in batch.to_pylist()]


@pytest.mark.parametrize("nested", [False, True], ids=["warc.gz", "wacz"])
def test_a_page_of_a_warc_file_can_be_fetched_by_its_place(tmp_path: Path, nested: bool) -> None:
    bodies = [f.PAGE, LARGE, f.PAGE.replace("ferry", "tram")]
    records = [f.warc_record(f"{f.URL}/{n}", "text/html", body.encode()) for n, body in enumerate(bodies)]
    picture = f.warc_record(f.IMAGE, "image/jpeg", b"\xff\xd8\xff" * 99)
    data = b"".join(gzip.compress(record) for record in (picture, records[0], picture, *records[1:], picture))
    path = tmp_path / "a.warc.gz"
    path.write_bytes(f.zipped({"datapackage.json": b"{}", "archive/a.warc.gz": data}) if nested else data)
    found = rows(path)
    assert [row["number"] for row in found] == [1, 2, 3]
    for row, record, body in zip(found, records, bodies, strict=True):
        assert gzip.decompress(data[row["offset"] : row["offset"] + row["length"]]) == record
        assert row["body"] == body
        assert row["record_id"] == "<urn:uuid:00000000-0000-0000-0000-000000000001>"


def test_a_page_after_a_damaged_one_has_its_place(tmp_path: Path) -> None:
    packed = [gzip.compress(f.warc_record(f"{f.URL}/{n}", "text/html", f.PAGE.encode())) for n in range(3)]
    packed[1] = packed[1][:200] + bytes(8) + packed[1][208:]
    data = b"".join(packed)
    (tmp_path / "a.warc.gz").write_bytes(data)
    found = rows(tmp_path / "a.warc.gz")
    assert [(row["url"], row["offset"]) for row in found[:2]] == [
        (f"{f.URL}/0", 0),
        (f"{f.URL}/2", len(packed[0]) + len(packed[1])),
    ]
    assert "broken" in found[-1]["error"]


def test_a_page_of_an_unpacked_warc_file_has_its_offset(tmp_path: Path) -> None:
    first = f.warc_record(f.IMAGE, "image/jpeg", b"\xff\xd8\xff" * 99)
    (tmp_path / "a.warc").write_bytes(first + f.warc_record(f.URL, "text/html", f.PAGE.encode()))
    (row,) = rows(tmp_path / "a.warc")
    assert (row["offset"], row["length"]) == (len(first), None)


def test_a_wet_file_has_the_texts_of_pages(tmp_path: Path) -> None:
    info = f.wet_record(f.URL, "").replace(b"conversion", b"warcinfo")
    data = info + f.wet_record(f.URL, f.PLAIN) + f.wet_record(f"{f.URL}/2", " \n")
    (tmp_path / "a.warc.wet.gz").write_bytes(gzip.compress(data))
    (shard,), failed = find_shards([str(tmp_path)])
    assert failed == []
    first, second = rows(shard.path)
    assert (first["url"], first["body"], first["is_page"]) == (f.URL, f.PLAIN, False)
    assert second["error"] == "no article in it: not one letter"


def test_a_record_with_a_character_that_cannot_be_encoded_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "1", "text": "Rain \\ud800 again"}\n', encoding="utf-8")
    (row,) = rows(tmp_path / "a.jsonl")
    assert row["body"] == "Rain \ufffd again"


def test_a_shard_can_be_cut_before_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(f.jsonl(*[f.RECORD] * 5))
    found = rows(tmp_path / "a.jsonl", cut=ShardCut(2, "crashed"))
    assert [(row["number"], row["error"]) for row in found] == [(1, None), (2, None), (3, "crashed")]


@pytest.mark.parametrize("name", ["warc.paths", "warc.paths.gz"])
@pytest.mark.parametrize("prefix", [None, "data"])
def test_a_manifest_lists_shards(tmp_path: Path, name: str, prefix: str | None) -> None:
    folder = tmp_path / (prefix or "")
    (folder / "segments").mkdir(parents=True)
    for shard in ("a.jsonl", "b.jsonl"):
        (folder / "segments" / shard).write_bytes(f.jsonl(f.RECORD))
    listed = b"segments/b.jsonl\n\nsegments/a.jsonl\nsegments/b.jsonl\nsegments/gone.jsonl\n"
    (tmp_path / name).write_bytes(gzip.compress(listed) if name.endswith(".gz") else listed)
    found, failed = find_shards([str(tmp_path / name)], folder if prefix else None)
    assert [shard.path.name for shard in found] == ["b.jsonl", "a.jsonl"]
    assert failed == [Unread(str(folder / "segments/gone.jsonl"), "no such file or folder", missing=True)]


@pytest.mark.parametrize(
    "data", [b"\x1f\x8b\x08cut", gzip.compress(b"a\n")[:-9], b"plain"], ids=["no gzip", "cut off", "plain"]
)
def test_a_damaged_manifest_is_one_line(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "warc.paths.gz").write_bytes(data)
    with pytest.raises(CaptionsError, match=r"cannot read the manifest .*; download it again$"):
        find_shards([str(tmp_path / "warc.paths.gz")])


def test_an_archive_is_not_read_from_standard_input() -> None:
    with pytest.raises(CaptionsError, match="- is not a file"):
        find_shards(["-"])


def test_reading_pages_reports_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(f.jsonl(*[{**f.RECORD, "html": f.BODY * 40}] * 50))
    seen: list[tuple[int, int]] = []
    rows(path, step=lambda number, done: seen.append((number, done)))
    assert [number for number, _ in seen] == list(range(51))
    assert [done for _, done in seen] == sorted(done for _, done in seen)
    assert 0 < seen[25][1] <= path.stat().st_size


def test_gzip_in_a_member_that_is_not_a_record_has_no_place(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb") as packed:
        for n in range(2):
            packed.write(f.warc_record(f"{f.URL}/{n}", "text/html", f.PAGE.encode()))
    (tmp_path / "a.warc.gz").write_bytes(buffer.getvalue())
    first, second = rows(tmp_path / "a.warc.gz")
    assert (first["offset"], first["length"]) == (0, len(buffer.getvalue()))
    assert (second["offset"], second["length"]) == (None, None)
