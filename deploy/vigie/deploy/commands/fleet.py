"""`vigie fleet`: the fleet in and out of its files, and what changes in it."""

import importlib
import pkgutil

import click

from vigie.deploy import fleet_commands


class FleetCommands(click.Group):
    """A group that reads a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the modules."""
        del ctx
        return sorted(found.name for found in pkgutil.iter_modules(fleet_commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The `command` of that module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = importlib.import_module(f"{fleet_commands.__name__}.{cmd_name}").command
        found.name = cmd_name
        return found


@click.group(
    cls=FleetCommands,
    epilog="\b\nExamples:\n  vigie fleet template > flotte.xlsx   # a spreadsheet to fill in\n"
    "  vigie fleet diff flotte/               # what an apply would change\n  vigie fleet apply flotte/",
)
def command() -> None:
    """State the fleet, see what a statement would change, and apply it."""
