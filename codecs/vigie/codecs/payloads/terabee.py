"""Terabee: LoRa Level Monitoring XL, People Flow Counting L-XL and M (big-endian).

Source: user manuals of the models, chapter "LoRaWAN payload"; byte places checked on the maker's own decoders.

    Level XL        0 u16 distance mm (0 too close, 1 invalid, 65535 too far), 2 u8 level % (255 error), 3 u16 battery
                    mV, 5 errors: bit 0 restarted, 1 radio does not sleep, 2 battery not read, 3 no distance
    People Flow     port 1 (M: port 82): 0 u32 in, 4 u32 out since they were last set, 8 bit 0 counting stopped, bit 1
                    stuck; bit 2 devices disturb each other (M: network on), bit 3 Wi-Fi access point on
    Other ports     answers to commands: u8 command and its value, or FF, command, 00 done or FF refused. Port 2
                    command 2 is the counts as on port 1; port 100 commands 1 and 3 of L-XL: u16 height mm, u16
                    minutes between uplinks; port 4: three bytes, a version; port 101: the counting area, as it came

Channel 1 is in, 2 is out.
A frame of the level that says a distance could not be measured has no distance, whatever its bytes 0 and 1 are.
"""

from struct import Struct

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

SOURCE = "Terabee user manuals; decoders and examples of the manufacturer"

_u16, _counts = (Struct(text).unpack_from for text in (">H", ">II"))
_P = {name: entry.id for name, entry in BY_NAME.items()}

_NO_DISTANCE = {0: "too close", 1: "invalid", 0xFFFF: "too far"}
_ERRORS = ("restarted", "radio does not sleep", "battery not read", "no distance")
_PARTS = {
    1: "people_counting",
    2: "web_gui",
    3: "lora_agent",
    4: "access_point",
    5: "updater_web_gui",
    6: "fan_service",
}


_COUNTS_ON = {"People Flow L-XL": 1, "People Flow M": 82}


def _need(payload: bytes, size: int, what: str) -> None:
    if len(payload) < size:
        raise Undecodable(Reason.TRUNCATED, f"{what} has {size} bytes, this one has {len(payload)}")


def _rest(payload: bytes, at: int, found: Decoded) -> None:
    if at < len(payload):
        found.extras["rest"] = payload[at:].hex()
        found.warnings[:] = ["UNKNOWN_FIELD"]


def level(payload: bytes, _f_port: int, _received_at: int) -> Decoded:
    """The readings of a Level XL frame; the maker's decoder looks at no port, and neither does this.

    Raises:
        Undecodable: TRUNCATED.

    >>> [reading.value for reading in level(bytes.fromhex("07d0320bb800"), 1, 0).readings]
    [2000.0, 50.0, 3000.0]
    """
    _need(payload, 6, "A frame of Level XL")
    found = Decoded([], {}, [])
    distance, percent, errors = _u16(payload, 0)[0], payload[2], payload[5]
    if distance in _NO_DISTANCE or errors & 8:
        found.extras["distance_status"] = _NO_DISTANCE.get(distance, "no distance")
    else:
        found.readings.append(Reading(_P["distance"], 0, float(distance)))
    if percent <= 100:
        found.readings.append(Reading(_P["fill"], 0, float(percent)))
    else:
        found.extras["level_status"] = "error" if percent == 0xFF else str(percent)
    if not errors & 4:
        found.readings.append(Reading(_P["battery_voltage"], 0, float(_u16(payload, 3)[0])))
    if errors:
        found.extras["errors"] = (
            ", ".join(name for bit, name in enumerate(_ERRORS) if errors >> bit & 1) or f"{errors:02x}"
        )
    _rest(payload, 6, found)
    return found


def _passages(payload: bytes, at: int, found: Decoded) -> None:
    inside, outside = _counts(payload, at)
    found.readings += [
        Reading(_P["passages_total"], 1, float(inside)), Reading(_P["passages_total"], 2, float(outside)),
    ]  # fmt: skip


def _flow(model: str, port: int, flags: tuple[str, ...]) -> Decode:
    def decode(payload: bytes, f_port: int, _received_at: int) -> Decoded:
        found = Decoded([], {}, [])
        if f_port == port:
            _need(payload, 9, f"A frame of {model}")
            _passages(payload, 0, found)
            for bit, name in enumerate(flags):
                found.extras[name] = str(payload[8] >> bit & 1)
            _rest(payload, 9, found)
        else:
            _answer(payload, f_port, model, found)
        return found

    return decode


def _answer(payload: bytes, f_port: int, model: str, found: Decoded) -> None:
    """What a device says when it was asked something."""
    if f_port not in (2, 3, 4, 5, 6, 7, 8, 100, 101, 102):
        raise Undecodable(
            Reason.BAD_PAYLOAD, f"Port {f_port} is none of {model}, which counts on port {_COUNTS_ON[model]}"
        )
    _need(payload, 2, f"An answer of {model}")
    if f_port == 101:
        found.extras["counting_area"] = payload.hex()
    elif payload[0] == 0xFF:
        _need(payload, 3, f"An answer of {model}")
        found.extras["command"] = str(payload[1])
        found.extras["command_done"] = "0" if payload[2] == 0xFF else "1"
        _rest(payload, 3, found)
    elif (f_port, payload[0]) == (2, 2):
        _need(payload, 9, f"An answer of {model} with its counts")
        _passages(payload, 1, found)
        _rest(payload, 9, found)
    else:
        found.extras["command"] = str(payload[0])
        _value(payload, f_port, found)


def _value(payload: bytes, f_port: int, found: Decoded) -> None:
    command, value = payload[0], payload[1:]
    if f_port == 100 and command == 1 and len(value) == 2:
        found.extras["mounting_height_mm"] = str(_u16(value, 0)[0])
    elif f_port == 100 and command == 3 and len(value) == 2:
        found.extras["push_period_min"] = str(_u16(value, 0)[0])
    elif f_port == 100 and command == 3 and len(value) == 4:
        found.extras["push_period_s"] = str(int.from_bytes(value, "big"))
    elif f_port == 100 and command == 2 and len(value) == 1:
        found.extras["direction_code"] = str(value[0])
    elif f_port == 5 and command == 1 and len(value) == 1:
        found.extras["access_point"] = str(value[0])
    elif f_port == 4 and command in _PARTS and len(value) == 3:
        found.extras[f"version_{_PARTS[command]}"] = ".".join(map(str, value))
        if command == 1:
            found.firmware = ".".join(map(str, value))
    else:
        found.extras["command_value"] = value.hex()
        found.warnings[:] = ["UNKNOWN_FIELD"]


_ANSWERS = ("command", "command_done", "command_value", "counting_area", "mounting_height_mm", "push_period_min",
            "push_period_s", "direction_code", "access_point", "version_*", "rest")  # fmt: skip
_STATE = ("counting_stopped", "counting_stuck")
_BOTH = (("passages_total", 1, 200), ("passages_total", 2, 456))

register_codec(
    Codec(
        id="terabee-level-xl", version="1", maker="Terabee", source=SOURCE, decode=level,
        properties=("battery_voltage", "distance", "fill"),
        extras=("distance_status", "level_status", "errors", "rest"),
        defects="The maker's codec gives no value at all where one of the four errors is set",
        vectors=(
            Vector(payload="05dc000e1000",
                   readings=(("distance", 0, 1500), ("fill", 0, 0), ("battery_voltage", 0, 3600))),
            Vector(payload="07d0320bb800",
                   readings=(("distance", 0, 2000), ("fill", 0, 50), ("battery_voltage", 0, 3000))),
            Vector(payload="ffffff0bb800", readings=(("battery_voltage", 0, 3000),)),
            Vector(payload="07d0320bb8", reason="truncated"),
        ),
    )
)  # fmt: skip
for _id, _model, _flags in (
    ("terabee-people-flow-l-xl", "People Flow L-XL", (*_STATE, "devices_disturb", "wifi_access_point")),
    ("terabee-people-flow-m", "People Flow M", (*_STATE, "network_on")),
):
    _port = _COUNTS_ON[_model]
    register_codec(
        Codec(
            id=_id, version="1", maker="Terabee", source=SOURCE, decode=_flow(_model, _port, _flags),
            properties=("passages_total",), extras=(*_flags, *_ANSWERS),
            vectors=(
                Vector(payload="000000c8000001c800", f_port=_port, readings=_BOTH),
                Vector(payload="00000000000000000f", f_port=_port,
                       readings=(("passages_total", 1, 0), ("passages_total", 2, 0))),
                Vector(payload="02000000c8000001c8", f_port=2, readings=_BOTH),
                Vector(payload="000000c8000001c8", f_port=_port, reason="truncated"),
                Vector(payload="000000c8000001c800", f_port=99, reason="bad_payload"),
            ),
        )
    )  # fmt: skip
