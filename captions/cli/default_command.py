"""Let a group of commands also act as a command: ``captions correct "LINE"`` next to ``captions correct list``."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

DEFAULT = "it"
"""The internal name of the group's own command, which nobody types."""


class DefaultGroup(TyperGroup):
    """A group that runs the command named :data:`DEFAULT` unless its first argument names another.

    To pass a command's name as an argument, put ``--`` before it: ``captions correct -- list``.
    """

    needs_arguments = True
    """Whether the group shows its help if there are no arguments; otherwise its own command runs."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Insert the name of the default command if the arguments name no command."""
        if not args and ctx.resilient_parsing:  # shell completion
            return super().parse_args(ctx, args)
        if not args:
            return super().parse_args(ctx, ["--help"] if self.needs_arguments else [DEFAULT])
        if args[0] not in self.commands or args[0] == DEFAULT:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the subcommands and values of the default command's first argument, or its options."""
        subcommands = super().shell_complete(ctx, incomplete)
        default = self.commands[DEFAULT]
        inner = default.make_context(DEFAULT, [], parent=ctx, resilient_parsing=True)
        if incomplete.startswith("-"):
            return default.shell_complete(inner, incomplete)
        first = next((each for each in default.params if each.param_type_name == "argument"), None)
        return [*subcommands, *(first.shell_complete(inner, incomplete) if first is not None else ())]


class _GroupContext(typer.Context):
    """The context of a group's own command, whose usage and errors name the group."""

    @property
    def command_path(self) -> str:
        """Return the name without the internal one: ``captions correct``."""
        return self.parent.command_path if self.parent is not None else super().command_path


class DefaultCommand(TyperCommand):
    """The command of a :class:`DefaultGroup`; its help is the help of the group."""

    context_class = _GroupContext
