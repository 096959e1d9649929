"""Write JSON for other programs: UTF-8, keys in a fixed order, a version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TextIO

import orjson

from captions import escaping
from captions.report.rows import Column, Row, as_data

VERSION = 1
"""Increases when a key is renamed or removed, not when a key is added."""
_PAGE = 1_000


def write(value: Mapping[str, object], stream: TextIO) -> None:
    """Write an object after its version: ``{"findings": []}`` gives ``{"version": 1, "findings": []}``."""
    text = json.dumps({"version": VERSION, **value}, ensure_ascii=False, indent=2)
    stream.write(escaping.json_text(text) + "\n")


def write_listing(head: Mapping[str, object], name: str, rows: Iterable[object], stream: TextIO) -> None:
    """Write an object whose last key is a list, one item at a time, so that a million findings need little memory.

    The bytes are those of ``write({**head, name: [*rows]}, stream)``.
    """
    text = json.dumps({"version": VERSION, **head, name: []}, ensure_ascii=False, indent=2)
    stream.write(escaping.json_text(text.removesuffix("[]\n}")) + "[")
    separator = "\n"
    for row in rows:
        item = json.dumps(row, ensure_ascii=False, indent=2).replace("\n", "\n    ")
        stream.write(f"{separator}    {escaping.json_text(item)}")
        separator = ",\n"
    stream.write("\n  ]\n}\n" if separator != "\n" else "]\n}\n")


def write_lines(head: Mapping[str, object], lists: Mapping[str, Iterable[Row]], stream: TextIO) -> None:
    """Write an object whose last keys are lists of rows, one row per line.

    A program can read a large report line by line, without loading it.
    """
    text = json.dumps({"version": VERSION, **head}, ensure_ascii=False, indent=2)
    stream.write(escaping.json_text(text.removesuffix("\n}")))
    for name, rows in lists.items():
        stream.write(f",\n  {json.dumps(name)}: [")
        separator, rest = "\n", iter(rows)
        while page := list(islice(rest, _PAGE)):
            stream.write(separator)
            stream.write(",\n".join(map(_line, page)))
            separator = ",\n"
        stream.write("\n  ]" if separator != "\n" else "]")
    stream.write("\n}\n")


def _line(row: Row) -> str:
    try:
        text = orjson.dumps(row).decode()
    except orjson.JSONEncodeError:  # a lone surrogate, which UTF-8 cannot encode
        item = {key: as_data(value) for key, value in row.items()}
        text = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
    return f"    {escaping.json_text(text)}"


def objects(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[dict[str, object]]:
    """Return rows as JSON objects, with keys in the order of the columns."""
    return (object_of(columns, row) for row in rows)


def object_of(columns: Sequence[Column], row: Row) -> dict[str, object]:
    """Return a row as a JSON object."""
    return {column.key: as_data(row.get(column.key)) for column in columns}
