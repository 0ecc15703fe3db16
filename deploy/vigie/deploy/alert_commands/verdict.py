"""`vigie alerts verdict`: was an alert right? From this the precision of each rule is told."""

from typing import Any

import click

from vigie.deploy.alert_order_command import give, order_options


@click.command(
    epilog="""\b
    Examples:
      vigie alerts verdict 9f3a1c04 true
      vigie alerts verdict 9f3a1c04 false --reason "toile d'araignée devant la sonde"
    """
)
@order_options
@click.argument("verdict", type=click.Choice(["true", "false"]))
@click.option("--reason", default="", help="What it was.")
def command(alert: str, verdict: str, reason: str, **given: Any) -> None:
    """Say whether ALERT was right; at any time, also long after it is over. Exit code 19: refused."""
    give(alert, "verdict", value=verdict, reason=reason, **given)
