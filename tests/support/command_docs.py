"""Write docs/commands.md from the commands of the program: what each does, and its arguments and options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from captions.cli.commands import app

START, END = "<!-- commands -->\n\n", "<!-- end -->"


def found() -> Iterator[tuple[str, Any]]:
    """Yield each command that does something with its full name, in the order of the help."""
    yield from _below("", get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    commands = getattr(command, "commands", None)
    if commands is None:
        yield name, command
        return
    for sub, part in commands.items():
        # A hidden subcommand is the group's own command: `correct LINE` next to `correct list`.
        yield from _below(name if part.hidden else f"{name} {sub}".strip(), part)


def written() -> str:
    """Return the generated part of the document: a table of all commands, then a section for each."""
    commands = [*found()]
    table = "".join(_line(name, command) for name, command in commands)
    sections = "".join(_section(name, command) for name, command in commands)
    return f"| command | what it does |\n|---|---|\n{table}{sections}"


def _line(name: str, command: Any) -> str:
    usage = " ".join(["captions", name, *_arguments(name, command)])
    summary = command.help.split("\n\n")[0].replace("\n", " ").removesuffix(".")
    return f"| [`{_cell(usage)}`](#captions-{name.replace(' ', '-')}) | {_cell(summary)} |\n"


def _arguments(name: str, command: Any) -> list[str]:
    """Return the arguments as the usage line shows them, without the braces around those that are required."""
    pieces = command.collect_usage_pieces(_context(name, command))
    return [re.sub(r"[{}]", "", piece) for piece in pieces if piece != "[OPTIONS]"]


def _context(name: str, command: Any) -> Any:
    return command.make_context(name, [], resilient_parsing=True)


def _section(name: str, command: Any) -> str:
    context = _context(name, command)
    records = [each.get_help_record(context) for each in command.params]
    rows = [f"| `{_code(names)}` | {_cell(text)} |\n" for names, text in filter(None, records)]
    table = "\n| argument or option | what it does |\n|---|---|\n" + "".join(rows) if rows else ""
    return f"\n## captions {name}\n\n{_prose(command.help)}{table}"


def _prose(text: str) -> str:
    """Return the paragraphs of a help text; examples become code."""
    parts = []
    for paragraph in text.strip().split("\n\n"):
        if paragraph.startswith("\b"):
            title, _, examples = paragraph.lstrip("\b\n").partition("\n")
            lines = "\n".join(line.removeprefix("  ") for line in examples.splitlines())
            parts.append(f"{title}\n\n```text\n{lines}\n```\n")
        else:
            parts.append(paragraph.replace("<", "&lt;") + "\n")
    return "\n".join(parts)


def _code(names: str) -> str:
    """Return the names of an option without the internal type of an argument: ``PATH <list[str]>``."""
    return re.sub(r"(?<=[A-Z]) <.*>$", "", names).replace("|", "\\|")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
