"""Scan a folder of pictures into the store (``captions images scan``), skipping pictures already scanned."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import captions_db as db
from sqlalchemy import Engine

from captions import __version__, embedded
from captions.errors import InputError
from captions.imaging.hashing import bands, hashes
from captions.imaging.stored_metadata import as_json

SUFFIXES = frozenset(
    f".{ending}"
    for ending in ("jpg", "jpeg", "jpe", "png", "gif", "webp", "tif", "tiff", "avif", "heic", "heif", "jp2", "psd")
)
_BATCH = 200
_LARGEST = 1 << 30
_BLOCK = 1 << 20


@dataclass(slots=True)
class Scanned:
    """The result of a scan."""

    new: int = 0
    """Files with a new picture."""
    again: int = 0
    """Files whose content was already stored, under any name."""
    gone: int = 0
    """Files from an earlier scan of this folder that no longer exist."""
    unhashed: int = 0
    """New pictures that could not be decoded or show a single tone; only name and caption identify them."""
    failures: list[tuple[str, str]] = field(default_factory=list)
    """Path and reason."""
    notes: list[tuple[str, str]] = field(default_factory=list)
    """Path, and a problem with a file that was read anyway."""


def scan(engine: Engine, folders: Sequence[str]) -> Scanned:
    """Read the metadata of all pictures in these folders or files, hash them, and store both.

    An unreadable file becomes a failure and the scan continues; a picture that cannot be decoded is stored without
    hashes, with a note. Raise InputError if a path does not exist.
    """
    done = Scanned()
    before = db.image_files(engine)
    seen: set[str] = set()
    batch: dict[str, str] = {}
    for path in files_of(folders):
        name = path.as_posix()
        seen.add(name)
        try:
            batch[name] = _file_hash(path)
        except (OSError, InputError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            done.failures.append((name, f"cannot be read: {reason}" if isinstance(error, OSError) else reason))
        if len(batch) >= _BATCH:
            _store(engine, batch, done)
            batch = {}
    _store(engine, batch, done)
    failed = {name for name, _ in done.failures}
    roots = [Path(folder).as_posix() for folder in folders]
    lost = [
        name for name in before if (name in failed or name not in seen) and any(_is_under(name, root) for root in roots)
    ]
    db.forget_files(engine, lost)
    done.gone = len(set(lost) - failed)
    return done


def _store(engine: Engine, files: dict[str, str], done: Scanned) -> None:
    known = db.known_images(engine, set(files.values()), __version__)
    records: dict[str, db.ImageRecord] = {}
    placed: dict[str, str] = {}
    for name, file_hash in files.items():
        if file_hash in known or file_hash in records:
            done.again += 1
            placed[name] = file_hash
            continue
        try:
            picture = embedded.read(name, sidecar=True)
        except InputError as error:
            done.failures.append((name, str(error).removeprefix(f"{name}: ")))
            continue
        if picture.format is None:
            done.failures.append((name, picture.notes[0]))
            continue
        records[file_hash] = record = _record(name, file_hash, picture)
        placed[name] = file_hash
        done.new += 1
        done.unhashed += record.dhash is None
        done.notes += [(name, remark) for remark in record.notes]
    if placed:
        db.put_images(engine, list(records.values()), placed)


def _record(name: str, file_hash: str, picture: embedded.Embedded) -> db.ImageRecord:
    notes = list(picture.notes)
    found = None
    try:
        found = hashes(name)
    except InputError as error:
        notes.append(str(error).removeprefix(f"{name}: "))
    return db.ImageRecord(
        file_hash,
        __version__,
        picture.format,
        picture.width,
        picture.height,
        found.dhash if found else None,
        found.phash if found else None,
        bands(found.dhash) if found else (),
        as_json(picture),
        tuple(notes),
    )


def files_of(folders: Sequence[str]) -> Iterator[Path]:
    """Yield the pictures in folders, sorted, without following links, and named files whatever their suffix.

    Raise InputError if a path does not exist.
    """
    for folder in folders:
        root = Path(folder)
        if not root.exists():
            raise InputError(f"{folder}: no such file or folder; choose a folder of pictures")
        if not root.is_dir():
            yield root
            continue
        found: list[Path] = []
        waiting = [root]
        while waiting:
            try:
                inside = list(waiting.pop().iterdir())
            except OSError:
                continue
            for path in inside:
                if path.is_dir() and not path.is_symlink():
                    waiting.append(path)
                elif path.suffix.casefold() in SUFFIXES:
                    found.append(path)
        yield from sorted(found)


def _is_under(name: str, root: str) -> bool:
    if root == ".":
        return not name.startswith(("/", "../"))
    return name == root or name.startswith(f"{root.rstrip('/')}/")


def _file_hash(path: Path) -> str:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise InputError("not a regular file")
    if status.st_size > _LARGEST:
        raise InputError(f"{status.st_size} bytes is too large for a picture")
    digest = hashlib.blake2b(digest_size=16)
    # The sidecar is part of the content, so that a change in it causes the picture to be read again.
    sidecar = embedded.sidecar_of(path)
    for part in (path, sidecar) if sidecar is not None and sidecar.stat().st_size <= _LARGEST else (path,):
        with part.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()
