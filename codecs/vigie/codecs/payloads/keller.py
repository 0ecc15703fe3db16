"""KELLER ADT1 and ARC1: measurements, information and settings of a transmitter with pressure sensors (big-endian).

Source: "ADT1 LoRa data communication protocol" (02/2020), and "The KELLER LoRa communication protocol" at
docs.pressuresuite.com, whose table says which channel of which connection type measures what.

    b0 = 01 measurements      b1 connection type, b2-3 mask of channels, then f32 for each set bit, from bit 0
    b0 = 0C information       b1 type, b2 class, b3 group, b4 year and b5 week of the firmware, b6-9 serial number,
                              b10-13 s since 2000 of the device's own clock, b14-17 f32 battery V, b18 battery %,
                              b19 humidity % in the device
    b0 = 1F, 33, 3D           settings: index u8 with a u8, a u32 or an f32, again and again
    b0 = 20, 34, 3E           the same from the index b1 on, one after the other
    b0 = 47, 48               texts, which FF ends: b1 first character, b2 index; 47 has these two before each text
    b0 = 51                   sensors: b1 how many, b2 1 = RS485: class, group, year, week, u32 serial number;
                              2 = I2C: u32 id, u16 scaling, f32 lowest, f32 highest bar
    b0 = 5A                   a command, which only a downlink should hold

fPort 1 measurements, 2 the same as an alarm, 3 settings, 4 information, 5 an answer. Pressures come in bar. PBaro is
the air's, all others are water_pressure: channel 0 the difference from which a level is computed, P1-P2 or P1-PBaro as
the connection type has it; 1 and 2 P1 and P2 as the probe measures them; of the further probes 2 to 5, P1 on 11, 21,
31, 41 and P2 on 12. P1 is absolute, unless the probe is vented (PR), which the payload does not say: then P1 is the
level's pressure, and P1-PBaro takes the air off twice. TOB is the temperature at a pressure sensor, in the water; TBaro
that in the transmitter. What is NaN was not measured: the extra `absent` names it. Keys (texts 4, 6, 7) are not told.
"""

import math
from datetime import datetime, timedelta
from struct import Struct, unpack_from

from vigie.codecs.decoder import Codec, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable, printable
from vigie.topics.uplink import Reading

SOURCE = "ADT1 LoRa data communication protocol 02/2020; docs.pressuresuite.com, KELLER LoRa communication protocol"

_PROPERTIES: dict[int, tuple[str, int, float]] = {
    1: ("water_pressure", 0, 1000), 11: ("water_pressure", 0, 1000),
    2: ("water_pressure", 1, 1000), 15: ("water_pressure", 11, 1000), 16: ("water_pressure", 21, 1000),
    17: ("water_pressure", 31, 1000), 18: ("water_pressure", 41, 1000),
    3: ("water_pressure", 2, 1000), 46: ("water_pressure", 12, 1000),
    4: ("water_temperature", 20, 1),
    5: ("water_temperature", 0, 1), 30: ("water_temperature", 1, 1), 31: ("water_temperature", 2, 1),
    32: ("water_temperature", 3, 1), 33: ("water_temperature", 4, 1),
    6: ("water_temperature", 10, 1), 47: ("water_temperature", 11, 1),
    14: ("water_temperature", 30, 1), 44: ("water_temperature", 31, 1), 45: ("water_temperature", 32, 1),
    7: ("air_pressure", 0, 1000), 8: ("device_temperature", 0, 1),
    12: ("conductivity", 0, 1000), 42: ("conductivity", 1, 1000), 43: ("conductivity", 2, 1000),
}  # fmt: skip
"""What is measured, by KELLER's number -> property, channel, factor; no connection type has both 1 and 11."""

_EXTRAS = {
    9: "voltage_input_1_v", 10: "voltage_input_2_v", 13: "conductivity_raw_ms_cm", 19: "counter_input",
    48: "aquamaster_flow", 49: "aquamaster_pressure", 50: "aquamaster_flow_units", 51: "aquamaster_supply_voltage",
    **{20 + place: f"sdi12_{place + 1}" for place in range(10)},
}  # fmt: skip

_SIX = (1, 2, 3, 4, 5, 6)
_BARO = (11, 2, 3, 4, 5, 6, 7, 8)
_CTD = (2, 3, 14, 5, 6, 7, 8, 9, 10, 12, 13)
_CHANNELS: tuple[tuple[int, ...], ...] = (
    _SIX,
    _SIX,
    _BARO,
    _BARO,
    (*_SIX, 7, 8, 9, 10),
    (*_BARO, 9, 10),
    (*_SIX, 7, 8, 9, 10, 15, 16, 17, 18, 19),
    (0, 7, 8, 9, 10, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29),
    (2, 5, 15, 30, 16, 31, 17, 32, 18, 33, 9, 10, 7, 8, 19),
    (1, *_CTD),
    (11, *_CTD),
    (2, 5, 12, 14, 15, 30, 42, 44, 16, 31, 43, 45, 7, 8, 19),
    (*_BARO, 9, 10, 48, 49, 50, 51, 19),
    (2, 3, 5, 6, 15, 46, 30, 47, 7, 8, 9, 10, 19),
)
"""Connection type 0 to 13 -> what its channels measure, from bit 0; the first channel of type 7 is not used."""

_BYTES = (
    "class", "group", "firmware_year", "firmware_week", "connection_types", "uplink_mode", "connection_type",
    "external_power", "external_power_before_s", "lock_timer", "channels_high", "channels_low", "event_channel",
    "event_type", "alarm_channel", "alarm_type", "battery_percent", "adaptive_rate", "data_rate", "power_index",
    "radio_region", "radio_module",
)  # fmt: skip
_WORDS = (
    "serial_number", "time", "time_correction_s", "next_measurement_time", "next_alarm_time",
    "next_information_time", "next_event_time", "measurement_interval_s", "alarm_interval_s",
    "information_interval_s", "event_check_interval_s", "event_interval_s",
)  # fmt: skip
_FLOATS = (
    "alarm_on", "alarm_off", "alarm_difference", "event_on", "event_off", "event_difference", "level_calculation",
    "level_length_b", "level_height_a", "level_offset_f", "level_density", "level_width_b", "level_angle",
    "level_form_factor", "level_lowest_height", "reserve_1", "reserve_2", "reserve_3", "reserve_4", "reserve_5",
    "longitude_deg", "latitude_deg", "altitude_m", "battery_v", "humidity_percent", "barometer_offset",
)  # fmt: skip
_TEXTS = (
    "firmware", "dev_eui", "app_eui", "application_key", "device_address", "network_session_key",
    "application_session_key",
)  # fmt: skip
_SECRET = {"application_key", "network_session_key", "application_session_key"}
_SETTINGS = {
    31: (Struct(">B"), _BYTES, False), 32: (Struct(">B"), _BYTES, True),
    51: (Struct(">I"), _WORDS, False), 52: (Struct(">I"), _WORDS, True),
    61: (Struct(">f"), _FLOATS, False), 62: (Struct(">f"), _FLOATS, True),
}  # fmt: skip
"""Function code -> one value, names from index 1, whether one index stands before all."""
_2000 = datetime(2000, 1, 1)
"""What the device's clock counts from, in a zone that nobody says."""


class _Said:
    """What a frame says, a quantity once only."""

    def __init__(self) -> None:
        self.readings: dict[tuple[int, int], Reading] = {}
        self.extras: dict[str, str] = {}
        self.absent: list[str] = []
        self.warnings: list[str] = []
        self.firmware: str | None = None

    def tell(self, name: str, value: float, channel: int = 0, factor: float = 1) -> None:
        """A property as a reading, all else as an extra; NaN as absent."""
        if not math.isfinite(value):
            self.absent.append(name if not channel else f"{name}_{channel}")
        elif (known := BY_NAME.get(name)) is not None:
            self.readings[known.id, channel] = Reading(known.id, channel, float(value * factor))
        else:
            self.extras[name] = str(value)


def _clock(seconds: int) -> str:
    return str(_2000 + timedelta(seconds=seconds))


def _whole(payload: bytes, expected: int, what: str) -> None:
    if len(payload) < expected:
        raise Undecodable(Reason.TRUNCATED, f"{what} have {expected} bytes, this frame has {len(payload)}")
    if len(payload) > expected:
        raise Undecodable(Reason.BAD_PAYLOAD, f"{what} have {expected} bytes, this frame has {len(payload)}")


def _measurements(payload: bytes, said: _Said) -> None:
    if len(payload) < 4:
        raise Undecodable(Reason.TRUNCATED, f"Measurements have at least 4 bytes, this frame has {len(payload)}")
    kind, mask = payload[1], payload[2] << 8 | payload[3]
    if not mask:
        raise Undecodable(Reason.BAD_PAYLOAD, "The mask at byte 2 names no channel, expected at least one")
    _whole(payload, 4 + 4 * mask.bit_count(), f"Measurements of {mask.bit_count()} channels")
    said.extras["connection_type"], said.extras["channels"] = str(kind), f"{mask:016b}"
    channels = _CHANNELS[kind] if kind < len(_CHANNELS) else ()
    at = 4
    for bit in range(16):
        if not mask >> bit & 1:
            continue
        (value,) = unpack_from(">f", payload, at)
        at += 4
        quantity = channels[bit] if bit < len(channels) else 0
        if quantity in _PROPERTIES:
            name, channel, factor = _PROPERTIES[quantity]
            said.tell(name, value, channel, factor)
        elif quantity:
            said.tell(_EXTRAS[quantity], value)
        else:
            said.tell(f"channel_{bit + 1}", value)
            said.warnings = ["UNKNOWN_FIELD"]


def _information(payload: bytes, said: _Said) -> None:
    _whole(payload, 20, "An information message's fields")
    _, _, _, group, year, week, serial, clock, volts, percent, humidity = unpack_from(">BBBBBBIIfBB", payload)
    said.firmware = f"{year:02}.{week:02}"
    said.extras |= {
        "device_class": f"{payload[2]:02}.{group:02}", "serial_number": str(serial), "device_local_time": _clock(clock),
        "device_humidity_percent": str(humidity),
    }  # fmt: skip
    said.tell("battery_voltage", volts, factor=1000)
    said.tell("battery_level", percent)


def _settings(payload: bytes, said: _Said) -> None:
    layout, names, stream = _SETTINGS[payload[0]]
    step, at = layout.size + (0 if stream else 1), 2 if stream else 1
    if len(payload) < at + step or (len(payload) - at) % step:
        raise Undecodable(Reason.TRUNCATED, f"The settings from byte {at} on are no multiple of {step} bytes")
    for place, start in enumerate(range(at, len(payload), step)):
        index = payload[1] + place & 0xFF if stream else payload[start]
        (value,) = layout.unpack_from(payload, start + (0 if stream else 1))
        name = names[index - 1] if 1 <= index <= len(names) else f"{layout.format[1:].lower()}_{index}"
        if name == "battery_percent":
            said.tell("battery_level", value)
        elif name == "battery_v":
            said.tell("battery_voltage", value, factor=1000)
        elif name.endswith("time") and layout.format == ">I":
            said.extras[f"setting_{name}"] = _clock(value) if value else "none"
        else:
            said.tell(f"setting_{name}", value)


def _texts(payload: bytes, said: _Said) -> None:
    if len(payload) < 4:
        raise Undecodable(Reason.TRUNCATED, f"Texts have at least 4 bytes, this frame has {len(payload)}")
    stream = payload[0] == 72
    first, index, at = payload[1], payload[2], 3
    while at < len(payload):
        end = payload.find(b"\xff", at)
        text = payload[at : end if end >= 0 else len(payload)]
        name = _TEXTS[index - 1] if 1 <= index <= len(_TEXTS) else f"text_{index}"
        told = "not told" if name in _SECRET else printable(text.decode("latin-1"))
        said.extras[f"setting_{name}" + (f"_from_{first}" if first else "")] = told
        if end < 0:
            break
        at, first, index = end + 1, 0, index + 1 & 0xFF
        if not stream and at < len(payload):
            if at + 2 >= len(payload):
                raise Undecodable(Reason.TRUNCATED, f"The text at byte {at} ends before its first character")
            first, index, at = payload[at], payload[at + 1], at + 2


def _sensors(payload: bytes, said: _Said) -> None:
    if len(payload) < 3:
        raise Undecodable(Reason.TRUNCATED, f"Sensors have at least 3 bytes, this frame has {len(payload)}")
    said.extras["sensors"] = str(payload[1])
    if payload[2] == 1:
        _whole(payload, 11, "RS485 sensors")
        one, group, year, week, serial = unpack_from(">BBBBI", payload, 3)
        said.extras |= {
            "sensor_class": f"{one:02}.{group:02}", "sensor_firmware": f"{year:02}.{week:02}",
            "sensor_serial": str(serial),
        }  # fmt: skip
    elif payload[2] == 2:
        _whole(payload, 17, "I2C sensors")
        number, scaling, low, high = unpack_from(">IHff", payload, 3)
        said.extras |= {"sensor_id": str(number), "sensor_scaling": str(scaling)}
        said.tell("sensor_lowest_bar", low)
        said.tell("sensor_highest_bar", high)
    else:
        raise Undecodable(Reason.BAD_PAYLOAD, f"Sensor type {payload[2]} at byte 2, expected 1 (RS485) or 2 (I2C)")


def decode(payload: bytes, f_port: int, _received_at: int) -> Decoded:
    """What an ADT1 or ARC1 says.

    Raises:
        Undecodable: TRUNCATED, or BAD_PAYLOAD where the function code is unknown or bytes are left over.

    >>> decode(bytes.fromhex("01090040" + "3f778fef"), 1, 0).readings[0].value
    967.0400023460388
    """
    if not payload:
        raise Undecodable(Reason.TRUNCATED, "The payload is empty, expected a function code at byte 0")
    said, function = _Said(), payload[0]
    if function == 1:
        _measurements(payload, said)
        if f_port == 2:
            said.extras["alarm"] = "1"
    elif function == 12:
        _information(payload, said)
    elif function in _SETTINGS:
        _settings(payload, said)
    elif function in (71, 72):
        _texts(payload, said)
    elif function == 81:
        _sensors(payload, said)
    elif function == 90:
        said.extras["command"] = payload[1:].hex()
    else:
        raise Undecodable(Reason.BAD_PAYLOAD, f"Function code {function} at byte 0 is none of KELLER's")
    if said.absent:
        said.extras["absent"] = ",".join(said.absent)
    return Decoded(list(said.readings.values()), said.extras, said.warnings, said.firmware)


register_codec(
    Codec(
        id="keller", version="2", maker="KELLER", source=SOURCE, decode=decode,
        properties=tuple(sorted({name for name, _, _ in _PROPERTIES.values()} | {"battery_level", "battery_voltage"})),
        extras=(
            "connection_type", "channels", *_EXTRAS.values(), "channel_*", "absent", "alarm", "device_class",
            "serial_number", "device_local_time", "device_humidity_percent", "setting_*", "sensors", "sensor_*",
            "command",
        ),
        defects="the maker's decoder gives NaN as -6.8e38, shifts the channels of connection type 7 and has no type 12",
        vectors=(
            Vector(payload="010300d3bf78937db800000041ae66663f78917d41be0000", readings=(
                ("water_pressure", 0, -971.0004925727844), ("water_pressure", 1, -0.030517578125),
                ("water_temperature", 0, 21.799999237060547), ("air_pressure", 0, 970.9699749946594),
                ("device_temperature", 0, 23.75))),
            Vector(payload="010500d3bf6042593dbc29fc41a8d9003f77c7a441b80000", readings=(
                ("water_pressure", 0, -876.01238489151), ("water_pressure", 1, 91.87695384025574),
                ("water_temperature", 0, 21.10595703125), ("air_pressure", 0, 967.8900241851807),
                ("device_temperature", 0, 23))),
            Vector(payload="0c011300132f0000000c27e3928b40a2b00d2f3a", f_port=4, readings=(
                ("battery_voltage", 0, 5083.990573883057), ("battery_level", 0, 47))),
            Vector(payload="010300d3bf78937d", reason="truncated"),
            Vector(payload="0103000100000000ff", reason="bad_payload"),
            Vector(payload="ff00", reason="bad_payload"),
        ),
    )
)  # fmt: skip
