"""Dingtek: fill level of containers and tanks, people counters, temperature and humidity (big-endian, floats little).

Source: "DF702 / DC410 / DF530 / DC500 ... Protocol, LoRaWAN version" of the manufacturer; byte places checked on the
decoders and examples that it published.

    All     port 3; 0 80, 1-2 kind of device, 3 kind of frame (01 and 02 values, 03 settings), 4 length, last byte 81
    Level   17 B: 5 u16 mm from the sensor to the content, 8 °C, 9 low nibble 1: tilted backwards, 10 angle °,
            11 high nibble full (empty), low nibble fire, 12 high nibble tilted (moved), low nibble battery low, 13 u16
            frame counter. 25 B: 8 f32 longitude, 12 f32 latitude, then what stands at 8 to 14, from 16 on
    DF701   18 B: 5 u16 mm, 13 u16/100 V, 15 u16 frame counter
    DC500   21 B: 5 u16 passages, 7 high nibble alarm, low nibble battery low, 9 u16/100 V, 17 u16 frame counter
    DC510   18 B: 5 u16 passages, 8 °C, 11 high nibble alarm, 12 low nibble battery low, 13 u16/100 V, 15 u16 frame
            counter
    DC520   19 B: 5 u16 balance, 7 u16 in, 9 u16 out, 16 u16 frame counter
    DT311   18 B: 5 u16/100 V, 7 bit 0 battery low, 8 sign, 9-10 °C and 11-12 % as four decimal digits each, 13 high
            nibble hot, low nibble cold, 14 high nibble wet, low nibble dry, 15 u16 frame counter

Settings, after 5-6 firmware: hours between uploads (DF530: minutes to 60, then hours + 60), and what _SETTINGS lists.
The temperature is of a sensor in the container, in whole degrees: device_temperature; that of DT311 is air_temperature.
Battery "low" is a word of the device, no level. Passages are counted since they were last set to zero: passages_total.
"""

from collections.abc import Callable
from struct import Struct, error

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

SOURCE = "Dingtek protocol documents, LoRaWAN version; decoders and examples of the manufacturer"

_u16 = Struct(">H").unpack_from
_f32 = Struct("<f").unpack_from
_P = {name: entry.id for name, entry in BY_NAME.items()}
_START, _END, _VALUES, _PARAMETERS = 0x80, 0x81, (1, 2), 3

Read = Callable[[bytes, Decoded], None]


def _add(found: Decoded, name: str, value: float, channel: int = 0) -> None:
    found.readings.append(Reading(_P[name], channel, float(value)))


def _signed_byte(value: int) -> int:
    return value - 256 if value > 127 else value


def _battery(payload: bytes, at: int, found: Decoded) -> None:
    _add(found, "battery_voltage", _u16(payload, at)[0] * 10)


def _level(full: str, moved: str, *, fire: bool, upright: bool) -> Read:
    """A level sensor's frame, with a place or without.

    Args:
        full: name of the flag in byte 11's high nibble.
        moved: what byte 12's high nibble is: the property `tilted`, or the name of an extra.
        fire: whether byte 11's low nibble is the property `fire`.
        upright: whether the device has an angle.
    """

    def read(payload: bytes, found: Decoded) -> None:
        _add(found, "distance", _u16(payload, 5)[0])
        at = 8
        if len(payload) == 25:
            for name, place in (("longitude", 8), ("latitude", 12)):
                value = _f32(payload, place)[0]
                found.extras[name] = f"{value:.6f}" if abs(value) <= 180 else payload[place : place + 4].hex()
            at = 16
        _add(found, "device_temperature", _signed_byte(payload[at]))
        if upright:
            angle = payload[at + 2]
            found.extras["angle_deg"] = str(-angle if payload[at + 1] & 0x0F else angle)
        flags, more = payload[at + 3], payload[at + 4]
        found.extras[full] = "1" if flags >> 4 else "0"
        if fire:
            _add(found, "fire", 1 if flags & 0xF else 0)
        if moved == "tilted":
            _add(found, "tilted", 1 if more >> 4 else 0)
        elif moved:
            found.extras[moved] = "1" if more >> 4 else "0"
        found.extras["battery_low"] = "1" if more & 0xF else "0"
        found.extras["frame_counter"] = str(_u16(payload, at + 5)[0])

    return read


def _df701(payload: bytes, found: Decoded) -> None:
    _add(found, "distance", _u16(payload, 5)[0])
    found.extras["flags"] = payload[7:13].hex()
    _battery(payload, 13, found)
    found.extras["frame_counter"] = str(_u16(payload, 15)[0])


def _dc500(payload: bytes, found: Decoded) -> None:
    _add(found, "passages_total", _u16(payload, 5)[0])
    found.extras["count_alarm"] = "1" if payload[7] >> 4 else "0"
    found.extras["battery_low"] = "1" if payload[7] & 0xF else "0"
    _battery(payload, 9, found)
    found.extras["frame_counter"] = str(_u16(payload, 17)[0])


def _dc510(payload: bytes, found: Decoded) -> None:
    _add(found, "passages_total", _u16(payload, 5)[0])
    _add(found, "device_temperature", _signed_byte(payload[8]))
    found.extras["count_alarm"] = "1" if payload[11] >> 4 else "0"
    found.extras["battery_low"] = "1" if payload[12] & 0xF else "0"
    _battery(payload, 13, found)
    found.extras["frame_counter"] = str(_u16(payload, 15)[0])


def _dc520(payload: bytes, found: Decoded) -> None:
    found.extras["balance"] = str(_u16(payload, 5)[0])
    _add(found, "passages_total", _u16(payload, 7)[0], 1)
    _add(found, "passages_total", _u16(payload, 9)[0], 2)
    found.extras["flags"] = payload[11:16].hex()
    found.extras["frame_counter"] = str(_u16(payload, 16)[0])


def _decimals(payload: bytes, at: int, what: str) -> float:
    digits = payload[at : at + 2].hex()
    if not digits.isdecimal():
        raise Undecodable(Reason.BAD_PAYLOAD, f"The {what} at byte {at} is {digits}, expected four decimal digits")
    return int(digits) / 100


def _dt311(payload: bytes, found: Decoded) -> None:
    celsius = _decimals(payload, 9, "temperature")
    _add(found, "air_temperature", -celsius if payload[8] else celsius)
    _add(found, "relative_humidity", _decimals(payload, 11, "humidity"))
    _battery(payload, 5, found)
    found.extras["battery_low"] = str(payload[7] & 1)
    for name, byte in (
        ("hot", payload[13] >> 4),
        ("cold", payload[13]),
        ("wet", payload[14] >> 4),
        ("dry", payload[14]),
    ):
        found.extras[f"{name}_alarm"] = str(byte & 1)
    found.extras["frame_counter"] = str(_u16(payload, 15)[0])


Setting = tuple[str, int, int]
"""Name, place, bytes."""
_HOURS: Setting = ("upload_interval_h", 7, 1)
_MINUTES: Setting = ("detection_interval_min", 8, 1)
_FULL: Setting = ("full_threshold_cm", 9, 1)
_SETTINGS: dict[str, tuple[Setting, ...]] = {
    "df702": (_HOURS, _MINUTES, _FULL, ("fire_threshold_c", 10, 1), ("tilt_threshold_deg", 11, 1),
              ("tilt_enabled", 12, 1), ("range_code", 13, 1)),
    "dc410": (_HOURS, _MINUTES, _FULL, ("motion_threshold_deg", 11, 1), ("motion_enabled", 12, 1),
              ("range_code", 13, 1)),
    "df530": (("empty_threshold_cm", 9, 1),),
    "df555": (_HOURS, _MINUTES, ("empty_threshold_cm", 9, 1)),
    "df701": (_HOURS, _MINUTES, _FULL, ("work_mode", 10, 1)),
    "dc500": (_HOURS, ("count_threshold", 8, 2), ("battery_threshold_percent", 10, 1)),
    "dc510": (_HOURS, ("count_threshold", 8, 2), ("battery_threshold_percent", 10, 1)),
    "dc520": (_HOURS, ("original_balance", 8, 2), ("balance_threshold", 10, 2), ("in_threshold", 12, 2),
              ("out_threshold", 14, 2), ("battery_threshold_percent", 16, 1)),
    "dt311": (_HOURS, _MINUTES, ("humidity_high_percent", 13, 1), ("humidity_low_percent", 14, 1), ("work_mode", 15, 1),
              ("battery_threshold_percent", 16, 1)),
}  # fmt: skip


def _settings(model: str, payload: bytes, found: Decoded) -> None:
    found.firmware = f"{payload[5]}.{payload[6]}"
    for name, at, size in _SETTINGS[model]:
        found.extras[name] = str(int.from_bytes(payload[at : at + size], "big"))
    if "range_code" in found.extras:
        found.extras["range_mm"] = "5000" if found.extras.pop("range_code") != "0" else "2000"
    if "tilt_enabled" in found.extras:
        found.extras["tilt_enabled"] = "1" if payload[12] else "0"
    if "motion_enabled" in found.extras:
        found.extras["motion_enabled"] = "1" if payload[12] else "0"
    if model == "df530":
        minutes = payload[7]
        found.extras["upload_interval"] = f"{minutes - 60} hours" if minutes > 60 else f"{minutes} minutes"
    found.extras["settings"] = payload[7:-1].hex()


def _decoder(model: str, read: Read, lengths: tuple[int, ...]) -> Decode:
    """The decoder of a model: what a frame of values says, and how long such frames are."""
    named = model.upper()

    def decode(payload: bytes, f_port: int, _received_at: int) -> Decoded:
        if f_port != 3:
            raise Undecodable(Reason.BAD_PAYLOAD, f"Port {f_port}: {named} sends on port 3")
        if len(payload) < 6:
            raise Undecodable(Reason.TRUNCATED, f"A frame of {named} has at least 6 bytes, this one has {len(payload)}")
        if payload[0] != _START:
            raise Undecodable(Reason.BAD_PAYLOAD, f"A frame of {named} starts with 80, this one with {payload[0]:02x}")
        kind = payload[3]
        found = Decoded([], {}, [])
        if kind in _VALUES and len(payload) < max(lengths) and len(payload) not in lengths:
            raise Undecodable(Reason.TRUNCATED, f"Values of {named} have {lengths} bytes, this frame {len(payload)}")
        if kind not in (*_VALUES, _PARAMETERS) or (kind in _VALUES and len(payload) not in lengths):
            raise Undecodable(Reason.BAD_PAYLOAD, f"Kind {kind} with {len(payload)} bytes is no frame of {named}")
        least = max(at + size for _, at, size in _SETTINGS[model]) + 1
        if kind == _PARAMETERS and len(payload) < least:
            raise Undecodable(Reason.TRUNCATED, f"Settings of {named} have {least} bytes or more, here {len(payload)}")
        if payload[-1] != _END:
            raise Undecodable(Reason.BAD_PAYLOAD, f"A frame of {named} ends with 81, this one with {payload[-1]:02x}")
        try:
            if kind == _PARAMETERS:
                _settings(model, payload, found)
            else:
                read(payload, found)
        except error:
            raise Undecodable(Reason.TRUNCATED, f"The frame of {named} ends inside a value") from None
        return found

    return decode


_KEPT = ("battery_low", "frame_counter", "settings", "upload_interval_h", "detection_interval_min")
_PLACE = ("longitude", "latitude")
_FILL = ("full", "angle_deg", "full_threshold_cm", "range_mm", *_PLACE, *_KEPT)
_FLAT = Vector(payload="800001011107d000190000000000000081", f_port=3,
               readings=(("distance", 0, 2000), ("device_temperature", 0, 25)))  # fmt: skip
_OFF = "The maker's codec gives places up to a metre off (a wrong divisor of the mantissa)"

_MODELS: tuple[tuple[str, Read, tuple[int, ...], tuple[str, ...], tuple[Vector, ...], str], ...] = (
    ("df702", _level("full", "tilted", fire=True, upright=True), (17, 25),
     ("fire_threshold_c", "tilt_threshold_deg", "tilt_enabled", *_FILL), (
        Vector(payload="800001011107d000190000000000000081", f_port=3,
               readings=(("distance", 0, 2000), ("device_temperature", 0, 25), ("fire", 0, 0), ("tilted", 0, 0))),
        Vector(payload="800001011907d001cd03e942ef272042190000000000000081", f_port=3,
               readings=(("distance", 0, 2000), ("device_temperature", 0, 25), ("fire", 0, 0), ("tilted", 0, 0))),
        Vector(payload="8000010211006400f6011e111000000081", f_port=3,
               readings=(("distance", 0, 100), ("device_temperature", 0, -10), ("fire", 0, 1), ("tilted", 0, 1))),
    ), "The maker's codec gives every angle as negative (operator precedence), and places a metre off (mantissa)"),
    ("dc410", _level("full", "moved", fire=False, upright=True), (17,),
     ("moved", "motion_threshold_deg", "motion_enabled", *_FILL), (
        Vector(payload="800001021106a400160100000000010081", f_port=3,
               readings=(("distance", 0, 1700), ("device_temperature", 0, 22))),
    ), "The maker's codec gives every angle as negative (operator precedence)"),
    ("df530", _level("empty", "", fire=False, upright=False), (17, 25),
     ("empty", "empty_threshold_cm", "upload_interval", *_PLACE, *_KEPT), (_FLAT,), _OFF),
    ("df555", _level("level_alarm", "", fire=False, upright=False), (17, 25),
     ("level_alarm", "empty_threshold_cm", *_PLACE, *_KEPT), (_FLAT,), ""),
    ("df701", _df701, (18,), ("flags", "full_threshold_cm", "work_mode", *_KEPT), (
        Vector(payload="80000102120bb80000000000000168000181", f_port=3,
               readings=(("distance", 0, 3000), ("battery_voltage", 0, 3600))),
    ), ""),
    ("dc500", _dc500, (21,), ("count_alarm", "count_threshold", "battery_threshold_percent", *_KEPT), (
        Vector(payload="800002011501010100016f00000000000000010081", f_port=3,
               readings=(("passages_total", 0, 257), ("battery_voltage", 0, 3670))),
    ), ""),
    ("dc510", _dc510, (18,), ("count_alarm", "count_threshold", "battery_threshold_percent", *_KEPT), (
        Vector(payload="8000150112000500140000100001a4000181", f_port=3,
               readings=(("passages_total", 0, 5), ("device_temperature", 0, 20), ("battery_voltage", 0, 4200))),
    ), ""),
    ("dc520", _dc520, (19,), ("balance", "flags", "original_balance", "balance_threshold", "in_threshold",
     "out_threshold", "battery_threshold_percent", *_KEPT), (
        Vector(payload="80005202130001000200010000000500000181", f_port=3,
               readings=(("passages_total", 1, 2), ("passages_total", 2, 1))),
    ), ""),
    ("dt311", _dt311, (18,), ("hot_alarm", "cold_alarm", "wet_alarm", "dry_alarm", "humidity_high_percent",
     "humidity_low_percent", "work_mode", "battery_threshold_percent", *_KEPT), (
        Vector(payload="800001021201a40000266957621010000181", f_port=3,
               readings=(("air_temperature", 0, 26.69), ("relative_humidity", 0, 57.62),
                         ("battery_voltage", 0, 4200))),
        Vector(payload="800001021201a40001055057621010000181", f_port=3,
               readings=(("air_temperature", 0, -5.5), ("relative_humidity", 0, 57.62), ("battery_voltage", 0, 4200))),
    ), ""),
)  # fmt: skip

for _model, _read, _lengths, _extras, _vectors, _defects in _MODELS:
    register_codec(
        Codec(
            id=f"dingtek-{_model}", version="1", maker="Dingtek", source=SOURCE, defects=_defects,
            decode=_decoder(_model, _read, _lengths), extras=tuple(dict.fromkeys(_extras)),
            properties=tuple(sorted({name for vector in _vectors for name, _, _ in vector.readings})),
            vectors=(
                *_vectors,
                Vector(payload=_vectors[0].payload[:-4], f_port=3, reason="truncated"),
                Vector(payload=_vectors[0].payload[:-2] + "82", f_port=3, reason="bad_payload"),
                Vector(payload=_vectors[0].payload, f_port=4, reason="bad_payload"),
            ),
        )
    )  # fmt: skip
