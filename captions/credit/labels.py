"""Find the labels that announce a credit, and remove them from a credit line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from captions.lexicon.vocabulary import Vocabulary
from captions.text import BRACKETS, closing_bracket_start, fold_arabic, has_cjk, name_key, tidy

SIGN = re.compile(
    r"[\U0001F4F7\U0001F4F8]\ufe0f?:?|©|ⓒ|\(\s*[cC]\s*\)|（\s*[cCＣ]\s*）|℗|\bcopyright\b:?(?!\s+\d{4})|\bcopr\.",
    re.IGNORECASE,
)
_SIGN_START = re.compile(
    r"(?:©|ⓒ|\(\s*[cC]\s*\)|（\s*[cCｃＣ]\s*）|℗|copyright\b:?)\s*(?!\s*(?:(?:©|\(c\))\s*)?(?:19|20)\d\d)",
    re.IGNORECASE,
)
_CAMERA = re.compile(r"(?:[\U0001F4F7\U0001F4F8\U0001F3A5\U0001F4FD]\ufe0f?\s*)+[:：]?\s*")
COLON = re.compile(r"[:：=＝∶／…]")
# Rare substitutes for a colon: `Credit...Jo Reed`, `Photo / Jo Reed`.
_LIKE_COLON = re.compile(COLON.pattern + r"|\.\.\.|(?<=\w)\s/(?=\s)")
_DOTTED = re.compile(r"([^\W\d_]{2,12})\.\s?(?=[^\W\d_])")  # Dok.IGI
_COMMA = re.compile("[,，،]")
_COMMAS = frozenset(",،")
_EDGE = " \t,;|/-–—•·*>»"
_LONGEST = 44
# A word longer than an abbreviation such as `fot.` or `arch.`, then the end of a sentence.
_STOP_INSIDE = re.compile(r"[^\W\d_]{4}[.!?]\s")
_STUCK = re.compile(r"(?<=[^\W_]|[.!?\"”»)])[A-ZÀ-ÞА-Я][^\W\d_A-Z]{1,60}(?: [^\W\d_A-Z]{1,60})?$")
_TOKEN = re.compile(r"[^\W_]+")
BEHIND = re.compile(r"(?<=\w)\s*[(\[（]([^()\[\]（）]{2,20})[)\]）]$")
PICTURE = frozenset({"photo", "photos", "pic", "pics", "foto", "picture", "image"})
_SEGMENT = re.compile(r"[/|,;(]")
_LAST_WORD = re.compile(r"(?<![^\s(\[/|])([^\s(\[/|]++)\s*$")
_FROM = re.compile(r"(?:from|från|fra|aus|vom|uit)\s+(?=[^\W\d_a-z])")
_WORD_END = re.compile(r"\w$")


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """A credit line without its labels."""

    text: str
    kind: str | None
    """before, by, after, weak, sign (a copyright sign), caption, or None without a label."""
    label: str = ""
    """The first label."""
    all: tuple[str, ...] = ()
    """All labels, some of which are also marks: ``사진=국립생태원 제공``."""
    mark: str = ""
    """The text with a label that is part of a mark: ``代表撮影``, whose text is ``代表``."""

    @property
    def names(self) -> str:
        """Return the text in which names and marks are read."""
        return self.mark or self.text


def label_kind(text: str, words: Vocabulary) -> str | None:
    """Return the kind of a label: ``"Crédit photo"`` gives before; None if the text is not a label."""
    return words.labels.get(name_key(text)) if len(text) <= _LONGEST else None


def hidden(text: str, words: Vocabulary) -> tuple[str, str] | None:
    """Return the kind of a label that ends with a comma, and the text after it.

    ``"Image caption, A dog"`` gives ``("caption", "A dog")``. Pages print such labels off screen, for screen readers,
    but scraped text has them. In right-to-left scripts, the comma may come first.
    """
    if text[:1] in _COMMAS:
        return _hidden_rtl(text, words)
    comma = _COMMA.search(text, 0, _LONGEST)
    if comma is None:
        return None
    key, rest = name_key(text[: comma.start()]), text[comma.end() :]
    kind = words.labels.get(key) if key in words.comma_labels else None
    if kind is None or (comma.group() == "," and rest[:1].strip()) or rest.lstrip()[:1].islower():
        return None
    return "before" if kind == "weak" else kind, rest.strip()


def _hidden_rtl(text: str, words: Vocabulary) -> tuple[str, str] | None:
    bare = text.lstrip(" ,،")
    folded = fold_arabic(bare)
    for label, kind in words.rtl_labels:
        if folded.startswith(label):
            return kind, bare[len(label) :].strip(" ,،:")
    return None


def is_elsewhere(label: str, words: Vocabulary) -> bool:
    """Return whether a label credits pictures elsewhere in the article: ``All photos by``, ``Featured image``."""
    folded = tidy(label).casefold()
    starts = (start for start in words.elsewhere if folded.startswith(start))
    return any(has_cjk(start) or not folded[len(start) : len(start) + 1].isalnum() for start in starts)


def announced(text: str, words: Vocabulary) -> bool:
    """Return whether a bracketed text can contain a label; a fast test."""
    inner = text.strip("()[]（）【】 ")
    if COLON.search(inner) or SIGN.search(inner) or "," in inner:
        return True
    first = name_key(inner.split(" ", 1)[0])
    if inner.startswith(words.by_cjk):
        return True
    return (
        first in words.labels
        or first in words.by_starts
        or inner.lower().endswith(words.after_labels)
        or name_key(inner.split("/", 1)[0]) in words.labels
        or "." in inner
    )


def strip(text: str, words: Vocabulary) -> Unlabelled:
    """Remove all brackets and labels around a credit line.

    ``"(Foto: Bild: SN/APA)"`` gives text ``SN/APA`` and kind before. A line that is only a label gives ``""``.
    """
    kind: str | None = None
    found_labels: list[str] = []
    if (off_screen := hidden(text, words)) is not None and off_screen[0] != "caption" and off_screen[1]:
        found_labels.append(text[: len(text) - len(off_screen[1])].strip(" ,،，"))
        kind, text = "before", off_screen[1]
    for _ in range(6):
        bare = text.strip(_EDGE)
        start = closing_bracket_start(bare, len(bare))
        if start == 0 and not _SIGN_START.match(bare):
            text = bare[1:-1]
            continue
        found = _front(bare, words) or _back(bare, words)
        whole = words.marks.get(name_key(bare)) if found is not None and len(bare) <= _LONGEST else None
        if found is None or whole:  # `photo de famille`, `代表撮影`: a label and its name are a single mark
            kind = kind or (found.kind if found is not None else None)
            if found is not None and found.kind == "after" and has_cjk(found.text):
                return Unlabelled(found.text.strip(_EDGE), kind, found.label, (*found_labels, found.label), bare)
            return Unlabelled(_unpaired(bare), kind, found_labels[0] if found_labels else "", tuple(found_labels))
        text = found.text
        if kind is None or kind in ("weak", "sign"):
            kind = found.kind if kind is None or found.kind != "sign" else kind
        found_labels.append(found.label)
    return Unlabelled(_unpaired(text.strip(_EDGE)), kind, found_labels[0] if found_labels else "", tuple(found_labels))


def _colons(text: str) -> re.Pattern[str]:
    return _LIKE_COLON if "..." in text or " / " in text else COLON


def _unpaired(text: str) -> str:
    """Remove a bracket at the edge whose other half is missing."""
    if text[:1] in BRACKETS and BRACKETS[text[0]] not in text:
        text = text[1:]
    elif text[-1:] and text[-1] in BRACKETS.values() and closing_bracket_start(text) is None:
        text = text[:-1]
    return text.strip(_EDGE)


def _front(text: str, words: Vocabulary) -> Unlabelled | None:
    if sign := _SIGN_START.match(text):
        return Unlabelled(text[sign.end() :], "sign", sign.group().strip())
    if not text.isascii() and (camera := _CAMERA.match(text)):
        return Unlabelled(text[camera.end() :], "before", camera.group().strip())
    colon = _colons(text).search(text, 0, _LONGEST + 2)
    if colon and (kind := label_kind(text[: colon.start()], words)) and colon.group() != "／":
        return Unlabelled(text[colon.end() :], kind if kind != "after" else "before", text[: colon.start()].strip())
    if (
        colon
        and colon.group() in ":：="
        and words.marks.get(name_key(text[: colon.start()]))
        and text[colon.end() :].strip()
    ):
        return Unlabelled(text[colon.end() :], "before", text[: colon.start()].strip())  # Archivfoto: X
    if colon and colon.group() == "／" and has_cjk(text[: colon.start()]) and label_kind(text[: colon.start()], words):
        return Unlabelled(text[colon.end() :], "before", text[: colon.start()])
    if (dotted := _DOTTED.match(text)) and label_kind(dotted[1], words) == "before":
        return Unlabelled(text[dotted.end() :], "before", dotted[1])
    if has_cjk(text[:1]) and text.startswith(words.by_cjk):
        phrase = next(p for p in words.by_cjk if text.startswith(p))
        return Unlabelled(text[len(phrase) :], "by", phrase) if len(text) > len(phrase) else None
    return _front_words(text, words)


def _front_words(text: str, words: Vocabulary) -> Unlabelled | None:
    """Find a label without a colon, ``Photo by X``, ``Foto REUTERS``, but not in an agency's name, ``Image Source``."""
    tokens = text.split(" ", 5)
    if tokens[0].casefold() == "by" and len(tokens) > 1 and tokens[1][:1].isupper():
        return Unlabelled(text[3:], "by", tokens[0])
    for count in range(min(len(tokens), 5), 0, -1):
        head = " ".join(tokens[:count])
        kind = words.labels.get(name_key(head))
        if kind is None or kind == "caption":
            continue
        rest = text[len(head) :].strip()
        if not rest:
            return Unlabelled("", kind, head)
        if kind == "by":
            return Unlabelled(rest, "by", head)
        # `Photo News/X`, `Bild am Sonntag`: names in the register take precedence over a label without a colon.
        first = re.split(r"[/|,;(]", text, maxsplit=1)[0].strip()
        if kind == "before" and head.endswith(",") and count > 1:
            return Unlabelled(rest, "before", head)  # Image source, Getty Images
        if kind == "before" and rest[:2].lower() in ("d'", "d’"):
            return Unlabelled(rest[2:], "by", head)  # Fotografia d'Arnau Puigdevall
        if kind == "before" and (origin := _FROM.match(rest)):
            return Unlabelled(rest[origin.end() :], "by", head)  # Bild från Polisen
        if kind in ("before", "weak") and rest[0] in "/|" and count == len(tokens[:count]):
            return Unlabelled(rest, kind, head)
        named = rest[0].isupper() or has_cjk(rest[:1]) or words.spelling(_SEGMENT.split(rest)[0].strip()) is not None
        if kind == "before" and named and words.spelling(first) is None:
            return Unlabelled(rest, "before", head)
    return None


def _back(text: str, words: Vocabulary) -> Unlabelled | None:
    """Find a label after the name: ``J. Stacevičiaus / LRT nuotr.``, ``潟沼義樹撮影``."""
    if text.endswith("©") and len(text) > 1:
        return Unlabelled(text[:-1], "sign", "©")
    if (behind := BEHIND.search(text)) and label_kind(behind[1], words) in ("before", "by", "after"):
        return Unlabelled(text[: behind.start()], "after", behind[1])  # Ragnhild Sætermo (foto)
    head, _, last = text.rpartition(" ")
    segment = _SEGMENT.split(text)[-1].strip()
    known = words.spelling(segment) is not None or words.marks.get(name_key(segment))  # REUTERS/Jo Reed/File Photo
    if head and last.lower() in PICTURE and not known and _is_name(head, words):
        return Unlabelled(head, "after", last)  # Bernama pic
    folded = text.casefold()
    if len(folded) != len(text) or not folded.endswith(words.after_labels):
        return None
    for label in words.after_labels:
        if folded.endswith(label) and len(label) < len(text):
            rest = text[: -len(label)]
            if has_cjk(label) or not _WORD_END.search(rest) or label[0] in "-/":
                return Unlabelled(rest, "after", text[-len(label) :])
    return None


def _is_name(text: str, words: Vocabulary) -> bool:
    """Return whether a text is an agency, or two or three capitalized words."""
    tokens = text.split()
    return words.spelling(text) is not None or (2 <= len(tokens) <= 3 and all(t[0].isupper() for t in tokens))


@dataclass(frozen=True, slots=True)
class Found:
    """A label in a line: where it begins, where the credit after it begins, and its kind."""

    start: int
    end: int
    kind: str


def find(text: str, words: Vocabulary, since: int = 0, phrases: bool = True) -> Found | None:
    """Find the first label at or after ``since`` that announces a credit: ``Foto`` in ``"A dog. Foto: X"``.

    Look for labels before a colon or an equals sign, for copyright signs and, with ``phrases``, for labels such as
    ``Photo by``.
    """
    best: Found | None = None
    for colon in _colons(text).finditer(text, since):
        if colon.group() == "／" and not has_cjk(text[max(0, colon.start() - 1) : colon.start()]):
            continue
        found = _before_colon(text, colon.start(), colon.end(), words, since)
        if found and (text[found.start].isupper() or COLON.match(colon.group())):
            best = found
            break
    tail = text[since:].lower()
    dotted = words.dotted_labels.search(tail, 1) if phrases else None  # fot. Jan Wrona
    if dotted is not None and (best is None or since + dotted.start() < best.start):
        best = Found(since + dotted.start(), since + dotted.end(), "before")
    if (
        "©" in tail
        or "ⓒ" in tail
        or "(c" in tail
        or "（" in tail
        or "copyr" in tail
        or "\U0001f4f7" in tail
        or "\U0001f4f8" in tail
    ):
        sign = SIGN.search(text, since)
        if sign is not None and (best is None or sign.start() < best.start):
            best = Found(sign.start(), sign.end(), "sign")
    phrase = _by_phrase(text, words, since) if phrases else None
    if phrase and (best is None or phrase.start < best.start):
        best = phrase
    return best


def _before_colon(text: str, colon: int, end: int, words: Vocabulary, since: int) -> Found | None:
    head = text[max(since, colon - _LONGEST) : colon]
    last = _LAST_WORD.search(head)
    if last is None:
        return None
    if name_key(last[1]) not in words.label_ends and not _STUCK.search(head[-16:]) and not has_cjk(last[1]):
        return None  # most colons
    offset = colon - len(head)
    trimmed = head.rstrip()
    starts = [m.start() for m in re.finditer(r"(?<!\S)\S", trimmed)][-5:]
    for start in starts:
        if start and _STOP_INSIDE.search(trimmed, start):
            continue  # begins with the last word of a sentence: `... till bron. Foto: X`
        key = name_key(trimmed[start:])
        kind = words.labels.get(key) or ("before" if len(key) >= 5 and words.marks.get(key) else None)
        if kind and kind != "caption":
            lead = len(trimmed[start:]) - len(trimmed[start:].lstrip("([/|-–—,;.*•·【［（"))
            return Found(offset + start + lead, end, kind if kind != "after" else "before")
    return _stuck(text, offset, trimmed, end, words)


def _stuck(text: str, offset: int, head: str, end: int, words: Vocabulary) -> Found | None:
    """Find a label run together with the word before it: ``Losail.Foto: EFE``, ``사진=연합뉴스``."""
    last = head[-16:]
    if not last:
        return None
    cjk = has_cjk(last[-1])
    joined = _STUCK.search(last)
    if not cjk and joined is None:
        return None
    for size in (len(last) - joined.start(),) if joined is not None and not cjk else range(min(len(last), 8), 0, -1):
        part = last[-size:]
        before = last[-size - 1 : -size] if size < len(last) else ""
        fits = not cjk or size > 1 or not has_cjk(before)
        if fits and (kind := words.labels.get(name_key(part))) and kind not in ("caption", "weak"):
            return Found(offset + len(head) - size, end, "before")
    return None


def by_phrases(text: str, words: Vocabulary, since: int = 0) -> list[tuple[int, int]]:
    """Return (start, end) of each label such as ``Photo by``, in order; fast, because most texts have none."""
    folded = text[since:].lower()
    if len(folded) != len(text) - since:
        return []
    out: list[tuple[int, int]] = []
    if not words.by_starts.keys().isdisjoint(_TOKEN.findall(folded)):
        for token in _TOKEN.finditer(folded):
            for phrase in words.by_starts.get(token.group(), ()):
                end = token.start() + len(phrase)
                if folded.startswith(phrase, token.start()) and not folded[end : end + 1].isalnum():
                    out.append((since + token.start(), since + end))
                    break
    if has_cjk(folded[-1:]):
        for phrase in words.by_cjk:
            if (at := folded.find(phrase)) >= 0:
                out.append((since + at, since + at + len(phrase)))
    return sorted(out)


def source_phrase(text: str, words: Vocabulary) -> bool:
    """Return whether a text begins with a phrase for the lender of a picture: ``Courtesy of X``."""
    folded = text.lower()
    first = _TOKEN.match(folded)
    return first is not None and any(folded.startswith(p + " ") for p in words.sources.get(first.group(), ()))


def _by_phrase(text: str, words: Vocabulary, since: int) -> Found | None:
    for start, end in by_phrases(text, words, since):
        if end < len(text):
            return Found(start, end, "by")
    return None
