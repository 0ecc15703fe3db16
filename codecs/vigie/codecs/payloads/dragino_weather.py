"""Dragino LSN50v2 (with the SHT31 of S31), LAQ4 and the weather station WSC1-L (big-endian).

Source: user manuals of the models, chapter "Uplink Payload"; byte places checked on the maker's own decoders.

    LSN50v2, port 2 (11 B; 12 B in mode 2): mode in byte 6 bits 2-6; 0 battery u16 mV, 2 DS18B20 s16/10 °C, 4 u16 mV,
            6 bit 0 interrupt, bit 1 input, bit 7 door pin (0 is open)
            mode 0: 7 s16/10 °C and 9 u16/10 % of the SHT31, or 7 lx where 9 is zero; mode 1: 7 distance mm, 9 signal;
            mode 2: 0, 2, 4 u16 mV, 7 and 9 as mode 0, 11 battery u8/10 V; mode 3: 7 and 9 further DS18B20; mode 4:
            7 weight s16; mode 5: 7 counts u32; mode 31: limits of alarms
    LAQ4, port 2 (11 B): 0 battery u16 mV; 2 bits 2-6 mode, bit 0 alarm; mode 1: 3 TVOC ppb, 5 CO2 ppm, 7 s16/10 °C,
            9 u16/10 %; mode 31: limits of alarms
    WSC1-L, port 2: kind u8, length u8, value, again and again; port 5: 0 model, 1 firmware 2 B, 3 band, 4 sub-band,
            5 battery u16 mV, 7 which sensors are connected, 3 B

    00 u16 battery mV     01 u16/10 wind m/s, u8 Beaufort   02 u16/10 wind from °, u8 sector   03 u16*10 lx
    04 u8 rain or snow    05 u16 CO2 ppm    06 s16/10 °C    07 u16/10 %     08 u16/10 hPa      09 u16/10 rain gauge mm
    0A u16 PM2.5 µg/m³    0B u16 PM10       0C u16 PAR      0D u16/10 solar radiation W/m²     A1-A4 the owner's sensors

What the rain gauge's figure counts from is not said, so it is an extra, not rainfall.
"""

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.payloads.dragino import (
    MAKER,
    SOURCE,
    STATUS_EXTRAS,
    add,
    decoder,
    rest,
    s16,
    status,
    u16,
    u32,
)
from vigie.codecs.registry import register_codec
from vigie.topics.reason import Reason, Undecodable

_FRAME = 11


def _sht31(payload: bytes, found: Decoded) -> None:
    """Bytes 7 to 10: temperature and humidity, or light where the humidity is zero."""
    if u16(payload, 9)[0]:
        add(found, "air_temperature", s16(payload, 7)[0] / 10)
        add(found, "relative_humidity", u16(payload, 9)[0] / 10)
    elif u16(payload, 7)[0]:
        add(found, "illuminance", u16(payload, 7)[0])
    else:
        found.extras["sensor"] = "none"  # or darkness, which nobody can tell apart


def _lsn50(payload: bytes, found: Decoded) -> None:
    flags = payload[6]
    mode = flags >> 2 & 0x1F
    found.extras["mode"] = str(mode)
    if mode == 2:
        if len(payload) < 12:
            raise Undecodable(Reason.TRUNCATED, f"A frame of LSN50v2 in mode 2 has 12 bytes, this one {len(payload)}")
        add(found, "battery_voltage", payload[11] * 100)
        for name, at in (("analog_0_v", 0), ("analog_1_v", 2), ("analog_4_v", 4)):
            found.extras[name] = str(u16(payload, at)[0] / 1000)
    else:
        add(found, "battery_voltage", u16(payload, 0)[0])
        found.extras["ds18b20_temperature_c"] = str(s16(payload, 2)[0] / 10)
    if mode == 31:
        found.extras["alarm_limits"] = (payload[4:6] + payload[7:11]).hex()
        return
    if mode != 2:
        found.extras["analog_0_v"] = str(u16(payload, 4)[0] / 1000)
    found.extras["input"] = str(flags >> 1 & 1)
    found.extras["interrupt"] = str(flags & 1)
    found.extras["door_pin_open"] = str(1 - (flags >> 7))
    if mode in (0, 2):
        _sht31(payload, found)
    elif mode == 1:
        raw = u16(payload, 7)[0]
        if raw in (0, 0xFFFF):
            found.extras["distance_status"] = "no distance"
        else:
            add(found, "distance", raw)
        found.extras["signal_strength"] = str(u16(payload, 9)[0])
    elif mode == 3:
        found.extras["ds18b20_2_temperature_c"] = str(s16(payload, 7)[0] / 10)
        found.extras["ds18b20_3_temperature_c"] = str(s16(payload, 9)[0] / 10)
    elif mode == 4:
        found.extras["weight"] = str(s16(payload, 7)[0])
    elif mode == 5:
        found.extras["counts"] = str(u32(payload, 7)[0])
    else:
        rest(payload, 7, found)


def _laq4(payload: bytes, found: Decoded) -> None:
    add(found, "battery_voltage", u16(payload, 0)[0])
    mode = payload[2] >> 2 & 0x1F
    found.extras["mode"] = str(mode)
    if mode == 1:
        found.extras["alarm"] = str(payload[2] & 1)
        found.extras["tvoc_ppb"] = str(u16(payload, 3)[0])
        found.extras["co2_ppm"] = str(u16(payload, 5)[0])
        add(found, "air_temperature", s16(payload, 7)[0] / 10)
        add(found, "relative_humidity", u16(payload, 9)[0] / 10)
        rest(payload, _FRAME, found)
    elif mode == 31:
        found.extras["alarm_limits"] = payload[3:].hex()
    else:
        rest(payload, 3, found)


_WEATHER: dict[int, tuple[str, float, int]] = {
    0x00: ("battery_voltage", 1, 2), 0x01: ("wind_speed", 0.1, 3), 0x02: ("wind_direction", 0.1, 3),
    0x03: ("illuminance", 10, 2), 0x04: ("rain_or_snow", 1, 1), 0x05: ("co2_ppm", 1, 2),
    0x06: ("air_temperature", 0.1, 2), 0x07: ("relative_humidity", 0.1, 2), 0x08: ("air_pressure", 0.1, 2),
    0x09: ("rain_gauge_mm", 0.1, 2),
    0x0A: ("pm2_5_ug_m3", 1, 2), 0x0B: ("pm10_ug_m3", 1, 2), 0x0C: ("par_umol_m2_s", 1, 2),
    0x0D: ("solar_radiation_w_m2", 0.1, 2),
}  # fmt: skip
"""Kind -> name, factor, bytes; wind has a third byte: Beaufort number, sector of the compass."""
_WEATHER_READINGS = ("battery_voltage", "wind_speed", "wind_direction", "illuminance", "air_temperature",
                     "relative_humidity", "air_pressure")  # fmt: skip


def _wsc1(payload: bytes, found: Decoded) -> None:
    at, seen = 0, set()
    while at < len(payload):
        kind = payload[at]
        if at + 2 > len(payload) or at + 2 + payload[at + 1] > len(payload):
            raise Undecodable(Reason.TRUNCATED, f"The payload ends inside the value at byte {at}")
        end = at + 2 + payload[at + 1]
        name, factor, size = _WEATHER.get(kind, (f"sensor_{kind:02x}", 1.0, 0))
        if size == 0 or end - at - 2 < size or kind in seen:
            found.extras[f"sensor_{kind:02x}"] = payload[at + 2 : end].hex()
            if not 0xA1 <= kind <= 0xA4:  # sensors of the owner's own
                found.warnings[:] = ["UNKNOWN_FIELD"]
        else:
            seen.add(kind)
            raw = (
                s16(payload, at + 2)[0]
                if kind == 0x06
                else int.from_bytes(payload[at + 2 : at + 2 + min(size, 2)], "big")
            )
            value = raw / 10 if factor == 0.1 else raw * factor
            if name in _WEATHER_READINGS:
                add(found, name, value)
            else:
                found.extras[name] = str(value)
            if size == 3:
                found.extras["wind_force_bft" if kind == 0x01 else "wind_sector"] = str(payload[at + 4])
        at = end


def _wsc1_status(payload: bytes, found: Decoded) -> None:
    status(payload, found)
    found.extras["sensors"] = payload[7:].hex()


def _register(
    name: str, decode: Decode, properties: tuple[str, ...], extras: tuple[str, ...], vectors: tuple[Vector, ...],
    defects: str = "",
) -> None:  # fmt: skip
    register_codec(
        Codec(
            id=name, version="1", maker=MAKER, source=SOURCE, decode=decode, properties=properties, defects=defects,
            extras=(*extras, *STATUS_EXTRAS), vectors=(
                *vectors, Vector(payload="0b", f_port=2, reason="truncated"),
                Vector(payload="cbf60b0d0376010add7fff", f_port=42, reason="bad_payload"),
            ),
        )
    )  # fmt: skip


_register(
    "dragino-lsn50v2",
    decoder("LSN50v2", {2: (_FRAME, _lsn50), 5: (7, status)}),
    ("air_temperature", "battery_voltage", "distance", "illuminance", "relative_humidity"),
    (
        "mode",
        "ds18b20_temperature_c",
        "ds18b20_2_temperature_c",
        "ds18b20_3_temperature_c",
        "analog_*_v",
        "input",
        "interrupt",
        "door_pin_open",
        "sensor",
        "distance_status",
        "signal_strength",
        "weight",
        "counts",
        "alarm_limits",
        "rest",
    ),
    (
        Vector(
            payload="0b540000000000" + "00fc0205",
            f_port=2,
            readings=(("battery_voltage", 0, 2900), ("air_temperature", 0, 25.2), ("relative_humidity", 0, 51.7)),
        ),
        Vector(
            payload="0b540000000004" + "0b180064",
            f_port=2,
            readings=(("battery_voltage", 0, 2900), ("distance", 0, 2840)),
        ),
        Vector(
            payload="0b540000000000" + "01f40000",
            f_port=2,
            readings=(("battery_voltage", 0, 2900), ("illuminance", 0, 500)),
        ),
    ),
)
_register(
    "dragino-laq4",
    decoder("LAQ4", {2: (_FRAME, _laq4), 5: (7, status)}),
    ("air_temperature", "battery_voltage", "relative_humidity"),
    ("mode", "alarm", "tvoc_ppb", "co2_ppm", "alarm_limits", "rest"),
    (
        Vector(
            payload="0d07050012020b00fb01b3",
            f_port=2,
            readings=(("battery_voltage", 0, 3335), ("air_temperature", 0, 25.1), ("relative_humidity", 0, 43.5)),
        ),
    ),
)
_register(
    "dragino-wsc1-l",
    decoder("WSC1-L", {2: (3, _wsc1), 5: (7, _wsc1_status)}),
    _WEATHER_READINGS,
    (
        "wind_force_bft",
        "wind_sector",
        "rain_or_snow",
        "co2_ppm",
        "rain_gauge_mm",
        "pm2_5_ug_m3",
        "pm10_ug_m3",
        "par_umol_m2_s",
        "solar_radiation_w_m2",
        "sensor_*",
        "sensors",
    ),
    (
        Vector(
            payload="00020cf8" + "0103001502" + "02030aed0c" + "03020064" + "0602fff6" + "0702022b" + "080227a6",
            f_port=2,
            readings=(
                ("battery_voltage", 0, 3320),
                ("wind_speed", 0, 2.1),
                ("wind_direction", 0, 279.7),
                ("illuminance", 0, 1000),
                ("air_temperature", 0, -1),
                ("relative_humidity", 0, 55.5),
                ("air_pressure", 0, 1015),
            ),
        ),
        Vector(payload="0b880100250001", f_port=2, reason="truncated"),
    ),
    "The maker's codec divides the battery by 30, and gives negative temperatures a tenth of a degree too high",
)
