"""What goes wrong on the demo's day beside the device that falls silent: a gateway fails, a river rises."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from vigie.deploy.demo.expected import Event
from vigie.deploy.demo.fleet import Device, Link
from vigie.deploy.demo.schedule import DAY_START_AT, HOUR_MS, MINUTE_MS
from vigie.topics.property import BY_NAME

OUT = (DAY_START_AT + 10 * HOUR_MS, DAY_START_AT + 13 * HOUR_MS + 10 * MINUTE_MS)
"""When the gateway relays nothing: 10:00 to 13:10, legal time."""
DATUM_M = 12.5
"""What the placements of the river gauges say of their height."""
SHARES = (0.4, 0.8)
"""Of the rise after the storm: where the thresholds of the river are set."""
_QUARTER_S = 900


class Outage(NamedTuple):
    """A gateway that relays nothing for some hours, and the devices that no other gateway hears."""

    gateway: str
    alone: frozenset[str]

    def hears(self, device: Device, at: int) -> tuple[str, ...]:
        """The gateways that hear a device at an instant (epoch ms), the nearest first."""
        if OUT[0] <= at < OUT[1]:
            return tuple(one for one in device.gateways if one != self.gateway)
        return device.gateways


def outage(devices: Sequence[Device]) -> Outage:
    """The gateway outside of Marseille with the most devices that it alone hears each quarter of an hour."""
    alone: dict[str, set[str]] = defaultdict(set)
    for device in devices:
        if device.group.link is Link.LORA and len(device.gateways) == 1 and device.commune.name != "Marseille":
            alone[device.gateways[0]].add(device.address)
    often = {device.address for device in devices if device.period_s <= _QUARTER_S}
    gateway = max(sorted(alone), key=lambda name: len(alone[name] & often))
    return Outage(gateway, frozenset(alone[gateway]))


class Flood(NamedTuple):
    """The river that rises most after the storm: its gauge, and the levels (m) of its two thresholds."""

    device: Device
    levels_m: tuple[float, float]
    second: Device


def flood(devices: Sequence[Device], events: Iterable[Event]) -> Flood:
    """The river of the day; its second source is the gauge beside it in the fleet."""
    distance = BY_NAME["distance"].id
    gauges = {device.address: device for device in devices if device.group.code == "EAU"}
    levels: dict[str, list[float]] = {address: [] for address in gauges}
    for event in events:
        if event.device in levels:
            levels[event.device] += [
                DATUM_M - point.value / 1000 for point in event.points if point.property == distance
            ]
    risen = max(sorted(gauges), key=lambda address: max(levels[address]) - min(levels[address]))
    lowest, rise = min(levels[risen]), max(levels[risen]) - min(levels[risen])
    first, second = (round(lowest + share * rise, 2) for share in SHARES)
    beside = next(device for device in gauges.values() if device.address != risen)
    return Flood(gauges[risen], (first, second), beside)
