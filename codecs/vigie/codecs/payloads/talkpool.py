"""Talkpool OY1100, OY1110, OY1200, OY1210 and OY1700: temperature and humidity, with CO2 or dust (big-endian).

Source: decoders and examples that the manufacturer published, checked against each other.

    OY1110  port 2: groups of 3 B; port 3: one byte, then such groups. A group: 12 bits of temperature, 12 of humidity,
            byte 0 and byte 1 the high eight of each, byte 2 the low four of each; (t - 800)/10 °C, (h - 250)/10 %
    OY1100  any port, groups as of OY1110, but t/10 °C and h/10 %
    OY1210  port 2 (5 B): a group, 3 u16 CO2 ppm
    OY1700  port 2 (9 B): a group, 3, 5, 7 u16 PM1, PM2.5, PM10 µg/m³
    OY1200  port 1 (12 B): 2 u16 CO2 raw, 4 u16 CO2 filtered ppm, 6 s16/100 °C, 8 u16/100 %

Of several groups the manufacturer's decoders read only the first; what instants the others are of is not said, so
they are kept as an extra, undecoded.
"""

from struct import Struct

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

SOURCE = "Talkpool decoders and examples of the OY series"

_u16, _s16 = (Struct(text).unpack_from for text in (">H", ">h"))
_T, _H = (BY_NAME[name].id for name in ("air_temperature", "relative_humidity"))
_GROUP = 3


def _group(payload: bytes, at: int, found: Decoded, *, shifted: bool = True) -> None:
    low = payload[at + 2]
    celsius, percent = payload[at] << 4 | low >> 4, payload[at + 1] << 4 | low & 0xF
    if shifted:
        celsius, percent = celsius - 800, percent - 250
    found.readings += [Reading(_T, 0, celsius / 10), Reading(_H, 0, percent / 10)]


def _length(payload: bytes, size: int, model: str) -> None:
    if len(payload) < size:
        raise Undecodable(Reason.TRUNCATED, f"A frame of {model} has {size} bytes, this one has {len(payload)}")
    if len(payload) > size:
        raise Undecodable(Reason.BAD_PAYLOAD, f"A frame of {model} has {size} bytes, this one has {len(payload)}")


def _groups(payload: bytes, at: int, found: Decoded, model: str, *, shifted: bool) -> None:
    if len(payload) < at + _GROUP or (len(payload) - at) % _GROUP:
        raise Undecodable(Reason.TRUNCATED, f"{model} sends groups of {_GROUP} bytes, {len(payload) - at} came")
    _group(payload, at, found, shifted=shifted)
    if at:
        found.extras["head"] = payload[:at].hex()
    if len(payload) > at + _GROUP:
        found.extras["older"] = payload[at + _GROUP :].hex()


def _oy1100(payload: bytes, _f_port: int, found: Decoded) -> None:
    _groups(payload, 0, found, "OY1100", shifted=False)


def _oy1110(payload: bytes, f_port: int, found: Decoded) -> None:
    _groups(payload, 1 if f_port == 3 else 0, found, "OY1110", shifted=True)


def _oy1200(payload: bytes, _f_port: int, found: Decoded) -> None:
    _length(payload, 12, "OY1200")
    found.extras["co2_raw_ppm"] = str(_u16(payload, 2)[0])
    found.extras["co2_ppm"] = str(_u16(payload, 4)[0])
    found.readings += [Reading(_T, 0, _s16(payload, 6)[0] / 100), Reading(_H, 0, _u16(payload, 8)[0] / 100)]
    found.extras["status"] = (payload[:2] + payload[10:]).hex()


def _oy1210(payload: bytes, _f_port: int, found: Decoded) -> None:
    _length(payload, 5, "OY1210")
    _group(payload, 0, found)
    found.extras["co2_ppm"] = str(_u16(payload, 3)[0])


def _oy1700(payload: bytes, _f_port: int, found: Decoded) -> None:
    _length(payload, 9, "OY1700")
    _group(payload, 0, found)
    for name, at in (("pm1_ug_m3", 3), ("pm2_5_ug_m3", 5), ("pm10_ug_m3", 7)):
        found.extras[name] = str(_u16(payload, at)[0])


_MODELS = {
    "oy1100": (_oy1100, (), ("older",), "121ad7", 1, (30.1, 42.3)),
    "oy1110": (_oy1110, (2, 3), ("head", "older"), "3e441d", 2, (19.3, 85.1)),
    "oy1200": (_oy1200, (1,), ("co2_raw_ppm", "co2_ppm", "status"), "01210191019908af0a050000", 1, (22.23, 25.65)),
    "oy1210": (_oy1210, (2,), ("co2_ppm",), "3e441d021b", 2, (19.3, 85.1)),
    "oy1700": (_oy1700, (2,), ("pm1_ug_m3", "pm2_5_ug_m3", "pm10_ug_m3"), "3d25aa000000000002", 2, (18.6, 35.2)),
}
"""Model -> how to read it, its ports (none: any), its extras, and an example."""


def _decoder(model: str) -> Decode:
    read, ports = _MODELS[model][:2]

    def decode(payload: bytes, f_port: int, _received_at: int) -> Decoded:
        if ports and f_port not in ports:
            named = " and ".join(map(str, ports))
            raise Undecodable(
                Reason.BAD_PAYLOAD, f"Port {f_port} is none of {model.upper()}, which sends on port {named}"
            )
        found = Decoded([], {}, [])
        read(payload, f_port, found)
        return found

    return decode


for _model, (_read, _ports, _extras, _payload, _port, (_celsius, _percent)) in _MODELS.items():
    register_codec(
        Codec(
            id=f"talkpool-{_model}", version="1", maker="Talkpool", source=SOURCE, decode=_decoder(_model),
            properties=("air_temperature", "relative_humidity"), extras=_extras,
            vectors=(
                Vector(payload=_payload, f_port=_port,
                       readings=(("air_temperature", 0, _celsius), ("relative_humidity", 0, _percent))),
                Vector(payload=_payload[:-2], f_port=_port, reason="truncated"),
                *((Vector(payload=_payload, f_port=99, reason="bad_payload"),) if _ports else ()),
            ),
        )
    )  # fmt: skip
