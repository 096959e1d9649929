"""Write printed captions and credits into copies of picture files, for a single picture or a whole article."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import captions_db as db
from sqlalchemy import Engine

from captions import embedded, stored
from captions.clean.credits import credit_line
from captions.embedded import Fields, Stamped
from captions.errors import CaptionsError
from captions.files.targets import Targets, keep_original
from captions.imaging.library import archive
from captions.imaging.match_keys import name_of
from captions.imaging.scan import files_of, scan
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit, Use

FieldValues = Mapping[str, tuple[str, ...]]


def fields_of(caption: str, credit: Credit | None, words: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Return the metadata fields for a caption and its credit, with the credit line in its supplier's form."""
    fields = {
        "caption": (caption,),
        "creators": credit.creators if credit else (),
        "credit_line": (credit_line(credit, words),),
        "copyright_notice": ((credit.copyright_notice or "") if credit else "",),
        "web_statement": ((credit.license_url or "") if credit else "",),
    }
    return {name: values for name, values in fields.items() if any(values)}


def replace(picture: Path, values: FieldValues, *, original: bool = True, break_signature: bool = False) -> Stamped:
    """Stamp a copy, and replace the picture with it once the copy is written and verified.

    Follow links and preserve the mode. With ``original``, keep the picture as ``NAME_original``. For formats with
    sidecar metadata, write only the sidecar; raise CaptionsError if there already is one.
    """
    real = picture.resolve()
    part = real.with_name(f".{real.name[:80]}.{os.getpid()}.stamped{real.suffix}")
    sidecar = part.with_suffix(".xmp")
    try:
        stamped = embedded.stamp(picture, part, Fields.of(dict(values)), break_signature=break_signature)
        if stamped.sidecar is None:
            notes = stamped.notes
            if original:
                copy = keep_original(real)
                notes = (
                    *notes,
                    f"the original is in {copy if picture.is_symlink() else picture.with_name(copy.name)}",
                )
            part.chmod(stat.S_IMODE(real.stat().st_mode))
            part.replace(real)
            return Stamped(picture, None, stamped.embedded, notes)
        existing = real.with_suffix(".xmp")
        if existing.exists():
            raise CaptionsError(f"{existing} already exists; stamp a copy with -o, or remove it first")
        sidecar.replace(existing)
        return Stamped(picture, existing, stamped.embedded, (f"{picture} is unchanged; the metadata is in {existing}",))
    except OSError as error:
        raise CaptionsError(f"cannot write {picture}: {error.strerror or error}") from None
    finally:
        for leftover in (part, sidecar):
            with suppress(OSError):
                leftover.unlink()


@dataclass(slots=True)
class Batch:
    """Stamped copies in a folder."""

    folder: Path
    targets: Targets
    break_signature: bool = False
    more: FieldValues = field(default_factory=dict)
    """Values for all pictures, which take precedence over those of their uses."""
    report: Callable[[str], None] = print
    done: int = 0
    failed: int = 0
    _originals: dict[Path, Path] = field(default_factory=dict)
    """The original picture of each copy."""

    def stamp(self, picture: Path, values: FieldValues) -> Path | None:
        """Write a copy of a picture; report the reason and return None if that fails."""
        known = next((copy for copy, of in self._originals.items() if of == picture), None)
        if known is not None:
            self.report(f"{picture}: belongs to two captions; its copy has the first one's credit")
            return known
        target = self._target(picture)
        fields = Fields.of({**values, **self.more})
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            stamped = embedded.stamp(
                picture, target, fields, targets=self.targets, break_signature=self.break_signature
            )
        except (CaptionsError, OSError) as error:
            self.failed += 1
            self.report(f"not stamped: {str(error).removeprefix(f'{picture}: ') if error.args else error}")
            return None
        for remark in stamped.notes:
            self.report(f"{picture}: {remark}")
        self._originals[target] = picture
        self.done += 1
        return target

    def _target(self, picture: Path) -> Path:
        """Return the path of the copy, with a number appended if another copy has the name."""
        target, number = self.folder / picture.name, 2
        while target in self._originals:
            target = self.folder / f"{picture.stem}-{number}{picture.suffix}"
            number += 1
        return target


def pictures_of(engine: Engine, article: str, words: Vocabulary) -> Iterator[tuple[Use, list[Path]]]:
    """Yield the uses of a stored article with their picture files, from the last match or a new one.

    ``article`` is its source, URL or number. Raise CaptionsError if it does not exist.
    """
    uses = stored.stored_uses(engine, article)
    if uses is None:
        raise CaptionsError(f"no article {article}; list stored articles with `captions find WORDS`")
    numbers = [use.id for use in uses if use.id is not None]
    links = db.images_of_uses(engine, numbers)
    if not links and db.has_images(engine):
        archive(engine, words)
        links = db.images_of_uses(engine, numbers)
    files = {it.id: it.paths for it in db.images_by_ids(engine, {link.image_id for link in links})}
    for use in uses:
        own = [Path(files[link.image_id][0]) for link in links if link.use_id == use.id and files.get(link.image_id)]
        yield use, own


class Folder:
    """The pictures below a folder, found by the file name in a URL."""

    def __init__(self, folder: str) -> None:
        """List the pictures; raise InputError if the folder does not exist."""
        self._by_file: dict[str, list[Path]] = {}
        self._by_name: dict[str, list[Path]] = {}
        for path in files_of([folder]):
            self._by_file.setdefault(path.name.casefold(), []).append(path)
            if name := name_of(path.name):
                self._by_name.setdefault(name, []).append(path)

    def find(self, addresses: Sequence[str]) -> Path | None:
        """Return the file of a picture with these URLs, by exact name or else by name without size.

        Among several sizes, the largest file wins. Return None if files in several folders share the name.
        """
        for known, key_of in ((self._by_file, _file_name), (self._by_name, name_of)):
            for address in addresses:
                found = known.get(key_of(address) or "", [])
                if found and len({path.parent for path in found}) == 1:
                    return max(found, key=lambda path: (_size(path), path.name))
        return None


def _file_name(address: str) -> str | None:
    return unquote(address.split("?")[0].split("#")[0]).rstrip("/").rpartition("/")[2].casefold() or None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def scan_again(engine: Engine, picture: Path) -> bool:
    """Scan a picture again and return True, if it was scanned before."""
    if not db.is_image_file(engine, picture.as_posix()):
        return False
    scan(engine, [str(picture)])
    return True
