"""The kinds that can be read, in the order in which they are asked for; the kind is told by content, not by ending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from captions.decoding import what_binary
from captions.sources import archives, feeds, files, json_records, newsml, nitf, tables, warc, xml_stream
from captions.sources.source import Options, Read, Reader, Unread, UnreadableError
from captions.sources.streams import GZIP, unpacked, with_head

# A page packed in a packed archive; what is packed more often is no archive but a trap.
_PACKED = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its name, how its first bytes tell it, and how it is read."""

    name: str
    tells: Callable[[bytes, Options], bool]
    read: Reader


def _is_root(*names: str) -> Callable[[bytes, Options], bool]:
    return lambda head, _: xml_stream.root_of(head) in names


def _refuse(stream: BinaryIO, name: str, options: Options) -> Read:
    head, _ = with_head(stream)
    raise UnreadableError(f"not a text file: {what_binary(head)}")


def _refuse_xml(stream: BinaryIO, name: str, options: Options) -> Read:
    head, _ = with_head(stream)
    raise UnreadableError(f"XML of a kind that is not read: its root is {(xml_stream.root_of(head) or '')[:40]}")


KINDS = (
    Kind("ZIP", lambda head, _: head.startswith(archives.ZIP), archives.read_zip),
    Kind("TAR", lambda head, _: archives.is_tar(head), archives.read_tar),
    Kind("WARC", lambda head, _: head.startswith((b"WARC/1.", b"WARC/0.")), warc.read_warc),
    Kind("Parquet", lambda head, _: head.startswith(b"PAR1"), tables.read_parquet),
    Kind("binary", lambda head, _: what_binary(head) is not None, _refuse),
    Kind("MHTML", lambda head, _: files.is_mhtml(head), files.read_mhtml),
    Kind("HTML", lambda head, _: files.is_html(head), files.read_page),
    Kind("RSS or Atom", _is_root("rss", "feed", "RDF"), feeds.read_feed),
    Kind("NITF", _is_root("nitf"), nitf.read_nitf),
    Kind("NewsML-G2", _is_root("newsMessage", "newsItem"), newsml.read_newsml),
    Kind("XML", lambda head, _: xml_stream.is_declared(head), _refuse_xml),
    Kind("JSON", lambda head, _: json_records.is_json(head), json_records.read_json),
    Kind("CSV", lambda head, options: tables.delimiter_of(head, options) is not None, tables.read_csv),
    Kind("text", lambda head, _: True, files.read_text),
)


def read_stream(stream: BinaryIO, name: str, options: Options) -> Read:
    """All articles in a stream; what cannot be read of it comes out as Unread, and nothing is raised for it."""
    try:
        head, stream = with_head(stream)
        for _ in range(_PACKED):
            if head.startswith(GZIP):
                head, stream = with_head(unpacked(stream))
        if not head:
            raise UnreadableError("an empty file")
        if head.startswith(GZIP):
            raise UnreadableError("a gzip file in gzip files")
        kind = next(kind for kind in KINDS if kind.tells(head, options))
        yield from kind.read(stream, name, options)
    except UnreadableError as error:
        yield Unread(name, str(error))


def read_file(stream: BinaryIO, name: str, names: tuple[tuple[str, str], ...]) -> Read:
    """The same of a file that may be an archive."""
    yield from read_stream(stream, name, replace(Options(names), inner=read_stream))
