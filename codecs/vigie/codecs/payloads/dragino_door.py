"""Dragino door, water leak, contact and flow sensors (big-endian).

Source: user manuals of LDS01/LDS02, LWL01/LWL02, LDS03A, LWL03A, CPL01, SW3L, chapter "Uplink Payload".

    LDS01, LDS02, LWL01, LWL02, port 10 (10 B)
            0 u16: bit 15 door open, bit 14 water, 14 bits battery mV; 2 mode: 1 door, 2 water, 3 both
            3 u24 times opened (leaked), 6 u24 minutes it lasted last time, 9 bit 0 alarm
    LDS03A, LWL03A, CPL01, port 2 (11 B); port 3: such frames of the past, one after the other
            0 bit 0 door open (water; contact open), bit 1 alarm; LWL03A bit 2: periodic; CPL01 bits 2-7: kind of pulse
            1 u24 times (pulses), 4 u24 minutes it lasted last time (CPL01: seconds as the device counts), 7 u32 Unix s
    SW3L, port 2 (11 B)
            0 bit 1 alarm, bits 2-7 kind of meter; 1 u32 pulses; 5 mode: 1 since last, else total; 7 u32 Unix s
    Port 4  settings: 0 u24 period s; 3 alarm switched off, 4 keep status, 5 u16 keep time s; 7 CPL01: bit 0 trigger
            mode, LWL03A: alarm time
    Port 5  what the device is (dragino.py)

A closed contact is 1, an open one 0; an open door is 1. Water is an extra: the catalogue has no leak.
Frames of the past have their own instants; those of a clock that was never set are kept as extras.
"""

from vigie.codecs.decoder import Codec, Decoded, Vector
from vigie.codecs.payloads.dragino import (
    MAKER,
    SOURCE,
    STATUS_EXTRAS,
    Read,
    add,
    battery,
    decoder,
    rest,
    status,
    u16,
    u32,
    unsigned,
)
from vigie.codecs.registry import register_codec
from vigie.topics.reason import Reason, Undecodable

_CLOCK_SET_S = 1_420_070_400
"""2015: no device of these is older, so an earlier instant is of a clock that was never set."""
_FRAME = 11


def _reed(payload: bytes, found: Decoded) -> None:
    battery(payload, found)
    mode = payload[2]
    found.extras["mode"] = str(mode)
    if mode not in (1, 2, 3):
        rest(payload, 3, found)
        return
    if mode != 2:
        add(found, "door_open", payload[0] >> 7)
    if mode != 1:
        found.extras["water_leak"] = str(payload[0] >> 6 & 1)
    if mode != 3:
        what = "door_open" if mode == 1 else "water_leak"
        found.extras[f"{what}_times"] = str(unsigned(payload, 3, 3))
        found.extras[f"{what}_last_min"] = str(unsigned(payload, 6, 3))
    if mode != 2:
        found.extras["alarm"] = str(payload[9] & 1)
    rest(payload, 10, found)


def _state(kind: str, payload: bytes, at: int, found: Decoded, observed_at: int | None) -> None:
    """The state in a frame's first byte: a reading where the catalogue has one."""
    bit = payload[at] & 1
    if kind == "door":
        add(found, "door_open", bit, 0, observed_at)
    elif kind == "contact":
        add(found, "contact", 1 - bit, 0, observed_at)


_NAMES = {
    "door": ("door_open_times", "door_open_last_min"),
    "water": ("water_leak_times", "water_leak_last_min"),
    "contact": ("pulses_total", "contact_open_last"),
}


def _now(kind: str) -> Read:
    times, last = _NAMES[kind]

    def read(payload: bytes, found: Decoded) -> None:
        _state(kind, payload, 0, found, None)
        found.extras["alarm"] = str(payload[0] >> 1 & 1)
        if kind == "water":
            found.extras["water_leak"] = str(payload[0] & 1)
            found.extras["periodic"] = str(payload[0] >> 2 & 1)
        if kind == "contact":
            found.extras["pulse_kind"] = str(payload[0] >> 2)
        found.extras[times] = str(unsigned(payload, 1, 3))
        found.extras[last] = str(unsigned(payload, 4, 3))
        found.extras["device_time_s"] = str(u32(payload, 7)[0])
        rest(payload, _FRAME, found)

    return read


def _past(kind: str) -> Read:
    def read(payload: bytes, found: Decoded) -> None:
        if len(payload) % _FRAME:
            raise Undecodable(Reason.TRUNCATED, f"Stored frames have {_FRAME} bytes each, {len(payload)} came")
        seen = set()
        for place in range(len(payload) // _FRAME):
            at = place * _FRAME
            instant = u32(payload, at + 7)[0]
            if kind in ("door", "contact") and instant >= _CLOCK_SET_S and instant not in seen:
                seen.add(instant)
                _state(kind, payload, at, found, instant * 1000)
            found.extras[f"stored_{place + 1}"] = payload[at : at + _FRAME].hex()

    return read


def _settings(kind: str) -> Read:
    def read(payload: bytes, found: Decoded) -> None:
        found.extras["period_s"] = str(unsigned(payload, 0, 3))
        found.extras["alarm_off"] = str(payload[3] & 1)
        found.extras["keep_status"] = str(payload[4] & 1)
        found.extras["keep_time_s"] = str(u16(payload, 5)[0])
        at = 7
        if kind != "door" and len(payload) > at:
            name, value = ("trigger_mode", payload[7] & 1) if kind == "contact" else ("leak_alarm_time", payload[7])
            found.extras[name] = str(value)
            at = 8
        rest(payload, at, found)

    return read


def _ports(kind: str) -> dict[int, tuple[int, Read]]:
    return {2: (_FRAME, _now(kind)), 3: (_FRAME, _past(kind)), 4: (7, _settings(kind)), 5: (7, status)}


def _flow(payload: bytes, found: Decoded) -> None:
    found.extras["alarm"] = str(payload[0] >> 1 & 1)
    found.extras["meter_kind"] = str(payload[0] >> 2)
    found.extras["mode"] = str(payload[5])
    found.extras["pulses_since_last" if payload[5] == 1 else "pulses_total"] = str(u32(payload, 1)[0])
    found.extras["device_time_s"] = str(u32(payload, 7)[0])
    rest(payload, _FRAME, found)


def _flow_settings(payload: bytes, found: Decoded) -> None:
    found.extras["period_s"] = str(unsigned(payload, 0, 3))
    found.extras["stop_timer"] = str(payload[4])
    found.extras["alarm_timer"] = str(u16(payload, 5)[0])


_KEPT = ("alarm", "device_time_s", "stored_*", "period_s", "alarm_off", "keep_status", "keep_time_s", "rest",
         *STATUS_EXTRAS)  # fmt: skip
_STATUS = Vector(payload="0a010001ff0d3b", f_port=5, readings=(("battery_voltage", 0, 3387),))
_BAD = (
    Vector(payload="0b880100250001", f_port=42, reason="bad_payload"),
    Vector(payload="0b88", f_port=2, reason="truncated"),
)

register_codec(
    Codec(
        id="dragino-lds02", version="1", maker=MAKER, source=SOURCE, decode=decoder("LDS02", {10: (10, _reed)}),
        properties=("battery_voltage", "door_open"),
        extras=("mode", "alarm", "door_open_times", "door_open_last_min", "water_leak", "water_leak_times",
                "water_leak_last_min", "rest"),
        defects="The maker's codec reads what a cut frame lacks as zero",
        vectors=(
            Vector(payload="8b880100002500000501", f_port=10,
                   readings=(("battery_voltage", 0, 2952), ("door_open", 0, 1))),
            Vector(payload="4b880200002500000500", f_port=10, readings=(("battery_voltage", 0, 2952),)),
            Vector(payload="0b880300000000000000", f_port=10,
                   readings=(("battery_voltage", 0, 2952), ("door_open", 0, 0))),
            Vector(payload="0b880100250001", f_port=10, reason="truncated"),
            Vector(payload="0b880100250001", f_port=42, reason="bad_payload"),
        ),
    )
)  # fmt: skip
register_codec(
    Codec(
        id="dragino-lds03a", version="1", maker=MAKER, source=SOURCE,
        decode=decoder("LDS03A", _ports("door")),
        properties=("battery_voltage", "door_open"), extras=(*_NAMES["door"], *_KEPT),
        vectors=(
            Vector(payload="0100000a00000a635cd2f2", f_port=2, readings=(("door_open", 0, 1),)), _STATUS,
            Vector(payload="31618e5740618e", f_port=4, readings=()), *_BAD,
        ),
    )
)  # fmt: skip
register_codec(
    Codec(
        id="dragino-lwl03a", version="1", maker=MAKER, source=SOURCE,
        decode=decoder("LWL03A", _ports("water")),
        properties=("battery_voltage",), extras=("water_leak", "periodic", "leak_alarm_time", *_NAMES["water"], *_KEPT),
        vectors=(Vector(payload="0100000a00000a635cd2f2", f_port=2, readings=()), _STATUS, *_BAD),
    )
)  # fmt: skip
register_codec(
    Codec(
        id="dragino-cpl01", version="1", maker=MAKER, source=SOURCE,
        decode=decoder("CPL01", _ports("contact")),
        properties=("battery_voltage", "contact"), extras=("pulse_kind", "trigger_mode", *_NAMES["contact"], *_KEPT),
        vectors=(
            Vector(payload="0000000a00000a635cd2f2", f_port=2, readings=(("contact", 0, 1),)),
            Vector(payload="0100000a00000a635cd2f2", f_port=2, readings=(("contact", 0, 0),)), _STATUS, *_BAD,
        ),
    )
)  # fmt: skip
register_codec(
    Codec(
        id="dragino-sw3l", version="1", maker=MAKER, source=SOURCE,
        decode=decoder("SW3L", {2: (_FRAME, _flow), 4: (7, _flow_settings), 5: (7, status)}),
        properties=("battery_voltage",),
        extras=("alarm", "meter_kind", "mode", "pulses_since_last", "pulses_total", "device_time_s", "period_s",
                "stop_timer", "alarm_timer", "rest", *STATUS_EXTRAS),
        vectors=(_STATUS, Vector(payload="0d00007300a44a", f_port=4, readings=()), *_BAD),
    )
)  # fmt: skip
