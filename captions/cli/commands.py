"""The program's commands, each imported when it is first used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from captions import __version__

_HELP = """Read photo captions and credits out of news articles, and audit what the newsroom owes for its pictures.

\b
Start here:
  captions ingest articles/           read articles into captions.db
  captions audit                      report problems, worst first
  captions usage --by supplier        count pictures by supplier
  captions clean articles/ -o clean/  write articles without captions

\b
Without a database:
  captions credit "AMMAR AWAD/REUTERS"
  captions parse article.txt
"""
_MODULES = {
    "ingest": "ingest",
    "audit": "audit",
    "check": "check",
    "usage": "usage",
    "statement": "statement",
    "find": "find",
    "show": "show",
    "export": "export",
    "desk": "desk",
    "serve": "serve",
    "clean": "clean",
    "parse": "parse",
    "credit": "credit",
    "agency": "agency",
    "creator": "creator",
    "publication": "publication",
    "agreement": "agreement",
    "license": "license",
    "correct": "correct",
    "waive": "waive",
    "forget": "forget",
    "config": "config",
    "images": "images",
    "archive": "archive",
    "db": "db_commands",
}
"""The command or group -> its module, in the order of the help. The module has a group ``app``, or a function with the
name of the command."""


class _Commands(Mapping[str, Any]):
    """The commands by name; each module is imported when its command is looked up."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._found:
            self._found[name] = _command(name, _MODULES[name])
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


def _command(name: str, module_name: str) -> Any:
    """Import the module of a command or group and return its command."""
    module = import_module(f"captions.cli.{module_name}")
    parent = typer.Typer(rich_markup_mode=None)
    if hasattr(module, "app"):
        parent.add_typer(module.app, name=name)
    else:
        parent.command(name)(getattr(module, name))
    return get_group(parent).commands[name]


class _Program(TyperGroup):
    """The group of all commands; running one of them imports only its module."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "commands": _Commands()})

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands without importing them."""
        return list(self.commands)


# Plain help (rich_markup_mode=None) starts twice as fast and keeps the line breaks of examples.
app = typer.Typer(
    name="captions",
    cls=_Program,
    help=_HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"captions {__version__}")
        raise typer.Exit()


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


_common.__doc__ = None  # Typer would show it instead of _HELP.
