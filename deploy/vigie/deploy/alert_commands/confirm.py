"""`vigie alerts confirm`: another source says that an alert is true, or that it is not."""

from typing import Any

import click

from vigie.deploy.alert_order_command import give, order_options


@click.command(
    epilog="""\b
    Examples:
      vigie alerts confirm 9f3a1c04 --source "caméra du pont" --as cellule-de-crise
      vigie alerts confirm 9f3a1c04 --refuted --source "échelle lue sur place : 0,82 m"
    """
)
@order_options
@click.option("--source", default="", help="By what: a camera, another station, somebody on the spot.")
@click.option("--refuted", is_flag=True, help="It is not true.")
@click.option("--reason", default="", help="What you want to say about it.")
def command(alert: str, source: str, reason: str, *, refuted: bool, **given: Any) -> None:
    """Confirm ALERT by another source, or refute it: who and by what is kept with it. Exit code 19: refused."""
    facts = {"confirmed_by": source} if source else {}
    give(alert, "confirm", value="refuted" if refuted else "confirmed", reason=reason, facts=facts, **given)
