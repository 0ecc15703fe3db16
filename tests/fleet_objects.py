"""Objects of the fleet, short to write, and a producer that publishes them as the outbox does."""

import json
from typing import Any

from confluent_kafka import Producer

from vigie.topics.avro import Framer
from vigie.topics.fleet_object import FleetObject, Version


def version(valid_from: int | None = None, valid_to: int | None = None, **attributes: Any) -> Version:
    return Version(valid_from=valid_from, valid_to=valid_to, attributes=json.dumps(attributes))


def fleet_object(kind: str, name: str, /, *versions: Version, revision: int = 1, **attributes: Any) -> FleetObject:
    """An object with these versions; attributes alone make one that holds always."""
    return FleetObject(
        kind=kind, id=name, revision=revision, recorded_at=0, apply_id=f"apply-{revision}", part=1, parts=1,
        versions=versions or (version(**attributes),),
    )  # fmt: skip


def gone(kind: str, name: str, revision: int = 2) -> FleetObject:
    """An object that was taken back."""
    return FleetObject(
        kind=kind, id=name, revision=revision, recorded_at=0, apply_id=f"apply-{revision}", part=1, parts=1, versions=()
    )


def point(name: str, /, *, zones: tuple[str, ...] = (), **more: Any) -> FleetObject:
    revision = more.pop("revision", 1)
    return fleet_object(
        "point", name, revision=revision,
        **{"code": name, "use_case": "heat", "commune": "13055", "zones": list(zones), "latitude": 43.3,
           "longitude": 5.4, "step_s": 900, "upload_s": 900, "properties": [{"property": "air_temperature"}], **more},
    )  # fmt: skip


def device(name: str, *addresses: str, revision: int = 1) -> FleetObject:
    return fleet_object("device", name, revision=revision, addresses=list(addresses), model="EM300-TH")


def placement(
    name: str, device_: str, point_: str, valid_from: int | None = None, valid_to: int | None = None, **more: Any
) -> FleetObject:  # fmt: skip
    revision = more.pop("revision", 1)
    return fleet_object(
        "placement", name, version(valid_from, valid_to, device=device_, point=point_, **more), revision=revision
    )


class Outbox:
    """Publishes applies on a topic."""

    def __init__(self, servers: str, topic: str) -> None:
        self._producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True, "linger.ms": 0})
        self._topic = topic
        self._encode = Framer("fleet.v1").encode

    def apply(self, revision: int, *objects: FleetObject, but_last: int = 0) -> None:
        """Publish an apply, or all of it but its last records."""
        for part, one in enumerate(objects[: len(objects) - but_last], 1):
            self.send(one.key(), self._encode(_numbered(one, revision, part, len(objects))))
        self.confirm()

    def rest(self, revision: int, *objects: FleetObject, but_last: int) -> None:
        """Publish what `apply` with the same words left out."""
        for part, one in list(enumerate(objects, 1))[len(objects) - but_last :]:
            self.send(one.key(), self._encode(_numbered(one, revision, part, len(objects))))
        self.confirm()

    def send(self, key: bytes, value: bytes) -> None:
        self._producer.produce(self._topic, value, key, partition=0)

    def confirm(self) -> None:
        assert self._producer.flush(30) == 0


def _numbered(one: FleetObject, revision: int, part: int, parts: int) -> FleetObject:
    return FleetObject(
        kind=one.kind, id=one.id, revision=revision, recorded_at=one.recorded_at, apply_id=f"apply-{revision}",
        part=part, parts=parts, versions=one.versions,
    )  # fmt: skip
