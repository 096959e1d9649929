"""Write findings for a terminal, a few lines each; the last line is the command that fixes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len
from rich.text import Text

from captions import escaping
from captions.audit.finding import Finding
from captions.report import as_table

if TYPE_CHECKING:
    from rich.console import Console

_INDENT = 2
_CAPTION, _LINE, _MESSAGE = 140, 100, 300
_WORDS = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*")+""")
_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def write(findings: Iterable[Finding], folder: str, stream: TextIO, height: int | None = None) -> int:
    """Write findings separated by blank lines, and return their number; omit ``folder`` from the names of articles.

    With ``height``, write only as many as fit into so many lines, but at least one.
    """
    console = as_table.console(stream)
    return write_blocks((_lines(finding, folder, console) for finding in findings), stream, height)


def write_blocks(blocks: Iterable[list[Text]], stream: TextIO, height: int | None) -> int:
    """Write blocks of lines separated by blank lines, and return their number; see :func:`write`."""
    console = as_table.console(stream)
    listed = filled = 0
    for lines in blocks:
        filled += len(lines) + 1
        if height is not None and listed and filled > height:
            break
        if listed:
            stream.write("\n")
        listed += 1
        if stream.isatty():
            for line in lines:
                console.print(line, soft_wrap=True)
        else:
            stream.writelines(f"{line.plain.rstrip()}\n" for line in lines)
    return listed


def folder_of(sources: Sequence[str]) -> str:
    """Return the folder that contains all articles, with its slash, or ``""``; printed once, it saves room."""
    levels = zip(*(source.split("/")[:-1] for source in sources), strict=False)
    shared = [level[0] for level in takewhile(lambda level: len(set(level)) == 1, levels)]
    return "".join(f"{name}/" for name in shared)


def _lines(finding: Finding, folder: str, console: Console) -> list[Text]:
    use = finding.use
    place = escaping.line(finding.source.removeprefix(folder)) + (f" #{use.position}" if use else "")
    day = f"  {use.used_on}" if use and use.used_on else ""
    parts = [escaping.short(finding.message, _MESSAGE)]
    if picture := picture_of(finding):
        parts.insert(0, picture)
    # A path longer than the line is wrapped, not cut, so that it can be copied.
    return [
        *head(finding.severity, finding.code, f"{place}{day}", console),
        *(line for part in parts for line in body(part, console)),
        *(Text(line) for line in command(finding.command, console.width)),
    ]


def head(severity: str, code: str, rest: str, console: Console) -> list[Text]:
    """Return the first line of an entry: ``error CR301  05-river.txt #2``."""
    kind = f"{severity} {code}"
    text = Text(f"{kind}  {rest}")
    text.stylize(_STYLES[severity], 0, len(kind))
    return list(text.wrap(console, console.width, overflow="fold"))


def body(text: str, console: Console) -> list[Text]:
    """Return a text as indented lines."""
    wrapped = Text(text).wrap(console, max(console.width - _INDENT, 10), overflow="fold")
    return [Text(" " * _INDENT).append_text(line) for line in wrapped]


def picture_of(finding: Finding) -> str:
    """Return the caption and the credit line of a finding's use, shortened: ``A dog runs. | Handout``."""
    if (use := finding.use) is None:
        return ""
    line = escaping.short(use.credit.line, _LINE) if use.credit else ""
    return " | ".join(part for part in (escaping.short(use.caption, _CAPTION), line) if part)


def command(text: str, width: int) -> list[str]:
    r"""Break a command before its options into lines of about ``width`` cells, which a shell joins again.

    ``captions waive CR104 --line Handout --reason '…'`` in 36 cells gives ``captions waive CR104 \`` and the rest.
    """
    if not text:
        return []
    if not text.isprintable():
        text = escaping.line(text)
    first, *rest = _parts(text)
    lines = [first]
    for part in rest:
        # Leave room for the indent and the backslash.
        if cell_len(f"{lines[-1]} {part}") > width - _INDENT - 2:
            lines.append(f"  {part}")
        else:
            lines[-1] += f" {part}"
    return [f"{' ' * _INDENT}{line}" for line in " \\\n".join(lines).split("\n")]


def _parts(text: str) -> list[str]:
    """Split a command into its name with arguments, then each option with its value."""
    parts: list[str] = []
    for word in _WORDS.findall(text):
        if not parts or word.startswith("--"):
            parts.append(word)
        else:
            parts[-1] += f" {word}"
    return parts
