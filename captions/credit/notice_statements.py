"""Divide the words of a notice into statements, each with one limit, and read what each forbids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from captions.credit.notice_words import Token
from captions.licensing.restrictions import Restriction

# Words that decide what happens to the words next to them.
_LIMITS = ("no", "only", "except", "out", "without")
_STRIPPED = frozenset({"filler", "join", "soft"})
_WITH = ("with", "mit", "avec", "con", "com", "met", "med")
_KEPT = ("for", "use", *_WITH)
_SUBJECTS = frozenset({
    "sale", "archive", "once", "editorial", "commercial", "internal", "publication", "reproduction", "alteration",
    "crop", "credit", "mining", "permission", "context", "embargo", "restricted", "worldwide", "fee", "unminable",
    "date", "period", "time",
})  # fmt: skip
_NAMED = ("place", "part", "medium")
# What a statement without a limit may say.
_ALONE = frozenset({"once", "embargo", "restricted", "fee", "unminable"})


@dataclass(frozen=True, slots=True)
class Statement:
    """Words with one limit: ``NO SALES IN JAPAN``, ``Print only``."""

    limit: str | None
    tokens: tuple[Token, ...]
    post: bool = False
    """Whether the limit comes last: ``GERMANY OUT``."""

    @property
    def start(self) -> int:
        """Return where its words begin."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Return where its words end."""
        return self.tokens[-1].end

    def has(self, meaning: str) -> bool:
        """Return whether one of its words has a meaning."""
        return any(meaning in token.means for token in self.tokens)

    def values(self, prefix: str) -> tuple[str, ...]:
        """Return the places, parts or media that it names, in order."""
        return tuple(dict.fromkeys(value for token in self.tokens for value in token.having(prefix)))

    @property
    def subjects(self) -> frozenset[str]:
        """Return what it is about."""
        return frozenset(kind for token in self.tokens for kind in _subjects(token))

    def at(self, meaning: str) -> int:
        """Return the place of the first word with a meaning, or -1."""
        return next((n for n, token in enumerate(self.tokens) if meaning in token.means), -1)

    def restrictions(self, text: str) -> Iterator[Restriction]:
        """Yield what it forbids, with its words in the text."""
        read = _READERS[self.limit]
        quoted = " ".join(text[self.start : self.end].split())
        for kind, values, only, places in read(self):
            yield Restriction(kind, quoted, values, only, places)  # type: ignore[arg-type]  # the readers know the kinds


def statements_of(run: Sequence[Token]) -> list[Statement]:
    """Return the statements in a run: ``UK OUT, NO SALES`` gives two."""
    found: list[Statement] = []
    waiting: list[Statement] = []
    for piece in _pieces(run):
        for statement in _divided(piece):
            if statement.limit is None and not _is_alone(statement):
                waiting.append(statement)
                continue
            if waiting and statement.post and _alike(waiting[-1], statement):
                first = len(waiting)
                while first and _alike(waiting[first - 1], statement):
                    first -= 1
                joined = tuple(t for each in (*waiting[first:], statement) for t in each.tokens)
                statement = Statement(statement.limit, joined, post=True)
                del waiting[first:]
            _append(found, waiting)
            found.append(statement)
            waiting = []
    _append(found, waiting)
    return [trimmed for statement in found if (trimmed := _trimmed(statement)) is not None]


def _append(found: list[Statement], waiting: Sequence[Statement]) -> None:
    """Add what follows a statement to it: ``NO TV, MAGAZINES``, ``Nur für Deutschland, Österreich``."""
    for each in waiting:
        last = found[-1] if found else None
        if last is None or last.post or last.limit in (None, "out") or not (last.limit == "no" or _alike(each, last)):
            continue
        found[-1] = Statement(last.limit, (*last.tokens, *each.tokens))


def _alike(first: Statement, other: Statement) -> bool:
    return bool(first.subjects & other.subjects)


def _is_alone(statement: Statement) -> bool:
    means = {meaning for token in statement.tokens for meaning in token.means}
    return bool(means & _ALONE) or ("credit" in means and ("must" in means or _is_with_credit(statement)))


def _is_with_credit(statement: Statement) -> bool:
    """Return whether a statement says ``with credit`` and no more than the use it permits."""
    words = [token.text.casefold() for token in statement.tokens]
    following = zip(words, statement.tokens[1:], strict=False)
    return any(word in _WITH and "credit" in token.means for word, token in following)


def _pieces(run: Sequence[Token]) -> Iterator[list[Token]]:
    """Cut a run at commas and slashes, but not within a date and after ``Embargo:``."""
    piece: list[Token] = []
    for at, token in enumerate(run):
        following = run[at + 1].means if at + 1 < len(run) else frozenset[str]()
        if "soft" in token.means and token.text != ":" and not following & {"date", "time"}:
            yield piece
            piece = []
        else:
            piece.append(token)
    yield piece


def _divided(piece: Sequence[Token]) -> list[Statement]:
    """Return the statements in a piece; each limit takes the words after it, or else those before it."""
    limits = [(at, limit) for at, token in enumerate(piece) if (limit := _limit(token))]
    if not limits:
        return [Statement(None, tuple(piece))] if piece else []
    cuts = [0, *(at for at, _ in limits), len(piece)]
    found: list[Statement] = []
    before = list(piece[: limits[0][0]])
    for n, (at, limit) in enumerate(limits):
        after = list(piece[at + 1 : cuts[n + 2]])
        following = limits[n + 1] if n + 1 < len(limits) else None
        if limit == "out":
            own, before = _before_out(before)
            found += _left_over(before)
            found.append(Statement("out", (*own, piece[at]), post=True))
            before = after
            continue
        if following is not None and _looks_back(piece, following, cuts, n + 1):
            after, rest = _shared(after, is_used=_has_value(before), out=following[1] == "out")
        else:
            rest = []
        if _has_value(after):
            found += _left_over(before)
            found.append(Statement(limit, (piece[at], *after)))
        else:
            found.append(Statement(limit, (*before, piece[at], *after), post=True))
        before = rest
    found += _left_over(before)
    return found


def _left_over(tokens: Sequence[Token]) -> list[Statement]:
    return [Statement(None, tuple(tokens))] if _has_value(tokens) else []


def _looks_back(piece: Sequence[Token], limit: tuple[int, str], cuts: Sequence[int], n: int) -> bool:
    """Return whether a limit takes the words before it, because none follow."""
    return limit[1] == "out" or not _has_value(piece[limit[0] + 1 : cuts[n + 2] if n + 2 < len(cuts) else len(piece)])


def _shared(between: list[Token], *, is_used: bool, out: bool) -> tuple[list[Token], list[Token]]:
    """Divide the words between two limits, of which the second looks back."""
    if is_used:
        return [], between
    if out:
        own, before = _before_out(between)
        return before, own
    values = [at for at, token in enumerate(between) if _subjects(token)]
    if len(values) < 2:
        return between, []
    return between[: values[-1]], between[values[-1] :]


def _before_out(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """Return the countries and media at the end, and what precedes them."""
    first = len(tokens)
    while first and (
        any(tokens[first - 1].having(kind) for kind in _NAMED)
        or tokens[first - 1].means & {"join", "qualifier"}
        or tokens[first - 1].text.casefold() in ("the", "media", "clients", "subscribers", "in")
    ):
        first -= 1
    return list(tokens[first:]), list(tokens[:first])


def _limit(token: Token) -> str | None:
    return next((limit for limit in _LIMITS if limit in token.means), None)


def _subjects(token: Token) -> frozenset[str]:
    return (token.means & _SUBJECTS) | {kind for kind in _NAMED if token.having(kind)}


def _has_value(tokens: Sequence[Token]) -> bool:
    return any(map(_subjects, tokens))


def _trimmed(statement: Statement) -> Statement | None:
    """Return a statement without names at its end and the words around it that say nothing; ``FOR`` stays."""
    own = list(statement.tokens)
    named = bool(own) and not own[-1].means
    while own and (not own[-1].means or (named and own[-1].means <= _STRIPPED)):
        own.pop()
    while own and own[0].means and own[0].means <= _STRIPPED and own[0].text.casefold() not in _KEPT:
        own.pop(0)
    while own and own[-1].means <= _STRIPPED and own[-1].means & {"join", "soft"}:
        own.pop()
    return Statement(statement.limit, tuple(own), statement.post) if own else None


# --- what a statement forbids

_Read = tuple[str, tuple[str, ...], bool, tuple[str, ...]]
"""The kind, the values, whether only they are permitted, and the places it is limited to."""


def _forbidden(s: Statement) -> Iterator[_Read]:
    """Yield what ``NO``, ``NOT FOR`` or ``PROHIBITED`` forbids."""
    places = s.values("place")
    if s.has("date") or (s.has("time") and s.has("before")):
        yield from _timed(s)
        return
    found: list[_Read] = []
    commercial, sale = s.at("commercial"), s.at("sale")
    if sale >= 0 and not 0 <= sale < commercial:  # NOT FOR SALE FOR MARKETING forbids only marketing
        found.append(("sale", (), False, places))
    elif commercial >= 0:
        found.append(("purpose", ("commercial",), False, places))
    elif s.has("editorial"):
        found.append(("purpose", ("editorial",), False, places))
    found += [(kind, (), False, places) for kind in ("archive", "alteration", "crop", "mining") if s.has(kind)]
    if media := s.values("medium"):
        found.append(("medium", media, False, places))
    if s.has("permission"):
        found.append(("permission", (), False, ()))
    if not found:
        found += _territories(s, only=False)
    if not found and s.has("reproduction"):
        found.append(("permission", (), False, ()))
    if not found and s.has("publication"):
        found.append(("purpose", ("internal",), True, ()))
    yield from found


def _permitted(s: Statement) -> Iterator[_Read]:
    """Yield what ``ONLY`` or ``RESTRICTED TO`` forbids."""
    if s.has("embargo"):
        yield from _embargo(s)
        return
    context, editorial = s.at("context"), s.at("editorial")
    if s.has("once"):
        yield ("once", (), False, ())
    if editorial >= 0 and not 0 <= context < editorial:
        yield ("purpose", ("editorial",), True, ())
    if s.has("internal"):
        yield ("purpose", ("internal",), True, ())
    if media := s.values("medium"):
        yield ("medium", media, True, ())
    yield from _territories(s, only=True)
    if s.has("date"):
        yield from _timed(s, ends=True)
    if s.has("period"):
        yield ("period", (next(t.value for t in s.tokens if "period" in t.means),), False, ())
    yield from ((kind, (), False, ()) for kind in ("permission", "context", "credit") if s.has(kind))


def _excepted(s: Statement) -> Iterator[_Read]:
    yield from _territories(s, only=False)


def _out(s: Statement) -> Iterator[_Read]:
    """Yield what ``GERMANY OUT`` or ``MAGS OUT`` forbids."""
    yield from _territories(s, only=False)
    if media := s.values("medium"):
        yield ("medium", media, False, ())


def _without(s: Statement) -> Iterator[_Read]:
    """Yield what ``without permission`` forbids."""
    if s.has("permission"):
        yield ("permission", (), False, ())
    elif s.has("credit"):
        yield ("credit", (), False, ())


def _plain(s: Statement) -> Iterator[_Read]:
    """Yield what a statement without a limit forbids: ``EMBARGO``, ``ONE-TIME USE``, ``MANDATORY CREDIT``."""
    if s.has("embargo"):
        yield from _embargo(s)
    elif s.has("once"):
        yield ("once", (), False, ())
    elif s.has("unminable"):
        yield ("mining", (), False, ())
    elif s.has("fee"):
        yield ("permission", (), False, ())
    elif s.has("restricted"):
        yield ("unclear", (), False, ())
    if s.has("credit") and (s.has("must") or _is_with_credit(s)):
        yield ("credit", (), False, ())


def _territories(s: Statement, *, only: bool) -> Iterator[_Read]:
    """Yield the countries that a statement names; a part of a country is for a person to decide."""
    places, parts = s.values("place"), s.values("part")
    if parts or (places and s.has("qualifier")):
        yield ("unclear", (), False, (*places, *parts))
    elif places:
        yield ("territory", places, only, ())


def _embargo(s: Statement) -> Iterator[_Read]:
    moment = _moment(s)
    yield ("embargo", (moment,) if moment else (), False, ())


def _timed(s: Statement, *, ends: bool = False) -> Iterator[_Read]:
    """Yield ``not before`` a time as an embargo, and ``not after`` as the last day."""
    moment = _moment(s)
    if s.has("after") or (ends and s.has("before")):
        yield ("expires", (moment[:10],), False, ()) if moment else ("unclear", (), False, ())
    elif s.has("before"):
        yield ("embargo", (moment,) if moment else (), False, ())
    elif s.has("embargo"):
        yield from _embargo(s)
    else:
        yield ("unclear", (), False, ())


def _moment(s: Statement) -> str:
    """Return the date and time in a statement in ISO 8601; empty without a date."""
    day = next((t.value for t in s.tokens if "date" in t.means), "")
    clock = next((t.value for t in s.tokens if "time" in t.means), "")
    if not day or "T" in day:
        return day
    return f"{day}T{clock}" if clock else day


_READERS: dict[str | None, Callable[[Statement], Iterator[_Read]]] = {
    "no": _forbidden,
    "only": _permitted,
    "except": _excepted,
    "out": _out,
    "without": _without,
    None: _plain,
}
