"""Find the pictures of a record, with captions and credits in fields of their own, by the names of the fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from captions.page.structured import PictureData, of_item
from captions.page.structured.hydration import addresses_in
from captions.page.structured.picture_data import of_pairs, plain, role_of
from captions.sources.keys import key
from captions.sources.record_pictures import RecordPicture, completed, table

_DEEPEST, _MOST, _MOST_FIELDS = 6, 200, 400
_MOST_ADDRESSES = 12
_ADDRESS = re.compile(r"^(?:https?:)?/{0,2}\S+\.\w{2,5}(?:$|[?#])|^https?://\S+$|^data:")
_DIGITS = re.compile(r"\d+")
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif|tiff?)(?:$|[?#&])", re.IGNORECASE)
# A name in structured.toml for each list of the table [own].
_NAMES = {
    "caption": "caption", "creator": "photographer", "agency": "agency", "credit": "credit", "source": "source",
    "licensor": "licensor-url",
    "notice": "copyright-notice", "terms": "usage-terms",
}  # fmt: skip


class PictureFields:
    """The pictures of a record, and the fields that they were read from."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        """Read a record."""
        self.pictures: list[PictureData] = []
        self._read: set[str] = set()
        self._flat(record)
        self._walk(record, "", 0)

    def of_record(self) -> list[RecordPicture]:
        """Return the pictures, those at the same address as one."""
        out: list[PictureData] = []
        by_address: dict[str, int] = {}
        for data in self.pictures:
            place = next((by_address[a] for a in data.addresses if a in by_address), None)
            if place is None:
                place = len(out)
                out.append(data)
            else:
                out[place] = completed(out[place], data)
            by_address |= dict.fromkeys(data.addresses, place)
        return [RecordPicture(data) for data in out]

    def unread(self, record: Mapping[str, Any]) -> list[str]:
        """Return the paths of fields whose names are about pictures and whose texts were not read."""
        paths = (path for path in _texts_about_pictures(record, "", 0, False) if not self._is_read(path))
        return list(dict.fromkeys(islice(paths, _MOST)))

    def _is_read(self, path: str) -> bool:
        steps = path.split(".")
        return any(".".join(steps[:n]) in self._read for n in range(1, len(steps) + 1))

    def _walk(self, value: Any, path: str, depth: int) -> None:
        if depth > _DEEPEST or len(self.pictures) > _MOST:
            return
        if isinstance(value, list):
            for each in value[:_MOST]:
                self._object(each, path, depth)
            return
        if not isinstance(value, Mapping):
            return
        names = table()["fields"]
        for name, inner in islice(value.items(), _MOST_FIELDS):
            folded = key(str(name))
            if folded in names["others"]:
                continue
            if folded in names["containers"]:
                self._walk(inner, f"{path}{name}.", depth + 1)
            elif folded in names["pictures"] or (depth and isinstance(inner, (list, Mapping))):
                if isinstance(inner, Mapping):
                    self._object(inner, f"{path}{name}.", depth + 1)
                else:
                    self._walk(inner, f"{path}{name}.", depth + 1)

    def _object(self, value: Any, path: str, depth: int) -> None:
        """Read an object that may be a picture, or else the objects in it."""
        if not isinstance(value, Mapping):
            return
        data = self._picture(value, path)
        if data is None:
            self._walk(value, path, depth + 1)
        else:
            self.pictures.append(data)

    def _picture(self, value: Mapping[str, Any], path: str) -> PictureData | None:
        if str(value.get("@type", "")).endswith("ImageObject"):
            self._read.update(f"{path}{name}" for name in value)
            return of_item(value, {})
        kind = str(value.get("type") or value.get("_type") or value.get("mime_type") or "").casefold()
        is_typed = kind in table()["types"]["words"] or kind.startswith("image/")
        if kind and not is_typed and kind in ("text", "video", "audio", "story", "post", "article", "gallery"):
            return None
        pairs, hints, read = self._pairs(value, path, 0)
        data = of_pairs(pairs)
        addresses = tuple(islice(dict.fromkeys(addresses_in(value)), _MOST_ADDRESSES))
        is_picture = is_typed or any(map(_PICTURE_FILE.search, addresses))
        if not data.caption and (is_picture or data.has_rights) and hints:
            data.caption = next((text for text in hints if len(text.split()) > 2), "")
        if not (data.caption or data.has_rights) or not (is_picture or data.caption):
            return None
        data.addresses = addresses
        self._read.update(read)
        self._read.update(f"{path}{name}" for name, field in value.items() if _is_aside(str(name), field))
        return data

    def _pairs(self, value: Mapping[str, Any], path: str, depth: int) -> tuple[dict[str, Any], list[str], list[str]]:
        """Return the fields of a picture by names of structured.toml, texts that may be its caption, and paths read."""
        own = _own()
        pairs: dict[str, Any] = {}
        hints: list[str] = []
        read: list[str] = []
        inside: list[tuple[dict[str, Any], list[str], list[str]]] = []
        for name, field in islice(value.items(), _MOST_FIELDS):
            folded = key(str(name))
            role = own.get(folded) or role_of(str(name))
            if role == "title":
                hints += [text for text in [plain(_first(field))] if text]
                read.append(f"{path}{name}")
            elif role and role != "hint" and _has_text(field):
                _add(pairs, _NAMES.get(role, role), field)
                read.append(f"{path}{name}")
            if isinstance(field, Mapping) and depth < 3 and folded in table()["fields"]["inside"]:
                inside.append(self._pairs(field, f"{path}{name}.", depth + 1))
        for more, texts, paths in inside:
            pairs = {**more, **pairs}
            hints += texts
            read += paths
        return pairs, hints, read

    def _flat(self, record: Mapping[str, Any]) -> None:
        """Read fields of the record itself: ``image_url``, ``image_caption``, ``image_credit``."""
        groups: dict[str, dict[str, Any]] = {}
        for name, value in islice(record.items(), _MOST_FIELDS):
            part = flat_part(str(name))
            if part and value not in (None, "", [], {}) and not isinstance(value, Mapping):
                number = next(iter(_DIGITS.findall(str(name))), "")
                for at, each in enumerate(value if isinstance(value, list) else [value]):
                    if isinstance(each, str):
                        self._read.add(str(name))
                        groups.setdefault(f"{number}.{at}", {}).setdefault(part, each)
            elif part == "address" and isinstance(value, Mapping):
                groups.setdefault(".0", {}).setdefault(part, next(addresses_in(value), ""))
        for pairs in groups.values():
            data = of_parts(pairs)
            if data.caption or data.has_rights:
                self.pictures.append(data)


def _add(pairs: dict[str, Any], name: str, value: Any) -> None:
    """Add a field; of several with one name, the first counts, except that all terms count."""
    if name == "usage-terms" and name in pairs:
        pairs[name] = [pairs[name], value]
    else:
        pairs.setdefault(name, value)


def _is_aside(name: str, value: Any) -> bool:
    """Return whether a field of a picture that was read is not about its caption or its rights."""
    return isinstance(value, str) and not is_about_picture(name)


def of_parts(parts: Mapping[str, Any]) -> PictureData:
    """Return the data in the parts of a picture by names of structured.toml; ``address`` is its address."""
    data = of_pairs({name: value for name, value in parts.items() if name != "address"})
    address = next(addresses_in({"url": parts.get("address")}), "")
    data.addresses = (address,) if address else ()
    return data


@lru_cache(maxsize=2_000)
def flat_part(name: str) -> str:
    """Return what a field of a record says about its picture: ``address``, or a name of structured.toml, or ``""``."""
    names = table()["fields"]
    folded = _DIGITS.sub("", key(name))
    if folded in names["caption"]:
        return "caption"
    if folded in names["credit"]:
        return "credit"
    for prefix in sorted(names["prefixes"], key=len, reverse=True):
        if not folded.startswith(prefix):
            continue
        rest = folded.removeprefix(prefix)
        if not rest or rest in names["addresses"]:
            return "address"
        own = _own().get(rest) or _own().get(rest.removesuffix("s"))
        if own == "title":
            return "caption" if rest in ("description", "desc") else ""
        if own:
            return _NAMES.get(own, own)
    role = role_of(name)
    is_about = is_about_picture(name)
    if role == "caption" or (role == "creator" and "otogra" in folded) or (role not in ("", "hint") and is_about):
        return _NAMES.get(role, role)
    return ""


@lru_cache(maxsize=2_000)
def is_about_picture(name: str) -> bool:
    """Return whether the name of a field is about a picture: ``image_caption``, ``bildnachweis``."""
    folded = key(name)
    return any(stem in folded for stem in table()["stems"]["words"])


def may_hold_pictures(name: str) -> bool:
    """Return whether a field of a record may hold pictures, their captions or their credits."""
    return bool(flat_part(name)) or is_about_picture(name) or key(name) in table()["fields"]["pictures"]


def _texts_about_pictures(value: Any, path: str, depth: int, about: bool) -> Iterator[str]:
    """Yield the paths of texts in fields about pictures, without addresses, alternative texts and identifiers."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for each in value[:20]:
            yield from _texts_about_pictures(each, path, depth + 1, about)
    elif isinstance(value, Mapping):
        for name, inner in islice(value.items(), _MOST_FIELDS):
            folded = key(str(name))
            if folded in table()["fields"]["others"]:
                continue
            at = f"{path}.{name}" if path else str(name)
            is_about = (about or is_about_picture(str(name))) and "alt" not in folded
            yield from _texts_about_pictures(inner, at, depth + 1, is_about)
    elif about and isinstance(value, str) and _is_text(value):
        yield path


def _is_text(value: str) -> bool:
    return len(value.split()) > 1 and len(value) < 2_000 and not _ADDRESS.search(value) and any(map(str.isalpha, value))


def _has_text(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and any(map(str.isalpha, value))
    return isinstance(value, (list, Mapping)) and bool(value)


def _first(value: Any) -> str:
    found = value.get("rendered", "") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""


@lru_cache(maxsize=1)
def _own() -> dict[str, str]:
    return {name: role for role, names in table()["own"].items() for name in names}
