"""`vigie fleet doc`: the tables of docs/fleet.md."""

import click


@click.command(epilog="\b\nExample:\n  vigie fleet doc    # what stands in docs/fleet.md under Kinds and fields")
def command() -> None:
    """Print the kinds of objects and their fields, as the page docs/fleet.md has them."""
    from vigie.deploy.fleet_files.tables import markdown

    click.echo(markdown(), nl=False)
