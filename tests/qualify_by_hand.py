"""The step qualify fed by hand: a fleet, uplinks at points, and what counts of the observations that it made."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from fleet_objects import device, placement, point

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.steps.qualify import QualifyStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.avro import Framer
from vigie.topics.fleet_object import FleetObject
from vigie.topics.observation import Observation
from vigie.topics.property import BY_NAME
from vigie.topics.uplink import CodecRef, Reading, Uplink
from vigie.topics.uplink_encoder import UplinkEncoder

ADDRESS, DEVICE, POINT, PLACEMENT = "eui:a1", "D1", "P1", "P1/1"
START_AT = 1_750_000_000_000
STEP_MS = 900_000
TEMPERATURE, HUMIDITY, DEW_POINT = (BY_NAME[name].id for name in ("air_temperature", "relative_humidity", "dew_point"))

_encode = UplinkEncoder("uplinks.lora.v1").encode
_decode = Framer("observations.v1").decode


class Fleet:
    """Stands for the follower."""

    def __init__(self, *objects: FleetObject) -> None:
        self.view = FleetView().with_objects(objects)

    def apply(self, *objects: FleetObject) -> None:
        self.view = self.view.with_objects(objects)

    def wait_for(self, revision: int, limit_s: float) -> bool:
        del limit_s
        return self.view.revision >= revision


def usual_fleet(*more: FleetObject) -> Fleet:
    """One device at one point."""
    return Fleet(device(DEVICE, ADDRESS), point(POINT), placement(PLACEMENT, DEVICE, POINT), *more)


def uplink(number: int, at: int, readings: Iterable[Reading], *, revision: int = 0, ingested_at: int = 0,
           address: str = ADDRESS) -> Uplink:  # fmt: skip
    return Uplink(
        id=f"{number:032x}", revision=revision, device=address, bearer="lora", network="ville", observed_at=at,
        received_at=at + 400, ingested_at=ingested_at or at + 900, session=None, f_cnt=None, f_port=None, payload=None,
        raw=None, codec=CodecRef("c", "1", "0"), firmware=None, readings=tuple(readings), extras={}, radio=None,
        cell=None, warnings=(),
    )  # fmt: skip


def record(one: Uplink, offset: int, *, at_point: str = POINT, placed_by: str = PLACEMENT, fleet: int = 1) -> Any:
    headers = [("vigie-placement", placed_by.encode()), ("vigie-fleet-revision", b"%d" % fleet)]
    return SimpleNamespace(key=at_point.encode(), value=_encode(one), headers=headers, offset=offset, timestamp=0)


def placed(records: list[Any], partition: int = 0) -> Batch:
    return Batch(records, topic="placed", partition=partition)


def step(fleet: Any) -> QualifyStep:
    return QualifyStep(fleet, "Europe/Paris")


def process(one: QualifyStep, batch: Batch) -> Outputs:
    out = Outputs()
    one.process(batch, out)
    return out


def observations(out: Outputs) -> list[Observation]:
    return [_decode(value, Observation) for _, value in out.records.get("observations.v1", [])]


def in_force(all_of_them: Iterable[Observation]) -> dict[str, Observation]:
    """The highest revision of each id; of two the later."""
    found: dict[str, Observation] = {}
    for one in all_of_them:
        if one.id not in found or found[one.id].revision <= one.revision:
            found[one.id] = one
    return found


class Changelog:
    """Keeps what a worker saves, for another one to begin with."""

    def __init__(self) -> None:
        self._records: dict[int, list[tuple[bytes, bytes]]] = {}

    def save(self, one: QualifyStep) -> None:
        for partition, entries in one.points.snapshot().items():
            self._records.setdefault(partition, []).extend(entries)

    def largest(self) -> int:
        """Bytes of the largest value."""
        return max(len(value) for entries in self._records.values() for _, value in entries)

    def reborn(self, fleet: Any) -> QualifyStep:
        after = step(fleet)
        for partition, entries in self._records.items():
            after.points.restore(partition, entries)
            after.points.loaded_to(partition, len(entries))
        return after
