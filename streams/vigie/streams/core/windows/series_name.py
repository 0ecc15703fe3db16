"""The name that windows of a series have in `aggregates.v1`."""

from functools import lru_cache

from vigie.topics.property import BY_NAME, PROPERTIES


def indicator_name(property_id: int, channel: int) -> str:
    """The name of a series' indicator.

    >>> indicator_name(60, 2), indicator_name(1, 0)
    ('passages#2', 'air_temperature')
    """
    name = PROPERTIES[property_id].name
    return f"{name}#{channel}" if channel else name


@lru_cache(1000)
def series_of(indicator: str) -> tuple[int | None, int]:
    """Property and channel of an indicator; no property where it is a named one.

    >>> series_of("passages#2"), series_of("air_temperature"), series_of("noise_harmonica")
    ((60, 2), (1, 0), (None, 0))
    """
    name, _, channel = indicator.partition("#")
    entry = BY_NAME.get(name)
    return (None, 0) if entry is None else (entry.id, int(channel or 0))
