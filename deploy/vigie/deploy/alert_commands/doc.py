"""`vigie alerts doc`: the tables of docs/alerts.md, rendered from the life cycle."""

import click

from vigie.deploy.alert_page import page


@click.command(
    epilog="""\b
    Example:
      vigie alerts doc      # between the marks of docs/alerts.md
    """
)
def command() -> None:
    """Print the tables of docs/alerts.md: priorities, life cycle, marks, refusals."""
    click.echo(page(), nl=False)
