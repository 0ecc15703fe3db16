"""Milesight EM, WS and VS series: channel, type, value, again and again (little-endian).

Source: user guides of the series, chapter "Device Payload" (layout as facts; checked on the manufacturer's examples).

    01 75  u8        battery, %                      xx 67  s16/10    temperature, °C
    xx 68  u8/2      relative humidity, %            xx 82  u16       distance, mm
    03 77  u16       water depth, cm                 xx 00  u8        position: 0 upright, 1 tilted
    05 5B  u8 3×u16/10   sound: weighting (bits 0-1 Z A C, bits 2-3 I F S), level, Leq, Lmax in dB
    xx D2  u32       total of a line's direction     xx CC  2×u16     in, out (VS133 from 03 to 0E, VS350 04 and 05)
    0F E3  4×u8      what VS133 counted in its four regions
    20 CE  u32 body  history: Unix s, then the model's own body (EM300-TH s16/10, u8/2, 1 reserved; EM500-UDL u16 mm;
                     EM500-SWL u16 cm; EM410-RDL u16 mm, s16/10, u16, u8; VS350 and VS360 u8 kind, then 2×u16 of the
                     period for kind 0, and 2×u16 of the totals behind them for kind 1)
    8x tt  ...  u8   an alarm: the value as above, then a status
    FF xx            device: 01 1 B, 09 2 B hardware, 0A 2 B firmware, 0B 1 B, 0F 1 B, 16 8 B serial, FE 1 B, FF 2 B

A pair that is not listed has no length, so what follows cannot be read: it is kept as the extra `rest`, with the
warning UNKNOWN_FIELD.
"""

import struct
from collections.abc import Callable
from struct import Struct

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

SOURCE = "Milesight user guides, chapter Device Payload; examples of the manufacturer's decoders"

_u8, _s16, _u16, _u32, _two_u16 = (Struct(text).unpack_from for text in ("<B", "<h", "<H", "<I", "<HH"))
_sound = Struct("<BHHH").unpack_from
_P = {name: entry.id for name, entry in BY_NAME.items()}

Field = tuple[int, Callable[..., tuple[int, ...]], int, float]
"""Size in bytes, how to unpack, property, divisor."""
History = Callable[[bytes, int, int], tuple[int, list[Reading]]]
"""(payload, place of the model's body, its instant) -> size of the body, its readings; size 0 for an unknown body."""

_FIELDS: dict[int, Field] = {
    0x75: (1, _u8, _P["battery_level"], 1),
    0x67: (2, _s16, _P["air_temperature"], 10),
    0x68: (1, _u8, _P["relative_humidity"], 2),
    0x82: (2, _u16, _P["distance"], 1),
    0x77: (2, _u16, _P["water_depth"], 100),
    0x00: (1, _u8, _P["tilted"], 1),
}
_SYSTEM = {0x01: 1, 0x09: 2, 0x0A: 2, 0x0B: 1, 0x0F: 1, 0x16: 8, 0xFE: 1, 0xFF: 2}
_WEIGHTED = {1: (_P["laf"], _P["laeq"], _P["lafmax"]), 2: (0, _P["lceq"], 0)}
_WEIGHTS, _SPEEDS = "ZAC?", "IFS?"
_COUNTS = {
    "lines": {(first + 3 * line, kind) for line in range(4) for first, kind in ((3, 0xD2), (4, 0xD2), (5, 0xCC))},
    "gate": {(0x04, 0xCC), (0x05, 0xCC)},
}
"""Channel and type of the passages of each kind of counter; any other pair is unknown."""


def _decoder(
    *, fields: dict[int, Field] | None = None, history: History | None = None, counts: str = "", leak: bool = False
) -> Decode:
    """The decoder of a model: what it has beyond the common pairs.

    Args:
        fields: pairs whose property is another than usual.
        history: the body of `20 CE`.
        counts: `lines` (VS133: totals and periods of four lines) or `gate` (VS350, VS360: total and period).
        leak: `05 00` is a leak detector, not a position.
    """
    table = _FIELDS | (fields or {})

    def decode(payload: bytes, _f_port: int, _received_at: int) -> Decoded:
        readings: list[Reading] = []
        found = Decoded(readings, {}, [])
        add, at, end = readings.append, 0, len(payload)
        try:
            while at < end:
                channel, kind = payload[at], payload[at + 1]
                if channel < 0x80 and (entry := table.get(kind)) is not None and not (leak and kind == 0):
                    size, unpack, number, divisor = entry
                    value = unpack(payload, at + 2)[0]
                    add(Reading(number, 0, value / divisor))
                    at += 2 + size
                else:
                    at = _rare(payload, at, channel, kind, found, history, counts, leak, table)
        except (struct.error, IndexError):
            raise Undecodable(Reason.TRUNCATED, f"The payload ends inside the value at byte {at}") from None
        if not readings and not found.extras and found.firmware is None:
            raise Undecodable(Reason.BAD_PAYLOAD, "The payload holds no known channel and type")
        return found

    return decode


def _rare(
    payload: bytes, at: int, channel: int, kind: int, found: Decoded, history: History | None, counts: str,
    leak: bool, table: dict[int, Field],
) -> int:  # fmt: skip
    """What few frames hold; returns where the next pair starts."""
    if channel == 0xFF and kind in _SYSTEM:
        size = _SYSTEM[kind]
        _need(payload, at + 2, size)
        value = payload[at + 2 : at + 2 + size]
        if kind == 0x0A:
            found.firmware = f"{value[0]}.{value[1]}"
        else:
            found.extras[f"system_{kind:02x}"] = value.hex()
        return at + 2 + size
    if channel == 0x20 and kind == 0xCE and history is not None:
        size, readings = history(payload, at + 6, _u32(payload, at + 2)[0] * 1000)
        if size:
            _need(payload, at + 6, size)
            found.readings += readings
            found.dated = True
            return at + 6 + size
    if kind == 0x5B and channel < 0x80:
        return _sound_level(payload, at + 2, found)
    if (channel, kind) in _COUNTS.get(counts, ()):
        return _counts(payload, at, channel, kind, found, counts)
    if (channel, kind) == (0x0F, 0xE3) and counts == "lines":
        _need(payload, at + 2, 4)
        for region in range(4):
            found.extras[f"region_{region + 1}"] = str(payload[at + 2 + region])
        return at + 6
    if leak and kind == 0 and channel < 0xFF:
        found.extras["leak"] = str(_u8(payload, at + 2)[0])
        if channel < 0x80:
            return at + 3
        found.extras[f"alarm_{channel & 0x7F:02x}_00"] = str(_u8(payload, at + 3)[0])
        return at + 4
    if 0x80 <= channel < 0xFF and kind in table:
        size, unpack, number, divisor = table[kind]
        found.readings.append(Reading(number, 0, unpack(payload, at + 2)[0] / divisor))
        found.extras[f"alarm_{channel & 0x7F:02x}_{kind:02x}"] = str(_u8(payload, at + 2 + size)[0])
        return at + 3 + size
    found.warnings.append("UNKNOWN_FIELD")
    if found.readings or found.extras or found.firmware is not None:
        found.extras["rest"] = payload[at:].hex()
    return len(payload)


def _need(payload: bytes, at: int, size: int) -> None:
    if at + size > len(payload):
        raise IndexError


def _sound_level(payload: bytes, at: int, found: Decoded) -> int:
    weight, level, leq, highest = _sound(payload, at)
    known = _WEIGHTED.get(weight & 3, (0, 0, 0))
    letter, speed = _WEIGHTS[weight & 3], _SPEEDS[weight >> 2 & 3]
    for number, name, value in zip(known, ("L", "Leq", "Lmax"), (level, leq, highest), strict=True):
        # a level with another time weighting than F is no LAF and no LAFmax
        if number and (name == "Leq" or speed == "F"):
            found.readings.append(Reading(number, 0, value / 10))
        else:
            found.extras[f"{name}_{letter}{speed}_dB"] = str(value / 10)
    return at + 7


def _counts(payload: bytes, at: int, channel: int, kind: int, found: Decoded, counts: str) -> int:
    """Passages: channel 1 is in, 2 is out of the first line, 3 and 4 of the second, and so on.

    A line has three channels: its totals in and out (D2), then the period's (CC).
    """
    if kind == 0xD2:
        place = channel - 3
        line, direction = place // 3, place % 3
        found.readings.append(Reading(_P["passages_total"], 2 * line + direction + 1, float(_u32(payload, at + 2)[0])))
        return at + 6
    inside, outside = _two_u16(payload, at + 2)
    number, line = _P["passages"], 0
    if counts == "gate":
        number = _P["passages_total"] if channel == 0x04 else number
    else:
        line = (channel - 5) // 3
    found.readings += (Reading(number, 2 * line + 1, float(inside)), Reading(number, 2 * line + 2, float(outside)))
    return at + 6


def _past_climate(payload: bytes, at: int, observed_at: int) -> tuple[int, list[Reading]]:
    return 4, [
        Reading(_P["air_temperature"], 0, _s16(payload, at)[0] / 10, observed_at),
        Reading(_P["relative_humidity"], 0, payload[at + 2] / 2, observed_at),
    ]


def _past_distance(payload: bytes, at: int, observed_at: int) -> tuple[int, list[Reading]]:
    return 2, [Reading(_P["distance"], 0, float(_u16(payload, at)[0]), observed_at)]


def _past_depth(payload: bytes, at: int, observed_at: int) -> tuple[int, list[Reading]]:
    return 2, [Reading(_P["water_depth"], 0, _u16(payload, at)[0] / 100, observed_at)]


def _past_radar(payload: bytes, at: int, observed_at: int) -> tuple[int, list[Reading]]:
    return 7, [
        Reading(_P["distance"], 0, float(_u16(payload, at)[0]), observed_at),
        Reading(_P["air_temperature"], 0, _s16(payload, at + 2)[0] / 10, observed_at),
    ]


def _past_passages(payload: bytes, at: int, observed_at: int) -> tuple[int, list[Reading]]:
    kind = payload[at]
    if kind > 1:
        return 0, []
    names = ("passages", "passages_total")[: kind + 1]
    return 1 + 4 * len(names), [
        Reading(_P[name], channel, float(_u16(payload, at + 1 + 4 * pair + 2 * (channel - 1))[0]), observed_at)
        for pair, name in enumerate(names)
        for channel in (1, 2)
    ]


_BAD = (Vector(payload="0367", reason="truncated"), Vector(payload="7f99", reason="bad_payload"))

_MODELS: tuple[tuple[str, Decode, tuple[Vector, ...]], ...] = (
    ("milesight", _decoder(), (
        Vector(payload="01755c03824408040001",
               readings=(("battery_level", 0, 92), ("distance", 0, 2116), ("tilted", 0, 1))),
        Vector(payload="01755c0367010104824408050001",
               readings=(("battery_level", 0, 92), ("air_temperature", 0, 25.7), ("distance", 0, 2116),
                         ("tilted", 0, 1))),
        Vector(payload="017564055b053f02da016a02",
               readings=(("battery_level", 0, 100), ("laf", 0, 57.5), ("laeq", 0, 47.4), ("lafmax", 0, 61.8))),
    )),
    ("milesight-em300-th", _decoder(history=_past_climate), (
        Vector(payload="01755c03673401046865",
               readings=(("battery_level", 0, 92), ("air_temperature", 0, 30.8), ("relative_humidity", 0, 50.5))),
        Vector(payload="20ce9e74466310015d00", readings=(("air_temperature", 0, 27.2), ("relative_humidity", 0, 46.5))),
    )),
    ("milesight-em300-sld", _decoder(leak=True), (
        Vector(payload="01755c03673401046865050000",
               readings=(("battery_level", 0, 92), ("air_temperature", 0, 30.8), ("relative_humidity", 0, 50.5))),
    )),
    ("milesight-em500-udl", _decoder(history=_past_distance), (
        Vector(payload="01755c03824408", readings=(("battery_level", 0, 92), ("distance", 0, 2116))),
        Vector(payload="20ce9e7446634408", readings=(("distance", 0, 2116),)),
    )),
    ("milesight-em500-swl", _decoder(history=_past_depth), (
        Vector(payload="01755c0377d200", readings=(("battery_level", 0, 92), ("water_depth", 0, 2.1))),
        Vector(payload="20ce9e744663d200", readings=(("water_depth", 0, 2.1),)),
    )),
    ("milesight-em410-rdl", _decoder(history=_past_radar), (
        Vector(payload="01755c03672c0104824408",
               readings=(("battery_level", 0, 92), ("air_temperature", 0, 30), ("distance", 0, 2116))),
        Vector(payload="20ce9e74466344082c01000000", readings=(("distance", 0, 2116), ("air_temperature", 0, 30))),
    )),
    ("milesight-vs133", _decoder(counts="lines"), (
        Vector(payload="05cc000000000ecc05000700",
               readings=(("passages", 1, 0), ("passages", 2, 0), ("passages", 7, 5), ("passages", 8, 7))),
        Vector(payload="03d20a000000", readings=(("passages_total", 1, 10),)),
    )),
    ("milesight-vs350", _decoder(counts="gate", history=_past_passages), (
        Vector(payload="04cc1200160005cc13001400",
               readings=(("passages_total", 1, 18), ("passages_total", 2, 22), ("passages", 1, 19),
                         ("passages", 2, 20))),
    )),
)  # fmt: skip

_SECOND = {"milesight-em300-sld", "milesight-vs133", "milesight-vs350"}
"""Codecs of version 2: leak alarms, regions, and stored passages were not read before."""

for _id, _decode, _vectors in _MODELS:
    _version = "2" if _id in _SECOND else "1"
    register_codec(
        Codec(
            id=_id, version=_version, maker="Milesight", source=SOURCE, decode=_decode, vectors=_vectors + _BAD,
            properties=tuple(sorted({name for vector in _vectors for name, _, _ in vector.readings})),
        )
    )  # fmt: skip
