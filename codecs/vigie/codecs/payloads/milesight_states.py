"""Milesight EM300 (switch, leak, pulses), EM310 and EM320-TILT, WS101, WS301, WS303: states. Pairs: see milesight.py.

Source: user guides of the series, chapter "Device Payload"; tables of the manufacturer's decoders (layout as facts).

    EM300-MCS       06 00 u8    magnet: 0 near, 1 away: door_open
    EM300-SLD, ZLD, MLD  05 00 u8    leak          WS303  03 00 u8    leak
    EM300-DI        05 00 u8    level of the input, 0 low, 1 high: contact     05 C8 u32  pulses
                    05 E1 u16/10 u16/10 f32   water per count, pulses per count, water; the unit is a setting
                    20 CE s16/10 °C, u8/2 %, u8 mode (1 level, 2 pulses), u8 level, u32 pulses
                    21 CE s16/10 °C, u8/2 %, u8 alarm, u8 mode, u8 level, u16/10, u16/10, f32 as 05 E1
    EM310-TILT      03 CF 3×s16/100 u8    angles X Y Z °, bits 0-2 which of them is beyond its threshold
    EM320-TILT      03 D4 3×s16     bit 0 is the threshold, the others the angle in hundredths of a degree
    WS101           FF 2E u8    button: 1 short, 2 long, 3 double
    WS301           03 00 u8    magnet: door_open      04 00 u8    0 installed, 1 taken off
    20 CE           EM300-MCS, SLD, ZLD: s16/10 °C, u8/2 %, u8 state

What a pulse counts is the installation's business, so pulses are extras.
"""

import math
import struct

from vigie.codecs.decoder import Decoded, Vector
from vigie.codecs.payloads.milesight import Model, codec_of, common, decoder, field, past, text, values
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.uplink import Reading

_AXES = "xyz"


def _water(prefix: str, numbers: tuple[int, int, float], found: Decoded) -> None:
    per_count, pulses, water = numbers
    found.extras[prefix + "water_per_count"] = text(per_count, 10)
    found.extras[prefix + "pulses_per_count"] = text(pulses, 10)
    found.extras[prefix + "water"] = text(round(water, 6) if math.isfinite(water) else water)


def _metered(payload: bytes, at: int, found: Decoded) -> int:
    _water("", struct.unpack_from("<HHf", payload, at), found)
    return at + 8


def _stored_input(payload: bytes, at: int, found: Decoded) -> int:
    second, temperature, humidity, mode, level, pulses = struct.unpack_from("<IhBBBI", payload, at)
    _record(second, temperature, humidity, mode, level, found)
    if mode != 1:
        found.extras[f"past_{second}_pulses"] = str(pulses)
    return at + 13


def _stored_meter(payload: bytes, at: int, found: Decoded) -> int:
    second, temperature, humidity, alarm, mode, level, *water = struct.unpack_from("<IhBBBBHHf", payload, at)
    _record(second, temperature, humidity, mode, level, found)
    found.extras[f"past_{second}_alarm"] = str(alarm)
    if mode != 1:
        _water(f"past_{second}_", (water[0], water[1], water[2]), found)
    return at + 18


def _record(second: int, temperature: int, humidity: int, mode: int, level: int, found: Decoded) -> None:
    at = second * 1000
    found.readings += (
        Reading(BY_NAME["air_temperature"].id, 0, temperature / 10, at),
        Reading(BY_NAME["relative_humidity"].id, 0, humidity / 2, at),
    )
    if mode == 1:
        found.readings.append(Reading(BY_NAME["contact"].id, 0, float(level != 0), at))
    found.dated = True


def _angles(payload: bytes, at: int, found: Decoded) -> int:
    *angles, beyond = struct.unpack_from("<hhhB", payload, at)
    for place, (axis, angle) in enumerate(zip(_AXES, angles, strict=True)):
        found.extras[f"angle_{axis}_deg"] = text(angle, 100)
        found.extras[f"threshold_{axis}"] = str(beyond >> place & 1)
    return at + 7


def _angles_with_bit(payload: bytes, at: int, found: Decoded) -> int:
    for axis, angle in zip(_AXES, struct.unpack_from("<hhh", payload, at), strict=True):
        found.extras[f"angle_{axis}_deg"] = text(angle >> 1, 100)
        found.extras[f"threshold_{axis}"] = str(angle & 1)
    return at + 6


_CLIMATE = common("xx67", "xx68")
_VECTOR = Vector(payload="01755c03673401046865050000", readings=(
    ("battery_level", 0, 92), ("air_temperature", 0, 30.8), ("relative_humidity", 0, 50.5)))  # fmt: skip
_ANGLES = ("angle_*_deg", "threshold_*")
_leak = values("B", ("leak", 1))
_stored_leak = past("hBB", ("air_temperature", 10), ("relative_humidity", 2), ("leak", 1))

_MODELS = (
    Model("milesight-em300-sld", "3", decoder(_CLIMATE, {"xx00": _leak, "20ce": _stored_leak}), ("leak", "past_*"), (
        _VECTOR, Vector(payload="20ce00f15365ff007801",
                        readings=(("air_temperature", 0, 25.5), ("relative_humidity", 0, 60))))),
    Model("milesight-em300-mcs", "1", decoder(_CLIMATE | {"0600": field("B", "door_open")}, {
        "20ce": past("hBB", ("air_temperature", 10), ("relative_humidity", 2), ("door_open", 1)),
    }), (), (
        Vector(payload="01755c03673401046865060001", readings=(
            ("battery_level", 0, 92), ("air_temperature", 0, 30.8), ("relative_humidity", 0, 50.5),
            ("door_open", 0, 1))),
        Vector(payload="20ce9e74466310015d01", readings=(
            ("air_temperature", 0, 27.2), ("relative_humidity", 0, 46.5), ("door_open", 0, 1))))),
    Model("milesight-em300-di", "1", decoder(_CLIMATE | {"0500": field("B", "contact")}, {
        "05c8": values("I", ("pulses", 1)), "05e1": _metered, "20ce": _stored_input, "21ce": _stored_meter,
    }), ("pulses", "water_per_count", "pulses_per_count", "water", "past_*"), (
        Vector(payload="01755c05c800010000", readings=(("battery_level", 0, 92),)),
        Vector(payload="20ce9e74466310015d020000010000", readings=(
            ("air_temperature", 0, 27.2), ("relative_humidity", 0, 46.5))),
        Vector(payload="050001", readings=(("contact", 0, 1),)))),
    Model("milesight-em310-tilt", "1", decoder(common(), {"03cf": _angles}), _ANGLES, (
        Vector(payload="01755c03cf00000000282307", readings=(("battery_level", 0, 92),)),)),
    Model("milesight-em320-tilt", "1", decoder(common(), {"03d4": _angles_with_bit}), _ANGLES, (
        Vector(payload="01755c03d4000001005046", readings=(("battery_level", 0, 92),)),)),
    Model("milesight-ws101", "1", decoder(common(), {"ff2e": values("B", ("button", 1))}), ("button",), (
        Vector(payload="017564ff2e01", readings=(("battery_level", 0, 100),)),)),
    Model("milesight-ws301", "1", decoder(
        common() | {"0300": field("B", "door_open")}, {"0400": values("B", ("taken_off", 1))}
    ), ("taken_off",), (
        Vector(payload="017564030001040001", readings=(("battery_level", 0, 100), ("door_open", 0, 1))),)),
    Model("milesight-ws303", "1", decoder(common(), {"0300": _leak}), ("leak",), (
        Vector(payload="017564030001", readings=(("battery_level", 0, 100),)),)),
)  # fmt: skip

for _model in _MODELS:
    register_codec(codec_of(_model))
