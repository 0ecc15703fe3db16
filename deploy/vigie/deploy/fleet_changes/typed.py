"""What people type of the fleet on the command line."""

from collections.abc import Callable

import click

from vigie.deploy.fleet_files.refused import Refused
from vigie.deploy.fleet_files.typed_names import address, object_id
from vigie.streams.settings import Settings


def typed_address(text: str | None, settings: Settings) -> str | None:
    """The address of a device, as messages carry it, in its one form; None for none.

    Raises:
        click.BadParameter: it is no address.

    >>> typed_address("eui:24-E1-24-13-6B-00-01-18", Settings())
    'eui:24e124136b000118'
    """
    return _typed(address, text, settings)


def typed_id(text: str | None, settings: Settings) -> str | None:
    """An id as files may have it; None for none.

    Raises:
        click.BadParameter: it cannot be one.

    >>> typed_id("capteur-117", Settings())
    'capteur-117'
    """
    return _typed(object_id, text, settings)


def _typed(read: Callable[[str], str], text: str | None, settings: Settings) -> str | None:
    try:
        return None if text is None else read(text.strip())
    except Refused as refused:
        raise click.BadParameter(refused.french if settings.language == "fr" else refused.english) from None
