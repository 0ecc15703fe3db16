"""Dragino LHT65, LHT65N and LHT52: temperature and humidity, with what a probe says and what was stored (big-endian).

Source: user manuals of the models, chapter "Uplink Payload"; byte places checked on the maker's own decoders.

    LHT65, LHT65N, port 2, frames of 11 B
            0 u16: 2 bits battery status, 14 bits battery mV; 2 temperature s16/100 °C; 4 u16: 12 bits humidity /10 %
            6 bits 0-3 what is connected: 0 nothing, 1 DS18B20, 2 TMP117, 4 interrupt, 5 light, 6 voltage, 7 and 8
              counts, 9 DS18B20 and 10 TMP117 with instant, 11 SHT31, 15 id of the DS18B20; LHT65N: 16 and 32 alone: id
              of the SHT31, of the TMP117; bit 6 stored frames (an answer to a poll); bit 7: LHT65 no probe, LHT65N
              stored frames (not acknowledged at their time)
            7 value of the probe: s16/100 °C (32767: none), u16 lx, u16 mV, u16 or u32 counts; SHT31 also 9 u16/10 %
            Kinds 9, 10 and stored frames: 0 value of the probe, 4 bits 6-7 battery status, 7 u32 Unix s
            LHT65N, port 3: 0 battery, 2 kind of probe, then s16/100 °C, again and again
    LHT52, port 2 (11 B): 0 temperature s16/100, 2 humidity u16/10, 4 probe s16/100 (32767: none), 6 kind, 7 u32 Unix s;
            port 3: such frames of the past; port 4: id of the probe, 8 B
    Port 5  what the device is (dragino.py)

The probe is air_temperature on channel 1. Stored frames have their own instants; those of a clock that was never set
are extras. What stands beside an instant of kinds 9 and 10 is measured now, so its instant is an extra.
"""

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.payloads.dragino import (
    MAKER,
    SOURCE,
    STATUS_EXTRAS,
    Read,
    add,
    battery,
    decoder,
    rest,
    s16,
    status,
    u16,
    u32,
)
from vigie.codecs.registry import register_codec
from vigie.topics.reason import Reason, Undecodable

_CLOCK_SET_S = 1_420_070_400
_FRAME = 11
_NONE = 0x7FFF


def _celsius(payload: bytes, at: int, divisor: float, channel: int, found: Decoded, when: int | None = None) -> None:
    """A temperature; 32767 stands for a sensor that is not there, and is said as such."""
    raw = s16(payload, at)[0]
    if raw != _NONE:
        add(found, "air_temperature", raw / divisor, channel, when)
    elif when is None:
        found.extras["probe" if channel else "sensor"] = "none"


def _stored(payload: bytes, found: Decoded, climate_at: int, probe_at: int | None, kind_at: int) -> None:
    """Frames of the past, each with its instant in bytes 7 to 10."""
    if len(payload) % _FRAME:
        raise Undecodable(Reason.TRUNCATED, f"Stored frames have {_FRAME} bytes each, {len(payload)} came")
    seen = set()
    for place in range(len(payload) // _FRAME):
        frame = payload[place * _FRAME : (place + 1) * _FRAME]
        instant = u32(frame, 7)[0]
        found.extras[f"stored_{place + 1}"] = frame.hex()
        if instant < _CLOCK_SET_S or instant in seen:
            continue
        seen.add(instant)
        when = instant * 1000
        _celsius(frame, climate_at, 100, 0, found, when)
        add(found, "relative_humidity", (u16(frame, climate_at + 2)[0] & 0xFFF) / 10, 0, when)
        if probe_at is not None and frame[kind_at] & 0xF in (1, 2, 9, 10, 11, 12):
            _celsius(frame, probe_at, 100, 1, found, when)


def _lht65(newer: bool) -> Read:
    def read(payload: bytes, found: Decoded) -> None:
        flags = payload[6]
        kind = flags & 0xF
        if flags & (0xC0 if newer else 0x40):
            _stored(payload, found, 2, 0, 6)
            return
        if kind in (9, 10):
            _celsius(payload, 0, 100, 1, found)
            found.extras["battery_status"] = str(payload[4] >> 6)
        else:
            battery(payload, found)
            found.extras["battery_status"] = str(payload[0] >> 6)
        found.extras["connected"] = str(kind)
        if flags >> 7:
            found.extras["probe"] = "none"
        if newer and flags in (0x10, 0x20):
            _celsius(payload, 7, 100, 1, found)
            if flags == 0x10:
                add(found, "relative_humidity", (u16(payload, 9)[0] & 0xFFF) / 10, 1)
            found.extras["connected"] = str(flags)
            found.extras["probe_id"] = (payload[2:6] if flags == 0x10 else payload[2:6] + payload[9:11]).hex()
            rest(payload, _FRAME, found)
            return
        if kind != 15:
            _celsius(payload, 2, 100, 0, found)
            add(found, "relative_humidity", (u16(payload, 4)[0] & 0xFFF) / 10)
        _probe(payload, kind, found)
        rest(payload, _FRAME, found)

    return read


def _probe(payload: bytes, kind: int, found: Decoded) -> None:
    if kind in (1, 2):
        _celsius(payload, 7, 100, 1, found)
    elif kind == 4:
        found.extras["input"] = "1" if payload[7] else "0"
        found.extras["interrupt"] = "1" if payload[8] else "0"
    elif kind == 5:
        add(found, "illuminance", u16(payload, 7)[0])
    elif kind == 6:
        found.extras["analog_v"] = str(u16(payload, 7)[0] / 1000)
    elif kind in (7, 8):
        found.extras["counts"] = str(u16(payload, 7)[0] if kind == 7 else u32(payload, 7)[0])
    elif kind == 11:
        _celsius(payload, 7, 100, 1, found)
        add(found, "relative_humidity", (u16(payload, 9)[0] & 0xFFF) / 10, 1)
    elif kind in (9, 10):
        found.extras["device_time_s"] = str(u32(payload, 7)[0])
    elif kind == 15:
        found.extras["probe_id"] = (payload[2:6] + payload[7:11]).hex()
    elif kind:
        found.extras["probe_value"] = payload[7:11].hex()
        found.warnings[:] = ["UNKNOWN_FIELD"]


def _group(payload: bytes, found: Decoded) -> None:
    battery(payload, found)
    found.extras["probe_kind"] = str(payload[2])
    whole = len(payload) - (len(payload) - 3) % 2
    found.extras["probe_temperatures_c"] = " ".join(str(s16(payload, at)[0] / 100) for at in range(3, whole, 2))
    rest(payload, whole, found)


def _lht52(payload: bytes, found: Decoded) -> None:
    _celsius(payload, 0, 100, 0, found)
    add(found, "relative_humidity", u16(payload, 2)[0] / 10)
    _celsius(payload, 4, 100, 1, found)
    found.extras["connected"] = str(payload[6])
    found.extras["device_time_s"] = str(u32(payload, 7)[0])
    rest(payload, _FRAME, found)


def _lht52_stored(payload: bytes, found: Decoded) -> None:
    _stored(payload, found, 0, None, 6)


def _probe_id(payload: bytes, found: Decoded) -> None:
    found.extras["probe_id"] = payload[:8].hex()
    rest(payload, 8, found)


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


_EXTRAS = ("battery_status", "connected", "probe", "sensor", "probe_id", "device_time_s", "stored_*", "rest")
_register(
    "dragino-lht65",
    decoder("LHT65", {2: (_FRAME, _lht65(False))}),
    ("air_temperature", "battery_voltage", "illuminance", "relative_humidity"),
    (*_EXTRAS, "input", "interrupt", "analog_v", "counts", "probe_value"),
    (
        Vector(
            payload="cbf60b0d0376010add7fff",
            f_port=2,
            readings=(
                ("battery_voltage", 0, 3062),
                ("air_temperature", 0, 28.29),
                ("air_temperature", 1, 27.81),
                ("relative_humidity", 0, 88.6),
            ),
        ),
        Vector(
            payload="cbf6ff0d037601" + "7fff7fff",
            f_port=2,
            readings=(("battery_voltage", 0, 3062), ("air_temperature", 0, -2.43), ("relative_humidity", 0, 88.6)),
        ),
        Vector(
            payload="cbf60b0d03760501f47fff",
            f_port=2,
            readings=(
                ("battery_voltage", 0, 3062),
                ("air_temperature", 0, 28.29),
                ("relative_humidity", 0, 88.6),
                ("illuminance", 0, 500),
            ),
        ),
    ),
    "The maker's codec gives 327.67 °C for a probe that is not there",
)
_register(
    "dragino-lht65n",
    decoder("LHT65N", {2: (_FRAME, _lht65(True)), 3: (3, _group), 5: (7, status)}),
    ("air_temperature", "battery_voltage", "illuminance", "relative_humidity"),
    (*_EXTRAS, "input", "interrupt", "analog_v", "counts", "probe_value", "probe_kind", "probe_temperatures_c"),
    (
        Vector(
            payload="cbf60b0d0376010add7fff",
            f_port=2,
            readings=(
                ("battery_voltage", 0, 3062),
                ("air_temperature", 0, 28.29),
                ("air_temperature", 1, 27.81),
                ("relative_humidity", 0, 88.6),
            ),
        ),
        Vector(
            payload="cbf6020d0376010add7fff",
            f_port=2,
            readings=(
                ("battery_voltage", 0, 3062),
                ("air_temperature", 0, 5.25),
                ("air_temperature", 1, 27.81),
                ("relative_humidity", 0, 88.6),
            ),
        ),
        Vector(payload="0b010001ff0bf6", f_port=5, readings=(("battery_voltage", 0, 3062),)),
    ),
    "The maker's codec takes a frame with 5.12 to 7.67 °C for one of port 3, and gives 327.67 °C for a missing probe",
)
_register(
    "dragino-lht52",
    decoder("LHT52", {2: (_FRAME, _lht52), 3: (_FRAME, _lht52_stored), 4: (8, _probe_id), 5: (7, status)}),
    ("air_temperature", "battery_voltage", "relative_humidity"),
    _EXTRAS,
    (
        Vector(
            payload="08cd02207fff0161cd4edd",
            f_port=2,
            readings=(("air_temperature", 0, 22.53), ("relative_humidity", 0, 54.4)),
        ),
        Vector(payload="0b880100250001", f_port=5, readings=(("battery_voltage", 0, 1),)),
    ),
    "The maker's codec gives 327.67 °C for a probe that is not there",
)
