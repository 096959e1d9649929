"""Collect the data about a picture from names and values, by the role of each name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any, Literal

from captions.lexicon import tables
from captions.text import tidy

Role = Literal["caption", "hint", "credit", "creator", "agency", "source", "notice", "license", "licensor", "terms", ""]
_ROLES: tuple[Role, ...] = (
    "notice", "licensor", "terms", "license", "caption", "creator", "credit", "agency", "source", "hint",
)  # fmt: skip
# In characters: a longer text is neither a caption nor a credit.
_LONGEST = 2_000
_TAG = re.compile(r"<[^<>]{0,500}>")
_CAMEL = re.compile(r"([a-z])([A-Z])")
_NOT_NAME = re.compile(r"[\s_.:/]+")
# Keys of a text or a name inside a value, in the order they are tried.
_HOLDERS = (
    "name",
    "text",
    "rendered",
    "processed",
    "value",
    "byline",
    "plain",
    "html",
    "basic",
    "title",
    "by",
    "affiliation",
)
_MOST_NAMES = 20


@dataclass(slots=True)
class PictureData:
    """The structured data about a picture; missing values are empty."""

    caption: str = ""
    hints: tuple[str, ...] = ()
    """Texts that may be its caption: title, description, alternative text."""
    line: str = ""
    """Its credit line."""
    creators: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    source: str = ""
    """A possible agency, used only if the register knows it."""
    notice: str = ""
    license: str = ""
    licensor_url: str = ""
    terms: tuple[str, ...] = ()
    """What it may be used for: usage terms, instructions."""
    addresses: tuple[str, ...] = ()
    """The picture's addresses, as written."""

    @property
    def owed(self) -> str:
        """Return the credit line, or else the names in its place: ``Nell Carrow/Reuters``."""
        return self.line or "/".join(dict.fromkeys((*self.creators, *self.agencies)))

    @property
    def has_rights(self) -> bool:
        """Return whether the data say who the picture is from or how it may be used."""
        return bool(self.owed or self.source or self.notice or self.license or self.licensor_url or self.terms)


@lru_cache(maxsize=1)
def _tables() -> dict[str, tuple[str, ...]]:
    names = (*_ROLES, "endings", "stems")
    read = tables.load("structured.toml")
    read.only(names)
    return read.word_lists(names)


@lru_cache(maxsize=1)
def _patterns() -> dict[Role, re.Pattern[str]]:
    words = _tables()
    endings = "|".join(words["endings"])
    return {role: re.compile(rf"(?:^|-)(?:{'|'.join(words[role])})(?:-(?:{endings}))?$") for role in _ROLES}


@lru_cache(maxsize=1)
def stems() -> tuple[str, ...]:
    """Return parts of names; any text with a credit contains at least one of them."""
    return _tables()["stems"]


@lru_cache(maxsize=20_000)
def role_of(name: str) -> Role:
    """Return the role of a name: ``"imageCaption"`` is a caption, ``"photo_credit"`` a credit; most names have none."""
    if len(name) > 60:
        return ""
    folded = _NOT_NAME.sub("-", _CAMEL.sub(r"\1-\2", name)).lower()
    return next((role for role, pattern in _patterns().items() if pattern.search(folded)), "")


def plain(value: str) -> str:
    """Return a text from data without HTML markup; empty if it is too long for a caption."""
    if len(value) > _LONGEST:
        return ""
    if "&" in value:
        value = unescape(value)
    return tidy(_TAG.sub("", value) if "<" in value else value)


def names(value: Any, known: Mapping[str, Mapping[str, Any]] | None = None, depth: int = 0) -> Iterator[str]:
    """Yield the texts in a value: a text, an object with a name, or lists of these. ``known`` resolves ``@id``."""
    if isinstance(value, str):
        if text := plain(value):
            yield text
    elif depth < 4 and isinstance(value, dict):
        if known and "name" not in value:
            value = known.get(str(value.get("@id")), value)
        for key in _HOLDERS:
            if value.get(key):
                found = list(names(value[key], known, depth + 1))
                yield from found
                if found and key not in ("by", "affiliation"):
                    return
    elif depth < 4 and isinstance(value, list):
        for item in value[:_MOST_NAMES]:
            yield from names(item, known, depth + 1)


def text_of(value: Any) -> str:
    """Return the first text in a value, or ``""``."""
    return next(names(value), "")


def of_pairs(pairs: Mapping[str, Any]) -> PictureData:
    """Return the data that names and values give about a picture; the caller adds its addresses."""
    data = PictureData()
    hints: list[str] = []
    for name, value in pairs.items():
        role = role_of(name)
        if not role or not value or value is True:
            continue
        if role == "hint":
            hints.extend(names(value))
        elif role in ("creator", "agency"):
            found = tuple(n for n in dict.fromkeys(names(value)) if _is_said(n))
            if role == "creator":
                data.creators = data.creators or found
            else:
                data.agencies = data.agencies or found
        elif role == "credit":
            data.line = data.line or "/".join(n for n in dict.fromkeys(names(value)) if _is_said(n))
        elif role == "caption":
            data.caption = data.caption or text_of(value)
        elif role == "source":
            data.source = data.source or text_of(value)
        elif role == "notice":
            data.notice = data.notice or text_of(value)
        elif role == "terms":
            data.terms += tuple(names(value))
        elif role == "license":
            data.license = data.license or text_of(value)
        elif role == "licensor":
            data.licensor_url = data.licensor_url or text_of(value)
    data.hints = tuple(hints)
    return data


def _is_said(text: str) -> bool:
    """Return whether a text can be a credit, unlike an address, a number or a switch."""
    return len(text) <= 200 and any(c.isalpha() for c in text) and "://" not in text and text not in ("true", "false")
