"""Cut a text into the words of notices, each with what it may mean, and its dates and times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from captions.lexicon.notice_tables import notice_key
from captions.lexicon.vocabulary import Vocabulary

_LONGEST = 6
"""In words: the longest phrase in the table."""
_SHORT = 3
"""In letters: a country's name this short counts only in capitals, because ``us`` is also a word."""
_TOKEN = re.compile(
    r"""(?P<iso>\b(?:19|20)\d\d-\d\d-\d\d(?!\d)(?:[T\ ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?)
    |(?P<dmy>\b\d{1,2}(?:\.\s?\d{1,2}\.\s?|/\d{1,2}/)(?:20)?\d\d\b)
    |(?P<clock>\b\d{1,2}[:.]\d\d(?::\d\d)?(?!\d)(?:\s?(?:a\.?m|p\.?m)\b\.?|\s?(?:uhr|hrs|h)\b)?
        |\b\d{1,2}\s?(?:(?:a\.?m|p\.?m)\b\.?|(?:uhr|hrs|h|heures|o'clock)\b)(?:\d\d\b)?
        |\b\d{1,2}h\d\d\b|\b[0-2]\d[0-5]\d(?=\s?(?:hrs|hours|gmt|utc|bst|ce?s?t|me?s?z|e[sd]t|local)\b))
    |(?P<offset>\b(?:gmt|utc)\s?[+-]\d{1,2}(?::?\d\d)?\b)
    |(?P<number>\b\d+(?:st|nd|rd|th|er|º|ª)?\b\.?)
    |(?P<word>(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?|[^\W_]+)
    |(?P<soft>[,/:、，])
    |(?P<join>&)
    |(?P<hard>[.;!?|()\[\]{}\n•·*+"“”„«»<>=©。！？；（）]|\s[-–—]+(?=\s)|[–—])""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or phrase of a text, a date or time, or a separator."""

    start: int
    end: int
    text: str
    means: frozenset[str] = field(default=frozenset())
    """What it may mean; empty for a word that is in no table. ``soft`` and ``hard`` separate."""
    value: str = ""
    """A date, time or number of days."""

    def having(self, prefix: str) -> list[str]:
        """Return the values of a meaning: ``place`` gives ``["DE"]`` for ``Germany``."""
        return [meaning.partition(":")[2] for meaning in self.means if meaning.startswith(f"{prefix}:")]


def tokens(text: str, words: Vocabulary) -> list[Token]:
    """Return the tokens of a text: ``GERMANY OUT`` gives ``place:DE`` and ``out``."""
    return list(_timed(list(_phrases(_raw(text), words))))


def _raw(text: str) -> list[tuple[str, Token]]:
    found = []
    for m in _TOKEN.finditer(text):
        kind = m.lastgroup or ""
        means = frozenset({kind}) if kind in ("soft", "hard", "join") else frozenset[str]()
        found.append((kind, Token(m.start(), m.end(), m.group(), means)))
    return found


def _phrases(raw: Sequence[tuple[str, Token]], words: Vocabulary) -> Iterator[Token]:
    """Yield the tokens, the longest phrases first."""
    at = 0
    while at < len(raw):
        kind, token = raw[at]
        if kind != "word":
            yield _moment(kind, token)
            at += 1
            continue
        keys: list[str] = []
        best = 0
        for kind_, each in raw[at : at + _LONGEST]:
            if kind_ != "word":
                break
            keys.append(notice_key(each.text))
            if " ".join(keys) in words.notice_words:
                best = len(keys)
        last = raw[at + max(best, 1) - 1][1]
        key = " ".join(keys[:best])
        shout = raw[at][1].text.isupper()
        means = frozenset(
            meaning
            for meaning in words.notice_words.get(key, ())
            if not (meaning.startswith(("place:", "part:")) and len(key) <= _SHORT and not shout)
        )
        yield Token(token.start, last.end, " ".join(t.text for _, t in raw[at : at + max(best, 1)]), means)
        at += max(best, 1)


def _moment(kind: str, token: Token) -> Token:
    """Return a numeric date or time with its value; a date that has two readings has none."""
    text = token.text
    if kind == "iso":
        value = text.replace(" ", "T", 1)
        value = re.sub(r"(T\d\d:\d\d):\d\d", r"\1", value).replace("Z", "+00:00")
        value = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", value) if "T" in value else value
        return replace(token, means=frozenset({"date"}), value=value if _is_date(value[:10]) else "")
    if kind == "dmy":
        first, second, year = (int(part) for part in re.findall(r"\d+", text))
        year += 2000 if year < 100 else 0
        unclear = "/" in text and first <= 12 and second <= 12 and first != second
        if "/" in text and second > 12:
            first, second = second, first
        value = f"{year:04}-{second:02}-{first:02}"
        return replace(token, means=frozenset({"date"}), value=value if _is_date(value) and not unclear else "")
    if kind == "clock":
        return replace(token, means=frozenset({"time"}), value=_clock(text))
    if kind == "offset":
        sign, hours, minutes = re.search(r"([+-])(\d{1,2}):?(\d\d)?", text).groups()  # type: ignore[union-attr]  # the token has them
        return replace(token, means=frozenset({"offset"}), value=f"{sign}{int(hours):02}:{minutes or '00'}")
    return replace(token, value=text) if kind == "number" else token


def _clock(text: str) -> str:
    """Return a time of day: ``9am`` gives ``09:00``, ``0001`` gives ``00:01``; empty for ``25:00``."""
    digits = re.findall(r"\d+", text)
    if len(digits[0]) == 4:
        digits = [digits[0][:2], digits[0][2:]]
    hour, minute = int(digits[0]), int(digits[1]) if len(digits) > 1 else 0
    folded = text.casefold().replace(".", "")
    if "am" in folded or "pm" in folded:
        hour = hour % 12 + (12 if "pm" in folded else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""


def _timed(found: list[Token]) -> Iterator[Token]:
    """Yield the tokens with written dates, time zones and periods as one token each."""
    at = 0
    while at < len(found):
        size, token = _date_at(found, at) or _zone_at(found, at) or _period_at(found, at) or (1, found[at])
        meanings = frozenset(m for m in token.means if not m.startswith(("month:", "zone:", "unit:")))
        yield replace(token, means=meanings)
        at += size


def _date_at(found: list[Token], at: int) -> tuple[int, Token] | None:
    """Return the date in words that begins here, and its size: ``4 May 2024``, ``May 4, 2024``, ``4. Mai``."""
    rest = found[at : at + 6]
    parts: list[tuple[str, int]] = []
    size = 0
    for n, token in enumerate(rest):
        if token.value.rstrip(".")[:4].isdigit() and not token.means:
            parts.append(
                ("year" if len(token.value.rstrip(".")) == 4 else "day", int(re.findall(r"\d+", token.value)[0]))
            )
            size = n + 1
        elif (months := token.having("month")) and "month" not in dict(parts):
            parts.append(("month", int(months[0])))
            size = n + 1
        elif not (parts and (token.text == "," or "filler" in token.means or "join" in token.means)):
            break
        if len(dict(parts)) == 3:
            break
    known = dict(parts)
    if "month" not in known or "day" not in known:
        return None
    token = Token(found[at].start, rest[size - 1].end, "", frozenset({"date"}))
    value = f"{known.get('year', 0):04}-{known['month']:02}-{known['day']:02}"
    return size, replace(token, value=value if _is_date(value) else "")


def _zone_at(found: list[Token], at: int) -> tuple[int, Token] | None:
    """Return the time that begins here with its zone: ``18:00 CEST``."""
    token, after = found[at], found[at + 1] if at + 1 < len(found) else None
    if after is None or not ("time" in token.means or re.search(r"T\d\d:\d\d$", token.value)):
        return None
    if "offset" in after.means:
        return 2, replace(token, end=after.end, value=token.value + after.value)
    zones = after.having("zone")
    if not zones:
        return None
    if zones[0] == "local":
        return 2, replace(token, end=after.end)
    minutes = int(zones[0])
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return 2, replace(token, end=after.end, value=token.value + offset)


def _period_at(found: list[Token], at: int) -> tuple[int, Token] | None:
    """Return the number of days, weeks or months that begins here."""
    token, after = found[at], found[at + 1] if at + 1 < len(found) else None
    if not token.value.isdecimal() or token.means or after is None or not (units := after.having("unit")):
        return None
    return 2, replace(token, end=after.end, means=frozenset({"period"}), value=f"{int(token.value)} {units[0]}")


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
