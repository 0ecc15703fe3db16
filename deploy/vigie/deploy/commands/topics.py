"""`vigie topics`: make them, compare them with the catalogue, print the page about them."""

import json

import click

from vigie.deploy import topic_admin
from vigie.deploy.console_words import say
from vigie.deploy.installation import settings_here
from vigie.deploy.operator_error import Exit


@click.group(
    epilog="""\b
    Examples:
      vigie topics create             # make what is missing
      vigie topics check              # exit code 17 if something differs
      vigie topics check --json
      vigie topics doc > docs/topics.md
    """
)
def command() -> None:
    """Make, check and describe the topics."""


@command.command(epilog="\b\nExample:\n  VIGIE_KAFKA=broker:9092 vigie topics create")
@click.option("--json", "as_json", is_flag=True, help="Print the names as one JSON object.")
def create(*, as_json: bool) -> None:
    """Make the topics that the cluster lacks; existing ones are left alone."""
    settings = settings_here()
    made = topic_admin.create(settings)
    if as_json:
        click.echo(json.dumps({"created": made}))
    else:
        click.echo("\n".join(made) if made else say(settings.language, "topics_exist"))


@command.command(epilog="\b\nExample:\n  vigie topics check --json")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as one JSON object.")
def check(*, as_json: bool) -> None:
    """Compare the cluster with the catalogue. Exit code 17: something differs."""
    settings = settings_here()
    found = topic_admin.differences(settings)
    if as_json:
        click.echo(json.dumps({"differences": found}))
    else:
        click.echo("\n".join(found) if found else say(settings.language, "topics_agree"))
    if found:
        raise SystemExit(int(Exit.DIFFERENT))


@command.command(epilog="\b\nExample:\n  vigie topics doc > docs/topics.md")
def doc() -> None:
    """Print the page docs/topics.md."""
    click.echo(topic_admin.catalogue_page(), nl=False)
