"""Milesight EM400, EM410, EM500-UDL, EM500-SWL, WS201: distances and depths. How pairs are read stands in milesight.py.

Source: user guides of the series, chapter "Device Payload"; tables of the manufacturer's decoders (layout as facts).

    06 88  2×s32/10⁶ u8  EM400 over NB-IoT: place, then motion (bits 0-3) and geofence (bits 4-7). Longitude first for
                         EM400-MUD and UDL, latitude first for EM400-TLD, as the manufacturer's tables have it
    06 C7  s16/100       EM410-RDL: strength of the radar's echo
    94 82  u16 s16 u8    EM410-RDL: distance, its change, status (0 over, 1 threshold, 2 change)
    B4 82  u16 u8        EM410-RDL: distance, fault (0 none, 1 too near, 2 no target, 3 sensor)
    83 E9  2×u16 u8      EM500-UDL: distance, its change, status. The manufacturer's table and decoder disagree about
                         the unit (mm or tenths), so both numbers are kept as they came
    04 D6  u8            WS201: what is left, %
    20 CE  u32 body      EM500-UDL u16 mm; EM500-SWL u16 cm; EM410-RDL u16 mm, s16/10 °C, s16 change in mm, u8 events

What EM410-RDL measured with a fault is no distance: it is the extra `distance_doubtful_mm`.
"""

import struct

from vigie.codecs.decoder import Decoded, Vector
from vigie.codecs.payloads.milesight import CONTAINER, Model, codec_of, common, decoder, disassembly, past, values
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.uplink import Reading


def _faulty_distance(payload: bytes, at: int, found: Decoded) -> int:
    value, fault = struct.unpack_from("<HB", payload, at)
    found.extras["distance_fault"] = str(fault)
    if fault:
        found.extras["distance_doubtful_mm"] = str(value)
    else:
        found.readings.append(Reading(BY_NAME["distance"].id, 0, float(value)))
    return at + 3


_FIELDS = common("xx67", "xx82", "xx00")
_PLACE = ("longitude", "latitude", "motion_status", "disassembly_alarm")
_MOTION = ("motion_status", 1)

_MODELS = (
    Model("milesight-em400-mud", "1", decoder(
        _FIELDS, {"8800": disassembly, "0688": values("iiB", ("longitude", 1e6), ("latitude", 1e6), _MOTION)}
    ), _PLACE, (CONTAINER,)),
    Model("milesight-em400-tld", "1", decoder(
        _FIELDS, {"8800": disassembly, "0688": values("iiB", ("latitude", 1e6), ("longitude", 1e6), _MOTION)}
    ), _PLACE, (CONTAINER,)),
    Model("milesight-em410-rdl", "2", decoder(_FIELDS, {
        "20ce": past("HhhB", ("distance", 1), ("air_temperature", 10), ("distance_change_mm", 1), ("events", 1)),
        "06c7": values("h", ("radar_echo", 100)), "b482": _faulty_distance,
        "9482": values("HhB", ("distance", 1), ("distance_change_mm", 1), ("distance_alarm", 1)),
    }), ("radar_echo", "distance_change_mm", "distance_alarm", "distance_fault", "distance_doubtful_mm", "past_*"), (
        Vector(payload="01755c03672c0104824408",
               readings=(("battery_level", 0, 92), ("air_temperature", 0, 30), ("distance", 0, 2116))),
        Vector(payload="20ce9e74466344082c01000000", readings=(("distance", 0, 2116), ("air_temperature", 0, 30))),
        Vector(payload="9482e8030cff02", readings=(("distance", 0, 1000),)),
    ), ("tilted",)),
    Model("milesight-em500-udl", "2", decoder(common("xx82"), {
        "20ce": past("H", ("distance", 1)),
        "83e9": values("HHB", ("change_distance_raw", 1), ("change_raw", 1), ("distance_alarm", 1)),
    }), ("change_distance_raw", "change_raw", "distance_alarm"), (
        Vector(payload="01755c03824408", readings=(("battery_level", 0, 92), ("distance", 0, 2116))),
        Vector(payload="20ce9e7446634408", readings=(("distance", 0, 2116),)),
    ), (), "the manufacturer's decoder divides the distance of a sudden change by ten, its table does not"),
    Model("milesight-em500-swl", "2", decoder(common("xx77"), {"20ce": past("H", ("water_depth", 100))}), (), (
        Vector(payload="01755c0377d200", readings=(("battery_level", 0, 92), ("water_depth", 0, 2.1))),
        Vector(payload="20ce9e744663d200", readings=(("water_depth", 0, 2.1),)),
    )),
    Model("milesight-ws201", "1", decoder(common("xx82"), {"04d6": values("B", ("remaining_percent", 1))}),
          ("remaining_percent",), (
        Vector(payload="01756403823e0004d645", readings=(("battery_level", 0, 100), ("distance", 0, 62))),
    )),
)  # fmt: skip

for _model in _MODELS:
    register_codec(codec_of(_model))
