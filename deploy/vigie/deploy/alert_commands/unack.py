"""`vigie alerts unack`: nobody cares for an alert after all."""

from typing import Any

import click

from vigie.deploy.alert_order_command import give, order_options


@click.command(
    epilog="""\b
    Example:
      vigie alerts unack 9f3a1c04 --reason "équipe rappelée ailleurs"
    """
)
@order_options
@click.option("--reason", default="", help="Why.")
def command(alert: str, reason: str, **given: Any) -> None:
    """Withdraw the acknowledgement of ALERT: it is repeated and escalated again. Exit code 19: refused."""
    give(alert, "unack", reason=reason, **given)
