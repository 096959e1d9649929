"""Recognize a file's format by its content, not by its name, and read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from captions.decoding import what_binary
from captions.errors import failure_reason
from captions.sources import (
    archives,
    feeds,
    files,
    json_records,
    markdown,
    newsml,
    newsml1,
    nitf,
    tables,
    warc,
    xml_stream,
)
from captions.sources.gzip_stream import GZIP, unpacked
from captions.sources.paths import is_page_name
from captions.sources.source import BombError, MemberPlaces, Options, Read, Reader, Unread, UnreadableError
from captions.sources.streams import with_head, without_repeated_bom

# A compressed page in a compressed archive is normal; deeper nesting is an attack.
_PACKED = 2


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A file format: its name, a test of its first bytes, and its reader."""

    name: str
    matches: Callable[[bytes, Options], bool]
    read: Reader


def _is_root(*names: str) -> Callable[[bytes, Options], bool]:
    return lambda head, _: xml_stream.root_of(head) in names


def _refuse(stream: BinaryIO, name: str, options: Options) -> Read:
    head, _ = with_head(stream)
    raise UnreadableError(f"not a text file: {what_binary(head)}")


def _refuse_xml(stream: BinaryIO, name: str, options: Options) -> Read:
    head, _ = with_head(stream)
    raise UnreadableError(f"unsupported XML: its root element is {(xml_stream.root_of(head) or '')[:40]}")


PAGE = FileFormat("HTML", lambda head, _: files.is_html(head), files.read_page)
# The first match wins.
FORMATS = (
    FileFormat("ZIP", lambda head, _: head.startswith(archives.ZIP), archives.read_zip),
    FileFormat("TAR", lambda head, _: archives.is_tar(head), archives.read_tar),
    FileFormat("WARC", lambda head, _: head.startswith((b"WARC/1.", b"WARC/0.")), warc.read_warc),
    FileFormat("Parquet", lambda head, _: head.startswith(b"PAR1"), tables.read_parquet),
    FileFormat("binary", lambda head, _: what_binary(head) is not None, _refuse),
    FileFormat("MHTML", lambda head, _: files.is_mhtml(head), files.read_mhtml),
    PAGE,
    FileFormat("RSS or Atom", _is_root("rss", "feed", "RDF"), feeds.read_feed),
    FileFormat("NITF", _is_root("nitf"), nitf.read_nitf),
    FileFormat("NewsML-G2", _is_root("newsMessage", "newsItem"), newsml.read_newsml),
    FileFormat("NewsML 1", _is_root("NewsML"), newsml1.read_newsml1),
    FileFormat("XML", lambda head, _: xml_stream.is_declared(head), _refuse_xml),
    FileFormat("JSON", lambda head, _: json_records.is_json(head), json_records.read_json),
    FileFormat("CSV", lambda head, options: tables.delimiter_of(head, options) is not None, tables.read_csv),
    FileFormat("Markdown", lambda head, _: markdown.is_markdown(head), markdown.read_markdown),
    FileFormat("text", lambda head, _: True, files.read_text),
)


def read_stream(stream: BinaryIO, name: str, options: Options) -> Read:
    """Yield all articles in a stream, and an Unread for each part that cannot be read; never raise for bad input.

    Every exception of a reader passes through here, whatever library it comes from.
    """
    form = "a file"
    try:
        head, stream, options = _unpacked(stream, options)
        format_ = _format_of(head, name, options)
        form = format_.name
        yield from format_.read(stream, name, options)
    except BombError as error:
        if options.inner is None:
            raise  # the archive that contains this file has grown too much
        yield Unread(name, str(error))
    except UnreadableError as error:
        yield Unread(name, str(error))
    except BaseException as error:
        reason = failure_reason(error)
        if reason is None:
            raise
        yield Unread(name, f"cannot be read as {form}: {reason}")


def _unpacked(stream: BinaryIO, options: Options) -> tuple[bytes, BinaryIO, Options]:
    """Decompress a stream, and return its first bytes, all of it, and the options for reading it."""
    head, stream = with_head(stream)
    for _ in range(_PACKED):
        if head.startswith(GZIP):
            members = MemberPlaces()
            head, stream = with_head(unpacked(stream, options.expansion, members, is_outermost=not options.packed))
            options = replace(options, packed=True, members=members)
    if not head:
        raise UnreadableError("an empty file")
    if head.startswith(GZIP):
        raise UnreadableError("compressed too often: a gzip file inside gzip files")
    return *without_repeated_bom(head, stream), options


def _format_of(head: bytes, name: str, options: Options) -> FileFormat:
    """Return the format of a file; its name counts only if the content could be any text."""
    found = next(each for each in FORMATS if each.matches(head, options))
    return PAGE if found is FORMATS[-1] and is_page_name(name) and files.may_be_page(head) else found


def read_file(stream: BinaryIO, name: str, options: Options) -> Read:
    """Yield the articles of a file that may be an archive; see :func:`read_stream`."""
    yield from read_stream(stream, name, replace(options, inner=read_stream))
