"""Sensoneo Single Sensor 3.0: four sonars in a container, fire, tilt; the same 17 bytes over LoRa and NB-IoT.

Source: Sensoneo, payload description of the Single Sensor 3.0 (as noted in the project's specification; no public
payload exists, so the vectors below are built from the layout and prove that it is read as written, no more).

    b0-1    FF FF
    b2      high nibble type, low nibble role
    b3      firmware
    b4-7    number of the sensor, u32 little-endian
    b8      events: 01 measurement, 02 fire, 04 tilt; the others are not described
    b9-12   four sonars, u8 × 2 cm each: channels 1 to 4
    b13     battery, 2500 + 10 × u8 mV
    b14     temperature in the sensor, s8 °C
    b15     tilt, u8 °
    b16     number of events, u8

The ends of a sonar's scale (0 and 255) are no echo at any place a container has: they are told as extras, not as
distances. That the temperature is signed is not written, but the sensor works at -40 °C.
"""

from struct import Struct

from vigie.codecs.decoder import Codec, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

_FRAME = Struct("<HBBIB4BBbBB")
_HEADER = 0xFFFF
_FIRE, _TILT = 0x02, 0x04
_P = {name: entry.id for name, entry in BY_NAME.items()}


def decode(payload: bytes, _f_port: int, _received_at: int) -> Decoded:
    """The readings of a frame.

    Raises:
        Undecodable: TRUNCATED, or BAD_PAYLOAD where it does not begin with FF FF or is too long.

    >>> frame = bytes.fromhex("ffff11 05 39300000 01 3c3dff00 6e 12 03 07")
    >>> [(reading.channel, reading.value) for reading in decode(frame, 1, 0).readings if reading.property == 30]
    [(1, 1200.0), (2, 1220.0)]
    """
    if len(payload) < _FRAME.size:
        raise Undecodable(Reason.TRUNCATED, f"A frame has {_FRAME.size} bytes, this one has {len(payload)}")
    if len(payload) > _FRAME.size:
        raise Undecodable(Reason.BAD_PAYLOAD, f"A frame has {_FRAME.size} bytes, this one has {len(payload)}")
    header, kind, firmware, number, events, *sonars, battery, temperature, tilt, count = _FRAME.unpack(payload)
    if header != _HEADER:
        raise Undecodable(Reason.BAD_PAYLOAD, f"The frame begins with {payload[:2].hex()}, expected ffff")
    extras = {
        "type": str(kind >> 4), "role": str(kind & 15), "sensor_number": str(number), "events": f"{events:02x}",
        "tilt_deg": str(tilt), "event_count": str(count),
    }  # fmt: skip
    readings = [
        Reading(_P["fire"], 0, float(bool(events & _FIRE))),
        Reading(_P["tilted"], 0, float(bool(events & _TILT))),
        Reading(_P["battery_voltage"], 0, 2500.0 + 10 * battery),
        Reading(_P["device_temperature"], 0, float(temperature)),
    ]
    for channel, echo in enumerate(sonars, 1):
        if 0 < echo < 255:
            readings.append(Reading(_P["distance"], channel, 20.0 * echo))
        else:
            extras[f"sonar_{channel}_no_echo"] = str(echo)
    return Decoded(readings, extras, [], firmware=str(firmware))


register_codec(
    Codec(
        id="sensoneo-single", version="1", maker="Sensoneo", decode=decode,
        source="Sensoneo, payload description of the Single Sensor 3.0; no public payload",
        properties=("battery_voltage", "device_temperature", "distance", "fire", "tilted"),
        extras=("type", "role", "sensor_number", "events", "tilt_deg", "event_count", "sonar_*_no_echo"),
        vectors=(
            Vector(payload="ffff110539300000013c3dff006e120307", readings=(
                ("fire", 0, 0), ("tilted", 0, 0), ("battery_voltage", 0, 3600), ("device_temperature", 0, 18),
                ("distance", 1, 1200), ("distance", 2, 1220))),
            Vector(payload="ffff11053930000007010203046ef65a08", readings=(
                ("fire", 0, 1), ("tilted", 0, 1), ("battery_voltage", 0, 3600), ("device_temperature", 0, -10),
                ("distance", 1, 20), ("distance", 2, 40), ("distance", 3, 60), ("distance", 4, 80))),
            Vector(payload="ffff110539300000013c3dff006e1203", reason="truncated"),
            Vector(payload="fffe110539300000013c3dff006e120307", reason="bad_payload"),
            Vector(payload="ffff110539300000013c3dff006e12030700", reason="bad_payload"),
        ),
    )
)  # fmt: skip
