"""What crossed a network that somebody lends, held against what was agreed: volume by day, frequency by device."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

PERIOD_TOLERANCE = 0.1
"""An interval counts as too short when it is by more than this part below the period agreed."""
TOO_OFTEN = 0.05
"""A device exceeds the frequency agreed when more than this share of its intervals is too short."""


class DeviceDay(NamedTuple):
    """One device on one day.

    Attributes:
        day: of legal time.
        device: its address.
        uplinks: messages, each once.
        bytes: of their payloads, as far as they are kept.
        without_payload: messages whose payload is not kept (over 4 kB, or a network that gives values only).
        airtime_ms: time on air, as far as the network says.
        intervals: between messages.
        too_short: intervals shorter than agreed (short_limit_s).
        shortest_s: shortest interval; None for a device with one message.
    """

    day: date
    device: str
    uplinks: int
    bytes: int
    without_payload: int
    airtime_ms: float
    intervals: int
    too_short: int
    shortest_s: float | None


class Agreed(NamedTuple):
    """What was agreed; None where nothing was."""

    uplinks_per_day: int | None
    bytes_per_day: int | None
    shortest_period_s: int | None


class DayVolume(NamedTuple):
    """One day of the network; over_uplinks and over_bytes say by how much it exceeds (0 if not)."""

    day: date
    devices: int
    uplinks: int
    bytes: int
    over_uplinks: int
    over_bytes: int


class DeviceVolume(NamedTuple):
    """One device over all days; exceeds: sends more often than agreed."""

    device: str
    uplinks: int
    bytes: int
    airtime_ms: float
    most_per_day: int
    shortest_s: float | None
    too_short: int
    intervals: int
    exceeds: bool


class Volume(NamedTuple):
    """What crossed the network: its days in order, its devices by falling number of messages."""

    days: tuple[DayVolume, ...]
    devices: tuple[DeviceVolume, ...]
    without_payload: int


def short_limit_s(agreed: Agreed) -> float | None:
    """Below which an interval is too short; None where no period was agreed.

    >>> short_limit_s(Agreed(None, None, 900))
    810.0
    """
    return None if agreed.shortest_period_s is None else agreed.shortest_period_s * (1 - PERIOD_TOLERANCE)


def volume(rows: Iterable[DeviceDay], agreed: Agreed) -> Volume:
    """Days and devices of what crossed a network, judged by what was agreed."""
    by_day: dict[date, list[DeviceDay]] = defaultdict(list)
    by_device: dict[str, list[DeviceDay]] = defaultdict(list)
    for row in rows:
        by_day[row.day].append(row)
        by_device[row.device].append(row)
    days = [_day(day, by_day[day], agreed) for day in sorted(by_day)]
    devices = [_device(device, found, agreed) for device, found in by_device.items()]
    devices.sort(key=lambda one: (-one.uplinks, one.device))
    without = sum(row.without_payload for found in by_device.values() for row in found)
    return Volume(tuple(days), tuple(devices), without)


def _day(day: date, rows: list[DeviceDay], agreed: Agreed) -> DayVolume:
    uplinks, size = sum(row.uplinks for row in rows), sum(row.bytes for row in rows)
    return DayVolume(day, len(rows), uplinks, size, _over(uplinks, agreed.uplinks_per_day),
                     _over(size, agreed.bytes_per_day))  # fmt: skip


def _over(found: int, most: int | None) -> int:
    return 0 if most is None else max(found - most, 0)


def _device(device: str, rows: list[DeviceDay], agreed: Agreed) -> DeviceVolume:
    intervals, too_short = sum(row.intervals for row in rows), sum(row.too_short for row in rows)
    return DeviceVolume(
        device=device,
        uplinks=sum(row.uplinks for row in rows),
        bytes=sum(row.bytes for row in rows),
        airtime_ms=sum(row.airtime_ms for row in rows),
        most_per_day=max(row.uplinks for row in rows),
        shortest_s=min((row.shortest_s for row in rows if row.shortest_s is not None), default=None),
        too_short=too_short,
        intervals=intervals,
        exceeds=agreed.shortest_period_s is not None and too_short > TOO_OFTEN * intervals,
    )
