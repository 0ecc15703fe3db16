"""`vigie alerts ack`: somebody has seen an alert and cares for it."""

from typing import Any

import click

from vigie.deploy.alert_order_command import give, order_options


@click.command(
    epilog="""\b
    Examples:
      vigie alerts ack 9f3a1c04
      vigie alerts ack 9f3a1c04 --as astreinte-eau --reason "équipe en route"
    """
)
@order_options
@click.option("--reason", default="", help="What you want to say about it.")
def command(alert: str, reason: str, **given: Any) -> None:
    """Acknowledge ALERT: it is neither repeated nor escalated any more. Exit code 19: refused."""
    give(alert, "ack", reason=reason, **given)
