"""Read each member of a ZIP or TAR as a separate file, within limits, without writing anything to disk."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from typing import BinaryIO

from captions.sources import source
from captions.sources.paths import is_readable_name
from captions.sources.source import GROWTH, Options, Read, Reader, Unread, UnreadableError
from captions.sources.streams import buffered, seekable

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError, OSError)


def is_tar(head: bytes) -> bool:
    """Return whether ``head`` is the beginning of a TAR file."""
    return head[257:262] == b"ustar"


def read_zip(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read the members of a ZIP in stored order, or the records of a web archive (WACZ)."""
    read = _inner(options)
    try:
        archive = zipfile.ZipFile(seekable(stream))
    except _BROKEN:
        raise UnreadableError("broken ZIP archive") from None
    with archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if any(info.filename in _OFFICE for info in members[:3]):
            raise UnreadableError("not a text file: an office document, an e-book or a program")
        web = any(info.filename == "datapackage.json" for info in members)
        count = 0
        for info in members:
            if not _is_wanted(info.filename) or (web and not info.filename.startswith("archive/")):
                continue
            count += 1
            yield from _of_zip(archive, info, read, f"{name}!{info.filename}", options)
    if not count:
        raise UnreadableError("no readable file in this archive")


def _of_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, read: Reader, name: str, options: Options) -> Read:
    if info.flag_bits & 1:
        yield Unread(name, "password-protected")
    elif info.file_size > source.LARGEST and info.file_size > GROWTH * max(info.compress_size, 1):
        yield Unread(name, "possible ZIP bomb: it unpacks to far more data than text would")
    else:
        try:
            with archive.open(info) as member:
                yield from read(buffered(member.read), name, Options(options.names))
        except (*_BROKEN, RuntimeError):
            yield Unread(name, "broken file in a ZIP archive")


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
                member = archive.extractfile(info)
                if member is not None:
                    yield from read(buffered(member.read), f"{name}!{info.name}", Options(options.names))
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
