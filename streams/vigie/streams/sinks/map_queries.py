"""A map at an instant: what all points of a zone, commune or use case measured then, and where they are."""

from typing import Any, NamedTuple

import psycopg

from vigie.streams.sinks.fleet_queries import epoch_ms

WITHIN_S = 900
"""How near to the instant a value is taken, seconds."""
SUBJECTS = ("zone", "commune", "use_case", "point")
"""Kinds of subjects of which there is a map."""


class OnMap(NamedTuple):
    """A point on a map, in one channel.

    Attributes:
        point, code, name, use_case, commune, zones: as they were at the instant (as known now).
        latitude, longitude: degrees.
        altitude_m: None where nobody said.
        channel: of the value; 0 where there is none.
        value: the good one (flags 1 and 2) nearest to the instant; None where none is near enough.
        unit: of the value.
        flag: 1 or 2; None without a value.
        observed_at: of the value, epoch ms UTC.
        gap_s: from the instant to the value; below 0 where it is earlier.
    """

    point: str
    code: str
    name: str
    use_case: str
    commune: str
    zones: tuple[str, ...]
    latitude: float | None
    longitude: float | None
    altitude_m: float | None
    channel: int
    value: float | None
    unit: str
    flag: int | None
    observed_at: int | None
    gap_s: float | None


def map_at(
    connection: "psycopg.Connection[Any]", at: int, property_name: str, within_s: int = WITHIN_S, subject: str = ""
) -> list[OnMap]:
    """The map at an instant; a point that should measure the property and has no good value stands there without.

    Args:
        connection: to the store.
        at: epoch ms UTC.
        property_name: of the catalogue.
        within_s: how near to the instant a value is taken.
        subject: `zone:`, `commune:`, `use_case:` or `point:` and an id; empty for all points.

    Returns:
        By rising point and channel.
    """
    rows = connection.execute(
        "SELECT * FROM carte_a(to_timestamp(%s / 1000.0), %s, make_interval(secs => %s), %s)",
        (at, property_name, within_s, subject or None),
    )
    return [
        OnMap(point, code or point, name or "", use_case or "", commune or "", tuple(zones), latitude, longitude,
              altitude_m, channel or 0, value, unit, flag, epoch_ms(observed_at), gap_s)
        for (point, code, name, use_case, commune, zones, latitude, longitude, altitude_m, channel, value, unit, flag,
             observed_at, gap_s) in rows
    ]  # fmt: skip
