"""Text from articles, made harmless for where it is shown: a terminal, a CSV cell, an HTML page, JSON.

Captions come from anywhere. What would move a cursor, turn the direction of text, run as a formula or as
markup is taken out, or written so that it only says what it is.
"""

from __future__ import annotations

import html
import re
import shlex
from urllib.parse import quote, urlsplit

from captions.text import CONTROLS, WHITE_CONTROLS, whole_characters

# ANSI sequences as a whole: without the ESC, `[31m` would be left. CSI, OSC and the like, then short ones.
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
# C0 and C1 controls, line and paragraph separators; tabs and line ends too, where one line is wanted.
_CONTROL = re.compile(f"[{CONTROLS}{WHITE_CONTROLS}\u2028\u2029]")
# What reorders or hides text without showing: bidi controls, zero-width spaces, tags. Joiners (200C, 200D)
# stay: Persian, the Indic scripts and emoji are written with them.
_HIDDEN = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"\s+")
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_IN_MARKDOWN = re.compile(r"[\\`*_\[\]|~#!$^=]")
_REFERENCE = re.compile(r"(#|\bGH-)(\d)", re.IGNORECASE)
_OF_ADDRESSES = "%:/?#[]@!$&'()*+,;=~"
# What a spreadsheet takes for the beginning of a formula; the full-width forms too, in East Asian versions.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def line(text: str) -> str:
    r"""One line for a terminal: ``"a\x1b[31m b\n"`` gives ``"a b"``."""
    if text.isascii() and text.isprintable():
        return _SPACES.sub(" ", text).strip()
    text = _ANSI.sub("", text)
    text = _HIDDEN.sub("", _CONTROL.sub(" ", text))
    return _SPACES.sub(" ", whole_characters(text)).strip()


def lines(text: str) -> str:
    r"""A text of many lines for a terminal: tabs, line ends and spaces stay, the rest as in :func:`line`."""
    text = _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _HIDDEN.sub("", _CONTROL.sub(" ", text))
    return whole_characters(text)


def cell(text: str) -> str:
    """A CSV cell: one line; an apostrophe before what a spreadsheet would run: ``=cmd()`` gives ``'=cmd()``."""
    safe = line(text)
    return f"'{safe}" if safe.startswith(_FORMULA) or text.startswith(_FORMULA) else safe


def markup(text: str) -> str:
    """Text inside an HTML element or a quoted attribute: ``<b>`` gives ``&lt;b&gt;``."""
    return html.escape(line(text), quote=True)


def address(url: str | None) -> str | None:
    """An address that a report may link to, with what must be escaped escaped; None for anything but http and https.

    ``https://echo.example/a b`` gives ``https://echo.example/a%20b``, ``javascript:alert(1)`` None.
    """
    if url is None or _CONTROL.search(url) or not url.lower().startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.username is not None or parts.password is not None:
            return None
    except ValueError:
        return None
    return quote(url, safe=_OF_ADDRESSES, errors="replace")


def markdown(text: str) -> str:
    r"""One line of text in Markdown, also in a cell of a table: ``a|b *c*`` gives ``a\|b \*c\*``.

    What would be a link, an image, code, emphasis, HTML, a mention or a reference to an issue only says what it is.
    """
    safe = line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _IN_MARKDOWN.sub(r"\\\g<0>", safe)
    # Code hosts look for @name, #12 and GH-12 when entities and escapes are read already: only a character between
    # keeps them apart, here one without width.
    safe = _REFERENCE.sub(r"\1&#8203;\2", safe)
    # A bare address becomes a link on many sites: it stays readable, and is none.
    return safe.replace("://", ":&#47;&#47;").replace("www.", "www&#46;").replace("@", "@&#8203;")


def json_text(text: str) -> str:
    r"""JSON with what it allows and what has force elsewhere escaped: U+009B gives ``\u009b``."""
    # All unsafe characters are unprintable, and this check takes a quarter of the time of the pattern.
    return text if text.isprintable() else _UNSAFE_IN_JSON.sub(_escaped, text)


def short(text: str, limit: int) -> str:
    """One line of at most ``limit`` characters, cut between words: ``"A dog runs", 8`` gives ``A dog…``."""
    safe = line(text)
    if len(safe) <= limit:
        return safe
    cut = safe[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space >= limit // 2 else cut).rstrip(" ,;:") + "…"


def _escaped(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def command(name: str, *arguments: str, **options: str) -> str:
    """``captions waive CR104 --line Handout --reason '…'``; for ``command("waive", "CR104", ...)``."""
    parts = [*name.split(), *map(shlex.quote, arguments)]
    parts += [f"{option} {shlex.quote(value)}" for option, value in options.items()]
    return " ".join(("captions", *parts))
