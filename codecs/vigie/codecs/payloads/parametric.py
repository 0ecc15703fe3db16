"""Parametric PCR2, a people counting radar, and what Parametric's devices have in common (big-endian).

Source: "PCR2 LoRaWAN Payload Description" V2 to V6 of Parametric GmbH; byte places checked on its decoder.

    Port 14     be 01 04: 3 u16 left to right, 5 u16 right to left in the interval, 7, 9 the same since power-up (begin
                anew at 65536), 11 u16 battery mV, 13 u16 solar power mW, 15 s16/10 °C of the processor
                be 01 03: the same, but 11 u8 battery %, 12 u16 solar power mW, 14 s16/10 °C
                0a u16 left to right, 16 u16 right to left, 01 s16/10 °C, in any order (Elsys's format)
    Port 190    settings: device's type u8, firmware 3 B, then what _SETTINGS lists; 14 B without be 01, else be 01 and
                the version: 03 (20 B), 04 (31 B), 05 (34 B), 06 (35 B)

Channel 1 is left to right, 2 is right to left.
"""

from struct import Struct

from vigie.codecs.decoder import Codec, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

MAKER = "Parametric"
SOURCE = "Parametric PCR2 LoRaWAN Payload Description, V2 to V6"

_u16, _s16, _four = (Struct(text).unpack_from for text in (">H", ">h", ">4H"))
_P = {name: entry.id for name, entry in BY_NAME.items()}

Setting = tuple[str, int]
"""Name, bytes."""
_HEAD: tuple[Setting, ...] = (("operating_mode", 1), ("payload_type", 1))
UPLINK: tuple[Setting, ...] = (("uplink_type", 1), ("uplink_interval_min", 2), ("link_check_interval_min", 2))
_MIDDLE: tuple[Setting, ...] = (("device_class", 1), *UPLINK, ("capacity_limit", 2), ("holdoff_s", 2))
_RANGE: tuple[Setting, ...] = (
    ("distance_min_cm", 2), ("distance_max_cm", 2), ("speed_min_km_h", 1), ("speed_max_km_h", 1),
)  # fmt: skip
_V5: tuple[Setting, ...] = (
    *_HEAD, *_MIDDLE, ("inactivity_timeout", 2), ("radar_enabled", 1), ("beam_angle_deg", 1), *_RANGE, ("autotune", 1),
    ("radar_sensitivity_percent", 1), ("charger_major", 1), ("charger_minor", 1), ("charger_fix", 1),
)  # fmt: skip
_PCR2: dict[int, tuple[Setting, ...]] = {
    2: (*_HEAD, *UPLINK, ("holdoff_s", 2), ("radar_sensitivity_percent", 1)),
    3: (*_HEAD, *_MIDDLE, ("radar_sensitivity_percent", 1)),
    4: (*_HEAD, *_MIDDLE, ("inactivity_timeout", 2), ("mounting_direction", 1), ("mounting_tilt", 1),
        ("detection_angle_deg", 1), *_RANGE, ("radar_sensitivity_percent", 1)),
    5: _V5,
    6: (*_V5, ("radar_channel", 1)),
}  # fmt: skip
"""Version of the settings -> what follows the device's type and its firmware."""


def need(payload: bytes, size: int, what: str) -> None:
    """Refuse a payload that is shorter than its kind."""
    if len(payload) < size:
        raise Undecodable(Reason.TRUNCATED, f"{what} has {size} bytes, this one has {len(payload)}")


def add(found: Decoded, name: str, value: float, channel: int = 0) -> None:
    """A reading of a catalogue property."""
    found.readings.append(Reading(_P[name], channel, float(value)))


def rest(payload: bytes, at: int, found: Decoded) -> None:
    """Bytes that no layout names are kept."""
    if at < len(payload):
        found.extras["rest"] = payload[at:].hex()
        found.warnings[:] = ["UNKNOWN_FIELD"]


def settings(payload: bytes, at: int, names: tuple[Setting, ...], found: Decoded) -> None:
    """Settings from the device's type on: type u8, firmware 3 B, then what the version has."""
    need(payload, at + 4 + sum(size for _, size in names), "A frame of settings")
    found.extras["device_type"] = str(payload[at])
    found.firmware = ".".join(map(str, payload[at + 1 : at + 4]))
    at += 4
    for name, size in names:
        found.extras[name] = str(int.from_bytes(payload[at : at + size], "big"))
        at += size
    if "charger_major" in found.extras:
        parts = [found.extras.pop(f"charger_{part}") for part in ("major", "minor", "fix")]
        found.extras["charger_firmware"] = ".".join(parts)
    rest(payload, at, found)


def power(payload: bytes, at: int, *, percent: bool, found: Decoded) -> int:
    """Battery, solar power, temperature; returns where they end."""
    add(found, "battery_level" if percent else "battery_voltage", payload[at] if percent else _u16(payload, at)[0])
    at += 1 if percent else 2
    found.extras["solar_power_mw"] = str(_u16(payload, at)[0])
    add(found, "device_temperature", _s16(payload, at + 2)[0] / 10)
    return at + 4


def refuse(model: str, payload: bytes, f_port: int, measures_on: str) -> Undecodable:
    """What to raise for a start that no frame of this port has."""
    return Undecodable(
        Reason.BAD_PAYLOAD,
        f"No frame of {model} on port {f_port} starts with {payload[:3].hex() or 'nothing'}; "
        f"its measurements come on port {measures_on}",
    )


def _counts(payload: bytes, found: Decoded) -> None:
    for place, value in enumerate(_four(payload, 3)):
        add(found, "passages" if place < 2 else "passages_total", value, place % 2 + 1)


def _legacy(payload: bytes, found: Decoded) -> None:
    names = {0x0A: ("passages", 1, 1.0), 0x16: ("passages", 2, 1.0), 0x01: ("device_temperature", 0, 10.0)}
    at, seen = 0, set()
    while at < len(payload) and payload[at] in names and payload[at] not in seen:
        need(payload, at + 3, "A payload of PCR2 with this value")
        name, channel, divisor = names[payload[at]]
        add(found, name, (_s16 if divisor == 10 else _u16)(payload, at + 1)[0] / divisor, channel)
        seen.add(payload[at])
        at += 3
    rest(payload, at, found)


def pcr2(payload: bytes, f_port: int, _received_at: int) -> Decoded:
    """The readings of a people counter.

    Raises:
        Undecodable: TRUNCATED, or BAD_PAYLOAD for another port or start.

    >>> frame = bytes.fromhex("be010400010002000300041c200ce40139")
    >>> [(one.channel, one.value) for one in pcr2(frame, 14, 0).readings][:4]
    [(1, 1.0), (2, 2.0), (1, 3.0), (2, 4.0)]
    """
    found = Decoded([], {}, [])
    head, version = payload[:2], payload[2] if len(payload) > 2 else 0
    if f_port == 14 and head == b"\xbe\x01" and version in (3, 4):
        size = 13 + version
        need(payload, size, f"A frame of PCR2, version {version},")
        _counts(payload, found)
        rest(payload, power(payload, 11, percent=version == 3, found=found), found)
    elif f_port == 14 and payload[:1] in (b"\x0a", b"\x16"):
        _legacy(payload, found)
    elif f_port == 190 and head == b"\xbe\x01" and version in _PCR2:
        settings(payload, 3, _PCR2[version], found)
    elif f_port == 190 and len(payload) == 14 and payload[:1] != b"\xbe":
        settings(payload, 0, _PCR2[2], found)
    else:
        raise refuse("PCR2", payload, f_port, "14")
    return found


_NAMES = tuple(dict.fromkeys(name for names in _PCR2.values() for name, _ in names if not name.startswith("charger_")))

register_codec(
    Codec(
        id="parametric-pcr2", version="1", maker=MAKER, source=SOURCE, decode=pcr2,
        properties=("battery_level", "battery_voltage", "device_temperature", "passages", "passages_total"),
        extras=("solar_power_mw", "device_type", *_NAMES, "charger_firmware", "rest"),
        defects="The maker's codec cuts the temperature to whole degrees",
        vectors=(
            Vector(payload="be010400010002000300041c200ce40139", f_port=14,
                   readings=(("passages", 1, 1), ("passages", 2, 2), ("passages_total", 1, 3), ("passages_total", 2, 4),
                             ("battery_voltage", 0, 7200), ("device_temperature", 0, 31.3))),
            Vector(payload="be01030001000200030004640ce4ffce", f_port=14,
                   readings=(("passages", 1, 1), ("passages", 2, 2), ("passages_total", 1, 3), ("passages_total", 2, 4),
                             ("battery_level", 0, 100), ("device_temperature", 0, -5))),
            Vector(payload="0a0005160003010139", f_port=14,
                   readings=(("passages", 1, 5), ("passages", 2, 3), ("device_temperature", 0, 31.3))),
            Vector(payload="be010400010002000300041c200ce401", f_port=14, reason="truncated"),
            Vector(payload="be010400010002000300041c200ce40139", f_port=15, reason="bad_payload"),
        ),
    )
)  # fmt: skip
