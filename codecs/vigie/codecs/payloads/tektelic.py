"""Tektelic room sensors, Tundra and agriculture sensors: channel, type, value, again and again (big-endian).

Source: "TEKTELIC Technical Reference Manual" of each series; tables of the decoders that the manufacturer published.

    Port 10     room sensor (T0004), Tundra (T0006) and room sensor with CO2 (T0007)
        00 FF s16/100 battery V     00 BA u16 battery mV        00 D3 u8 battery %          11 D3 u8 % of the display's
        03 67 s16/10 °C             04 68 u8/2 %                0B 67 s16/10 °C of the processor
        0B E4, 0E E4 u16 CO2 ppm, filtered and raw              0C 73 u16/10 hPa            01 00 u8 reed (FF open)
        02 00 u8 light              10 02 u8 light              05 02 u16/1000 impact g     07 71 3*s16/1000 g on xyz
        08 04 u16 reed counts       09 00 u8 moisture           0A 00 u8 motion             0C 00 u8 impact alarm
        0D 04 u16 motion counts     0E 00 u8 connector          0F 04 u16 its counts        11 02 s16/1000 its voltage V
    Port 10     agriculture sensor (T0005)
        00 FF s16/100 battery V     01, 05, 06 04 u16 Hz of soil moisture inputs            02, 03, 04 02 u16 mV of soil
        09 65 u16 lx                0B 67 s16/10 °C             0B 68 u8/2 %                temperature inputs
    Port 32     u16 number of a stored record, then as on port 10
    Port 100    settings that were asked for

What soil inputs mean depends on the probe: they are extras. Settings can hold the device's keys, so only how many bytes
came is told. A stored record has no instant, so what it holds is no reading, but an extra, undecoded.
"""

import struct
from collections.abc import Callable
from struct import Struct

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

SOURCE = "TEKTELIC Technical Reference Manuals; tables of the manufacturer's decoders"

_u8, _s16, _u16 = (Struct(text).unpack_from for text in (">B", ">h", ">H"))
_P = {name: entry.id for name, entry in BY_NAME.items()}

Field = tuple[int, Callable[..., tuple[int, ...]], str, float]
"""Size in bytes, how to unpack, name (of a property, or of an extra with its unit), what the number is divided by."""

_ROOM: dict[tuple[int, int], Field] = {
    (0x00, 0xFF): (2, _s16, "battery_voltage", 0.1),
    (0x00, 0xBA): (2, _u16, "battery_voltage", 1),
    (0x00, 0xD3): (1, _u8, "battery_level", 1),
    (0x11, 0xD3): (1, _u8, "display_battery_percent", 1),
    (0x03, 0x67): (2, _s16, "air_temperature", 10),
    (0x04, 0x68): (1, _u8, "relative_humidity", 2),
    (0x0B, 0x67): (2, _s16, "device_temperature", 10),
    (0x0B, 0xE4): (2, _u16, "co2_ppm", 1),
    (0x0E, 0xE4): (2, _u16, "co2_raw_ppm", 1),
    (0x0C, 0x73): (2, _u16, "air_pressure", 10),
    (0x01, 0x00): (1, _u8, "reed", 1),
    (0x02, 0x00): (1, _u8, "light_detected", 1),
    (0x10, 0x02): (1, _u8, "light_code", 1),
    (0x05, 0x02): (2, _u16, "impact_g", 1000),
    (0x08, 0x04): (2, _u16, "reed_counts", 1),
    (0x09, 0x00): (1, _u8, "moisture", 1),
    (0x0A, 0x00): (1, _u8, "motion", 1),
    (0x0C, 0x00): (1, _u8, "impact_alarm", 1),
    (0x0D, 0x04): (2, _u16, "motion_counts", 1),
    (0x0E, 0x00): (1, _u8, "connector", 1),
    (0x0F, 0x04): (2, _u16, "connector_counts", 1),
    (0x11, 0x02): (2, _s16, "connector_v", 1000),
}
_FIELDS: dict[tuple[int, int], Field] = {
    (0x00, 0xFF): (2, _s16, "battery_voltage", 0.1),
    (0x09, 0x65): (2, _u16, "illuminance", 1),
    (0x0B, 0x67): (2, _s16, "air_temperature", 10),
    (0x0B, 0x68): (1, _u8, "relative_humidity", 2),
} | {
    **{(one, 0x04): (2, _u16, f"input_{one}_hz", 1) for one in (1, 5, 6)},
    **{(one, 0x02): (2, _u16, f"input_{one}_mv", 1) for one in (2, 3, 4)},
}
_ACCELERATION = Struct(">hhh").unpack_from


def _decoder(model: str, table: dict[tuple[int, int], Field]) -> Decode:
    def decode(payload: bytes, f_port: int, _received_at: int) -> Decoded:
        found = Decoded([], {}, [])
        if f_port == 100 and payload:
            found.extras["settings_bytes"] = str(len(payload))
        elif f_port == 32 and len(payload) > 2:
            found.extras["record"], found.extras["record_values"] = str(_u16(payload, 0)[0]), payload[2:].hex()
        elif f_port == 10:
            try:
                _values(payload, table, found, model)
            except (struct.error, IndexError):
                raise Undecodable(Reason.TRUNCATED, f"A payload of {model} ends inside a value") from None
        else:
            raise Undecodable(
                Reason.BAD_PAYLOAD,
                f"Port {f_port} with {len(payload)} bytes is none of {model}, which measures on port 10",
            )
        return found

    return decode


def _values(payload: bytes, table: dict[tuple[int, int], Field], found: Decoded, model: str) -> None:
    at, seen = 0, set()
    if not payload:
        raise Undecodable(Reason.TRUNCATED, f"A payload of {model} holds at least one value, this one nothing")
    while at < len(payload):
        key = (payload[at], payload[at + 1])
        if key == (0x07, 0x71) and table is _ROOM:
            for axis, value in zip("xyz", _ACCELERATION(payload, at + 2), strict=True):
                found.extras[f"acceleration_{axis}_g"] = str(value / 1000)
            at += 8
            continue
        if key not in table or table[key][2] in seen:
            if not at:
                raise Undecodable(Reason.BAD_PAYLOAD, f"Channel {key[0]:02x} type {key[1]:02x} is none of {model}")
            found.extras["rest"] = payload[at:].hex()
            found.warnings[:] = ["UNKNOWN_FIELD"]
            return
        size, unpack, name, divisor = table[key]
        raw = unpack(payload, at + 2)[0]
        seen.add(name)
        if name in _P:
            # the battery's hundredths of a volt are whole numbers of 10 mV: no division that would not come out even
            found.readings.append(Reading(_P[name], 0, float(raw * 10) if divisor == 0.1 else raw / divisor))
        else:
            found.extras[name] = str(raw if divisor == 1 else raw / divisor)
        at += 2 + size


_ANSWERS = ("settings_bytes", "record", "record_values", "rest")

for _id, _model, _table, _payload, _readings in (
    ("tektelic-room", "a room sensor", _ROOM, "0367000a046828",
     (("air_temperature", 0, 1), ("relative_humidity", 0, 20))),
    ("tektelic-agriculture", "an agriculture sensor", _FIELDS, "0104056e0202035c09650d570b6700ad0b68a5",
     (("illuminance", 0, 3415), ("air_temperature", 0, 17.3), ("relative_humidity", 0, 82.5))),
):  # fmt: skip
    register_codec(
        Codec(
            id=_id, version="1", maker="Tektelic", source=SOURCE, decode=_decoder(_model, _table),
            properties=tuple(sorted({name for _, _, name, _ in _table.values() if name in _P})),
            extras=(*dict.fromkeys(name for _, _, name, _ in _table.values() if name not in _P),
                    *(("acceleration_*_g",) if _table is _ROOM else ()), *_ANSWERS),
            vectors=(
                Vector(payload=_payload, f_port=10, readings=_readings),
                Vector(payload="00ff0168", f_port=10, readings=(("battery_voltage", 0, 3600),)),
                Vector(payload=_payload[:-2], f_port=10, reason="truncated"),
                Vector(payload="7f99", f_port=10, reason="bad_payload"),
            ),
        )
    )  # fmt: skip
