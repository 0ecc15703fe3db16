"""Rows of the store written by hand: a fleet without its checks, uplinks and observations whose figures are counted."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
from real_parts import Services, fresh_database

from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.transaction import Transaction
from vigie.topics.aggregate import Aggregate
from vigie.topics.avro import Framer
from vigie.topics.fleet.kind import references_of
from vigie.topics.property import BY_NAME

Connection = psycopg.Connection[Any]
_frame = Framer("aggregates.v1").encode


@contextmanager
def empty_store(services: Services) -> Iterator[Connection]:
    """A database with our tables, for the tests of a file that only read it."""
    server, owner = services.database()
    with fresh_database(server, owner) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        migrate(connection)
        yield connection


def aggregate(connection: Connection, *made: Aggregate) -> None:
    """Aggregates, as one transaction of the sink."""
    transaction = Transaction()
    transaction.aggregates.add([_frame(one) for one in made])
    transaction.prepare(connection)
    with connection.transaction():
        transaction.write(connection)


def state(connection: Connection, *objects: tuple) -> None:
    """State objects: (kind, id, attributes) or (kind, id, attributes, from ISO or None, to ISO or None)."""
    revision = connection.execute("SELECT coalesce(max(revision), 0) + 1 FROM fleet_revision").fetchone()[0]
    connection.execute(
        "INSERT INTO fleet_revision VALUES (%s, %s, now(), 'test', 'test', 1)", (revision, f"apply {revision}")
    )
    numbers = {}
    for kind, name, *_ in objects:
        connection.execute("INSERT INTO fleet_object (kind, id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (kind, name))
        numbers[kind, name] = _number(connection, kind, name)
    for kind, name, attributes, *span in objects:
        connection.execute(
            "INSERT INTO fleet_version (object, valid, attributes, revision, recorded_at)"
            " VALUES (%s, tstzrange(%s, %s), %s, %s, now())",
            (numbers[kind, name], *(span or (None, None)), json.dumps(attributes), revision),
        )
        for field, to, target in references_of(kind, attributes):
            connection.execute(
                "INSERT INTO fleet_reference VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (numbers[kind, name], field, _number(connection, to, target)),
            )


def _number(connection: Connection, kind: str, name: str) -> int:
    row = connection.execute("SELECT number FROM fleet_object WHERE kind = %s AND id = %s", (kind, name)).fetchone()
    assert row, f"{kind}:{name} is not stated"
    return row[0]


def uplink(connection: Connection, device: str, at: str, /, **facts: Any) -> UUID:
    """An uplink at an instant (ISO); received and ingested then too, unless facts say otherwise."""
    row = {
        "id": uuid4(), "observed_at": at, "revision": 0, "device": device, "bearer": "lora", "network": "ville",
        "received_at": at, "session": "s", "payload": b"12345678", "codec": "c", "codec_version": "1",
        "codec_hash": "0", "properties": [1], "channels": [0], '"values"': [20.0],
    } | facts  # fmt: skip
    row.setdefault("ingested_at", row["received_at"].replace("Z", "+00:00"))
    columns = ", ".join(row)
    connection.execute(
        f"INSERT INTO uplink ({columns}) VALUES ({', '.join(['%s'] * len(row))})".encode(), list(row.values())
    )
    return row["id"]


def observation(
    connection: Connection, point: str, at: str, /, values: dict[str, float] | None = None,
    flags: Sequence[int] | None = None, **facts: Any,
) -> None:  # fmt: skip
    """An observation of a point at an instant; values by property name, `name#channel` where it is not 0."""
    values = {"air_temperature": 20.0} if values is None else values
    names = [name.partition("#") for name in values]
    row = {
        "id": uuid4(), "observed_at": at, "revision": 0, "point": point, "device": "d", "placement": "p",
        "use_case": "heat", "commune": "13055", "uplink": uuid4(), "network": "ville", "received_at": at,
        "ingested_at": at, "properties": [BY_NAME[name].id for name, _, _ in names],
        "channels": [int(channel or 0) for _, _, channel in names], '"values"': list(values.values()),
        "flags": list(flags or [1] * len(values)), "tests": [0] * len(values), "ruleset": "1", "fleet_revision": 1,
        "reason": "live", "withdrawn": False,
    } | facts  # fmt: skip
    columns = ", ".join(row)
    connection.execute(
        f"INSERT INTO observation ({columns}) VALUES ({', '.join(['%s'] * len(row))})".encode(), list(row.values())
    )


COMMUNE = ("commune", "13055", {"name": "Marseille", "latitude": 43.3, "longitude": 5.4, "radius_km": 20})
PARTY = ("party", "metropole", {"name": "Métropole", "type": "metropole"})
TECHNICIAN = ("contact", "technicien", {"party": "metropole", "role": "technician", "name": "Jean Secret"})
MODEL = ("model", "em300-th", {"maker": "Milesight"})


def point(name: str, /, **fields: Any) -> tuple:
    """A point of Marseille that measures the air's temperature every quarter of an hour."""
    return ("point", name, {
        "code": name, "use_case": "heat", "commune": "13055", "latitude": 43.3, "longitude": 5.4,
        "properties": [{"property": "air_temperature"}], "step_s": 900, "upload_s": 900,
    } | fields)  # fmt: skip


def device(name: str, *addresses: str) -> tuple:
    """A device of the model em300-th."""
    return ("device", name, {"addresses": list(addresses) or [f"eui:{name}"], "model": "em300-th"})


def placement(name: str, of: str, at_point: str, begin: str | None = None, end: str | None = None) -> tuple:
    """A device at a point from–to."""
    return ("placement", name, {"device": of, "point": at_point}, begin, end)
