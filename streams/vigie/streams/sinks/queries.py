"""What the store is asked: by pages, exports and the demo."""

from dataclasses import dataclass
from typing import Any

import psycopg

from vigie.streams.sinks.alert_rows import epoch_ms

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReading:
    """A reading as stored: epoch ms UTC, property id, value in the catalogue's unit."""

    device: str
    observed_at: int
    property: int
    channel: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUplink:
    """An uplink as stored; instants in epoch ms UTC."""

    id: str
    revision: int
    observed_at: int
    ingested_at: int
    network: str
    codec: str
    properties: tuple[int, ...]
    channels: tuple[int, ...]
    values: tuple[float, ...]


def devices(connection: Connection, limit: int, after: str = "") -> list[tuple[str, int]]:
    """Devices whose id comes after one, in order, with their last arrival (epoch ms).

    A loose index scan: each device costs one look into the index, however many uplinks it has.
    """
    rows = connection.execute(
        "WITH RECURSIVE d AS ("
        " SELECT (SELECT device FROM uplink WHERE device > %s ORDER BY device LIMIT 1) AS device, 1 AS n"
        " UNION ALL SELECT (SELECT device FROM uplink WHERE device > d.device ORDER BY device LIMIT 1), n + 1"
        " FROM d WHERE d.device IS NOT NULL AND n < %s)"
        " SELECT device, (SELECT ingested_at FROM uplink u WHERE u.device = d.device"
        " ORDER BY observed_at DESC LIMIT 1) FROM d WHERE device IS NOT NULL",
        (after, limit),
    )
    return [(device, epoch_ms(at)) for device, at in rows]


def last_readings(connection: Connection, names: list[str]) -> list[StoredReading]:
    """The last reading of each property and channel of devices, from their last 50 uplinks each.

    Impossible instants are passed over: one of a clock more than five minutes ahead would stay the last word for years,
    one before 2000 says nothing of now, and some no Python datetime holds in any time zone.
    """
    rows = connection.execute(
        "SELECT DISTINCT ON (d.device, r.property, r.channel) d.device, u.observed_at, r.property, r.channel, r.value"
        " FROM unnest(%s::text[]) AS d (device) CROSS JOIN LATERAL"
        ' (SELECT observed_at, properties, channels, "values" FROM uplink WHERE device = d.device'
        "  AND observed_at >= timestamptz '2000-01-01 00:00Z'"
        "  AND observed_at <= least(ingested_at + interval '5 minutes', timestamptz '9999-12-30 00:00Z')"
        "  ORDER BY observed_at DESC LIMIT 50) u"
        ' CROSS JOIN LATERAL unnest(u.properties, u.channels, u."values") AS r (property, channel, value)'
        " ORDER BY d.device, r.property, r.channel, u.observed_at DESC",
        (names,),
    )
    return [
        StoredReading(device=device, observed_at=epoch_ms(at), property=number, channel=channel, value=value)
        for device, at, number, channel, value in rows
    ]


def last_uplinks(connection: Connection, device: str, limit: int) -> list[StoredUplink]:
    """The last uplinks of a device, the latest first."""
    rows = connection.execute(
        # A device's clock may say what no Python datetime holds.
        "SELECT id, revision,"
        " least(greatest(observed_at, timestamptz '0001-01-02 00:00Z'), timestamptz '9999-12-30 00:00Z'),"
        " ingested_at, network, codec || ' ' || codec_version, properties, channels,"
        ' "values" FROM uplink WHERE device = %s ORDER BY observed_at DESC LIMIT %s',
        (device, limit),
    )
    return [
        StoredUplink(
            id=row[0].hex,
            revision=row[1],
            observed_at=epoch_ms(row[2]),
            ingested_at=epoch_ms(row[3]),
            network=row[4],
            codec=row[5],
            properties=tuple(row[6]),
            channels=tuple(row[7]),
            values=tuple(row[8]),
        )
        for row in rows
    ]


def counts(connection: Connection) -> dict[str, int]:
    """How many rows stand in each table of history."""
    found = {}
    for table in ("uplink", "aggregate", "alert_event"):
        row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 -- names of ours
        found[table] = int(row[0]) if row else 0
    return found
