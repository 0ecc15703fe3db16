"""The name that windows of a series have in `aggregates.v1`."""

from vigie.topics.property import PROPERTIES


def indicator_name(property_id: int, channel: int) -> str:
    """The name of a series' indicator.

    >>> indicator_name(60, 2), indicator_name(1, 0)
    ('passages#2', 'air_temperature')
    """
    name = PROPERTIES[property_id].name
    return f"{name}#{channel}" if channel else name
