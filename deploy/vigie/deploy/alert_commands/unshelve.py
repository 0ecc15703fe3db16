"""`vigie alerts unshelve`: an alert that was shelved counts again."""

from typing import Any

import click

from vigie.deploy.alert_order_command import give, order_options


@click.command(
    epilog="""\b
    Example:
      vigie alerts unshelve 9f3a1c04
    """
)
@order_options
@click.option("--reason", default="", help="Why.")
def command(alert: str, reason: str, **given: Any) -> None:
    """Take ALERT, and its alarm, from the shelf before its time. Exit code 19: refused."""
    give(alert, "unshelve", reason=reason, **given)
