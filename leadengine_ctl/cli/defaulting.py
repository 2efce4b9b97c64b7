"""A group whose most used command needs no name: `lectl backup acme` is `lectl backup run acme`."""

from typing import Any

from typer.core import TyperGroup

_OWN = ("--help",)


class DefaultGroup(TyperGroup):
    """Takes what is none of its commands for words of the command `run`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in _OWN:
            args = ["run", *args]
        return super().parse_args(ctx, args)
