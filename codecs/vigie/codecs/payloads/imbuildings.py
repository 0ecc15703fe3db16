"""IMBuildings People Counter and Comfort Sensor over LoRaWAN (big-endian).

Source: decoders that the manufacturer published (github.com/IMBUILDINGS/PayloadParser), their example, and its example
in the collection of The Things Network (layout as facts).

    Head        0 type, 1 variant, 2-9 the device's number. A device can be set to leave it out: then the port is
                ten times the type, plus the variant
    People 5    (9 B, with a head only) 0 status, 1 u16/100 V, 3 and 5 u16 passages of the interval, 7 sensor's status,
                8 number of the frame
    People 6    (13 B) as 5 until the sensor's status, then 8 and 10 u16 passages in all, 12 number of the frame
    People 7    (5 B) 0 sensor's status, 1 and 3 u16 passages in all
    People 8    (4 B) 0 status, 1 u16/100 V, 3 sensor's status: a sign of life
    Comfort 3   (10 B) 0 status, 1 u16/100 V, then, which is all of it on port 13: s16/100 °C, u16/100 %, u16 CO2 ppm,
                presence
    Port 10     F1 01: an answer to settings

Channel 1 is the direction A, 2 is B. Totals begin anew at 65536. Variants 1 to 4 are of the devices over NB-IoT, with
another head: no real frame of them was found, and they are not read.
"""

from struct import Struct

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

SOURCE = "IMBuildings PayloadParser: the manufacturer's decoders and examples"

_P = {name: entry.id for name, entry in BY_NAME.items()}
_HEAD, _SETTINGS_PORT, _SETTINGS = 10, 10, b"\xf1\x01"

Item = tuple[str, int, float]
"""Name of a property (else of an extra), channel, factor."""
_STATUS: tuple[Item, ...] = (("device_status", 0, 1), ("battery_voltage", 0, 10))
_SENSOR: Item = ("sensor_status", 0, 1)
_INTERVAL: tuple[Item, ...] = (("passages", 1, 1), ("passages", 2, 1))
_TOTALS: tuple[Item, ...] = (("passages_total", 1, 1), ("passages_total", 2, 1))
_NUMBER: Item = ("frame_number", 0, 1)
_AIR: tuple[Item, ...] = (
    ("air_temperature", 0, 0.01), ("relative_humidity", 0, 0.01), ("co2_ppm", 0, 1), ("presence", 0, 1),
)  # fmt: skip

_PEOPLE: dict[int, tuple[Struct, tuple[Item, ...]]] = {
    5: (Struct(">BHHHBB"), (*_STATUS, *_INTERVAL, _SENSOR, _NUMBER)),
    6: (Struct(">BHHHBHHB"), (*_STATUS, *_INTERVAL, _SENSOR, *_TOTALS, _NUMBER)),
    7: (Struct(">BHH"), (_SENSOR, *_TOTALS)),
    8: (Struct(">BHB"), (*_STATUS, _SENSOR)),
}
_COMFORT: dict[int, tuple[Struct, tuple[Item, ...]]] = {3: (Struct(">BHhHHB"), (*_STATUS, *_AIR))}
_BARE = {
    **{20 + variant: body for variant, body in _PEOPLE.items() if variant > 5},
    13: (Struct(">hHHB"), _AIR),
}
"""Port -> what a frame without a head holds."""


def _decoder(model: str, kind: int, bodies: dict[int, tuple[Struct, tuple[Item, ...]]]) -> Decode:
    def decode(payload: bytes, f_port: int, _received_at: int) -> Decoded:
        found = Decoded([], {}, [])
        if f_port == _SETTINGS_PORT and payload[:2] == _SETTINGS:
            found.extras["settings"] = payload[2:].hex()
            return found
        if f_port // 10 == kind and f_port in _BARE and len(payload) == _BARE[f_port][0].size:
            variant, at, (form, items) = f_port % 10, 0, _BARE[f_port]
        elif len(payload) > 1 and payload[0] == kind and payload[1] in bodies:
            variant, at, (form, items) = payload[1], _HEAD, bodies[payload[1]]
            _same_size(payload, at + form.size, f"Variant {variant} of {model}")
            found.extras["device_number"] = payload[2:_HEAD].hex()
        elif f_port // 10 == kind and f_port in _BARE:
            raise _refusal(payload, _BARE[f_port][0].size, f"A frame of {model} on port {f_port}")
        else:
            raise Undecodable(
                Reason.BAD_PAYLOAD if payload else Reason.TRUNCATED,
                f"No frame of {model} on port {f_port} starts with {payload[:2].hex() or 'nothing'}",
            )
        found.extras["variant"] = str(variant)
        for (name, channel, factor), raw in zip(items, form.unpack_from(payload, at), strict=True):
            if name in _P:
                found.readings.append(Reading(_P[name], channel, raw / 100 if factor == 0.01 else float(raw * factor)))
            else:
                found.extras[name] = str(raw)
        return found

    return decode


def _same_size(payload: bytes, size: int, what: str) -> None:
    if len(payload) != size:
        raise _refusal(payload, size, what)


def _refusal(payload: bytes, size: int, what: str) -> Undecodable:
    reason = Reason.TRUNCATED if len(payload) < size else Reason.BAD_PAYLOAD
    return Undecodable(reason, f"{what} has {size} bytes, this one has {len(payload)}")


_EXTRAS = ("variant", "device_number", "device_status", "settings")
_COUNTS = (("passages", 1, 0), ("passages", 2, 0), ("passages_total", 1, 13), ("passages_total", 2, 10))

register_codec(
    Codec(
        id="imbuildings-people-counter", version="1", maker="IMBuildings", source=SOURCE,
        decode=_decoder("the People Counter", 2, _PEOPLE),
        properties=("battery_voltage", "passages", "passages_total"),
        extras=(*_EXTRAS, "sensor_status", "frame_number"),
        vectors=(
            Vector(payload="02060004a30b00f0d40e000100000000002000" "0d000a6a",
                   readings=(("battery_voltage", 0, 2560), *_COUNTS)),
            Vector(payload="02060004a30b00f6b5690800f80003000220060305e661",
                   readings=(("battery_voltage", 0, 2480), ("passages", 1, 3), ("passages", 2, 2),
                             ("passages_total", 1, 1539), ("passages_total", 2, 1510))),
            Vector(payload="0800f80003000220060305e661", f_port=26,
                   readings=(("battery_voltage", 0, 2480), ("passages", 1, 3), ("passages", 2, 2),
                             ("passages_total", 1, 1539), ("passages_total", 2, 1510))),
            Vector(payload="20060305e6", f_port=27,
                   readings=(("passages_total", 1, 1539), ("passages_total", 2, 1510))),
            Vector(payload="0800f820", f_port=28, readings=(("battery_voltage", 0, 2480),)),
            Vector(payload="02060004a30b00f0d40e0001000000000020000d000a", reason="truncated"),
            Vector(payload="0800f80003000220060305e661", f_port=1, reason="bad_payload"),
        ),
    )
)  # fmt: skip
register_codec(
    Codec(
        id="imbuildings-comfort", version="1", maker="IMBuildings", source=SOURCE,
        decode=_decoder("the Comfort Sensor", 1, _COMFORT),
        properties=("air_temperature", "battery_voltage", "relative_humidity"),
        extras=(*_EXTRAS, "co2_ppm", "presence"),
        defects="the maker's decoder reads a temperature below zero as one above 600 °C",
        vectors=(
            Vector(payload="01030004a30b00f0d40e000136" "0898" "11d6" "01c2" "01",
                   readings=(("battery_voltage", 0, 3100), ("air_temperature", 0, 22),
                             ("relative_humidity", 0, 45.66))),
            Vector(payload="ff9c11d601c200", f_port=13,
                   readings=(("air_temperature", 0, -1), ("relative_humidity", 0, 45.66))),
            Vector(payload="ff9c11d601c2", f_port=13, reason="truncated"),
            Vector(payload="ff9c11d601c200", f_port=1, reason="bad_payload"),
        ),
    )
)  # fmt: skip
