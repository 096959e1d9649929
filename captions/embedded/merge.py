"""Merge XMP, IIM and EXIF into one value per field, and find disagreements and truncated values.

The order is that of the Metadata Working Group, adapted to news: XMP, IIM, EXIF. IIM comes first if its stored digest
does not match, because a program without XMP support changed it. EXIF comes first for the day of capture. In 60 of 128
pictures, the camera had written EXIF's caption.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from captions.embedded.model import FAMILIES, CutValue, Disagreement, Fields
from captions.embedded.table import Field, table
from captions.text import match_key, name_key

FieldValues = Mapping[str, tuple[str, ...]]
Filled = Collection[tuple[str, str]]
"""Fields with repaired values that reached IIM's limit before the repair, which made them shorter."""


def merged(families: Mapping[str, FieldValues], *, iim_first: bool = False, filled: Filled = ()) -> Fields:
    """Return one value per field: ``{"xmp": {"city": ("Harbor City",)}, "iim": {}, "exif": {}}`` gives that city.

    ``iim_first`` means that IIM was changed after XMP was written.
    """
    order = ("iim", "xmp", "exif") if iim_first else FAMILIES
    out: dict[str, tuple[str, ...]] = {}
    for name, field in table().fields.items():
        own = ("exif", *(f for f in order if f != "exif")) if field.date else order
        found = [values for family in own if (values := _values(families, family, field))]
        if found:
            # A complete value beats a truncated one, whatever the order.
            first = found[0]
            whole = (other for other in found[1:] if not field.date and _is_cut(first, other, field, filled))
            out[name] = next(whole, first)
    return Fields.of(out)


def disagreements(families: Mapping[str, FieldValues], filled: Filled = ()) -> tuple[Disagreement, ...]:
    """Return the fields whose families differ by more than truncation, case, spaces and punctuation."""
    out = []
    for name, field in table().fields.items():
        found = [(family, values) for family in FAMILIES if (values := _values(families, family, field))]
        pairs = [(first, other) for at, (_, first) in enumerate(found) for _, other in found[at + 1 :]]
        if any(not agree(first, other, field, filled) for first, other in pairs):
            out.append(Disagreement(name, tuple(found)))
    return tuple(out)


def cuts(families: Mapping[str, FieldValues], filled: Filled = ()) -> tuple[CutValue, ...]:
    """Return the IIM values that reach their length limit, with the complete values from XMP or EXIF."""
    out = []
    for name, field in table().fields.items():
        # A three-letter code always reaches its limit.
        full = [v for v in families["iim"].get(name, ()) if field.limit > 3 and _is_full(v, field, filled)]
        others = [v for family in ("xmp", "exif") for v in _values(families, family, field)] if full else []
        keys = [(match_key(other), other) for other in others]
        for value in full:
            start = match_key(value)
            whole = next((v for key, v in keys if len(v) > len(value) and key.startswith(start)), None)
            if whole is not None or value not in others:
                out.append(CutValue(name, value, field.limit, whole))
    return tuple(out)


def agree(first: Sequence[str], other: Sequence[str], field: Field, filled: Filled = ()) -> bool:
    """Return whether two families agree on a field, given the limits of each."""
    if field.date:
        return _same_moment(first[0], other[0])
    if _keys(first) == _keys(other) or _is_cut(first, other, field, filled) or _is_cut(other, first, field, filled):
        return True
    # Some programs join lists into one text, or change their order.
    return field.several and (sorted(_keys(first)) == sorted(_keys(other)) or _joined(first) == _joined(other))


def _values(families: Mapping[str, FieldValues], family: str, field: Field) -> tuple[str, ...]:
    values = families[family].get(field.name, ())
    if family != "exif" or field.date:
        return values
    return tuple(value for value in values if name_key(value) not in table().exif_empty)


def _is_cut(short: Sequence[str], whole: Sequence[str], field: Field, filled: Filled) -> bool:
    """Return whether each value equals the other's, or is its beginning up to IIM's limit."""
    if not field.limit or len(short) != len(whole) or list(short) == list(whole):
        return False
    return all(
        match_key(part) == match_key(full) or (_is_full(part, field, filled) and _begins(full, part))
        for part, full in zip(short, whole, strict=True)
    ) and any(len(part) < len(full) for part, full in zip(short, whole, strict=True))


def _is_full(value: str, field: Field, filled: Filled) -> bool:
    return fills(value, field.limit) or (field.name, value) in filled


def fills(value: str, limit: int) -> bool:
    """Return whether a value reaches its limit; UTF-8 may lack the last character, and cp1252 has one byte each."""
    return len(value.encode("utf-8", "replace")) >= limit - 3 or len(value) >= limit - 1


def _begins(whole: str, start: str) -> bool:
    return match_key(whole).startswith(match_key(start))


def _keys(values: Sequence[str]) -> list[str]:
    return [match_key(value) for value in values]


def _joined(values: Sequence[str]) -> str:
    return match_key(" ".join(values))


def _same_moment(first: str, other: str) -> bool:
    """Return whether two dates agree to their common precision; a missing zone does not count."""
    day, time = first[:10], first[11:19]
    other_day, other_time = other[:10], other[11:19]
    shorter = min(len(day), len(other_day))
    if day[:shorter] != other_day[:shorter]:
        return False
    shorter = min(len(time), len(other_time))
    zones = first[19:], other[19:]
    return time[:shorter] == other_time[:shorter] or (all(zones) and zones[0] != zones[1])
