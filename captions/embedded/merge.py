"""The families -> one value a field, where they disagree, and what IIM has cut.

The Metadata Working Group's guidance, as it suits news: XMP, then IIM, then EXIF. IIM comes first where its stored
digest does not fit, for then it was changed by a program that knows no XMP. EXIF comes first for the day of capture.
What EXIF holds as caption was written by the camera in 60 pictures of 128.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from captions.embedded.model import FAMILIES, Cut, Disagreement, Fields
from captions.embedded.table import Field, table
from captions.text import match_key, name_key

Told = Mapping[str, tuple[str, ...]]


def merged(families: Mapping[str, Told], *, iim_first: bool = False) -> Fields:
    """One value a field; ``{"xmp": {"city": ("Harbor City",)}, "iim": {}, "exif": {}}`` gives that city.

    ``iim_first`` where IIM was changed after XMP was written.
    """
    order = ("iim", "xmp", "exif") if iim_first else FAMILIES
    out: dict[str, tuple[str, ...]] = {}
    for name, field in table().fields.items():
        own = ("exif", *(f for f in order if f != "exif")) if field.date else order
        told = [values for family in own if (values := _told(families, family, field))]
        if told:
            # A value that is cut gives way to the whole one, whichever comes first.
            first = told[0]
            out[name] = next((other for other in told[1:] if not field.date and _is_cut(first, other, field)), first)
    return Fields.of(out)


def disagreements(families: Mapping[str, Told]) -> tuple[Disagreement, ...]:
    """The fields of which the families tell different things: not cut, not only in case, spaces and signs."""
    out = []
    for name, field in table().fields.items():
        told = [(family, values) for family in FAMILIES if (values := _told(families, family, field))]
        pairs = [(one, other) for at, (_, one) in enumerate(told) for _, other in told[at + 1 :]]
        if any(not agree(one, other, field) for one, other in pairs):
            out.append(Disagreement(name, tuple(told)))
    return tuple(out)


def cuts(families: Mapping[str, Told]) -> tuple[Cut, ...]:
    """The values of IIM that fill all the room it has for them, with the whole ones where XMP or EXIF tell them."""
    out = []
    for name, field in table().fields.items():
        # A code of three letters is not cut for having three letters.
        full = [v for v in families["iim"].get(name, ()) if field.limit > 3 and _fills(v, field.limit)]
        others = [v for family in ("xmp", "exif") for v in _told(families, family, field)] if full else []
        keys = [(match_key(other), other) for other in others]
        for value in full:
            start = match_key(value)
            whole = next((v for key, v in keys if len(v) > len(value) and key.startswith(start)), None)
            if whole is not None or value not in others:
                out.append(Cut(name, value, field.limit, whole))
    return tuple(out)


def agree(one: Sequence[str], other: Sequence[str], field: Field) -> bool:
    """Whether two families tell the same of a field, as far as each can."""
    if field.date:
        return _same_moment(one[0], other[0])
    if _keys(one) == _keys(other) or _is_cut(one, other, field) or _is_cut(other, one, field):
        return True
    # Lists are kept in one text by some, and their order is not always kept.
    return field.several and (sorted(_keys(one)) == sorted(_keys(other)) or _joined(one) == _joined(other))


def _told(families: Mapping[str, Told], family: str, field: Field) -> tuple[str, ...]:
    values = families[family].get(field.name, ())
    if family != "exif" or field.date:
        return values
    return tuple(value for value in values if name_key(value) not in table().exif_empty)


def _is_cut(short: Sequence[str], whole: Sequence[str], field: Field) -> bool:
    """Whether each value is the other's, or its beginning as far as IIM has room."""
    if not field.limit or len(short) != len(whole) or list(short) == list(whole):
        return False
    return all(
        match_key(one) == match_key(other) or (_fills(one, field.limit) and _begins(other, one))
        for one, other in zip(short, whole, strict=True)
    ) and any(len(one) < len(other) for one, other in zip(short, whole, strict=True))


def _fills(value: str, limit: int) -> bool:
    """Whether a value leaves no room: UTF-8 may lack the last character, cp1252 has a byte for each."""
    return len(value.encode("utf-8", "replace")) >= limit - 3 or len(value) >= limit - 1


def _begins(whole: str, start: str) -> bool:
    return match_key(whole).startswith(match_key(start))


def _keys(values: Sequence[str]) -> list[str]:
    return [match_key(value) for value in values]


def _joined(values: Sequence[str]) -> str:
    return match_key(" ".join(values))


def _same_moment(one: str, other: str) -> bool:
    """Whether two moments are the same as far as both tell; a zone that only one tells is no difference."""
    day, time = one[:10], one[11:19]
    other_day, other_time = other[:10], other[11:19]
    shorter = min(len(day), len(other_day))
    if day[:shorter] != other_day[:shorter]:
        return False
    shorter = min(len(time), len(other_time))
    zones = one[19:], other[19:]
    return time[:shorter] == other_time[:shorter] or (all(zones) and zones[0] != zones[1])
