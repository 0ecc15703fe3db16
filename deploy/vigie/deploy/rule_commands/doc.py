"""`vigie rules doc`: the page docs/rules.md."""

import click

from vigie.deploy.rule_page import page


@click.command(epilog="\b\nExample:\n  vigie rules doc > docs/rules.md")
def command() -> None:
    """Print the page docs/rules.md: how values are judged, and each rule of the platform with what it does."""
    click.echo(page(), nl=False)
