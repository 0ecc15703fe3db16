"""What the store is asked about uplinks, on a real PostgreSQL."""

import psycopg
import pytest

from vigie.streams.sinks import queries
from vigie.streams.sinks.migrate import migrate

DEVICE = "eui:24e124136b000001"
NOON = "2026-11-23 12:00Z"


@pytest.fixture
def connection(database):
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        yield connection


def store(connection, number: int, observed_at: str, value: float, ingested_at: str = NOON) -> None:
    connection.execute(
        "INSERT INTO uplink (id, observed_at, revision, device, bearer, network, received_at, ingested_at, codec,"
        ' codec_version, codec_hash, properties, channels, "values")'
        " VALUES (%s::uuid, %s, 0, %s, 'lora', 'n', %s, %s, 'elsys', '1', '0', '{1}', '{0}', ARRAY[%s]::float8[])",
        (f"{number:032x}", observed_at, DEVICE, observed_at, ingested_at, value),
    )


@pytest.mark.parts
@pytest.mark.parametrize(
    ("observed_at", "ingested_at"),
    [
        ("2026-11-23 12:05:01Z", NOON),
        ("1999-12-31 23:59:59Z", NOON),
        ("1970-01-01 00:00Z", NOON),
        ("0001-01-01 00:00Z", NOON),
        ("4713-01-02 00:00Z BC", NOON),
        ("9999-12-31 23:59:59Z", NOON),
        ("9999-12-31 23:59:59Z", "9999-12-31 23:59:59Z"),
        ("294276-12-31 00:00Z", "294276-12-31 00:00Z"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "America/Cayenne"])
def test_an_impossible_instant_is_no_last_reading(connection, observed_at, ingested_at, zone):
    connection.execute("SELECT set_config('TimeZone', %s, false)", (zone,))
    store(connection, 1, observed_at, -40.0, ingested_at)
    assert queries.last_readings(connection, [DEVICE]) == []
    store(connection, 2, "2026-11-23 11:00Z", 20.5)
    store(connection, 3, "2026-11-23 10:00Z", 19.5)
    (last,) = queries.last_readings(connection, [DEVICE])
    assert (last.value, last.observed_at) == (20.5, 1_795_431_600_000)
