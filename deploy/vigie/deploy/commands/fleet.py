"""`vigie fleet`: the fleet in and out of its files, and what changes in it."""

import click

from vigie.deploy import fleet_commands
from vigie.deploy.command_group import FoundCommands


@click.group(
    cls=FoundCommands,
    package=fleet_commands,
    epilog="\b\nExamples:\n  vigie fleet template > flotte.xlsx   # a spreadsheet to fill in\n"
    "  vigie fleet diff flotte/               # what an apply would change\n  vigie fleet apply flotte/",
)
def command() -> None:
    """State the fleet, see what a statement would change, and apply it."""
