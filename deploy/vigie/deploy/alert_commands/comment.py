"""`vigie alerts comment`: words that are kept with an alert."""

from typing import Any

import click

from vigie.deploy.alert_order_command import give, order_options


@click.command(
    epilog="""\b
    Example:
      vigie alerts comment 9f3a1c04 "antenne arrachée, photo dans le dossier"
    """
)
@order_options
@click.argument("text")
def command(alert: str, text: str, **given: Any) -> None:
    """Keep TEXT with ALERT, also when it is over. Exit code 19: refused."""
    give(alert, "comment", reason=text, **given)
