"""Parametric TCR, a traffic counting radar, with the firmware of Parametric or of its successor PMX (big-endian).

Source: "TCR Application Payload" V1 and V2, "TCR Configuration Payload" V1 to V3 and "TCR LoRaWAN Payload Description"
V2.2 of Parametric GmbH; the decoder that PMX Systems AG published for its firmware.

    Port 15     be 02 02: 3 u16 battery mV, 5 u16 solar power mW, 7 s16/10 °C, then of speed classes 0 to 3: u16 from
                the left, u8 mean km/h, u16 from the right, u8 mean km/h; be 02 01: the same, but 3 u8 battery %
    Port 190    be 02 01, 02 or 03: settings; be 02 type d2 (10 B): 4 speed class, 6, 7 firmware, 8, 9 of the charger
    Port 1      c1: a setting that was asked for
    PMX, port 13-17
                a2 (10 B): 1, 2 hour and minute of the interval's end, 3 u16 left to right, 5 u8 mean km/h, 6 u16 right
                to left, 8 u8 mean km/h, 9 u8/10 V; port 14 to 17: category 1 to 4; port 13: all, unfiltered
    PMX, port 190, 1
                d2 (8 B): 1 type, 2 features, 3 speed class, 4, 5 firmware, 6, 7 of the charger; c2: a setting

Channels are direction and class: 2 * class + 1 from the left (left to right), 2 * class + 2 from the right. Class 0 is
1 and 2, class 3 is 7 and 8. PMX's category n is class n - 1; what it counts unfiltered holds the categories once more,
so it stands beside them, as extras. Which speeds a class spans is a setting. The mean speed of no object is none.
Parametric's own firmware 2.2 sends 10 B after a2 too, but its layout is not public any more: `parametric-tcr` keeps
such a frame as an extra.
"""

from struct import Struct

from vigie.codecs.decoder import Codec, Decoded, Vector
from vigie.codecs.payloads.parametric import MAKER, UPLINK, Setting, add, need, power, refuse, rest, settings
from vigie.codecs.registry import register_codec

SOURCE = "Parametric TCR payload descriptions V1.3 and V2.2; decoder of PMX Systems for TCR"

_class = Struct(">HBHB").unpack_from

_TYPES = ("LS", "LSS", "HS", "HSS", "LSA", "LSB", "HSA", "HSB", "LSBS", "HSBS", "DLI", "DLE", "SLI", "SLE")
_SPEEDS = ("P", "LS", "HS")

_CLASSES: tuple[Setting, ...] = tuple((f"class_{n}_{end}_km_h", 1) for n in range(4) for end in ("from", "to"))
_TCR: dict[int, tuple[Setting, ...]] = {
    1: (("operating_mode", 1), ("device_class", 1), *UPLINK, ("holdoff_s", 2), ("radar_sensitivity_percent", 1),
        ("left_lane_distance", 1), ("right_lane_distance", 1), *_CLASSES),
    3: (("operating_mode", 1), ("device_class", 1), *UPLINK, ("holdoff_s", 2), ("autotune", 1),
        ("radar_sensitivity_percent", 1), ("left_lane_distance_cm", 2), ("right_lane_distance_cm", 2), *_CLASSES),
}  # fmt: skip
_TCR[2] = _TCR[1]


def _traffic(counts: tuple[int, ...], first: int, found: Decoded) -> None:
    left, left_km_h, right, right_km_h = counts
    for channel, count, speed in ((first, left, left_km_h), (first + 1, right, right_km_h)):
        add(found, "passages", count, channel)
        if count:
            add(found, "mean_speed", speed, channel)


def _identity(payload: bytes, kind: int, speed: int, versions: int, found: Decoded) -> None:
    code, classes = payload[kind], payload[speed]
    found.extras["device_type"] = f"TCR-{_TYPES[code]}" if code < len(_TYPES) else str(code)
    found.extras["speed_class"] = _SPEEDS[classes] if classes < len(_SPEEDS) else str(classes)
    firmware, charger = (f"{payload[at] >> 4}.{payload[at] & 0xF}.{payload[at + 1]}" for at in (versions, versions + 2))
    found.firmware = firmware
    found.extras["charger_firmware"] = charger


def tcr(payload: bytes, f_port: int, _received_at: int) -> Decoded:
    """The readings of a traffic counter with Parametric's firmware."""
    found = Decoded([], {}, [])
    head, version = payload[:2], payload[2] if len(payload) > 2 else 0
    if f_port == 15 and head == b"\xbe\x02" and version in (1, 2):
        need(payload, 31 + version, f"A frame of TCR, version {version},")
        at = power(payload, 3, percent=version == 1, found=found)
        for place in range(4):
            _traffic(_class(payload, at + 6 * place), 2 * place + 1, found)
        rest(payload, at + 24, found)
    elif f_port == 190 and head == b"\xbe\x02" and payload[3:4] == b"\xd2":
        need(payload, 10, "The identity of a TCR")
        _identity(payload, 2, 4, 6, found)
        rest(payload, 10, found)
    elif f_port == 190 and head == b"\xbe\x02" and version in _TCR:
        settings(payload, 3, _TCR[version], found)
    elif 14 <= f_port <= 17 and payload[:1] == b"\xa2":
        need(payload, 10, "A frame of counts of TCR")
        found.extras["category"] = str(f_port - 13)
        found.extras["counts"] = payload.hex()
        found.warnings[:] = ["UNKNOWN_FIELD"]
    elif f_port == 1 and payload[:1] == b"\xc1":
        found.extras["setting"] = payload[1:].hex()
    else:
        raise refuse("TCR", payload, f_port, "15")
    return found


def tcr_pmx(payload: bytes, f_port: int, _received_at: int) -> Decoded:
    """The readings of a traffic counter with PMX's firmware."""
    found = Decoded([], {}, [])
    if 13 <= f_port <= 17 and payload[:1] == b"\xa2":
        need(payload, 10, "A frame of counts of TCR")
        counts = _class(payload, 3)
        if f_port == 13:
            names = ("unfiltered_left", "unfiltered_left_km_h", "unfiltered_right", "unfiltered_right_km_h")
            found.extras.update(zip(names, map(str, counts), strict=True))
        else:
            _traffic(counts, 2 * (f_port - 14) + 1, found)
        found.extras["interval_end"] = f"{payload[1]:02}:{payload[2]:02}"
        add(found, "battery_voltage", payload[9] * 100)
        rest(payload, 10, found)
    elif f_port == 190 and payload[:1] == b"\xd2":
        need(payload, 8, "The identity of a TCR")
        _identity(payload, 1, 3, 4, found)
        found.extras["feature_level"] = str(payload[2])
        rest(payload, 8, found)
    elif f_port == 1 and payload[:1] == b"\xc2":
        need(payload, 3, "A setting of a TCR")
        found.extras[f"setting_{payload[1]:02x}"] = str(int.from_bytes(payload[2:4], "big"))
        rest(payload, 4, found)
    else:
        raise refuse("TCR", payload, f_port, "13 to 17")
    return found


_NAMES = tuple(dict.fromkeys(name for names in _TCR.values() for name, _ in names))
_COUNTED = (("passages", 1, 0), ("passages", 2, 1), ("mean_speed", 2, 6), ("passages", 3, 0), ("passages", 4, 2),
            ("mean_speed", 4, 11), ("passages", 5, 0), ("passages", 6, 1), ("mean_speed", 6, 30), ("passages", 7, 0),
            ("passages", 8, 0))  # fmt: skip

register_codec(
    Codec(
        id="parametric-tcr", version="1", maker=MAKER, source=SOURCE, decode=tcr,
        properties=("battery_level", "battery_voltage", "device_temperature", "mean_speed", "passages"),
        extras=("solar_power_mw", "device_type", *_NAMES, "speed_class", "charger_firmware", "category", "counts",
                "setting", "rest"),
        vectors=(
            Vector(payload="be02020ce412c20139" "000000" "000106" "000000" "00020b" "000000" "00011e" "000000" "000000",
                   f_port=15, readings=(*_COUNTED, ("battery_voltage", 0, 3300), ("device_temperature", 0, 31.3))),
            Vector(payload="be02016412c20139" "000000" "000106" "000000" "00020b" "000000" "00011e" "000000" "000000",
                   f_port=15, readings=(*_COUNTED, ("battery_level", 0, 100), ("device_temperature", 0, 31.3))),
            Vector(payload="be02020ce412c20139000000", f_port=15, reason="truncated"),
            Vector(payload="be02020ce412c20139000000", f_port=14, reason="bad_payload"),
        ),
    )
)  # fmt: skip
register_codec(
    Codec(
        id="parametric-tcr-pmx", version="1", maker="PMX Systems", source=SOURCE, decode=tcr_pmx,
        properties=("battery_voltage", "mean_speed", "passages"),
        extras=("interval_end", "unfiltered_*", "device_type", "speed_class", "feature_level", "charger_firmware",
                "setting_*", "rest"),
        vectors=(
            Vector(payload="a20e1e000c120003" "197b", f_port=15,
                   readings=(("passages", 3, 12), ("mean_speed", 3, 18), ("passages", 4, 3), ("mean_speed", 4, 25),
                             ("battery_voltage", 0, 12300))),
            Vector(payload="a20e1e000c1200031978", f_port=13, readings=(("battery_voltage", 0, 12000),)),
            Vector(payload="a20e1e000c120003", f_port=15, reason="truncated"),
            Vector(payload="a10e1e000c1200031978", f_port=15, reason="bad_payload"),
        ),
    )
)  # fmt: skip
