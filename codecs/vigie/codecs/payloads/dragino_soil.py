"""Dragino soil, leaf and probe sensors: LSE01, LLMS01, LSPH01, LSNPK01, LTC2 (big-endian).

Source: user manuals of the models, chapter "Uplink Payload"; byte places checked on the maker's own decoders.

    All     port 2, 11 B; 0 battery mV in 14 bits; but for LTC2, 2 DS18B20 s16/10 °C (0 where none is connected)
    LSE01   4 moisture u16/100 %, 6 soil s16/100 °C, 8 conductivity u16 µS/cm, 10 high nibble sensor, low interrupt
    LLMS01  4 leaf moisture u16/10 %, 6 leaf s16/10 °C, 8 interrupt, 10 kind of message
    LSPH01  4 pH u16/100, 6 soil s16/10 °C, 8 interrupt, 10 kind of message
    LSNPK01 4, 6, 8 nitrogen, phosphorus, potassium u16 mg/kg, 10 high nibble kind of message, low nibble interrupt
    LTC2    2 bit 6 stored, bits 0-3 what 3 and 5 are: 1 s16/100 °C, 2 s16/10 °C, 3 u16/100 ohm; 7 u32 Unix s

The catalogue is of a city's air and water: what soil and leaves say are extras.
"""

from vigie.codecs.decoder import Codec, Decoded, Vector
from vigie.codecs.payloads.dragino import (
    MAKER,
    SOURCE,
    STATUS_EXTRAS,
    Read,
    battery,
    decoder,
    rest,
    s16,
    status,
    u16,
    u32,
)
from vigie.codecs.registry import register_codec

_FRAME = 11
_CONFIGURATION = 0x02
"""Kind of message of LLMS01, LSPH01 and LSNPK01 that holds settings; it starts with 03."""


def _start(payload: bytes, found: Decoded) -> None:
    battery(payload, found)
    found.extras["ds18b20_temperature_c"] = str(s16(payload, 2)[0] / 10)


def _lse01(payload: bytes, found: Decoded) -> None:
    _start(payload, found)
    found.extras["soil_moisture_percent"] = str(u16(payload, 4)[0] / 100)
    found.extras["soil_temperature_c"] = str(s16(payload, 6)[0] / 100)
    found.extras["soil_conductivity_us_cm"] = str(u16(payload, 8)[0])
    found.extras["sensor_flag"] = str(payload[10] >> 4)
    found.extras["interrupt"] = str(payload[10] & 0xF)
    found.extras["hardware_flag"] = str(payload[10] >> 2 & 1)
    rest(payload, _FRAME, found)


def _two(first: str, divisor: int, second: str) -> Read:
    def read(payload: bytes, found: Decoded) -> None:
        found.extras["message_type"] = str(payload[10])
        if payload[0] == 0x03 and payload[10] == _CONFIGURATION:
            found.extras["configuration"] = payload.hex()
            return
        _start(payload, found)
        found.extras[first] = str(u16(payload, 4)[0] / divisor)
        found.extras[second] = str(s16(payload, 6)[0] / 10)
        found.extras["interrupt"] = str(payload[8])
        rest(payload, _FRAME, found)

    return read


def _lsnpk01(payload: bytes, found: Decoded) -> None:
    _start(payload, found)
    for name, at in (("nitrogen", 4), ("phosphorus", 6), ("potassium", 8)):
        found.extras[f"soil_{name}_mg_kg"] = str(u16(payload, at)[0])
    found.extras["message_type"] = str(payload[10] >> 4)
    found.extras["interrupt"] = str(payload[10] & 0xF)
    rest(payload, _FRAME, found)


def _ltc2(payload: bytes, found: Decoded) -> None:
    kind = payload[2] & 0xF
    if payload[2] & 0x40:
        found.extras["stored"] = payload.hex()
        found.warnings[:] = ["UNKNOWN_FIELD"]
        return
    battery(payload, found)
    found.extras["kind"] = str(kind)
    for channel, at in ((1, 3), (2, 5)):
        if kind in (1, 2):
            found.extras[f"temperature_{channel}_c"] = str(s16(payload, at)[0] / (100 if kind == 1 else 10))
        elif kind == 3:
            found.extras[f"resistance_{channel}_ohm"] = str(u16(payload, at)[0] / 100)
        else:
            found.extras[f"channel_{channel}"] = payload[at : at + 2].hex()
    found.extras["device_time_s"] = str(u32(payload, 7)[0])
    rest(payload, _FRAME, found)


_COMMON = ("ds18b20_temperature_c", "interrupt", "message_type", "configuration", "rest")
_OFF = "The maker's codec gives negative soil temperatures one step too high"

for _id, _model, _read, _extras, _payload, _battery, _defects in (
    ("dragino-lse01", "LSE01", _lse01, ("soil_moisture_percent", "soil_temperature_c", "soil_conductivity_us_cm",
     "sensor_flag", "hardware_flag", *_COMMON), "ce2900f107a5099b6e2890", 3625, _OFF),
    ("dragino-llms01", "LLMS01", _two("leaf_moisture_percent", 10, "leaf_temperature_c"),
     ("leaf_moisture_percent", "leaf_temperature_c", *_COMMON), "0d230000025400f9000001", 3363, _OFF),
    ("dragino-lsph01", "LSPH01", _two("soil_ph", 100, "soil_temperature_c"),
     ("soil_ph", "soil_temperature_c", *_COMMON), "0d230000025400f9000001", 3363, _OFF),
    ("dragino-lsnpk01", "LSNPK01", _lsnpk01, ("soil_nitrogen_mg_kg", "soil_phosphorus_mg_kg", "soil_potassium_mg_kg",
     *_COMMON), "0e55010862086760e43cc6", 3669, ""),
    ("dragino-ltc2", "LTC2", _ltc2, ("kind", "temperature_*_c", "resistance_*_ohm", "channel_*", "device_time_s",
     "stored", "rest"), "0e55010862086760e43cc6", 3669, ""),
):  # fmt: skip
    register_codec(
        Codec(
            id=_id, version="1", maker=MAKER, source=SOURCE, properties=("battery_voltage",), defects=_defects,
            decode=decoder(_model, {2: (_FRAME, _read), 5: (7, status)}), extras=(*_extras, *STATUS_EXTRAS),
            vectors=(
                Vector(payload=_payload, f_port=2, readings=(("battery_voltage", 0, _battery),)),
                Vector(payload=_payload[:20], f_port=2, reason="truncated"),
                Vector(payload=_payload, f_port=42, reason="bad_payload"),
            ),
        )
    )  # fmt: skip
