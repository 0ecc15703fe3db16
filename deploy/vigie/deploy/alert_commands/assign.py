"""`vigie alerts assign`: who is to care for an alert."""

from typing import Any

import click

from vigie.deploy.alert_order_command import give, order_options


@click.command(
    epilog="""\b
    Examples:
      vigie alerts assign 9f3a1c04 technicien-eau
      vigie alerts assign 9f3a1c04 ""          # nobody any more
    """
)
@order_options
@click.argument("contact")
@click.option("--reason", default="", help="Why.")
def command(alert: str, contact: str, reason: str, **given: Any) -> None:
    """Assign ALERT to CONTACT, the id of a contact of the fleet. Exit code 19: refused."""
    give(alert, "assign", value=contact, reason=reason, **given)
