"""`vigie alerts export`: the archive of alerts as a file."""

from pathlib import Path
from typing import TextIO

import click

from vigie.deploy.console_words import say
from vigie.deploy.exported import export_to
from vigie.deploy.installation import settings_here
from vigie.deploy.opened_store import opened_store
from vigie.serving.alert_export import PROFILES, write_csv


@click.command(
    epilog="""\b
    Examples:
      vigie alerts export alertes.csv                          # for a French spreadsheet
      vigie alerts export --profile normalise - | head -3      # for a program
    """
)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option(
    "--profile",
    type=click.Choice(list(PROFILES)),
    default="tableur",
    show_default=True,
    help="tableur: spreadsheet in French, legal time. normalise: UTF-8, commas, ISO 8601 in UTC.",
)
def command(file: Path, profile: str) -> None:
    """Write every transition of every alert to FILE as CSV; - writes to standard output."""
    settings = settings_here()

    def write(out: TextIO) -> int:
        with opened_store(settings) as store:
            return write_csv(store.events(), out, profile=profile, zone=settings.timezone)

    count = export_to(file, write)
    if count is not None:
        click.echo(say(settings.language, "exported", file=file, count=count, profile=profile), err=True)
