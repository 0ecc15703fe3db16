"""A town for the bench of silence: devices that send each period, lose messages, and what carries them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from numpy.random import Generator

from vigie.topics.fleet_object import FleetObject, Version

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
START_AT = 1_750_197_600_000
"""Wednesday 18 June 2025, 00:00 in Paris."""
NETWORK, SOURCE = "ville", "mesures"


class Device(NamedTuple):
    """A device that stands at a point of the same number.

    Attributes:
        number: in the town.
        use_case, measures: of its point; the latter a property's name.
        period_s: how often it sends.
        gateways: all that hear it.
        loss, burst: probability that a message is lost, and that it is after a lost one.
        network: that carries it.
    """

    number: int
    use_case: str
    measures: str
    period_s: int
    gateways: tuple[str, ...] = ()
    loss: float = 0.0
    burst: float = 0.0
    network: str = NETWORK

    @property
    def address(self) -> str:
        """Its id."""
        return f"eui:{0x70B3D50000000000 + self.number:016x}"

    @property
    def point(self) -> str:
        """Id of its point."""
        return f"P{self.number}"


class Off(NamedTuple):
    """Something brings nothing from an instant (epoch ms UTC) to another.

    Attributes:
        name: address of a device, id of a gateway, name of a network, or `platform`.
        from_at, to_at: from when, and until when.
        kept: what is measured meanwhile is sent when it is over.
    """

    name: str
    from_at: int
    to_at: int
    kept: bool = False


class Arrival(NamedTuple):
    """A message arrives.

    Attributes:
        at: epoch ms UTC, arrival.
        measured_at: epoch ms UTC.
        device: whose.
        gateways: that heard it.
    """

    at: int
    measured_at: int
    device: Device
    gateways: tuple[str, ...]


def arrivals(devices: Iterable[Device], days: float, off: Sequence[Off], rng: Generator) -> list[Arrival]:
    """All that arrives in so many days from START_AT, by arrival; each device begins at a moment of its own.

    Lost messages come alone or in bursts (a chain of two states); instants vary by 2 % of the period.
    """
    found: list[Arrival] = []
    for device in devices:
        period_ms = 1000 * device.period_s
        slots = int(days * DAY_MS / period_ms)
        jitter_ms = rng.integers(0, max(period_ms // 50, 1), slots).tolist()
        chance = rng.random(slots).tolist()
        enter = device.loss * (1 - device.burst) / (1 - device.loss)
        first_at, lost = START_AT + int(rng.integers(0, period_ms)), False
        for slot in range(slots):
            lost = chance[slot] < (device.burst if lost else enter)
            at = first_at + slot * period_ms + jitter_ms[slot]
            one = None if lost else _through(device, at, off)
            if one is not None:
                found.append(one)
    return sorted(found, key=lambda one: (one.at, one.measured_at))


def _through(device: Device, at: int, off: Sequence[Off]) -> Arrival | None:
    away = [one for one in off if one.from_at <= at < one.to_at]
    names = {one.name for one in away}
    for one in away:
        if one.name == device.address:
            return Arrival(one.to_at, at, device, device.gateways) if one.kept else None
    gateways = tuple(name for name in device.gateways if name not in names)
    if names & {device.network, "platform"} or (device.gateways and not gateways):
        return None
    return Arrival(at + 500, at, device, gateways)


def fleet(devices: Iterable[Device], rules: Iterable[tuple[str, dict[str, Any]]] = ()) -> list[FleetObject]:
    """The town as the fleet states it.

    Args:
        devices: each with a point and a placement.
        rules: id and attributes of what users state.
    """
    stated: list[tuple[str, str, dict[str, Any]]] = []
    for one in devices:
        place = {
            "code": one.point, "name": one.point, "use_case": one.use_case, "commune": "13055", "latitude": 43.3,
            "longitude": 5.4, "step_s": one.period_s, "upload_s": one.period_s,
            "properties": [{"property": one.measures}],
        }  # fmt: skip
        stated += [
            ("point", one.point, place),
            ("device", f"D{one.number}", {"addresses": [one.address], "model": "EM310"}),
            ("placement", f"{one.point}/1", {"device": f"D{one.number}", "point": one.point}),
        ]
    stated += [("rule", name, said) for name, said in rules]
    return [
        FleetObject(
            kind=kind, id=name, revision=1, recorded_at=0, apply_id="faults", part=part, parts=len(stated),
            versions=(Version(valid_from=None, valid_to=None, attributes=json.dumps(attributes)),),
        )
        for part, (kind, name, attributes) in enumerate(stated, 1)
    ]  # fmt: skip
