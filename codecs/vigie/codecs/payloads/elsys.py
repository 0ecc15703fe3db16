"""Elsys ERS, ELT, EMS: type, value, again and again (big-endian).

Source: "Elsys LoRa payload" (document of the manufacturer, version 11).

    01 s16/10 temperature °C     02 u8 humidity %          03 3×s8 acceleration       04 u16 light lx
    05 u8 motion                 06 u16 CO2 ppm            07 u16 battery mV          08/18 u16 analog mV
    09 2×s24 position            0A/16 u16 pulses          0B/17 u32 pulses, absolute 0C/19 s16/10 outer temperature °C
    0D/1A u8 digital             0E u16 distance mm        0F u8 motion by acceleration
    10 2×s16/10 infrared °C      11 u8 occupancy           12 u8 leak                 13 65 B grid eye
    14 u32/1000 pressure hPa     15 u8 peak, u8 mean sound dB                         1B s32 analog µV   1C u16 TVOC ppb

What a pulse counts is the installation's business, so pulses are extras. Sound is A-weighted by the data sheet of the
ERS Sound, but over no stated time: it is kept as extras, not as LAeq.
The outer temperature is air_temperature on channel 1 (0C) and 2 (19).
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

_u8, _s16, _u16, _u32, _s32 = (Struct(text).unpack_from for text in (">B", ">h", ">H", ">I", ">i"))
_P = {name: entry.id for name, entry in BY_NAME.items()}

_FIELDS: dict[int, tuple[int, Callable[..., tuple[int, ...]], int, int, float]] = {
    0x01: (2, _s16, _P["air_temperature"], 0, 10),
    0x02: (1, _u8, _P["relative_humidity"], 0, 1),
    0x04: (2, _u16, _P["illuminance"], 0, 1),
    0x07: (2, _u16, _P["battery_voltage"], 0, 1),
    0x0C: (2, _s16, _P["air_temperature"], 1, 10),
    0x0E: (2, _u16, _P["distance"], 0, 1),
    0x14: (4, _u32, _P["air_pressure"], 0, 1000),
    0x19: (2, _s16, _P["air_temperature"], 2, 10),
}
"""Type -> size, how to unpack, property, channel, divisor."""

_EXTRAS: dict[int, tuple[Struct, tuple[str, ...]]] = {
    0x03: (Struct(">bbb"), ("acceleration_x", "acceleration_y", "acceleration_z")),
    0x05: (Struct(">B"), ("motion",)),
    0x06: (Struct(">H"), ("co2_ppm",)),
    0x08: (Struct(">H"), ("analog_1_mv",)),
    0x09: (Struct(">6s"), ("position",)),
    0x0A: (Struct(">H"), ("pulses_1",)),
    0x0B: (Struct(">I"), ("pulses_absolute_1",)),
    0x0D: (Struct(">B"), ("digital_1",)),
    0x0F: (Struct(">B"), ("motion_by_acceleration",)),
    0x10: (Struct(">hh"), ("infrared_inner_tenths_c", "infrared_outer_tenths_c")),
    0x11: (Struct(">B"), ("occupancy_state",)),
    0x12: (Struct(">B"), ("leak",)),
    0x13: (Struct(">65s"), ("grid_eye",)),
    0x15: (Struct(">BB"), ("sound_peak_db", "sound_mean_db")),
    0x16: (Struct(">H"), ("pulses_2",)),
    0x17: (Struct(">I"), ("pulses_absolute_2",)),
    0x18: (Struct(">H"), ("analog_2_mv",)),
    0x1A: (Struct(">B"), ("digital_2",)),
    0x1B: (Struct(">i"), ("analog_uv",)),
    0x1C: (Struct(">H"), ("tvoc_ppb",)),
}
"""Type -> layout and names of what stands beyond the catalogue."""


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
    add, fields, at, end = readings.append, _FIELDS, 0, len(payload)
    try:
        while at < end:
            kind = payload[at]
            entry = fields.get(kind)
            if entry is not None:
                size, unpack, number, channel, divisor = entry
                add(Reading(number, channel, unpack(payload, at + 1)[0] / divisor))
                at += 1 + size
            elif kind in _EXTRAS:
                layout, names = _EXTRAS[kind]
                for name, value in zip(names, layout.unpack_from(payload, at + 1), strict=True):
                    extras[name] = value.hex() if isinstance(value, bytes) else str(value)
                at += 1 + layout.size
            else:
                if not readings and not extras:
                    raise Undecodable(Reason.BAD_PAYLOAD, f"Type {kind:#04x} at byte {at} is none of Elsys's")
                warnings.append("UNKNOWN_FIELD")
                extras["rest"] = payload[at:].hex()
                break
    except struct.error:
        raise Undecodable(Reason.TRUNCATED, f"The payload ends inside the value at byte {at}") from None
    return Decoded(readings, extras, warnings)


register_codec(
    Codec(
        id="elsys", version="1", maker="Elsys", source=SOURCE, decode=decode,
        properties=tuple(sorted({PROPERTIES[number].name for _, _, number, _, _ in _FIELDS.values()})),
        vectors=(
            Vector(payload="0100e202290400270506", f_port=5,
                   readings=(("air_temperature", 0, 22.6), ("relative_humidity", 0, 41), ("illuminance", 0, 39))),
            Vector(payload="0100c6022a070e0a", f_port=5,
                   readings=(("air_temperature", 0, 19.8), ("relative_humidity", 0, 42), ("battery_voltage", 0, 3594))),
            Vector(payload="01ffce0250", f_port=5, readings=(("air_temperature", 0, -5), ("relative_humidity", 0, 80))),
            Vector(payload="0100", f_port=5, reason="truncated"),
            Vector(payload="ff00", f_port=5, reason="bad_payload"),
        ),
    )
)  # fmt: skip
