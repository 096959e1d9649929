"""Read each member of a ZIP or TAR as a separate file, within limits, without writing anything to disk."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from typing import BinaryIO

from captions.sources.paths import is_readable_name
from captions.sources.source import POSSIBLE_BOMB, Options, Read, Reader, Unread, UnreadableError, is_bomb
from captions.sources.streams import buffered, seekable

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError, OSError)
# In bytes: the header before each member's data, without its name.
_LOCAL_HEADER = 30


def is_tar(head: bytes) -> bool:
    """Return whether ``head`` is the beginning of a TAR file."""
    return head[257:262] == b"ustar"


def read_zip(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read the members of a ZIP in stored order, or the records of a web archive (WACZ)."""
    read = _inner(options)
    with ExitStack() as stack:
        file = stack.enter_context(seekable(stream))
        try:
            archive = stack.enter_context(zipfile.ZipFile(file))
        except _BROKEN:
            raise UnreadableError("broken ZIP archive") from None
        members = [info for info in archive.infolist() if not info.is_dir()]
        if any(info.filename in _OFFICE for info in members[:3]):
            raise UnreadableError("not a text file: an office document, an e-book or a program")
        if _overlap(members):
            raise UnreadableError("possible bomb: files in the archive share the same data")
        is_web = any(info.filename == "datapackage.json" for info in members)
        count = 0
        for info in members:
            if not _is_wanted(info.filename) or (is_web and not info.filename.startswith("archive/")):
                continue
            count += 1
            member = f"{name}!{info.filename}"
            if options.wants(member):
                yield from _of_zip(archive, info, read, member, options)
    if not count:
        raise UnreadableError("no readable file in this archive")


def _overlap(members: list[zipfile.ZipInfo]) -> bool:
    """Return whether a member begins before the end of another, so that the same bytes unpack many times."""
    placed = sorted(members, key=lambda info: info.header_offset)
    return any(
        info.header_offset + _LOCAL_HEADER + len(info.filename) + info.compress_size > after.header_offset
        for info, after in pairwise(placed)
    )


def _of_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, read: Reader, name: str, options: Options) -> Read:
    if info.flag_bits & 1:
        yield Unread(name, "password-protected")
    elif is_bomb(info.compress_size, info.file_size):
        yield Unread(name, POSSIBLE_BOMB)
    else:
        try:
            member = archive.open(info)
        except (*_BROKEN, RuntimeError):
            yield Unread(name, "broken file in a ZIP archive")
            return
        with member:
            expansion = options.expansion
            expansion.read(0 if options.packed else info.compress_size)
            fetch = _checked(member.read, "broken file in a ZIP archive", expansion.grew)
            yield from read(buffered(fetch), name, options.of_member(packed=True))


def _checked(
    read: Callable[[int], bytes], reason: str, grew: Callable[[int], None] = lambda _: None
) -> Callable[[int], bytes]:
    """Return a function that reads a member and reports its growth; it raises UnreadableError if the data is broken."""

    def fetch(size: int) -> bytes:
        try:
            data = read(size)
        except (*_BROKEN, tarfile.TarError):
            raise UnreadableError(reason) from None
        grew(len(data))
        return data

    return fetch


def read_tar(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read the members of a TAR in one pass."""
    read = _inner(options)
    count = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for info in archive:
                vars(archive)["members"].clear()  # otherwise memory grows with every member
                if not info.isfile() or not _is_wanted(info.name):
                    continue
                count += 1
                member = f"{name}!{info.name}"
                data = archive.extractfile(info) if options.wants(member) else None
                if data is not None:
                    fetch = _checked(data.read, "broken file in a TAR archive")
                    yield from read(buffered(fetch), member, options.of_member(packed=False))
    except (tarfile.TarError, EOFError):
        raise UnreadableError("broken TAR archive" + ("; the files before it were read" if count else "")) from None
    if not count:
        raise UnreadableError("no readable file in this archive")


def _is_wanted(name: str) -> bool:
    """Return whether to read a member: not if it or its folder is hidden, nor if macOS added it."""
    parts = name.split("/")
    return is_readable_name(name) and not any(part.startswith((".", "__MACOSX")) for part in parts[:-1] if part != ".")


def _inner(options: Options) -> Reader:
    """Return the reader for members; raise UnreadableError for an archive inside an archive."""
    if options.inner is None:
        raise UnreadableError("nested archive: unpack the outer archive first")
    return options.inner
