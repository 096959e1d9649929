"""Identify how articles are read: the program's version, its tables and the newsroom's register."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

from captions import __version__


def fingerprint(register: Path | None = None) -> str:
    """Return a digest of the tables and the program version; if it changes, articles are read again."""
    digest = hashlib.blake2b(digest_size=16)
    tables = (file for file in (files("captions") / "data").iterdir() if file.is_file())
    for table in sorted(tables, key=lambda file: file.name):
        digest.update(table.read_bytes())
    if register is not None:
        digest.update(register.read_bytes())
    digest.update(__version__.encode())
    return digest.hexdigest()


def parser_version(fingerprint: str) -> str:
    """Return the version of the parser, which includes its tables and the newsroom's register: ``0.1.0+9f2c...``."""
    return f"{__version__}+{fingerprint[:12]}"
