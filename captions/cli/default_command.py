"""A command that has commands below it and does something by itself: ``captions correct "LINE"``, ``correct list``."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

ITSELF = "it"
"""The name under which the group keeps what it does by itself. Nobody types it."""


class Either(TyperGroup):
    """A group that hands what names none of its commands to the one named :data:`ITSELF`.

    A first argument that is also a command's name is told from it by ``--``: ``captions correct -- list``.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts the name of the command in front, where there is none."""
        if not args and ctx.resilient_parsing:  # a shell asks what may follow
            return super().parse_args(ctx, args)
        if not args:
            args = ["--help"]
        if args[0] not in self.commands or args[0] == ITSELF:
            args = [ITSELF, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Gives what may follow: the commands below, and the options of what the group does by itself."""
        below = super().shell_complete(ctx, incomplete)
        if not incomplete.startswith("-"):
            return below
        itself = self.commands[ITSELF]
        inner = itself.make_context(ITSELF, [], parent=ctx, resilient_parsing=True)
        return itself.shell_complete(inner, incomplete)


class Itself(TyperCommand):
    """What the group does by itself; its help is the group's."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Writes how the group is called: the name that nobody types is left out."""
        formatter.write_usage(ctx.parent.command_path, " ".join(self.collect_usage_pieces(ctx)))
