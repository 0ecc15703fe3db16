"""`vigie alerts`: what happens now and what happened, and what is to be done about it."""

import click

from vigie.deploy import alert_commands
from vigie.deploy.command_group import FoundCommands


@click.group(
    cls=FoundCommands,
    package=alert_commands,
    epilog="""\b
    Examples:
      vigie alerts list --open
      vigie alerts export alertes.csv
    """,
)
def command() -> None:
    """Show alerts, act on them, export them."""
