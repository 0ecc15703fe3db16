"""What an uplink or a reception says of how a device behaves (conduct.py)."""

from typing import Any

from vigie.streams.core.silence.conduct import Message
from vigie.topics.property import BY_NAME, Kind
from vigie.topics.reception import Reception

_OF_THE_DEVICE = {"battery_voltage", "battery_level", "device_temperature"}
_MEASURES = frozenset(one.id for name, one in BY_NAME.items() if name not in _OF_THE_DEVICE)
_CATEGORIES = frozenset(one.id for one in BY_NAME.values() if one.kind is Kind.CATEGORY)
_LOOKED_AT = 16
"""Readings of a packet that are compared with those of the one before."""


def of_uplink(uplink: dict[str, Any], *, new_slot: bool) -> Message:
    """What an uplink (a dictionary after schemas/uplink.avsc) says."""
    readings, event_at = uplink["readings"], uplink["observed_at"]
    measures = []
    countable = False
    for one in readings if len(readings) <= _LOOKED_AT else readings[-_LOOKED_AT:]:
        property_ = one["property"]
        if property_ in _MEASURES:
            measures.append((property_, one["channel"], one["value"]))
            countable = countable or property_ not in _CATEGORIES
        own_at = one["observed_at"]
        if own_at is not None and own_at > event_at:
            event_at = own_at
    warnings = uplink["warnings"]
    return Message(
        uplink["id"], uplink["ingested_at"], event_at, new_slot,
        (hash(tuple(measures)) & 0x7FFFFFFF or 1) if measures else 0, countable,
        False, "RESET" in warnings, "CLOCK" in warnings,
    )  # fmt: skip


def of_reception(heard: Reception) -> Message | None:
    """What a reception says: a repeat, a frame that nobody can read; None for what says nothing (a join, a status)."""
    if heard.kind not in {"duplicate", "undecodable"}:
        return None
    name = f"{heard.address}@{heard.ingested_at}"
    return Message(name, heard.ingested_at, heard.ingested_at, False, 0, repeat=heard.kind == "duplicate")
