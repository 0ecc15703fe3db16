"""`vigie indicators`: which numbers there are over windows, what they say, and why."""

import click

from vigie.deploy import indicator_commands
from vigie.deploy.command_group import FoundCommands


@click.group(
    cls=FoundCommands,
    package=indicator_commands,
    epilog="""\b
    Examples:
      vigie indicators list
      vigie indicators explain SON-13055-01 noise_harmonica '2026-07-14 15:00'   # why it has its value
    """,
)
def command() -> None:
    """List indicators and windows, show their values, and say how each came about."""
