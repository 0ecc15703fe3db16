"""`vigie alerts reset`: a latched alert is done with."""

from typing import Any

import click

from vigie.deploy.alert_order_command import give, order_options


@click.command(
    epilog="""\b
    Example:
      vigie alerts reset 9f3a1c04 --reason "berge inspectée"
    """
)
@order_options
@click.option("--reason", default="", help="What you want to say about it.")
def command(alert: str, reason: str, **given: Any) -> None:
    """Reset ALERT, which stays after what raised it is over. Exit code 19: refused."""
    give(alert, "reset", reason=reason, **given)
