"""Dragino distance sensors, and what all Dragino devices have in common (big-endian).

Source: user manuals of the models, chapter "Uplink Payload"; byte places checked on the maker's own decoders.

    All     b0-1 battery mV in the low 14 bits; measurements on port 2 (LDS01/02 and LWL01/02 on port 10), what the
            device is on port 5: model u8, firmware 2 B (3.4.4 bits), band u8, sub-band u8, battery u16 mV
    LDDS75, LDDS45, LDDS20
            2 distance mm (0: no sensor, 20: invalid)
            4 interrupt u8, 5 DS18B20 s16/10 °C, 7 sensor flag u8. Frames of 4 and 5 bytes (older firmware) end earlier
    LDDS04  b0 bit 7 interrupt; 2, 4, 6, 8 four distances mm; 10 kind of message
    LLDS12  2 DS18B20 s16/10, 4 distance mm, 6 signal u16, 8 interrupt, 9 its own temperature s8 °C, 10 kind of message
    LMDS120 2 distance mm (16383: invalid), 4 interrupt, 5 DS18B20 s16/10, 7 sensor flag

LDDS20 stands under a container and hears the surface of the liquid: what it measures is water_depth, not distance.
Whether a DS18B20 is connected is not said, and 0 °C stands for both: it is an extra, never a reading.
"""

from collections.abc import Callable
from struct import Struct

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

MAKER = "Dragino"
SOURCE = "Dragino user manuals, chapter Uplink Payload"

u16, s16, u32 = (Struct(text).unpack_from for text in (">H", ">h", ">I"))
PROPERTY = {name: entry.id for name, entry in BY_NAME.items()}

_BANDS = (
    "EU868", "US915", "IN865", "AU915", "KZ865", "RU864", "AS923", "AS923_1", "AS923_2", "AS923_3", "CN470", "EU433",
    "KR920", "MA869", "AS923_4",
)  # fmt: skip
STATUS_EXTRAS = ("model_code", "frequency_band", "sub_band")

Read = Callable[[bytes, Decoded], None]
"""Adds what a frame says to what was found; the frame has at least the length that was asked for."""


def add(found: Decoded, name: str, value: float, channel: int = 0, observed_at: int | None = None) -> None:
    """A reading of a catalogue property."""
    found.readings.append(Reading(PROPERTY[name], channel, float(value), observed_at))
    found.dated = found.dated or observed_at is not None


def battery(payload: bytes, found: Decoded) -> None:
    """The battery of bytes 0 and 1; the two high bits mean something else, or nothing."""
    add(found, "battery_voltage", u16(payload, 0)[0] & 0x3FFF)


def unsigned(payload: bytes, at: int, size: int) -> int:
    """A number of so many bytes."""
    return int.from_bytes(payload[at : at + size], "big")


def status(payload: bytes, found: Decoded) -> None:
    """What the device is (port 5)."""
    model, high, low, band, sub_band = payload[:5]
    found.firmware = f"{high & 0xF}.{low >> 4}.{low & 0xF}"
    found.extras["model_code"] = str(model)
    found.extras["frequency_band"] = _BANDS[band - 1] if 1 <= band <= len(_BANDS) else str(band)
    if sub_band != 0xFF:
        found.extras["sub_band"] = str(sub_band)
    add(found, "battery_voltage", u16(payload, 5)[0])


def decoder(model: str, ports: dict[int, tuple[int, Read]]) -> Decode:
    """The decoder of a model: port -> fewest bytes of its frame, and how to read it."""
    named = " and ".join(str(port) for port in sorted(ports))

    def decode(payload: bytes, f_port: int, _received_at: int) -> Decoded:
        entry = ports.get(f_port)
        if entry is None:
            raise Undecodable(Reason.BAD_PAYLOAD, f"Port {f_port} is none of {model}, which sends on {named}")
        size, read = entry
        if len(payload) < size:
            raise Undecodable(
                Reason.TRUNCATED, f"A frame of {model} on port {f_port} has {size} bytes, this one has {len(payload)}"
            )
        found = Decoded([], {}, [])
        read(payload, found)
        return found

    return decode


def rest(payload: bytes, at: int, found: Decoded) -> None:
    """Bytes that no layout names are kept."""
    if at < len(payload):
        found.extras["rest"] = payload[at:].hex()
        found.warnings[:] = ["UNKNOWN_FIELD"]


def _ultrasonic(name: str, factor: float) -> Read:
    def read(payload: bytes, found: Decoded) -> None:
        battery(payload, found)
        raw = u16(payload, 2)[0]
        if raw in (0, 20):
            found.extras["distance_status"] = "no sensor" if raw == 0 else "invalid"
        else:
            add(found, name, raw * factor)
        if len(payload) > 4:
            found.extras["interrupt"] = str(payload[4])
        if len(payload) >= 8:
            found.extras["ds18b20_temperature_c"] = str(s16(payload, 5)[0] / 10)
            found.extras["sensor_flag"] = str(payload[7])
            rest(payload, 8, found)
        else:
            rest(payload, 5, found)

    return read


def _four(payload: bytes, found: Decoded) -> None:
    found.extras["message_type"] = str(payload[10])
    if payload[0] == 0x03 and payload[10] == 0x02:
        found.extras["configuration"] = payload.hex()
        return
    battery(payload, found)
    found.extras["interrupt"] = str(payload[0] >> 7)
    for channel in range(1, 5):
        raw = u16(payload, 2 * channel)[0]
        if raw in (0, 0xFFFF):
            found.extras[f"distance_{channel}_status"] = "no sensor"
        else:
            add(found, "distance", raw, channel)
    rest(payload, 11, found)


def _lidar(payload: bytes, found: Decoded) -> None:
    found.extras["message_type"] = str(payload[10])
    if payload[0] == 0x03 and payload[10] == 0x02:
        found.extras["configuration"] = payload.hex()
        return
    battery(payload, found)
    found.extras["ds18b20_temperature_c"] = str(s16(payload, 2)[0] / 10)
    raw = u16(payload, 4)[0]
    if raw in (0, 0xFFFF):  # the sensor gives 0 where too little light comes back
        found.extras["distance_status"] = "no distance"
    else:
        add(found, "distance", raw)
    found.extras["signal_strength"] = str(u16(payload, 6)[0])
    found.extras["interrupt"] = str(payload[8])
    add(found, "device_temperature", payload[9] - 256 if payload[9] > 127 else payload[9])
    rest(payload, 11, found)


def _microwave(payload: bytes, found: Decoded) -> None:
    battery(payload, found)
    raw = u16(payload, 2)[0]
    if raw == 0x3FFF:
        found.extras["distance_status"] = "invalid"
    else:
        add(found, "distance", raw)
    found.extras["interrupt"] = str(payload[4] & 1)
    found.extras["ds18b20_temperature_c"] = str(s16(payload, 5)[0] / 10)
    found.extras["sensor_flag"] = str(payload[7] & 1)
    rest(payload, 8, found)


_COMMON = ("interrupt", "ds18b20_temperature_c", "distance_status", "sensor_flag", "rest")
_BAD = (
    Vector(payload="0d0a07", f_port=2, reason="truncated"),
    Vector(payload="0d0a07e900000001", f_port=42, reason="bad_payload"),
)
_MODELS: tuple[tuple[str, str, dict[int, tuple[int, Read]], tuple[str, ...], tuple[Vector, ...], str], ...] = (
    ("dragino-ldds75", "LDDS75", {2: (4, _ultrasonic("distance", 1.0)), 5: (7, status)}, _COMMON, (
        Vector(payload="0d0a07e900000001", f_port=2, readings=(("battery_voltage", 0, 3338), ("distance", 0, 2025))),
        Vector(payload="0d3b0aef00000001", f_port=2, readings=(("battery_voltage", 0, 3387), ("distance", 0, 2799))),
        Vector(payload="0d0a000000000000", f_port=2, readings=(("battery_voltage", 0, 3338),)),
        Vector(payload="0d0a001400000001", f_port=2, readings=(("battery_voltage", 0, 3338),)),
    ), "The maker's codec for 5-byte frames gives the battery as the distance, and reads no distance in other lengths"),
    ("dragino-ldds20", "LDDS20", {2: (4, _ultrasonic("water_depth", 0.001)), 5: (7, status)}, _COMMON, (
        Vector(payload="0d3b0aef00000001", f_port=2,
               readings=(("battery_voltage", 0, 3387), ("water_depth", 0, 2.799))),
    ), ""),
    ("dragino-ldds04", "LDDS04", {2: (11, _four), 5: (7, status)},
     ("interrupt", "message_type", "configuration", "distance_*_status", "rest"), (
        Vector(payload="0d4a03160318031a031501", f_port=2,
               readings=(("battery_voltage", 0, 3402), ("distance", 1, 790), ("distance", 2, 792), ("distance", 3, 794),
                         ("distance", 4, 789))),
    ), ""),
    ("dragino-llds12", "LLDS12", {2: (11, _lidar), 5: (7, status)},
     (*_COMMON, "signal_strength", "message_type", "configuration"), (
        Vector(payload="0d5c00000b1801b1001e01", f_port=2,
               readings=(("battery_voltage", 0, 3420), ("distance", 0, 2840), ("device_temperature", 0, 30))),
        Vector(payload="0d5c00000000000000f601", f_port=2,
               readings=(("battery_voltage", 0, 3420), ("device_temperature", 0, -10))),
    ), ""),
    ("dragino-lmds120", "LMDS120", {2: (8, _microwave), 5: (7, status)}, _COMMON, (
        Vector(payload="0d5c0b180000c801", f_port=2, readings=(("battery_voltage", 0, 3420), ("distance", 0, 2840))),
        Vector(payload="0d5c3fff0000c801", f_port=2, readings=(("battery_voltage", 0, 3420),)),
    ), ""),
)  # fmt: skip

for _id, _model, _ports, _extras, _vectors, _defects in _MODELS:
    register_codec(
        Codec(
            id=_id, version="1", maker=MAKER, source=SOURCE, decode=decoder(_model, _ports), vectors=_vectors + _BAD,
            properties=tuple(sorted({name for vector in _vectors for name, _, _ in vector.readings})),
            extras=(*_extras, *STATUS_EXTRAS) if 5 in _ports else _extras, defects=_defects,
        )
    )  # fmt: skip
