"""Credits that travel: copies of pictures with what is printed of them embedded, one or all of an article."""

from __future__ import annotations

import os
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
from captions.imaging.library import archive
from captions.imaging.match_keys import name_of
from captions.imaging.scan import files_of, scan
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit, Use

Told = Mapping[str, tuple[str, ...]]


def told_of(caption: str, credit: Credit | None, words: Vocabulary) -> dict[str, tuple[str, ...]]:
    """What a caption and its credit tell a picture, by field: the credit line as the supplier asks for it."""
    told = {
        "caption": (caption,),
        "creators": credit.creators if credit else (),
        "credit_line": (credit_line(credit, words),),
        "copyright_notice": ((credit.copyright_notice or "") if credit else "",),
        "web_statement": ((credit.license_url or "") if credit else "",),
    }
    return {name: values for name, values in told.items() if any(values)}


def replace(picture: Path, told: Told) -> Stamped:
    """Stamps a copy, and puts it in the place of the picture when all of it is written and read back.

    Of a format whose metadata stand in a sidecar, that alone is written; one that is there already stays, and
    CaptionsError says so.
    """
    part = picture.with_name(f".{picture.name[:80]}.{os.getpid()}.stamped{picture.suffix}")
    sidecar = part.with_suffix(".xmp")
    try:
        stamped = embedded.stamp(picture, part, Fields.of(dict(told)))
        if stamped.sidecar is None:
            part.chmod(picture.stat().st_mode & 0o777)
            part.replace(picture)
            return Stamped(picture, None, stamped.embedded, stamped.notes)
        beside = picture.with_suffix(".xmp")
        if beside.exists():
            raise CaptionsError(f"{beside} is there already; stamp a copy with -o, or take it away first")
        sidecar.replace(beside)
        return Stamped(picture, beside, stamped.embedded, (f"{picture} stays; the metadata went into {beside}",))
    except OSError as error:
        raise CaptionsError(f"cannot write {picture}: {error.strerror or error}") from None
    finally:
        for left in (part, sidecar):
            with suppress(OSError):
                left.unlink()


@dataclass(slots=True)
class Batch:
    """Stamped copies that go into one folder, none over a file that is there, unless ``overwrite``."""

    folder: Path
    overwrite: bool = False
    more: Told = field(default_factory=dict)
    """Said of all pictures, over what their uses tell."""
    say: Callable[[str], None] = print
    done: int = 0
    failed: int = 0
    _taken: dict[Path, Path] = field(default_factory=dict)
    """By copy, the picture it is of."""

    def stamp(self, picture: Path, told: Told) -> Path | None:
        """Writes a copy of a picture; None, and a word why, where that cannot be: nothing raises."""
        known = next((copy for copy, of in self._taken.items() if of == picture), None)
        if known is not None:
            self.say(f"{picture}: belongs to two captions; its copy has the first one's credit")
            return known
        target = self._target(picture)
        fields = Fields.of({**told, **self.more})
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if target.exists() and not self.overwrite:
                stamped = _as_it_is(picture, target, fields)
            else:
                stamped = embedded.stamp(picture, target, fields)
        except (CaptionsError, OSError) as error:
            self.failed += 1
            self.say(f"not stamped: {str(error).removeprefix(f'{picture}: ') if error.args else error}")
            return None
        for remark in stamped.notes:
            self.say(f"{picture}: {remark}")
        self._taken[target] = picture
        self.done += 1
        return target

    def _target(self, picture: Path) -> Path:
        """The name of the copy: the picture's; of two with one name, the second gets a number."""
        target, number = self.folder / picture.name, 2
        while target in self._taken:
            target = self.folder / f"{picture.stem}-{number}{picture.suffix}"
            number += 1
        return target


def _as_it_is(picture: Path, target: Path, fields: Fields) -> Stamped:
    """The copy that is there, if it is what would be written; else CaptionsError."""
    part = target.with_name(f".{target.stem[:80]}.{os.getpid()}.same{target.suffix}")
    sidecar = part.with_suffix(".xmp")
    try:
        stamped = embedded.stamp(picture, part, fields)
        pairs = [(part, target), *([(sidecar, target.with_suffix(".xmp"))] if stamped.sidecar else [])]
        if all(there.is_file() and one.read_bytes() == there.read_bytes() for one, there in pairs):
            return stamped
        raise CaptionsError(f"{target} is there already, and is another; name another folder, or say --overwrite")
    finally:
        for left in (part, sidecar):
            with suppress(OSError):
                left.unlink()


def pictures_of(engine: Engine, article: str, words: Vocabulary) -> Iterator[tuple[Use, list[Path]]]:
    """The uses of a stored article, each with the files of its pictures, as they were last matched; else matched now.

    ``article`` is its source, address or number. Raises CaptionsError where there is none.
    """
    uses = stored.stored_uses(engine, article)
    if uses is None:
        raise CaptionsError(f"no article {article}; `captions find WORDS` tells the articles that are stored")
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
    """The pictures below a folder, found by the name that stands in an address."""

    def __init__(self, folder: str) -> None:
        """Lists them; raises InputError for a folder that is not there."""
        self._by_file: dict[str, list[Path]] = {}
        self._by_name: dict[str, list[Path]] = {}
        for path in files_of([folder]):
            self._by_file.setdefault(path.name.casefold(), []).append(path)
            if name := name_of(path.name):
                self._by_name.setdefault(name, []).append(path)

    def find(self, addresses: Sequence[str]) -> Path | None:
        """The file of a picture with these addresses: of the same name, else of the same but for its size.

        Of several sizes the largest file; None where files in several folders have the name, which then tells nothing.
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
    """Reads a picture again that was scanned before; gives whether it was."""
    if not db.is_image_file(engine, picture.as_posix()):
        return False
    scan(engine, [str(picture)])
    return True
