"""`vigie indicators doc`: the page docs/indicators.md."""

import click

from vigie.deploy.indicator_page import page


@click.command(epilog="\b\nExample:\n  vigie indicators doc > docs/indicators.md")
def command() -> None:
    """Print the page docs/indicators.md: every indicator of the platform with its definition, formula and limits."""
    click.echo(page(), nl=False)
