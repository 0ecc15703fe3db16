"""A group of commands that finds its members: each module of a package, its `command` under the module's name.

A module cannot be named like a word of Python: `try_` holds the command `try`.
"""

import importlib
import keyword
import pkgutil
from types import ModuleType
from typing import Any

import click


class FoundCommands(click.Group):
    """A group that reads a command's module when the command is asked for.

    Args:
        package: whose modules are the commands.
        given: as of click.Group.
    """

    def __init__(self, *given: Any, package: ModuleType, **named: Any) -> None:
        super().__init__(*given, **named)
        self._package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the modules, a dash for each underscore."""
        del ctx
        return sorted(
            found.name.removesuffix("_").replace("_", "-") for found in pkgutil.iter_modules(self._package.__path__)
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The `command` of that module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_") + "_" * keyword.iskeyword(cmd_name)
        module = importlib.import_module(f"{self._package.__name__}.{name}")
        found: click.Command = module.command
        found.name = cmd_name
        return found
