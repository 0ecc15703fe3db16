"""Instants as people type them on the command line: as they write them in a fleet's files."""

import click

from vigie.deploy.fleet_files.refused import Refused
from vigie.deploy.fleet_files.typed_instants import instant_ms
from vigie.streams.settings import Settings


def typed_instant(text: str | None, settings: Settings) -> int | None:
    """A legal time as epoch ms; None for none.

    Raises:
        click.BadParameter: it is no time.

    >>> typed_instant("2026-03-02 08:00", Settings()) == typed_instant("02/03/2026 8 h", Settings())
    True
    """
    if text is None:
        return None
    try:
        return instant_ms(text.strip(), settings.timezone)
    except Refused as refused:
        french = settings.language == "fr"
        raise click.BadParameter(refused.french if french else refused.english) from None
