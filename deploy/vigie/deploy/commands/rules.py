"""`vigie rules`: what watches the values, how it judges, and what it would have raised."""

import click

from vigie.deploy import rule_commands
from vigie.deploy.command_group import FoundCommands


@click.group(
    cls=FoundCommands,
    package=rule_commands,
    epilog="""\b
    Examples:
      vigie rules list
      vigie rules try crue --since 30d               # what it would have raised, and mailed
      vigie rules try crue --file flotte/rule.yaml   # before it is applied
    """,
)
def command() -> None:
    """List alert rules, say how each judges, and try one on what is stored before it is switched on."""
