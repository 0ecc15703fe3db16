"""Elsys ERS, ELT, EMS: type, value, again and again (big-endian).

Source: "Elsys LoRa payload" (document of the manufacturer, version 11); position: the manufacturer's decoder of 2024.

    01 s16/10 temperature °C     02 u8 humidity %          03 3×s8 acceleration       04 u16 light lx
    05 u8 motion                 06 u16 CO2 ppm            07 u16 battery mV          08/18 u16 analog mV
    09 2×s24/10000 °, little-endian: latitude, longitude   0A/16 u16 pulses           0B/17 u32 pulses, absolute
    0C s16/10 outer temperature °C, 19 the same of further probes, one after the other
    0D/1A u8 digital             0E u16 distance mm        0F u8 motion by acceleration
    10 2×s16/10 infrared °C      11 u8 occupancy           12 u8 leak                 13 65 B grid eye
    14 u32/1000 pressure hPa     15 u8 peak, u8 mean sound dB                         1B s32 analog µV   1C u16 TVOC ppb
    3D 4 B for the manufacturer  3E settings, to the end: the first frame after a start

What a pulse counts is the installation's business, so pulses are extras. Sound is A-weighted by the data sheet of the
ERS Sound, but over no stated time: it is kept as extras, not as LAeq.
The outer temperature is air_temperature on channel 1 (0C), 2 and following (19). A type that comes again replaces the
value before, which is kept in the extra `repeated`.
"""

import struct
from collections.abc import Callable
from struct import Struct

from vigie.codecs.decoder import Codec, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME, PROPERTIES
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

SOURCE = "Elsys LoRa payload, version 11"

_u8, _s16, _u16, _u32 = (Struct(text).unpack_from for text in (">B", ">h", ">H", ">I"))
_P = {name: entry.id for name, entry in BY_NAME.items()}
_FURTHER_PROBES, _INFRARED, _POSITION, _SETTINGS = 0x19, 0x10, 0x09, 0x3E

_FIELDS: dict[int, tuple[int, Callable[..., tuple[int, ...]], int, int, float, int]] = {
    0x01: (3, _s16, _P["air_temperature"], 0, 10, 1),
    0x02: (2, _u8, _P["relative_humidity"], 0, 1, 2),
    0x04: (3, _u16, _P["illuminance"], 0, 1, 4),
    0x07: (3, _u16, _P["battery_voltage"], 0, 1, 8),
    0x0C: (3, _s16, _P["air_temperature"], 1, 10, 16),
    0x0E: (3, _u16, _P["distance"], 0, 1, 32),
    0x14: (5, _u32, _P["air_pressure"], 0, 1000, 64),
    0x19: (3, _s16, _P["air_temperature"], 2, 10, 128),
}
"""Type -> size with the type, how to unpack, property, channel, divisor, a bit that says that it was there."""


def _integers(form: str, *names: str) -> tuple[int, Callable[..., tuple[int, ...]], tuple[str, ...]]:
    layout = Struct(">" + form)
    return 1 + layout.size, layout.unpack_from, names


_EXTRAS: dict[int, tuple[int, Callable[..., tuple[int, ...]], tuple[str, ...]]] = {
    0x03: _integers("bbb", "acceleration_x", "acceleration_y", "acceleration_z"),
    0x05: _integers("B", "motion"),
    0x06: _integers("H", "co2_ppm"),
    0x08: _integers("H", "analog_1_mv"),
    0x0A: _integers("H", "pulses_1"),
    0x0B: _integers("I", "pulses_absolute_1"),
    0x0D: _integers("B", "digital_1"),
    0x0F: _integers("B", "motion_by_acceleration"),
    0x11: _integers("B", "occupancy_state"),
    0x12: _integers("B", "leak"),
    0x15: _integers("BB", "sound_peak_db", "sound_mean_db"),
    0x16: _integers("H", "pulses_2"),
    0x17: _integers("I", "pulses_absolute_2"),
    0x18: _integers("H", "analog_2_mv"),
    0x1A: _integers("B", "digital_2"),
    0x1B: _integers("i", "analog_uv"),
    0x1C: _integers("H", "tvoc_ppb"),
}
"""Type -> size with the type, how to unpack, names of what stands beyond the catalogue."""

_OTHERS = {0x09: ("position", 6), 0x10: ("infrared", 4), 0x13: ("grid_eye", 65), 0x3D: ("debug", 4)}
"""Type -> name and size without the type of what is not just integers."""


def decode(payload: bytes, _f_port: int, _received_at: int) -> Decoded:
    """The readings of an Elsys payload.

    Raises:
        Undecodable: TRUNCATED, or BAD_PAYLOAD where the first type is unknown.

    >>> [(reading.property, reading.value) for reading in decode(bytes.fromhex("0100e20229"), 5, 0).readings]
    [(1, 22.6), (2, 41.0)]
    """
    readings: list[Reading] = []
    extras: dict[str, str] = {}
    warnings: list[str] = []
    add, fields, at, end, seen = readings.append, _FIELDS, 0, len(payload), 0
    try:
        while at < end:
            kind = payload[at]
            entry = fields.get(kind)
            if entry is not None:
                size, unpack, number, channel, divisor, bit = entry
                reading = Reading(number, channel, unpack(payload, at + 1)[0] / divisor)
                if seen & bit:
                    _again(kind, reading, readings, extras)
                else:
                    seen |= bit
                    add(reading)
                at += size
            elif (beyond := _EXTRAS.get(kind)) is not None:
                size, unpack, names = beyond
                for name, value in zip(names, unpack(payload, at + 1), strict=True):
                    if name in extras:
                        _keep(extras, name, extras[name])
                    extras[name] = str(value)
                at += size
            elif kind in _OTHERS:
                at += _other(kind, payload, at, extras)
            elif kind == _SETTINGS:
                extras["settings"] = payload[at + 1 :].hex()
                break
            else:
                if not readings and not extras:
                    raise Undecodable(Reason.BAD_PAYLOAD, f"Type {kind:#04x} at byte {at} is none of Elsys's")
                warnings.append("UNKNOWN_FIELD")
                extras["rest"] = payload[at:].hex()
                break
    except struct.error:
        raise Undecodable(Reason.TRUNCATED, f"The payload ends inside the value at byte {at}") from None
    return Decoded(readings, extras, warnings)


def _again(kind: int, reading: Reading, readings: list[Reading], extras: dict[str, str]) -> None:
    """A type that was there before: a further probe, or a newer value."""
    number, channel = reading.property, reading.channel
    if kind == _FURTHER_PROBES:
        channel = 1 + max(one.channel for one in readings if one.property == number)
        readings.append(Reading(number, channel, reading.value))
        return
    for place, one in enumerate(readings):
        if one.property == number and one.channel == channel:
            _keep(extras, PROPERTIES[number].name, str(one.value))
            readings[place] = reading


def _keep(extras: dict[str, str], name: str, value: str) -> None:
    told = extras.get("repeated")
    extras["repeated"] = f"{name}={value}" if told is None else f"{told},{name}={value}"


def _other(kind: int, payload: bytes, at: int, extras: dict[str, str]) -> int:
    """Keeps what is not just integers; returns its size with the type."""
    name, size = _OTHERS[kind]
    value = payload[at + 1 : at + 1 + size]
    if len(value) < size:
        raise Undecodable(Reason.TRUNCATED, f"The payload ends inside the value at byte {at}")
    if kind == _INFRARED:
        for place, end in enumerate(("inner", "outer")):
            extras[f"infrared_{end}_c"] = str(_s16(value, 2 * place)[0] / 10)
        return 1 + size
    extras[name] = value.hex()
    if kind == _POSITION:
        for place, axis in enumerate(("latitude", "longitude")):
            degrees = int.from_bytes(value[3 * place : 3 * place + 3], "little", signed=True) / 10000
            extras[f"{axis}_deg"] = str(degrees)
    return 1 + size


register_codec(
    Codec(
        id="elsys", version="2", maker="Elsys", source=SOURCE, decode=decode,
        properties=tuple(sorted({PROPERTIES[entry[2]].name for entry in _FIELDS.values()})),
        extras=(
            *(name for _, _, names in _EXTRAS.values() for name in names), "position", "latitude_deg", "longitude_deg",
            "infrared_inner_c", "infrared_outer_c", "grid_eye", "debug", "settings", "repeated", "rest",
        ),
        defects="the maker's decoder gives absolute pulses from 2147483648 on as negative numbers",
        vectors=(
            Vector(payload="0100e202290400270506", f_port=5,
                   readings=(("air_temperature", 0, 22.6), ("relative_humidity", 0, 41), ("illuminance", 0, 39))),
            Vector(payload="0100c6022a070e0a", f_port=5,
                   readings=(("air_temperature", 0, 19.8), ("relative_humidity", 0, 42), ("battery_voltage", 0, 3594))),
            Vector(payload="01ffce0250", f_port=5, readings=(("air_temperature", 0, -5), ("relative_humidity", 0, 80))),
            Vector(payload="0100c80c00961900a019ffce0e2311", f_port=5,
                   readings=(("air_temperature", 0, 20), ("air_temperature", 1, 15), ("air_temperature", 2, 16),
                             ("air_temperature", 3, -5), ("distance", 0, 8977))),
            Vector(payload="0100", f_port=5, reason="truncated"),
            Vector(payload="ff00", f_port=5, reason="bad_payload"),
        ),
    )
)  # fmt: skip
