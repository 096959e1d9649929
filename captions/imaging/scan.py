"""Scan a folder of pictures into the store (``captions images scan``), skipping pictures already scanned."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import captions_db as db
from sqlalchemy import Engine

from captions import __version__, embedded
from captions.errors import InputError, failure_reason
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

    An unreadable file or folder becomes a failure and the scan continues; a picture that cannot be decoded is stored
    without hashes, with a note. Pictures that could not be looked for are not gone. Raise InputError if a path does not
    exist.
    """
    done = Scanned()
    before = db.image_files(engine)
    seen: set[str] = set()
    batch: dict[str, str] = {}
    unlisted = Unlisted()
    for path in files_of(folders, unlisted):
        name = path.as_posix()
        seen.add(name)
        try:
            batch[name] = file_digest(path)
        except BaseException as error:
            done.failures.append((name, _reason(name, error)))
        if len(batch) >= _BATCH:
            _store(engine, batch, done)
            batch = {}
    unhashed = {name for name, _ in done.failures}
    _store(engine, batch, done)
    failed = {name for name, _ in done.failures}
    roots = [Path(folder).as_posix() for folder in folders]
    missing = [name for name in before if name not in seen and any(_is_under(name, root) for root in roots)]
    hidden = {name for name in missing if unlisted.hides(name)}
    done.failures += unlisted.failures(hidden)
    db.forget_files(engine, [*(failed - unhashed) & set(before), *(name for name in missing if name not in hidden)])
    done.gone = len(missing) - len(hidden)
    return done


def _reason(name: str, error: BaseException) -> str:
    """Return why a picture cannot be read; raise the error if it concerns the whole program."""
    if isinstance(error, InputError):
        return str(error).removeprefix(f"{name}: ")
    reason = failure_reason(error)
    if reason is None:
        raise error
    return f"cannot be read: {reason}"


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
            if picture.format is None:
                raise InputError(picture.notes[0])
            record = _record(name, file_hash, picture)
        except BaseException as error:
            done.failures.append((name, _reason(name, error)))
            continue
        records[file_hash] = record
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


class Unlisted:
    """The folders whose pictures are not known: those that cannot be listed, and those that are empty.

    An empty folder may be the place of a disk that is not mounted.
    """

    def __init__(self) -> None:
        """Start without folders."""
        self._closed: dict[str, str] = {}
        self._empty: list[str] = []

    def add(self, folder: Path, error: OSError | None) -> None:
        """Add a folder that could not be listed, or without an error an empty one."""
        if error is None:
            self._empty.append(folder.as_posix())
        else:
            self._closed[folder.as_posix()] = f"cannot be listed: {error.strerror or error}"

    def hides(self, name: str) -> bool:
        """Return whether a picture, scanned before, may be in one of these folders."""
        return any(_is_under(name, folder) for folder in (*self._closed, *self._empty))

    def failures(self, hidden: Iterable[str]) -> list[tuple[str, str]]:
        """Return the folders with the reasons; an empty one only if pictures in it were scanned before."""
        counts = {folder: sum(_is_under(name, folder) for name in hidden) for folder in self._empty}
        empty = [
            (
                folder,
                f"empty, but {count} {'picture in it was' if count == 1 else 'pictures in it were'} scanned before; "
                "mount it, or remove the folder",
            )
            for folder, count in counts.items()
            if count
        ]
        return [*self._closed.items(), *empty]


def files_of(folders: Sequence[str], unlisted: Unlisted | None = None) -> Iterator[Path]:
    """Yield the pictures in folders, sorted, without following links, and named files whatever their suffix.

    Folders that cannot be listed and empty ones are added to ``unlisted``. Raise InputError if a path does not exist.
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
            current = waiting.pop()
            error = None
            count = 0
            try:
                for path in current.iterdir():
                    count += 1
                    if path.is_dir() and not path.is_symlink():
                        waiting.append(path)
                    elif path.suffix.casefold() in SUFFIXES:
                        found.append(path)
            except OSError as reason:
                error = reason
            if unlisted is not None and (error is not None or not count):
                unlisted.add(current, error)
        yield from sorted(found)


def _is_under(name: str, root: str) -> bool:
    if root == ".":
        return not name.startswith(("/", "../"))
    return name == root or name.startswith(f"{root.rstrip('/')}/")


def file_digest(path: Path) -> str:
    """Return the digest of a file's content, by which pictures are stored; raise InputError if it is not a file."""
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
