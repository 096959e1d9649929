"""Make text from articles safe to show in a terminal, a CSV cell, an HTML page, Markdown or JSON.

Captions come from anywhere. Text that would move a cursor, reverse the direction of writing, or run as a formula or
markup is removed or escaped.
"""

from __future__ import annotations

import html
import re
import shlex
from urllib.parse import quote, urlsplit

from captions.text import CONTROLS, WHITE_CONTROLS, whole_characters

# Whole ANSI sequences, because removing only ESC would leave `[31m`: CSI, then OSC and its kin, then short ones.
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]{0,4096}+(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
# C0 and C1 controls, line and paragraph separators.
_CONTROL = re.compile(f"[{CONTROLS}{WHITE_CONTROLS}\u2028\u2029]")
# Invisible characters that reorder or hide text: bidi controls, zero-width spaces, tags. Joiners (200C, 200D) stay,
# because Persian, the Indic scripts and emoji need them.
_HIDDEN = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"\s+")
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_IN_MARKDOWN = re.compile(r"[\\`*_\[\]{|~#!$^=]")
# In an article: what a backslash escapes in every dialect of Markdown, and what only an entity escapes.
_IN_PROSE = re.compile(r"[\\`*_\[\]{#<>~]|&(?=[#\w]|$)")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "~": "&#126;", "=": "&#61;", ":": "&#58;", "|": "&#124;"}
# At the start of a line: lists, underlines, definitions, tables.
_BEGINNING = re.compile(r"^([ ]*)(?:([+=|-])|(:)(?=[\s|:-]|$)|(\d+)([.)])(?=\s|$))", re.MULTILINE)
_LINE_BREAKS = re.compile("[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_REFERENCE = re.compile(r"(#|\bGH-)(\d)", re.IGNORECASE)
_OF_ADDRESSES = "%:/?#[]@!$&'()*+,;=~"
# The beginnings of formulas in a spreadsheet; East Asian versions accept the full-width forms as well.
FORMULA_SIGNS = "=+-@＝＋－＠"
# Where another delimiter would begin a cell. Quotes in front of a formula do not keep it from running.
_FORMULA = rf"[\s\"]*+[{re.escape(FORMULA_SIGNS)}]"
# Apostrophes that the text has already are doubled as well, so that reading the cell gives the text back.
_AFTER_SEMICOLON = re.compile(rf"(?:;(?=(?:'')*+{_FORMULA})|,(?=(?:'')++{_FORMULA}))")
_AFTER_EITHER = re.compile(rf"[;,](?=(?:'')*+{_FORMULA})")
_SIGNS = {*FORMULA_SIGNS, "'"}
_QUOTED_FORMULA = re.compile(rf"'*+[{re.escape(FORMULA_SIGNS)}]")


def line(text: str) -> str:
    r"""Return text as one line for a terminal: ``"a\x1b[31m b\n"`` becomes ``"a b"``."""
    if text.isascii() and text.isprintable():  # its only white space is the space
        return _SPACES.sub(" ", text).strip() if "  " in text else text.strip()
    text = _ANSI.sub("", text)
    text = _HIDDEN.sub("", _CONTROL.sub(" ", text))
    return _SPACES.sub(" ", whole_characters(text)).strip()


def lines(text: str) -> str:
    r"""Return text for a terminal with its lines, tabs and spaces; otherwise like :func:`line`."""
    text = _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _HIDDEN.sub("", _CONTROL.sub(" ", text))
    return whole_characters(text)


def cell(text: str, delimiter: str = ",") -> str:
    """Return text as a CSV cell, with an apostrophe before a formula: ``=cmd()`` becomes ``'=cmd()``.

    A spreadsheet may separate cells by another character than ``delimiter``. Where its cell would begin with a formula,
    two apostrophes come first, because in a shell command they change nothing: ``a;=cmd()`` becomes ``a;''=cmd()``.
    """
    safe = line(text)
    if ";" in safe or ("," in safe and (delimiter != "," or "''" in safe)):
        safe = (_AFTER_SEMICOLON if delimiter == "," else _AFTER_EITHER).sub(r"\g<0>''", safe)
    return f"'{safe}" if safe[:1] in _SIGNS and _QUOTED_FORMULA.match(safe) else safe


def markup(text: str) -> str:
    """Return text for an HTML element or a quoted attribute: ``<b>`` becomes ``&lt;b&gt;``."""
    return html.escape(line(text), quote=True)


def address(url: str | None) -> str | None:
    """Return a URL that a report may link to, escaped; None unless it is http or https.

    ``https://echo.example/a b`` becomes ``https://echo.example/a%20b``; ``javascript:alert(1)`` becomes None.
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
    r"""Return text as one line of Markdown, also for a table cell: ``a|b *c*`` becomes ``a\|b \*c\*``.

    Links, images, code, emphasis, HTML, mentions and issue references become plain text.
    """
    safe = line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _IN_MARKDOWN.sub(r"\\\g<0>", safe)
    # Code hosts look for @name, #12 and GH-12 after decoding entities, so a zero-width space has to break them up.
    safe = _REFERENCE.sub(r"\1&#8203;\2", safe)
    # Many sites turn a bare URL into a link.
    return safe.replace("://", ":&#47;&#47;").replace("www.", "www&#46;").replace("@", "@&#8203;")


def prose(text: str) -> str:
    r"""Return an article's text as one line of Markdown that shows it: ``a < *b*`` becomes ``a &lt; \*b\*``.

    ``<`` and ``>`` become entities, because not every dialect knows a backslash before them. See :func:`paragraph` for
    what has a meaning only at the start of a line.
    """
    return _IN_PROSE.sub(_visible, _LINE_BREAKS.sub(" ", text))


def paragraph(markdown: str) -> str:
    r"""Return Markdown whose lines begin no list, heading or table: ``- a`` becomes ``\- a``."""
    return _BEGINNING.sub(_shown_first, markdown)


def _visible(match: re.Match[str]) -> str:
    return _ENTITIES.get(match[0]) or f"\\{match[0]}"


def _shown_first(match: re.Match[str]) -> str:
    space, sign, colon, number, point = match.groups()
    if number:
        return f"{space}{number}\\{point}"
    first = sign or colon
    return space + (_ENTITIES.get(first) or f"\\{first}")


def json_text(text: str) -> str:
    r"""Return JSON with control and invisible characters escaped: U+009B becomes ``\u009b``."""
    # Every unsafe character is unprintable; these checks are far faster than the pattern, the first even more so.
    if (text.isascii() and "\x7f" not in text) or text.isprintable():
        return text
    return _UNSAFE_IN_JSON.sub(_escaped, text)


def short(text: str, limit: int) -> str:
    """Return one line of at most ``limit`` characters, cut between words: ``A dog…`` for ``"A dog runs", 8``."""
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
    """Return a command line with quoted arguments, such as ``captions waive CR104 --line 'JO REED'``."""
    parts = [*name.split(), *map(shlex.quote, arguments)]
    parts += [f"{option} {shlex.quote(value)}" for option, value in options.items()]
    return " ".join(("captions", *parts))
