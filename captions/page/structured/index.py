"""What is told of pictures, found again by caption and by picture; and what to believe of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from captions.caption import split as captioning
from captions.caption.candidates import LIKELY, read
from captions.credit.compare import Relation, parties
from captions.credit.parser import Reading
from captions.credit.rights import take
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit
from captions.page.image_urls import keys_of
from captions.page.structured.picture_data import Told
from captions.text import match_key, name_key

# For one page: what more pictures are told of, is no article.
_MOST = 2_000
# Of one picture: the first addresses are those of its file, the others its sizes.
_MOST_ADDRESSES = 4


def picture_keys(addresses: Iterable[str]) -> list[str]:
    """By what the picture at these addresses is known again; see :func:`captions.page.image_urls.keys_of`."""
    return list(dict.fromkeys(key for address in addresses for key in keys_of(address)))


class Index:
    """What a page's data tell, by the captions and the pictures that they tell it of."""

    def __init__(self, told: Iterable[Told]) -> None:
        """Take what is told in the order in which it is believed: JSON-LD, microdata, scripts' state."""
        self._by_caption: dict[str, Told] = {}
        self._by_picture: dict[str, Told | None] = {}
        self.has_captioned = False
        """Whether a caption is told together with a credit."""
        for one, _ in zip(told, range(_MOST), strict=False):
            for text in (one.caption, *one.hints):
                if len(text) > 3 and (key := match_key(text)):
                    known = self._by_caption.setdefault(key, one)
                    if known is not one and not known.tells:
                        self._by_caption[key] = one
            if one.tells:
                self.has_captioned = self.has_captioned or bool(one.caption)
                for key in picture_keys(one.addresses[:_MOST_ADDRESSES]):
                    other = self._by_picture.setdefault(key, one)
                    if other is not one and other is not None:
                        self._by_picture[key] = _same(other, one)

    def find(self, caption: str, addresses: Iterable[str]) -> Told | None:
        """Return what is told of the picture with this caption, or else of the picture at one of these addresses."""
        told = self._by_caption.get(match_key(caption)) if caption else None
        if told is not None and told.tells:
            return told
        return self.of_picture(addresses) or told

    def of_picture(self, addresses: Iterable[str]) -> Told | None:
        """Return what is told of the picture at one of these addresses."""
        if not self._by_picture:
            return None
        return next((told for key in picture_keys(addresses) if (told := self._by_picture.get(key))), None)

    def captioned(self, addresses: Iterable[str]) -> Told | None:
        """Return what is told of the picture at one of these addresses, if that is a caption with a credit."""
        told = self.of_picture(addresses)
        return told if told is not None and told.caption else None


def _same(one: Told, other: Told) -> Told | None:
    """Of two tellings of what seems one picture, the one that says more; None where they name others."""
    if one.owed and other.owed and name_key(one.owed) != name_key(other.owed):
        return None
    return one if one.caption or not other.caption else other


def reading_of(told: Told, words: Vocabulary) -> Reading | None:
    """Return the credit that is told of a picture; None where none is, or what is told reads as none.

    Where there is no credit, the notice tells whom the picture is of (``© 2024 Jo Reed``), then a credit that ends
    the caption, then a source that the register knows.
    """
    if told.owed:
        reading = read(told.owed, words)
        if _is_credit(reading):
            return reading
    if told.notice:
        reading = read(told.notice, words)
        if reading.clean and _is_credit(reading):
            return reading
    found = captioning.split(told.caption, words) if told.caption else None
    if found is not None and found.strength >= LIKELY and _is_credit(found.reading):
        return found.reading
    if told.source:
        reading = read(told.source, words)
        if reading.registered and reading.clean:
            return reading
    return None


def _is_credit(reading: Reading) -> bool:
    """Whether a line names somebody, or says a mark, and is short enough for it."""
    credit = reading.credit
    if not credit.line or not (credit.creators or credit.agencies or credit.qualifiers):
        return False
    return reading.clean or reading.label is not None or len(credit.line.split()) <= 8


def with_rights(credit: Credit, told: Told, words: Vocabulary) -> Credit:
    """Return a credit with what is told of rights where the credit line itself says nothing of them."""
    notice = told.notice if told.notice and any(c.isdigit() or c == "©" for c in told.notice) else ""
    license_, address = None, None
    if told.license and credit.license is None:
        taken = take(told.license, words)
        license_ = taken.license
        address = told.license if _is_link(told.license) else taken.license_url
    licensor = told.licensor_url if _is_link(told.licensor_url) else ""
    if not (notice or license_ or address or licensor):
        return credit
    return replace(
        credit,
        copyright_notice=credit.copyright_notice or notice or None,
        license=credit.license or license_,
        license_url=credit.license_url or address,
        licensor_url=credit.licensor_url or licensor or None,
    )


def differs(printed: Credit, told: Credit) -> bool:
    """Return whether two credits name different parties, even if one only names fewer."""
    return parties(printed, told) is not Relation.SAME


def _is_link(text: str) -> bool:
    return text.startswith(("https://", "http://")) and len(text) <= 2_000 and " " not in text
