"""`vigie quality`: how good the values are, and why."""

import click

from vigie.deploy import quality_commands
from vigie.deploy.command_group import FoundCommands


@click.group(
    cls=FoundCommands,
    package=quality_commands,
    epilog="\b\nExamples:\n  vigie quality explain TEM-13055-01 '2026-07-14 15:30'   # why a value has its flag",
)
def command() -> None:
    """Say how good the values are, and why."""
