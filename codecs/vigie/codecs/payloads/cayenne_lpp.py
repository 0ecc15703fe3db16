"""Cayenne Low Power Payload: channel, type, value, again and again (big-endian); the types of IPSO and their extension.

Source: myDevices, "Cayenne Low Power Payload" (types 00 to 88); data types of the CayenneLPP library, which added the
others (64, 74 to 85, 87, 8E, F0). A type is the IPSO object's number minus 3200.

    00 u8  digital input         01 u8  digital output        02 s16/100 analog input      03 s16/100 analog output
    64 u32 generic               65 u16 light lx              66 u8 presence               67 s16/10 temperature °C
    68 u8/2 humidity %           71 3×s16/1000 acceleration g 73 u16/10 pressure hPa       74 u16/100 voltage V
    75 u16/1000 current A        76 u32 frequency Hz          78 u8 percentage             79 s16 altitude m
    7D u16 concentration ppm     80 u16 power W               82 u32/1000 distance m       83 u32/1000 energy kWh
    84 u16 direction °           85 u32 Unix s                86 3×s16/100 rotation °/s    87 3×u8 colour
    88 2×s24/10⁴ s24/100 place °, altitude m                  8E u8 switch
    F0 u8 size of all, u8 factor, then points                 a line of places

The channel is the reading's. What the catalogue has no property for is an extra named with its channel: an analog
input on channel 3 is `analog_in_3`. A type that comes again on its channel is an extra too, numbered from 2.
A direction is not said to be the wind's, nor a percentage to be the battery's: both are extras.
"""

from collections.abc import Callable

from vigie.codecs.decoder import Codec, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

_PLACES, _LINE, _LEAST_LINE = 0x88, 0xF0, 8

_READINGS: dict[int, tuple[int, bool, str, float]] = {
    0x65: (2, False, "illuminance", 1),
    0x67: (2, True, "air_temperature", 10),
    0x68: (1, False, "relative_humidity", 2),
    0x73: (2, False, "air_pressure", 10),
    0x74: (2, False, "voltage", 100),
    0x75: (2, False, "current", 1000),
    0x76: (4, False, "frequency", 1),
    0x80: (2, False, "active_power", 1),
    0x82: (4, False, "distance", 1),
    0x83: (4, False, "active_energy_index", 1),
}
"""Type -> size, signed, property, divisor to its unit."""

_EXTRAS: dict[int, tuple[int, bool, float, tuple[str, ...]]] = {
    0x00: (1, False, 1, ("digital_in_{}",)),
    0x01: (1, False, 1, ("digital_out_{}",)),
    0x02: (2, True, 100, ("analog_in_{}",)),
    0x03: (2, True, 100, ("analog_out_{}",)),
    0x64: (4, False, 1, ("generic_{}",)),
    0x66: (1, False, 1, ("presence_{}",)),
    0x71: (2, True, 1000, ("acceleration_x_{}_g", "acceleration_y_{}_g", "acceleration_z_{}_g")),
    0x78: (1, False, 1, ("percentage_{}",)),
    0x79: (2, True, 1, ("altitude_{}_m",)),
    0x7D: (2, False, 1, ("concentration_{}_ppm",)),
    0x84: (2, False, 1, ("direction_{}_deg",)),
    0x85: (4, False, 1, ("unix_{}_s",)),
    0x86: (2, True, 100, ("rotation_x_{}_deg_s", "rotation_y_{}_deg_s", "rotation_z_{}_deg_s")),
    0x87: (1, False, 1, ("red_{}", "green_{}", "blue_{}")),
    0x8E: (1, False, 1, ("switch_{}",)),
}
"""Type -> size of each number, signed, divisor, names."""

_PLACE: tuple[tuple[str, float], ...] = (("latitude_{}", 10_000), ("longitude_{}", 10_000), ("altitude_{}_m", 100))


def decode(payload: bytes, _f_port: int, _received_at: int) -> Decoded:
    """The readings of a payload.

    Raises:
        Undecodable: TRUNCATED, or BAD_PAYLOAD where the first type is unknown or there is none.

    >>> [(reading.channel, reading.value) for reading in decode(bytes.fromhex("03670110056700ff"), 1, 0).readings]
    [(3, 27.2), (5, 25.5)]
    """
    found = Decoded([], {}, [])
    seen: dict[tuple[int, int], int] = {}
    at, end = 0, len(payload)
    if not end:
        raise Undecodable(Reason.BAD_PAYLOAD, "The payload is empty")

    def number(place: int, size: int, signed: bool) -> int:
        if place + size > end:
            raise Undecodable(Reason.TRUNCATED, f"The payload ends inside the value at byte {at}")
        return int.from_bytes(payload[place : place + size], "big", signed=signed)

    while at < end:
        channel, kind = payload[at], number(at + 1, 1, False)
        count = seen[kind, channel] = seen.get((kind, channel), 0) + 1
        again = "" if count == 1 else f"_again_{count}"
        if (known := _READINGS.get(kind)) is not None:
            size, signed, name, divisor = known
            value = number(at + 2, size, signed) / divisor
            if again:
                found.extras[f"{name}_{channel}{again}"] = str(value)
            else:
                found.readings.append(Reading(BY_NAME[name].id, channel, value))
            at += 2 + size
        elif following := _extras(payload, at, channel, kind, again, number, found.extras):
            at = following
        else:
            if not found.readings and not found.extras:
                raise Undecodable(Reason.BAD_PAYLOAD, f"Type {kind:#04x} at byte {at} is none of Cayenne's")
            found.warnings.append("UNKNOWN_FIELD")
            found.extras["rest"] = payload[at:].hex()
            break
    return found


def _extras(
    payload: bytes, at: int, channel: int, kind: int, again: str, number: Callable[[int, int, bool], int],
    extras: dict[str, str],
) -> int:  # fmt: skip
    """What is behind a type that is no reading; returns where the next channel stands, 0 for an unknown type."""
    place = at + 2
    if (known := _EXTRAS.get(kind)) is not None:
        size, signed, divisor, names = known
        for name in names:
            value = number(place, size, signed)
            extras[name.format(channel) + again] = str(value if divisor == 1 else value / divisor)
            place += size
        return place
    if kind == _PLACES:
        for name, divisor in _PLACE:
            extras[name.format(channel) + again] = str(number(place, 3, True) / divisor)
            place += 3
        return place
    if kind == _LINE and (size := number(place, 1, False)) >= _LEAST_LINE:
        number(place, size, False)  # all of it must be there
        extras[f"line_{channel}{again}"] = payload[place + 1 : place + size].hex()
        return place + size
    return 0


register_codec(
    Codec(
        id="cayenne-lpp", version="1", maker="myDevices (format of many makers)", decode=decode,
        source="myDevices, Cayenne Low Power Payload; types of the CayenneLPP library",
        properties=tuple(sorted(name for _, _, name, _ in _READINGS.values())),
        extras=(
            *(name.replace("{}", "*") for _, _, _, names in _EXTRAS.values() for name in names),
            *(name.replace("{}", "*") for name, _ in _PLACE), "line_*", "*_again_*", "rest",
        ),
        vectors=(
            Vector(payload="03670110056700ff", readings=(("air_temperature", 3, 27.2), ("air_temperature", 5, 25.5))),
            Vector(payload="0167ffd7067104d2fb2e0000", readings=(("air_temperature", 1, -4.1),)),
            Vector(payload="0167011b026851", readings=(("air_temperature", 1, 28.3), ("relative_humidity", 2, 40.5))),
            Vector(payload="0174014a0282000008440383000003e8", readings=(
                ("voltage", 1, 3.3), ("distance", 2, 2116), ("active_energy_index", 3, 1000))),
            Vector(payload="018806765ff2960a0003e8"),
            Vector(payload="016701", reason="truncated"),
            Vector(payload="01ff00", reason="bad_payload"),
        ),
    )
)  # fmt: skip
