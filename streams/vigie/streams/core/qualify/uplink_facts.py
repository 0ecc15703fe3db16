"""What qualify needs of an uplink, read from its Avro bytes without a dictionary between.

fastavro takes 22 µs for an uplink; this reads the identity, the instants and the readings of a usual one in 3, and
passes over the rest. Whatever it does not know (readings with instants of their own, negative numbers) goes the general
way; tests/streams/core/qualify/test_uplink_facts.py holds the two to the same facts.
"""

from struct import Struct, error
from typing import NamedTuple

from vigie.streams.core.avro_pieces import Table, UnusualError, highs, remember, shape_of, varint
from vigie.topics.avro import Framer
from vigie.topics.catalogue import NETWORKS
from vigie.topics.uplink_encoder import zigzag

Shape = tuple[int, ...]
"""Which readings: property << 16 | channel of each, in order."""

_framer = Framer(f"uplinks.{NETWORKS[0]}.v1")


class Facts(NamedTuple):
    """What qualify knows of an uplink.

    Attributes:
        name: its id, 32 hex digits.
        revision: 0 live.
        device: its address.
        network: that carried it.
        observed_at, received_at, ingested_at: epoch ms UTC.
        shape, values: of its readings.
        instants: of each reading, None where all are the uplink's.
    """

    name: bytes
    revision: int
    device: str
    network: str
    observed_at: int
    received_at: int
    ingested_at: int
    shape: Shape
    values: tuple[float, ...]
    instants: tuple[int, ...] | None


def _who(chunk: bytes) -> tuple[str, str]:
    """Device and network, from the Avro bytes of device, bearer and network."""
    device = chunk[1 : 1 + (chunk[0] >> 1)]
    return device.decode(), chunk[3 + len(device) :].decode()


class _Layout:
    """How the readings of a model stand in Avro."""

    __slots__ = ("fixed", "shape", "unpack")

    def __init__(self, pairs: list[tuple[int, int]]) -> None:
        fixed, lead = [], zigzag(len(pairs))
        for number, channel in pairs:
            fixed.append(lead + zigzag(number) + zigzag(channel))
            lead = b"\x00"
        fixed.append(b"\x00\x00")
        layout = Struct("<" + "".join(f"{len(part)}sd" for part in fixed[:-1]) + "2s")
        self.fixed, self.unpack = tuple(fixed), layout.unpack_from
        self.shape: Shape = tuple([number << 16 | channel for number, channel in pairs])


_whos = Table(_who)
_layouts: dict[tuple[bytes, int], list[_Layout]] = {}
"""(Avro bytes of the codec, count of readings) -> layouts that were met, the last used first."""


def read(value: bytes) -> Facts:
    """The facts of a framed uplink.

    Raises:
        ValueError: the value is not framed.
    """
    try:
        return _read(value)
    except (UnusualError, IndexError, error, UnicodeDecodeError):
        return _general(value)


def _read(value: bytes) -> Facts:
    if value[0] or value[5] != 0x40:
        raise UnusualError
    revision, at = value[38] >> 1, 39
    if value[38]:
        revision, at = _number(value, 38)
    if value[at] > 127:
        raise UnusualError
    end = at + 2 + (value[at] >> 1)
    if value[end] > 127:
        raise UnusualError
    end += 1 + (value[end] >> 1)
    device, network = _whos[value[at:end]]

    low, low2, low3 = value[end], value[end + 6], value[end + 12]
    next_, next2, next3 = value[end + 1], value[end + 7], value[end + 13]
    if low & next_ & low2 & next2 & low3 & next3 < 128 or (low | low2 | low3) & 1:
        raise UnusualError
    observed_at = (low & 127 | (next_ & 127) << 7) >> 1 | highs[value[end + 2 : end + 6]]
    received_at = (low2 & 127 | (next2 & 127) << 7) >> 1 | highs[value[end + 8 : end + 12]]
    ingested_at = (low3 & 127 | (next3 & 127) << 7) >> 1 | highs[value[end + 14 : end + 18]]

    at = _after_payload(value, end + 18)
    end = _after_text(value, _after_text(value, _after_text(value, at)))
    codec = value[at:end]
    end = _after_text(value, end + 1) if value[end] else end + 1  # firmware
    shape, values = _readings(value, end, codec)
    return Facts(
        value[6:38], revision, device, network, observed_at, received_at, ingested_at, shape, values, None
    )  # fmt: skip


def _after_payload(value: bytes, at: int) -> int:
    """Where the codec begins: after session, counter, port, payload and raw position."""
    at = _after_text(value, at + 1) if value[at] else at + 1
    for _ in range(2):
        if value[at]:
            at += 1
            while value[at] > 127:
                at += 1
        at += 1
    if value[at]:
        size, at = _number(value, at + 1)
        at += size
    else:
        at += 1
    if value[at]:
        raise UnusualError  # a raw position
    return at + 1


def _after_text(value: bytes, at: int) -> int:
    size = value[at]
    if size > 127:
        raise UnusualError  # 64 characters or more
    return at + 1 + (size >> 1)


def _readings(value: bytes, at: int, codec: bytes) -> tuple[Shape, tuple[float, ...]]:
    count = value[at]
    if count == 0:
        return (), ()
    if count & 0x81:
        raise UnusualError
    for layout in _layouts.get((codec, count), ()):
        found = layout.unpack(value, at)
        if found[::2] == layout.fixed:
            return layout.shape, found[1::2]
    layout = remember(_layouts, (codec, count), _Layout(shape_of(value, at)))
    return layout.shape, layout.unpack(value, at)[1::2]


def _number(value: bytes, at: int) -> tuple[int, int]:
    """An Avro int that is not negative, and where it ends."""
    number, at = varint(value, at)
    if number & 1:
        raise UnusualError
    return number >> 1, at


def _general(value: bytes) -> Facts:
    fields = _framer.decode_dict(value)
    readings, observed_at = fields["readings"], fields["observed_at"]
    instants = None
    if any(one["observed_at"] is not None for one in readings):
        instants = tuple(observed_at if one["observed_at"] is None else one["observed_at"] for one in readings)
    return Facts(
        name=fields["id"].encode(), revision=fields["revision"], device=fields["device"], network=fields["network"],
        observed_at=observed_at, received_at=fields["received_at"], ingested_at=fields["ingested_at"],
        shape=tuple(one["property"] << 16 | one["channel"] for one in readings),
        values=tuple(one["value"] for one in readings), instants=instants,
    )  # fmt: skip
