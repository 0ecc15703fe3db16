"""Instants and periods as people type them on the command line."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from vigie.streams.settings import Settings


def typed_instant(text: str | None, settings: Settings) -> int | None:
    """A legal time as epoch ms; None for none.

    Raises:
        click.BadParameter: it is no time.

    >>> typed_instant("2026-03-02 08:00", Settings())
    1772434800000
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a time: write 2026-03-02 or '2026-03-02 08:00'") from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(settings.timezone))
    return int(found.timestamp() * 1000)
