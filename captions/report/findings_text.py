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
    listed = filled = 0
    for finding in findings:
        lines = _lines(finding, folder, console)
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
    kind = f"{finding.severity} {finding.code}"
    head = Text(f"{kind}  {place}{day}")
    head.stylize(_STYLES[finding.severity], 0, len(kind))
    # A path longer than the line is wrapped, not cut, so that it can be copied.
    lines = list(head.wrap(console, console.width, overflow="fold"))
    parts = [escaping.short(finding.message, _MESSAGE)]
    if use:
        line = escaping.short(use.credit.line, _LINE) if use.credit else ""
        if picture := " | ".join(part for part in (escaping.short(use.caption, _CAPTION), line) if part):
            parts.insert(0, picture)
    for part in parts:
        wrapped = Text(part).wrap(console, max(console.width - _INDENT, 10), overflow="fold")
        lines += [Text(" " * _INDENT).append_text(line) for line in wrapped]
    return lines + [Text(line) for line in command(finding.command, console.width)]


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
