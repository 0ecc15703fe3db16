"""`vigie quality`: how good the values are, and why."""

import importlib
import pkgutil

import click

from vigie.deploy import quality_commands


class QualityCommands(click.Group):
    """A group that reads a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the modules, a dash for each underscore."""
        del ctx
        return sorted(found.name.replace("_", "-") for found in pkgutil.iter_modules(quality_commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The `command` of that module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{quality_commands.__name__}.{cmd_name.replace('-', '_')}")
        found: click.Command = module.command
        found.name = cmd_name
        return found


@click.group(
    cls=QualityCommands,
    epilog="\b\nExamples:\n  vigie quality explain TEM-13055-01 '2026-07-14 15:30'   # why a value has its flag",
)
def command() -> None:
    """Say how good the values are, and why."""
