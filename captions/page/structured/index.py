"""Look up picture data by caption and by picture, and read credits and rights from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from captions.caption import split as captioning
from captions.caption.candidates import LIKELY, read
from captions.credit.compare import Relation, parties
from captions.credit.parser import Reading
from captions.credit.rights import restrictions_in, take
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit
from captions.page.image_urls import keys_of
from captions.page.structured.picture_data import PictureData
from captions.text import match_key, name_key

# Pictures per page: no article has more.
_MOST = 2_000
# Addresses per picture: the first are those of its file, the others its sizes.
_MOST_ADDRESSES = 4


def picture_keys(addresses: Iterable[str]) -> list[str]:
    """Return the keys that recognize the picture at these addresses; see :func:`captions.page.image_urls.keys_of`."""
    return list(dict.fromkeys(key for address in addresses for key in keys_of(address)))


class Index:
    """A page's picture data, by caption and by picture."""

    def __init__(self, data: Iterable[PictureData]) -> None:
        """Index the data of pictures, the most reliable first: JSON-LD, microdata, script state."""
        self._by_caption: dict[str, PictureData] = {}
        self._by_picture: dict[str, PictureData | None] = {}
        self.has_captioned = False
        """Whether any data give a caption together with a credit."""
        self.captions: set[str] = set()
        self.credits: set[str] = set()
        """The keys of all captions and of all credit lines and names in the data."""
        for picture, _ in zip(data, range(_MOST), strict=False):
            for text in (picture.caption, *picture.hints):
                if len(text) > 3 and (key := match_key(text)):
                    known = self._by_caption.setdefault(key, picture)
                    if known is not picture and not known.has_rights:
                        self._by_caption[key] = picture
            self.captions.update(filter(None, [match_key(picture.caption)]))
            owed = (picture.owed, *picture.creators, *picture.agencies)
            self.credits.update(key for text in owed if (key := match_key(text)))
            if picture.has_rights:
                self.has_captioned = self.has_captioned or bool(picture.caption)
                for key in picture_keys(picture.addresses[:_MOST_ADDRESSES]):
                    other = self._by_picture.setdefault(key, picture)
                    if other is not picture and other is not None:
                        self._by_picture[key] = _same(other, picture)

    def find(self, caption: str, addresses: Iterable[str]) -> PictureData | None:
        """Return the data of the picture with this caption, or else of the picture at one of these addresses."""
        data = self._by_caption.get(match_key(caption)) if caption else None
        if data is not None and data.has_rights:
            return data
        return self.of_picture(addresses) or data

    def of_picture(self, addresses: Iterable[str]) -> PictureData | None:
        """Return the data of the picture at one of these addresses."""
        if not self._by_picture:
            return None
        return next((data for key in picture_keys(addresses) if (data := self._by_picture.get(key))), None)

    def captioned(self, addresses: Iterable[str]) -> PictureData | None:
        """Return the data of the picture at one of these addresses, if they contain a caption with a credit."""
        data = self.of_picture(addresses)
        return data if data is not None and data.caption else None


def _same(picture: PictureData, other: PictureData) -> PictureData | None:
    """Return the fuller of two entries that seem to be about the same picture; None if their credits differ."""
    if picture.owed and other.owed and name_key(picture.owed) != name_key(other.owed):
        return None
    return picture if picture.caption or not other.caption else other


def reading_of(data: PictureData, words: Vocabulary) -> Reading | None:
    """Return the credit in the data of a picture; None if there is no readable credit.

    Without a credit, use the notice (``© 2024 Jo Reed``), then a credit that ends the caption, then a source that the
    register knows.
    """
    if data.owed:
        reading = read(data.owed, words)
        if _is_credit(reading):
            return reading
    if data.notice:
        reading = read(data.notice, words)
        if reading.clean and _is_credit(reading):
            return reading
    found = captioning.split(data.caption, words) if data.caption else None
    if found is not None and found.strength >= LIKELY and _is_credit(found.reading):
        return found.reading
    if data.source:
        reading = read(data.source, words)
        if reading.registered and reading.clean:
            return reading
    return None


def _is_credit(reading: Reading) -> bool:
    """Return whether a line names a party or contains a qualifier, and is short enough for a credit."""
    credit = reading.credit
    if not credit.line or not (credit.creators or credit.agencies or credit.qualifiers):
        return False
    return reading.clean or reading.label is not None or len(credit.line.split()) <= 8


def with_rights(credit: Credit, data: PictureData, words: Vocabulary) -> Credit:
    """Return a credit, with rights from the data if the credit line does not mention them."""
    notice = data.notice if data.notice and any(c.isdigit() or c == "©" for c in data.notice) else ""
    license_, address = None, None
    if data.license and credit.license is None:
        rights = take(data.license, words)
        license_ = rights.license
        address = data.license if _is_link(data.license) else rights.license_url
    licensor = data.licensor_url if _is_link(data.licensor_url) else ""
    limits = restrictions_of(data, words)
    if not (notice or license_ or address or licensor or limits):
        return credit
    return replace(
        credit,
        restrictions=tuple(dict.fromkeys((*credit.restrictions, *limits))),
        copyright_notice=credit.copyright_notice or notice or None,
        license=credit.license or license_,
        license_url=credit.license_url or address,
        licensor_url=credit.licensor_url or licensor or None,
    )


def restrictions_of(data: PictureData, words: Vocabulary) -> tuple[str, ...]:
    """Return the restrictions in the terms of a picture, and those in its notice."""
    limits = [limit for text in data.terms for limit in restrictions_in(text, words)]
    return tuple(dict.fromkeys((*limits, *take(data.notice, words).restrictions)))


def restricted(data: PictureData, words: Vocabulary) -> Reading | None:
    """Return a reading of the restrictions of a picture whose data name nobody; None if they restrict nothing."""
    limits = restrictions_of(data, words)
    if not limits:
        return None
    reading = read("; ".join(limits), words)
    return replace(reading, credit=Credit(line="; ".join(limits), restrictions=limits, rule="terms", confidence=1.0))


def differs(printed: Credit, data: Credit) -> bool:
    """Return whether two credits name different parties, even if one only names fewer."""
    return parties(printed, data) is not Relation.SAME


def _is_link(text: str) -> bool:
    return text.startswith(("https://", "http://")) and len(text) <= 2_000 and " " not in text
