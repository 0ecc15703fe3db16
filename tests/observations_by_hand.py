"""Observations that the sink stores, and a fleet stated on days of one's own."""

import json

from vigie.streams.sinks.transaction import Transaction
from vigie.topics.avro import Framer
from vigie.topics.observation import Observation, ObservedReading, observation_id, revision

FRAMER = Framer("observations.v1")
NOON = 1_795_446_000_000


def observation(uplink=1, point="P1", at=NOON, revisions=(0, 1, 0), value=20.5, **others):
    name = f"{uplink:032x}"
    values = dict(  # noqa: C408 -- reads better than a literal of thirty quotes
        id=observation_id(name, point, at), revision=revision(*revisions), withdrawn=False, point=point, device="D1",
        placement="P1/1", use_case="heat", commune="13055", zones=("Z1",), uplink=name, network="commune",
        observed_at=at, received_at=NOON, ingested_at=NOON, readings=(ObservedReading(1, 0, value, 1, 0x1),),
        ruleset="1", fleet_revision=revisions[1], reason="live",
    )  # fmt: skip
    return Observation(**(values | others))


def store(connection, *observations):
    """One transaction of the sink."""
    transaction = Transaction()
    transaction.observations.add([FRAMER.encode(one) for one in observations])
    transaction.prepare(connection)
    with connection.transaction():
        transaction.write(connection)


class Fleet:
    """Applies statements of whole objects, as vigie fleet apply does, at days of one's own."""

    def __init__(self, connection):
        self._connection, self._revision = connection, 0

    def state(self, day, *objects):
        self._revision += 1
        execute = self._connection.execute
        execute(
            "INSERT INTO fleet_revision VALUES (%s, %s, %s, 't', 't', 1)", (self._revision, str(self._revision), day)
        )
        for kind, name, versions in objects:
            execute("INSERT INTO fleet_object (kind, id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (kind, name))
            [(number,)] = execute("SELECT number FROM fleet_object WHERE kind = %s AND id = %s", (kind, name))
            execute(
                "UPDATE fleet_version SET superseded_at = %s, superseded_revision = %s"
                " WHERE object = %s AND superseded_at IS NULL", (day, self._revision, number)
            )  # fmt: skip
            for valid, attributes in versions:
                execute(
                    "INSERT INTO fleet_version (object, valid, attributes, revision, recorded_at)"
                    " VALUES (%s, %s, %s, %s, %s)", (number, valid, json.dumps(attributes), self._revision, day)
                )  # fmt: skip
