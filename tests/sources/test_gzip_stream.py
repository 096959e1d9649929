"""Decompress gzip files with damaged members: the intact ones are read, and the damage is reported."""

from __future__ import annotations

import gzip
import io
import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captions.sources import Source, Unread, source
from captions.sources.formats import read_file
from captions.sources.gzip_stream import unpacked
from captions.sources.source import Expansion, Options, UnreadableError
from tests.support import formats as f
from tests.support.depth import examples

SIZES = st.sampled_from([0, 1, 500, 70_000, 1_500_000])


@cache
def member(size: int, at: int) -> tuple[bytes, bytes]:
    """Return the data of a member, and the member."""
    plain = random.Random(at).randbytes(size // 4).hex().encode() * 2  # noqa: S311 - repeatable, no secret
    return plain, gzip.compress(plain, 1)


def members(sizes: list[int]) -> tuple[list[bytes], list[bytes]]:
    """Return the data of some members, and the members."""
    both = [member(size, at) for at, size in enumerate(sizes)]
    return [plain for plain, _ in both], [packed for _, packed in both]


def read(data: bytes) -> tuple[bytes, str | None]:
    """Return what can be decompressed, and the error at the end."""
    stream, found = unpacked(io.BytesIO(data), Expansion(), is_outermost=True), []
    try:
        while piece := stream.read1(100_000):  # type: ignore[attr-defined] # a BufferedReader
            found.append(piece)
    except UnreadableError as error:
        return b"".join(found), str(error)
    return b"".join(found), None


@settings(deadline=None, max_examples=examples(15))
@given(st.lists(SIZES, min_size=1, max_size=4), st.integers(0, 600))
def test_members_of_any_size_are_read(sizes: list[int], padding: int) -> None:
    plain, packed = members(sizes)
    assert read(b"".join(packed) + bytes(padding)) == (b"".join(plain), None)


@settings(deadline=None)
@given(st.lists(st.sampled_from([1, 500, 70_000]), min_size=2, max_size=4), st.data())
def test_a_damaged_member_costs_only_itself(sizes: list[int], data: st.DataObject) -> None:
    plain, packed = members(sizes)
    bad = data.draw(st.integers(0, len(packed) - 2))
    place = data.draw(st.integers(10, len(packed[bad]) - 1))
    damaged = bytearray(packed[bad])
    damaged[place] ^= data.draw(st.integers(1, 255))
    found, error = read(b"".join([*packed[:bad], bytes(damaged), *packed[bad + 1 :]]))
    if error is None:  # a field that does not matter
        assert found == b"".join(plain)
    else:
        assert found == b"".join([*plain[:bad], *plain[bad + 1 :]])
        assert error == "broken gzip file; its intact parts were read"


def test_what_comes_before_the_end_of_a_cut_file_is_read() -> None:
    (plain,), (packed,) = members([70_000])
    found, error = read(packed[:-5000])
    assert plain.startswith(found)
    assert len(found) > 50_000
    assert error == "broken gzip file"


def test_many_places_that_look_like_members_take_few_steps() -> None:
    steps = 0

    class Counted(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            nonlocal steps
            steps += 1
            return super().read(size)

    fake = b"\x1f\x8b\x08\0" + bytes(6) + b"\x00\xff\xff\x00\x00"
    with pytest.raises(UnreadableError, match="broken gzip file"):
        unpacked(Counted(fake * 400_000), Expansion(), is_outermost=True).read()
    assert steps < 5000


@pytest.mark.parametrize("form", ["jsonl", "warc"])
def test_the_articles_of_intact_members_are_read(form: str) -> None:
    packed = [
        gzip.compress(
            f.jsonl({**f.RECORD, "url": f"{f.URL}/{n}"})
            if form == "jsonl"
            else f.warc_record(f"{f.URL}/{n}", "text/html", f.PAGE.encode())
        )
        for n in range(5)
    ]
    packed[2] = packed[2][:200] + bytes(40) + packed[2][240:]
    found = list(read_file(io.BytesIO(b"".join(packed)), "a.gz", Options()))
    assert [item.name.rpartition("/")[2] for item in found if isinstance(item, Source)] == ["0", "1", "3", "4"]
    assert found[-1] == Unread("a.gz", "broken gzip file; its intact parts were read")


# --- bombs


BOMBS = {
    "a.jsonl.gz": gzip.compress(f.jsonl(f.RECORD) * 20_000),
    "many.zip": f.zipped({f"{n}.html": f.PAGE.encode() + b" " * 700_000 for n in range(40)}),
    "packed.zip": f.zipped({f"{n}.html.gz": gzip.compress(f.PAGE.encode() + b" " * 700_000) for n in range(40)}),
    "many.tar.gz": gzip.compress(f.tarred({f"{n}.html": f.PAGE.encode() + b" " * 700_000 for n in range(40)})),
}


@pytest.mark.parametrize("name", BOMBS)
def test_the_total_size_of_a_file_is_limited(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LARGEST", 1_000_000)
    steps = 0

    class Counted(Expansion):
        def grew(self, size: int) -> None:
            nonlocal steps
            steps += size
            super().grew(size)

    found = list(read_file(io.BytesIO(BOMBS[name]), name, Options(expansion=Counted())))
    (*_, last) = found
    assert isinstance(last, Unread)
    assert last == Unread(name, "possible bomb: it unpacks to far more data than text would")
    assert steps < 12_000_000


def test_members_that_share_data_are_refused() -> None:
    one = f.zipped({"a.html": f.PAGE.encode(), "b.html": f.PAGE.encode()})
    at = one.rindex(b"PK\x01\x02")
    twice = one[: at + 42] + bytes(4) + one[at + 46 :]  # the second entry points to the data of the first
    assert list(read_file(io.BytesIO(twice), "a.zip", Options())) == [
        Unread("a.zip", "possible bomb: files in the archive share the same data")
    ]
