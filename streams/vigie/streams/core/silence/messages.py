"""What an uplink or a reception says of how a device behaves (conduct.py)."""

from typing import Any

from vigie.streams.core.duplicate_filter import RESET
from vigie.streams.core.possible_instants import CLOCK
from vigie.streams.core.silence.conduct import Message
from vigie.topics.property import BY_NAME, Kind
from vigie.topics.reception import Reception

_OF_THE_DEVICE = {"battery_voltage", "battery_level", "device_temperature"}
_CATEGORIES = frozenset(one.id for one in BY_NAME.values() if one.kind is Kind.CATEGORY)
_MOVING = frozenset(one.id for name, one in BY_NAME.items() if name not in _OF_THE_DEVICE) - _CATEGORIES
"""What a probe measures; a category may rightly stand still for years."""
_LOOKED_AT = 16
"""Readings of a packet that are compared with those of the one before."""


def of_uplink(uplink: dict[str, Any], *, new_slot: bool) -> Message:
    """What an uplink (a dictionary after schemas/uplink.avsc) says."""
    readings, warnings, event_at = uplink["readings"], uplink["warnings"], uplink["observed_at"]
    if len(readings) > _LOOKED_AT:
        readings = readings[-_LOOKED_AT:]
    moving = tuple([one["value"] for one in readings if one["property"] in _MOVING])
    measures = hash(moving) & 0x7FFFFFFF or 1 if moving else 0
    if not moving and any(one["property"] in _CATEGORIES for one in readings):
        measures = 1
    own = [at for one in readings if (at := one["observed_at"]) is not None]
    if own:
        event_at = max(event_at, *own)
    return Message(
        uplink["id"], uplink["ingested_at"], event_at, new_slot, measures, bool(moving), False,
        bool(warnings) and RESET in warnings, bool(warnings) and CLOCK in warnings,
    )  # fmt: skip


def of_reception(heard: Reception) -> Message | None:
    """What a reception says: a repeat, a frame that nobody can read; None for what says nothing (a join, a status)."""
    if heard.kind not in {"duplicate", "undecodable"}:
        return None
    name = f"{heard.address}@{heard.ingested_at}"
    return Message(name, heard.ingested_at, heard.ingested_at, False, 0, repeat=heard.kind == "duplicate")
